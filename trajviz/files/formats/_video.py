"""Films: frames go through a pipe to the ffmpeg that `imageio-ffmpeg` installs.

This is faster than imageio's pyav plugin, since the encoder is a process and so has a processor of
its own. Frames are sent as the encoder's own planes, of which only what changes is computed.
"""

from __future__ import annotations

import itertools
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from trajviz.animation import Animation
from trajviz.animation.raster import Change
from trajviz.descent import Progress
from trajviz.errors import TrajvizError
from trajviz.files.containers import Data, mapped
from trajviz.files.formats._planes import Planes
from trajviz.recipe.recipe import Playback
from trajviz.scene.paint import Picture
from trajviz.surface import Ints

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

    picture = padded(animation)
    pixel_format = playback.pixel_format
    encoder = write_frames(
        str(path), picture.shape[1::-1], pix_fmt_in=pixel_format, pix_fmt_out=pixel_format,
        fps=playback.fps, codec=codec.name, quality=None, macro_block_size=2,
        ffmpeg_log_level="error", input_params=_COLORS,
        output_params=[*_COLORS, *output_options(codec, note)],
    )  # fmt: skip
    encoder.send(None)
    try:
        total = playback.film_frames
        for count, frame in enumerate(_frames(animation, picture, playback), 1):
            encoder.send(frame)
            progress(count, total)
    finally:
        encoder.close()
    check_complete(path, codec)


def output_options(codec: Codec, note: str) -> list[str]:
    """Return ffmpeg's options for what is written, whoever writes it: codec, bytes, comment tag."""
    comment = ["-metadata", f"comment={note}"] if note else []
    return [*_REPEATABLE, *codec.options, *comment]


def check_complete(path: Path, codec: Codec) -> None:
    """Raise OSError for a file that its encoder did not complete."""
    with mapped(path) as data:
        if not codec.is_complete(data):
            raise OSError("the video encoder did not complete its file: is the disk full?")


def padded(animation: Animation) -> Picture:
    """Return an animation's first picture, an odd width or height made even by background."""
    height, width = animation.first.shape[:2]
    picture = np.empty((height + height % 2, width + width % 2, 3), dtype=np.uint8)
    picture[:] = animation.scene.theme.background
    picture[:height, :width] = animation.first
    return picture


def changes(animation: Animation, playback: Playback) -> Iterator[Change | None]:
    """Yield what each frame of a film changes, None for one that is only repeated for a pause."""
    yield from itertools.repeat(None, 1 + playback.lead_frames)
    yield from animation.changes()
    pause = playback.film_frames - playback.lead_frames - len(animation.positions)
    yield from itertools.repeat(None, pause)


def _frames(
    animation: Animation, picture: Picture, playback: Playback
) -> Iterator[npt.NDArray[np.uint8]]:
    """Yield a film's frames as an encoder takes them, all in one buffer."""
    planes, width = Planes(picture, playback.pixel_format), animation.first.shape[1]
    for change in changes(animation, playback):
        if change is not None:
            planes.update(_wider(change.pixels, width, picture.shape[1]), change.colors)
        yield planes.buffer


def _wider(pixels: Ints, width: int, padded_width: int) -> Ints:
    """Return flat indices into a picture, (n,), as those into one that is padded on the right."""
    if padded_width == width:
        return pixels
    return pixels + pixels // width * (padded_width - width)
