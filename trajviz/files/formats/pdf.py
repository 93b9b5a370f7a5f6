"""PDF: one step as a still for print, its fonts embedded."""

from __future__ import annotations

from pathlib import Path

from trajviz.scene.scene import Scene

KIND = "still"


def write(path: Path, scene: Scene, step: int, note: str) -> None:
    """Write the picture after `step` steps."""
    from trajviz.scene.vector import rendered

    path.write_bytes(rendered(scene, step, "pdf", Subject=note or None))
