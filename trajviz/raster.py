"""Frames to changed pixels: what lines and heads touch, composed in the tracks' order.

Nothing is redrawn. All pixels that are touched in a stretch of frames are found at once, each with
the frame in which it changes; a mask per track remembers how nearly its line has covered every
pixel so far; and the touched pixels alone are composed anew: background, lines with their halos,
foreground, heads. So a later segment of a lower track never covers a higher one, and a pixel that
does not change is never mentioned.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from trajviz.coverage import (
    Covered,
    blend_table,
    clip_segments,
    covered_by_discs,
    covered_by_segments,
)
from trajviz.scene import Scene, Track
from trajviz.scene.paint import Picture, paint, veil
from trajviz.surface import Floats, Ints, Points


class Change(NamedTuple):
    """What a frame changes: flat indices of pixels, (n,), and their new colours, (n, 3)."""

    pixels: Ints
    colors: Picture


class _Segments(NamedTuple):
    """A track's clipped segments with the frame in which each is complete, in order of frames."""

    a: Points
    b: Points
    frame: Ints


class Stage:
    """What stands still: the background, the foreground above the lines, tables to blend with."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.width, height = scene.size
        opacity, color = veil(scene.foreground, self.width, height)
        inside = np.zeros_like(opacity)
        plot = scene.plot
        inside[plot.y0 : plot.y1, plot.x0 : plot.x1] = 1
        self.opacity = (opacity * inside).reshape(-1, 1)
        self.color = (color * inside).reshape(-1, 3)
        self.below = scene.background.reshape(-1, 3)
        self.canvas = self.below.copy()
        veiled = np.flatnonzero(self.opacity)
        self.canvas[veiled] = np.rint(self.veiled(self.below[veiled], veiled))
        pen, rim = scene.pen, scene.theme.background
        self.line_radius = pen.line / 2 + pen.halo + 0.5
        self.head_radius = pen.head + pen.rim + 0.5
        self.line_tables = [
            blend_table(self.line_radius, pen.line / 2, t.color, rim) for t in scene.tracks
        ]
        self.head_tables = [
            blend_table(self.head_radius, pen.head, t.color, rim) for t in scene.tracks
        ]

    def veiled(self, color: npt.NDArray[Any], pixel: Ints) -> npt.NDArray[np.float32]:
        """Return colours, (n, 3), with the foreground over them."""
        return np.asarray(color * (1 - self.opacity[pixel]) + self.color[pixel], dtype=np.float32)


class Rasterizer:
    """Walks through the frames in stretches, carrying the masks and the canvas along."""

    def __init__(self, stage: Stage, positions: Floats, numbers: Ints) -> None:
        """Take how many steps have been taken at each frame, and the number shown, (frames,)."""
        self.stage, self.positions, self.numbers = stage, positions, numbers
        scene = self.scene = stage.scene
        self.width = stage.width
        self.canvas = stage.canvas.copy()
        self.segments = [_segments(t, positions, scene, stage.line_radius) for t in scene.tracks]
        # Off by a quarter of a pixel at most, which cannot be seen; a head that creeps rests.
        self.heads = [np.rint(2 * track.at(positions)) / 2 for track in scene.tracks]
        self.masks = np.zeros((len(scene.tracks), len(self.canvas)), dtype=np.uint8)
        # Heads dominate: a stretch is so long that memory stays flat whatever their size.
        self.stretch = int(np.clip(128 * (5.5 / stage.head_radius) ** 2, 4, 128))

    def changes(self) -> Iterator[Change]:
        """Yield what frames 0, 1, 2, ... change, frame 0 against the stage's canvas."""
        counter = _Counter(self.scene)
        for start in range(0, len(self.positions), self.stretch):
            stop = min(start + self.stretch, len(self.positions))
            for frame, change in enumerate(self._stretch(start, stop), start):
                yield counter.add(change, int(self.numbers[frame]))

    def _stretch(self, start: int, stop: int) -> Iterator[Change]:
        """Yield the changes of frames start to stop, computed together."""
        frames = stop - start
        lines = [self._lines(k, start, stop) for k in range(len(self.segments))]
        heads = [self._heads(k, start, stop) for k in range(len(self.heads))]
        # A row is one pixel in one frame in which its colour may change, sorted by pixel, then
        # frame. A head's pixel may change once more in the frame after.
        keys = [key for key, _ in lines]
        for key, _ in heads:
            keys += [key, key[key % frames < frames - 1] + 1]
        before = self._heads_before(start, frames)
        rows = _distinct(np.concatenate([*keys, before]))
        pixel, frame = np.divmod(rows, frames)
        first = np.flatnonzero(np.diff(pixel, prepend=-1))
        colors = self._compose(rows, pixel, first, lines, heads)
        # Only real changes count: against the row before, or the canvas for a pixel's first row.
        previous = np.empty_like(colors)
        previous[1:] = colors[:-1]
        previous[first] = self.canvas[pixel[first]]
        changed = np.flatnonzero((colors != previous).any(axis=1))
        last = np.append(first[1:], len(rows)) - 1
        if len(first):
            self.canvas[pixel[last]] = colors[last]
        order = changed[np.argsort(frame[changed].astype(np.uint16), kind="stable")]
        ends = np.searchsorted(frame[order], np.arange(frames + 1))
        for begin, end in itertools.pairwise(ends):
            chosen = order[begin:end]
            yield Change(pixel[chosen], colors[chosen])

    def _lines(self, k: int, start: int, stop: int) -> tuple[Ints, npt.NDArray[np.uint8]]:
        """Return keys (pixel * frames + frame) and nearness of what track k draws."""
        segments = self.segments[k]
        part = slice(*np.searchsorted(segments.frame, [start, stop]))
        pixel, item, near = covered_by_segments(
            segments.a[part], segments.b[part], self.stage.line_radius, self.scene.plot, self.width
        )
        return pixel * (stop - start) + (segments.frame[part][item] - start), near

    def _heads(self, k: int, start: int, stop: int) -> tuple[Ints, npt.NDArray[np.uint8]]:
        """Return keys and nearness of where track k's head is in each frame."""
        pixel, item, near = self._discs(self.heads[k][start:stop])
        return pixel * (stop - start) + item, near

    def _heads_before(self, start: int, frames: int) -> Ints:
        """Return the keys of the pixels that heads of the frame before this stretch leave."""
        if start == 0:
            return np.empty(0, dtype=np.int64)
        last = np.concatenate([head[start - 1 : start] for head in self.heads])
        return self._discs(last).pixel * frames

    def _discs(self, centers: Points) -> Covered:
        plot = self.scene.plot
        inside = (centers >= (plot.x0, plot.y0)) & (centers <= (plot.x1, plot.y1))
        shown = np.flatnonzero(inside.all(axis=1))
        covered = covered_by_discs(centers[shown], self.stage.head_radius, plot, self.width)
        return covered._replace(item=shown[covered.item])

    def _compose(
        self,
        rows: Ints,
        pixel: Ints,
        first: Ints,
        lines: list[tuple[Ints, npt.NDArray[np.uint8]]],
        heads: list[tuple[Ints, npt.NDArray[np.uint8]]],
    ) -> Picture:
        """Return the colour of every row."""
        color = self.stage.below[pixel].astype(np.float32)
        for k, (key, near) in enumerate(lines):
            so_far = self._accumulate(k, rows, pixel, first, key, near)
            _lay(color, so_far, *self.stage.line_tables[k])
        veiled = np.flatnonzero(self.stage.opacity[pixel])
        color[veiled] = self.stage.veiled(color[veiled], pixel[veiled])
        for k, (key, near) in enumerate(heads):
            now = np.zeros(len(rows), dtype=np.uint8)
            now[np.searchsorted(rows, key)] = near  # a head covers a pixel once a frame
            _lay(color, now, *self.stage.head_tables[k])
        return np.rint(color).astype(np.uint8)

    def _accumulate(
        self,
        k: int,
        rows: Ints,
        pixel: Ints,
        first: Ints,
        key: Ints,
        near: npt.NDArray[np.uint8],
    ) -> npt.NDArray[np.uint8]:
        """Return how nearly track k's line has covered each row's pixel by then; keep the mask."""
        mask = self.masks[k]
        so_far = np.zeros(len(rows), dtype=np.int64)
        so_far[first] = mask[pixel[first]]
        np.maximum.at(so_far, np.searchsorted(rows, key), near)
        # A running maximum that starts anew with each pixel: lift each pixel above the one before.
        group = np.zeros(len(rows), dtype=np.int64)
        group[first[1:]] = 256
        np.cumsum(group, out=group)
        running = (np.maximum.accumulate(so_far + group) - group).astype(np.uint8)
        last = np.append(first[1:], len(rows)) - 1
        if len(first):
            mask[pixel[last]] = running[last]
        return running


