"""A scene in motion: the first picture, then what changes from frame to frame."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from trajviz.animation.crew import drawn_ahead
from trajviz.animation.overlay import overlaid
from trajviz.animation.pace import evenly, positions
from trajviz.animation.raster import Change, Inks, Rasterizer, Stage, differ, draw_tracks
from trajviz.recipe.recipe import Playback
from trajviz.scene.marks import Box, Mark
from trajviz.scene.movers import marks_at
from trajviz.scene.paint import Picture, paint
from trajviz.scene.plot import Plot, Reveal
from trajviz.scene.scene import Scene
from trajviz.surface import Floats, Ints

_ALL = slice(None)


@dataclass
class Animation:
    """A scene in motion: the frame that is shown first, and what each later one changes.

    Attributes:
        scene: What moves.
        positions: How many steps have been taken at each frame, (frames,), non-decreasing. Between
            two steps the heads glide.
        shares: Which share of the animation has passed at each frame, (frames,), by which a camera
            turns; None for the share of the steps that have been taken.
        order: The frames in the order in which they are shown, as `Playback.order` has them: from
            0 on, of which the last may also, or only, come before all others. () for each in turn.
    """

    scene: Scene
    positions: Floats
    shares: Floats | None = None
    order: tuple[int, ...] = ()
    _numbers: Ints = field(init=False, repr=False)
    _begun: list[list[Iterator[Change]]] = field(init=False, repr=False)
    """The parts of the picture behind frame 0, until they are asked what comes then."""

    def __post_init__(self) -> None:
        """Learn the order of frames, and which step each shows."""
        self.order = self.order or tuple(range(len(self.positions)))
        self._numbers = shown_steps(self.positions)
        self._begun = []

    @functools.cached_property
    def first(self) -> Picture:
        """The frame that is shown first, (height, width, 3); what plays by script asks for none."""
        opening = self.order[0]
        if opening:
            return self._beginning(slice(opening, opening + 1))[0]
        picture, parts = self._beginning()
        self._begun.append(parts)
        return picture

    @classmethod
    def played(cls, scene: Scene, playback: Playback) -> Animation:
        """Return a scene in motion as a playback says: so many frames, at its pace."""
        return cls(
            scene=scene,
            positions=positions(scene, playback),
            shares=evenly(scene, playback),
            order=playback.order,
        )

    def in_order(self, order: tuple[int, ...]) -> Animation:
        """Return the same frames as they are shown in this order."""
        if order == self.order:
            return self
        return replace(self, order=order)

    def thinned(self, stride: int) -> Animation:
        """Return the animation with every `stride`-th frame only, and what is shown first."""
        opening = self.order[0]
        kept = sorted({*range(0, len(self.positions), stride), opening})
        *before, last = range(len(kept))
        return Animation(
            scene=self.scene,
            positions=self.positions[kept],
            shares=None if self.shares is None else self.shares[kept],
            order=(last, *before) if opening else (*before, last),
        )

    def changes(self) -> Iterator[Change]:
        """Yield what the frames that are shown second, third, ... change.

        They are computed anew by every call, in bounded memory.
        """
        if not self.order[0]:
            yield from _each(self._behind_first())
            return
        start, parts = self._beginning()
        yield _difference(self.first, start)
        yield from itertools.islice(_each(parts), len(self.order) - 2)

    def frames(self) -> Iterator[Picture]:
        """Yield every frame as it is shown, (height, width, 3); each is a copy of its own."""
        canvas = self.first.copy()
        yield canvas.copy()
        for change in self.changes():
            self._lay(canvas, change)
            yield canvas.copy()

    def _behind_first(self) -> list[Iterator[Change]]:
        """Return the parts of the picture behind frame 0, which was drawn with them once."""
        try:
            return self._begun.pop()  # whichever thread comes first
        except IndexError:
            return self._beginning()[1]

    def _beginning(self, frames: slice = _ALL) -> tuple[Picture, list[Iterator[Change]]]:
        """Return the first of some frames of the race, and the parts of the picture behind it."""
        picture, parts = self.scene.background.copy(), self._parts(frames)
        for part in parts:
            self._lay(picture, next(part))
        return picture, parts

    @staticmethod
    def _lay(canvas: Picture, change: Change) -> None:
        canvas.reshape(-1, 3)[change.pixels] = change.colors

    def _parts(self, frames: slice) -> list[Iterator[Change]]:
        """Return what each plot changes in some frames, and what the counter does.

        The first of them changes the background.
        """
        parts = [self._plot_changes(plot, frames) for plot in self.scene.plots]
        if self.scene.finale or self.scene.subtitles:
            parts.append(_passing(self.scene, self.positions[frames]))
        if self.scene.counter:
            parts.append(_counting(self.scene, self._numbers[frames]))
        return parts

    def _plot_changes(self, plot: Plot, frames: slice) -> Iterator[Change]:
        every = self.positions
        if plot.moment is not None:
            every = np.full_like(every, plot.moment)
        positions = every[frames]
        if plot.redrawn is not None:
            turns = self._turns[frames]
            if plot.moment is not None:
                turns = positions / self.scene.steps
            return _redrawing(self.scene, plot, positions, turns)
        if plot.reveal is not None:
            return _revealing(self.scene, plot, plot.reveal, positions)
        return _moving(self.scene, plot, every, frames)

    @property
    def _turns(self) -> Floats:
        """Which share of its way a camera has turned at each frame, (frames,)."""
        return self.positions / self.scene.steps if self.shares is None else self.shares


def still(scene: Scene, step: float) -> Picture:
    """Return the picture after `step` steps."""
    return Animation(scene, np.array([float(step)])).first


def _each(parts: list[Iterator[Change]]) -> Iterator[Change]:
    """Yield what all parts of the picture change, frame by frame."""
    for changes in zip(*parts, strict=True):
        pixels, colors, _ = zip(*changes, strict=True)
        ends = tuple(itertools.accumulate(map(len, pixels)))
        yield Change(np.concatenate(pixels), np.concatenate(colors), ends)


def _difference(one: Picture, other: Picture) -> Change:
    """Return what changes from one picture to another, as of one part."""
    after = other.reshape(-1, 3)
    pixels = np.flatnonzero(differ(after, one.reshape(-1, 3)))
    return Change(pixels, after[pixels], (len(pixels),))


def _moving(scene: Scene, plot: Plot, positions: Floats, frames: slice) -> Iterator[Change]:
    """Yield what the tracks of a plot change in some frames, and what moves over them.

    The first of them also has what stands above its lines.
    """
    stage = Stage(plot, _part(scene.background, plot.box), scene.theme)
    changes = Rasterizer(stage, positions[frames]).changes()
    if plot.movers:
        below = stage.below.reshape(plot.box.height, plot.box.width, 3)
        over = itertools.islice(_over(plot, positions), frames.start, frames.stop)
        changes = overlaid(changes, below, over)
    for change in changes:
        yield Change(_placed(scene, plot.box, change.pixels), change.colors)


def _over(plot: Plot, positions: Floats) -> Iterator[list[Mark]]:
    """Yield what lies over a plot's tracks in each frame, in the plot's own pixels."""
    x, y = plot.box.x0, plot.box.y0
    for marks in marks_at(plot.movers, positions):
        yield [mark.moved(-x, -y) for mark in marks]


def _revealing(scene: Scene, plot: Plot, reveal: Reveal, positions: Floats) -> Iterator[Change]:
    """Yield the pixels that get their colours; frame 0 also has what stands above them."""
    stage = Stage(plot, _part(scene.background, plot.box), scene.theme)
    place = functools.partial(_placed, scene, plot.box)
    colors = reveal.colors.reshape(-1, 3)
    colors = np.rint(stage.veiled(colors, np.arange(len(colors)))).astype(np.uint8)
    shown, marked = stage.below.copy(), stage.marked
    shown[marked] = np.rint(stage.starred(stage.veiled(shown[marked], marked), marked))
    arrival = reveal.arrival.ravel()
    order = np.argsort(arrival, kind="stable")
    ends = np.searchsorted(arrival[order], positions, side="right")
    there = order[: ends[0]]
    shown[there] = colors[there]
    first = np.flatnonzero(differ(shown, stage.below))
    yield Change(place(first), shown[first])
    order = order[np.flatnonzero(differ(colors, shown)[order])]
    ends = np.searchsorted(arrival[order], positions, side="right")
    for begin, end in itertools.pairwise(ends):
        chosen = order[begin:end]
        yield Change(place(chosen), colors[chosen])


def _redrawing(scene: Scene, plot: Plot, positions: Floats, shares: Floats) -> Iterator[Change]:
    """Yield what changes in a plot whose picture is drawn anew for every frame."""
    box, inks = plot.box, Inks(plot.pen, [layer[0].color for layer in plot.layers], scene.theme)

    def draw(moment: tuple[float, float]) -> Picture:
        position, share = moment
        now = plot.at(share)
        picture = np.empty((box.height, box.width, 3), dtype=np.uint8)
        now.view.draw(picture)
        draw_tracks(picture, now, position, inks)
        return picture.reshape(-1, 3)

    shown = _part(scene.background, box).reshape(-1, 3)
    for picture in drawn_ahead(draw, list(zip(positions.tolist(), shares.tolist(), strict=True))):
        there = np.flatnonzero(differ(picture, shown))
        shown = picture
        yield Change(_placed(scene, box, there), shown[there])


def _counting(scene: Scene, numbers: Ints) -> Iterator[Change]:
    """Yield what the step number changes."""
    counter = scene.counter
    assert counter is not None
    size = math.ceil(2 * counter.size)
    top = max(0, round(counter.y) - size)
    left = max(0, round(counter.digits(10 ** len(str(scene.steps)))[-1].x))
    box = Box(left, top, math.ceil(counter.right) + 1, min(top + 2 * size, scene.size[1]))
    blank = _part(scene.background, box)
    shown, number = blank.reshape(-1, 3), -1
    nothing = Change(np.empty(0, dtype=np.int64), np.empty((0, 3), dtype=np.uint8))
    for step in numbers.tolist():
        if step == number:
            yield nothing
            continue
        number, picture = step, blank.copy()
        digits = counter.digits(step)
        paint(picture, [digit.moved(-left, -top) for digit in digits])
        colors = picture.reshape(-1, 3)
        there = np.flatnonzero(differ(colors, shown))
        shown = colors
        yield Change(_placed(scene, box, there), colors[there])


def _passing(scene: Scene, positions: Floats) -> Iterator[Change]:
    """Yield what comes and goes outside the plots."""
    there: tuple[Mark, ...] = ()
    shown = scene.background.reshape(-1, 3)
    for position in positions.tolist():
        wanted = scene.passing(position)
        if wanted is there or wanted == there:
            yield Change(np.empty(0, dtype=np.int64), np.empty((0, 3), dtype=np.uint8))
            continue
        picture, there = scene.background.copy(), wanted
        paint(picture, wanted)
        after = picture.reshape(-1, 3)
        changed = np.flatnonzero(differ(after, shown))
        shown = after
        yield Change(changed, after[changed])


def _part(picture: Picture, box: Box) -> Picture:
    return picture[box.y0 : box.y1, box.x0 : box.x1]


def _placed(scene: Scene, box: Box, pixels: Ints) -> Ints:
    """Return flat indices into a box, (n,), as those into the whole picture."""
    width = scene.size[0]
    corner = box.y0 * width + box.x0
    return pixels.astype(np.int64) + pixels // box.width * (width - box.width) + corner


def shown_steps(positions: Floats) -> Ints:
    """Return the step number that each frame shows, (frames,).

    Numbers that change with every frame cannot be read, and cost a GIF a quarter of its bytes.
    So the number shown is a multiple of the least of 1, 2, 5, 10, 20, ... with which each stays for
    four frames at the tempo around it. The last frame shows the last step.

    Args:
        positions: How many steps have been taken at each frame, (frames,), non-decreasing.

    >>> shown_steps(np.linspace(0, 8, 9)).tolist()
    [0, 0, 0, 0, 0, 5, 5, 5, 8]
    """
    taken: Ints = np.floor(positions).astype(np.int64)
    tick = _round_above(4 * _tempo(positions))
    shown: Ints = np.maximum.accumulate(taken - taken % tick)
    shown[-1] = taken[-1]
    return shown


def _tempo(positions: Floats) -> Floats:
    """Return how many steps a frame are taken around each frame at most, (frames,)."""
    last = len(positions) - 1
    if last < 1:
        return np.zeros(len(positions))
    ends = np.clip(np.arange(-4, last + 5), 0, last)
    tempo = (positions[ends[8:]] - positions[ends[:-8]]) / (ends[8:] - ends[:-8])
    return np.asarray(np.lib.stride_tricks.sliding_window_view(np.pad(tempo, 4, "edge"), 9).max(1))


def _round_above(values: Floats) -> Ints:
    """Return the least of 1, 2, 5, 10, 20, ... that is no smaller than each value, (n,).

    >>> _round_above(np.array([0.0, 1, 1.1, 6, 300])).tolist()
    [1, 1, 2, 10, 500]
    """
    values = np.maximum(values * (1 - 1e-9), 1)  # what is round but for rounding is round
    power = 10.0 ** np.floor(np.log10(values))
    digit = np.array([1, 2, 5, 10])[np.searchsorted([1, 2, 5], values / power)]
    above: Ints = np.rint(power * digit).astype(np.int64)
    return above
