"""Tracks that go the same way step by step: the later ones are dashed, so that all are seen.

The first of them is a solid line. Over it lies the second in dashes, over both the third in shorter
ones, so that each colour shows for as long as every other.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trajviz.scene.track import Flags, Line
from trajviz.surface import Floats, Points

DASH = 8.0
"""How long each colour shows, in pixels at 640x480."""
SAME = 0.75
"""How far apart tracks are, in pixels, that go the same way."""
SHORTEST, SHARE = 2.0, 0.5
"""How many dashes long, and what share of its length, a track goes with another to be dashed."""
_AT_ONCE = 20_000
"""Steps of other tracks that are compared at once."""


def told_apart(lines: Sequence[Line], times: Sequence[Floats], scale: float) -> list[Line]:
    """Return lines, dashed where they go the same way as earlier ones at the same steps.

    Args:
        lines: The lines of tracks, in pixels.
        times: When each of their steps is reached, (steps + 1,) each.
        scale: How much larger than at 640x480 dashes are.
    """
    counts = [len(each) for each in times]
    places = np.full((len(lines), max(counts), 2), np.nan)
    for place, line, each in zip(places, lines, times, strict=True):
        place[: len(each)] = line.at(each)
    shared = [
        _together_with_all(places[k, :count], places[:k, :count], SHORTEST * DASH * scale)
        for k, count in enumerate(counts)
    ]
    ranks = [int(earlier.any(axis=1).sum()) for earlier in shared]
    most = max(ranks)
    told = []
    for line, each, earlier, rank in zip(lines, times, shared, ranks, strict=True):
        if rank:
            pattern = DASH * scale * (most + 1 - rank), DASH * scale * rank
            line = line.dashed(pattern, _per_vertex(np.any(earlier, axis=0), line, each))
        told.append(line)
    return told


def _together_with_all(places: Points, others: Points, shortest: float) -> Flags:
    """Return what `_together` does, of many long tracks one by one, so that memory is bounded."""
    each = max(1, _AT_ONCE // len(places))
    parts = [
        _together(places, others[first : first + each], shortest)
        for first in range(0, len(others), each)
    ]
    return np.concatenate([np.zeros((0, len(places) - 1), dtype=bool), *parts])


def _together(places: Points, others: Points, shortest: float) -> Flags:
    """Return on which steps a track goes the same way as others, (others, steps).

    It does on none where these are few.

    Args:
        places: Where it is at each step, (steps + 1, 2).
        others: Where the others are, (others, steps + 1, 2), NaN after their last step.
        shortest: How long the way must be, in pixels.
    """
    with np.errstate(all="ignore"):
        away, way = places - others, np.diff(places, axis=0)
        near = np.hypot(away[..., 0], away[..., 1]) <= SAME
        length = np.hypot(way[:, 0], way[:, 1])
    same = near[:, :-1] & near[:, 1:]
    least = max(shortest, SHARE * length.sum())
    for other in np.flatnonzero(same.any(axis=1)):
        same[other] &= length[same[other]].sum() >= least
    return same


def _per_vertex(steps: Flags, line: Line, times: Floats) -> Flags:
    """Return for each vertex of a line whether its segment is on one of the steps, (n,)."""
    step = np.searchsorted(times, line.knots, side="left") - 1
    return np.asarray(steps[np.clip(step, 0, len(steps) - 1)])
