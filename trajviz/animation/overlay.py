"""Marks that move over changing pixels: small rectangles are restored, and painted anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from trajviz.animation.raster import Change, differ
from trajviz.scene.marks import Mark
from trajviz.scene.paint import Picture, paint_over


def overlaid(
    changes: Iterator[Change], below: Picture, over: Iterator[Sequence[Mark]]
) -> Iterator[Change]:
    """Yield what changes with marks over it.

    Args:
        changes: What changes in each frame below the marks, frame 0 against `below`.
        below: What is there before frame 0, (height, width, 3).
        over: The marks of each frame, in pixels of `below`; there may be more frames of them.
    """
    plain, shown = below.copy(), below.reshape(-1, 3).copy()
    covered: list[tuple[slice, slice]] = []
    for change, marks in zip(changes, over, strict=False):
        plain.reshape(-1, 3)[change.pixels] = change.colors
        before = list(paint_over(plain, marks))
        there = np.zeros(plain.shape[:2], dtype=bool)
        there.reshape(-1)[change.pixels] = True
        regions = [(rows, columns) for rows, columns, _ in before]
        for region in (*covered, *regions):
            there[region] = True
        pixels = np.flatnonzero(there)
        colors = plain.reshape(-1, 3)[pixels]
        for rows, columns, part in reversed(before):
            plain[rows, columns] = part
        new = np.flatnonzero(differ(colors, shown[pixels]))
        shown[pixels[new]] = colors[new]
        covered = regions
        yield Change(pixels[new], colors[new])
