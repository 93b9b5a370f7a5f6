"""A line of text as outlines, since of a collection matplotlib can use the first face alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from fontTools.misc.transform import Transform
from fontTools.pens.basePen import BasePen
from fontTools.pens.transformPen import TransformPen

from trajviz.scene.fonts import Face, open_face
from trajviz.scene.outline import CLOSE, CUBIC, LINE, MOVE, QUADRATIC

Corner: TypeAlias = tuple[float, float]
Glyphs: TypeAlias = tuple[list[Corner], list[int]]
"""The outlines of letters: corners, and the code of what leads to each."""


class _Outline(BasePen):  # type: ignore[misc]  # has no types
    """Collects corners and what leads to each."""

    def __init__(self, glyphs: object) -> None:
        super().__init__(glyphs)
        self.corners: list[Corner] = []
        self.codes: list[int] = []

    def _add(self, code: int, *corners: Corner) -> None:
        self.corners += corners
        self.codes += [code] * len(corners)

    def _moveTo(self, pt: Corner) -> None:  # noqa: N802  # fontTools' names
        self._add(MOVE, pt)

    def _lineTo(self, pt: Corner) -> None:  # noqa: N802
        self._add(LINE, pt)

    def _curveToOne(self, pt1: Corner, pt2: Corner, pt3: Corner) -> None:  # noqa: N802
        self._add(CUBIC, pt1, pt2, pt3)

    def _qCurveToOne(self, pt1: Corner, pt2: Corner) -> None:  # noqa: N802
        self._add(QUADRATIC, pt1, pt2)

    def _closePath(self) -> None:  # noqa: N802
        self._add(CLOSE, self.corners[-1])


def outline(runs: Sequence[tuple[Face, str]], size: float, x: float, y: float) -> Glyphs:
    """Return the corners of a line's pieces and matplotlib's codes for them, y downwards.

    The pen starts at (x, y); `size` is the em in pixels. Spaces alone have no corners.
    """
    corners: list[Corner] = []
    codes: list[int] = []
    for face, piece in runs:
        with open_face(face) as font:
            glyphs = font.getGlyphSet(location={"wght": face.weight} if face.weight else None)
            names, scale = font.getBestCmap(), size / font["head"].unitsPerEm
            for character in piece:
                pen = _Outline(glyphs)
                glyph = glyphs[names[ord(character)]]
                glyph.draw(TransformPen(pen, Transform(scale, 0, 0, -scale, x, y)))
                corners += pen.corners
                codes += pen.codes
                x += glyph.width * scale
    return corners, codes


def letters(face: Face, characters: Iterable[str], size: float) -> dict[str, Glyphs]:
    """Return the corners of each of these characters alone, as `outline` gives those of a line."""
    drawn = {}
    with open_face(face) as font:
        glyphs = font.getGlyphSet(location={"wght": face.weight} if face.weight else None)
        names, scale = font.getBestCmap(), size / font["head"].unitsPerEm
        for character in characters:
            pen = _Outline(glyphs)
            glyphs[names[ord(character)]].draw(TransformPen(pen, Transform(scale, 0, 0, -scale)))
            drawn[character] = pen.corners, pen.codes
    return drawn
