"""What moves in a scene, as the operators of a PDF (ISO 32000-1, 8 and annex A).

Everything is in tenths of a pixel, whole numbers, y downwards. A line of text is a form of its own,
in which matplotlib has set it: here it is only put in its place.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from trajviz.animation import Animation, shown_steps
from trajviz.files.formats._drawing import number
from trajviz.files.formats._paths import FINE, in_units
from trajviz.files.formats._visible_line import visible_line
from trajviz.scene.color import RGB
from trajviz.scene.marks import Box, Dot, Fill, Mark, Oval, Stroke, Text
from trajviz.scene.movers import marks_at
from trajviz.scene.plot import Plot
from trajviz.scene.scene import Scene
from trajviz.scene.track import Line, Track
from trajviz.surface import Ints

POINT = 0.75
"""Points in a pixel, of which an inch has 96."""
FAINT, HIDDEN_HEAD = "/F gs", "/H gs"
"""What makes lines and heads behind the surface less than opaque."""
_BEND = 0.5523
"""How far the handles of a quarter of a circle are from its ends, in radii."""


class Lettering:
    """The lines of text of a picture, each by a name of its own.

    Attributes:
        firsts: Each line where it was first put.
    """

    def __init__(self, height: int) -> None:
        self._height = height
        self._names: dict[Text, str] = {}
        self.firsts: list[Text] = []

    @property
    def names(self) -> list[str]:
        """The names of all lines, in the order of `firsts`."""
        return [*self._names.values()]

    def placed(self, text: Text) -> str:
        """Return a line of text in its place."""
        kind = replace(text, x=0, y=0)
        if kind not in self._names:
            self._names[kind] = f"T{len(self.firsts)}"
            self.firsts.append(text)
        name = self._names[kind]
        first = self.firsts[int(name[1:])]
        x = round(text.left) - round(first.left)
        y = round(text.y) - round(first.y) + self._height
        unit = number(FINE / POINT)
        return f"q {unit} 0 0 -{unit} {FINE * x} {FINE * y} cm /{name} Do Q"


def frames_of(animation: Animation, lettering: Lettering) -> Iterator[str]:
    """Yield all that moves in a scene, frame after frame."""
    scene, positions = animation.scene, animation.positions
    still: list[list[Mark]] = [[] for _ in positions]
    movers = ([*marks_at(plot.movers, positions)] or still for plot in scene.plots)
    moved = zip(*movers, strict=True)
    counted = shown_steps(positions).tolist()
    for step, count, over in zip(positions.tolist(), counted, moved, strict=True):
        yield _frame(scene, step, count, over, lettering)


def _frame(
    scene: Scene, step: float, counted: int, moved: Sequence[Sequence[Mark]], lettering: Lettering
) -> str:
    """Return what is seen after `step` steps, with what moves over each plot's tracks."""
    digits = scene.counter.digits(counted) if scene.counter else ()
    tracks = [
        part
        for plot, over in zip(scene.plots, moved, strict=True)
        for part in _Moment(scene, plot, step).drawn(over, lettering)
    ]
    return "\n".join(
        [
            f"1 J 1 j {number(POINT / FINE)} 0 0 -{number(POINT / FINE)} "
            f"0 {number(scene.size[1] * POINT)} cm",
            *(mark(shape, lettering) for shape in (*scene.passing(step), *digits)),
            *tracks,
        ]
    )


