"""PNG: one step as a still, pixel for pixel what the animation shows."""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from trajviz.animation import still
from trajviz.files.containers.png import text
from trajviz.scene import Scene

KIND = "still"


def write(path: Path, scene: Scene, step: int, note: str) -> None:
    """Write the picture after `step` steps."""
    info = PngInfo()
    if note:
        info.add(b"iTXt", text(note))
    Image.fromarray(still(scene, step)).save(path, format="PNG", optimize=True, pnginfo=info)
