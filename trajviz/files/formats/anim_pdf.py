"""Animated PDF: a page for each frame over one background, its words text; for LaTeX's animate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from trajviz.files.containers.pdf import PDF
from trajviz.files.formats import Format

if TYPE_CHECKING:
    from trajviz.animation import Animation
    from trajviz.descent import Progress
    from trajviz.recipe.recipe import Playback


def write(
    path: Path, animation: Animation, playback: Playback, progress: Progress, note: str
) -> None:
    """Write an animation, its ends repeated for the pauses."""
    from trajviz.files.formats._pdf_pages import encode

    encode(path, animation, playback, progress, note)


FORMAT = Format(
    kind="animation",
    write=write,
    container=PDF,
    tag="a",
    media_type="application/pdf",
    paths=True,
    clear=True,
    paged=True,
)
