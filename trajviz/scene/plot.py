"""A plot: one rectangle of the picture in which tracks move, and how they are laid into it."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, Protocol

import numpy as np

from trajviz.descent.paths import Course
from trajviz.frozen import dataclass
from trajviz.scene.arrows import Arrows, Pushes, pushes_of
from trajviz.scene.chart import ChartView
from trajviz.scene.color import RGB
from trajviz.scene.departure import with_arrows
from trajviz.scene.layout import Chip
from trajviz.scene.marks import Box, Oval, Shape, Stroke, Text, square, star
from trajviz.scene.movers import Mover, MovingStroke, marks_at
from trajviz.scene.outline import Vector
from trajviz.scene.overlap import told_apart
from trajviz.scene.paint import Picture
from trajviz.scene.rings import ring_growth, ring_reach
from trajviz.scene.run import Run, leader_of, reach_of, swarms, told_of
from trajviz.scene.theme import Theme
from trajviz.scene.track import Flags, Line, Pen, Track
from trajviz.surface import Floats, Ints, Points, Surface, Window

_FINE = 0.55
"""How wide lines are where one optimizer has many, as a share of the width of one alone."""

_APART, _GAP = 4.5, 0.09
"""How far the ring of those that arrived is from their heads, at 640x480, and the share of each
part of it that is left out at both of its ends."""
_ARM = 6.0
"""How far each stroke of a cross reaches from its middle, at 640x480."""
DASHES: tuple[tuple[float, ...], ...] = ((), (9.0, 6.0), (3.0, 5.0))
"""Line styles, taken in turn when the colours are used up: lengths of dash and gap."""


OFF_PLANE, FAR_OFF_PLANE = 0.1, 0.2
"""From which distance from its plane a track is thin, and from which dotted, in diagonals."""
_DOTS = (3.0, 3.0)
"""The lengths of a dot and of the gap after it."""


class PlotView(Protocol):
    """What lies below the tracks of a plot."""

    @property
    def box(self) -> Box:
        """Where it lies in the picture."""

    def draw(self, picture: Picture) -> None:
        """Fill the box's part of a picture, (height, width, 3), as before the first step."""

    def vectors(self, step: float, spacing: int, margin: int, /) -> Sequence[Vector]:
        """Return the same as vectors, as after `step` steps.

        Args:
            step: How many steps have been taken.
            spacing: Outlines go through samples that are so many pixels apart.
            margin: Pixels beyond the box up to which areas may reach.
        """


class MapView(PlotView, Protocol):
    """A picture of the surface: it says where each point of the plane lies in it."""

    @property
    def window(self) -> Window:
        """The part of the plane that is shown."""

    def project(self, points: Points) -> Points:
        """Return where points of the plane, (..., 2), lie in the picture, (..., 2)."""

    def visible(self, points: Points) -> Flags:
        """Tell which points, (n, 2), nothing hides."""


class TrackView(MapView, Protocol):
    """A picture of the surface that tracks can be laid over.

    What `drape` returns is the view's own; it holds from wherever the view is then seen.
    """

    def drape(self, points: Points) -> Any:
        """Lay a trajectory, (steps + 1, 2), over the surface."""

    def line(self, draped: Any) -> Line:
        """Return a trajectory that was laid over the surface as a line in pixels."""


class Reveal(NamedTuple):
    """A picture whose pixels get their colours one after the other, each once.

    `arrival`, (height, width), is the step at which each pixel gets its colour, and `colors`,
    (height, width, 3), that colour.
    """

    arrival: Ints
    colors: Picture


