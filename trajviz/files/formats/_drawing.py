"""What stands still in a scene, as SVG written by ourselves: small, and sharp at every zoom.

A level is one path, filled and lined at once. A letter's outline is written once, wherever it is
used. Everything is in tenths of a pixel, whole numbers.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Sequence
from html import escape

import numpy as np
from PIL import Image

from trajviz.files.formats._palette import Palette, Tally, pack
from trajviz.files.formats._paths import FINE, in_units, path_of
from trajviz.files.formats._thinning import thin_lines
from trajviz.scene.color import RGB, hexed
from trajviz.scene.fonts import Face, line_of, own_face, runs_of
from trajviz.scene.glyphs import letters
from trajviz.scene.lettering import part_width, pen_places, placed_parts
from trajviz.scene.marks import Box, Dot, Fill, Mark, Oval, Shape, Stroke, Text
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
from trajviz.scene.scene import Scene
from trajviz.scene.track import Pen

EM = 1000
"""Units of a letter's outline in its size."""
_MARGIN = 12
"""Pixels beyond the plot where areas end, out of sight as their lines are."""
_SPACING, _SLACKS = 2, (0.12, 0.3)
"""Level lines: how far samples are apart, and how far off a line may be, in pixels."""
INTRICATE = 90_000
"""Bytes of level lines beyond which they are drawn more loosely."""
_UNDER = 0.5
"""How far a rim reaches under its head, in pixels, so that nothing shines through between them."""
_BASE = ".l{fill:none;stroke-linecap:round;stroke-linejoin:round}"
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


