"""What stands still in a scene, as SVG written by ourselves: small, and sharp at every zoom.

A level is one path, filled and lined at once. A letter's outline is written once, wherever it is
used. Everything is in tenths of a pixel, whole numbers.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

from trajviz.files.formats._palette import Palette, pack
from trajviz.files.formats._paths import FINE, in_units, path_of
from trajviz.files.formats._thinning import thin_lines
from trajviz.scene.color import hexed
from trajviz.scene.fonts import Face, line_of, own_face, runs_of
from trajviz.scene.glyphs import letters
from trajviz.scene.lettering import part_width, pen_places, placed_parts
from trajviz.scene.marks import Box, Dot, Fill, Mark, Shape, Text
from trajviz.scene.mathematics import Formula, Part
from trajviz.scene.outline import (
    CLOSE,
    CUBIC,
    LINE,
    MOVE,
    QUADRATIC,
    Areas,
    Outline,
    Raster,
    Vector,
)
from trajviz.scene.paint import Picture
from trajviz.scene.plot import Plot

EM = 1000
"""Units of a letter's outline in its size."""
_MARGIN = 12
"""Pixels beyond the plot where areas end, out of sight as their lines are."""
_SPACING, _SLACKS = 2, (0.12, 0.3)
"""Level lines: how far samples are apart, and how far off a line may be, in pixels."""
_INTRICATE = 90_000
"""Bytes beyond which level lines are drawn more loosely, or not as lines."""
_CLOSING = "Z"
_COMMANDS = {MOVE: "M", LINE: "L", QUADRATIC: "Q", CUBIC: "C", CLOSE: _CLOSING}
"""What leads to a corner, as SVG says it."""


def number(value: float) -> str:
    """Return a number without what it does not need.

    >>> number(0.50), number(-12.0), number(1.2345)
    ('.5', '-12', '1.234')
    """
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text


def extent(box: Box) -> str:
    """Return a box of whole pixels as attributes.

    >>> extent(Box(1, 2, 4, 6))
    'x="10" y="20" width="30" height="40"'
    """
    x, y, width, height = (FINE * side for side in (box.x0, box.y0, box.width, box.height))
    return f'x="{x}" y="{y}" width="{width}" height="{height}"'


def clip_of(name: str, box: Box) -> str:
    """Return the definition of a clip path."""
    return f'<clipPath id="{name}"><rect {extent(box)}/></clipPath>'


class Letters:
    """The outlines of all letters that a picture uses, each by a name of its own."""

    def __init__(self) -> None:
        self._names: dict[tuple[Face, str], str] = {}

    @property
    def definitions(self) -> str:
        """The outlines of all letters that were named so far."""
        faces: dict[Face, list[str]] = {}
        for face, letter in self._names:
            faces.setdefault(face, []).append(letter)
        return "".join(
            f'<path id="{self._names[face, letter]}" d="{_outlined(*drawn)}"/>'
            for face, used in faces.items()
            for letter, drawn in letters(face, used, EM).items()
        )

    def line(self, text: Text) -> str:
        """Return a line of text, as wide as it is in pixels."""
        y, scale = round(text.y) * FINE, number(text.size * FINE / EM)
        parts = placed_parts(text.text, text.size, text.bold)
        return "".join(
            f'<g transform="translate({round((round(text.left) + pen) * FINE)} {y})scale({scale})" '
            f'fill="{hexed(text.color)}">{self._part(part, text)}</g>'
            for pen, part in parts
        )

    def _part(self, part: Part, text: Text) -> str:
        """Return a part of a text, in units of its size from where its pen starts."""
        if isinstance(part, Formula):
            return f'<path d="{_outlined(part.outline(EM, 0, 0).tolist(), part.codes.tolist())}"/>'
        return "".join(f'<use href="#{name}" x="{at}"/>' for name, at in self._set(part, text))

    def _set(self, part: str, text: Text) -> list[tuple[str, int]]:
        """Return each letter's name and place, in units of the size."""
        line = line_of(part)
        faces = [face for face, piece in runs_of(line, text.bold) for _ in piece]
        natural = part_width(part, EM, text.bold)
        stretch = EM / text.size * part_width(part, text.size, text.bold) / max(natural, 1)
        places = pen_places(line, EM, text.bold)
        return [
            (self.name(face, letter), round(stretch * place))
            for face, letter, place in zip(faces, line, places, strict=True)
            if letter != " "
        ]

    def digit(self, digit: str) -> str:
        """Return the name of a digit."""
        return self.name(own_face(bold=False), digit)

    def name(self, face: Face, letter: str) -> str:
        """Return the name by which a letter's outline is used."""
        return self._names.setdefault((face, letter), f"g{len(self._names)}")


