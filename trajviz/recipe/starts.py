"""Where many runs start: a grid over the window, points at random in it, or certain points."""

from __future__ import annotations

import math
import re

import numpy as np

from trajviz.errors import TrajvizError
from trajviz.surface import Points, Window

MOST_STARTS = 2000
"""No picture has more: so many lines would cover it."""

_GRID = re.compile(r"(\d{1,6})x(\d{1,6})", re.ASCII)
_RANDOM = re.compile(r"random:(\d{1,6})", re.ASCII)
_STREAM = 1
"""Which random numbers of a seed are the starts': the noise has others, those of the seed alone."""


def check_starts(starts: str) -> None:
    """Check a text that asks for starts.

    Raises:
        TrajvizError: It is neither COLUMNSxROWS nor random:N nor points, or not of 1 to MOST_STARTS
            starts.
    """
    if not 1 <= count_starts(starts) <= MOST_STARTS:
        raise TrajvizError(
            f"starts {starts!r} is neither COLUMNSxROWS (as in 7x7) nor random:N (as in "
            f"random:50) nor points (as in '1,1.6 2,2'), from 1 to {MOST_STARTS:,} in all"
        )


def count_starts(starts: str) -> int:
    """Return how many starts a text asks for, 0 where it is no such text.

    >>> count_starts("7x7"), count_starts("random:50"), count_starts("1,1.6 2,2")
    (49, 50, 2)
    >>> count_starts("beale")
    0
    """
    grid, random = _GRID.fullmatch(starts), _RANDOM.fullmatch(starts)
    if grid:
        return int(grid[1]) * int(grid[2])
    return int(random[1]) if random else len(certain_starts(starts))


def certain_starts(starts: str) -> list[tuple[float, float]]:
    """Return the points that a text names, none where it asks for other starts.

    >>> certain_starts("1,1.6 2,-2e-1"), certain_starts("7x7")
    ([(1.0, 1.6), (2.0, -0.2)], [])
    """
    try:
        points = [tuple(map(float, point.split(","))) for point in starts.split()]
    except ValueError:
        return []
    pairs = [(point[0], point[1]) for point in points if len(point) == 2]
    finite = all(math.isfinite(value) for point in pairs for value in point)
    return pairs if finite and len(pairs) == len(points) else []


def spread(starts: str, window: Window, seed: int) -> Points:
    """Return the starts: at random in a window, the centres of a grid's cells, or certain points.

    Args:
        starts: "COLUMNSxROWS", "random:N" or "X,Y X,Y ...".
        window: Where they lie.
        seed: What random starts follow from; a grid does not depend on it.

    Returns:
        Points, (n, 2). Those of a grid go row by row from the lower left.

    Raises:
        TrajvizError: As `check_starts`.

    >>> spread("2x1", Window(0, 4, 0, 2), seed=0).tolist()
    [[1.0, 1.0], [3.0, 1.0]]
    """
    check_starts(starts)
    if certain := certain_starts(starts):
        return np.array(certain)
    grid = _GRID.fullmatch(starts)
    if grid:
        columns, rows = int(grid[1]), int(grid[2])
        x, y = np.meshgrid((np.arange(columns) + 0.5) / columns, (np.arange(rows) + 0.5) / rows)
        shares = np.stack([x.ravel(), y.ravel()], axis=1)
    else:
        shares = np.random.default_rng([seed, _STREAM]).random((count_starts(starts), 2))
    return np.array([window.x0, window.y0]) + shares * window.extent
