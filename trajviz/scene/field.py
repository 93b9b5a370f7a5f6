"""The field of steepest descent: thin arrows over a view, part of its background."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from trajviz.scene.color import RGB, mix
from trajviz.scene.marks import Stroke
from trajviz.scene.plot import MapView
from trajviz.scene.theme import Theme
from trajviz.surface import Floats, Points, Surface

SPACING = 34.0
"""How far arrows are apart, in pixels at 640x480."""
_SHORTEST, _LONGEST = 0.22, 0.8
"""How long the arrows of the least and of the steepest slope are, as shares of that."""
_WIDTH, _TIP, _PALE = 1.0, 5.0, 0.35
"""How wide they are, how long their tips, and how much of the background is in their colour."""
_SMALL = 1e-4
"""By which share of the window a place is moved to see which way that is in the picture."""


def field_over(view: MapView, surface: Surface, theme: Theme, scale: float) -> Iterator[Stroke]:
    """Yield arrows that point where minus the gradient does, as a view shows it.

    They stand as far apart in the picture everywhere, and are the longer the more of the others
    have a smaller gradient.

    Args:
        view: The picture of the surface.
        surface: Whose gradient it is.
        theme: The colours.
        scale: How much larger than at 640x480 lines are.
    """
    spacing = SPACING * scale
    points = _places(view, spacing)
    points = points[view.visible(points)]
    with np.errstate(all="ignore"):
        down = -np.asarray(surface.gradient(points), dtype=np.float64)
        size = np.hypot(*down.T)
        kept = np.isfinite(size) & (size > 0)
        points, down, size = points[kept], down[kept], size[kept]
        shift = _SMALL * down / np.abs(down / view.window.extent).max(axis=1, keepdims=True)
        middles = view.project(points)
        ways = view.project(points + shift) - middles
    rank = np.argsort(np.argsort(size, kind="stable"), kind="stable") / max(len(size) - 1, 1)
    length = spacing * (_SHORTEST + (_LONGEST - _SHORTEST) * rank)
    yield from _arrows(middles, ways, length, mix(theme.ink, theme.background, _PALE), scale)


def _places(view: MapView, spacing: float) -> Points:
    """Return places of the plane, (n, 2), so many pixels apart along both axes."""
    x0, x1, y0, y1 = view.window
    middle = ((x0 + x1) / 2, (y0 + y1) / 2)
    ends = view.project(
        np.array([(x0, middle[1]), (x1, middle[1]), (middle[0], y0), (middle[0], y1)])
    )
    lengths = np.hypot(*(ends[1::2] - ends[::2]).T)
    columns, rows = np.maximum(1, np.rint(lengths / spacing)).astype(int).tolist()
    xs = x0 + (np.arange(columns) + 0.5) / columns * (x1 - x0)
    ys = y0 + (np.arange(rows) + 0.5) / rows * (y1 - y0)
    return np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)


def _arrows(
    middles: Points, ways: Points, length: Floats, color: RGB, scale: float
) -> Iterator[Stroke]:
    lengths = np.hypot(*ways.T)
    seen = np.isfinite(lengths) & (lengths > 0)
    half = ways[seen] / lengths[seen, None] * length[seen, None] / 2
    ends = np.stack([middles[seen] - half, middles[seen] + half], axis=1)
    for corners, long in zip(ends.tolist(), length[seen].tolist(), strict=True):
        tip = min(_TIP * scale, 0.6 * long)
        yield Stroke(tuple(map(tuple, corners)), width=_WIDTH * scale, color=color, tip=tip)
