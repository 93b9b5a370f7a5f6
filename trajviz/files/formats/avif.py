"""AVIF: animated AV1; the smallest picture and the slowest to write, if the Pillow can."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trajviz.errors import TrajvizError
from trajviz.files.containers.iso import AVIF
from trajviz.files.formats import Format
from trajviz.files.formats._timing import MOST_FPS

if TYPE_CHECKING:
    from trajviz.recipe.recipe import Playback


def refuse(playback: Playback) -> None:
    """Raise TrajvizError where no AVIF can be written, or not one that ends."""
    from PIL import features

    if not features.check("avif"):
        raise TrajvizError("the installed Pillow cannot write .avif: Pillow 11.3 or newer can")
    if playback.loop:
        raise TrajvizError(f"loop {playback.loop} is not for .avif, which plays for ever")


def write(*request: Any) -> None:
    """Write an animation."""
    from trajviz.files.formats._avif_encoder import encode

    encode(*request)


FORMAT = Format(
    kind="animation",
    write=write,
    container=AVIF,
    tag="img",
    media_type="image/avif",
    rank=4,
    most_fps=MOST_FPS,
    refuse=refuse,
)
