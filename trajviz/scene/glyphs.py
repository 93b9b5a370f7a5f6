"""A line of text as outlines, for vector formats.

matplotlib writes text by itself in DejaVu alone: of a font file with several faces it can only use
the first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from fontTools.misc.transform import Transform
from fontTools.pens.basePen import BasePen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont

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
    """Return the outlines of a line of text, y growing downwards; spaces have none.

    Args:
        runs: The line's pieces, each with its face.
        size: The em in pixels.
        x: Where the pen starts, in pixels.
        y: The baseline.
    """
    corners: list[Corner] = []
    codes: list[int] = []
    for face, piece in runs:
        with open_face(face) as font:
            draw = _drawer(font, face, size)
            for character in piece:
                (more, leading), advance = draw(character, x, y)
                corners += more
                codes += leading
                x += advance
    return corners, codes


def letters(face: Face, characters: Iterable[str], size: float) -> dict[str, Glyphs]:
    """Return the outlines of single characters, the pen at the origin, y growing downwards.

    Args:
        face: Has all of them.
        characters: Each once.
        size: The em in pixels.
    """
    with open_face(face) as font:
        draw = _drawer(font, face, size)
        return {character: draw(character, 0, 0)[0] for character in characters}


def _drawer(font: TTFont, face: Face, size: float) -> Callable[..., tuple[Glyphs, float]]:
    """Return what draws a character with the pen at (x, y): its outline and its advance."""
    glyphs = font.getGlyphSet(location={"wght": face.weight} if face.weight else None)
    names, scale = font.getBestCmap(), size / font["head"].unitsPerEm

    def draw(character: str, x: float, y: float) -> tuple[Glyphs, float]:
        pen, glyph = _Outline(glyphs), glyphs[names[ord(character)]]
        glyph.draw(TransformPen(pen, Transform(scale, 0, 0, -scale, x, y)))
        return (pen.corners, pen.codes), glyph.width * scale

    return draw