class _Moment:
    """What the tracks of a plot have left after so many steps."""

    def __init__(self, scene: Scene, plot: Plot, step: float) -> None:
        self.plot, self.step = plot, plot.shown_at(step)
        self.moment = np.array([self.step])
        self.halo = scene.theme.background if scene.theme.halo else None
        self.edge = scene.theme.edge

    def drawn(self, moved: Sequence[Mark], lettering: Lettering) -> Iterator[str]:
        """Yield lines, marks, foreground, heads, stars and what moves over them, in order."""
        plot, step = self.plot, self.step
        yield f"q {_rectangle(plot.box)} W n"
        for layer in plot.layers:
            yield from self._lines(layer, [track.lasting.until(step) for track in layer])
        for layer in plot.layers:
            yield from self._lines(layer, [tail for t in layer if (tail := t.tail(step))])
        for layer in plot.layers:
            strokes = [t.mark for t in layer if t.mark is not None and t.is_marked(step)]
            ends = [in_units(stroke) for each in strokes for stroke in each]
            yield from self._penciled(layer[0].color, ends)
        yield from (mark(shape, lettering) for shape in plot.under_heads)
        yield from self._heads()
        yield from (mark(shape, lettering) for shape in (*plot.over_heads, *moved))
        yield "Q"

    def _lines(self, layer: Sequence[Track], lines: Sequence[Line]) -> Iterator[str]:
        """Yield lines of a layer: what is hidden faintly, then what is seen with its halo."""
        seen = [near for one in lines if (near := visible_line(one, self.plot.box, self.moment))]
        behind, before = ([p for near in seen for p in near.parts(h)] for h in (True, False))
        color = layer[0].color
        if behind:
            yield f"q {FAINT} {_lined(color, self.plot.pen.faint)} {_path(behind)} S Q"
        yield from self._penciled(color, before)

    def _penciled(self, color: RGB, lines: Sequence[Ints]) -> Iterator[str]:
        """Yield lines as the plot's pen draws them, all halos first."""
        pen, path = self.plot.pen, _path(lines)
        if path and self.halo:
            yield f"{_lined(self.halo, pen.line + 2 * pen.halo)} {path} S"
        if path:
            yield f"{_lined(color, pen.line)} {path} S"

    def _heads(self) -> Iterator[str]:
        """Yield the heads, each larger by its growth: of each layer all rims, then all heads."""
        pen, growth = self.plot.pen, iter(self.plot.growth(self.moment)[:, 0].tolist())
        for layer in self.plot.layers:
            grown = zip(layer, itertools.islice(growth, len(layer)), strict=True)
            heads = [(track, more) for track, more in grown if self._has_head(track)]
            for color, radius in ((self.edge, pen.head + pen.rim), (layer[0].color, pen.head)):
                yield from (self._disc(track, radius + more, color) for track, more in heads)

    def _has_head(self, track: Track) -> bool:
        (x, y), box = track.at(self.moment)[0], self.plot.box
        within = box.x0 <= x <= box.x1 and box.y0 <= y <= box.y1
        return bool(within and track.line.knots[0] <= self.step < track.gone_knot)

    def _disc(self, track: Track, radius: float, color: RGB) -> str:
        x, y = track.at(self.moment)[0].tolist()
        behind = track.line.hidden[track.line.ending(self.moment)[0]]
        disc = f"{_filled(color)} {_oval(x, y, radius, radius)} f"
        return f"q {HIDDEN_HEAD} {disc} Q" if behind else disc


def mark(shape: Mark, lettering: Lettering) -> str:
    """Return a mark."""
    if isinstance(shape, Text):
        return lettering.placed(shape)
    if isinstance(shape, Fill):
        return f"{_filled(shape.color)} {_rectangle(shape.box)} f"
    if isinstance(shape, Dot):
        disc = _oval(shape.x, shape.y, shape.radius, shape.radius)
        return f"{_filled(shape.color)} {disc} f"
    if isinstance(shape, Oval):
        oval = _oval(shape.x, shape.y, shape.across, shape.up)
        return f"{_lined(shape.color, shape.width)} {oval} S"
    if isinstance(shape, Stroke):
        return _stroke(shape)
    ink = f"{_filled(shape.fill)} {_lined(shape.rim, shape.rim_width)}"
    return f"q 0 j {ink} {_corners(shape.corners)} b Q"


def _stroke(stroke: Stroke) -> str:
    """Return a polyline and its tip, what is around them first."""
    drawn = []
    for color, more in stroke.passes:
        drawn.append(f"{_lined(color, stroke.width + 2 * more)} {_corners(stroke.shaft)} S")
        if stroke.tip:
            paint = f"{_lined(color, 2 * more)} b" if more else "f"
            drawn.append(f"{_filled(color)} {_corners(stroke.barbs)} {paint}")
    return " ".join(drawn)


def _filled(color: RGB) -> str:
    return f"{_ink(color)} rg"


def _lined(color: RGB, width: float) -> str:
    return f"{_ink(color)} RG {number(FINE * width)} w"


def _ink(color: RGB) -> str:
    return " ".join(number(part / 255) for part in color)


def _rectangle(box: Box) -> str:
    x, y, width, height = (FINE * side for side in (box.x0, box.y0, box.width, box.height))
    return f"{x} {y} {width} {height} re"


def _corners(corners: Iterable[tuple[float, float]]) -> str:
    return _path([in_units(np.array([*corners], dtype=np.float64))])


def _path(lines: Iterable[Ints]) -> str:
    """Return a path through the corners of some lines, (n, 2) each."""
    return " ".join(_line(line.tolist()) for line in lines)


def _line(corners: Sequence[Sequence[int]]) -> str:
    (x, y), *others = corners
    rest = others or [(x, y)]  # a dot, for round ends to be drawn around
    return " ".join([f"{x} {y} m", *(f"{x} {y} l" for x, y in rest)])


def _oval(x: float, y: float, across: float, up: float) -> str:
    """Return an ellipse's outline, of four curves."""
    circle = [(1, 0), (1, _BEND), (_BEND, 1), (0, 1), (-_BEND, 1), (-1, _BEND), (-1, 0),
              (-1, -_BEND), (-_BEND, -1), (0, -1), (_BEND, -1), (1, -_BEND), (1, 0)]  # fmt: skip
    places = np.array(circle) * (across, up) + (x, y)
    first, *others = [f"{number(a)} {number(b)}" for a, b in (FINE * places).tolist()]
    curves = (" ".join(others[begin : begin + 3]) + " c" for begin in range(0, 12, 3))
    return " ".join([f"{first} m", *curves, "h"])
