"""A trajectory in pixels: the line it leaves, when it reaches each vertex, how it is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from trajviz.frozen import dataclass
from trajviz.scene.color import RGB
from trajviz.scene.marks import Box
from trajviz.surface import Floats, Ints, Points

FAINT, HIDDEN_HEAD = 0.6, 0.45
"""How opaque lines and heads are behind the surface."""

Flags: TypeAlias = npt.NDArray[np.bool_]
"""An array of truth values."""


@dataclass(frozen=True)
class Pen:
    """How wide tracks are drawn, in pixels.

    Attributes:
        line: The width of a line.
        halo: How far the halo reaches beyond it, on each side.
        head: The radius of a head.
        rim: How far the rim reaches beyond it.
        faint: The width of a line that the surface hides.
    """

    line: float
    halo: float
    head: float
    rim: float
    faint: float

    @classmethod
    def scaled(cls, scale: float) -> Pen:
        """Return the pen for a picture's scale."""
        scale = max(scale, 0.7)
        return cls(
            line=2.2 * scale, halo=1.0 * scale, head=4.4 * scale, rim=1.1 * scale, faint=1.2 * scale
        )

    def times(self, share: float) -> Pen:
        """Return the pen with everything so many times as wide."""
        return Pen(
            line=share * self.line,
            halo=share * self.halo,
            head=share * self.head,
            rim=share * self.rim,
            faint=share * self.faint,
        )


