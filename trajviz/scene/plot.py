"""A plot: one rectangle of the picture in which tracks move, and how they are laid into it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np

from trajviz.descent import Trajectory
from trajviz.scene.chart import ChartView
from trajviz.scene.contour import ContourView
from trajviz.scene.marks import Box, Shape, square, star
from trajviz.scene.relief import ReliefView
from trajviz.scene.theme import RGB, Theme
from trajviz.scene.track import Line, Pen, Track
from trajviz.surface import Surface

SurfaceView: TypeAlias = ContourView | ReliefView
"""A picture of the surface."""

_DASHES: tuple[tuple[float, ...], ...] = ((), (9.0, 6.0), (3.0, 5.0))
"""Line styles, taken in turn when the colours are used up: lengths of dash and gap."""


@dataclass(frozen=True)
class Plot:
    """One rectangle of the picture in which tracks move.

    Tracks are drawn in order, the last on top, clipped to `box`; `foreground`, the shared start and
    the known minima, lies over the lines and under the heads.
    """

    view: SurfaceView | ChartView
    tracks: tuple[Track, ...]
    foreground: tuple[Shape, ...]
    pen: Pen

    @property
    def box(self) -> Box:
        """Where the plot lies in the picture."""
        return self.view.box


@dataclass(frozen=True)
class Tracer:
    """Lays the same trajectories over any picture of the surface."""

    surface: Surface
    trajectories: tuple[Trajectory, ...]
    colors: tuple[RGB, ...]
    styles: tuple[int, ...]
    theme: Theme
    scale: float

    def drape(self, view: SurfaceView) -> list[Any]:
        """Lay the trajectories over a surface, in the view's own form."""
        return [view.drape(t.points) for t in self.trajectories]

    def plot(self, view: SurfaceView, draped: Sequence[Any]) -> Plot:
        """Return a picture of the surface with the tracks that `drape` laid over it."""
        lines = [view.line(path) for path in draped]
        return Plot(view, self._tracks(lines, view.box), self._foreground(view), self._pen(1.0))

    def chart(self, view: ChartView) -> Plot:
        """Return a chart with its curves, somewhat finer than the tracks."""
        return Plot(view, self._tracks(view.lines(), view.box), (), self._pen(0.75))

    def _pen(self, share: float) -> Pen:
        pen = Pen.scaled(self.scale * share)
        return pen if self.theme.halo else replace(pen, halo=0.0)

    def _tracks(self, lines: Sequence[Line], box: Box) -> tuple[Track, ...]:
        scale = max(self.scale, 0.7)
        tracks = []
        for line, t, color, style in zip(
            lines, self.trajectories, self.colors, self.styles, strict=True
        ):
            dashes = [scale * length for length in _DASHES[style % len(_DASHES)]]
            track = Track(line.dashed(dashes), color, t.label)
            tracks.append(track if t.diverged_at is None else track.crossed(box, 6 * scale))
        return tuple(tracks)

    def _foreground(self, view: SurfaceView) -> tuple[Shape, ...]:
        """Return a star at each known minimum that is seen, and a square at the shared start."""
        scale, theme = max(self.scale, 0.7), self.theme
        rim = 1.3 * scale
        minima = np.array(self.surface.minima, dtype=np.float64).reshape(-1, 2)
        minima = minima[view.window.contains(minima)]
        seen = view.project(minima[view.visible(minima)])
        shapes = [star(x, y, 8.5 * scale, theme.star, theme.ink, rim) for x, y in seen.tolist()]
        x, y = view.project(self.trajectories[0].points[0]).tolist()
        return (*shapes, square(x, y, 4 * scale, theme.marker, theme.ink, rim))


@dataclass(frozen=True)
class Orbit:
    """A relief that turns: which of the plots it is, how it is first seen, by how many degrees."""

    place: int
    first: ReliefView
    degrees: float
    tracer: Tracer
    draped: list[Any]

    def view(self, share: float) -> ReliefView:
        """Return how it is seen after this share of the animation, 0 to 1."""
        return self.first.turned(self.degrees * share)

    def plot(self, view: ReliefView) -> Plot:
        """Return how the tracks lie in such a view."""
        return self.tracer.plot(view, self.draped)
