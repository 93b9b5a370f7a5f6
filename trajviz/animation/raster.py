"""Frames to changed pixels: what lines and heads touch, composed in the tracks' order.

No frame is drawn as a whole. All pixels that are touched in a stretch of frames are found at once,
each with the frame in which it changes. A layer is one track, or all those of a swarm; its mask
remembers how near its lines have come to every pixel so far. Touched pixels alone are composed
anew: background, lines with their halos, foreground, heads. So a later segment of a lower track
never covers a higher track, and a pixel that does not change is never mentioned. Every plot of a
picture is rasterised by itself.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from trajviz.animation.coverage import (
    SUBPIXELS,
    Covered,
    Nearness,
    blend_table,
    covered_by_discs,
    covered_by_segments,
    nearness_levels,
)
from trajviz.frozen import dataclass
from trajviz.scene.color import RGB
from trajviz.scene.marks import Box, Shape
from trajviz.scene.paint import Layer, Picture, paint, veil
from trajviz.scene.plot import Plot
from trajviz.scene.theme import Theme
from trajviz.scene.track import FAINT, HIDDEN_HEAD, Flags, Line, Pen, Track, clip_segments
from trajviz.surface import Floats, Ints, Points

Color: TypeAlias = npt.NDArray[Any]
"""Colours of pixels, (n, 3)."""
Quads: TypeAlias = npt.NDArray[np.float32]
"""Colours and a number more, (n, 4): sixteen bytes, which are found and put back in one go."""


class Change(NamedTuple):
    """What a frame changes.

    Attributes:
        pixels: Flat indices, (n,).
        colors: Their new colours, (n, 3).
        ends: How many of the pixels are of the first part of the picture, of the first two, ...:
            plots in order, then what is around them.
    """

    pixels: Ints
    colors: Picture
    ends: tuple[int, ...] = ()


class _Segments(NamedTuple):
    """A track's clipped segments with the frame in which each is complete, in order of frames."""

    a: Points
    b: Points
    frame: Ints
    hidden: Flags


class _Passing(NamedTuple):
    """The pixels of heads or tails, (n,) each, how near they are, and in which frames they are so.

    These are from `begin` up to `end`, which is not among them: a head that rests is one entry.
    """

    pixel: Ints
    near: Nearness
    begin: Ints
    end: Ints


class _Tail(NamedTuple):
    """Clipped segments that are there from the frame `begin` up to `end`, not among them."""

    a: Points
    b: Points
    begin: Ints
    end: Ints
    hidden: Flags


class _Ink(NamedTuple):
    """A table by which nearness becomes colour: below * keep + add, (levels, 4) each.

    The first `hidden` values of nearness are those of what the surface hides. A hidden line is
    thinner: `shift` is how much of its nearness it loses.
    """

    keep: Quads
    add: Quads
    hidden: int
    shift: int

    @classmethod
    def of(cls, keep: Floats, add: Floats, hidden: int, shift: int) -> _Ink:
        """Return a table of what is kept, (levels,), and what is added to it, (levels, 3)."""
        return cls(_quads(np.repeat(keep[:, None], 3, axis=1)), _quads(add), hidden, shift)


class Inks:
    """How the lines and heads of a plot's layers become colour, and how far they reach."""

    def __init__(self, pen: Pen, colors: Sequence[RGB], theme: Theme) -> None:
        self.line_radius = pen.line / 2 + pen.halo + 0.5
        self.head_radius = pen.head + pen.rim + 0.5
        # Further in a head is all of one colour, and the numbers have but a byte.
        self.head_depth = math.ceil((pen.rim + 1) * SUBPIXELS) + 1
        halo = theme.background if theme.halo else None
        self.lines = [
            _line_ink(self.line_radius, pen.line / 2, pen.faint / 2, color, halo)
            for color in colors
        ]
        self.heads = [
            _head_ink(self.head_radius, self.head_depth, pen.head, color, theme.edge)
            for color in colors
        ]


