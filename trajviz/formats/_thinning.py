"""Fewer corners for the same line, as far as the eye can tell (Douglas and Peucker 1973)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from trajviz.surface import Floats, Ints, Points


def thin_line(points: Points, tolerance: float) -> Ints:
    """Return which points, (n, 2), to keep, so that no other lies further off the line.

    >>> thin_line(np.array([[0, 0], [1, 0.01], [2, 0], [2, 2]]), 0.1).tolist()
    [0, 2, 3]
    """

    def off(first: int, last: int) -> Floats:
        a, run = points[first], points[last] - points[first]
        there = points[first + 1 : last] - a
        along = np.clip((there @ run) / max(float(run @ run), 1e-12), 0, 1)
        return np.asarray(np.hypot(*(there - along[:, None] * run).T))

    return _thin(len(points), off, tolerance)


def thin_motion(times: Floats, values: Floats, tolerance: float) -> Ints:
    """Return which moments, (n,), to keep, so that between them values, (n, k), go straight on.

    What is left out is off by no more than the tolerance at its own time.

    >>> thin_motion(np.arange(4.0), np.array([[0.0], [1], [2], [2]]), 0.1).tolist()
    [0, 2, 3]
    """

    def off(first: int, last: int) -> Floats:
        share = (times[first + 1 : last] - times[first]) / (times[last] - times[first])
        straight = values[first] + share[:, None] * (values[last] - values[first])
        return np.asarray(np.sqrt(((values[first + 1 : last] - straight) ** 2).sum(axis=1)))

    return _thin(len(times), off, tolerance)


def _thin(count: int, off: Callable[[int, int], Floats], tolerance: float) -> Ints:
    kept = {0, count - 1}
    open_ = [(0, count - 1)]
    while open_:
        first, last = open_.pop()
        if last - first < 2:
            continue
        distance = off(first, last)
        worst = int(distance.argmax())
        if distance[worst] > tolerance:
            middle = first + 1 + worst
            kept.add(middle)
            open_ += [(first, middle), (middle, last)]
    return np.array(sorted(kept), dtype=np.int64)