@dataclass(frozen=True)
class Plot:
    """One rectangle of the picture in which tracks move.

    Attributes:
        view: What lies below the tracks.
        tracks: The tracks in order, the last on top, clipped to the box.
        foreground: The starts and the known minima, over the lines; they say themselves whether
            they lie over the heads as well.
        pen: How wide lines and heads are.
        reveal: How the view changes pixel by pixel, if it does; such a plot has no tracks.
        redrawn: Where the view is drawn anew for every frame, the plot as it is after a share of
            the animation, 0 to 1.
        moment: After how many steps it is shown, whatever the rest of the picture shows; None for
            when the rest is.
        movers: What moves over all of it, in order.
    """

    view: PlotView
    tracks: tuple[Track, ...]
    foreground: tuple[Shape, ...]
    pen: Pen
    reveal: Reveal | None = None
    redrawn: Callable[[float], Plot] | None = None
    moment: int | None = None
    movers: tuple[Mover, ...] = ()

    def shown_at(self, step: float) -> float:
        """Return after how many steps the plot is shown in a picture of this step."""
        return step if self.moment is None else self.moment

    @property
    def box(self) -> Box:
        """Where the plot lies in the picture."""
        return self.view.box

    @property
    def layers(self) -> list[tuple[Track, ...]]:
        """The tracks in layers: those of one label and colour that follow each other are one."""
        alike = itertools.groupby(self.tracks, lambda track: (track.label, track.color))
        return [tuple(tracks) for _, tracks in alike]

    @property
    def layer_of(self) -> list[int]:
        """The place of each track's layer."""
        return [place for place, layer in enumerate(self.layers) for _ in layer]

    @property
    def under_heads(self) -> list[Shape]:
        """What of the foreground lies under the heads."""
        return [shape for shape in self.foreground if not shape.above]

    @property
    def over_heads(self) -> list[Shape]:
        """What of the foreground lies over the heads."""
        return [shape for shape in self.foreground if shape.above]

    def growth(self, steps: Floats) -> Floats:
        """Return by how much heads are larger where they lie on each other, in pixels.

        Args:
            steps: How many steps have been taken, (n,).

        Returns:
            The growth of each track's head, (tracks, n); none where an optimizer has several.
        """
        if not self.tracks or len(self.layers) < len(self.tracks):
            return np.zeros((len(self.tracks), len(steps)))
        return ring_growth(self.tracks, self.over_heads, self.pen, steps)

    def moved(self, step: float) -> list[Stroke | Text | Oval]:
        """Return what moves over the tracks as it is after `step` steps."""
        if not self.movers:
            return []
        return next(marks_at(self.movers, np.array([float(step)])))

    def at(self, share: float) -> Plot:
        """Return the plot as it is after a share of the animation, 0 to 1."""
        return self if self.redrawn is None else self.redrawn(share)


