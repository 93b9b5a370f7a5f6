"""Marks to pixels: text, dots and shapes laid over a picture, antialiased."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from trajviz.scene.lettering import Coverage, text_coverage
from trajviz.scene.marks import Dot, Mark, Shape, Text
from trajviz.scene.theme import RGB

Picture = npt.NDArray[np.uint8]
"""Red, green and blue, (height, width, 3)."""

_FINE = 8
"""Shapes are drawn this many times finer in each direction, then averaged."""


def paint(picture: Picture, marks: Iterable[Mark]) -> None:
    """Lay marks over the picture, in order, in place; what lies outside it is not drawn."""
    for mark in marks:
        for coverage, x, y, color in _layers(mark):
            _blend(picture, coverage, x, y, color)


def _layers(mark: Mark) -> Iterable[tuple[Coverage, int, int, RGB]]:
    """Return a mark's layers: coverage, left column, top row, colour."""
    if isinstance(mark, Text):
        coverage, above = text_coverage(mark.text, mark.size, mark.bold)
        return [(coverage, round(mark.left), round(mark.y) - above, mark.color)]
    if isinstance(mark, Dot):
        return [(*_disc(mark), mark.color)]
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
    x0, y0 = np.floor(corners.min(axis=0) - shape.rim_width - 1).astype(int)
    width, height = (np.ceil(corners.max(axis=0) + shape.rim_width + 1).astype(int)) - (x0, y0)
    fine = Image.new("L", (width * _FINE, height * _FINE))
    pen = ImageDraw.Draw(fine)
    outline = [tuple(corner) for corner in (corners - (x0, y0)) * _FINE - 0.5]
    pen.polygon(outline, fill=255)
    band = round(2 * abs(grow) * _FINE)
    if band:
        pen.line([*outline, *outline[:2]], fill=255 if grow > 0 else 0, width=band, joint="curve")
    mean = np.asarray(fine.reduce(_FINE), dtype=np.float32)
    return np.asarray(mean / np.float32(255)), int(x0), int(y0)


def _blend(picture: Picture, coverage: Coverage, x: int, y: int, color: RGB) -> None:
    height, width = picture.shape[:2]
    rows = slice(max(0, y), min(height, y + coverage.shape[0]))
    columns = slice(max(0, x), min(width, x + coverage.shape[1]))
    if rows.start >= rows.stop or columns.start >= columns.stop:
        return
    share = coverage[rows.start - y : rows.stop - y, columns.start - x : columns.stop - x, None]
    region = picture[rows, columns]
    picture[rows, columns] = np.rint(region + (np.array(color, dtype=np.float32) - region) * share)
