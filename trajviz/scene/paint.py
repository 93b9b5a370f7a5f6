"""Marks to pixels: text, dots and shapes laid over a picture, antialiased."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from trajviz.scene.color import RGB
from trajviz.scene.lettering import Coverage, text_coverage
from trajviz.scene.marks import Dot, Fill, Mark, Oval, Shape, Stroke, Text
from trajviz.surface import Floats

Picture: TypeAlias = npt.NDArray[np.uint8]
"""Red, green and blue, (height, width, 3)."""
Layer: TypeAlias = npt.NDArray[np.float32]
"""Something laid over a picture, (height, width, 1 or 3)."""

_FINE = 8
"""Shapes are drawn this many times finer in each direction, then averaged."""


Before: TypeAlias = tuple[slice, slice, Picture]
"""Rows and columns of a picture, and what was there before something was painted over it."""


def paint(picture: Picture, marks: Iterable[Mark]) -> None:
    """Lay marks over a picture, (height, width, 3), in order and in place."""
    for _ in paint_over(picture, marks):
        pass


def paint_over(picture: Picture, marks: Iterable[Mark]) -> Iterator[Before]:
    """Lay marks over a picture in place, and yield what was there before, in order."""
    for mark in marks:
        for coverage, x, y, color in _layers(mark):
            rows, columns, share = _clip(coverage, x, y, picture.shape)
            before = picture[rows, columns].copy()
            over = before + (np.array(color, dtype=np.float32) - before) * share
            picture[rows, columns] = np.rint(over)
            yield rows, columns, before


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
        return _letters(mark)
    if isinstance(mark, Stroke):
        return _pen_strokes(mark)
    if isinstance(mark, Oval):
        return [(*_ring(mark), mark.color)]
    if isinstance(mark, Dot):
        return [(*_disc(mark), mark.color)]
    if isinstance(mark, Fill):
        whole = np.ones((mark.box.height, mark.box.width), dtype=np.float32)
        return [(whole, mark.box.x0, mark.box.y0, mark.color)]
    return _polygon(mark)


def _letters(text: Text) -> list[tuple[Coverage, int, int, RGB]]:
    coverage, above = text_coverage(text.text, text.size, text.bold)
    x, y = round(text.left), round(text.y) - above
    letters = (coverage, x, y, text.color)
    if text.rim is None:
        return [letters]
    reach = math.ceil(text.rim_width)
    around = _spread(text.text, text.size, text.bold, text.rim_width)
    return [(around, x - reach, y - reach, text.rim), letters]


@functools.lru_cache(maxsize=256)
def _spread(text: str, size: float, bold: bool, width: float) -> Coverage:
    """Return the coverage of letters that are wider by so many pixels on each side."""
    coverage, _ = text_coverage(text, size, bold)
    reach = math.ceil(width)
    height, across = coverage.shape
    whole = np.zeros((height + 2 * reach, across + 2 * reach), dtype=np.float32)
    for down, right in itertools.product(range(2 * reach + 1), repeat=2):
        share = np.float32(np.clip(width + 0.5 - math.hypot(down - reach, right - reach), 0, 1))
        region = whole[down : down + height, right : right + across]
        np.maximum(region, share * coverage, out=region)
    return whole


def _pen_strokes(stroke: Stroke) -> list[tuple[Coverage, int, int, RGB]]:
    distance, x, y = _distances(stroke)
    half = stroke.width / 2 + 0.5
    inner = (_within(half, distance), x, y, stroke.color)
    if stroke.rim is None:
        return [inner]
    return [(_within(half + stroke.rim_width, distance), x, y, stroke.rim), inner]


def _within(reach: float, distance: Layer) -> Coverage:
    return np.asarray(np.clip(reach - distance, 0, 1), dtype=np.float32)


def _distances(stroke: Stroke) -> tuple[Layer, int, int]:
    """Return how far pixels are from a stroke's middle, (height, width), and the top left one.

    To a tip it is so that the tip is as large as it says, however wide the stroke.
    """
    ends = np.array(stroke.shaft)
    corners = np.concatenate([ends, np.array(stroke.barbs)]) if stroke.tip else ends
    reach = stroke.width / 2 + stroke.rim_width + 1
    x0, y0 = np.floor(corners.min(axis=0) - reach).astype(int).tolist()
    x1, y1 = np.ceil(corners.max(axis=0) + reach).astype(int).tolist()
    across, down = np.arange(x0, x1)[None, :] + 0.5, np.arange(y0, y1)[:, None] + 0.5
    distance = np.full((y1 - y0, x1 - x0), np.inf)
    for (ax, ay), (bx, by) in itertools.pairwise(ends.tolist()):
        run, rise = bx - ax, by - ay
        square = max(run * run + rise * rise, 1e-12)
        share = np.clip(((across - ax) * run + (down - ay) * rise) / square, 0, 1)
        away = np.hypot(across - ax - share * run, down - ay - share * rise)
        np.minimum(distance, away, out=distance)
    if stroke.tip:
        beyond = _beyond_triangle(across, down, stroke.barbs) + stroke.width / 2
        np.minimum(distance, beyond, out=distance)
    return distance.astype(np.float32), x0, y0


def _beyond_triangle(
    across: Floats, down: Floats, corners: Sequence[tuple[float, float]]
) -> Floats:
    """Return how far pixels are beyond the nearest side of a triangle, below 0 inside."""
    sides = itertools.pairwise([*corners, corners[0]])
    middle = np.mean(corners, axis=0)
    found = []
    for (ax, ay), (bx, by) in sides:
        length = math.hypot(bx - ax, by - ay) or 1.0
        normal = ((by - ay) / length, (ax - bx) / length)
        inside = (middle[0] - ax) * normal[0] + (middle[1] - ay) * normal[1]
        sign = -1.0 if inside > 0 else 1.0
        found.append(sign * ((across - ax) * normal[0] + (down - ay) * normal[1]))
    return np.asarray(np.max(found, axis=0))


def _ring(oval: Oval) -> tuple[Coverage, int, int]:
    """Return an ellipse's coverage: distances to it are to first order, exact for a circle."""
    reach = oval.width / 2 + 1
    x0, y0 = math.floor(oval.x - oval.across - reach), math.floor(oval.y - oval.up - reach)
    x1, y1 = math.ceil(oval.x + oval.across + reach), math.ceil(oval.y + oval.up + reach)
    across = (np.arange(x0, x1)[None, :] + 0.5 - oval.x) / oval.across
    down = (np.arange(y0, y1)[:, None] + 0.5 - oval.y) / oval.up
    radius = np.maximum(np.hypot(across, down), 1e-9)
    slope = np.hypot(across / oval.across, down / oval.up) / radius
    distance = np.abs(radius - 1) / np.maximum(slope, 1e-9)
    return _within(oval.width / 2 + 0.5, distance.astype(np.float32)), x0, y0


