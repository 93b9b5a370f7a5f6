"""HTML: a page that plays the race: pause, step, hide tracks, read values; one file, no network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from trajviz.files.containers.markup import MARKUP
from trajviz.files.formats import Format

if TYPE_CHECKING:
    from trajviz.animation import Animation
    from trajviz.descent import Progress
    from trajviz.recipe.recipe import Playback


def write(
    path: Path, animation: Animation, playback: Playback, progress: Progress, note: str
) -> None:
    """Write a page that plays an animation."""
    from trajviz.files.formats._player import write_page

    write_page(path, animation, playback, progress, note)


FORMAT = Format(
    kind="animation",
    write=write,
    container=MARKUP,
    tag="a",
    media_type="text/html",
    paths=True,
)
