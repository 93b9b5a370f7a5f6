"""MP4: H.264 in yuv420p, small and sharp; for slides, social media and pages that take video.

Encoded by the ffmpeg that imageio's `imageio-ffmpeg` installs, fed through a pipe: beside its
pyav plugin it is faster, since the encoder has a process and so a processor of its own. Frames go
in as the encoder's own planes, of which only what changes is computed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from trajviz.animate import Animation
from trajviz.descent import Progress
from trajviz.formats._planes import Planes
from trajviz.recipe import Playback

KIND = "animation"

# Colours are tagged as what they are, since players guess differently.
_COLORS = [
    "-color_range", "tv", "-colorspace", "bt709",
    "-color_primaries", "bt709", "-color_trc", "bt709",
]  # fmt: skip
# One thread and bitexact make the same bytes from the same frames.
_OPTIONS = [
    "-preset", "veryfast", "-crf", "18", "-threads", "1", "-bitexact", "-movflags", "+faststart",
]  # fmt: skip


def write(path: Path, animation: Animation, playback: Playback, progress: Progress) -> None:
    """Write an animation at a constant frame rate, the last frame repeated for the hold.

    An odd width or height is padded by one pixel of background. Raises OSError when the encoder
    fails.
    """
    from imageio_ffmpeg import write_frames

    height, width = animation.first.shape[:2]
    size = (width + width % 2, height + height % 2)
    pixel_format = playback.pixel_format
    encoder = write_frames(
        str(path), size, pix_fmt_in=pixel_format, pix_fmt_out=pixel_format, fps=playback.fps,
        codec="libx264", quality=None, macro_block_size=2, ffmpeg_log_level="error",
        input_params=_COLORS, output_params=[*_COLORS, *_OPTIONS],
    )  # fmt: skip
    encoder.send(None)
    try:
        total = max(playback.frames, round((playback.seconds + playback.hold) * playback.fps))
        for count, frame in enumerate(_frames(animation, size, pixel_format, total), 1):
            encoder.send(frame)
            progress(count, total)
    finally:
        encoder.close()
    _check_complete(path)


def _frames(
    animation: Animation, size: tuple[int, int], pixel_format: str, total: int
) -> Iterator[npt.NDArray[np.uint8]]:
    """Yield every frame as an encoder takes it, one buffer for all, the last as often as held."""
    height, width = animation.first.shape[:2]
    padded = np.empty((size[1], size[0], 3), dtype=np.uint8)
    padded[:] = animation.scene.theme.background
    padded[:height, :width] = animation.first
    planes = Planes(padded, pixel_format)
    yield planes.buffer
    for change in animation.changes():
        rows, columns = np.divmod(change.pixels, width)
        planes.update(rows * size[0] + columns, change.colors)
        yield planes.buffer
    for _ in range(total - len(animation.positions)):
        yield planes.buffer


def _check_complete(path: Path) -> None:
    """Raise OSError unless the file is whole: its boxes add up, the index before the data.

    The encoder's exit status is not to be had, and a full disk shows only here.
    """
    boxes, place, size = [], 0, path.stat().st_size
    with path.open("rb") as file:
        while place + 8 <= size:
            file.seek(place)
            head = file.read(16)
            length = int.from_bytes(head[:4], "big")
            if length == 1:  # a size too large for 32 bits follows the name
                length = int.from_bytes(head[8:], "big")
            boxes.append(head[4:8])
            place += max(length, 8)
    if place != size or b"mdat" not in boxes or b"moov" not in boxes[: boxes.index(b"mdat")]:
        raise OSError("the video encoder did not complete its file: is the disk full?")