@dataclass(frozen=True)
class Line:
    """A polyline in pixels, unclipped.

    Attributes:
        vertices: Its corners, (n, 2).
        knots: After how many steps each is reached, (n,), non-decreasing.
        hidden: Whether the surface hides the segment that ends at each vertex, (n,).
        gap: Whether that segment is left out, (n,).
    """

    vertices: Points
    knots: Floats
    hidden: Flags
    gap: Flags

    @classmethod
    def through(cls, vertices: Points) -> Line:
        """Return a line with one vertex per step, all of it drawn."""
        count = len(vertices)
        no = np.zeros(count, dtype=bool)
        return cls(vertices=vertices, knots=np.arange(count, dtype=np.float64), hidden=no, gap=no)

    def timed(self, times: Floats) -> Line:
        """Return the line with step k reached at times[k]; times, (steps + 1,), do not decrease."""
        return replace(self, knots=np.interp(self.knots, np.arange(len(times)), times))

    def faint(self) -> Line:
        """Return the line drawn as what the surface hides."""
        return replace(self, hidden=np.ones(len(self.vertices), dtype=bool))

    def left_out(self) -> Line:
        """Return the line with nothing of it drawn."""
        return replace(self, gap=np.ones(len(self.vertices), dtype=bool))

    def seen_alone(self) -> Line:
        """Return the line without what the surface hides."""
        return replace(self, gap=self.gap | self.hidden)

    def at(self, steps: Floats) -> Points:
        """Return where the line is after so many steps, (n,) to (n, 2); at its ends it rests."""
        place, share = self._place(steps)
        following = np.minimum(place + 1, len(self.vertices) - 1)
        a, b = self.vertices[place].T, self.vertices[following].T  # numpy is slow along two numbers
        return np.where(share == 0, a, a * (1 - share) + b * share).T

    def ending(self, steps: Floats) -> Ints:
        """Return which vertex ends the segment that the line is on after so many steps, (n,)."""
        place, share = self._place(steps)
        return np.where(share > 0, place + 1, place)

    def until(self, step: float) -> Line:
        """Return the line as it is after `step` steps."""
        count = int(np.searchsorted(self.knots, step, side="right"))
        if count == 0 or count == len(self.knots):  # it rests at its ends
            whole = np.append(np.arange(count), max(count - 1, 0))
            knots = np.append(self.knots[:count], step)
            return Line(
                vertices=self.vertices[whole],
                knots=knots,
                hidden=self.hidden[whole],
                gap=self.gap[whole],
            )
        before, after = self.knots[count - 1], self.knots[count]
        share = (step - before) / (after - before)
        a, b = self.vertices[count - 1], self.vertices[count]
        kept = slice(count + 1)
        vertices, knots = self.vertices[kept].copy(), self.knots[kept].copy()
        hidden, gap = self.hidden[kept].copy(), self.gap[kept].copy()
        vertices[-1], knots[-1] = a * (1 - share) + b * share if share else a, step
        if not share:
            hidden[-1], gap[-1] = hidden[-2], gap[-2]
        return Line(vertices=vertices, knots=knots, hidden=hidden, gap=gap)

    def since(self, step: float) -> Line:
        """Return the line as it goes on after `step` steps."""
        first = min(int(np.searchsorted(self.knots, step, side="right")), len(self.knots) - 1)
        if first == 0:
            return self
        here = self.at(np.array([step]))
        return Line(
            vertices=np.concatenate([here, self.vertices[first:]]),
            knots=np.append(min(step, self.knots[first]), self.knots[first:]),
            hidden=np.append(self.hidden[first], self.hidden[first:]),
            gap=np.append(True, self.gap[first:]),
        )

    def _place(self, steps: Floats) -> tuple[Ints, Floats]:
        """Return the last vertex reached after so many steps, and the share to the next."""
        last = len(self.knots) - 1
        place = np.maximum(np.searchsorted(self.knots, steps, side="right") - 1, 0)
        following = np.minimum(place + 1, last)
        span = self.knots[following] - self.knots[place]
        taken = np.minimum(np.maximum(steps, self.knots[0]), self.knots[-1]) - self.knots[place]
        return place, np.divide(taken, span, out=np.zeros(len(place)), where=span > 0)

    def dashed(self, pattern: Sequence[float], there: Flags | None = None) -> Line:
        """Return the line cut into dashes and gaps.

        Args:
            pattern: The lengths of dashes and gaps, which take turns, in pixels; () for none.
            there: Whether the segment that ends at each vertex has gaps, (n,); None for all.
        """
        if not pattern:
            return self
        if there is None:
            there = np.ones(len(self.knots), dtype=bool)
        reach = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(self.vertices, axis=0).T))])
        reach = np.minimum(reach, _LONGEST)
        period = float(sum(pattern))
        turns = np.concatenate([[0.0], np.cumsum(pattern)[:-1]])
        repeats = np.arange(np.ceil(reach[-1] / period)) * period
        cuts = (repeats[:, None] + turns).ravel()
        cuts = cuts[(cuts > 0) & (cuts < reach[-1])]
        # A cut lies on the segment that ends at the first vertex beyond it.
        after = np.searchsorted(reach, cuts, side="left")
        share = ((cuts - reach[after - 1]) / (reach[after] - reach[after - 1]))[:, None]
        points = self.vertices[after - 1] * (1 - share) + self.vertices[after] * share
        before, end = self.knots[after - 1], self.knots[after]
        knots = np.minimum(before + share[:, 0] * (end - before), end)  # in order to the last bit
        vertices = np.insert(self.vertices, after, points, axis=0)
        place = np.insert(reach, after, cuts)
        middle = np.concatenate([[0.0], (place[:-1] + place[1:]) / 2])
        dash = np.searchsorted(turns, middle % period, side="right") - 1
        return Line(
            vertices=vertices,
            knots=np.insert(self.knots, after, knots),
            hidden=np.insert(self.hidden, after, self.hidden[after]),
            gap=np.insert(self.gap, after, self.gap[after])
            | (dash % 2 == 1) & np.insert(there, after, there[after]),
        )


_LONGEST = 2e5
"""A line that is longer, in pixels, is solid from there on: it is far outside, or drawn over."""


