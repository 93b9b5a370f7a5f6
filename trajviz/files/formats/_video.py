"""Films: frames go through a pipe to ffmpeg.

This is faster than imageio's pyav plugin, since the encoder is a process and so has a processor of
its own. Frames are sent as the encoder's own planes, of which only what changes is computed; or as
red, green and blue to an encoder that takes other planes than ours.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from trajviz.animation import Animation
from trajviz.animation.cutout import Cut, Cutout
from trajviz.animation.raster import Change
from trajviz.descent import Progress
from trajviz.files.formats._ffmpeg import Codec, Frames, encoder
from trajviz.files.formats._planes import Planes
from trajviz.recipe.recipe import Playback
from trajviz.scene.paint import Picture
from trajviz.surface import Ints

# Colours are tagged, since players guess differently where they are not.
_COLORS = (
    "-color_range", "tv", "-colorspace", "bt709",
    "-color_primaries", "bt709", "-color_trc", "bt709",
)  # fmt: skip
_CLEAR = (
    "scale=out_range=tv:out_color_matrix=bt709:flags=accurate_rnd+full_chroma_int,"
    "setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709"
)
"""Filters to the same colours for frames with opacity."""


def encode(
    path: Path,
    animation: Animation,
    playback: Playback,
    progress: Progress,
    note: str,
    *,
    codec: Codec,
    colors: str = "",
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
        colors: The filters that turn red, green and blue into what the encoder takes, "" for one
            that takes our planes.

    Raises:
        OSError: When the encoder fails, or did not complete the file.
    """
    layout, tags = ("rgb24", ()) if colors else (playback.pixel_format, _COLORS)
    pixels, drawn = playback.pixel_format, _pictures if colors else _planes
    if animation.scene.transparent:
        layout, tags, colors, pixels, drawn = "rgba", (), _CLEAR, "yuva420p", _cuts
    height, width = animation.first.shape[:2]
    size = width + width % 2, height + height % 2
    frames = Frames(size=size, layout=layout, fps=playback.fps, options=tags, filters=colors)
    with encoder(path, frames, codec, pixels, note, *tags) as take:
        for count, frame in enumerate(drawn(animation, playback), 1):
            take(frame)
            progress(count, playback.film_frames)


def _padded(animation: Animation) -> Picture:
    """Return an animation's first picture, an odd width or height made even by background."""
    height, width = animation.first.shape[:2]
    picture = np.empty((height + height % 2, width + width % 2, 3), dtype=np.uint8)
    picture[:] = animation.scene.theme.background
    picture[:height, :width] = animation.first
    return picture


def _changes(animation: Animation, playback: Playback) -> Iterator[Change | None]:
    """Yield what each frame of a film changes, None for one that is only repeated for a pause."""
    changes = itertools.chain([None], animation.changes())
    for change, pause in zip(changes, playback.film_pauses, strict=True):
        yield change
        yield from itertools.repeat(None, pause)


def _planes(animation: Animation, playback: Playback) -> Iterator[npt.NDArray[np.uint8]]:
    """Yield a film's frames as an encoder takes them, all in one buffer."""
    planes, width = Planes(_padded(animation), playback.pixel_format), animation.first.shape[1]
    for change in _changes(animation, playback):
        if change is not None:
            planes.update(_wider(change.pixels, width, planes.width), change.colors)
        yield planes.buffer


def _wider(pixels: Ints, width: int, padded_width: int) -> Ints:
    """Return flat indices into a picture, (n,), as those into one that is padded on the right."""
    if padded_width == width:
        return pixels
    return pixels + pixels // width * (padded_width - width)


def _cuts(animation: Animation, playback: Playback) -> Iterator[Cut]:
    """Yield a film's frames in red, green, blue and opacity, all in one buffer."""
    cutout, width = Cutout(animation.scene), animation.first.shape[1]
    shown = np.zeros((*_padded(animation).shape[:2], 4), dtype=np.uint8)
    shown[: len(animation.first), :width] = cutout.part(0, 0, animation.first)
    for change in _changes(animation, playback):
        if change is not None:
            rows, columns = np.divmod(change.pixels, width)
            shown[rows, columns] = cutout.cut(change.pixels, change.colors)
        yield shown


def _pictures(animation: Animation, playback: Playback) -> Iterator[Picture]:
    """Yield a film's frames in red, green and blue, all in one buffer."""
    picture, width = _padded(animation), animation.first.shape[1]
    for change in _changes(animation, playback):
        if change is not None:
            rows, columns = np.divmod(change.pixels, width)
            picture[rows, columns] = change.colors
        yield picture
