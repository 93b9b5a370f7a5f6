"""The view of one variable: the curve of f(x), along which the tracks roll.

Each track keeps a lane of its own over the curve, so that tracks that go the same way are all seen.
Between two steps a track follows the curve.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from trajviz.frozen import dataclass
from trajviz.scene.color import RGB, mix
from trajviz.scene.layout import Axes
from trajviz.scene.marks import Box
from trajviz.scene.outline import CLOSE, LINE, MOVE, Area, Areas, Outline, Rim, Vector
from trajviz.scene.paint import Picture
from trajviz.scene.plot import Draper
from trajviz.scene.run import Run, swarms
from trajviz.scene.theme import Theme
from trajviz.scene.track import Flags, Line, Pen, gaps_around
from trajviz.scene.views import Shown, View
from trajviz.scene.views._flat import Flat
from trajviz.surface import Floats, Points, Surface, Window

_PIECE, _MOST_PIECES = 2.0, 128
"""How long across the pieces of a track are, in pixels, and into how many a step falls at most."""
_FAR = 1e6
"""No place of a track is farther off, in pixels."""
_LINE = 1.6
"""How wide the curve is, at 640x480."""
_GROUND, _CURVE = 0.07, 0.55
"""How much of the ink is in what lies below the curve, and in the curve."""
_APART = 0.4
"""The room between two lanes, in pixels at 640x480."""


class Rolled(NamedTuple):
    """A track on its way along the curve: points (x, f(x)), after how many steps, and its lane."""

    points: Points
    knots: Floats
    lane: int


@dataclass(frozen=True)
class CurveView(Flat):
    """The curve of a surface that depends on x alone, in a box of the picture.

    The curve is `width` pixels wide. The first lane is `first` pixels over it, the next ones follow
    at `pitch` pixels each.
    """

    surface: Surface
    window: Window
    box: Box
    theme: Theme
    width: float
    first: float
    pitch: float

    @classmethod
    def of(cls, run: Run, box: Box, scale: float) -> CurveView:
        """Return the curve of a run."""
        pen, size = Pen.scaled(scale), max(scale, 0.7)
        return cls(
            surface=run.surface,
            window=run.limits.within(box),
            box=box,
            theme=run.theme,
            width=_LINE * size,
            first=(_LINE * size + pen.line) / 2 + _APART * size,
            pitch=pen.line + _APART * size,
        )

    def drape(self, points: Points) -> Rolled:
        """Lay a trajectory, (steps + 1, 2), over the curve, in the first lane."""
        return self.laid(points, 0)

    def laid(self, points: Points, lane: int) -> Rolled:
        """Lay a trajectory, (steps + 1, 2), over the curve in this lane."""
        across = self.box.width / (self.window.x1 - self.window.x0)
        with np.errstate(all="ignore"):
            count = np.ceil(np.abs(np.diff(points[:, 0])) * across / _PIECE)
        count = np.clip(np.nan_to_num(count, posinf=1), 1, _MOST_PIECES).astype(np.int64)
        starts = np.repeat(np.arange(len(count)), count)
        share = (np.arange(len(starts)) - np.repeat(np.cumsum(count) - count, count)) / count[
            starts
        ]
        xs = points[starts, 0] * (1 - share) + points[starts + 1, 0] * share
        heights = self.surface.value(np.stack([xs, xs], axis=-1))
        heights = np.where(share == 0, points[starts, 1], heights)  # the track's own at each step
        bends = np.concatenate([np.stack([xs, heights], axis=-1), points[-1:]])
        return Rolled(bends, np.append(starts + share, float(len(points) - 1)), lane)

    def line(self, draped: Rolled) -> Line:
        """Return a trajectory as a line beside the curve, with gaps where there is no height."""
        there: Flags = np.isfinite(draped.points.sum(axis=1))
        places = self.project(np.where(there[:, None], draped.points, 0.0))
        away = self.first + draped.lane * self.pitch
        places = np.clip(places + away * self._normals(draped.points), -_FAR, _FAR)
        no = np.zeros(len(places), dtype=bool)
        return Line(vertices=places, knots=draped.knots, hidden=no, gap=gaps_around(there))

    def _normals(self, points: Points) -> Points:
        """Return the directions away from the curve, upwards, in pixels, (n, 2), of length 1."""
        across, up = np.array([self.box.width, self.box.height]) / self.window.extent
        slope = np.nan_to_num(self.surface.gradient(points)[:, 0] * (up / across))
        slope = np.clip(slope, -_FAR, _FAR)
        upwards = np.stack([-slope, -np.ones_like(slope)], axis=-1)
        return np.asarray(upwards / np.hypot(slope, 1.0)[:, None])

    @property
    def colors(self) -> tuple[RGB, RGB]:
        """The colours of what lies below the curve, and of the curve."""
        theme = self.theme
        return tuple(mix(theme.background, theme.ink, share) for share in (_GROUND, _CURVE))  # type: ignore[return-value]  # of two shares two colours

    def draw(self, picture: Picture) -> None:
        """Fill the box's part of a picture, (height, width, 3)."""
        across = np.arange(self.box.x0, self.box.x1, dtype=np.float64) + 0.5
        heights, slopes = self._curve(across)
        there = np.isfinite(heights)
        down = np.arange(self.box.y0, self.box.y1)[:, None] + 0.5
        below = down - np.where(there, heights, np.inf)
        away = np.abs(below) / np.hypot(np.where(there, slopes, 0.0), 1.0)
        line = np.clip(self.width / 2 + 0.5 - away, 0, 1)
        for share, color in zip((np.clip(below + 0.5, 0, 1), line), self.colors, strict=True):
            over = picture + (np.array(color) - picture) * share[..., None]
            picture[:] = np.rint(over)

    def _curve(self, across: Floats) -> tuple[Floats, Floats]:
        """Return the row of the curve in columns, (n,), and its slope there, both in pixels."""
        columns = np.stack([across - 0.5, across, across + 0.5], axis=-1)
        xs, _ = self.unproject(columns, columns)
        heights = self.surface.value(np.stack([xs, xs], axis=-1))
        with np.errstate(all="ignore"):
            rows = self.project(np.stack([xs, heights], axis=-1))[..., 1]
            return rows[:, 1], np.nan_to_num(rows[:, 2] - rows[:, 0])

    def vectors(self, _step: float, spacing: int, margin: int) -> list[Vector]:
        """Return the area below the curve with the curve as its rim."""
        begin, end = float(self.box.x0 - margin), float(self.box.x1 + margin)
        across = np.arange(begin, end + 1, min(spacing, 2), dtype=np.float64)
        heights, _ = self._curve(across)
        rows = np.clip(heights, self.box.y0 - margin, self.box.y1 + margin)
        pieces = _pieces(np.stack([across, rows], axis=-1), np.isfinite(heights))
        ground, color = self.colors
        rim = Rim([_open(piece) for piece in pieces], color)
        bottom = float(self.box.y1 + margin)
        area = Area([_closed(piece, bottom) for piece in pieces], ground, rim)
        return [Areas(areas=(area,), line_width=self.width, line_alpha=1.0, whole=False)]