def _distinct(keys: Ints) -> Ints:
    """Return the distinct keys, sorted: np.unique, but by numpy's vectorised sort."""
    keys = np.sort(keys)
    return keys[np.flatnonzero(np.diff(keys, prepend=-1))]


def _lay(
    color: npt.NDArray[np.float32], near: npt.NDArray[np.uint8], keep: Floats, add: Floats
) -> None:
    """Blend one layer over the rows it touches, in place."""
    touched = np.flatnonzero(near)
    level = near[touched]
    color[touched] = color[touched] * keep[level, None] + add[level]


def _segments(track: Track, positions: Floats, scene: Scene, radius: float) -> _Segments:
    """Return a track as segments, each with the frame that completes it.

    Vertices in the same quarter of a pixel are passed over, and a segment that was drawn before
    is not drawn again, so that a hundred thousand steps cost no more than what they show.
    """
    end = len(track.vertices) - 1
    steps = np.arange(min(end, int(positions[-1])) + 1, dtype=np.float64)
    knots = np.unique(np.concatenate([steps, np.minimum(positions, end)]))
    places = track.at(knots)
    with np.errstate(all="ignore"):
        cell = np.floor(np.clip(places, -1e9, 1e9) * 4).astype(np.int64)
    moved = np.append(True, (np.diff(cell, axis=0) != 0).any(axis=1))
    knots, places, cell = knots[moved], places[moved], cell[moved]
    ends = np.concatenate([cell[:-1], cell[1:]], axis=1)
    new = np.sort(np.unique(ends, axis=0, return_index=True)[1])
    a, b, kept = clip_segments(places[:-1][new], places[1:][new], scene.plot, radius)
    frame = np.searchsorted(positions, knots[1:][new][kept])
    return _Segments(a, b, frame)


