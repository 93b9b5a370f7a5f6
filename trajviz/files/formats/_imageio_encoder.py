"""What imageio writes: a film frame by frame through its ffmpeg plugin, a still through Pillow's.

Each plugin is named, since imageio would take another one where more of them are installed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import imageio.v2
import imageio.v3
import numpy as np

from trajviz.animation import Animation, still
from trajviz.descent import Progress
from trajviz.files.formats._video import Codec, changes, check_complete, output_options, padded
from trajviz.recipe.recipe import Playback
from trajviz.scene.paint import Picture
from trajviz.scene.scene import Scene


def write_film(
    path: Path,
    animation: Animation,
    playback: Playback,
    progress: Progress,
    note: str,
    *,
    codec: Codec,
    colors: str,
) -> None:
    """Write an animation at a constant frame rate, its ends repeated for the pauses.

    An odd width or height is padded by one pixel of background. The note is the comment tag.

    Args:
        path: The file.
        animation: What it shows.
        playback: How it plays.
        progress: Called with frames done and frames in all.
        note: What the file says of itself, empty for nothing.
        codec: The encoder.
        colors: The filters that turn red, green and blue into what the encoder takes.

    Raises:
        OSError: When the encoder fails, or did not complete the file.
    """
    writer = imageio.v2.get_writer(
        path, format="FFMPEG", mode="I", fps=playback.fps, codec=codec.name, quality=None,
        pixelformat=playback.pixel_format, macro_block_size=2, ffmpeg_log_level="error",
        output_params=["-vf", colors, *output_options(codec, note)],
    )  # fmt: skip
    with writer:
        for count, picture in enumerate(_pictures(animation, playback), 1):
            writer.append_data(picture)
            progress(count, playback.film_frames)
    check_complete(path, codec)


def _pictures(animation: Animation, playback: Playback) -> Iterator[Picture]:
    """Yield a film's frames, all in one buffer."""
    picture, width = padded(animation), animation.first.shape[1]
    for change in changes(animation, playback):
        if change is not None:
            rows, columns = np.divmod(change.pixels, width)
            picture[rows, columns] = change.colors
        yield picture


def write_still(path: Path, scene: Scene, step: int, **options: Any) -> None:
    """Write the picture after `step` steps, with options of Pillow's."""
    # To a file of its own imageio would write, on a full disk, a part without a word.
    data = imageio.v3.imwrite(
        "<bytes>", still(scene, step), plugin="pillow", extension=path.suffix, **options
    )
    assert data is not None
    path.write_bytes(data)
