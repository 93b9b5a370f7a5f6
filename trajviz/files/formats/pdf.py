"""PDF: one step as a still for print, its fonts embedded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from trajviz.files.containers.pdf import PDF
from trajviz.files.formats import Format

if TYPE_CHECKING:
    from trajviz.scene.scene import Scene


def write(path: Path, scene: Scene, step: int, note: str) -> None:
    """Write the picture after `step` steps."""
    from trajviz.scene.vector import pdf

    path.write_bytes(pdf(scene, step, note))


FORMAT = Format(
    kind="still",
    write=write,
    container=PDF,
    tag="a",
    media_type="application/pdf",
    clear=True,
)