@dataclass(frozen=True)
class Track:
    """A line in its colour, with a head at its end.

    Attributes:
        line: Where it goes.
        color: Its colour.
        label: Tracks of one label and colour that follow each other are drawn as one.
        mark: Strokes from end to end, (n, 2, 2): the cross where a diverged track was last seen, or
            the arrow where a track left for good; None for a track that ends in sight.
        mark_knot: After how many steps the mark appears.
        gone_knot: After how many steps the head is gone.
        trail: How many of the last steps are bright.
        past: Whether the rest is drawn at all, faintly.
    """

    line: Line
    color: RGB
    label: str
    mark: Points | None = None
    mark_knot: float = np.inf
    gone_knot: float = np.inf
    trail: float = np.inf
    past: bool = True

    @property
    def lasting(self) -> Line:
        """The line as it stays once it was drawn: all of it, or faintly, or nothing."""
        if np.isinf(self.trail):
            return self.line
        return self.line.faint() if self.past else self.line.left_out()

    @property
    def passing(self) -> Line | None:
        """The line of which the last steps are drawn over what stays; None where all of it stays.

        What the surface hides is faint anyhow. The tails of a population are many, so all are.
        """
        if np.isinf(self.trail):
            return None
        return self.line.seen_alone() if self.past else self.line.faint()

    def tail(self, step: float) -> Line | None:
        """Return the last steps as they are after `step` steps; None where all stays."""
        passing = self.passing
        return passing and passing.until(step).since(step - self.trail)

    @property
    def vertices(self) -> Points:
        """The line's vertices, (n, 2)."""
        return self.line.vertices

    def at(self, steps: Floats) -> Points:
        """Return where the head is after so many steps, (n,) to (n, 2)."""
        return self.line.at(steps)

    def is_marked(self, step: float) -> bool:
        """Tell whether its mark is there after `step` steps."""
        return self.mark is not None and self.mark_knot <= step

    def until(self, step: float) -> Track:
        """Return the track as it is after `step` steps."""
        return replace(self, line=self.line.until(step))

    def moved(self, x: float, y: float) -> Track:
        """Return the track shifted by so many pixels."""
        offset = np.array([x, y])
        line = replace(self.line, vertices=self.line.vertices + offset)
        mark = None if self.mark is None else self.mark + offset
        return replace(self, line=line, mark=mark)

    def crossed(self, box: Box, arm: float) -> Track:
        """Return the track of a trajectory that diverged, with a cross where it was last seen.

        Args:
            box: What is seen.
            arm: How far each stroke of the cross reaches from its middle, in pixels.
        """
        line = self.line
        low, high = (box.x0 + arm, box.y0 + arm), (box.x1 - arm, box.y1 - arm)
        place, knot = line.vertices[0], float(line.knots[0])
        for margin in (-arm, 0.0):  # best where the cross has room on the line itself
            _, b, kept = clip_segments(line.vertices[:-1], line.vertices[1:], box, margin)
            if len(kept):
                place, last = b[-1], int(kept[-1])
                whole = np.hypot(*(line.vertices[last + 1] - line.vertices[last]))
                share = np.hypot(*(place - line.vertices[last])) / whole if whole else 1.0
                knot = float(line.knots[last] + share * (line.knots[last + 1] - line.knots[last]))
                break
        place = np.clip(place, low, high)
        reach = arm / np.sqrt(2)
        strokes = np.array([[(-1, -1), (1, 1)], [(-1, 1), (1, -1)]]) * reach
        return replace(self, mark=place + strokes, mark_knot=knot, gone_knot=knot)


def gaps_around(there: Flags) -> Flags:
    """Tell to which vertices no line leads, where only these, (n,), are known."""
    gap = ~there
    gap[1:] |= ~there[:-1]
    return gap


def clip_segments(a: Points, b: Points, box: Box, margin: float) -> tuple[Points, Points, Ints]:
    """Clip segments to a box (Liang and Barsky 1984).

    Args:
        a: Where segments begin, (n, 2).
        b: Where they end, (n, 2).
        box: What they are clipped to.
        margin: By how many pixels the box is larger on each side.

    Returns:
        Both ends of those that meet the box, (m, 2) each, and which they are, (m,).
    """
    low = np.array([box.x0, box.y0]) - margin
    high = np.array([box.x1, box.y1]) + margin
    run = b - a
    with np.errstate(all="ignore"):
        at_low, at_high = (low - a) / run, (high - a) / run
    still = run == 0
    outside = still & ((a < low) | (a > high))
    enter = np.where(still, 0.0, np.minimum(at_low, at_high))
    leave = np.where(still, 1.0, np.maximum(at_low, at_high))
    # By columns: numpy's own maximum over two of them takes longer.
    t0 = np.maximum(np.maximum(enter[:, 0], enter[:, 1]), 0.0)
    t1 = np.minimum(np.minimum(leave[:, 0], leave[:, 1]), 1.0)
    kept = np.flatnonzero((t0 <= t1) & ~(outside[:, 0] | outside[:, 1]))
    with np.errstate(all="ignore"):
        begin, end = a + run * t0[:, None], a + run * t1[:, None]
    # Where ends are all but infinite, rounding would move the cut: the box's side is exact.
    begin = np.where((enter == t0[:, None]) & (enter > 0), np.where(run > 0, low, high), begin)
    end = np.where((leave == t1[:, None]) & (leave < 1), np.where(run > 0, high, low), end)
    return np.clip(begin[kept], low, high), np.clip(end[kept], low, high), kept
