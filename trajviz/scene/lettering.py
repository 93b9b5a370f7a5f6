"""Text in pixels: how wide it is and which pixels it covers."""

from __future__ import annotations

import functools
import itertools
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from trajviz.scene.fonts import Face, line_of, runs_of
from trajviz.scene.mathematics import Formula, Part, parts_of, seams

Coverage: TypeAlias = npt.NDArray[np.float32]
"""How much of each pixel is covered, (height, width), 0 to 1."""

_OPENING = {"Ps", "Pi"}
"""Categories of characters that never end a line."""
_CLOSING = {"Pe", "Pf", "Po", "Lm", "Mn", "Me"}
"""Categories of characters that never begin a line."""

_ASCENT, _DESCENT = 0.95, 0.25
"""How far a line of plain text reaches above and below its baseline, in ems."""

_SHADES = 16
"""Shades of text: more cannot be told apart, and fewer colours make a smaller GIF."""


@functools.cache
def _font(face: Face, size: float) -> ImageFont.FreeTypeFont:
    # The basic engine gives the same pixels whatever shaping libraries a machine has.
    basic = ImageFont.Layout.BASIC
    font = ImageFont.truetype(face.path, size, index=face.index, layout_engine=basic)
    if face.weight:
        font.set_variation_by_axes([face.weight])
    return font


def _set(line: str, size: float, bold: bool) -> list[tuple[ImageFont.FreeTypeFont, str]]:
    """Return a line's pieces, each with the font to draw it in."""
    return [(_font(face, size), piece) for face, piece in runs_of(line_of(line), bold)]


@functools.lru_cache(maxsize=4096)
def text_width(text: str, size: float, bold: bool = False) -> float:
    """Return the advance of a line of text in pixels.

    Args:
        text: One line, formulas included.
        size: The em in pixels.
        bold: Whether it is set in bold.

    Raises:
        TrajvizError: No font can write it, or a formula is broken.
    """
    return sum(part_width(part, size, bold) for part in parts_of(text, bold))


def part_width(part: Part, size: float, bold: bool) -> float:
    """Return the advance of a part of a text in pixels."""
    if isinstance(part, Formula):
        return size * part.width
    return sum(font.getlength(piece) for font, piece in _set(part, size, bold))


def placed_parts(text: str, size: float, bold: bool) -> list[tuple[float, Part]]:
    """Return the parts of a text, each with where its pen starts, in pixels."""
    parts = parts_of(text, bold)
    widths = (part_width(part, size, bold) for part in parts)
    return list(zip(itertools.accumulate(widths, initial=0.0), parts, strict=False))


def overhang(text: str, size: float, bold: bool = False) -> tuple[float, float]:
    """Return how far formulas reach above and below a line of plain text, in pixels."""
    reaches = [part.reach(size) for part in parts_of(text, bold) if isinstance(part, Formula)]
    above = max((up - _ASCENT * size for up, _ in reaches), default=0.0)
    below = max((down - _DESCENT * size for _, down in reaches), default=0.0)
    return max(0.0, above), max(0.0, below)


def pen_places(line: str, size: float, bold: bool = False) -> list[float]:
    """Return where the pen stands before each character of a plain line, in pixels."""
    places, start = [], 0.0
    for font, piece in _set(line, size, bold):
        places += [start + font.getlength(piece[:count]) for count in range(len(piece))]
        start += font.getlength(piece)
    return places


@functools.lru_cache(maxsize=256)
def text_coverage(text: str, size: float, bold: bool = False) -> tuple[Coverage, int]:
    """Return a line's coverage, (height, width), and how many of its rows lie above the baseline.

    The first column is where the pen starts.
    """
    parts = placed_parts(text, size, bold)
    drawn = [(int(pen), *_part_coverage(part, size, bold, pen % 1)) for pen, part in parts]
    if len(drawn) == 1:
        return _in_shades(drawn[0][1]), drawn[0][2]
    above = max(rows for _, _, rows in drawn)
    below = max(len(coverage) - rows for _, coverage, rows in drawn)
    right = max(left + coverage.shape[1] for left, coverage, _ in drawn)
    whole = np.zeros((above + below, right), dtype=np.float32)
    for left, coverage, rows in drawn:
        height, width = coverage.shape
        region = whole[above - rows : above - rows + height, left : left + width]
        np.maximum(region, coverage, out=region)
    return _in_shades(whole), above


