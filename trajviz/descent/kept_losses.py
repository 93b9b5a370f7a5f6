"""Losses at the nodes of a plane, kept in a folder for the next render of the same race.

A file is named by a digest of where the losses were taken and of what they are at some of the
nodes, which are computed anew each time: where anything about the problem has changed, another file
is looked for. What cannot be read or written is computed, as if nothing were kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from trajviz.surface import Floats

FOLDER = ".trajviz-cache"
"""What the folder is called, beside the recipe."""


def kept_losses(
    folder: Path,
    function: Callable[[Floats], Floats],
    probes: Floats,
    shape: tuple[int, int],
    all_of: Callable[[], Floats],
) -> Floats:
    """Return losses from a folder, or compute and keep them there.

    Args:
        folder: Where they are kept; it is made when there is something to keep.
        function: The loss, of weights (k, d) to (k,).
        probes: The weights at some nodes, which say where all of them lie, (k, d).
        shape: How many nodes there are along each axis.
        all_of: Computes the losses at all nodes, of that shape.
    """
    there = np.asarray(function(probes), dtype=np.float64)
    digest = hashlib.sha256(repr(shape).encode())
    for part in (probes, there):
        digest.update(np.ascontiguousarray(part, dtype=np.float64).tobytes())
    path = folder / f"{digest.hexdigest()[:32]}.npy"
    with contextlib.suppress(OSError, ValueError, EOFError):
        kept = np.load(path, allow_pickle=False)
        if kept.shape == shape and kept.dtype == np.float64:
            return np.asarray(kept)
    losses = all_of()
    with contextlib.suppress(OSError):
        _keep(path, losses)
    return losses


def _keep(path: Path, losses: Floats) -> None:
    """Write a file that is there only when it is whole, in a folder that no repository takes."""
    path.parent.mkdir(exist_ok=True)
    (path.parent / ".gitignore").write_text("*\n", encoding="utf-8")
    begun = path.with_suffix(f".{os.getpid()}")
    try:
        with begun.open("wb") as file:
            np.save(file, losses)
        begun.replace(path)
    finally:
        begun.unlink(missing_ok=True)
