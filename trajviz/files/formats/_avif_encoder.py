"""An AVIF of an animation, by Pillow's encoder.

Pillow asks for one frame at a time. The encoder keeps the compressed frames until the end: a few
megabytes for an ordinary animation.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import AvifImagePlugin, Image

from trajviz.animation import Animation
from trajviz.descent import Progress
from trajviz.files.containers import inside
from trajviz.files.containers.iso import boxes
from trajviz.files.containers.xmp import packet
from trajviz.files.formats._timing import milliseconds
from trajviz.recipe.recipe import Playback
from trajviz.scene.paint import Picture

# Quicker than speed 6 the encoder does not look for flat colours, which costs 7 dB. How many
# threads there are, from two on, makes no difference to the bytes.
_OPTIONS = {"quality": 50, "speed": 6, "subsampling": "4:4:4", "max_threads": 4}
_DRAWING = {
    "enable-tpl-model": "0",
    "max-reference-frames": "3",
    "gf-max-pyr-height": "3",
    "enable-rect-partitions": "0",
    "enable-ab-partitions": "0",
    "enable-1to4-partitions": "0",
    "enable-filter-intra": "0",
    "enable-smooth-intra": "0",
    "enable-paeth-intra": "0",
    "enable-obmc": "0",
    "enable-warped-motion": "0",
    "enable-global-motion": "0",
    "enable-onesided-comp": "0",
    "enable-restoration": "0",
    "enable-keyframe-filtering": "0",
    "arnr-maxframes": "0",
    "mode-cost-upd-freq": "3",
    "mv-cost-upd-freq": "3",
    "coeff-cost-upd-freq": "3",
}
"""What libaom need not look for in a drawing: camera movements, noise, smooth shades.

Each was switched off alone and kept off where time fell by more than bytes rose. Together, with the
quality below, they take 0.6 of the time for 6 % more bytes, and 0.1 dB more.
"""


def _options(frames: int) -> dict[str, Any]:
    """Return what the encoder is told: of a film the usual one, libaom, what to leave out."""
    if frames == 1 or AvifImagePlugin.get_codec_version("aom") is None:
        return _OPTIONS
    return {**_OPTIONS, "codec": "aom", "quality": 48, "advanced": _DRAWING}


def encode(
    path: Path, animation: Animation, playback: Playback, progress: Progress, note: str
) -> None:
    """Write an animation; the note is an XMP packet."""
    film = _Film(animation, playback, progress)
    waits = milliseconds(playback)
    file = io.BytesIO()
    film.save(
        file,
        format="AVIF",
        save_all=True,
        duration=waits,
        xmp=packet(note) or None,
        **_options(playback.frames),
    )
    path.write_bytes(_undated(bytearray(file.getvalue())))


_DATED = ((b"moov", b"mvhd"), (b"moov", b"trak", b"tkhd"), (b"moov", b"trak", b"mdia", b"mdhd"))
"""The boxes that say when the file and its tracks were made."""


def _undated(data: bytearray) -> bytearray:
    """Blank all dates, so that the same request gives the same bytes.

    A box with dates begins with a version, flags, and two times of 8 bytes each, or 4 in version 0.
    """
    for path in _DATED:
        for start, _ in inside(boxes, data, path):
            length = 16 if data[start] else 8
            data[start + 4 : start + 4 + length] = bytes(length)
    return data


class _Film(Image.Image):
    """An animation as Pillow reads one: frames are drawn when they are asked for."""

    def __init__(self, animation: Animation, playback: Playback, progress: Progress) -> None:
        super().__init__()
        self._mode = "RGB"
        self._size = animation.first.shape[1::-1]
        self.n_frames = len(playback.order)
        self.is_animated = self.n_frames > 1
        self._animation, self._progress = animation, progress
        self._ahead: Iterator[Picture] = iter(())
        self._place = -1
        self.seek(0)

    def seek(self, frame: int) -> None:
        """Draw a frame: the first, or the one after that which was drawn last."""
        if frame >= self.n_frames:
            raise EOFError
        if frame == self._place:
            return
        if frame == 0:
            self._ahead = self._animation.frames()
        self.im = Image.fromarray(next(self._ahead)).im
        self._place = frame
        self._progress(frame + 1, self.n_frames)

    def tell(self) -> int:
        """Return which frame is drawn."""
        return self._place
