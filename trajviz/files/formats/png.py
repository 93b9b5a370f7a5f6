"""PNG: one step as a still, pixel for pixel what the animation shows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from trajviz.files.containers.png import PNG, text
from trajviz.files.formats import Format

if TYPE_CHECKING:
    from trajviz.scene.scene import Scene


def write(path: Path, scene: Scene, step: int, note: str) -> None:
    """Write the picture after `step` steps."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    from trajviz.animation import still
    from trajviz.animation.cutout import cutout_of

    picture, cutout = still(scene, step), cutout_of(scene)
    if cutout:
        picture = cutout.part(0, 0, picture)
    info = PngInfo()
    if note:
        info.add(b"iTXt", text(note))
    Image.fromarray(picture).save(path, format="PNG", optimize=True, pnginfo=info)


FORMAT = Format(
    kind="still",
    write=write,
    container=PNG,
    tag="img",
    media_type="image/png",
    rank=1,
    clear=True,
)
