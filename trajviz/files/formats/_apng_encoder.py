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
from trajviz.animation.cutout import Cutout, cutout_of
from trajviz.descent import Progress
from trajviz.files.containers.png import SIGNATURE, text
from trajviz.files.formats import _patches
from trajviz.files.formats._palette import Palette, pack
from trajviz.files.formats._patches import Patch, true_colors
from trajviz.recipe.recipe import Playback
from trajviz.scene.paint import Picture

_LONGEST = 65535
"""Milliseconds that one frame can be shown for."""
_INDEXED, _TRUE_COLOR = 3, 6
_IN_PLACE, _LAID_OVER = bytes([0, 0]), bytes([0, 1])
"""A frame stays when the next is drawn; it is put in the place of what was there, or over it."""


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
        lambda: progress(next(counter), len(playback.order)),
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
        frames = _write_frames(file, pieces, palette, cutout_of(animation.scene))
        _write(file, b"IEND", b"")
        file.seek(place)
        _write(file, b"acTL", struct.pack(">II", frames, playback.loop))


def _write_frames(
    file: BinaryIO, pieces: Iterator[Patch], palette: Palette | None, cutout: Cutout | None
) -> int:
    """Write all frames and return how many there are.

    The first stands where the picture of a PNG does: programs that know no APNG show that alone.
    """
    number = itertools.count()
    count = 0
    for count, patch in enumerate(pieces, 1):
        height, width = patch.opaque.shape
        place = struct.pack(">IIIII", next(number), width, height, patch.x, patch.y)
        wait = struct.pack(">HH", patch.milliseconds, 1000)
        if palette is None:
            pixels, replaces = true_colors(patch, cutout)
        else:
            pixels, replaces = _indices(patch, palette), False
        _write(file, b"fcTL", place + wait + (_IN_PLACE if replaces else _LAID_OVER))
        data = zlib.compress(_rows(pixels), 9)
        if count == 1:
            _write(file, b"IDAT", data)
        else:
            _write(file, b"fdAT", struct.pack(">I", next(number)) + data)
    return count


def _indices(patch: Patch, palette: Palette) -> Picture:
    height, width = patch.opaque.shape
    index = palette.index(pack(patch.colors.reshape(-1, 3))).reshape(height, width)
    return np.where(patch.opaque, index, np.uint8(255))


def _rows(pixels: Picture) -> bytes:
    """Return pixels, (height, width, ...); before each row is its filter, which is none."""
    return np.pad(pixels.reshape(len(pixels), -1), ((0, 0), (1, 0))).tobytes()


def _write(file: BinaryIO, kind: bytes, data: bytes) -> None:
    """Write a chunk."""
    check = zlib.crc32(kind + data)
    file.write(struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check))
