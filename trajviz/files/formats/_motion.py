"""What moves in a scene, as SVG that CSS animates: lines revealed, heads along them, the counter.

Every element stands as after the last step; an animation takes it there. So whatever shows no
animation shows the end.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from trajviz.animation import Animation, shown_steps
from trajviz.files.formats._drawing import (
    EM,
    Letters,
    extent,
    head_passes,
    mark,
    number,
    pencil,
    stroke_passes,
)
from trajviz.files.formats._paths import FINE, in_units, path_of
from trajviz.files.formats._thinning import thin_motion
from trajviz.files.formats._timeline import Timeline
from trajviz.files.formats._visible_line import MARGIN, VisibleLine, visible_line
from trajviz.recipe.recipe import Playback
from trajviz.scene.color import hexed
from trajviz.scene.layout import Counter
from trajviz.scene.marks import Box, Oval
from trajviz.scene.movers import Mover, MovingStroke, MovingText, held
from trajviz.scene.plot import Plot
from trajviz.scene.track import FAINT, HIDDEN_HEAD, Track
from trajviz.surface import Floats, Ints

_LATE = 0.25
"""How far what moves may be off, in pixels."""


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
        """Return a plot's lines, marks, foreground, heads and stars, in order."""
        lines = [self._lines(plot, layer, place) for place, layer in enumerate(plot.layers)]
        lines += [self._tails(plot, layer, place) for place, layer in enumerate(plot.layers)]
        lines += [self._marks(plot, layer, place) for place, layer in enumerate(plot.layers)]
        growth = plot.growth(self.timeline.steps)
        if len(plot.layers) == len(plot.tracks):
            heads = [
                self._growing_head(plot, track, growth[place], place)
                for place, track in enumerate(plot.tracks)
            ]
        else:
            heads = [self._heads(plot, layer, place) for place, layer in enumerate(plot.layers)]
        marks, stars = (
            [mark(shape, self.letters) for shape in shapes]
            for shapes in (plot.under_heads, plot.over_heads)
        )
        movers = [f'<g class="t{mover.layer}">{self._mover(mover)}</g>' for mover in plot.movers]
        content = "".join([*lines, *marks, *heads, *stars, *movers])
        return f'<g clip-path="url(#{clip})">{content}</g>'

    def _lines(self, plot: Plot, layer: Sequence[Track], place: int) -> str:
        """Return what stays of a layer's lines."""
        return self._drawn(plot, layer, place, [s for t in layer for s in self._strokes(t, plot)])

    def _tails(self, plot: Plot, layer: Sequence[Track], place: int) -> str:
        """Return the last steps of a layer's lines, where they are drawn apart."""
        drawn = [strokes for track in layer for strokes in self._tail(track, plot)]
        return self._drawn(plot, layer, place, drawn) if drawn else ""

    def _drawn(
        self, plot: Plot, layer: Sequence[Track], place: int, drawn: Sequence[tuple[bool, str]]
    ) -> str:
        """Return a layer's strokes: what is hidden, then all halos, then all that is seen."""
        behind = "".join(element for hidden, element in drawn if hidden)
        seen = "".join(element for hidden, element in drawn if not hidden)
        faint = pencil(hexed(layer[0].color), plot.pen.faint, behind, f' opacity="{FAINT}"')
        return f'<g class="l t{place}">{faint}{self._penciled(plot, layer, seen)}</g>'

    def _penciled(self, plot: Plot, layer: Sequence[Track], seen: str) -> str:
        """Return a layer's elements as halos, where there are any, and then in their colour."""
        pen, theme = plot.pen, self.scene.theme
        halo = pencil(hexed(theme.background), pen.line + 2 * pen.halo, seen)
        return halo * theme.halo + pencil(hexed(layer[0].color), pen.line, seen)

    def _marks(self, plot: Plot, layer: Sequence[Track], place: int) -> str:
        """Return a layer's marks, which appear when their tracks have left or ended."""
        marks = "".join(self._mark(track) for track in layer if track.mark is not None)
        return f'<g class="l t{place}">{self._penciled(plot, layer, marks)}</g>' if marks else ""

    def _mark(self, track: Track) -> str:
        there = (self.timeline.steps >= track.mark_knot).tolist()
        if track.mark is None or not there[-1]:
            return ""
        shown = self.timeline.stepwise(there, (f"opacity:{int(yes)}" for yes in there))
        return f'<path d="{path_of(in_units(track.mark))}"{shown}/>'

    def _strokes(self, track: Track, plot: Plot) -> Iterator[tuple[bool, str]]:
        """Yield a track's strokes, each with whether it is hidden."""
        line = visible_line(track.lasting, plot.box, self.timeline.steps)
        if line is not None and line.length and not line.gap[1:].all():
            yield from self._revealed(line, plot, self._growing(line))

    def _tail(self, track: Track, plot: Plot) -> Iterator[tuple[bool, str]]:
        """Yield the strokes of a track's last steps, each with whether it is hidden."""
        steps, passing = self.timeline.steps, track.passing
        line = passing and visible_line(passing, plot.box, steps)
        end = passing and visible_line(passing, plot.box, steps - track.trail)
        if line and end and line.length and not line.gap[1:].all():
            yield from self._revealed(line, plot, self._sliding(line, end.reveal))

    def _revealed(self, line: VisibleLine, plot: Plot, shown: str) -> Iterator[tuple[bool, str]]:
        """Yield a line of which attributes show more, or another part, as time goes on.

        A line in one piece is one dash. Of one in several a mask is it, as wide as the line.
        """
        whole = self._define("p", f'<path id="{{name}}" d="{path_of([line.corners])}"/>')
        reveal = f'<use href="#{whole}"{shown}/>'
        if not (line.hidden.any() or line.gap[1:].any()):
            yield False, reveal
            return
        width = number(FINE * (plot.pen.line + 2 * plot.pen.halo))
        mask = self._define(
            "m",
            f'<mask id="{{name}}" maskUnits="userSpaceOnUse" {extent(plot.box)}>'
            f'<g class="l" stroke="#fff" stroke-width="{width}">{reveal}</g></mask>',
        )
        for hidden in (True, False):
            data = path_of(line.parts(hidden))
            if data:
                yield hidden, f'<g mask="url(#{mask})"><path d="{data}"/></g>'

    def _growing(self, line: VisibleLine) -> str:
        """Return the attributes of a line as one dash, followed by a gap into which it shrinks."""
        timeline, length = self.timeline, line.length
        clear = length + 100  # so that no round end shows before it begins
        left = np.where(line.reveal < 0, clear - 1, length - line.reveal)
        kept = thin_motion(timeline.moments, left[:, None], _LATE * FINE)
        if len(kept) < 2:
            return ""
        dash = f' class="m" stroke-dasharray="{number(length)} {number(clear)}"'
        styles = (f"stroke-dashoffset:{round(value)}" for value in left[kept].tolist())
        return dash + timeline.animate(timeline.moments[kept], styles)

    def _sliding(self, line: VisibleLine, end: Floats) -> str:
        """Return the attributes of a line as one dash that slides along it.

        Args:
            line: The line, revealed as far as the dash reaches at each moment.
            end: Up to where it has gone by each moment, (moments,).
        """
        timeline, clear = self.timeline, number(line.length + 100)
        begin = np.maximum(end, 0.0)
        length = np.maximum(line.reveal - begin, 0.0)
        kept = thin_motion(timeline.moments, np.stack([begin, length], axis=1), _LATE * FINE)

        dashes = [
            (f"{round(long)} {clear}", -round(start))
            for start, long in zip(begin.tolist(), length.tolist(), strict=True)
        ]
        still = ' stroke-dasharray="{}" stroke-dashoffset="{}"'.format(*dashes[-1])
        if len(kept) < 2:
            return still
        styles = (
            f"stroke-dasharray:{dash};stroke-dashoffset:{offset}"
            for dash, offset in (dashes[place] for place in kept.tolist())
        )
        return f' class="m"{still}{timeline.animate(timeline.moments[kept], styles)}'

    def _growing_head(self, plot: Plot, track: Track, growth: Floats, place: int) -> str:
        """Return a head that grows by so much at each moment: its rim, then itself.

        Both are dots of a line's width, since that can be animated everywhere.
        """
        head = self._head(track, plot.box)
        dots = "".join(
            f'<path d="M0 0h0" stroke="{hexed(color)}"{self._widening(2 * (radius + growth))}/>'
            for radius, color in (
                (plot.pen.head + plot.pen.rim, self.scene.theme.edge),
                (plot.pen.head, track.color),
            )
        )
        return f'<g class="l t{place}">{head.replace("<circle/>", dots)}</g>' if head else ""

    def _widening(self, widths: Floats) -> str:
        """Return the attributes of a stroke that is so wide at each moment, in pixels."""
        timeline, end = self.timeline, f' stroke-width="{number(FINE * widths[-1])}"'
        kept = thin_motion(timeline.moments, widths[:, None], _LATE)
        if len(kept) < 2 or (widths == widths[0]).all():
            return end
        styles = (f"stroke-width:{number(FINE * width)}" for width in widths[kept].tolist())
        return f' class="m"{end}{timeline.animate(timeline.moments[kept], styles)}'

    def _heads(self, plot: Plot, layer: Sequence[Track], place: int) -> str:
        """Return a layer's heads: all their rims, then all heads."""
        heads = "".join(self._head(track, plot.box) for track in layer)
        groups = []
        for ink, radius in head_passes(plot.pen, layer[0].color, self.scene.theme.edge):
            disc = f'<circle r="{number(FINE * radius)}"/>'
            groups.append(f"<g {ink}>{heads.replace('<circle/>', disc)}</g>")
        return f'<g class="t{place}">{"".join(groups)}</g>' if heads else ""

    def _head(self, track: Track, box: Box) -> str:
        """Return a head that moves, around a circle that has no size yet."""
        timeline = self.timeline
        steps, places = timeline.steps, track.at(timeline.steps)
        low, high = (box.x0, box.y0), (box.x1, box.y1)
        there = ((places >= low) & (places <= high)).all(axis=1)
        there &= (steps >= track.line.knots[0]) & (steps < track.gone_knot)
        if not there.any():
            return ""
        behind = track.line.hidden[track.line.ending(steps)]
        opacity = np.where(there, np.where(behind, HIDDEN_HEAD, 1.0), 0.0).tolist()
        fading = timeline.stepwise(opacity, (f"opacity:{number(o)}" for o in opacity))
        still = f' opacity="{number(opacity[-1])}"' if opacity[-1] < 1 else ""
        near = np.clip(places, np.subtract(low, MARGIN), np.add(high, MARGIN))
        disc = f"<g{self._gliding(in_units(near))}><circle/></g>"
        return f"<g{fading}{still}>{disc}</g>" if fading or still else disc

    def _gliding(self, places: Ints) -> str:
        """Return the attributes of what is at these places, (moments, 2), in units."""
        timeline = self.timeline
        x, y = places[-1].tolist()
        kept = thin_motion(timeline.moments, places.astype(np.float64), _LATE * FINE)
        end = f' transform="translate({x} {y})"'
        if len(kept) < 2:
            return end
        styles = (f"transform:translate({x}px,{y}px)" for x, y in places[kept].tolist())
        return f' class="m"{end}{timeline.animate(timeline.moments[kept], styles)}'

    def _mover(self, mover: Mover) -> str:
        """Return what moves over a plot, seen while it is there."""
        steps = self.timeline.steps
        if isinstance(mover, MovingText):
            places = mover.places(steps)
            text = mark(replace(mover.text, x=0.0, y=0.0), self.letters)
            moving = f"<g{self._gliding(in_units(held(places)))}>{text}</g>"
        elif isinstance(mover, MovingStroke):
            places = mover.ends(steps).reshape(len(steps), 4)
            moving = self._pointing(mover, held(places))
        else:
            places = mover.radii(steps)
            moving = self._ringing(mover.oval, held(places))
        there = (~np.isnan(places[:, 0])).tolist()
        if not any(there):
            return ""
        shown = self.timeline.stepwise(there, (f"opacity:{int(yes)}" for yes in there))
        gone = "" if there[-1] else ' opacity="0"'
        return f"<g{shown}{gone}>{moving}</g>" if shown or gone else moving

    def _pointing(self, mover: MovingStroke, ends: Floats) -> str:
        """Return a stroke whose ends, (moments, 4), move.

        Its last corner glides and turns; behind it is a dash that is as long as the stroke. Where
        it is short, all of it is small.
        """
        timeline, stroke, (dx, dy) = self.timeline, mover.stroke, (ends[:, 2:] - ends[:, :2]).T
        length, turn = np.hypot(dx, dy), np.unwrap(np.arctan2(dy, dx))
        share = np.maximum(mover.share(length), 0.01)
        bare = replace(stroke, corners=((-1e3, 0.0), (0.0, 0.0)))
        back = -bare.shaft[-1][0]
        dash = FINE * np.maximum(length / share - back, 0.0)
        most = round(dash.max() + 100)
        kept = thin_motion(timeline.moments, dash[:, None], _LATE * FINE)
        dashed = f' stroke-dasharray="{round(dash[-1])} {most}"'
        if len(kept) > 1:
            styles = (f"stroke-dasharray:{round(long)} {most}" for long in dash[kept].tolist())
            dashed += f' class="m"{timeline.animate(timeline.moments[kept], styles)}'
        line = f'<g class="l"><path d="M-{round(FINE * back)} 0h-{most}"{dashed}/></g>'
        tip = path_of([in_units(np.array(bare.barbs))], closed=True) if stroke.tip else ""
        drawn = stroke_passes(stroke, line, f'<path d="{tip}"/>' if tip else "")
        return f"<g{self._turning(in_units(ends[:, 2:]), np.degrees(turn), share)}>{drawn}</g>"

    def _turning(self, places: Ints, degrees: Floats, shares: Floats) -> str:
        """Return the attributes of what is at these places, (moments, 2), so turned and so large.

        Args:
            places: In units.
            degrees: How far it is turned, (moments,).
            shares: How large it is, (moments,).
        """
        timeline = self.timeline
        values = np.column_stack([places, FINE * degrees / 2, 10 * FINE * shares])
        kept = thin_motion(timeline.moments, values, _LATE * FINE)
        moves = [
            (*map(str, place), number(angle), number(share))
            for place, angle, share in zip(
                places.tolist(), degrees.tolist(), shares.tolist(), strict=True
            )
        ]
        end = ' transform="translate({} {})rotate({})scale({})"'.format(*moves[-1])
        if len(kept) < 2:
            return end
        style = "transform:translate({}px,{}px) rotate({}deg) scale({})"
        styles = (style.format(*moves[place]) for place in kept.tolist())
        return f' class="m"{end}{timeline.animate(timeline.moments[kept], styles)}'

    def _ringing(self, oval: Oval, radii: Floats) -> str:
        """Return an ellipse that reaches so far at each moment, (moments, 2)."""
        timeline = self.timeline
        kept = thin_motion(timeline.moments, radii, _LATE)
        across, up = map(number, FINE * radii[-1])
        shown = f' rx="{across}" ry="{up}"'
        if len(kept) > 1:
            styles = (
                f"rx:{number(a)}px;ry:{number(b)}px" for a, b in (FINE * radii[kept]).tolist()
            )
            shown += f' class="m"{timeline.animate(timeline.moments[kept], styles)}'
        x, y = number(FINE * oval.x), number(FINE * oval.y)
        return pencil(
            hexed(oval.color), oval.width, f'<ellipse cx="{x}" cy="{y}"{shown} fill="none"/>'
        )

    def counter(self, counter: Counter) -> str:
        """Return the step number: all that are shown, each at its time."""
        shown = shown_steps(self.timeline.positions)
        changes = np.flatnonzero(np.diff(shown, prepend=-1))
        times = [*self.timeline.frames[changes].tolist(), math.inf]
        numbers = [
            f"<g{self._between(begin, end)}>{self._number(counter, step)}</g>"
            for step, (begin, end) in zip(
                shown[changes].tolist(), itertools.pairwise(times), strict=True
            )
        ]
        return f"<g{_placed(counter)}>{''.join(numbers)}</g>"

    def subtitles(self) -> str:
        """Return what is said from a step on until the next."""
        frames, said = self.timeline.frames, self.scene.subtitles
        first = np.searchsorted(self.timeline.positions, [one.step for one in said])
        times = [*frames[np.minimum(first, len(frames) - 1)].tolist(), math.inf]
        return "".join(
            f"<g{self._between(*span)}>{''.join(mark(m, self.letters) for m in one.marks)}</g>"
            for one, span in zip(said, itertools.pairwise(times), strict=True)
            if one.marks and span[0] < span[1]
        )

    def finale(self) -> str:
        """Return what is seen at the end alone: from half a frame before the last one on."""
        marks = "".join(mark(shape, self.letters) for shape in self.scene.finale)
        frames = self.timeline.frames
        begin = max(0.0, float(frames[-1] - (frames[-1] - frames[-2:][0]) / 2))
        return f"<g{self._between(begin, math.inf)}>{marks}</g>" if marks else ""

    def _between(self, begin: float, end: float) -> str:
        """Return the attributes of what is seen between two times, in seconds, or to the end."""
        seen = {0.0: "hidden", begin: "visible", end: "hidden"}
        seen.pop(math.inf, None)
        still = "" if math.isinf(end) else ' visibility="hidden"'
        if len(seen) == 1:
            return still
        styles = (f"visibility:{value}" for value in seen.values())
        return f' class="s"{still}{self.timeline.animate(np.array([*seen]), styles)}'

    def settable(self, counter: Counter) -> str:
        """Return the step number for a script to set: its digits from the last, and their names."""
        names = " ".join(map(self.letters.digit, "0123456789"))
        digits = self._number(counter, self.scene.steps)
        return f'<g id="counter" data-digits="{names}"{_placed(counter)}>{digits}</g>'

    def _number(self, counter: Counter, step: int) -> str:
        """Return a step's digits, the last first, in units of their size from where they end."""
        return "".join(
            f'<use href="#{self.letters.digit(digit.text)}" '
            f'x="{round((digit.x - round(counter.right)) * EM / counter.size)}"/>'
            for digit in counter.digits(step)
        )


def _placed(counter: Counter) -> str:
    """Return the attributes of what holds the step number, its end at the origin."""
    place = f"translate({round(counter.right) * FINE} {round(counter.y) * FINE})"
    scale = number(FINE * counter.size / EM)
    return f' fill="{hexed(counter.color)}" transform="{place}scale({scale})"'
