"""PDF: one step as a still for print, its fonts embedded."""

from __future__ import annotations

from pathlib import Path

from trajviz.scene import Scene

KIND = "still"


def write(path: Path, scene: Scene, step: int) -> None:
    """Write the picture after `step` steps."""
    from trajviz.scene.vector import save

    save(scene, step, path, "pdf")
