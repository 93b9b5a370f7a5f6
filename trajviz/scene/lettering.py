"""Text in pixels: how wide it is and which pixels it covers, in the font matplotlib comes with.

The font files are found without importing matplotlib, which would take longer than the picture.
"""

from __future__ import annotations

import functools
import importlib.util
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

Coverage = npt.NDArray[np.float32]
"""How much of each pixel is covered, (height, width), 0 to 1."""

_SHADES = 16
"""Shades of text: more cannot be told apart, and fewer colours make a smaller GIF."""


@functools.cache
def _font_folder() -> Path:
    spec = importlib.util.find_spec("matplotlib")
    assert spec is not None  # a dependency of the project
    assert spec.origin is not None
    return Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf"


@functools.cache
def _font(size: float, bold: bool) -> ImageFont.FreeTypeFont:
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    # The basic engine gives the same pixels whatever shaping libraries a machine has.
    return ImageFont.truetype(_font_folder() / name, size, layout_engine=ImageFont.Layout.BASIC)


def text_width(text: str, size: float, bold: bool = False) -> float:
    """Return the advance of a line of text in pixels, `size` being the em in pixels."""
    return _font(size, bold).getlength(text)


@functools.lru_cache(maxsize=256)
def text_coverage(text: str, size: float, bold: bool = False) -> tuple[Coverage, int]:
    """Return a line's coverage, (height, width), and how many of its rows lie above the baseline.

    The first column is where the pen starts.
    """
    font = _font(size, bold)
    left, top, right, bottom = font.getbbox(text, anchor="ls")
    above, below = max(0, -int(np.floor(top))), max(0, int(np.ceil(bottom)))
    width = max(1, int(np.ceil(max(right, font.getlength(text)))) + 1)
    image = Image.new("L", (width, max(1, above + below)))
    ImageDraw.Draw(image).text((max(0, -left), above), text, fill=255, font=font, anchor="ls")
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
