"""GIF: plays everywhere; one palette, no dithering, each frame only what changed."""

from __future__ import annotations

from typing import Any

from trajviz.files.containers.gif import GIF
from trajviz.files.formats import Format


def write(*request: Any) -> None:
    """Write an animation."""
    from trajviz.files.formats._gif_encoder import encode

    encode(*request)


FORMAT = Format(
    kind="animation",
    write=write,
    container=GIF,
    tag="img",
    media_type="image/gif",
    rank=1,
    most_fps=50,  # browsers play delays under two hundredths of a second five times too slowly
    palette=True,
    clear=True,
)
