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


def told_apart(lines: Sequence[Line], times: Sequence[Floats], scale: float) -> list[Line]:
    """Return lines, dashed where they go the same way as earlier ones at the same steps.

    Args:
        lines: The lines of tracks, in pixels.
        times: When each of their steps is reached, (steps + 1,) each.
        scale: How much larger than at 640x480 dashes are.
    """
    places = [line.at(each) for line, each in zip(lines, times, strict=True)]
    shared = [
        [_together(place, earlier, SHORTEST * DASH * scale) for earlier in places[:k]]
        for k, place in enumerate(places)
    ]
    ranks = [sum(bool(each.any()) for each in earlier) for earlier in shared]
    most = max(ranks)
    told = []
    for line, each, earlier, rank in zip(lines, times, shared, ranks, strict=True):
        if rank:
            pattern = DASH * scale * (most + 1 - rank), DASH * scale * rank
            line = line.dashed(pattern, _per_vertex(np.any(earlier, axis=0), line, each))
        told.append(line)
    return told


def _together(places: Points, earlier: Points, shortest: float) -> Flags:
    """Return on which steps two tracks go the same way, (steps,); on none where these are few.

    Args:
        places: Where one is at each step, (steps + 1, 2).
        earlier: Where the other is; it may have other steps.
        shortest: How long the way must be, in pixels.
    """
    count = min(len(places), len(earlier))
    with np.errstate(all="ignore"):
        near = np.hypot(*(places[:count] - earlier[:count]).T) <= SAME
        length = np.hypot(*np.diff(places, axis=0).T)
    same = np.zeros(len(places) - 1, dtype=bool)
    same[: count - 1] = near[:-1] & near[1:]
    enough = length[same].sum() >= max(shortest, SHARE * length.sum())
    return np.asarray(same & enough)


def _per_vertex(steps: Flags, line: Line, times: Floats) -> Flags:
    """Return for each vertex of a line whether its segment is on one of the steps, (n,)."""
    step = np.searchsorted(times, line.knots, side="left") - 1
    return np.asarray(steps[np.clip(step, 0, len(steps) - 1)])
