"""The contour view: the surface from above, shaded and lined by rank.

The picture is computed pixel by pixel: a pixel's band says its shade, and its distance to the
nearest level, |f - level| / |grad f| to first order, how much of a level line covers it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trajviz.scene.marks import Box
from trajviz.scene.paint import Picture
from trajviz.scene.theme import Theme
from trajviz.scene.track import Line
from trajviz.scene.views._flat import Flat
from trajviz.scene.views._shading import Codes, Shading
from trajviz.surface import Floats, Points, Ranks, Surface, Window

_ROWS = 32
"""Rows computed at once: few enough for the processor's cache."""


@dataclass(frozen=True)
class ContourView(Flat):
    """A surface seen from above within a window, filling a box of the picture."""

    surface: Surface
    window: Window
    box: Box
    theme: Theme
    shading: Shading
    line_width: float

    @classmethod
    def of(
        cls, surface: Surface, window: Window, box: Box, theme: Theme, scale: float
    ) -> ContourView:
        """Choose the levels for this window."""
        shading = Shading.of(Ranks.of(surface, window), theme)
        return cls(surface, window, box, theme, shading, theme.line_width * max(scale, 0.75))

    def drape(self, points: Points) -> Points:
        """Return a trajectory, (steps + 1, 2), as it lies: seen from above, nothing changes."""
        return points

    def line(self, points: Points) -> Line:
        """Return a trajectory as a line with one vertex per step."""
        return Line.through(self.project(points))

    def draw(self, picture: Picture) -> None:
        """Fill the box's part of a picture, (height, width, 3)."""
        table = self.shading.table()
        box = self.box
        # Pixel centres, with a rim of one to take slopes across.
        xs, ys = self.unproject(
            np.arange(box.x0 - 0.5, box.x1 + 1), np.arange(box.y0 - 0.5, box.y1 + 1)
        )
        for top in range(0, box.height, _ROWS):
            rows = min(_ROWS, box.height - top)
            heights = self.surface.grid(xs, ys[top : top + rows + 2])
            region = picture[top : top + rows]
            np.take(table, self._classify(heights), axis=0, out=region)

    def _classify(self, heights: Floats) -> Codes:
        """Return the codes of the inner pixels of heights with a rim of one."""
        levels = self.shading.levels
        inner = heights[1:-1, 1:-1]
        with np.errstate(all="ignore"):
            slope = 0.5 * np.hypot(
                heights[1:-1, 2:] - heights[1:-1, :-2], heights[2:, 1:-1] - heights[:-2, 1:-1]
            )
            band = np.searchsorted(levels, inner, side="right")
            edges = np.concatenate([[-np.inf], levels, [np.inf]])
            below, above = inner - edges[band], edges[band + 1] - inner
            share = self.line_width / 2 + 0.5 - np.minimum(below, above) / slope
        # A flat stretch has no distance to a level (0 / 0), and no line.
        share = np.nan_to_num(share, nan=0.0, posinf=0.0, neginf=0.0)
        return self.shading.codes(band, above < below, np.clip(share, 0, 1))
