"""WebP: animated, without loss or nearly so; smaller than a GIF in every browser of today."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from trajviz.files.containers.webp import WEBP
from trajviz.files.formats import Format
from trajviz.files.formats._timing import MOST_FPS

if TYPE_CHECKING:
    from trajviz.animation import Animation
    from trajviz.descent import Progress
    from trajviz.recipe.recipe import Playback


def write(
    path: Path, animation: Animation, playback: Playback, progress: Progress, note: str
) -> None:
    """Write an animation: without loss, in one palette if that is faithful; what turns, lossy."""
    from trajviz.files.formats._webp_encoder import encode

    encode(path, animation, playback, progress, note)


FORMAT = Format(
    kind="animation",
    write=write,
    container=WEBP,
    tag="img",
    media_type="image/webp",
    rank=2,
    most_fps=MOST_FPS,
    palette=True,
)
