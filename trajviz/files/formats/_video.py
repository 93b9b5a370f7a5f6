"""Films: frames go through a pipe to the ffmpeg that `imageio-ffmpeg` installs.

This is faster than imageio's pyav plugin, since the encoder is a process and so has a processor of
its own. Frames are sent as the encoder's own planes, of which only what changes is computed.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from trajviz.animation import Animation
from trajviz.descent import Progress
from trajviz.errors import TrajvizError
from trajviz.files.containers import Data, mapped
from trajviz.files.formats._planes import Planes
from trajviz.recipe.recipe import Playback

# Colours are tagged, since players guess differently where they are not.
_COLORS = [
    "-color_range", "tv", "-colorspace", "bt709",
    "-color_primaries", "bt709", "-color_trc", "bt709",
]  # fmt: skip
# With one thread and bitexact flags the same frames give the same bytes.
_REPEATABLE = ["-threads", "1", "-bitexact"]


class Codec(NamedTuple):
    """An encoder of ffmpeg's, its options, and how to tell that the file it wrote is whole."""

    name: str
    options: tuple[str, ...]
    is_complete: Callable[[Data], bool]


def check_encoder() -> None:
    """Raise TrajvizError unless ffmpeg is there and runs."""
    import imageio_ffmpeg

    # What imageio-ffmpeg finds by itself it has tried; what the user names it takes as it is.
    chosen = os.environ.get("IMAGEIO_FFMPEG_EXE")
    try:
        program = imageio_ffmpeg.get_ffmpeg_exe()
        if chosen:
            subprocess.run([program, "-version"], capture_output=True, check=True)
    except (RuntimeError, OSError, subprocess.CalledProcessError) as error:
        broken = f"{chosen!r} (IMAGEIO_FFMPEG_EXE) does not run" if chosen else "there is none"
        raise TrajvizError(
            f"a film needs ffmpeg, and {broken}: pip install --force-reinstall imageio-ffmpeg "
            "brings one, as does your system's package manager; every other format works without"
        ) from error


def encode(
    path: Path,
    animation: Animation,
    playback: Playback,
    progress: Progress,
    note: str,
    *,
    codec: Codec,
) -> None:
    """Write an animation at a constant frame rate, its ends repeated for the pauses.

    An odd width or height is padded by one pixel of background. The note is the comment tag.

    Raises:
        OSError: When the encoder fails. Its exit status is not to be had, and a full disk shows
            only in the file.
    """
    from imageio_ffmpeg import write_frames

    height, width = animation.first.shape[:2]
    size = (width + width % 2, height + height % 2)
    pixel_format = playback.pixel_format
    comment = ["-metadata", f"comment={note}"] if note else []
    encoder = write_frames(
        str(path), size, pix_fmt_in=pixel_format, pix_fmt_out=pixel_format, fps=playback.fps,
        codec=codec.name, quality=None, macro_block_size=2, ffmpeg_log_level="error",
        input_params=_COLORS, output_params=[*_COLORS, *_REPEATABLE, *codec.options, *comment],
    )  # fmt: skip
    encoder.send(None)
    try:
        total = playback.film_frames
        for count, frame in enumerate(_frames(animation, size, playback), 1):
            encoder.send(frame)
            progress(count, total)
    finally:
        encoder.close()
    with mapped(path) as data:
        if not codec.is_complete(data):
            raise OSError("the video encoder did not complete its file: is the disk full?")


def _frames(
    animation: Animation, size: tuple[int, int], playback: Playback
) -> Iterator[npt.NDArray[np.uint8]]:
    """Yield a film's frames as an encoder takes them, all in one buffer."""
    height, width = animation.first.shape[:2]
    padded = np.empty((size[1], size[0], 3), dtype=np.uint8)
    padded[:] = animation.scene.theme.background
    padded[:height, :width] = animation.first
    planes = Planes(padded, playback.pixel_format)
    for _ in range(1 + playback.lead_frames):
        yield planes.buffer
    for change in animation.changes():
        rows, columns = np.divmod(change.pixels, width)
        planes.update(rows * size[0] + columns, change.colors)
        yield planes.buffer
    for _ in range(playback.film_frames - playback.lead_frames - len(animation.positions)):
        yield planes.buffer
