"""The labels of a relief: ticks and names along the block's edges, heights at its left."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from trajviz.frozen import dataclass
from trajviz.scene.color import RGB, mix
from trajviz.scene.layout import tick_labels
from trajviz.scene.lettering import text_width
from trajviz.scene.marks import Box, Shape, Text, around
from trajviz.scene.theme import Theme
from trajviz.scene.views._block import Lift
from trajviz.scene.views._horizon import CORNERS, HEIGHT, PLINTH, Camera
from trajviz.surface import Floats, Points, Window

Corners: TypeAlias = tuple[float, float, float, float]
"""Two opposite corners of a rectangle: x, y, x, y."""
Place: TypeAlias = tuple[float, float]
"""A place in the picture, or which way something lies: x, y."""


@dataclass(frozen=True)
class Labels:
    """What is written around a block.

    Attributes:
        place: Returns where points of the block lie in the picture, (..., 2), for their places on
            the ground, (..., 2) or (2,) for all, and their heights, (...).
        camera: From where the block is seen.
        window: The part of the plane that is shown.
        names: The names of the axes.
        lift: From the surface's heights to the block's.
        scale: What is said of a logarithmic scale of heights.
        unit: How many pixels the block's side is long.
        box: Where the view lies in the picture.
        size: The em of all labels, in pixels.
        theme: The colours.
    """

    place: Callable[[Points, Floats], Points]
    camera: Camera
    window: Window
    names: tuple[str, str]
    lift: Lift
    scale: str
    unit: float
    box: Box
    size: float
    theme: Theme

    def all(self) -> list[Text | Shape]:
        """Return all labels with their ticks, and what the heights' scale is where it has one."""
        return [*self.edges(), self._scale()] if self.lift.logarithmic else self.edges()

    def edges(self) -> list[Text | Shape]:
        """Return the labels of both axes and of the heights, each with a tick to its place."""
        return [*self._axis(0), *self._axis(1), *self._heights()]

    def _scale(self) -> Text:
        """Return what the scale of heights is, in a corner where it stays as the block turns."""
        x, y, size = self.box.x0 + 0.6 * self.size, self.box.y0 + self.size, self.size
        return Text(x, y, self.scale, size=size, color=self.theme.muted)

    def _axis(self, axis: int) -> list[Text | Shape]:
        """Return the ticks and the name along the front edge of an axis."""
        size, other = self.size, 1 - axis
        # The front edge is the one at which the other axis comes nearest to the camera.
        side = -0.5 if self.camera.away[other] > 0 else 0.5
        edge = np.full((2, 2), side)
        edge[:, axis] = [-0.5, 0.5]
        (x0, y0), (x1, y1) = self.place(edge, np.full(2, -PLINTH)).tolist()
        run, rise = x1 - x0, y1 - y0
        length = float(np.hypot(run, rise))
        if length < 3 * size:
            return []
        x, y = self._foot
        sign = 1 if rise * (x0 - x) > run * (y0 - y) else -1
        outward = sign * rise / length, -sign * run / length
        low, high = self.window[2 * axis], self.window[2 * axis + 1]
        labels: list[Text | Shape] = []
        name = self.names[axis]
        for value, text in tick_labels(low, high, length / (4.5 * size)):
            share = (value - low) / (high - low)
            if not 0.06 < share < 0.8:
                continue  # the corner belongs to both axes, and the far end to the name
            place = x, y = x0 + share * run, y0 + share * rise
            end = x + 0.35 * size * outward[0], y + 0.35 * size * outward[1]
            labels += [self._line(place, end), self._label(place, outward, text)]
        labels.append(self._name((x0 + 0.9 * run, y0 + 0.9 * rise), outward, name))
        return labels

    def _name(self, place: Place, outward: Place, text: str) -> Text:
        """Return an axis name on the outer side of an edge, its nearest corner beside a place.

        Where the edge is all but level, the name's middle is: so it stays beside it as it turns.
        """
        size = self.size
        width, (across, down) = text_width(text, size, bold=True), outward
        corner = min(max(3 * across, -1.0), 1.0)
        below = 0.5 * width * abs(across) * (1 - abs(corner)) / max(down, 0.5)  # 0 where it is less
        x = place[0] + 0.5 * size * across + 0.5 * width * corner
        y = place[1] + 0.5 * size * (down + 1) + below
        ink = self.theme.ink
        return Text(x, y + 0.36 * size, text, size=size, color=ink, bold=True, align="center")

    @functools.cached_property
    def _foot(self) -> Place:
        """Where the middle of the block's foot lies in the picture."""
        x, y = self.place(np.zeros(2), np.array(-PLINTH)).tolist()
        return x, y

    @functools.cached_property
    def _line_color(self) -> RGB:
        """The colour of ticks."""
        return mix(self.theme.background, self.theme.muted, 0.6)

    def _line(self, begin: Place, end: Place) -> Shape:
        """Return a thin line between two places."""
        (a, b), (x, y) = begin, end
        length = max(float(np.hypot(x - a, y - b)), 1e-9)
        width = max(self.size / 11, 1)
        across, down = (b - y) / length * width / 2, (x - a) / length * width / 2
        corners = (
            (a + across, b + down),
            (x + across, y + down),
            (x - across, y - down),
            (a - across, b - down),
        )
        return Shape(corners, fill=self._line_color, rim=self._line_color, rim_width=0)

    def _label(self, place: Place, outward: Place, text: str) -> Text:
        """Return a text beside a place on an edge, on its outer side."""
        size = self.size
        width = text_width(text, size)
        reach = 0.65 * size + 0.5 * (abs(outward[0]) * width + abs(outward[1]) * size)
        x, y = place[0] + outward[0] * reach, place[1] + outward[1] * reach
        color = self.theme.muted
        return Text(x, y + 0.36 * size, text, size=size, color=color, align="center")

    def _heights(self) -> list[Text | Shape]:
        """Return an upright line at the leftmost edge of the block, with the heights along it."""
        size, lift = self.size, self.lift
        # Of two that are equally far to the left, the farther one, away from the axes' labels.
        leftness = CORNERS @ (self.camera.right - 0.05 * self.camera.away)
        corner = CORNERS[np.argmin(leftness)]
        texts: list[Text] = []
        ticks: list[Shape] = []
        above = math.inf
        known = lift.ticks(max(2.0, self.unit * HEIGHT / (2.5 * size)))
        blocks = lift(np.array([height for height, _ in known], dtype=np.float64))
        (x, bottom), *places = self.place(corner, np.append(-PLINTH, blocks)).tolist()
        taken = corners_of(self._scale()) if lift.logarithmic else None
        for (_, text), block, (_, y) in zip(known, blocks.tolist(), places, strict=True):
            if not 0 <= block <= HEIGHT or y > above - 1.3 * size:
                continue
            above = y
            label = Text(
                x - 0.75 * size, y + 0.36 * size, text,
                size=size, color=self.theme.muted, align="right",
            )  # fmt: skip
            if not (taken and _meet(corners_of(label), taken)):
                texts.append(label)
                ticks.append(self._line((x, y), (x - 0.35 * size, y)))
                top = y
        if not texts:
            return []
        return [self._line((x, bottom), (x, top)), *ticks, *texts]


def corners_of(label: Text | Shape) -> Corners:
    """Return a rectangle that surely has all of a label in it."""
    if isinstance(label, Shape):
        return around([(x, y, x, y) for x, y in label.corners])
    text = label
    return text.left - 1, text.y - text.size, text.right + 1, text.y + 0.3 * text.size


def _meet(one: Corners, other: Corners) -> bool:
    across = one[0] < other[2] and other[0] < one[2]
    return across and one[1] < other[3] and other[1] < one[3]
