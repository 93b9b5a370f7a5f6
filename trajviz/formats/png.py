"""PNG: one step as a still, pixel for pixel what the animation shows."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from trajviz.animate import still
from trajviz.scene import Scene

KIND = "still"


def write(path: Path, scene: Scene, step: int) -> None:
    """Write the picture after `step` steps."""
    Image.fromarray(still(scene, step)).save(path, format="PNG", optimize=True)
