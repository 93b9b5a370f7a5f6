"""WebP: animated, without loss or nearly so; smaller than a GIF in every browser of today."""

from __future__ import annotations

from typing import Any

from trajviz.files.containers.webp import WEBP
from trajviz.files.formats import Format
from trajviz.files.formats._timing import MOST_FPS


def write(*request: Any) -> None:
    """Write an animation: without loss, in one palette if that is faithful; what turns, lossy."""
    from trajviz.files.formats._webp_encoder import encode

    encode(*request)


FORMAT = Format(
    kind="animation",
    write=write,
    container=WEBP,
    tag="img",
    media_type="image/webp",
    rank=2,
    most_fps=MOST_FPS,
    palette=True,
    clear=True,
)
