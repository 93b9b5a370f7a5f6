"""Whether two files show the same, though other versions of a library may have written them."""

from __future__ import annotations

from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from trajviz.files.formats import find_format
from trajviz.files.formats._ffmpeg import film_likeness

if TYPE_CHECKING:
    from PIL.Image import Image

LEAST = 40.0
"""Peak signal to noise in decibels, in the frame that is least alike. A track that takes another
way makes it 30, another version of an encoder 45."""


def alike(path: Path, other: Path) -> bool:
    """Return whether two files of one format show the same.

    What is no picture of pixels, as an SVG or a page, must be the same byte by byte.

    Args:
        path: A file, whose suffix says its format.
        other: Another of that format.
    """
    if path.read_bytes() == other.read_bytes():
        return True
    chosen = find_format(path)
    if chosen and chosen.film:
        return film_likeness(path, other) >= LEAST
    return _picture_likeness(path, other) >= LEAST


def _picture_likeness(path: Path, other: Path) -> float:
    """Return how alike pictures are in their frames, 0 where they are none, or of another size."""
    from PIL import ImageSequence
    from PIL.Image import open as opened

    try:
        with opened(path) as one, opened(other) as two:
            pairs = zip_longest(ImageSequence.Iterator(one), ImageSequence.Iterator(two))
            return min(_frame_likeness(*pair) for pair in pairs)
    except OSError:  # Pillow knows no such file, or it is not whole
        return 0.0


def _frame_likeness(one: Image | None, two: Image | None) -> float:
    if one is None or two is None or one.size != two.size:
        return 0.0
    first, second = (np.asarray(frame.convert("RGBA"), dtype=float) for frame in (one, two))
    error = float(np.square(first - second).mean())
    return float(10 * np.log10(255**2 / error)) if error else np.inf