def _in_shades(coverage: Coverage) -> Coverage:
    steps = np.float32(_SHADES - 1)
    return np.asarray(np.round(coverage * steps) / steps, dtype=np.float32)


def _part_coverage(part: Part, size: float, bold: bool, shift: float) -> tuple[Coverage, int]:
    """Return a part's coverage and its rows above the baseline, the pen starting at `shift`."""
    if isinstance(part, Formula):
        return part.coverage(size, shift)
    pieces = _set(part, size, bold)
    pens = [shift, *(shift + end for end in itertools.accumulate(_advances(pieces)))]
    boxes = [font.getbbox(piece, anchor="ls") for font, piece in pieces]
    top, bottom = min(box[1] for box in boxes), max(box[3] for box in boxes)
    right = max(pen + box[2] for pen, box in zip(pens, boxes, strict=False))
    above, below = max(0, -int(np.floor(top))), max(0, int(np.ceil(bottom)))
    width = max(1, int(np.ceil(max(right, pens[-1]))) + 1)
    image = Image.new("L", (width, max(1, above + below)))
    draw, start = ImageDraw.Draw(image), max(0, -boxes[0][0])
    for pen, (font, piece) in zip(pens, pieces, strict=False):
        draw.text((start + pen, above), piece, fill=255, font=font, anchor="ls")
    return np.asarray(np.asarray(image) / np.float32(255), dtype=np.float32), above


def _advances(pieces: Sequence[tuple[ImageFont.FreeTypeFont, str]]) -> list[float]:
    return [font.getlength(piece) for font, piece in pieces]


def shorten(text: str, room: float, size: float, bold: bool = False) -> str:
    """Return the text, ended with an ellipsis where it is wider than `room` pixels."""
    if text_width(text, size, bold) <= room:
        return text
    ends = seams(text, both=False)
    count = bisect_right(ends, room, key=lambda end: text_width(f"{text[:end]}…", size, bold))
    return f"{text[: ends[count - 1]].rstrip()}…" if count > 1 else ""


def wrap(text: str, rooms: Sequence[float], size: float, bold: bool = False) -> list[str]:
    """Return a text as one line, or as two where it is too wide for one and may be broken.

    Of all places to break it, the one is taken that makes the lines most alike. Where it fits no
    two lines, the first is as full as can be. What is too wide still is left so.

    Args:
        text: One line.
        rooms: How wide each line may be, in pixels: one line, or two.
        size: The em in pixels.
        bold: Whether it is set in bold.
    """
    if len(rooms) == 1 or text_width(text, size, bold) <= rooms[0]:
        return [text]

    def lines(place: int) -> list[str]:
        return [text[:place].rstrip(), text[place:].lstrip()]

    def first(place: int) -> float:
        return text_width(lines(place)[0], size, bold)

    def second(place: int) -> float:
        return text_width(lines(place)[1], size, bold)

    places = _breaks(text)
    places = places[: bisect_right(places, rooms[0], key=first)]
    if not places:
        return [text]
    fitting = places[bisect_left(places, True, key=lambda p: second(p) <= rooms[1]) :]
    if not fitting:
        return lines(places[-1])
    even = bisect_left(fitting, True, key=lambda p: first(p) >= second(p))
    near = fitting[max(0, even - 1) : even + 1]
    return lines(min(near, key=lambda place: max(first(place), second(place))))


def _breaks(text: str) -> list[int]:
    """Return where a second line may begin: after a space, or beside a Chinese character.

    That is within no formula.

    >>> _breaks("to be"), _breaks("学习率, 2.5")
    ([3], [1, 2, 5])
    """
    return [
        place for place in seams(text, both=True)[1:-1] if _may_break(text[place - 1], text[place])
    ]


def _may_break(before: str, after: str) -> bool:
    if before == " " or after == " ":
        return after != " "
    keeps = _never_begins(after) or unicodedata.category(before) in _OPENING
    return not keeps and (_is_wide(before) or _is_wide(after))


def _never_begins(character: str) -> bool:
    """Tell whether a character never begins a line: what closes, accents, small kana."""
    small = "LETTER SMALL" in unicodedata.name(character, "") and _is_wide(character)
    return small or unicodedata.category(character) in _CLOSING


def _is_wide(character: str) -> bool:
    """Tell whether a character is of a script that is written without spaces."""
    return unicodedata.east_asian_width(character) in "WF"
