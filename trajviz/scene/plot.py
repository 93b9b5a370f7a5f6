"""A plot: one rectangle of the picture in which tracks move, and how they are laid into it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np

from trajviz.descent.paths import Course
from trajviz.scene.chart import ChartView
from trajviz.scene.color import RGB
from trajviz.scene.layout import Chip
from trajviz.scene.marks import Box, Shape, square, star
from trajviz.scene.theme import Theme
from trajviz.scene.track import Line, Pen, Track
from trajviz.scene.views.basins import BasinsView
from trajviz.scene.views.contour import ContourView
from trajviz.scene.views.relief import ReliefView
from trajviz.surface import Surface

SurfaceView: TypeAlias = ContourView | ReliefView
"""A picture of the surface."""

_FINE = 0.55
"""How wide lines are where one optimizer has several, as a share of the width of one alone."""

_DASHES: tuple[tuple[float, ...], ...] = ((), (9.0, 6.0), (3.0, 5.0))
"""Line styles, taken in turn when the colours are used up: lengths of dash and gap."""


@dataclass(frozen=True)
class Plot:
    """One rectangle of the picture in which tracks move.

    Tracks are drawn in order, the last on top, those of one layer as one, clipped to `box`;
    `foreground`, the starts and the known minima, lies over the lines and under the heads.
    """

    view: SurfaceView | BasinsView | ChartView
    tracks: tuple[Track, ...]
    foreground: tuple[Shape, ...]
    pen: Pen

    @property
    def box(self) -> Box:
        """Where the plot lies in the picture."""
        return self.view.box

    @property
    def layers(self) -> list[tuple[Track, ...]]:
        """The tracks, those of one label and colour that follow each other as one."""
        alike = itertools.groupby(self.tracks, lambda track: (track.label, track.color))
        return [tuple(tracks) for _, tracks in alike]


@dataclass(frozen=True)
class Tracer:
    """Lays the same trajectories over any picture of the surface.

    `colors` and `styles` are those of each; `several` says that an optimizer has many of them.
    """

    surface: Surface
    trajectories: tuple[Course, ...]
    colors: tuple[RGB, ...]
    styles: tuple[int, ...]
    theme: Theme
    scale: float
    clock: str = "steps"
    several: bool = False

    def of_swarms(self, swarms: Sequence[tuple[Course, ...]], chips: Sequence[Chip]) -> Tracer:
        """Return what lays one curve for each swarm: a median, which itself does not diverge."""
        first = [s[0] if len(s) == 1 else replace(s[0], diverged_at=None) for s in swarms]
        colors, styles = tuple(c.color for c in chips), tuple(c.style for c in chips)
        return replace(self, trajectories=tuple(first), colors=colors, styles=styles, several=False)

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
        pen = Pen.scaled(self.scale * share).times(_FINE if self.several else 1.0)
        return pen if self.theme.halo else replace(pen, halo=0.0)

    def _tracks(self, lines: Sequence[Line], box: Box) -> tuple[Track, ...]:
        scale = max(self.scale, 0.7)
        tracks = []
        for line, t, color, style in zip(
            lines, self.trajectories, self.colors, self.styles, strict=True
        ):
            dashes = [scale * length for length in _DASHES[style % len(_DASHES)]]
            if self.clock != "steps":
                line = line.timed(t.times(self.clock))
            track = Track(line.dashed(dashes), color, t.label)
            arm = 6 * scale * (_FINE if self.several else 1.0)
            tracks.append(track if t.diverged_at is None else track.crossed(box, arm))
        return tuple(tracks)

    def _foreground(self, view: SurfaceView) -> tuple[Shape, ...]:
        """Return a star at each known minimum that is seen, and a square at each start."""
        scale, theme = max(self.scale, 0.7), self.theme
        rim = 1.3 * scale
        stars = minima_stars(self.surface.minima, view, theme, scale)
        starts = np.unique([t.points[0] for t in self.trajectories], axis=0)
        half = 4 * scale
        if len(starts) > 1:
            starts = starts[view.window.contains(starts)]
            starts = starts[view.visible(starts)]
        if self.several:
            half, rim = half * _FINE / 2, rim / 2
        squares = [
            square(x, y, half, theme.marker, theme.ink, rim)
            for x, y in view.project(starts).tolist()
        ]
        return (*stars, *squares)


def minima_stars(
    minima: Sequence[tuple[float, float]],
    view: SurfaceView | BasinsView,
    theme: Theme,
    scale: float,
) -> list[Shape]:
    """Return a star at each of these minima that is seen."""
    points = np.array(minima, dtype=np.float64).reshape(-1, 2)
    points = points[view.window.contains(points)]
    seen = view.project(points[view.visible(points)])
    return [star(x, y, 8.5 * scale, theme.star, theme.ink, 1.3 * scale) for x, y in seen.tolist()]


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
