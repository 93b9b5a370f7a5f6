"""Animated SVG: sharp at every zoom, no scripts; for pages, and wherever an `<img>` may stand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from trajviz.files.containers.markup import MARKUP, svg_element
from trajviz.files.formats import Format

if TYPE_CHECKING:
    from trajviz.animation import Animation
    from trajviz.descent import Progress
    from trajviz.recipe.recipe import Playback


def write(
    path: Path, animation: Animation, playback: Playback, progress: Progress, note: str
) -> None:
    """Write an animation that lasts as long as a GIF's.

    Readers who ask for less motion see its end.
    """
    from trajviz.files.formats._animated_drawing import AnimatedDrawing

    drawn = AnimatedDrawing.of(animation, playback)
    moving = f"@media(prefers-reduced-motion:no-preference){{{drawn.timing()}}}"
    head = f"{svg_element(note)}<style>{moving}{drawn.keyframes}</style>"
    path.write_bytes(drawn.svg(head).encode())
    progress(playback.frames, playback.frames)


FORMAT = Format(
    kind="animation",
    write=write,
    container=MARKUP,
    tag="img",
    media_type="image/svg+xml",
    rank=5,
    paths=True,
    follows=True,
    clear=True,
)