class Stage:
    """What stands still in a plot: the background, the foreground above the lines, the inks.

    Everything is in the plot's own pixels, counted from its upper left corner.
    """

    def __init__(self, plot: Plot, below: Picture, theme: Theme) -> None:
        """Take the background of the plot's box, (height, width, 3)."""
        box = plot.box
        self.below = below.reshape(-1, 3)
        self.box = Box(0, 0, box.width, box.height)
        self.layers = _moved_layers(plot)
        self.inks = Inks(plot.pen, [layer[0].color for layer in plot.layers], theme)
        self.plot = plot
        self.foreground = _Veil.of(plot.under_heads, box)
        self.stars = _Veil.of(plot.over_heads, box)
        self.marked = np.flatnonzero(self.foreground.there | self.stars.there)
        """The pixels that the foreground or stars cover."""

    def veiled(self, color: Color, pixel: Ints) -> Color:
        """Return the colours of pixels, (n, 3), with the foreground over them."""
        return self.foreground.over(color, pixel)

    def starred(self, color: Color, pixel: Ints) -> Color:
        """Return the colours of pixels, (n, 3), with the stars over them."""
        return self.stars.over(color, pixel)


@dataclass(frozen=True)
class _Veil:
    """Shapes as a layer over pixels: where it is, (pixels,), its opacity and its colour.

    The colour, (pixels, 3), is multiplied by the opacity, (pixels, 1).
    """

    there: Flags
    opacity: Layer
    color: Layer

    @classmethod
    def of(cls, shapes: Sequence[Shape], box: Box) -> _Veil:
        """Return shapes of the picture in the pixels of a box."""
        marks = [shape.moved(-box.x0, -box.y0) for shape in shapes]
        opacity, color = veil(marks, box.width, box.height)
        return cls(opacity.ravel() > 0, opacity.reshape(-1, 1), color.reshape(-1, 3))

    def over(self, color: Color, pixel: Ints) -> Color:
        """Lay it over the colours of pixels, (n, 3), and return them; floats in place."""
        veiled = np.flatnonzero(self.there[pixel])
        chosen = pixel[veiled]
        laid = color.astype(np.float32, copy=False)
        laid[veiled] = color[veiled] * (1 - self.opacity[chosen]) + self.color[chosen]
        return laid


def draw_tracks(picture: Picture, plot: Plot, step: float, inks: Inks) -> None:
    """Lay a plot's tracks over its part of a picture, in place.

    It is for a picture that is drawn anew for every frame; the rasteriser's frames show the same.

    Args:
        picture: The box's part of a picture, (height, width, 3).
        plot: Whose tracks.
        step: How many steps have been taken.
        inks: The colours of the plot's layers.
    """
    box = plot.box
    inner = Box(0, 0, box.width, box.height)
    flat = picture.reshape(-1, 3)
    whole = _moved_layers(plot)
    layers = [[track.until(step) for track in layer] for layer in whole]
    tails = _tails_at(whole, step)
    marks = _marked(layers, np.array([step]))
    lines = [[track.lasting for track in layer] for layer in layers]
    segments, part = _finished_segments([*lines, *tails.values()], inner, inks.line_radius)
    for place, mark in enumerate(marks.values(), len(lines) + len(tails)):
        segments = _together([segments, mark])
        part = np.append(part, np.full(len(mark.a), place))
    # What is hidden and how thin does not depend on the colour: any track's ink will do.
    covered = _stroke(segments, inner, inks.line_radius, inks.lines[0])
    of_layer = [*range(len(layers)), *tails, *marks]
    for k, pixel, near in _nearest(covered, part, len(flat)):
        _blend(flat, pixel, near, inks.lines[of_layer[k]])
    paint(picture, [shape.moved(-box.x0, -box.y0) for shape in plot.under_heads])
    tracks = [track for layer in layers for track in layer]
    whose = np.repeat(np.arange(len(layers)), [len(layer) for layer in layers])
    heads = _rested(np.array([track.line.vertices[-1] for track in tracks]))
    heads[[step >= track.gone_knot for track in tracks]] = np.nan
    hidden = np.array([track.line.hidden[-1] for track in tracks])
    growth = plot.growth(np.array([step]))[:, 0]
    covered = _discs(heads, growth, inner, inks)
    # How many values of nearness are of what is hidden does not depend on the colour.
    lift = np.where(hidden, 0, inks.heads[0].hidden).astype(np.uint8)
    lifted = covered._replace(near=covered.near + lift[covered.item])
    for k, pixel, near in _nearest(lifted, whose, len(flat)):
        _blend(flat, pixel, near, inks.heads[k])
    paint(picture, [mark.moved(-box.x0, -box.y0) for mark in plot.over_heads])
    paint(picture, [mark.moved(-box.x0, -box.y0) for mark in plot.moved(step)])


