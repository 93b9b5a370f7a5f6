"""The contour view: the surface from above, shaded and lined by rank.

Levels stand at equal steps of rank (the share of the window that lies lower), so that valley and
wall show alike on every surface. The picture is computed pixel by pixel: a pixel's band says its
shade, and its distance to the nearest level, |f - level| / |grad f| to first order, how much of
a level line covers it. The few shades that result go into a GIF's palette without loss.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trajviz.scene.layout import Layout
from trajviz.scene.marks import Box
from trajviz.scene.paint import Picture
from trajviz.scene.theme import Theme, mix
from trajviz.surface import Floats, Points, Ranks, Surface, Window

LEVEL_RANKS: Floats = np.linspace(0.002, 0.995, 22)
"""The ranks of the level lines."""
LINE_WIDTH = 0.9
_COVERS = 8
"""Shades of a level line's antialiasing, besides none."""
_ROWS = 32
"""Rows computed at once: few enough for the processor's cache."""


@dataclass(frozen=True)
class ContourView:
    """A surface seen from above within a window, filling a box of the picture."""

    surface: Surface
    window: Window
    box: Box
    theme: Theme
    levels: Floats
    line_width: float

    @classmethod
    def of(cls, surface: Surface, window: Window, layout: Layout, theme: Theme) -> ContourView:
        """Choose the levels for this window."""
        levels = np.unique(Ranks.of(surface, window).height(LEVEL_RANKS))
        width = LINE_WIDTH * max(layout.scale, 0.75)
        return cls(surface, window, layout.plot, theme, levels, width)

    def project(self, points: Points) -> Points:
        """Return where points, (..., 2), lie in the picture, (..., 2), y growing downwards."""
        x0, x1, y0, y1 = self.window
        # A diverging track may be all but infinite; its direction is all that will be drawn.
        x, y = np.moveaxis(np.clip(points, -1e280, 1e280), -1, 0)
        return np.stack(
            [
                self.box.x0 + (x - x0) / (x1 - x0) * self.box.width,
                self.box.y1 - (y - y0) / (y1 - y0) * self.box.height,
            ],
            axis=-1,
        )

    def unproject(self, across: Floats, down: Floats) -> tuple[Floats, Floats]:
        """Return the x of columns and the y of rows, each in pixels, any shape."""
        x0, x1, y0, y1 = self.window
        xs = x0 + (across - self.box.x0) * ((x1 - x0) / self.box.width)
        ys = y1 - (down - self.box.y0) * ((y1 - y0) / self.box.height)
        return xs, ys

    @property
    def shades(self) -> Picture:
        """The flat colour of each band, lowest first, (levels + 1, 3)."""
        shares = np.linspace(0, 1, len(self.levels) + 1)
        colors = [mix(self.theme.low, self.theme.high, float(share)) for share in shares]
        return np.array(colors, dtype=np.uint8)

    def draw(self, picture: Picture) -> None:
        """Fill the box of the picture."""
        table = self._table()
        box = self.box
        # Pixel centres, with a rim of one to take slopes across.
        xs, ys = self.unproject(
            np.arange(box.x0 - 0.5, box.x1 + 1), np.arange(box.y0 - 0.5, box.y1 + 1)
        )
        for top in range(0, box.height, _ROWS):
            rows = min(_ROWS, box.height - top)
            heights = self.surface.grid(xs, ys[top : top + rows + 2])
            band, cover = self._classify(heights)
            region = picture[box.y0 + top : box.y0 + top + rows, box.x0 : box.x1]
            np.take(table, band * (_COVERS + 1) + cover, axis=0, out=region)

    def _classify(self, heights: Floats) -> tuple[np.ndarray, np.ndarray]:
        """Return band and line cover of the inner pixels of heights with a rim of one, as ints."""
        inner = heights[1:-1, 1:-1]
        with np.errstate(all="ignore"):
            slope = 0.5 * np.hypot(
                heights[1:-1, 2:] - heights[1:-1, :-2], heights[2:, 1:-1] - heights[:-2, 1:-1]
            )
            band = np.searchsorted(self.levels, inner, side="right")
            edges = np.concatenate([[-np.inf], self.levels, [np.inf]])
            near = np.minimum(inner - edges[band], edges[band + 1] - inner)
            share = self.line_width / 2 + 0.5 - near / slope
        # A flat stretch has no distance to a level (0 / 0), and no line.
        share = np.nan_to_num(share, nan=0.0, posinf=0.0, neginf=0.0)
        return band, np.rint(np.clip(share, 0, 1) * _COVERS).astype(np.intp)

    def _table(self) -> Picture:
        """Return the colour of each band under each cover, (bands * (covers + 1), 3)."""
        covers = np.linspace(0, self.theme.line_alpha, _COVERS + 1)[None, :, None]
        shades = self.shades[:, None, :].astype(np.float64)
        table = shades + (np.array(self.theme.line) - shades) * covers
        return np.rint(table).astype(np.uint8).reshape(-1, 3)
