"""The still things of a picture, as values in pixels.

y grows downwards; pixel i spans i to i + 1.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import KW_ONLY, replace
from typing import Literal, NamedTuple, TypeAlias, TypeVar

from trajviz.frozen import dataclass
from trajviz.scene.color import RGB
from trajviz.scene.lettering import text_width

TIP = 0.45
"""Half the width of an arrow's tip, as a share of its length."""
T = TypeVar("T", int, float)
"""A coordinate."""


class Box(NamedTuple):
    """A rectangle of whole pixels; x1 and y1 are the first beyond it."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def width(self) -> int:
        """Pixels across."""
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        """Pixels down."""
        return self.y1 - self.y0


def around(rectangles: Iterable[tuple[T, T, T, T]]) -> tuple[T, T, T, T]:
    """Return the smallest rectangle around some: least x, least y, largest x, largest y.

    >>> around([(0, 5, 2, 7), (1, 4, 3, 6)])
    (0, 4, 3, 7)
    """
    x0, y0, x1, y1 = zip(*rectangles, strict=True)
    return min(x0), min(y0), max(x1), max(y1)


@dataclass(frozen=True)
class Text:
    """A line of text.

    Attributes:
        x: Its left end, middle or right end, as `align` says.
        y: Its baseline.
        text: What it says.
        size: The em.
        color: Its colour.
        bold: Whether it is set in bold.
        align: What `x` is.
        rim: The colour around its letters, if there is any.
        rim_width: How far it reaches beyond them.
    """

    x: float
    y: float
    text: str
    _: KW_ONLY
    size: float
    color: RGB
    bold: bool = False
    align: Literal["left", "center", "right"] = "left"
    rim: RGB | None = None
    rim_width: float = 0.0

    @property
    def left(self) -> float:
        """Where the pen starts."""
        share = {"left": 0.0, "center": 0.5, "right": 1.0}[self.align]
        return self.x - share * text_width(self.text, self.size, self.bold)

    @property
    def right(self) -> float:
        """Where the pen ends."""
        return self.left + text_width(self.text, self.size, self.bold)

    def moved(self, x: float, y: float) -> Text:
        """Return the text shifted by so many pixels."""
        return replace(self, x=self.x + x, y=self.y + y)


@dataclass(frozen=True)
class Dot:
    """A filled disc."""

    x: float
    y: float
    _: KW_ONLY
    radius: float
    color: RGB

    def moved(self, x: float, y: float) -> Dot:
        """Return the disc shifted by so many pixels."""
        return replace(self, x=self.x + x, y=self.y + y)


@dataclass(frozen=True)
class Shape:
    """A filled polygon with a rim of `rim_width` pixels, centred on its outline.

    With `above` it lies over the heads of tracks.
    """

    corners: tuple[tuple[float, float], ...]
    _: KW_ONLY
    fill: RGB
    rim: RGB
    rim_width: float
    above: bool = False

    def moved(self, x: float, y: float) -> Shape:
        """Return the polygon shifted by so many pixels."""
        return replace(self, corners=tuple((a + x, b + y) for a, b in self.corners))


@dataclass(frozen=True)
class Fill:
    """A rectangle of whole pixels in one colour."""

    box: Box
    color: RGB

    def moved(self, x: int, y: int) -> Fill:
        """Return the rectangle shifted by so many pixels."""
        x0, y0, x1, y1 = self.box
        return replace(self, box=Box(x0 + x, y0 + y, x1 + x, y1 + y))


@dataclass(frozen=True)
class Stroke:
    """A polyline with round ends, perhaps with an arrow's tip at its last corner.

    Attributes:
        corners: Where it goes.
        width: How wide it is.
        color: Its colour.
        tip: How long its tip is, 0 for none.
        rim: The colour around it, if there is any.
        rim_width: How far it reaches beyond it, on each side.
    """

    corners: tuple[tuple[float, float], ...]
    _: KW_ONLY
    width: float
    color: RGB
    tip: float = 0.0
    rim: RGB | None = None
    rim_width: float = 0.0

    def moved(self, x: float, y: float) -> Stroke:
        """Return the polyline shifted by so many pixels."""
        return replace(self, corners=tuple((a + x, b + y) for a, b in self.corners))

    @property
    def passes(self) -> list[tuple[RGB, float]]:
        """The colours it is drawn in, one over the other, and how far each reaches beyond it."""
        rim = [(self.rim, self.rim_width)] if self.rim else []
        return [*rim, (self.color, 0.0)]

    @property
    def shaft(self) -> tuple[tuple[float, float], ...]:
        """The polyline without its tip."""
        if not self.tip:
            return self.corners
        (x, y), (a, b) = self.corners[-1], self.barbs[0]
        c, d = self.barbs[2]
        return (*self.corners[:-1], ((x + a + c) / 3, (y + b + d) / 3))

    @property
    def barbs(self) -> tuple[tuple[float, float], ...]:
        """The corners of the tip, its point in the middle."""
        (a, b), (x, y) = self.corners[-2:]
        length = math.hypot(x - a, y - b) or 1.0
        along, across = (x - a) / length * self.tip, (y - b) / length * self.tip
        return (
            (x - along - TIP * across, y - across + TIP * along),
            (x, y),
            (x - along + TIP * across, y - across - TIP * along),
        )


@dataclass(frozen=True)
class Oval:
    """An ellipse's outline, its axes along those of the picture, `width` pixels wide."""

    x: float
    y: float
    _: KW_ONLY
    across: float
    up: float
    width: float
    color: RGB

    def moved(self, x: float, y: float) -> Oval:
        """Return the ellipse shifted by so many pixels."""
        return replace(self, x=self.x + x, y=self.y + y)


Mark: TypeAlias = Text | Dot | Shape | Fill | Stroke | Oval


def square(x: float, y: float, half: float, fill: RGB, rim: RGB, rim_width: float) -> Shape:
    """Return a square around a point, `half` pixels from it to each side."""
    corners = (
        (x - half, y - half),
        (x + half, y - half),
        (x + half, y + half),
        (x - half, y + half),
    )
    return Shape(corners, fill=fill, rim=rim, rim_width=rim_width)


def star(x: float, y: float, radius: float, fill: RGB, rim: RGB, rim_width: float) -> Shape:
    """Return a five-pointed star around a point, one point upwards."""
    corners = []
    for corner in range(10):
        reach = radius if corner % 2 == 0 else 0.42 * radius
        angle = math.pi * corner / 5
        corners.append((x + reach * math.sin(angle), y - reach * math.cos(angle)))
    return Shape(tuple(corners), fill=fill, rim=rim, rim_width=rim_width)
