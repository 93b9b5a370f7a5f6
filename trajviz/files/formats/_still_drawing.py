"""One moment of a scene as an SVG written by ourselves."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from trajviz.files.formats._drawing import (
    Letters,
    clip_of,
    document,
    head_passes,
    mark,
    number,
    pencil,
    view_of,
)
from trajviz.files.formats._paths import FINE, in_units, path_of
from trajviz.files.formats._visible_line import visible_line
from trajviz.scene.alt import listed
from trajviz.scene.color import hexed
from trajviz.scene.plot import Plot
from trajviz.scene.scene import Scene
from trajviz.scene.track import FAINT, HIDDEN_HEAD, Line, Track

_MOST = 400_000
"""Bytes of level lines up to which they stay lines, since a still is there to be enlarged."""


def still_drawing(scene: Scene, step: int, head: str) -> str:
    """Return the picture after `step` steps as an SVG, whose first elements are those of `head`."""
    letters, lasting = Letters(), Lasting(scene, step)
    moments = [plot.shown_at(step) for plot in scene.plots]
    plots = [plot.at(at / scene.steps) for plot, at in zip(scene.plots, moments, strict=True)]
    clips = [f"b{place}" for place in range(len(plots))]
    named = list(zip(clips, plots, strict=True))
    shapes = (*scene.marks, *scene.passing(step))
    digits = scene.counter.digits(step) if scene.counter else ()
    content = "".join(
        [
            *(
                _clipped(view_of(plot, letters, moment, _MOST, scene.clear), name)
                for moment, (name, plot) in zip(moments, named, strict=True)
            ),
            *(mark(shape, letters) for shape in shapes),
            *(_clipped(lasting.plot(plot, letters), name) for name, plot in named),
            *(mark(digit, letters) for digit in digits),
        ]
    )
    clip_paths = "".join(clip_of(name, plot.box) for name, plot in named)
    definitions = clip_paths + letters.definitions + "".join(lasting.definitions)
    summary = f"{scene.words.title}: {listed([chip.name for chip in scene.words.chips])}"
    return document(scene, summary, head, definitions, content)


def _clipped(content: str, name: str) -> str:
    return f'<g clip-path="url(#{name})">{content}</g>' if content else ""


class Lasting:
    """Draws what the tracks have left after `step` steps; collects what it defines."""

    def __init__(self, scene: Scene, step: int) -> None:
        self.theme, self.now = scene.theme, step
        self._go_to(step)
        self.definitions: list[str] = []

    def _go_to(self, step: float) -> None:
        self.step, self.moment = step, np.array([float(step)])

    def plot(self, plot: Plot, letters: Letters) -> str:
        """Return a plot's lines, marks, foreground, heads and stars, in order."""
        self._go_to(plot.shown_at(self.now))
        growth = iter(plot.growth(self.moment)[:, 0].tolist())
        under, over, moved = (
            [mark(shape, letters) for shape in shapes]
            for shapes in (plot.under_heads, plot.over_heads, plot.moved(self.step))
        )
        lines = [
            self._lines(plot, layer, [track.lasting.until(self.step) for track in layer])
            for layer in plot.layers
        ]
        lines += [
            self._lines(plot, layer, [tail for t in layer if (tail := t.tail(self.step))])
            for layer in plot.layers
        ]
        marks = [self._marks(plot, layer) for layer in plot.layers]
        heads = [self._heads(plot, layer, growth) for layer in plot.layers]
        strokes = "".join([*lines, *marks])
        return "".join(
            [f'<g class="l">{strokes}</g>' * bool(strokes), *under, *heads, *over, *moved]
        )

    def _lines(self, plot: Plot, layer: Sequence[Track], lines: Sequence[Line]) -> str:
        """Return lines of a layer: what is hidden, then what is seen with its halo."""
        visible = [near for line in lines if (near := visible_line(line, plot.box, self.moment))]
        hidden, seen = (
            path_of(part for line in visible for part in line.parts(behind))
            for behind in (True, False)
        )
        behind = f'<path d="{hidden}"/>' if hidden else ""
        faint = pencil(hexed(layer[0].color), plot.pen.faint, behind, f' opacity="{FAINT}"')
        return faint + self._penciled(plot, layer, seen)

    def _marks(self, plot: Plot, layer: Sequence[Track]) -> str:
        """Return the marks of tracks that have left or ended."""
        marks = [t.mark for t in layer if t.mark is not None and t.mark_knot <= self.step]
        return self._penciled(
            plot, layer, path_of(line for strokes in marks for line in in_units(strokes))
        )

    def _penciled(self, plot: Plot, layer: Sequence[Track], data: str) -> str:
        """Return strokes in a layer's colour, where there are halos over one, nothing for none."""
        pen, color = plot.pen, hexed(layer[0].color)
        if not (data and self.theme.halo):
            return pencil(color, pen.line, f'<path d="{data}"/>' if data else "")
        name = f"l{len(self.definitions)}"
        self.definitions.append(f'<path id="{name}" d="{data}"/>')
        line, halo = f'<use href="#{name}"/>', hexed(self.theme.background)
        return pencil(halo, pen.line + 2 * pen.halo, line) + pencil(color, pen.line, line)

    def _heads(self, plot: Plot, layer: Sequence[Track], growth: Iterator[float]) -> str:
        """Return a layer's heads, each larger by its growth: all their rims, then all heads."""
        grown = zip(layer, itertools.islice(growth, len(layer)), strict=True)
        heads = [(track, more) for track, more in grown if self._has_head(track, plot)]
        return "".join(
            f"<g {ink}>{''.join(self._disc(track, radius + more) for track, more in heads)}</g>"
            for ink, radius in head_passes(plot.pen, layer[0].color, self.theme.edge)
            if heads
        )

    def _has_head(self, track: Track, plot: Plot) -> bool:
        (x, y), box = track.at(self.moment)[0], plot.box
        within = box.x0 <= x <= box.x1 and box.y0 <= y <= box.y1
        return bool(within and track.line.knots[0] <= self.step < track.gone_knot)

    def _disc(self, track: Track, radius: float) -> str:
        x, y = in_units(track.at(self.moment))[0].tolist()
        behind = track.line.hidden[track.line.ending(self.moment)[0]]
        opacity = f' opacity="{number(HIDDEN_HEAD)}"' if behind else ""
        return f'<circle cx="{x}" cy="{y}" r="{number(FINE * radius)}"{opacity}/>'
