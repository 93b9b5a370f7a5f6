"""Heads that lie on each other, as rings around each other: who is below is drawn larger.

A head grows by one ring for each head above it that is close, and by more where a star lies above
it. It grows smoothly as they come close, and not at all for those that only meet in passing. All
depends on places alone, so that a still shows what a film shows at that step.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from trajviz.scene.marks import Shape
from trajviz.scene.track import Flags, Pen, Track
from trajviz.surface import Floats, Points

WIDE, NARROW = 0.68, 0.58
"""The width of a ring, in radii of a head: of the inner ones, and of those farther out."""
_INNER, MOST_RINGS = 3, 7
"""How many rings are wide, and how many there are at most around a head."""
_STAR = 1.0
"""How much larger a head is below a star, in radii of a head."""
_ON, _OFF = 0.35, 1.4
"""How far apart heads are, in radii, that lie on each other, and that do not."""
_STAR_OFF = 2.2
"""How far from a star, in radii, a head is its own size."""
_FINE = 2
"""Heads grow by such parts of a pixel, so that one that hardly changes seems to rest."""


def ring_reach(heads: int, pen: Pen) -> float:
    """Return how far from their middle so many heads reach that lie on each other, in pixels."""
    return float(pen.head * (1 + _width(np.array(heads - 1.0))) + pen.rim)


def _width(rings: Floats) -> Floats:
    """Return how wide so many rings are, in radii of a head, any shape."""
    rings = np.minimum(rings, MOST_RINGS)
    return np.asarray(NARROW * rings + (WIDE - NARROW) * np.minimum(rings, _INNER))


def ring_growth(tracks: Sequence[Track], stars: Sequence[Shape], pen: Pen, steps: Floats) -> Floats:
    """Return by how much each head is larger than it is alone, in pixels, (tracks, n).

    Args:
        tracks: In the order in which their heads are drawn, the last on top.
        stars: What is drawn over all heads.
        pen: How large a head is.
        steps: How many steps have been taken, (n,).
    """
    places = np.array([track.at(steps) for track in tracks]) / pen.head
    grown = _width(_heads_above(tracks, places, pen, steps))
    for star in stars:
        away = _distance(places, np.mean(star.corners, axis=0) / pen.head)
        grown += _STAR * _closeness(away, _STAR_OFF)
    return np.asarray(np.rint(_FINE * pen.head * grown) / _FINE)


def _heads_above(tracks: Sequence[Track], places: Points, pen: Pen, steps: Floats) -> Floats:
    """Return how many heads lie above each, (tracks, n); one that is less close counts less."""
    whole = np.arange(np.ceil(max(track.line.knots[-1] for track in tracks)) + 1)
    at_steps = np.array([track.at(whole) for track in tracks]) / pen.head
    before = np.clip(np.floor(steps), 0, whole[-1]).astype(np.int64)
    after = np.minimum(before + 1, len(whole) - 1)
    count = np.zeros(places.shape[:2])
    for below, above in itertools.combinations(range(len(tracks)), 2):
        stays = _lasting(_distance(at_steps[below], at_steps[above]) < _OFF)
        there = (stays[before] | stays[after]) & (steps < tracks[above].gone_knot)
        count[below] += there * _closeness(_distance(places[below], places[above]), _OFF)
    return count


def _closeness(distance: Floats, off: float) -> Floats:
    """Return 1 for what lies on each other, 0 for what is so far apart, smoothly in between."""
    share = np.clip((off - distance) / (off - _ON), 0, 1)
    return np.asarray(share * share * (3 - 2 * share))


def _lasting(near: Flags) -> Flags:
    """Return flags, (n,), without runs of less than three; before and after, the ends last.

    >>> _lasting(np.array([1, 0, 1, 1, 0, 1, 1, 1, 0, 1], dtype=bool)).astype(int).tolist()
    [1, 0, 0, 0, 0, 1, 1, 1, 0, 1]
    """
    padded = np.pad(near, 2, mode="edge")
    runs = padded[:-2] & padded[1:-1] & padded[2:]
    return np.asarray(runs[:-2] | runs[1:-1] | runs[2:])


def _distance(some: Points, others: Points) -> Floats:
    with np.errstate(all="ignore"):
        return np.asarray(np.hypot(*np.moveaxis(some - others, -1, 0)))
