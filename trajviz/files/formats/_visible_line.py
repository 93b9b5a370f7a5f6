"""The part of a track's line that can be seen in its plot, and how much of it at each moment."""

from __future__ import annotations

from typing import Any

import numpy as np

from trajviz.files.formats._paths import in_units
from trajviz.files.formats._thinning import thin_lines
from trajviz.frozen import dataclass
from trajviz.scene.marks import Box
from trajviz.scene.track import Flags, Line, clip_segments
from trajviz.surface import Floats, Ints, Points

MARGIN = 24
"""Pixels around a plot within which a line is still drawn: there it ends out of sight."""
_SLACK = 0.12
"""How far a line's corners may be off, in pixels."""


@dataclass(frozen=True)
class VisibleLine:
    """The part of a track's line that lies in its plot or close to it.

    Attributes:
        corners: Its corners in order, (n, 2), in units of a tenth of a pixel.
        hidden: Whether the piece before each corner is behind something, (n,).
        gap: Whether there is no piece before a corner, (n,).
        reveal: How much of its length is shown at each moment, (moments,), in units; -1 before the
            track begins.
    """

    corners: Ints
    hidden: Flags
    gap: Flags
    reveal: Floats

    @property
    def length(self) -> float:
        """How long it is in all, in units."""
        return float(_lengths(self.corners)[-1])

    def parts(self, hidden: bool) -> list[Ints]:
        """Return the pieces that are hidden, or those that are seen, as lines."""
        chosen = ~self.gap[1:] & (self.hidden[1:] == hidden)
        ends = np.flatnonzero(np.diff(np.concatenate([[False], chosen, [False]]).astype(int)))
        return [
            self.corners[begin : end + 1]
            for begin, end in zip(ends[::2].tolist(), ends[1::2].tolist(), strict=True)
        ]


def _lengths(corners: Points | Ints) -> Floats:
    """Return how long a line is up to each of its corners, (n,)."""
    return np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(corners, axis=0).T))])


def visible_line(line: Line, box: Box, steps: Floats) -> VisibleLine | None:
    """Return the part of a line that is drawn in a box.

    Args:
        line: The line of a track, in pixels.
        box: The plot.
        steps: How many steps have been taken at each moment, (moments,), fractions included.

    Returns:
        None where the line never comes near the box.
    """
    near = _within(line, box)
    if near is None:
        return None
    kept = _kept(near)
    corners = in_units(near.vertices[kept])
    lengths = _lengths(near.vertices)
    reveal = np.interp(np.interp(steps, near.knots, lengths), lengths[kept], _lengths(corners))
    reveal[steps < near.knots[0]] = -1
    return VisibleLine(corners=corners, hidden=near.hidden[kept], gap=near.gap[kept], reveal=reveal)


def _within(line: Line, box: Box) -> Line | None:
    """Return a line clipped to its box and the margin; where it is further out, there is a gap."""
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
        vertices=both(a, b),
        knots=np.maximum.accumulate(both(knots(a, 0.0), knots(b, 1.0))),
        hidden=both(np.zeros_like(out), line.hidden[kept + 1]),
        gap=both(out, line.gap[kept + 1]),
    )


def _kept(line: Line) -> Ints:
    """Return which vertices to keep: fewer for the same line, all where it changes its kind."""
    changes = np.flatnonzero(np.diff(line.hidden[1:]) | np.diff(line.gap[1:])) + 1
    ends = np.array([0, *changes, len(line.vertices) - 1])
    return thin_lines(line.vertices, ends, _SLACK)
