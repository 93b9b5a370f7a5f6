"""Fewer corners for the same line and fewer moments for the same motion, as the eye sees them."""

from __future__ import annotations

import numpy as np

from trajviz.surface import Floats, Ints, Points


def thin_lines(points: Points, fixed: Ints, tolerance: float) -> Ints:
    """Return which points, (n, 2), to keep, so that no other lies further off the lines.

    Every second point is dropped where that makes little difference, again and again; each piece
    remembers how far off it may be by now.

    Args:
        points: The points of several lines, one line behind the other.
        fixed: The places of the points where lines begin and end, which are kept.
        tolerance: How far off a point may lie.

    Returns:
        The places of the points that are kept.

    >>> points = np.array([[0, 0], [1, 0.01], [2, 0], [2, 1], [2, 2]])
    >>> thin_lines(points, np.array([0, 4]), 0.1).tolist()
    [0, 2, 4]
    """
    free = np.ones(len(points), dtype=bool)
    free[fixed] = False
    off = np.zeros(len(points))  # of the piece that ends at a point
    kept = np.arange(len(points))
    first, idle = 1, 0
    while idle < 2:
        middle = np.arange(first, len(kept) - 1, 2)
        middle = middle[free[kept[middle]]]
        before, here, after = (kept[middle + shift] for shift in (-1, 0, 1))
        more = _distances(points[here], points[before], points[after])
        more += np.maximum(off[here], off[after])
        gone = more <= tolerance
        off[after[gone]] = more[gone]
        kept = np.delete(kept, middle[gone])
        first, idle = 3 - first, 0 if gone.any() else idle + 1
    return kept


def _distances(points: Points, a: Points, b: Points) -> Floats:
    """Return how far points lie from segments from a to b, (n, 2) each to (n,)."""
    run, there = b - a, points - a
    square = np.maximum((run * run).sum(axis=1), 1e-12)
    along = np.clip((there * run).sum(axis=1) / square, 0, 1)
    return np.asarray(np.hypot(*(there - along[:, None] * run).T))


def thin_motion(times: Floats, values: Floats, tolerance: float) -> Ints:
    """Return which moments to keep, so that between them the values go straight on.

    This is the method of Douglas and Peucker (1973), with distances at the same time.

    Args:
        times: The moments, (n,).
        values: The values at each, (n, k).
        tolerance: How far off the values of a moment may be that is left out.

    Returns:
        The places of the moments that are kept.

    >>> thin_motion(np.arange(4.0), np.array([[0.0], [1], [2], [2]]), 0.1).tolist()
    [0, 2, 3]
    """
    kept = {0, len(times) - 1}
    unseen = [(0, len(times) - 1)]
    while unseen:
        first, last = unseen.pop()
        if last - first < 2:
            continue
        share = (times[first + 1 : last] - times[first]) / (times[last] - times[first])
        straight = values[first] + share[:, None] * (values[last] - values[first])
        off = np.sqrt(((values[first + 1 : last] - straight) ** 2).sum(axis=1))
        worst = int(off.argmax())
        if off[worst] > tolerance:
            middle = first + 1 + worst
            kept.add(middle)
            unseen += [(first, middle), (middle, last)]
    return np.array(sorted(kept), dtype=np.int64)
