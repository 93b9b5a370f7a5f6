"""Where tracks leave the picture for good: since when, and the arrow that shows it.

An arrow stands where a head was last seen, and points the way it went. The key says since which
step a track is outside the part of the plane that is shown; from above both are one. A relief shows
tracks beyond the edge of its block as well, as far as the picture goes: there the arrow stands at
the picture's edge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from trajviz.scene.marks import Box
from trajviz.scene.track import Flags, Line, Track, clip_segments
from trajviz.surface import Floats, Points

LENGTH, WIDTH = 10.0, 10.5
"""An arrow's length and its width, at 640x480."""
_GAP = 1.25
"""Arrows that would lie on each other stand behind one another, so many lengths apart."""
_MOST_SHIFTS = 8
_ON_EDGE = 1e-6
"""How far outside a place may be by rounding, in pixels."""
_GRAZING = 0.35
"""A way whose part across the edge is less than this share goes along the edge."""
_CALM = 1.2
"""The way that an arrow points is that of the last so many lengths, so that no zigzag turns it."""


class _Exit(NamedTuple):
    """Where a head is last seen, (2,), which way that is, (2,), and after how many steps."""

    place: Points
    direction: Points
    knot: float


def since(outside: Flags) -> int | None:
    """Return the first of the flags, (n,), from which on all are true; None if the last is not.

    >>> since(np.array([True, False, True, True])), since(np.array([True, False]))
    (2, None)
    """
    if not outside[-1]:
        return None
    return int(len(outside) - np.argmin(outside[::-1])) if not outside.all() else 0


def with_arrows(
    tracks: Sequence[Track], times: Sequence[Floats], box: Box, scale: float, stacked: bool
) -> list[Track]:
    """Return tracks, those with an arrow that leave a box and do not come back.

    Args:
        tracks: The tracks, in pixels.
        times: When each of their steps is reached, (steps + 1,) each.
        box: What is seen.
        scale: How much larger than at 640x480 arrows are.
        stacked: Whether arrows that would lie on each other stand behind one another, the first
            that left at the edge.
    """
    reach = LENGTH * scale
    exits = [_exit(t.line, each, box, _CALM * reach) for t, each in zip(tracks, times, strict=True)]
    marked = list(tracks)
    middles: list[Points] = []
    for knot, place in sorted((out.knot, place) for place, out in enumerate(exits) if out):
        out = exits[place]
        assert out
        mark = _inside(_arrow(out, scale), box, 2 * scale)
        back = -_GAP * reach * out.direction
        middle = mark.mean(axis=(0, 1))
        shift = _free_place(middle, back, middles, reach) if stacked else 0 * back
        middles.append(middle + shift)
        marked[place] = replace(tracks[place], mark=mark + shift, mark_knot=knot)
    return marked


def _exit(line: Line, times: Floats, box: Box, reach: float) -> _Exit | None:
    """Return where a line leaves a box for good; None if it ends inside or is never seen.

    The way is that from where the line was last so many pixels from there.
    """
    low, high = (box.x0 - _ON_EDGE, box.y0 - _ON_EDGE), (box.x1 + _ON_EDGE, box.y1 + _ON_EDGE)
    x, y = line.vertices[-1].tolist()
    if low[0] <= x <= high[0] and low[1] <= y <= high[1]:
        return None  # as most do: no other place need be looked at
    places = line.at(times)
    outside = np.asarray(((places < low) | (places > high)).any(axis=1))
    step = since(outside)
    if not step:
        return None
    corners, knots = _between(line, times[step - 1], times[step])
    _, ends, kept = clip_segments(corners[:-1], corners[1:], box, 0)
    if not len(kept):
        return None
    begin, end = corners[kept[-1]], corners[kept[-1] + 1]
    whole = float(np.hypot(*(end - begin)))
    share = float(np.hypot(*(ends[-1] - begin))) / whole if whole else 1.0
    knot = knots[kept[-1]] + share * (knots[kept[-1] + 1] - knots[kept[-1]])
    way = ends[-1] - _before(line, knot, ends[-1], reach)
    direction = _outward(way / max(float(np.hypot(*way)), 1e-300), ends[-1], box)
    return _Exit(place=ends[-1], direction=direction, knot=float(knot))


def _before(line: Line, knot: float, place: Points, reach: float) -> Points:
    """Return the last corner of a line before a knot that is so far from a place, or its first."""
    corners = line.vertices[: np.searchsorted(line.knots, knot)]
    far = np.flatnonzero(np.hypot(*(corners - place).T) >= reach)
    return np.asarray(corners[far[-1]] if len(far) else line.vertices[0])


def _outward(direction: Points, place: Points, box: Box) -> Points:
    """Return a direction, (2,), in which a box is left at a place: straight out where it grazes."""
    (x, y), (x0, y0, x1, y1) = place.tolist(), box
    beyond = {(-1.0, 0.0): x - x0, (1.0, 0.0): x1 - x, (0.0, -1.0): y - y0, (0.0, 1.0): y1 - y}
    straight = np.array(min(beyond, key=lambda normal: beyond[normal]))
    return direction if direction @ straight >= _GRAZING else straight


def _between(line: Line, begin: float, end: float) -> tuple[Points, Floats]:
    """Return the corners of a line from one moment to another, (n, 2), and their knots, (n,)."""
    inner = (line.knots > begin) & (line.knots < end)
    knots = np.concatenate([[begin], line.knots[inner], [end]])
    ends = line.at(knots[[0, -1]])
    return np.concatenate([ends[:1], line.vertices[inner], ends[1:]]), knots


def _arrow(out: _Exit, scale: float) -> Points:
    """Return an arrowhead with its point at an exit, as strokes that fill it, (12, 2, 2)."""
    along, across = out.direction, np.array([-out.direction[1], out.direction[0]])
    back = out.place - LENGTH * scale * along
    half = WIDTH / 2 * scale * across
    corners = np.array([out.place, back + half, back - half])
    middle = corners.mean(axis=0)
    rings = [middle + share * (corners - middle) for share in (1.0, 0.7, 0.4, 0.12)]
    return np.concatenate([np.stack([ring, np.roll(ring, -1, axis=0)], axis=1) for ring in rings])


def _inside(strokes: Points, box: Box, margin: float) -> Points:
    """Return strokes, (n, 2, 2), shifted so that they lie in a box, so far from its edges."""
    low = np.array([box.x0, box.y0]) + margin - strokes.min(axis=(0, 1))
    high = np.array([box.x1, box.y1]) - margin - strokes.max(axis=(0, 1))
    return np.asarray(strokes + np.maximum(low, 0) + np.minimum(high, 0))


def _free_place(middle: Points, back: Points, taken: Sequence[Points], reach: float) -> Points:
    """Return by how many shifts back, (2,), a place is free of those that are taken."""
    for count in range(_MOST_SHIFTS):
        place = middle + count * back
        if all(np.hypot(*(place - other)) >= reach for other in taken):
            return count * back
    return 0 * back
