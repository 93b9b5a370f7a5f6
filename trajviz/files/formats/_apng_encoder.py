"""An APNG of an animation, one rectangle for each frame that changes something.

The container is written here (PNG specification, third edition, section 11.3.6), because Pillow's
writer keeps every frame in memory.
"""

from __future__ import annotations

import itertools
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from trajviz.animation import Animation
from trajviz.descent import Progress
from trajviz.files.containers.png import SIGNATURE, text
from trajviz.files.formats import _patches
from trajviz.files.formats._palette import Palette, pack
from trajviz.files.formats._patches import Patch
from trajviz.recipe.recipe import Playback

_LONGEST = 65535
"""Milliseconds that one frame can be shown for."""
_INDEXED, _TRUE_COLOR = 3, 6
_LAID_OVER = bytes([0, 1])
"""A frame stays in place when the next is drawn, and is itself drawn over the one before."""


def encode(
    path: Path, animation: Animation, playback: Playback, progress: Progress, note: str
) -> None:
    """Write an animation, in one palette if that is faithful, otherwise in true colours.

    The note is an iTXt chunk.
    """
    palette, changes = _patches.common_palette(animation, playback.colors)
    height, width = animation.first.shape[:2]
    counter = itertools.count(1)
    pieces = _patches.patches(
        animation, changes, playback, _patches.snap_to(palette), _LONGEST,
        lambda: progress(next(counter), playback.frames),
    )  # fmt: skip
    with path.open("wb") as file:
        file.write(SIGNATURE)
        kind = _TRUE_COLOR if palette is None else _INDEXED
        _write(file, b"IHDR", struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0))
        place = file.tell()
        _write(file, b"acTL", bytes(8))
        if palette is not None:
            _write(file, b"PLTE", palette.colors.tobytes().ljust(3 * 256, b"\x00"))
            _write(file, b"tRNS", 255 * b"\xff" + b"\x00")
        if note:
            _write(file, b"iTXt", text(note))
        frames = _write_frames(file, pieces, palette)
        _write(file, b"IEND", b"")
        file.seek(place)
        _write(file, b"acTL", struct.pack(">II", frames, playback.loop))


def _write_frames(file: BinaryIO, pieces: Iterator[Patch], palette: Palette | None) -> int:
    """Write all frames and return how many there are.

    The first stands where the picture of a PNG does: programs that know no APNG show that alone.
    """
    number = itertools.count()
    count = 0
    for count, patch in enumerate(pieces, 1):
        height, width = patch.opaque.shape
        place = struct.pack(">IIIII", next(number), width, height, patch.x, patch.y)
        wait = struct.pack(">HH", patch.milliseconds, 1000)
        _write(file, b"fcTL", place + wait + _LAID_OVER)
        data = zlib.compress(_rows(patch, palette), 9)
        if count == 1:
            _write(file, b"IDAT", data)
        else:
            _write(file, b"fdAT", struct.pack(">I", next(number)) + data)
    return count


def _rows(patch: Patch, palette: Palette | None) -> bytes:
    """Return the pixels of a patch; before each row is its filter, which is none."""
    height, width = patch.opaque.shape
    if palette is None:
        alpha = np.where(patch.opaque, np.uint8(255), np.uint8(0))[..., None]
        pixels = np.concatenate([patch.colors, alpha], axis=2).reshape(height, 4 * width)
    else:
        index = palette.index(pack(patch.colors.reshape(-1, 3))).reshape(height, width)
        pixels = np.where(patch.opaque, index, np.uint8(255))
    return np.pad(pixels, ((0, 0), (1, 0))).tobytes()


def _write(file: BinaryIO, kind: bytes, data: bytes) -> None:
    """Write a chunk."""
    check = zlib.crc32(kind + data)
    file.write(struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check))
