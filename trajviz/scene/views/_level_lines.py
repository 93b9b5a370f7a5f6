"""Level lines as outlines: where a surface lies above a level, followed through samples of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from trajviz.scene.outline import Outline
from trajviz.surface import Floats


class LevelLines:
    """The levels of heights, (rows, columns), that were sampled at `down` and `across`, in pixels.

    Heights that are not finite are missing.
    """

    def __init__(self, across: Floats, down: Floats, heights: Floats) -> None:
        from contourpy import FillType, LineType, contour_generator

        self._heights = np.ma.masked_invalid(heights)
        # Both are asked for together: what holds at the edges of missing samples is the same.
        self._generator: Any = contour_generator(
            across,
            down,
            self._heights,
            line_type=LineType.SeparateCode,
            fill_type=FillType.OuterCode,
        )

    @property
    def bottom(self) -> float:
        """A height below all."""
        return float(self._heights.min()) - 1

    @property
    def whole(self) -> bool:
        """Whether no sample is missing, so that each line is all of the rim of its area."""
        return not np.ma.is_masked(self._heights)

    def above(self, level: float) -> list[Outline]:
        """Return the areas above a level, each with its holes."""
        return [Outline(*pair) for pair in zip(*self._generator.filled(level, np.inf), strict=True)]

    def along(self, level: float) -> list[Outline]:
        """Return the lines of a level."""
        return [Outline(*pair) for pair in zip(*self._generator.lines(level), strict=True)]
