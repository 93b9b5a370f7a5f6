"""Which pixels a line or a head covers, and how near they are to its centre.

Nearness is measured in eighths of a pixel from the outer radius inwards: it is 0 outside and grows
toward the centre. Masks keep nearness rather than opacity, since that of two strokes together is
simply the larger of the two: joints do not darken, and nothing is blended twice. A table turns
nearness into line, halo and antialiasing.
"""

from __future__ import annotations

import functools
import math
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from trajviz.scene.color import RGB
from trajviz.scene.marks import Box
from trajviz.surface import Floats, Ints, Points

Nearness: TypeAlias = npt.NDArray[np.uint8]
"""How near pixels are to the centre of what covers them, any shape; 0 is outside."""

SUBPIXELS = 8
"""Steps of nearness, and shades of antialiasing, in a pixel."""
_PIECE = 8.0
"""Lines are cut into pieces no longer than this, so that each fits a small square of pixels."""
_SHORT = 2.0
"""Pieces no longer than this, as most are, fit a square half as large."""
_BATCH = 1 << 20
"""Pixels looked at in one go."""


class Covered(NamedTuple):
    """Pixels covered, (n,) each: flat index into the picture, the item that covers it, nearness."""

    pixel: Ints
    item: Ints
    near: Nearness


def nearness_levels(radius: float) -> int:
    """Return how many values nearness has for an outer radius in pixels, 0 included."""
    return int(np.ceil(radius * SUBPIXELS)) + 1


