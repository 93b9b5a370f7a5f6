"""Pictures without their paper: which pixels are see-through, and how much.

The surface is opaque. All else is ink on paper: a pixel there is as opaque as it takes of one of
the inks to get its colour. What is a mix of several inks is opaque.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from trajviz.scene.chart import ChartView
from trajviz.scene.marks import Box, Text
from trajviz.scene.paint import Picture
from trajviz.scene.plot import Plot
from trajviz.scene.scene import Scene
from trajviz.scene.track import Flags
from trajviz.surface import Floats, Ints

Cut: TypeAlias = Picture
"""Red, green, blue and opacity, not multiplied, (..., 4)."""
_UNLIKE = 8.0
"""How far a colour may be from a mix of paper and an ink, in 255ths."""


class Cutout:
    """Tells for a scene's pixels how opaque they are."""

    def __init__(self, scene: Scene, charts: bool = False) -> None:
        """Take a scene, and whether its charts keep their paper."""
        theme = scene.theme
        self.width = scene.size[0]
        self.paper = np.array(theme.background, dtype=np.float64)
        tracks = [chip.color for chip in scene.words.chips]
        inks = [theme.ink, theme.muted, *tracks, theme.star, theme.marker, theme.edge]
        self.inks = np.array(
            [ink for ink in dict.fromkeys(inks) if ink != theme.background], dtype=np.float64
        )
        self.ground = _ground(scene, charts).ravel()

    def cut(self, pixels: Ints, colors: Picture) -> Cut:
        """Return pixels at flat indices, (n,), of these colours, (n, 3), as (n, 4)."""
        found = np.empty((len(pixels), 4), dtype=np.uint8)
        found[:, :3], found[:, 3] = colors, 255
        loose = np.flatnonzero(~self.ground[pixels])
        found[loose] = self._unmixed(colors[loose])
        return found

    def part(self, x: int, y: int, colors: Picture) -> Cut:
        """Return a rectangle with its corner at (x, y) of these colours, (height, width, 3)."""
        height, width = colors.shape[:2]
        pixels = (np.arange(y, y + height)[:, None] * self.width + np.arange(x, x + width)).ravel()
        return self.cut(pixels, colors.reshape(-1, 3)).reshape(height, width, 4)

    def _unmixed(self, colors: Picture) -> Cut:
        """Return colours, (n, 3), as one ink each and how opaque it lies on the paper."""
        distinct, place = np.unique(colors, axis=0, return_inverse=True)
        return self._each(distinct)[place.ravel()]

    def _each(self, colors: Picture) -> Cut:
        run = colors - self.paper
        ways = self.inks - self.paper
        share: Floats = np.clip(run @ ways.T / (ways**2).sum(axis=1), 0, 1)
        off = np.linalg.norm(run[:, None] - share[..., None] * ways, axis=2)
        best = off.argmin(axis=1)
        rows = np.arange(len(colors))
        found = np.empty((len(colors), 4), dtype=np.uint8)
        found[:, :3] = self.inks[best]
        found[:, 3] = np.rint(255 * share[rows, best])
        found[found[:, 3] == 0] = 0
        mixed = off[rows, best] > _UNLIKE
        found[mixed, :3], found[mixed, 3] = colors[mixed], 255
        return found


def cutout_of(scene: Scene, charts: bool = False) -> Cutout | None:
    """Return what cuts a scene out of its paper, but perhaps its charts; None where it keeps it."""
    return Cutout(scene, charts) if scene.transparent else None


def _ground(scene: Scene, charts: bool) -> Flags:
    """Return where the surface is, (height, width), and perhaps the charts."""
    found = np.zeros(scene.background.shape[:2], dtype=bool)
    for plot in scene.plots:
        box = plot.box
        if isinstance(plot.view, ChartView):
            found[box.y0 : box.y1, box.x0 : box.x1] = charts
            continue
        seen = scene.background[box.y0 : box.y1, box.x0 : box.x1]
        found[box.y0 : box.y1, box.x0 : box.x1] = (seen != scene.theme.background).any(axis=2)
        for words in _words(plot):
            found[words.y0 : words.y1, words.x0 : words.x1] = False
    return found


def _words(plot: Plot) -> list[Box]:
    """Return the rectangles of what a view writes around its surface."""
    texts = [vector for vector in plot.view.vectors(0, 4, 0) if isinstance(vector, Text)]
    return [
        Box(
            int(text.left) - 1,
            int(text.y - text.size) - 1,
            int(text.right) + 2,
            int(text.y + 0.35 * text.size) + 1,
        )
        for text in texts
    ]
