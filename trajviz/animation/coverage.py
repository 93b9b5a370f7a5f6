"""Which pixels a line or a head covers, and how near they are to its centre.

Nearness is measured in eighths of a pixel from the outer radius inwards: it is 0 outside and grows
toward the centre. Masks keep nearness rather than opacity, since that of two strokes together is
simply the larger of the two: joints do not darken, and nothing is blended twice. A table turns
nearness into line, halo and antialiasing.
"""

from __future__ import annotations

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
    return _covered(begin, stride, item, radius, box, width, _PIECE)


def covered_by_discs(center: Points, radius: float, box: Box, width: int) -> Covered:
    """Return which pixels discs cover; arguments are as for segments, items index centres."""
    item = np.arange(len(center))
    return _covered(center, np.zeros_like(center), item, radius, box, width, 0.0)


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
    """Measure every piece against a square of `side` pixels around it."""
    corner = np.floor(np.minimum(begin, begin + stride) - radius).astype(np.int64)
    # Pixel centres relative to where each piece begins, (n, 1, side) and (n, side, 1).
    steps = np.arange(side)
    offset = (corner + 0.5 - begin).astype(np.float32)
    x = offset[:, 0, None, None] + steps.astype(np.float32)[None, None, :]
    y = offset[:, 1, None, None] + steps.astype(np.float32)[None, :, None]
    run = stride.astype(np.float32)
    dx, dy = run[:, 0, None, None], run[:, 1, None, None]
    along = (x * dx + y * dy) / np.maximum(dx * dx + dy * dy, np.float32(1e-12))
    np.clip(along, 0, 1, out=along)
    distance = np.hypot(x - along * dx, y - along * dy)
    near = np.ceil((np.float32(radius) - distance) * SUBPIXELS)
    column = corner[:, 0, None] + steps
    row = corner[:, 1, None] + steps
    inside = ((row >= box.y0) & (row < box.y1))[:, :, None]
    inside = inside & ((column >= box.x0) & (column < box.x1))[:, None, :]
    piece, down, across = np.nonzero((near > 0) & inside)
    pixel = row[piece, down] * width + column[piece, across]
    return Covered(pixel, item[piece], near[piece, down, across].astype(np.uint8))


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