@dataclass(frozen=True)
class Draper:
    """Lays the same courses over any picture of the surface, and into charts.

    Attributes:
        surface: Whose minima get stars.
        courses: Where the tracks went.
        colors: The colour of each.
        styles: The line style of each: 0 is solid, then dashed, then dotted.
        theme: The colours of all else.
        scale: How much larger than at 640x480 lines are.
        clock: What times the race.
        several: Whether an optimizer has more than a few tracks, which then are finer.
        trail: How many of the last steps are bright, as a Look has it.
        names: What tracks are called beside their heads, "" for those that are not; () for none.
        named_from: The step from which on they are.
        pushes: What moves each head, None for those without arrows; () for none.
    """

    surface: Surface
    courses: tuple[Course, ...]
    colors: tuple[RGB, ...]
    styles: tuple[int, ...]
    theme: Theme
    scale: float
    clock: str = "steps"
    several: bool = False
    trail: int | None = None
    names: tuple[str, ...] = ()
    named_from: float = 0.0
    pushes: tuple[Pushes | None, ...] = ()

    @classmethod
    def of(cls, run: Run, scale: float) -> Draper:
        """Return what lays the courses of a run.

        Of several tracks of one optimizer the first is named, of several seeds the median.
        """
        groups = swarms(run.courses)
        chips = [chip for chip, group in zip(run.chips, groups, strict=True) for _ in group]
        firsts = [course is leader_of(group) for group in groups for course in group]
        names = [chip.name * first for chip, first in zip(chips, firsts, strict=True)]
        return cls(
            surface=run.surface,
            courses=run.courses,
            colors=tuple(chip.color for chip in chips),
            styles=tuple(chip.style for chip in chips),
            theme=run.theme,
            scale=scale,
            clock=run.clock,
            several=run.several,
            trail=run.look.trail,
            names=() if run.look.labels == "key" else tuple(names),
            named_from=run.steps if run.look.labels == "end" else 0.0,
            pushes=tuple(
                pushes_of(run.courses, run.look.arrows, run.surface, run.noise, run.steps)
            ),
        )

    def of_medians(self, chips: Sequence[Chip]) -> Draper:
        """Return what lays one curve for each swarm: a median, which itself does not diverge.

        Of several seeds it is that of one of the runs, which may.
        """
        first = [
            swarm[0] if len(swarm) == 1 else replace(swarm[0], diverged_at=None)
            for swarm in told_of(self.courses)
        ]
        colors, styles = tuple(c.color for c in chips), tuple(c.style for c in chips)
        return replace(self, courses=tuple(first), colors=colors, styles=styles, several=False)

    def drape(self, view: TrackView) -> list[Any]:
        """Lay the courses over a surface, in the view's own form."""
        return [view.drape(course.points) for course in self.courses]

    def plot(self, view: TrackView, lines: Sequence[Line] | None = None) -> Plot:
        """Return a picture of the surface with its tracks.

        Args:
            view: The picture of the surface.
            lines: The courses as lines in it; by default they are laid over it now.
        """
        if lines is None:
            lines = [view.line(path) for path in self.drape(view)]
        trailing = self._trailing(self._tracks(self._faded(lines, view.window)))
        tracks = self._ringed(self._marked(trailing, view.box, departing=True), view)
        plot = Plot(
            view=view,
            tracks=tracks,
            foreground=(*self._stars(view), *self._starts(view)),
            pen=self._pen(1.0),
        )
        arrows = self._pointed(plot, view)
        return replace(plot, movers=(*arrows, *self._named(plot, arrows)))

    def _faded(self, lines: Sequence[Line], window: Window) -> list[Line]:
        """Return lines that are thin where a race in d dimensions is off the plane, then dotted."""
        across = float(np.hypot(*window.extent))
        return [
            line if course.off_plane is None
            else faded(line, course.off_plane / across, self._size)
            for line, course in zip(lines, self.courses, strict=True)
        ]  # fmt: skip

    def chart(self, view: ChartView) -> Plot:
        """Return a chart with its curves, somewhat finer than the tracks."""
        tracks = self._marked(self._tracks(view.lines()), view.box, departing=False)
        if view.chart.bands:
            from trajviz.scene.bands import with_bands

            tracks = with_bands(tracks, view, self._size)
        return Plot(view=view, tracks=tracks, foreground=(), pen=self._pen(0.75))

    def _pointed(self, plot: Plot, view: TrackView) -> list[MovingStroke]:
        """Return the arrows at the heads of a plot, where there are any."""
        arrows = [
            Arrows(
                pushes=pushes,
                points=course.points[:-1],
                times=course.times(self.clock),
                track=track,
                layer=layer,
                project=view.project,
                extent=view.window.extent,
            )
            for pushes, course, track, layer in zip(
                self.pushes, self.courses, plot.tracks, plot.layer_of, strict=bool(self.pushes)
            )
            if pushes
        ]
        across = float(min(plot.box.width, plot.box.height))
        longest = min(across, max((each.longest() for each in arrows), default=0.0))
        return [
            mover
            for each in arrows
            for mover in each.movers(longest, plot.pen, self._size, self.theme)
        ]

    def _named(self, plot: Plot, arrows: Sequence[MovingStroke]) -> list[Mover]:
        """Return the names of a plot's tracks, where these are beside the heads and arrows."""
        chosen = [place for place, name in enumerate(self.names) if name]
        if not chosen:
            return []
        from trajviz.scene.names import TYPE, Names

        names = Names(
            tracks=tuple(plot.tracks[place] for place in chosen),
            texts=tuple(self.names[place] for place in chosen),
            layers=tuple(plot.layer_of[place] for place in chosen),
            box=plot.box,
            reach=plot.pen.head + plot.pen.rim,
            size=max(round(TYPE * self.scale, 2), 8.0),
            growth=lambda steps: plot.growth(steps)[chosen],
            stars=tuple(plot.over_heads),
            from_step=self.named_from,
            arrows=tuple(arrows),
        )
        return names.movers(self.theme)

    def _pen(self, share: float) -> Pen:
        pen = Pen.scaled(self.scale * share).times(_FINE if self.several else 1.0)
        return pen if self.theme.halo else replace(pen, halo=0.0)

    @property
    def _size(self) -> float:
        """How much larger than at 640x480 dashes and marks are."""
        return max(self.scale, 0.7)

    def _tracks(self, lines: Sequence[Line]) -> list[Track]:
        if self.clock != "steps":
            lines = [line.timed(each) for line, each in zip(lines, self._times, strict=True)]
        if not (self.several or any(self.styles)):
            lines = self._told_apart(lines)
        tracks = []
        for line, course, color, style in zip(
            lines, self.courses, self.colors, self.styles, strict=True
        ):
            dashes = [self._size * length for length in DASHES[style % len(DASHES)]]
            drawn = line.dashed(dashes)
            if not course.is_bold:
                drawn = drawn.faint()
            tracks.append(Track(drawn, color, course.label, gone_knot=_end(course)))
        return tracks

    def _told_apart(self, lines: Sequence[Line]) -> list[Line]:
        """Return lines of which those in full are dashed where they go the same way."""
        bold = [place for place, course in enumerate(self.courses) if course.is_bold]
        times, found = self._times, [*lines]
        told = told_apart([lines[k] for k in bold], [times[k] for k in bold], self._size)
        for place, line in zip(bold, told, strict=True):
            found[place] = line
        return found

    def _trailing(self, tracks: Sequence[Track]) -> list[Track]:
        """Return tracks with what they leave behind: of a population's member no past."""
        return [
            replace(track, trail=reach_of(course, self.trail), past=course.joined)
            for track, course in zip(tracks, self.courses, strict=True)
        ]

    @property
    def _times(self) -> list[Floats]:
        """When each step of each track is reached."""
        return [course.times(self.clock) for course in self.courses]

    def _marked(self, tracks: list[Track], box: Box, departing: bool) -> tuple[Track, ...]:
        """Return tracks with arrows where they leave for good, if so wanted, and with crosses.

        A cross marks what diverges and has no arrow. What is faint has neither.
        """
        scale = self._size * (_FINE if self.several else 1.0)
        bold = [place for place, course in enumerate(self.courses) if course.is_bold]
        marked, own = [*tracks], [tracks[place] for place in bold]
        if departing:
            times = self._times
            own = with_arrows(own, [times[k] for k in bold], box, scale, stacked=not self.several)
        for place, track in zip(bold, own, strict=True):
            crossed = self.courses[place].diverged_at is not None and track.mark is None
            marked[place] = track.crossed(box, _ARM * scale) if crossed else track
        return tuple(marked)

    def _ringed(self, tracks: Sequence[Track], view: MapView) -> tuple[Track, ...]:
        """Return tracks with a ring around the minimum at which they ended.

        Those that ended at one minimum share the ring, each having its part of it.
        """
        minima = np.array(self.surface.minima, dtype=np.float64).reshape(-1, 2)
        pen, there = self._pen(1.0), defaultdict(list)
        for place, course in enumerate(self.courses):
            if course.arrived_at is not None:
                away = np.linalg.norm(minima - course.points[-1], axis=1)
                there[int(away.argmin())].append((course.times(self.clock)[-1], place))
        marked = [*tracks]
        for minimum, arrived in there.items():
            middle = view.project(minima[minimum])
            radius = ring_reach(len(arrived), pen) + pen.head + _APART * self._size
            for turn, (time, place) in enumerate(sorted(arrived)):
                arc = middle + radius * _arc(turn, len(arrived))
                marked[place] = replace(marked[place], mark=arc, mark_knot=time)
        return tuple(marked)

    def _stars(self, view: MapView) -> tuple[Shape, ...]:
        """Return a star at each known minimum that is seen, over heads that would cover it."""
        stars = minima_stars(self.surface.minima, view, self.theme, self._size)
        return tuple(replace(star, above=not self.several) for star in stars)

    def _starts(self, view: MapView) -> tuple[Shape, ...]:
        """Return a square at each start that is seen."""
        theme, half, rim = self.theme, 4 * self._size, 1.3 * self._size
        begun = {tuple(course.points[0].tolist()) for course in self.courses if course.joined}
        starts = np.reshape(sorted(begun), (-1, 2))
        if len(starts) > 1:
            starts = starts[view.window.contains(starts)]
            starts = starts[view.visible(starts)]
        if self.several:
            half, rim = half * _FINE / 2, rim / 2
        return tuple(
            square(x, y, half, theme.marker, theme.ink, rim)
            for x, y in view.project(starts).tolist()
        )


