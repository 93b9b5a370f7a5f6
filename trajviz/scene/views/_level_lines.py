"""The contour view as outlines: where the surface lies above a level, traced through samples."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from trajviz.scene.views.contour import ContourView
from trajviz.surface import Points

Outline: TypeAlias = tuple[Points, npt.NDArray[np.uint8]]
"""Corners in pixels, (n, 2), and what leads to each, as matplotlib's Path numbers it."""
MOVE = 1
"""What leads to the first corner of a ring or line."""


class Tracing:
    """The heights of a contour view, sampled every `spacing` pixels, `margin` pixels beyond it."""

    def __init__(self, view: ContourView, spacing: int, margin: int = 0) -> None:
        from contourpy import FillType, LineType, contour_generator

        box = view.box
        x0, y0, x1, y1 = box.x0 - margin, box.y0 - margin, box.x1 + margin, box.y1 + margin
        across = np.linspace(x0, x1, (x1 - x0) // spacing + 1)
        down = np.linspace(y0, y1, (y1 - y0) // spacing + 1)
        self.heights = np.ma.masked_invalid(view.surface.grid(*view.unproject(across, down)))
        # Both are asked for together: what holds at the edges of missing samples is the same.
        self._generator: Any = contour_generator(
            across,
            down,
            self.heights,
            line_type=LineType.SeparateCode,
            fill_type=FillType.OuterCode,
        )

    @property
    def bottom(self) -> float:
        """A height below all."""
        return float(self.heights.min()) - 1

    def above(self, level: float) -> list[Outline]:
        """Return the areas above a level, each with its holes."""
        return list(zip(*self._generator.filled(level, np.inf), strict=True))

    def along(self, level: float) -> list[Outline]:
        """Return the lines of a level."""
        return list(zip(*self._generator.lines(level), strict=True))
