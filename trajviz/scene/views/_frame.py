"""The bounds within which an optimizer stays, as a quiet frame in a window seen from above."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from trajviz.scene.color import RGB
from trajviz.scene.marks import Box, Fill
from trajviz.surface import Window

Bounds: TypeAlias = tuple[float, float, float, float]
"""X0, X1, Y0 and Y1 in the surface's units; an end may be infinite."""


def framed(bounds: Bounds, window: Window, box: Box, color: RGB, scale: float) -> Iterator[Fill]:
    """Yield the lines of a frame around bounds, as far as they lie in the window.

    Args:
        bounds: What is framed.
        window: The part of the plane that is seen.
        box: Where in the picture it is seen.
        color: The colour of the lines.
        scale: How wide they are, in pixels.

    >>> quarter = framed((0, 1, 0, 9), Window(0, 2, 0, 2), Box(0, 0, 10, 10), (0, 0, 0), 1)
    >>> [tuple(line.box) for line in quarter]
    [(5, 0, 6, 10)]
    """
    width = max(1, round(scale))
    left, right = (_pixel(x, window.x0, window.x1, box.x0, box.x1) for x in bounds[:2])
    bottom, top = (_pixel(y, window.y0, window.y1, box.y1, box.y0) for y in bounds[2:])
    across = max(left, box.x0), min(right + width, box.x1)
    down = max(top, box.y0), min(bottom + width, box.y1)
    if across[0] < across[1] and down[0] < down[1]:
        for x in (left, right):
            if box.x0 < x <= box.x1 - width:
                yield Fill(Box(x, down[0], x + width, down[1]), color)
        for y in (top, bottom):
            if box.y0 < y <= box.y1 - width:
                yield Fill(Box(across[0], y, across[1], y + width), color)


def _pixel(value: float, low: float, high: float, first: int, last: int) -> int:
    """Return where a coordinate lies between two pixels, or a window beyond them at most."""
    share = min(max((value - low) / (high - low), -1.0), 2.0)
    return round(first + share * (last - first))