def _end(course: Course) -> float:
    """Return when the head of a course is gone: that of what is faint is never there."""
    return np.inf if course.is_bold else -np.inf


def faded(line: Line, away: Floats, scale: float) -> Line:
    """Return a line that is thin where it is off the plane that is seen, and dotted farther off.

    Args:
        line: A line in pixels, its knots counting steps.
        away: How far each step is from the plane, in diagonals of the window, (steps + 1,).
        scale: How much larger than at 640x480 dots are.
    """
    here = away[np.ceil(line.knots).astype(np.int64)]
    thin = replace(line, hidden=line.hidden | (here > OFF_PLANE))
    pattern = [scale * length for length in _DOTS]
    return thin.dashed(pattern, here > FAR_OFF_PLANE) if (here > FAR_OFF_PLANE).any() else thin


def _arc(place: int, count: int) -> Points:
    """Return a part of a circle around the origin as strokes, (n, 2, 2); parts begin at the top."""
    gap = _GAP if count > 1 else 0.0
    turns = (place + np.linspace(gap, 1 - gap, max(3, 48 // count + 1))) / count
    corners = np.stack([np.sin(2 * np.pi * turns), -np.cos(2 * np.pi * turns)], axis=-1)
    return np.stack([corners[:-1], corners[1:]], axis=1)


def minima_stars(
    minima: Sequence[tuple[float, float]], view: MapView, theme: Theme, scale: float
) -> list[Shape]:
    """Return a star at each of these minima that is seen.

    Args:
        minima: Points of the plane.
        view: The picture they are to lie in.
        theme: The colours of stars and rims.
        scale: How much larger than at 640x480 a star is.
    """
    points = np.array(minima, dtype=np.float64).reshape(-1, 2)
    points = points[view.window.contains(points)]
    seen = view.project(points[view.visible(points)])
    return [star(x, y, 8.5 * scale, theme.star, theme.ink, 1.3 * scale) for x, y in seen.tolist()]
