"""Animated SVG: sharp at every zoom, no scripts; for pages, and wherever an `<img>` may stand."""

from __future__ import annotations

from pathlib import Path

from trajviz.animation import Animation
from trajviz.descent import Progress
from trajviz.files.containers.markup import svg_element
from trajviz.files.formats._animated_drawing import AnimatedDrawing
from trajviz.recipe.recipe import Playback

KIND = "animation"
PATHS = True


def write(
    path: Path, animation: Animation, playback: Playback, progress: Progress, note: str
) -> None:
    """Write an animation, in the time of a GIF's; who asks for less motion sees its end."""
    drawn = AnimatedDrawing.of(animation, playback)
    moving = f"@media(prefers-reduced-motion:no-preference){{{drawn.timing()}}}"
    head = f"{svg_element(note)}<style>{moving}{drawn.keyframes}</style>"
    path.write_bytes(drawn.svg(head).encode())
    progress(playback.frames, playback.frames)