def _moved_layers(plot: Plot) -> list[list[Track]]:
    """Return a plot's layers in the plot's own pixels."""
    x, y = plot.box.x0, plot.box.y0
    return [[track.moved(-x, -y) for track in layer] for layer in plot.layers]


def _together(segments: Sequence[_Segments]) -> _Segments:
    """Return the segments of several tracks as one list, in order of frames."""
    a, b, frame, hidden = map(np.concatenate, zip(*segments, strict=True))
    order = np.argsort(frame, kind="stable")
    return _Segments(a=a[order], b=b[order], frame=frame[order], hidden=hidden[order])


def _nearest(covered: Covered, whose: Ints, pixels: int) -> Iterator[tuple[int, Ints, Nearness]]:
    """Yield the pixels that each owner of some items covers, each once, and how near it comes.

    Args:
        covered: What the items cover.
        whose: The owner of each item, counted from 0, (items,).
        pixels: How many pixels the picture has.
    """
    owners = int(whose.max(initial=-1)) + 1
    # Few of many pixels are covered: to sort these takes less than to look at a mask of all.
    kind: Any = np.int32 if owners * pixels << 8 <= np.iinfo(np.int32).max else np.int64
    place = whose.astype(kind)[covered.item] * kind(pixels) + covered.pixel.astype(kind)
    keys = np.sort(place << 8 | covered.near)
    nearest = keys[np.append((keys[1:] ^ keys[:-1]) > 255, True)[: len(keys)]]
    place, near = nearest >> 8, (nearest & 255).astype(np.uint8)
    ends = np.searchsorted(place, np.arange(owners + 1) * pixels)
    for owner, (begin, end) in enumerate(itertools.pairwise(ends)):
        if begin < end:
            yield owner, place[begin:end] - kind(owner * pixels), near[begin:end]


def _tails_at(layers: Sequence[Sequence[Track]], step: float) -> dict[int, list[Line]]:
    """Return tails by layer, for those that have any."""
    tails = {
        k: [tail for track in layer if (tail := track.tail(step))] for k, layer in enumerate(layers)
    }
    return {k: lines for k, lines in tails.items() if lines}


def _finished_segments(
    groups: Sequence[Sequence[Line]], box: Box, radius: float
) -> tuple[_Segments, Ints]:
    """Return the segments of lines that are shown as far as they go, all of one frame.

    To which group each of them belongs is returned as well, (n,).
    """
    lines = [line for group in groups for line in group]
    vertices = np.concatenate([line.vertices for line in lines])
    hidden = np.concatenate([line.hidden for line in lines])
    gap = np.concatenate([line.gap for line in lines])
    counts = [len(line.gap) for line in lines]
    gap[np.cumsum(counts)[:-1]] = True  # from one line to the next
    there = np.flatnonzero(~gap[1:])
    a, b, kept = clip_segments(vertices[there], vertices[there + 1], box, radius)
    end = there[kept] + 1
    whose = np.repeat([k for k, group in enumerate(groups) for _ in group], counts)
    segments = _Segments(a=a, b=b, frame=np.zeros(len(a), dtype=np.int64), hidden=hidden[end])
    return segments, whose[end]


def _marked(layers: Sequence[Sequence[Track]], positions: Floats) -> dict[int, _Segments]:
    """Return the strokes of marks by layer, for those that have any up to the last frame."""
    found = {}
    for k, layer in enumerate(layers):
        strokes = [
            _mark_segments(track.mark, int(np.searchsorted(positions, track.mark_knot)))
            for track in layer
            if track.mark is not None and track.mark_knot <= positions[-1]
        ]
        if strokes:
            found[k] = _together(strokes)
    return found


