"""Marks to pixels: text, dots and shapes laid over a picture, antialiased."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from trajviz.scene.color import RGB
from trajviz.scene.lettering import Coverage, text_coverage
from trajviz.scene.marks import Dot, Fill, Mark, Shape, Text

Picture: TypeAlias = npt.NDArray[np.uint8]
"""Red, green and blue, (height, width, 3)."""
Layer: TypeAlias = npt.NDArray[np.float32]
"""Something laid over a picture, (height, width, 1 or 3)."""

_FINE = 8
"""Shapes are drawn this many times finer in each direction, then averaged."""


def paint(picture: Picture, marks: Iterable[Mark]) -> None:
    """Lay marks over a picture, (height, width, 3), in order and in place."""
    for mark in marks:
        for coverage, x, y, color in _layers(mark):
            rows, columns, share = _clip(coverage, x, y, picture.shape)
            region = picture[rows, columns]
            over = region + (np.array(color, dtype=np.float32) - region) * share
            picture[rows, columns] = np.rint(over)


def veil(marks: Iterable[Mark], width: int, height: int) -> tuple[Layer, Layer]:
    """Return marks as a layer to lay over pictures: opacity, (height, width, 1), and colour.

    The colour, (height, width, 3), is multiplied by the opacity: picture * (1 - opacity) + colour.
    """
    opacity = np.zeros((height, width, 1), dtype=np.float32)
    color_layer = np.zeros((height, width, 3), dtype=np.float32)
    for mark in marks:
        for coverage, x, y, color in _layers(mark):
            rows, columns, share = _clip(coverage, x, y, opacity.shape)
            opacity[rows, columns] += (1 - opacity[rows, columns]) * share
            color_layer[rows, columns] *= 1 - share
            color_layer[rows, columns] += np.array(color, dtype=np.float32) * share
    return opacity, color_layer


def _layers(mark: Mark) -> Iterable[tuple[Coverage, int, int, RGB]]:
    """Return a mark's layers: coverage, left column, top row, colour."""
    if isinstance(mark, Text):
        coverage, above = text_coverage(mark.text, mark.size, mark.bold)
        return [(coverage, round(mark.left), round(mark.y) - above, mark.color)]
    if isinstance(mark, Dot):
        return [(*_disc(mark), mark.color)]
    if isinstance(mark, Fill):
        whole = np.ones((mark.box.height, mark.box.width), dtype=np.float32)
        return [(whole, mark.box.x0, mark.box.y0, mark.color)]
    outer, x, y = _polygon(mark, mark.rim_width / 2)
    inner, _, _ = _polygon(mark, -mark.rim_width / 2)
    return [(outer, x, y, mark.rim), (inner, x, y, mark.fill)]


def _disc(dot: Dot) -> tuple[Coverage, int, int]:
    x0, y0 = int(dot.x - dot.radius) - 1, int(dot.y - dot.radius) - 1
    size = int(2 * dot.radius) + 4
    steps = np.arange(size) + 0.5
    distance = np.hypot(x0 + steps[None, :] - dot.x, y0 + steps[:, None] - dot.y)
    coverage = np.asarray(np.clip(dot.radius + 0.5 - distance, 0, 1), dtype=np.float32)
    return coverage, x0, y0


def _polygon(shape: Shape, grow: float) -> tuple[Coverage, int, int]:
    """Return a polygon's coverage, grown (or shrunk) by so many pixels, and its top left pixel."""
    corners = np.array(shape.corners)
    x0, y0 = np.floor(corners.min(axis=0) - shape.rim_width - 1).astype(int).tolist()
    # In quarters of a pixel, which nobody can tell: so that a shape that moves is drawn but once
    # for each of sixteen places.
    anchor = corners[0] - (x0, y0)
    places = corners - corners[0] + np.rint(4 * anchor) / 4
    fine = np.rint(places * _FINE).astype(int).tolist()
    return _fine_polygon(tuple(map(tuple, fine)), shape.rim_width, grow), x0, y0


@functools.lru_cache(maxsize=512)
def _fine_polygon(corners: tuple[tuple[int, int], ...], rim_width: float, grow: float) -> Coverage:
    right, bottom = (max(axis) / _FINE for axis in zip(*corners, strict=True))
    width, height = math.ceil(right + rim_width + 1), math.ceil(bottom + rim_width + 1)
    fine = Image.new("L", (width * _FINE, height * _FINE))
    pen = ImageDraw.Draw(fine)
    outline = [(x - 0.5, y - 0.5) for x, y in corners]
    pen.polygon(outline, fill=255)
    band = round(2 * abs(grow) * _FINE)
    if band:
        pen.line([*outline, *outline[:2]], fill=255 if grow > 0 else 0, width=band, joint="curve")
    mean = np.asarray(fine.reduce(_FINE), dtype=np.float32)
    return np.asarray(mean / np.float32(255))


def _clip(coverage: Coverage, x: int, y: int, shape: tuple[int, ...]) -> tuple[slice, slice, Layer]:
    """Return the rows and columns of a picture that a coverage meets, and its part there."""
    height, width = coverage.shape
    rows = slice(max(0, y), max(0, min(shape[0], y + height)))
    columns = slice(max(0, x), max(0, min(shape[1], x + width)))
    part = coverage[
        rows.start - y : max(rows.start, rows.stop) - y,
        columns.start - x : max(columns.start, columns.stop) - x,
    ]
    return rows, columns, part[:, :, None]