def _outlined(corners: Sequence[tuple[float, float]], codes: Sequence[int]) -> str:
    """Return a letter's corners as the data of a path."""
    data, before = "", 0
    for (x, y), code in zip(corners, codes, strict=True):
        command = "" if code == before else _COMMANDS[code]
        pair = "" if command == _CLOSING else f"{round(x)} {round(y)}".replace(" -", "-")
        data += command if command else " " * (pair[0] != "-")
        data += pair
        before = code
    return data


def mark(shape: Mark, lettering: Letters) -> str:
    """Return a mark as an element."""
    if isinstance(shape, Text):
        return lettering.line(shape)
    if isinstance(shape, Fill):
        return f'<rect {extent(shape.box)} fill="{hexed(shape.color)}"/>'
    if isinstance(shape, Dot):
        x, y, radius = (number(FINE * value) for value in (shape.x, shape.y, shape.radius))
        return f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{hexed(shape.color)}"/>'
    return _polygon(shape)


def _polygon(shape: Shape) -> str:
    data = path_of([in_units(np.array(shape.corners))], closed=True)
    return (
        f'<path d="{data}" fill="{hexed(shape.fill)}" stroke="{hexed(shape.rim)}" '
        f'stroke-width="{number(FINE * shape.rim_width)}"/>'
    )


def view_of(plot: Plot, lettering: Letters) -> str:
    """Return what lies below a plot's tracks.

    Areas that are too intricate are drawn more loosely, or else the whole view as a picture.
    """
    view = plot.view
    vectors = view.vectors(0, _SPACING, _MARGIN)
    for slack in _SLACKS:
        elements = [_element(vector, lettering, slack) for vector in vectors]
        pairs = zip(elements, vectors, strict=True)
        if sum(len(e) for e, vector in pairs if isinstance(vector, Areas)) <= _INTRICATE:
            return "".join(elements)
    picture = np.empty((view.box.height, view.box.width, 3), dtype=np.uint8)
    view.draw(picture)
    file = io.BytesIO()
    Image.fromarray(picture).save(file, format="WEBP", lossless=True)
    return min("".join(elements), embedded(file.getvalue(), "webp", view.box), key=len)


def _element(vector: Vector, lettering: Letters, slack: float) -> str:
    """Return a part of a view as an element, outlines off by so many pixels at most."""
    if isinstance(vector, Areas):
        return _areas(vector, slack)
    if isinstance(vector, Raster):
        return embedded(in_palette(vector.picture), "png", vector.box)
    return mark(vector, lettering)


def _areas(areas: Areas, slack: float) -> str:
    """Draw areas in order, each with its line: as one path where the rim is the whole outline."""
    shown = []
    for area in areas.areas:
        stroke = f' stroke="{hexed(area.rim.color)}"' if area.rim else ""
        inside = _thinned(area.outlines, slack)
        shown.append(f'<path d="{inside}" fill="{hexed(area.color)}"{stroke * areas.whole}/>')
        if area.rim and not areas.whole:
            along = _thinned(area.rim.outlines, slack, closed=False)
            shown.append(f'<path d="{along}" fill="none"{stroke}/>')
    return (
        f'<g fill-rule="evenodd" stroke-width="{number(FINE * areas.line_width)}" '
        f'stroke-opacity="{number(areas.line_alpha)}">{"".join(shown)}</g>'
    )


def _thinned(outlines: Sequence[Outline], slack: float, closed: bool = True) -> str:
    """Return the data of a path along outlines, off by so many pixels at most."""
    if not outlines:
        return ""
    corners = np.concatenate([corners for corners, _ in outlines])
    starts = np.flatnonzero(np.concatenate([codes for _, codes in outlines]) == MOVE)
    ends = np.append(starts[1:], len(corners)) - 1
    kept = thin_lines(corners, np.concatenate([starts, ends]), slack)
    rings = np.split(in_units(corners[kept]), np.searchsorted(kept, starts[1:]))
    return path_of(rings, closed)


def in_palette(picture: Picture) -> bytes:
    """Return a picture, (height, width, 3), as a PNG of 256 colours at most."""
    flat = picture.reshape(-1, 3)
    palette = Palette(flat, [], 256)
    image = Image.fromarray(palette.index(pack(flat)).reshape(picture.shape[:2]))
    image.putpalette(palette.colors.tobytes())
    file = io.BytesIO()
    image.save(file, format="PNG", optimize=True)
    return file.getvalue()


def embedded(data: bytes, kind: str, box: Box) -> str:
    """Return a picture's file as an element that fills a box."""
    source = f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
    return f'<image {extent(box)} href="{source}" preserveAspectRatio="none"/>'
