"""The labels of a relief: ticks and names along the block's edges, heights at its left."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from trajviz.frozen import dataclass
from trajviz.scene.color import mix
from trajviz.scene.layout import tick_labels
from trajviz.scene.lettering import text_width
from trajviz.scene.marks import Box, Shape, Text, around
from trajviz.scene.theme import Theme
from trajviz.scene.views._block import Lift
from trajviz.scene.views._horizon import CORNERS, HEIGHT, PLINTH, Camera
from trajviz.surface import Floats, Points, Window

Corners: TypeAlias = tuple[float, float, float, float]
"""Two opposite corners of a rectangle: x, y, x, y."""


@dataclass(frozen=True)
class Labels:
    """What is written around a block.

    Attributes:
        place: Returns where points of the block lie in the picture, (..., 2), for their places on
            the ground, (..., 2), and their heights.
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
        ends = self.place(edge, np.full(2, -PLINTH))
        run = ends[1] - ends[0]
        length = float(np.hypot(*run))
        if length < 3 * size:
            return []
        outward = np.array([run[1], -run[0]]) / length
        outward *= 1 if outward @ (ends[0] - self._foot) > 0 else -1
        low, high = self.window[2 * axis], self.window[2 * axis + 1]
        labels: list[Text | Shape] = []
        name = self.names[axis]
        for value, text in tick_labels(low, high, length / (4.5 * size)):
            share = (value - low) / (high - low)
            if not 0.06 < share < 0.8:
                continue  # the corner belongs to both axes, and the far end to the name
            place = ends[0] + share * run
            labels += [self._line(place, place + 0.35 * size * outward)]
            labels.append(self._label(place, outward, text))
        labels.append(self._name(ends[0] + 0.9 * run, outward, name))
        return labels

    def _name(self, place: Floats, outward: Floats, text: str) -> Text:
        """Return an axis name on the outer side of an edge, its nearest corner beside a place.

        Where the edge is all but level, the name's middle is: so it stays beside it as it turns.
        """
        size = self.size
        width, (across, down) = text_width(text, size, bold=True), outward.tolist()
        corner = min(max(3 * across, -1.0), 1.0)
        below = 0.5 * width * abs(across) * (1 - abs(corner)) / max(down, 0.5)  # 0 where it is less
        x = place[0] + 0.5 * size * across + 0.5 * width * corner
        y = place[1] + 0.5 * size * (down + 1) + below
        ink = self.theme.ink
        return Text(x, y + 0.36 * size, text, size=size, color=ink, bold=True, align="center")

    @property
    def _foot(self) -> Floats:
        """Where the middle of the block's foot lies in the picture, (2,)."""
        return self.place(np.zeros(2), np.array(-PLINTH))

    def _line(self, begin: Floats, end: Floats) -> Shape:
        """Return a thin line between two places, (2,) each."""
        run = end - begin
        length = max(float(np.hypot(*run)), 1e-9)
        across = np.array([-run[1], run[0]]) / length * max(self.size / 11, 1) / 2
        corners = [begin + across, end + across, end - across, begin - across]
        color = mix(self.theme.background, self.theme.muted, 0.6)
        places = tuple((float(x), float(y)) for x, y in corners)
        return Shape(places, fill=color, rim=color, rim_width=0)

    def _label(self, place: Floats, outward: Floats, text: str) -> Text:
        """Return a text beside a place on an edge, on its outer side."""
        size = self.size
        width = text_width(text, size)
        reach = 0.65 * size + 0.5 * (abs(outward[0]) * width + abs(outward[1]) * size)
        x, y = place + outward * reach
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
        for height, text in lift.ticks(max(2.0, self.unit * HEIGHT / (2.5 * size))):
            block = float(lift(np.array(height)))
            x, y = place = self.place(corner, np.array(block))
            if not 0 <= block <= HEIGHT or y > above - 1.3 * size:
                continue
            above = y
            x, y = x - 0.75 * size, y + 0.36 * size
            label = Text(x, y, text, size=size, color=self.theme.muted, align="right")
            if not (lift.logarithmic and _meet(corners_of(label), corners_of(self._scale()))):
                texts.append(label)
                ticks.append(self._line(place, place - (0.35 * size, 0)))
                top = place
        if not texts:
            return []
        return [self._line(self.place(corner, np.array(-PLINTH)), top), *ticks, *texts]


def corners_of(label: Text | Shape) -> Corners:
    """Return a rectangle that surely has all of a label in it."""
    if isinstance(label, Shape):
        return around([(x, y, x, y) for x, y in label.corners])
    text = label
    return text.left - 1, text.y - text.size, text.right + 1, text.y + 0.3 * text.size


def _meet(one: Corners, other: Corners) -> bool:
    across = one[0] < other[2] and other[0] < one[2]
    return across and one[1] < other[3] and other[1] < one[3]