def _mark_segments(strokes: Points, frame: int) -> _Segments:
    count = len(strokes)
    return _Segments(
        a=strokes[:, 0],
        b=strokes[:, 1],
        frame=np.full(count, frame),
        hidden=np.zeros(count, dtype=bool),
    )


def _blend(flat: Picture, pixel: Ints, near: Nearness, ink: _Ink) -> None:
    """Blend one layer over pixels, (n,), by how near it is to them, (n,), in place."""
    color = _quads(flat.take(pixel, axis=0))  # in a quarter of the time of flat[pixel]
    _lay(color, slice(None), near, ink)
    flat[pixel] = np.rint(color[:, :3])


def _line_ink(radius: float, core: float, faint: float, color: RGB, halo: RGB | None) -> _Ink:
    keep, add = blend_table(radius, core, color, halo or color)
    outer = faint + 0.5
    thin_keep, thin_add = _thinned(blend_table(outer, faint, color, color), FAINT)
    hidden = nearness_levels(outer) - 1
    return _Ink.of(
        keep=np.concatenate([thin_keep, keep[1:]]),
        add=np.concatenate([thin_add, add[1:]]),
        hidden=hidden,
        shift=round((radius - outer) * SUBPIXELS),
    )


def _head_ink(radius: float, depth: int, core: float, color: RGB, rim: RGB) -> _Ink:
    keep, add = (table[: depth + 1] for table in blend_table(radius, core, color, rim))
    thin_keep, thin_add = _thinned((keep, add), HIDDEN_HEAD)
    return _Ink.of(
        keep=np.concatenate([thin_keep, keep[1:]]),
        add=np.concatenate([thin_add, add[1:]]),
        hidden=len(keep) - 1,
        shift=0,
    )


def _thinned(table: tuple[Floats, Floats], opacity: float) -> tuple[Floats, Floats]:
    keep, add = table
    return 1 - opacity * (1 - keep), opacity * add


_LAG = 0.4
"""How far off a head may be before it moves, in pixels; rounded to half ones it may be 0.35."""
_FEW_HEADS = 48
"""Up to the area of so many heads that lie alone a stretch of frames need not be shorter."""