def _pieces(corners: Points, there: Flags) -> list[Points]:
    """Return the parts of a line, (n, 2), that are there, with at least two corners each."""
    ends = np.flatnonzero(there[1:] != there[:-1]) + 1
    parts = zip(np.split(corners, ends), np.split(there, ends), strict=True)
    return [part for part, flags in parts if flags[0] and len(part) > 1]


def _open(corners: Points) -> Outline:
    codes = np.full(len(corners), LINE, dtype=np.uint8)
    codes[0] = MOVE
    return Outline(corners, codes)


def _closed(corners: Points, bottom: float) -> Outline:
    """Return the outline of what lies between a line and the bottom."""
    first, last = corners[0, 0], corners[-1, 0]
    ring = np.concatenate([corners, [[last, bottom], [first, bottom], corners[0]]])
    outline = _open(ring)
    outline.codes[-1] = CLOSE
    return outline


def _axes(run: Run) -> list[Axes]:
    return [Axes(run.window, run.axes, limits=run.limits.within)]


def _show(run: Run, boxes: Sequence[Box], draper: Draper) -> Shown:
    (box,) = boxes
    view = CurveView.of(run, box, draper.scale)
    groups = enumerate(swarms(run.courses))  # those of one optimizer share a lane
    lanes = [view.laid(course.points, lane) for lane, group in groups for course in group]
    return Shown([draper.plot(view, [view.line(rolled) for rolled in lanes])])


VIEW = View(
    summary="The curve of a function of one variable, along which the tracks roll.",
    noun="Curve",
    axes=_axes,
    show=_show,
    of_curve=True,
)
