"""A WebP of an animation.

The container is written here (RFC 9649), because Pillow's writer wants all frames at once; each
rectangle is encoded by Pillow.
"""

from __future__ import annotations

import io
import itertools
import struct
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from PIL import Image

from trajviz.animation import Animation
from trajviz.animation.cutout import Cutout, cutout_of
from trajviz.descent import Progress
from trajviz.files.containers.xmp import packet
from trajviz.files.formats import _patches
from trajviz.files.formats._patches import Patch, true_colors
from trajviz.recipe.recipe import Playback

_LONGEST = (1 << 24) - 1
"""Milliseconds that one frame can be shown for."""
_XMP, _ANIMATED, _ALPHA = 0x04, 0x02, 0x10
_IN_PLACE = b"\x02"
_EXACT = {"lossless": True, "quality": 75, "method": 4}
_LOSSY = {"quality": 85, "method": 4}
"""Options for a scene that turns: every frame is a new picture, and without loss all would take
12 MB."""


def encode(
    path: Path, animation: Animation, playback: Playback, progress: Progress, note: str
) -> None:
    """Write an animation without loss, in one palette if that is faithful; a turning one, lossy.

    The note is an XMP packet.
    """
    turning = animation.scene.turning
    palette, changes = _patches.common_palette(animation, playback.colors)
    height, width = animation.first.shape[:2]
    counter = itertools.count(1)
    pieces = _patches.patches(
        animation, changes, playback, _patches.snap_to(None if turning else palette), _LONGEST,
        lambda: progress(next(counter), len(playback.order)),
    )  # fmt: skip
    cutout = cutout_of(animation.scene)
    flags = _ANIMATED | _ALPHA | (_XMP if note else 0)
    with path.open("wb") as file:
        file.write(b"RIFF\x00\x00\x00\x00WEBP")
        _write(file, b"VP8X", bytes([flags, 0, 0, 0]) + _three(width - 1) + _three(height - 1))
        _write(file, b"ANIM", struct.pack("<IH", 0, playback.loop))
        for patch in pieces:
            _write(file, b"ANMF", _frame(patch, turning, cutout))
        if note:
            _write(file, b"XMP ", packet(note))
        size = file.tell() - 8
        file.seek(4)
        file.write(struct.pack("<I", size))


def _frame(patch: Patch, lossy: bool, cutout: Cutout | None) -> bytes:
    """Return a frame: where it is, for how long, its picture, and how it goes with the one before.

    It lies over that, or takes its place.
    """
    replaces = False
    height, width = patch.opaque.shape
    place = _three(patch.x // 2) + _three(patch.y // 2) + _three(width - 1) + _three(height - 1)
    if lossy and patch.opaque.any():
        data = _encoded(patch.whole, _LOSSY)
    else:
        pixels, replaces = true_colors(patch, cutout)
        data = _encoded(pixels, _EXACT)
    return place + _three(patch.milliseconds) + (_IN_PLACE if replaces else b"\x00") + data


def _encoded(pixels: np.ndarray[Any, np.dtype[np.uint8]], options: dict[str, Any]) -> bytes:
    """Return the chunks of a still's file, without what is around them."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, format="WEBP", **options)
    return file.getvalue()[12:]


def _three(number: int) -> bytes:
    return number.to_bytes(3, "little")


def _write(file: BinaryIO, kind: bytes, data: bytes) -> None:
    """Write a chunk, padded to an even length."""
    file.write(kind + struct.pack("<I", len(data)) + data + b"\x00" * (len(data) % 2))