class Rasterizer:
    """Walks through the frames in stretches, carrying the masks and the canvas along."""

    def __init__(self, stage: Stage, positions: Floats) -> None:
        """Take how many steps have been taken at each frame, (frames,)."""
        self.stage, self.positions = stage, positions
        self.width = stage.box.width
        self.canvas = stage.below.copy()
        box, inks = stage.box, stage.inks
        lines = [
            _together(
                [_segments(track.lasting, positions, box, inks.line_radius) for track in layer]
            )
            for layer in stage.layers
        ]
        self.tails = {
            k: _passing_segments(layer, positions, box, inks.line_radius)
            for k, layer in enumerate(stage.layers)
            if any(track.passing for track in layer)
        }
        # Marks lie over all lines. `whose` says to which layer each of the segments belongs.
        marks = _marked(stage.layers, positions)
        self.segments, self.whose = [*lines, *marks.values()], [*range(len(lines)), *marks]
        # One row of heads for each track of a layer, (tracks, frames, 2).
        ends = np.cumsum([len(layer) for layer in stage.layers])
        tracks = [track for layer in stage.layers for track in layer]
        self.heads = np.split(_heads(tracks, positions), ends[:-1])
        self.growth = np.split(stage.plot.growth(positions), ends[:-1])
        self.lifts = [
            np.stack([_lift(track, positions, ink) for track in layer])
            for layer, ink in zip(stage.layers, inks.heads, strict=True)
        ]
        self.masks = np.zeros((len(self.segments), len(self.canvas)), dtype=np.uint8)
        # Heads take most of the memory: the larger and the more they are, rings and all, the
        # shorter the stretch.
        larger = 1 + np.nan_to_num(np.concatenate(self.growth)) / inks.head_radius
        crowd = max(1.0, np.square(larger).mean(axis=1).sum() / _FEW_HEADS)
        self.stretch = int(np.clip(128 * (5.5 / inks.head_radius) ** 2 / crowd, 4, 128))
        # Keys, pixel * frames + frame, are sorted and found in half the time where they are short.
        short = len(self.canvas) * self.stretch <= np.iinfo(np.int32).max
        self.kind: Any = np.int32 if short else np.int64

    def changes(self) -> Iterator[Change]:
        """Yield what frames 0, 1, 2, ... change, frame 0 against the background."""
        for start in range(0, len(self.positions), self.stretch):
            stop = min(start + self.stretch, len(self.positions))
            yield from self._stretch(start, stop)

    def _stretch(self, start: int, stop: int) -> Iterator[Change]:
        """Yield the changes of frames start to stop, computed together."""
        frames = stop - start
        lines = [self._lines(k, start, stop) for k in range(len(self.segments))]
        tails = {k: self._tails(k, start, stop) for k in self.tails}
        heads = [self._heads(k, start, stop) for k in range(len(self.heads))]
        # A row is one pixel in one frame in which its colour may change, sorted by pixel, then
        # frame. The pixel of a head or a tail may change when it comes, and when it goes.
        keys = [key for key, _ in lines]
        for each in (*tails.values(), *heads):
            goes = each.end < frames
            keys += [each.pixel * frames + each.begin, (each.pixel * frames + each.end)[goes]]
        before = [self._heads_before(start, frames), *self._tails_before(start, frames)]
        if start == 0:
            before.append(self.stage.marked.astype(self.kind) * frames)
        rows = _distinct(np.concatenate([*keys, *before]))
        pixel, frame = np.divmod(rows, frames)
        first = np.flatnonzero(np.diff(pixel, prepend=-1))
        colors = self._compose(rows, pixel, first, lines, tails, heads, frames)
        # Only real changes count: against the row before, or the canvas for a pixel's first row.
        previous = np.empty_like(colors)
        previous[1:] = colors[:-1]
        previous[first] = self.canvas.take(pixel[first], axis=0)
        changed = np.flatnonzero(differ(colors, previous))
        last = np.append(first[1:], len(rows)) - 1
        if len(first):
            self.canvas[pixel[last]] = colors[last]
        order = changed[np.argsort(frame[changed].astype(np.uint16), kind="stable")]
        ends = np.searchsorted(frame[order], np.arange(frames + 1))
        for begin, end in itertools.pairwise(ends):
            chosen = order[begin:end]
            yield Change(pixel[chosen], colors[chosen])

    def _lines(self, k: int, start: int, stop: int) -> tuple[Ints, Nearness]:
        """Return keys (pixel * frames + frame) and nearness of what the k-th segments draw."""
        a, b, frame, hidden = self.segments[k]
        part = slice(*np.searchsorted(frame, [start, stop]))
        segments = _Segments(a=a[part], b=b[part], frame=frame[part], hidden=hidden[part])
        inks = self.stage.inks
        ink = inks.lines[self.whose[k]]
        pixel, item, near = _stroke(segments, self.stage.box, inks.line_radius, ink)
        frame = (segments.frame[item] - start).astype(self.kind)
        return pixel.astype(self.kind) * (stop - start) + frame, near

    def _tails(self, k: int, start: int, stop: int) -> _Passing:
        """Return where layer k's tails are, in frames counted from the first of the stretch."""
        tail = self.tails[k]
        there = np.flatnonzero((tail.begin < stop) & (tail.end > start))
        pixel, item, near = self._tail_pixels(k, there)
        begin = np.maximum(tail.begin[there] - start, 0)
        end = np.minimum(tail.end[there], stop) - start
        return self._passing(Covered(pixel, item, near), begin, end)

    def _tails_before(self, start: int, frames: int) -> list[Ints]:
        """Return the keys of the pixels that tails leave with the first frame of this stretch."""
        return [
            self._tail_pixels(k, np.flatnonzero(tail.end == start)).pixel.astype(self.kind) * frames
            for k, tail in self.tails.items()
        ]

    def _tail_pixels(self, k: int, chosen: Ints) -> Covered:
        """Return which pixels some segments of layer k's tails cover."""
        tail = self.tails[k]
        segments = _Segments(
            a=tail.a[chosen],
            b=tail.b[chosen],
            frame=tail.begin[chosen],
            hidden=tail.hidden[chosen],
        )
        inks = self.stage.inks
        return _stroke(segments, self.stage.box, inks.line_radius, inks.lines[k])

    def _heads(self, k: int, start: int, stop: int) -> _Passing:
        """Return where layer k's heads are, in frames counted from the first of the stretch."""
        heads, growth = self.heads[k][:, start:stop], self.growth[k][:, start:stop]
        lifts = self.lifts[k][:, start:stop]
        states = np.concatenate([np.moveaxis(heads, -1, 0), growth[None], lifts[None]])
        comes = np.ones(growth.shape, dtype=bool)
        comes[:, 1:] = (states[..., 1:] != states[..., :-1]).any(axis=0)
        track, begin = np.nonzero(comes)
        end = np.where(np.diff(track, append=-1) == 0, np.append(begin[1:], 0), stop - start)
        pixel, item, near = self._discs(heads[track, begin], growth[track, begin])
        lifted = near + lifts[track, begin][item]
        return self._passing(Covered(pixel, item, lifted), begin, end)

    def _passing(self, covered: Covered, begin: Ints, end: Ints) -> _Passing:
        """Return what items cover that are there from `begin` up to `end`, (items,) each."""
        return _Passing(
            pixel=covered.pixel.astype(self.kind),
            near=covered.near,
            begin=begin.astype(self.kind)[covered.item],
            end=end.astype(self.kind)[covered.item],
        )

    def _heads_before(self, start: int, frames: int) -> Ints:
        """Return the keys of the pixels that heads of the frame before this stretch leave."""
        if start == 0:
            return np.empty(0, dtype=self.kind)
        last = np.concatenate([heads[:, start - 1] for heads in self.heads])
        growth = np.concatenate([growth[:, start - 1] for growth in self.growth])
        return self._discs(last, growth).pixel.astype(self.kind) * frames

    def _discs(self, centers: Points, growth: Floats) -> Covered:
        return _discs(centers, growth, self.stage.box, self.stage.inks)

    def _compose(
        self,
        rows: Ints,
        pixel: Ints,
        first: Ints,
        lines: list[tuple[Ints, Nearness]],
        tails: dict[int, _Passing],
        heads: list[_Passing],
        frames: int,
    ) -> Picture:
        """Return the colour of every row."""
        quads, inks = _quads(self.stage.below.take(pixel, axis=0)), self.stage.inks.lines
        color = quads[:, :3]
        group = np.zeros(len(rows), dtype=np.int64)
        group[first[1:]] = 1
        np.cumsum(group, out=group)

        def lay(places: range) -> None:
            for k in places:
                near = self._accumulate(k, rows, pixel, first, group, *lines[k])
                _lay(quads, *near, inks[self.whose[k]])

        lay(range(len(self.heads)))
        for k, tail in tails.items():
            _lay(quads, *_in_rows(tail, rows, frames), inks[k])
        lay(range(len(self.heads), len(lines)))  # marks
        self.stage.veiled(color, pixel)
        for each, ink in zip(heads, self.stage.inks.heads, strict=True):
            _lay(quads, *_in_rows(each, rows, frames), ink)
        self.stage.starred(color, pixel)
        return np.rint(color).astype(np.uint8)

    def _accumulate(
        self,
        k: int,
        rows: Ints,
        pixel: Ints,
        first: Ints,
        group: Ints,
        key: Ints,
        near: Nearness,
    ) -> tuple[Ints, Nearness]:
        """Return to which rows the k-th segments have come, and how near; update the mask."""
        mask = self.masks[k]
        so_far = np.zeros(len(rows), dtype=np.uint8)
        so_far[first] = mask[pixel[first]]
        np.maximum.at(so_far, np.searchsorted(rows, key), near)
        reached = np.zeros(len(first), dtype=bool)
        reached[group[so_far != 0]] = True
        there = np.flatnonzero(reached[group])  # all rows of the pixels that are reached
        # A running maximum that starts anew with each pixel: lift each pixel above the one before.
        lifted = np.maximum.accumulate(so_far[there] + 256 * group[there])
        running = (lifted & 255).astype(np.uint8)
        last = (np.append(first[1:], len(rows)) - 1)[reached]
        mask[pixel[last]] = running[np.searchsorted(there, last)]
        come = np.flatnonzero(running)
        return there[come], running[come]


