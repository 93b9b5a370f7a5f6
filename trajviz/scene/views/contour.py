"""The contour view: the surface from above, shaded and lined by rank.

The picture is computed pixel by pixel: a pixel's band says its shade, and its distance to the
nearest level, |f - level| / |grad f| to first order, how much of a level line covers it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trajviz.frozen import dataclass
from trajviz.scene.color import RGB
from trajviz.scene.layout import Axes
from trajviz.scene.limits import Limits
from trajviz.scene.marks import Box, Fill
from trajviz.scene.outline import Area, Areas, Rim, Vector
from trajviz.scene.paint import Picture, paint
from trajviz.scene.plot import Draper
from trajviz.scene.run import Run
from trajviz.scene.shading import Codes, Shading
from trajviz.scene.theme import Theme
from trajviz.scene.track import Line
from trajviz.scene.views import Shown, View
from trajviz.scene.views._flat import Flat
from trajviz.scene.views._frame import Bounds, framed
from trajviz.scene.views._level_lines import LevelLines
from trajviz.surface import Floats, Points, Ranks, Surface, Window

_ROWS = 32
"""Rows computed at once: few enough for the processor's cache."""


@dataclass(frozen=True)
class ContourView(Flat):
    """A surface seen from above within a window, filling a box of the picture.

    Level lines are `line_width` pixels wide. `ground` is the part of the box where there is
    surface: beyond a domain the page is seen. `frames` are lines over it, in the picture's pixels.
    """

    surface: Surface
    window: Window
    box: Box
    ground: Box
    theme: Theme
    shading: Shading
    line_width: float
    frames: tuple[Fill, ...] = ()

    @classmethod
    def of(
        cls, limits: Limits, box: Box, theme: Theme, scale: float, bounds: Sequence[Bounds] = ()
    ) -> ContourView:
        """Choose what of the plane is shown, the levels for that, and frames around bounds."""
        surface, window = limits.surface, limits.within(box)
        ground = limits.ground(window)
        return cls(
            surface=surface,
            window=window,
            box=box,
            ground=_part_of(box, window, ground),
            theme=theme,
            shading=Shading.of(Ranks.of(surface, ground), theme),
            line_width=theme.line_width * max(scale, 0.75),
            frames=tuple(
                line for each in bounds for line in framed(each, window, box, theme.muted, scale)
            ),
        )

    def drape(self, points: Points) -> Points:
        """Return a trajectory, (steps + 1, 2), as it lies: seen from above, nothing changes."""
        return points

    def line(self, points: Points) -> Line:
        """Return a trajectory as a line with one vertex per step."""
        return Line.through(self.project(points))

    def draw(self, picture: Picture) -> None:
        """Fill the box's part of a picture, (height, width, 3)."""
        table = self.shading.table()
        ground = self.ground
        x, y = self.box.x0, self.box.y0
        if ground != self.box:
            picture[:] = self.theme.background
        seen = picture[ground.y0 - y : ground.y1 - y, ground.x0 - x : ground.x1 - x]
        # Pixel centres, with a rim of one to take slopes across.
        xs, ys = self.unproject(
            np.arange(ground.x0 - 0.5, ground.x1 + 1), np.arange(ground.y0 - 0.5, ground.y1 + 1)
        )
        for top in range(0, ground.height, _ROWS):
            rows = min(_ROWS, ground.height - top)
            heights = self.surface.grid(xs, ys[top : top + rows + 2])
            region = seen[top : top + rows]
            np.take(table, self._classify(heights), axis=0, out=region)
        paint(picture, (line.moved(-x, -y) for line in self.frames))

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

    def vectors(self, _step: float, spacing: int, margin: int) -> list[Vector]:
        """Return the areas above each level, and its line along the rim of each."""
        lines, shading = self._level_lines(spacing, margin), self.shading
        lowest, *shades = map(_rgb, shading.shades.tolist())
        levels, colors = shading.levels.tolist(), map(_rgb, shading.lines.tolist())
        # From the lowest up, each over all that lies higher, so that no seam shows.
        areas = [Area(lines.above(lines.bottom), lowest)]
        for level, shade, color in zip(levels, shades, colors, strict=True):
            areas.append(Area(lines.above(level), shade, Rim(lines.along(level), color)))
        surface = Areas(
            areas=tuple(areas),
            line_width=self.line_width,
            line_alpha=shading.line_alpha,
            whole=lines.whole,
        )
        beyond = (Fill(band, self.theme.background) for band in self._bands())
        return [surface, *beyond, *self.frames]

    def _bands(self) -> list[Box]:
        """Return the parts of the box beyond the domain."""
        box, ground = self.box, self.ground
        bands = [
            box._replace(x1=ground.x0),
            box._replace(x0=ground.x1),
            ground._replace(y0=box.y0, y1=ground.y0),
            ground._replace(y0=ground.y1, y1=box.y1),
        ]
        return [band for band in bands if band.width and band.height]

    def _level_lines(self, spacing: int, margin: int) -> LevelLines:
        x0, y0, x1, y1 = self.box
        x0, y0, x1, y1 = x0 - margin, y0 - margin, x1 + margin, y1 + margin
        across = np.linspace(x0, x1, (x1 - x0) // spacing + 1)
        down = np.linspace(y0, y1, (y1 - y0) // spacing + 1)
        return LevelLines(across, down, self.surface.grid(*self.unproject(across, down)))


def _part_of(box: Box, window: Window, part: Window) -> Box:
    """Return where a part of the window that fills a box lies in it, in whole pixels."""
    width, height = (np.array([box.width, box.height]) / window.extent).tolist()
    return Box(
        round(box.x0 + (part.x0 - window.x0) * width),
        round(box.y0 + (window.y1 - part.y1) * height),
        round(box.x1 - (window.x1 - part.x1) * width),
        round(box.y1 - (part.y0 - window.y0) * height),
    )


def _rgb(color: Sequence[int]) -> RGB:
    red, green, blue = color
    return red, green, blue


def _axes(run: Run) -> list[Axes]:
    return [Axes(run.window, run.axes, limits=run.limits.within)]


def _show(run: Run, boxes: Sequence[Box], draper: Draper) -> Shown:
    (box,) = boxes
    view = ContourView.of(
        limits=run.limits, box=box, theme=run.theme, scale=draper.scale, bounds=run.bounds
    )
    return Shown([draper.plot(view)])


VIEW = View(
    summary="From above, shaded and lined by rank.",
    noun="Contour plot",
    axes=_axes,
    show=_show,
    live=True,
    part=ContourView.of,
)
