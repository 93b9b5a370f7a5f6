"""Text in pixels: how wide it is and which pixels it covers."""

from __future__ import annotations

import functools
import itertools
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from trajviz.scene.fonts import Face, line_of, runs_of

Coverage: TypeAlias = npt.NDArray[np.float32]
"""How much of each pixel is covered, (height, width), 0 to 1."""

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


def _set(text: str, size: float, bold: bool) -> list[tuple[ImageFont.FreeTypeFont, str]]:
    """Return a text's pieces, each with the font to draw it in."""
    return [(_font(face, size), piece) for face, piece in runs_of(line_of(text), bold)]


@functools.lru_cache(maxsize=4096)
def text_width(text: str, size: float, bold: bool = False) -> float:
    """Return the advance of a line of text in pixels.

    Args:
        text: One line.
        size: The em in pixels.
        bold: Whether it is set in bold.

    Raises:
        TrajvizError: No font can write it.
    """
    return sum(font.getlength(piece) for font, piece in _set(text, size, bold))


def pen_places(text: str, size: float, bold: bool = False) -> list[float]:
    """Return where the pen stands before each character of a line, in pixels from its start."""
    places, start = [], 0.0
    for font, piece in _set(text, size, bold):
        places += [start + font.getlength(piece[:count]) for count in range(len(piece))]
        start += font.getlength(piece)
    return places


@functools.lru_cache(maxsize=256)
def text_coverage(text: str, size: float, bold: bool = False) -> tuple[Coverage, int]:
    """Return a line's coverage, (height, width), and how many of its rows lie above the baseline.

    The first column is where the pen starts.
    """
    pieces = _set(text, size, bold)
    pens = [0, *itertools.accumulate(font.getlength(piece) for font, piece in pieces)]
    boxes = [font.getbbox(piece, anchor="ls") for font, piece in pieces]
    top, bottom = min(box[1] for box in boxes), max(box[3] for box in boxes)
    right = max(pen + box[2] for pen, box in zip(pens, boxes, strict=False))
    above, below = max(0, -int(np.floor(top))), max(0, int(np.ceil(bottom)))
    width = max(1, int(np.ceil(max(right, pens[-1]))) + 1)
    image = Image.new("L", (width, max(1, above + below)))
    draw, start = ImageDraw.Draw(image), max(0, -boxes[0][0])
    for pen, (font, piece) in zip(pens, pieces, strict=False):
        draw.text((start + pen, above), piece, fill=255, font=font, anchor="ls")
    shades = np.asarray(image, dtype=np.float32) / 255
    steps = np.float32(_SHADES - 1)
    return np.asarray(np.round(shades * steps) / steps, dtype=np.float32), above


def shorten(text: str, room: float, size: float, bold: bool = False) -> str:
    """Return the text, ended with an ellipsis where it is wider than `room` pixels."""
    if text_width(text, size, bold) <= room:
        return text
    while text and text_width(f"{text}…", size, bold) > room:
        text = text[:-1]
    return f"{text.rstrip()}…" if text else ""
