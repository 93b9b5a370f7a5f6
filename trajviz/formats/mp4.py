"""MP4: H.264 in yuv420p, small and sharp; for slides, social media and pages that take video.

Encoded by the ffmpeg that imageio's `imageio-ffmpeg` installs, fed through a pipe: beside its
pyav plugin it is faster, since the encoder has a process and so a processor of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from trajviz.animate import Animation, Timing
from trajviz.descent import Progress
from trajviz.scene.paint import Picture

KIND = "animation"

# One thread and bitexact make the same bytes from the same frames; colours are tagged as what
# they are, since players guess differently.
_OPTIONS = [
    "-vf", "scale=in_range=full:out_range=tv:out_color_matrix=bt709:flags=accurate_rnd",
    "-preset", "veryfast", "-crf", "18", "-threads", "1", "-bitexact",
    "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
    "-color_range", "tv", "-movflags", "+faststart", "-an",
]  # fmt: skip


def write(path: Path, animation: Animation, timing: Timing, progress: Progress) -> None:
    """Write an animation at a constant frame rate, the last frame repeated for the hold.

    An odd width or height is padded by one pixel of background.
    """
    from imageio_ffmpeg import write_frames

    height, width = animation.first.shape[:2]
    size = (width + width % 2, height + height % 2)
    encoder = write_frames(
        str(path), size, pix_fmt_in="rgb24", pix_fmt_out="yuv420p", fps=timing.fps,
        codec="libx264", quality=None, macro_block_size=2, ffmpeg_log_level="error",
        output_params=_OPTIONS,
    )  # fmt: skip
    encoder.send(None)
    try:
        total = max(timing.frames, round((timing.seconds + timing.hold) * timing.fps))
        for count, picture in enumerate(_pictures(animation, size, total), 1):
            encoder.send(picture)
            progress(count, total)
    finally:
        encoder.close()


def _pictures(animation: Animation, size: tuple[int, int], total: int) -> Iterator[Picture]:
    """Yield every frame padded to even size, one buffer for all, the last one as often as held."""
    height, width = animation.first.shape[:2]
    canvas = np.empty((size[1], size[0], 3), dtype=np.uint8)
    canvas[:] = animation.scene.theme.background
    canvas[:height, :width] = animation.first
    yield canvas
    flat = canvas.reshape(-1, 3)
    for change in animation.changes():
        rows, columns = np.divmod(change.pixels, width)
        flat[rows * size[0] + columns] = change.colors
        yield canvas
    for _ in range(total - len(animation.positions)):
        yield canvas
