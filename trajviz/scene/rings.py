"""Heads that lie on each other, as rings around each other: who is below is drawn larger.

A head grows by one ring for each head above it that is close, and by more where a star lies above
it. It grows smoothly as they come close, and not at all for those that only meet in passing. All
depends on places alone, so that a still shows what a film shows at that step.
"""

from __future__ import annotations

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
_AROUND = np.arange(-2.0, 4.0)
"""The steps around a frame by which one that lasts is told from one that passes: the one before and
the one after it, and two on either side."""
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
    last = np.ceil(max(track.line.knots[-1] for track in tracks))
    around = np.clip(np.floor(steps) + _AROUND[:, None], 0, last)
    asked = np.append(steps, around)
    at = np.array([track.at(asked) for track in tracks]) / pen.head
    places, places_around = at[:, : len(steps)], at[:, len(steps) :]
    gone = np.array([track.gone_knot for track in tracks])
    grown = _width(_heads_above(places, places_around, steps < gone[:, None]))
    for star in stars:
        away = _distance(places, np.mean(star.corners, axis=0) / pen.head)
        grown += _STAR * _closeness(away, _STAR_OFF)
    return np.asarray(np.rint(_FINE * pen.head * grown) / _FINE)


def _heads_above(places: Points, places_around: Points, there: Flags) -> Floats:
    """Return how many heads lie above each, (tracks, n); one that is less close counts less.

    Of two that meet only the steps around the frames are looked at, and all above one at once, so
    that neither many steps nor many tracks take long.

    Args:
        places: Where heads are in each frame, (tracks, n, 2), in radii of a head.
        places_around: Where they are at the six steps around each, (tracks, 6 n, 2).
        there: In which frames there is a head, (tracks, n).
    """
    count = np.zeros(there.shape)
    for below in range(len(places) - 1):
        above = slice(below + 1, None)
        close = _closeness(_distance(places[below], places[above]), _OFF)
        if close.any():  # else nothing is to be counted
            near = _distance(places_around[below], places_around[above]) < _OFF
            lasts = _lasting(near.reshape(len(near), len(_AROUND), -1))
            count[below] = ((lasts & there[above]) * close).sum(axis=0)
    return count


def _closeness(distance: Floats, off: float) -> Floats:
    """Return 1 for what lies on each other, 0 for what is so far apart, smoothly in between."""
    share = np.clip((off - distance) / (off - _ON), 0, 1)
    return np.asarray(share * share * (3 - 2 * share))


def _lasting(near: Flags) -> Flags:
    """Tell where one of the two middle flags of six is in a run of three, (tracks, 6, n).

    >>> _lasting(np.array([[0, 0, 1, 1, 0, 1], [0, 0, 0, 1, 1, 1]], dtype=bool)[..., None])[:, 0]
    array([False,  True])
    """
    runs = near[:, :-2] & near[:, 1:-1] & near[:, 2:]
    return np.asarray(runs.any(axis=1))


def _distance(some: Points, others: Points) -> Floats:
    with np.errstate(all="ignore"):
        away = some - others
        return np.asarray(np.hypot(away[..., 0], away[..., 1]))
