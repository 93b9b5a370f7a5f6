"""GIF: plays everywhere; one palette, no dithering, each frame only what changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from trajviz.files.containers.gif import GIF
from trajviz.files.formats import Format

if TYPE_CHECKING:
    from trajviz.animation import Animation
    from trajviz.descent import Progress
    from trajviz.recipe.recipe import Playback


def write(
    path: Path, animation: Animation, playback: Playback, progress: Progress, note: str
) -> None:
    """Write an animation."""
    from trajviz.files.formats._gif_encoder import encode

    encode(path, animation, playback, progress, note)


FORMAT = Format(
    kind="animation",
    write=write,
    container=GIF,
    tag="img",
    media_type="image/gif",
    rank=1,
    most_fps=50,  # browsers play delays under two hundredths of a second five times too slowly
    palette=True,
)
