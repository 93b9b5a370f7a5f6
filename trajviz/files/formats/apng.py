"""APNG: an animated PNG, for whoever takes no video; smaller and truer than a GIF."""

from __future__ import annotations

from typing import Any

from trajviz.files.containers.png import PNG
from trajviz.files.formats import Format
from trajviz.files.formats._timing import MOST_FPS


def write(*request: Any) -> None:
    """Write an animation, in one palette if that is faithful, otherwise in true colours."""
    from trajviz.files.formats._apng_encoder import encode

    encode(*request)


FORMAT = Format(
    kind="animation",
    write=write,
    container=PNG,
    tag="img",
    media_type="image/apng",
    rank=3,
    most_fps=MOST_FPS,
    palette=True,
    clear=True,
)
