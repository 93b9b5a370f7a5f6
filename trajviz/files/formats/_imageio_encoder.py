"""Stills that imageio writes, through Pillow.

The plugin is named, since imageio would take another one where more of them are installed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import imageio.v3

from trajviz.animation import still
from trajviz.scene.scene import Scene


def write_still(path: Path, scene: Scene, step: int, **options: Any) -> None:
    """Write the picture after `step` steps, with options of Pillow's."""
    # To a file of its own imageio would write, on a full disk, a part without a word.
    data = imageio.v3.imwrite(
        "<bytes>", still(scene, step), plugin="pillow", extension=path.suffix, **options
    )
    assert data is not None
    path.write_bytes(data)
