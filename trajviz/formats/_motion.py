"""What moves in a scene, as SVG that CSS animates: lines revealed, heads along them, the counter.

Every element stands as after the last step; an animation takes it there. So whatever shows no
animation shows the end.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from trajviz.animate import Animation, shown_steps
from trajviz.formats._drawing import EM, Letters, clip_of, hexed, mark, number, rectangle
from trajviz.formats._paths import FINE, in_units, path_of
from trajviz.formats._thinning import thin_line, thin_motion
from trajviz.recipe import Playback
from trajviz.scene import Scene
from trajviz.scene.layout import Counter
from trajviz.scene.marks import Box
from trajviz.scene.plot import Plot
from trajviz.scene.track import FAINT, HIDDEN_HEAD, Flags, Line, Track, clip_segments
from trajviz.surface import Floats, Ints, Points

_SLACK = 0.12
"""How far a line's corners may be off, in pixels."""
_LATE = 0.25
"""How far what moves may be off, in pixels."""
_PER_SECOND = 25
"""Moments a second, at least, at which it is known where everything is."""
_MARGIN = 24
"""Pixels beyond a plot where lines and heads that leave it end."""


class Timeline:
    """When what is shown: moments in seconds, (n,), and how many steps are taken at each, (n,)."""

    def __init__(self, playback: Playback, positions: Floats) -> None:
        self.positions = positions
        self.motion = max(len(positions) - 1, 0) / playback.fps
        """Seconds until the last step, when the animation rests."""
        self.total = max(playback.seconds + playback.hold, self.motion)
        self.loop = playback.loop
        self.frames = np.arange(len(positions)) / playback.fps
        fine = max(1, math.ceil(_PER_SECOND / playback.fps))
        count = (len(positions) - 1) * fine + 1
        self.moments = np.linspace(0, self.motion, count)
        self.steps = np.linspace(positions[0], positions[-1], count)
        self.rules: list[str] = []

    def animate(self, times: Floats, styles: Iterable[str]) -> str:
        """Return the attribute of an element that has these styles at these times."""
        places = max(2, math.ceil(math.log10(self.total)) + 1)
        frames = "".join(
            f"{_percent(100 * time / self.total, places)}{{{style}}}"
            for time, style in zip(times.tolist(), styles, strict=True)
        )
        name = f"k{len(self.rules)}"
        self.rules.append(f"@keyframes {name}{{{frames}}}")
        return f' style="animation-name:{name}"'

    def stepwise(self, values: Sequence[object], styles: Iterable[str]) -> str:
        """Return the attribute of an element whose style changes at once, or nothing if never."""
        changes = [
            place
            for place, value in enumerate(values)
            if place == 0 or value != values[place - 1]
        ]
        if len(changes) == 1:
            return ""
        every = list(styles)
        return f' class="s"{self.animate(self.moments[changes], [every[i] for i in changes])}'


def _percent(share: float, places: int) -> str:
    text = f"{share:.{places}f}".rstrip("0").rstrip(".")
    return f"{text}%"


@dataclass(frozen=True)
class _Course:
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


def _course(line: Line, box: Box, steps: Floats) -> _Course | None:
    """Return a line within reach of a box, and how much of it is shown after steps, (n,)."""
    near = _within(line, box)
    if near is None:
        return None
    kept = _kept(near)
    corners = in_units(near.vertices[kept])
    along = np.interp(steps, near.knots, _reach(near.vertices))
    reveal = np.interp(along, _reach(near.vertices)[kept], _reach(corners))
    reveal[steps < near.knots[0]] = -1
    return _Course(corners, _any_between(near.hidden, kept), _any_between(near.gap, kept), reveal)


def _within(line: Line, box: Box) -> Line | None:
    """Return a line clipped to its box and a margin; where it is further out, there is a gap."""
    a, b, kept = clip_segments(line.vertices[:-1], line.vertices[1:], box, _MARGIN)
    if not len(kept):
        return None
    whole = np.hypot(*(line.vertices[kept + 1] - line.vertices[kept]).T)
    span = line.knots[kept + 1] - line.knots[kept]
    knots = [
        line.knots[kept]
        + span * np.divide(
            np.hypot(*(end - line.vertices[kept]).T), whole, out=np.zeros(len(kept)), where=whole > 0
        )
        for end in (a, b)
    ]
    knots[1] = np.where(whole > 0, knots[1], line.knots[kept + 1])
    out = np.append(True, (a[1:] != b[:-1]).any(axis=1))
    # Each segment adds its end, and its beginning too where the line was out of reach before.
    pairs = np.stack([out, np.ones(len(kept), dtype=bool)], axis=1).ravel()
    flags = [
        np.stack([first, second[kept + 1]], axis=1).ravel()[pairs]
        for first, second in ((np.zeros(len(kept), dtype=bool), line.hidden), (out, line.gap))
    ]
    return Line(
        np.stack([a, b], axis=1).reshape(-1, 2)[pairs],
        np.maximum.accumulate(np.stack(knots, axis=1).ravel()[pairs]),
        flags[0],
        flags[1],
    )