def _in_rows(heads: _Passing, rows: Ints, frames: int) -> tuple[Ints, Nearness]:
    """Return in which rows heads or tails are, and how near; a row is pixel * frames + frame."""
    first = np.searchsorted(rows, heads.pixel * frames + heads.begin)
    count = np.ones_like(first)
    rests = np.flatnonzero(heads.end - heads.begin > 1)
    ends = heads.pixel[rests] * frames + heads.end[rests]
    count[rests] = np.searchsorted(rows, ends) - first[rests]
    near = np.zeros(len(rows), dtype=np.uint8)
    place = np.arange(count.sum()) + np.repeat(first - np.cumsum(count) + count, count)
    np.maximum.at(near, place, np.repeat(heads.near, count))
    there = np.flatnonzero(near != 0)
    return there, near[there]


def _passing_segments(layer: Sequence[Track], positions: Floats, box: Box, radius: float) -> _Tail:
    """Return the segments of a layer's tails, with the frames in which they are there."""
    tails = [
        _tail(line, track.trail, positions, box, radius)
        for track in layer
        if (line := track.passing)
    ]
    return _Tail(*map(np.concatenate, zip(*tails, strict=True)))


def _tail(line: Line, trail: float, positions: Floats, box: Box, radius: float) -> _Tail:
    """Return a line as segments that are there while they belong to the last steps."""
    behind = positions - trail
    moments = np.clip(np.concatenate([positions, behind]), line.knots[0], line.knots[-1])
    knots = _distinct(np.concatenate([line.knots, moments]))
    places, ending = line.at(knots), line.ending(knots)[1:]
    moved = (places[1:] != places[:-1]).any(axis=1)
    drawn = np.flatnonzero(moved & ~line.gap[ending])
    a, b, kept = clip_segments(places[:-1][drawn], places[1:][drawn], box, radius)
    chosen = drawn[kept]
    return _Tail(
        a=a,
        b=b,
        begin=np.searchsorted(positions, knots[1:][chosen]),
        end=np.searchsorted(behind, knots[1:][chosen]),
        hidden=line.hidden[ending][chosen],
    )