class _Counter:
    """Adds the step number to a change whenever it is another one."""

    def __init__(self, scene: Scene) -> None:
        self.counter, self.shown = scene.counter, -1
        if scene.counter is None:
            return
        size = math.ceil(2 * scene.counter.size)
        top = max(0, round(scene.counter.y) - size)
        left = max(0, scene.counter.digits(10 ** len(str(scene.steps)))[-1].x)
        rows, columns = slice(top, top + 2 * size), slice(left, math.ceil(scene.counter.right) + 1)
        self.corner = (left, top)
        self.blank = scene.background[rows, columns]
        self.picture = self.blank
        flat = np.arange(scene.background.size // 3).reshape(scene.background.shape[:2])
        self.pixels = flat[rows, columns]

    def add(self, change: Change, step: int) -> Change:
        """Return the change with the digits that are now others."""
        if self.counter is None or step == self.shown:
            return change
        self.shown = step
        left, top = self.corner
        picture = self.blank.copy()
        digits = self.counter.digits(step)
        paint(picture, [replace(digit, x=digit.x - left, y=digit.y - top) for digit in digits])
        differs = (picture != self.picture).any(axis=2)
        self.picture = picture
        return Change(
            np.concatenate([change.pixels, self.pixels[differs]]),
            np.concatenate([change.colors, picture[differs]]),
        )