def document(scene: Scene, summary: str, head: str, definitions: str, content: str) -> str:
    """Return a whole SVG of a scene's size, on its background.

    Args:
        scene: What is drawn.
        summary: What there is to see, in words.
        head: Its first elements.
        definitions: What stands in `<defs>`.
        content: The elements that are seen; those of class `l` are lines with round ends.
    """
    width, height = scene.size
    width_in_units, height_in_units = width * FINE, height * FINE
    paper = (
        ""
        if scene.transparent
        else f'<path fill="{hexed(scene.theme.background)}" '
        f'd="M0 0h{width_in_units}v{height_in_units}H0z"/>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width_in_units} {height_in_units}" role="img" '
        f'aria-label="{escape(summary)}">'
        f"{head}<style>{_BASE}</style><defs>{definitions}</defs>"
        f"{paper}{content}</svg>"
    )


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
        letters = self._line(text, f'fill="{hexed(text.color)}"')
        if text.rim is None:
            return letters
        width = number(2 * text.rim_width * EM / text.size)
        rim = hexed(text.rim)
        around = f'fill="{rim}" stroke="{rim}" stroke-width="{width}" stroke-linejoin="round"'
        return self._line(text, around) + letters

    def _line(self, text: Text, ink: str) -> str:
        y, scale = round(text.y) * FINE, number(text.size * FINE / EM)
        parts = placed_parts(text.text, text.size, text.bold)
        return "".join(
            f'<g transform="translate({round((round(text.left) + pen) * FINE)} {y})scale({scale})" '
            f"{ink}>{self._part(part, text)}</g>"
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
    if isinstance(shape, Stroke):
        return _stroke(shape)
    if isinstance(shape, Oval):
        places = (FINE * value for value in (shape.x, shape.y, shape.across, shape.up))
        x, y, across, up = map(number, places)
        ring = f'<ellipse cx="{x}" cy="{y}" rx="{across}" ry="{up}" fill="none"/>'
        return pencil(hexed(shape.color), shape.width, ring)
    return _polygon(shape)


def _stroke(stroke: Stroke) -> str:
    """Draw a polyline and its tip, what is around them first."""
    line = path_of([in_units(np.array(stroke.shaft))])
    tip = path_of([in_units(np.array(stroke.barbs))], closed=True) if stroke.tip else ""
    return stroke_passes(
        stroke, f'<path class="l" d="{line}"/>', f'<path d="{tip}"/>' if tip else ""
    )


def stroke_passes(stroke: Stroke, line: str, tip: str) -> str:
    """Return the elements of a stroke's line and tip in its colours, what is around them first."""
    drawn = ""
    for color, more in stroke.passes:
        ink = hexed(color)
        drawn += pencil(ink, stroke.width + 2 * more, line)
        drawn += pencil(ink, 2 * more, tip, f' fill="{ink}"')
    return drawn


def _polygon(shape: Shape) -> str:
    data = path_of([in_units(np.array(shape.corners))], closed=True)
    return (
        f'<path d="{data}" fill="{hexed(shape.fill)}" stroke="{hexed(shape.rim)}" '
        f'stroke-width="{number(FINE * shape.rim_width)}"/>'
    )


def pencil(stroke: str, width: float, content: str, more: str = "") -> str:
    """Return elements as strokes of a colour and a width in pixels; nothing around nothing."""
    drawn = f'stroke="{stroke}" stroke-width="{number(FINE * width)}"{more}'
    return f"<g {drawn}>{content}</g>" if content else ""


def head_passes(pen: Pen, color: RGB, edge: RGB) -> Iterator[tuple[str, float]]:
    """Yield what heads are drawn with, rims first: attributes of circles, and their radius.

    A rim is a ring, so that it is not seen through a faint head; it reaches under the head.
    """
    reach = pen.rim + _UNDER
    ring = f'fill="none" stroke="{hexed(edge)}" stroke-width="{number(FINE * reach)}"'
    yield ring, pen.head - _UNDER + reach / 2
    yield f'fill="{hexed(color)}"', pen.head


def view_of(
    plot: Plot,
    lettering: Letters,
    step: float = 0,
    most: int = INTRICATE,
    clear: RGB | None = None,
) -> str:
    """Return what lies below a plot's tracks after `step` steps.

    Areas that are too intricate are drawn more loosely. Those that still take more than `most`
    bytes are drawn as a picture, where that is less.

    Args:
        plot: The plot.
        lettering: The outlines of all letters.
        step: How many steps have been taken.
        most: The most bytes of areas.
        clear: The colour of a paper that is left out; None where there is paper.
    """
    view = plot.view
    vectors = [
        vector
        for vector in view.vectors(step, _SPACING, _MARGIN)
        if clear is None or not (isinstance(vector, Fill) and vector.color == clear)
    ]
    for slack in _SLACKS:
        elements = [_element(vector, lettering, slack, clear) for vector in vectors]
        pairs = zip(elements, vectors, strict=True)
        intricate = sum(len(e) for e, vector in pairs if isinstance(vector, Areas))
        if intricate <= INTRICATE:
            break
    if intricate <= most:
        return "".join(elements)
    picture = np.empty((view.box.height, view.box.width, 3), dtype=np.uint8)
    view.draw(picture)
    file = io.BytesIO()
    Image.fromarray(picture).save(file, format="WEBP", lossless=True)
    return min("".join(elements), embedded(file.getvalue(), "webp", view.box), key=len)


def _element(vector: Vector, lettering: Letters, slack: float, clear: RGB | None) -> str:
    """Return a part of a view as an element, outlines off by so many pixels at most."""
    if isinstance(vector, Areas):
        return _areas(vector, slack)
    if isinstance(vector, Raster):
        return embedded(in_palette(vector.picture, clear), "png", vector.box)
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


def in_palette(picture: Picture, clear: RGB | None = None) -> bytes:
    """Return a picture, (height, width, 3), as a PNG of 256 colours at most, one of them clear."""
    flat = picture.reshape(-1, 3)
    palette = Palette(Tally(flat, [clear] if clear else []), 256)
    image = Image.fromarray(palette.index(pack(flat)).reshape(picture.shape[:2]))
    image.putpalette(palette.colors.tobytes())
    file, options = io.BytesIO(), {}
    if clear:
        paper = np.array([clear], dtype=np.uint8)
        options["transparency"] = int(palette.index(pack(paper))[0])
    image.save(file, format="PNG", optimize=True, **options)
    return file.getvalue()


def embedded(data: bytes, kind: str, box: Box) -> str:
    """Return a picture's file as an element that fills a box."""
    source = f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
    return f'<image {extent(box)} href="{source}" preserveAspectRatio="none"/>'