def _disc(dot: Dot) -> tuple[Coverage, int, int]:
    x0, y0 = int(dot.x - dot.radius) - 1, int(dot.y - dot.radius) - 1
    size = int(2 * dot.radius) + 4
    steps = np.arange(size) + 0.5
    distance = np.hypot(x0 + steps[None, :] - dot.x, y0 + steps[:, None] - dot.y)
    coverage = np.asarray(np.clip(dot.radius + 0.5 - distance, 0, 1), dtype=np.float32)
    return coverage, x0, y0


def _polygon(shape: Shape) -> list[tuple[Coverage, int, int, RGB]]:
    """Return a polygon's layers: what its rim reaches, and what lies within the rim."""
    left, top = map(min, zip(*shape.corners, strict=True))
    x0, y0 = math.floor(left - shape.rim_width - 1), math.floor(top - shape.rim_width - 1)
    # In quarters of a pixel, which nobody can tell: so that a shape that moves is drawn but once
    # for each of sixteen places.
    x, y = shape.corners[0]
    across, down = round(4 * (x - x0)) / 4, round(4 * (y - y0)) / 4
    fine = tuple(
        (round((a - x + across) * _FINE), round((b - y + down) * _FINE)) for a, b in shape.corners
    )
    half = shape.rim_width / 2
    outer = _fine_polygon(fine, shape.rim_width, half)
    inner = _fine_polygon(fine, shape.rim_width, -half) if half else outer
    return [(outer, x0, y0, shape.rim), (inner, x0, y0, shape.fill)]


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