def covered_by_segments(a: Points, b: Points, radius: float, box: Box, width: int) -> Covered:
    """Return which pixels segments cover; an item is a segment's index.

    Args:
        a: Where segments begin, (n, 2), in pixels.
        b: Where they end, (n, 2).
        radius: Pixels are covered up to this distance.
        box: Only pixels inside it count.
        width: The width of the picture that flat indices count in.
    """
    length = np.hypot(*(b - a).T)
    pieces = np.maximum(1, np.ceil(length / _PIECE)).astype(np.int64)
    item = np.repeat(np.arange(len(a)), pieces)
    part = np.arange(len(item)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    stride = ((b - a) / pieces[:, None])[item]
    begin = a[item] + stride * part[:, None]
    short = np.abs(stride).max(axis=1, initial=0) <= _SHORT
    found = [
        _covered(begin[these], stride[these], item[these], radius, box, width, reach)
        for these, reach in ((short, _SHORT), (~short, _PIECE))
    ]
    return Covered(*(np.concatenate(column) for column in zip(*found, strict=True)))


def covered_by_discs(
    center: Points, growth: Floats, radius: float, deepest: int, box: Box, width: int
) -> Covered:
    """Return which pixels discs cover.

    Args:
        center: Where they are, (n, 2), at whole and half pixels.
        growth: By how much each is larger than the radius, (n,), in whole and half pixels.
        radius: Pixels are covered up to this distance, and what a disc is larger by.
        deepest: The most that nearness grows towards the centre.
        box: Only pixels inside it count.
        width: The width of the picture that flat indices count in.

    Returns:
        The pixels; items index centres.
    """
    halves = np.rint(2 * np.column_stack([center, growth])).astype(np.int32)
    corner = halves[:, :2] >> 1
    kind_of = halves @ (0, 0, 4) + (halves[:, :2] & 1) @ (1, 2)
    kinds = sorted({*kind_of.tolist()})  # np.unique would load all of numpy's masked arrays
    kind = np.searchsorted(kinds, kind_of)
    down, across, near, first = _discs(tuple(kinds), radius, deepest)
    count = np.diff(first)[kind]
    item = np.repeat(np.arange(len(center)), count)
    place = np.arange(len(item)) + np.repeat(first[kind] - np.cumsum(count) + count, count)
    column, row = corner[item, 0] + across[place], corner[item, 1] + down[place]
    inside = (row >= box.y0) & (row < box.y1) & (column >= box.x0) & (column < box.x1)
    pixel = (row * np.int32(width) + column)[inside]
    return Covered(pixel, item[inside], near[place][inside])


def _discs(
    kinds: tuple[int, ...], radius: float, deepest: int
) -> tuple[Ints, Ints, Nearness, Ints]:
    """Return the pixels of discs, those of one kind after those of the other.

    Args:
        kinds: What kind each is: 1 if it lies half a pixel to the right, 2 if half a pixel down,
            and 4 for each half pixel that it is larger.
        radius: How large they are without that.
        deepest: The most that nearness grows.

    Returns:
        How far down and how far across each pixel is from a disc's own, (n,) each, its nearness,
        and which is the first of each disc, (discs + 1,).
    """
    discs = [_disc(kind, radius, deepest) for kind in kinds or (0,)]
    first = np.cumsum([0, *(len(disc.pixel) for disc in discs)])
    down, across, near = map(np.concatenate, zip(*discs, strict=True))
    return down, across, near, first


@functools.lru_cache(maxsize=1024)
def _disc(kind: int, radius: float, deepest: int) -> Covered:
    """Return the pixels of a disc of a kind: how far down, how far across, and nearness."""
    size = radius + kind // 4 / 2
    middle = math.ceil(size) + 1
    steps = np.arange(-middle, middle + 1, dtype=np.float32) + np.float32(0.5)
    x, y = steps - np.float32(kind % 2 / 2), steps - np.float32(kind // 2 % 2 / 2)
    near = np.ceil((np.float32(size) - np.hypot(x, y[:, None])) * SUBPIXELS)
    down, across = np.nonzero(near > 0)
    chosen = np.minimum(near[down, across], deepest).astype(np.uint8)
    short = np.array([down, across], dtype=np.int32) - np.int32(middle)
    return Covered(short[0], short[1], chosen)


def _covered(
    begin: Points, stride: Points, item: Ints, radius: float, box: Box, width: int, reach: float
) -> Covered:
    side = int(np.ceil(reach + 2 * radius)) + 1
    batch = max(1, _BATCH // side**2)
    found = [
        _batch(
            begin[at : at + batch], stride[at : at + batch], item[at : at + batch],
            radius, box, width, side,
        )
        for at in range(0, len(item), batch)
    ]  # fmt: skip
    if not found:
        empty = np.empty(0, dtype=np.int64)
        return Covered(empty, empty, empty.astype(np.uint8))
    return Covered(*(np.concatenate(column) for column in zip(*found, strict=True)))


def _batch(
    begin: Points, stride: Points, item: Ints, radius: float, box: Box, width: int, side: int
) -> Covered:
    """Measure every piece against a square of `side` pixels around it.

    Pieces are the last axis of all arrays, along which numpy is fastest.
    """
    corner = np.floor(np.minimum(begin, begin + stride) - radius).astype(np.int64)
    # Pixel centres relative to where each piece begins, (side, n) and (side, 1, n).
    steps = np.arange(side)[:, None]
    left, top = np.ascontiguousarray((corner + 0.5 - begin).astype(np.float32).T)
    x, y = left + steps.astype(np.float32), (top + steps.astype(np.float32))[:, None]
    dx, dy = np.ascontiguousarray(stride.astype(np.float32).T)
    along = x * dx + y * dy
    along /= np.maximum(dx * dx + dy * dy, np.float32(1e-12))
    np.clip(along, 0, 1, out=along)
    off_x, off_y = x - along * dx, y - along * dy
    distance = np.sqrt(off_x * off_x + off_y * off_y)  # a third of the time of np.hypot
    near = np.ceil((np.float32(radius) - distance) * SUBPIXELS)
    column, row = corner[:, 0] + steps, (corner[:, 1] + steps)[:, None]
    inside = (row >= box.y0) & (row < box.y1) & (column >= box.x0) & (column < box.x1)
    found = np.flatnonzero((near > 0) & inside)
    pixel = (row * width + column).ravel()[found]
    return Covered(pixel, item[found % len(item)], near.ravel()[found].astype(np.uint8))


def blend_table(radius: float, core: float, color: RGB, surround: RGB) -> tuple[Floats, Floats]:
    """Return what each nearness does to the colour below: it becomes below * keep + add.

    Args:
        radius: The outer radius in pixels; half a pixel of it is antialiasing.
        core: Within so many pixels of the centre lies `color`, beyond it `surround`.
        color: The line or the head.
        surround: The halo or the rim.

    Returns:
        keep, (levels,), and add, (levels, 3).
    """
    distance = radius - (np.arange(nearness_levels(radius)) - 0.5) / SUBPIXELS
    outer = np.clip(radius - distance, 0, 1)[:, None]
    inner = np.clip(core + 0.5 - distance, 0, 1)[:, None]
    outer[0] = inner[0] = 0.0
    add = outer * np.array(surround) * (1 - inner) + inner * np.array(color)
    keep = ((1 - outer) * (1 - inner))[:, 0]
    return keep.astype(np.float32), add.astype(np.float32)
