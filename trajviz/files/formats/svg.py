"""SVG: one step as a still that is sharp at every zoom."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from trajviz.files.containers.markup import MARKUP, svg_element
from trajviz.files.formats import Format

if TYPE_CHECKING:
    from trajviz.scene.scene import Scene


def write(path: Path, scene: Scene, step: int, note: str) -> None:
    """Write the picture after `step` steps."""
    from trajviz.files.formats._still_drawing import still_drawing

    path.write_bytes(still_drawing(scene, step, svg_element(note)).encode())


FORMAT = Format(
    kind="still",
    write=write,
    container=MARKUP,
    tag="img",
    media_type="image/svg+xml",
    rank=2,
    follows=True,
    clear=True,
)