def _kept(line: Line) -> Ints:
    """Return which vertices to keep: fewer for the same line, all where it changes its kind."""
    changes = (np.diff(line.hidden[1:]) | np.diff(line.gap[1:])).nonzero()[0] + 1
    bounds = np.unique([0, *changes.tolist(), len(line.vertices) - 1])
    parts = [
        first + thin_line(line.vertices[first : last + 1], _SLACK)
        for first, last in itertools.pairwise(bounds.tolist())
    ]
    return np.unique(np.concatenate([np.array([0]), *parts]))


def _any_between(flags: Flags, kept: Ints) -> Flags:
    """Return the flag of the segment that ends at each kept vertex."""
    return flags[kept]


class Moving:
    """Draws what moves in a scene; collects what it defines."""

    def __init__(self, animation: Animation, playback: Playback, letters: Letters) -> None:
        self.scene, self.letters = animation.scene, letters
        self.timeline = Timeline(playback, animation.positions)
        self.definitions = ""
        self._count = 0

    def _define(self, kind: str, content: str) -> str:
        name = f"{kind}{self._count}"
        self._count += 1
        self.definitions += content.format(name=name)
        return name

    def plot(self, plot: Plot, clip: str) -> str:
        """Return a plot's lines, its foreground and its heads, in order."""
        lines = [self._lines(plot, layer, place) for place, layer in enumerate(plot.layers)]
        heads = [self._heads(plot, layer, place) for place, layer in enumerate(plot.layers)]
        marks = [mark(shape, self.letters) for shape in plot.foreground]
        return f'<g clip-path="url(#{clip})">{"".join([*lines, *marks, *heads])}</g>'

    def _lines(self, plot: Plot, layer: Sequence[Track], place: int) -> str:
        """Return a layer's lines: what is hidden, then all halos, then all that is seen."""
        pen, theme, color = plot.pen, self.scene.theme, hexed(layer[0].color)
        drawn = [strokes for track in layer for strokes in self._strokes(track, plot)]
        halo = pen.line + 2 * pen.halo
        passes = [
            (True, color, pen.faint, f' opacity="{FAINT}"'),
            *([(False, hexed(theme.background), halo, "")] if theme.halo else []),
            (False, color, pen.line, ""),
        ]
        groups = []
        for hidden, stroke, width, more in passes:
            content = "".join(element for behind, element in drawn if behind is hidden)
            if content:
                groups.append(
                    f'<g stroke="{stroke}" stroke-width="{number(FINE * width)}"{more}>{content}</g>'
                )
        return f'<g class="l t{place}">{"".join(groups)}</g>'

    def _strokes(self, track: Track, plot: Plot) -> Iterator[tuple[bool, str]]:
        """Yield a track's strokes, each with whether it is hidden."""
        course = _course(track.line, plot.box, self.timeline.steps)
        if course is not None and course.length:
            yield from self._revealed(course, plot)
        if track.cross is not None:
            data = path_of(in_units(track.cross))
            there = self.timeline.steps >= track.cross_knot
            shown = self.timeline.stepwise(there.tolist(), (f"opacity:{int(t)}" for t in there))
            if there[-1]:
                yield False, f'<path d="{data}"{shown}/>'

    def _revealed(self, course: _Course, plot: Plot) -> Iterator[tuple[bool, str]]:
        """Yield a line that is revealed as time goes on.

        A line in one piece is one dash that grows. Of one in several a mask grows, as wide as the
        line.
        """
        whole = self._define("p", f'<path id="{{name}}" d="{path_of([course.corners])}"/>')
        reveal = f'<use href="#{whole}"{self._growing(course)}/>'
        if not (course.hidden.any() or course.gap[1:].any()):
            yield False, reveal
            return
        width = number(FINE * (plot.pen.line + 2 * plot.pen.halo))
        area = rectangle(plot.box).removeprefix("<rect").removesuffix("/>")
        mask = self._define(
            "m",
            f'<mask id="{{name}}" maskUnits="userSpaceOnUse"{area}>'
            f'<g class="l" stroke="#fff" stroke-width="{width}">{reveal}</g></mask>',
        )
        for hidden in (True, False):
            data = path_of(course.parts(hidden))
            if data:
                yield hidden, f'<g mask="url(#{mask})"><path d="{data}"/></g>'

    def _growing(self, course: _Course) -> str:
        timeline, length = self.timeline, course.length
        clear = length + 100  # so that no round end shows before it begins
        left = np.where(course.reveal < 0, clear - 1, length - course.reveal)
        kept = thin_motion(timeline.moments, left[:, None], _LATE * FINE)
        dash = f' class="m" stroke-dasharray="{number(length)} {number(clear)}"'
        if len(timeline.moments) == 1:
            return ""
        styles = (f"stroke-dashoffset:{round(value)}" for value in left[kept].tolist())
        return dash + timeline.animate(timeline.moments[kept], styles)

    def _heads(self, plot: Plot, layer: Sequence[Track], place: int) -> str:
        pen, theme = plot.pen, self.scene.theme
        heads = [head for track in layer if (head := self._head(track, plot.box))]
        groups = []
        for radius, color in ((pen.head + pen.rim, theme.edge), (pen.head, layer[0].color)):
            disc = f'<circle r="{number(FINE * radius)}"/>'
            content = "".join(head.replace("<circle/>", disc) for head in heads)
            groups.append(f'<g fill="{hexed(color)}">{content}</g>')
        return f'<g class="t{place}">{"".join(groups)}</g>' if heads else ""

    def _head(self, track: Track, box: Box) -> str:
        """Return a head that moves, around a circle that has no size yet."""
        timeline = self.timeline
        steps, places = timeline.steps, track.at(timeline.steps)
        low, high = (box.x0, box.y0), (box.x1, box.y1)
        there = ((places >= low) & (places <= high)).all(axis=1)
        there &= (steps >= track.line.knots[0]) & (steps < track.cross_knot)
        if not there.any():
            return ""
        behind = track.line.hidden[track.line.ending(steps)]
        opacity = np.where(there, np.where(behind, HIDDEN_HEAD, 1.0), 0.0).tolist()
        fading = timeline.stepwise(opacity, (f"opacity:{number(o) or 0}" for o in opacity))
        still = f' opacity="{number(opacity[-1])}"' if opacity[-1] < 1 else ""
        places = in_units(np.clip(places, np.subtract(low, _MARGIN), np.add(high, _MARGIN)))
        disc = f"<g{self._gliding(places)}><circle/></g>"
        return f"<g{fading}{still}>{disc}</g>" if fading or still else disc

    def _gliding(self, places: Ints) -> str:
        timeline = self.timeline
        x, y = places[-1].tolist()
        kept = thin_motion(timeline.moments, places.astype(np.float64), _LATE * FINE)
        end = f' transform="translate({x} {y})"'
        if len(kept) < 2:
            return end
        styles = (f"transform:translate({x}px,{y}px)" for x, y in places[kept].tolist())
        return f' class="m"{end}{timeline.animate(timeline.moments[kept], styles)}'

    def counter(self, counter: Counter) -> str:
        """Return the step number: all that are shown, one below the other, behind a window."""
        timeline = self.timeline
        shown = shown_steps(timeline.positions)
        numbers = np.unique(shown)
        row = round(2 * EM)
        rows = "".join(
            self._number(counter, step, place * row) for place, step in enumerate(numbers.tolist())
        )
        down = (-row * np.searchsorted(numbers, shown)).tolist()
        changes = np.flatnonzero(np.diff(shown, prepend=-1))
        styles = (f"transform:translate(0,{down[i]}px)" for i in changes.tolist())
        moving = timeline.animate(timeline.frames[changes], styles) if len(changes) > 1 else ""
        size, scale = math.ceil(counter.size), number(FINE * counter.size / EM)
        left = math.floor(counter.digits(10 ** len(str(self.scene.steps)))[-1].x)
        y = round(counter.y)
        box = Box(left, y - size, math.ceil(counter.right) + 1, y + size // 2)
        clip = self._define("c", clip_of("{name}", box))
        place = f"translate({round(counter.right) * FINE} {y * FINE})scale({scale})"
        return (
            f'<g clip-path="url(#{clip})"><g fill="{hexed(counter.color)}" transform="{place}">'
            f'<g class="s" transform="translate(0 {down[-1]})"{moving}>{rows}</g></g></g>'
        )

    def _number(self, counter: Counter, step: int, y: int) -> str:
        digits = [
            (mark.text, round((mark.x - round(counter.right)) * EM / counter.size))
            for mark in counter.digits(step)
        ]
        return "".join(
            f'<use href="#{self.letters.digit(digit)}" x="{x}" y="{y}"/>' for digit, x in digits
        )


def motionless(timeline: Timeline) -> bool:
    """Tell whether nothing moves."""
    return not timeline.rules
