"""What of the plane a plot shows: at least a window, and as much more as its shape asks for.

With equal axes a unit is as many pixels across as up: one axis shows more than the window. A start
at the edge is given room for its mark. Nothing of this changes the race, whose window stays as it
is.
"""

from __future__ import annotations

import functools

import numpy as np

from trajviz.errors import TrajvizError
from trajviz.frozen import dataclass
from trajviz.scene.marks import Box
from trajviz.surface import Floats, Ranks, Surface, Window, check_window

MARGIN, MANY_MARGIN = 12.0, 5.0
"""The room around a start, in pixels at 640x480: for its square, and heads with what is around.

Where an optimizer has many starts, they are marked smaller.
"""
_MOST_MARGIN = 0.2
"""It is at most this share of a plot."""
_LOWER = 0.01
"""How far below the window's lowest counts as lower, as a share of the way to its median."""
_SAMPLES = 192
"""Samples along each axis in which places are looked for that are lower, or not finite."""


@dataclass(frozen=True)
class Limits:
    """What of the plane is shown in a plot of any shape.

    Attributes:
        surface: Whose domain limits what is shown beyond the window.
        window: What is shown in any case.
        aspect: How the axes are to be drawn; None for the surface's own way.
        starts: The rectangle around the starts; None where none is marked.
        margin: How many pixels a start is away from the edge at least.
        least: What share of what is shown the window is at least, where nobody asks for the aspect:
            axes that would show more are not equal.
    """

    surface: Surface
    window: Window
    aspect: str | None = None
    starts: Window | None = None
    margin: float = 0.0
    least: float = 0.1

    def within(self, box: Box) -> Window:
        """Return what a plot in this box shows."""
        return self._shown(box, equal=_is_equal(self, box))

    def is_equal(self, box: Box) -> bool:
        """Tell whether a unit is as long across as up in a plot in this box."""
        return _is_equal(self, box)

    def ground(self, shown: Window) -> Window:
        """Return the part of what is shown that there is surface for: all but what is no domain."""
        if self.surface.domain is None:
            return shown
        low, high = _corners(shown)
        least, most = self._domain(*_corners(self.window))
        return _window(np.maximum(low, least), np.minimum(high, most))

    def _domain(self, low: Floats, high: Floats) -> tuple[Floats, Floats]:
        """Return the corners of the domain, which has these two corners in it in any case."""
        if self.surface.domain is None:
            return np.full(2, -np.inf), np.full(2, np.inf)
        least, most = _corners(self.surface.domain)
        return np.minimum(least, low), np.maximum(most, high)

    def _shown(self, box: Box, equal: bool) -> Window:
        with np.errstate(all="ignore"):  # what overflows is refused
            return self._fitted(np.array([box.width, box.height], dtype=np.float64), equal)

    def _fitted(self, size: Floats, equal: bool) -> Window:
        low, high = _corners(self.window)
        first, last = (high, low) if self.starts is None else _corners(self.starts)
        share = np.minimum(self.margin / size, _MOST_MARGIN)
        extents = [high - low, (high - first) / (1 - share), (last - low) / (1 - share)]
        extent = np.max([*extents, (last - first) / (1 - 2 * share)], axis=0)
        if equal:
            extent = size * (extent / size).max()
        room = share * extent if self.starts else np.zeros(2)
        low, high = np.minimum(low, first - room), np.maximum(high, last + room)
        return check_window(self._widened(low, high, extent)) if equal else _window(low, high)

    def _widened(self, low: Floats, high: Floats, extent: Floats) -> Window:
        """Return the window between two corners, widened to an extent as far as the domain goes."""
        least, most = self._domain(low, high)
        more = np.minimum(extent, most - least) - (high - low)
        more[more < 1e-9 * extent] = 0.0  # what rounding adds
        first = np.clip(low - more / 2, least, most - (high - low) - more)
        first = np.where(more > 0, first, low)
        return _window(first, np.where(more > 0, first + (high - low) + more, high))


def _corners(window: Window) -> tuple[Floats, Floats]:
    """Return a window's least and greatest x and y, (2,) each."""
    return np.array(window[::2]), np.array(window[1::2])


def _window(low: Floats, high: Floats) -> Window:
    (x0, y0), (x1, y1) = low.tolist(), high.tolist()
    return Window(x0, x1, y0, y1)


@functools.lru_cache(maxsize=64)
def _is_equal(limits: Limits, box: Box) -> bool:
    """Tell how the axes of a plot are drawn."""
    stated = limits.surface.aspect
    if limits.aspect or stated == "fill":
        return (limits.aspect or stated) == "equal"
    try:
        shown = limits._shown(box, equal=True)
    except TrajvizError:  # floats do not resolve so much of the plane
        return False
    if limits.window.extent.prod() < limits.least * shown.extent.prod():
        return False
    return stated == "equal" or _goes_well(limits.surface, limits.window, limits.ground(shown))


def _goes_well(surface: Surface, window: Window, shown: Window) -> bool:
    """Tell whether what is shown beyond a window is finite, and nowhere lower than the window."""
    ranks = Ranks.of(surface, window)
    lowest, middle = ranks.height(np.array([0.0, 0.5])).tolist()
    low, high = _corners(shown)
    cells = (np.arange(_SAMPLES) + 0.5) / _SAMPLES
    xs, ys = (low + cells[:, None] * (high - low)).T
    inside = window.contains(np.stack(np.meshgrid(xs, ys), axis=-1))
    beyond = surface.grid(xs, ys)[~inside]
    return bool((beyond >= lowest - _LOWER * (middle - lowest)).all() and np.isfinite(beyond).all())
