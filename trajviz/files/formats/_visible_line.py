"""A track's line within reach of its plot, and how much of it there is at each moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from trajviz.files.formats._paths import in_units
from trajviz.files.formats._thinning import thin_lines
from trajviz.scene.marks import Box
from trajviz.scene.track import Flags, Line, clip_segments
from trajviz.surface import Floats, Ints, Points

MARGIN = 24
"""Pixels beyond a plot where what leaves it ends, out of sight."""
_SLACK = 0.12
"""How far a line's corners may be off, in pixels."""


@dataclass(frozen=True)
class VisibleLine:
    """A track's line within reach of its box: `corners` (n, 2) in units, which way it goes.

    `hidden` and `gap` (n,) are as in Line. `reveal` (moments,) is how much of its length is shown.
    """

    corners: Ints
    hidden: Flags
    gap: Flags
    reveal: Floats

    @property
    def length(self) -> float:
        """How long it is in all, in units."""
        return float(_reach(self.corners)[-1])

    def parts(self, hidden: bool) -> list[Ints]:
        """Return what is hidden, or what is seen, as lines."""
        chosen = ~self.gap[1:] & (self.hidden[1:] == hidden)
        ends = np.flatnonzero(np.diff(np.concatenate([[False], chosen, [False]]).astype(int)))
        return [
            self.corners[begin : end + 1]
            for begin, end in zip(ends[::2].tolist(), ends[1::2].tolist(), strict=True)
        ]


def _reach(corners: Points | Ints) -> Floats:
    return np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(corners, axis=0).T))])


def visible_line(line: Line, box: Box, steps: Floats) -> VisibleLine | None:
    """Return a line within reach of a box, and how much of it is shown after steps, (n,)."""
    near = _within(line, box)
    if near is None:
        return None
    kept = _kept(near)
    corners = in_units(near.vertices[kept])
    along = np.interp(steps, near.knots, _reach(near.vertices))
    reveal = np.interp(along, _reach(near.vertices)[kept], _reach(corners))
    reveal[steps < near.knots[0]] = -1
    return VisibleLine(corners, near.hidden[kept], near.gap[kept], reveal)


def _within(line: Line, box: Box) -> Line | None:
    """Return a line clipped to its box and a margin; where it is further out, there is a gap."""
    a, b, kept = clip_segments(line.vertices[:-1], line.vertices[1:], box, MARGIN)
    if not len(kept):
        return None
    begin, whole = line.vertices[kept], np.hypot(*np.diff(line.vertices, axis=0)[kept].T)

    def knots(places: Points, standing: float) -> Floats:
        share = np.full(len(kept), standing)
        np.divide(np.hypot(*(places - begin).T), whole, out=share, where=whole > 0)
        return np.asarray(line.knots[kept] + share * np.diff(line.knots)[kept])

    # Each segment adds its end, and its beginning too where the line was out of reach before.
    out = np.append(True, (a[1:] != b[:-1]).any(axis=1))
    there = np.stack([out, np.ones_like(out)], axis=1).ravel()

    def both(first: Any, second: Any) -> Any:
        return np.stack([first, second], axis=1).reshape(-1, *first.shape[1:])[there]

    return Line(
        both(a, b),
        np.maximum.accumulate(both(knots(a, 0.0), knots(b, 1.0))),
        both(np.zeros_like(out), line.hidden[kept + 1]),
        both(out, line.gap[kept + 1]),
    )


def _kept(line: Line) -> Ints:
    """Return which vertices to keep: fewer for the same line, all where it changes its kind."""
    changes = np.flatnonzero(np.diff(line.hidden[1:]) | np.diff(line.gap[1:])) + 1
    ends = np.array([0, *changes, len(line.vertices) - 1])
    return thin_lines(line.vertices, ends, _SLACK)