def _heads(tracks: Sequence[Track], positions: Floats) -> Points:
    """Return where the heads of tracks are in each frame, (tracks, frames, 2).

    Where there is no head, before a track begins and after it diverged, it is NaN.
    """
    places = np.array([track.at(positions) for track in tracks]).reshape(-1, len(positions), 2)
    heads = _settled(places)
    for head, track in zip(heads, tracks, strict=True):
        head[(positions < track.line.knots[0]) | (positions >= track.gone_knot)] = np.nan
    return heads


def _settled(places: Points) -> Points:
    """Return heads that rest until their places, (tracks, frames, 2), are too far off.

    In the last frame, which is held, they are where they belong.
    """
    rested = _rested(places)
    wanted, heads = (each[..., 0] + 1j * each[..., 1] for each in (places, rested))
    for frame in range(1, heads.shape[1] - 1):
        before = heads[:, frame - 1]
        rests = np.abs(wanted[:, frame] - before) < _LAG
        heads[rests, frame] = before[rests]
    return np.stack([heads.real, heads.imag], axis=-1)


def _rested(heads: Points) -> Points:
    """Return heads, (n, 2), at whole and half pixels, so that one that creeps seems to rest."""
    return np.asarray(np.rint(2 * heads) / 2)


def _lift(track: Track, positions: Floats, ink: _Ink) -> Nearness:
    """Return by how much a head's nearness is raised in each frame, (frames,).

    Heads behind the surface have the lower values.
    """
    hidden = track.line.hidden[track.line.ending(positions)]
    return np.where(hidden, 0, ink.hidden).astype(np.uint8)


def _discs(centers: Points, growth: Floats, box: Box, inks: Inks) -> Covered:
    """Return which pixels heads around centres, (n, 2), cover; none is drawn outside the box.

    They are larger than the inks have them by their growth, (n,).
    """
    inside = (centers >= (0, 0)) & (centers <= (box.x1, box.y1))
    shown = np.flatnonzero(inside.all(axis=1))
    covered = covered_by_discs(
        centers[shown], growth[shown], inks.head_radius, inks.head_depth, box, box.width
    )
    return covered._replace(item=shown[covered.item])


def _stroke(segments: _Segments, box: Box, radius: float, ink: _Ink) -> Covered:
    """Return which pixels segments cover, with nearness as the ink has it for seen and hidden."""
    pixel, item, near = covered_by_segments(segments.a, segments.b, radius, box, box.width)
    if not segments.hidden.any():
        return Covered(pixel, item, near + np.uint8(ink.hidden))
    faint = np.maximum(near, ink.shift) - np.uint8(ink.shift)
    near = np.where(segments.hidden[item], faint, near + np.uint8(ink.hidden))
    seen = np.flatnonzero(near)
    return Covered(pixel[seen], item[seen], near[seen])


def differ(colors: Picture, others: Picture) -> Flags:
    """Tell where colours differ, (n, 3) each to (n,); numpy's any() over three takes far longer."""
    red, green, blue = (colors != others).T
    return np.asarray(red | green | blue)


def _distinct(keys: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the distinct keys, sorted; np.unique would not use numpy's vectorised sort."""
    keys = np.sort(keys)
    new = np.append(True, keys[1:] != keys[:-1])[: len(keys)]
    return np.asarray(keys[new])


def _first_of_each(rows: Ints) -> Ints:
    """Return where each distinct row stands first, in order; rows are (n, columns)."""
    order = np.lexsort(rows.T)  # which leaves equal rows in their order
    ordered = rows[order]
    begins = np.append(True, (ordered[1:] != ordered[:-1]).any(axis=1))[: len(rows)]
    return np.sort(order[begins])


def _quads(colors: npt.NDArray[Any]) -> Quads:
    """Return colours, (n, 3), with a zero each."""
    quads = np.zeros((len(colors), 4), dtype=np.float32)
    quads[:, :3] = colors
    return quads


def _in_one(quads: Quads) -> npt.NDArray[np.complex128]:
    """Return each quad as one number, (n,), of which only the place counts."""
    return quads.view(np.complex128)[:, 0]


def _lay(color: Quads, touched: Ints | slice, near: Nearness, ink: _Ink) -> None:
    """Blend one layer over the rows it touches, (n,), by how near it is, (n,), in place."""
    whole = _in_one(color)
    laid = whole[touched].view(np.float32)
    laid *= _in_one(ink.keep)[near].view(np.float32)
    laid += _in_one(ink.add)[near].view(np.float32)
    whole[touched] = laid.view(np.complex128)


def _segments(line: Line, positions: Floats, box: Box, radius: float) -> _Segments:
    """Return a line as segments, each with the frame that completes it.

    Vertices in the same quarter of a pixel count once, and so does a segment that is drawn again.
    So a hundred thousand steps cost no more than what they show.
    """
    last = positions[-1]
    reached = line.knots[: np.searchsorted(line.knots, last, side="right")]
    knots = _distinct(np.concatenate([reached, np.minimum(positions, line.knots[-1])]))
    places, ending = line.at(knots), line.ending(knots)
    hidden, gap = line.hidden[ending], line.gap[ending]
    with np.errstate(all="ignore"):
        cell = np.floor(np.clip(places, -1e9, 1e9) * 4).astype(np.int64)
    cell = np.column_stack([cell, hidden, gap])
    moved = np.append(True, (np.diff(cell, axis=0) != 0).any(axis=1))
    knots, places, cell = knots[moved], places[moved], cell[moved]
    ends = np.concatenate([cell[:-1, :2], cell[1:]], axis=1)
    new = _first_of_each(ends)
    new = new[cell[1:, 3][new] == 0]
    a, b, kept = clip_segments(places[:-1][new], places[1:][new], box, radius)
    at, behind = knots[1:][new][kept], cell[1:, 2][new][kept] == 1
    frame = np.searchsorted(positions, at)
    order = np.argsort(frame, kind="stable")
    return _Segments(a=a[order], b=b[order], frame=frame[order], hidden=behind[order])
