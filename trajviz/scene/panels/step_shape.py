"""The panel of the steps' shapes: an ellipse for each track, its axes the effective steps."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from trajviz.descent.internals import effective_steps
from trajviz.descent.paths import Course
from trajviz.errors import TrajvizError
from trajviz.frozen import dataclass
from trajviz.scene.chart import Chart, ChartView
from trajviz.scene.color import mix
from trajviz.scene.inset import Inset
from trajviz.scene.layout import Axes, picture_scale, power_label
from trajviz.scene.lettering import shorten
from trajviz.scene.marks import Box, Mark, Oval, Stroke, Text
from trajviz.scene.movers import At, MovingOval
from trajviz.scene.panels import Panel
from trajviz.scene.plot import Draper, Plot
from trajviz.scene.run import Run, swarms
from trajviz.scene.track import Line, Pen, Track
from trajviz.surface import Floats, Points, Window

_CALM = 2
"""A rate is the median of its step and so many before and after."""
_COMMON = (0.02, 0.98)
"""The rates between which the scale goes, as shares of all."""
_LEAST = 0.14
"""How far the least rate reaches, as a share of the largest."""
_WIDTH = 2.4
"""How wide ellipses are, at 640x480."""


@dataclass(frozen=True)
class _Scale:
    """How far rates reach: by their logarithm, from _LEAST to 1."""

    low: float
    high: float

    def reach(self, logs: Floats) -> Floats:
        """Return how far rates reach, given as powers of ten, any shape."""
        share = (np.clip(logs, self.low, self.high) - self.low) / (self.high - self.low)
        return np.asarray(_LEAST + (1 - _LEAST) * share)

    @property
    def powers(self) -> list[int]:
        """Return the whole powers of ten on it, or some of many."""
        powers = range(math.ceil(self.low), math.floor(self.high) + 1)
        return list(powers)[:: max(1, math.ceil(len(powers) / 4))]


def _insets(run: Run) -> list[Inset]:
    if run.problem is not None:
        raise TrajvizError("panel 'step-shape' is for two weights: 'step-size' is for many")
    rates = [_rates(run, swarm) for swarm in swarms(run.courses)]
    scale = _scale(rates)
    across, up = run.axes
    title = run.language.say("effective_steps", x=across, y=up)
    axes = Axes(Window(-1, 1, -1, 1), title=title, filled=True, bare=True)

    def plot(box: Box, _draper: Draper) -> Plot:
        return _plot(run, rates, scale, axes, box)

    return [Inset(axes=axes, plot=plot, marks=lambda box: _rings(run, scale, box))]


def _rates(run: Run, swarm: Sequence[Course]) -> Points:
    """Return a track's effective steps as powers of ten, (steps, 2); of several their median."""
    longest = max(course.steps for course in swarm)
    table = np.full((len(swarm), longest, 2), np.nan)
    with np.errstate(all="ignore"):
        for row, course in zip(table, swarm, strict=True):
            logs = np.log10(effective_steps(run.surface, course, run.noise))
            row[: len(logs)] = np.where(np.isfinite(logs), logs, np.nan)
    return _calmed(_median(table))


def _calmed(logs: Points) -> Points:
    """Return each row's median with its neighbours, (steps, 2), the last known where none is."""
    padded = np.pad(logs, [(_CALM, _CALM), (0, 0)], mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * _CALM + 1, axis=0)
    found = _median(np.moveaxis(windows, -1, 0))
    for axis in found.T:
        known = np.flatnonzero(~np.isnan(axis))
        axis[:] = np.interp(np.arange(len(axis)), known, axis[known]) if len(known) else 0.0
    return found


def _median(table: Floats) -> Floats:
    """Return the median over the first axis; NaN where nothing is known."""
    there = ~np.isnan(table).all(axis=0)
    median = np.full(table.shape[1:], np.nan)
    median[there] = np.nanmedian(table[:, there], axis=0)
    return median


def _scale(rates: Sequence[Points]) -> _Scale:
    """Return the scale on which nearly all rates lie, at least one power of ten long."""
    every = np.concatenate([np.empty(0), *(each.ravel() for each in rates)])
    low, high = np.quantile(every, _COMMON).tolist() if len(every) else (-2.0, 0.0)
    more = max(0.0, 1.0 - (high - low)) / 2
    return _Scale(low - more, high + more)


def _middle(box: Box) -> tuple[float, float, float]:
    """Return the middle of a box, and how far the largest rate reaches in it."""
    side = min(box.width, box.height)
    return (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2, 0.42 * side


def _plot(run: Run, rates: Sequence[Points], scale: _Scale, axes: Axes, box: Box) -> Plot:
    x, y, unit = _middle(box)
    width = _WIDTH * max(picture_scale(*run.look.size), 0.7)
    nowhere = Line.through(np.full((1, 2), -1e6))
    tracks, movers = [], []
    swarm_of = swarms(run.courses)
    for place, (chip, logs, swarm) in enumerate(zip(run.chips, rates, swarm_of, strict=True)):
        tracks.append(Track(nowhere, chip.color, chip.name))
        times = max((course.times(run.clock) for course in swarm), key=len)[1:]
        movers.append(
            MovingOval(
                oval=Oval(x, y, across=0.0, up=0.0, width=width, color=chip.color),
                radii=_radii(unit * scale.reach(logs), times),
                layer=place,
            )
        )
    view = ChartView(Chart("", ()), axes, box)
    return Plot(
        view=view, tracks=tuple(tracks), foreground=(), pen=Pen.scaled(width), movers=tuple(movers)
    )


def _radii(reaches: Points, times: Floats) -> At:
    def at(steps: Floats) -> Points:
        return np.stack([np.interp(steps, times, axis) for axis in reaches.T], axis=-1)

    return at


def _rings(run: Run, scale: _Scale, box: Box) -> list[Mark]:
    """Return what stands still: faint circles at powers of ten, and the axes with their names."""
    (x, y, unit), theme = _middle(box), run.theme
    faint = mix(theme.background, theme.muted, 0.35)
    large = max(picture_scale(*run.look.size), 0.7)
    size, end = max(10.5 * large, 8.0), 1.09 * unit
    names = [shorten(name, 0.9 * unit, size) for name in run.axes]
    marks: list[Mark] = [
        Stroke(((x - end, y), (x + end, y)), width=large, color=faint),
        Stroke(((x, y - end), (x, y + end)), width=large, color=faint),
        Text(x + end, y - 0.35 * size, names[0], size=size, color=theme.ink, align="right"),
        Text(x + 0.35 * size, y - end + 0.4 * size, names[1], size=size, color=theme.ink),
    ]
    last = 0.0
    for power in scale.powers:
        reach = unit * float(scale.reach(np.array(float(power))))
        marks.append(Oval(x, y, across=reach, up=reach, width=large, color=faint))
        place = reach / math.sqrt(2)
        if place - last < 1.4 * size:
            continue
        last = place
        marks.append(
            Text(
                x + place, y + place + 0.9 * size, power_label(power), size=size,
                color=theme.muted, rim=theme.background, rim_width=2 * large,
            )
        )  # fmt: skip
    return marks


PANEL = Panel(
    summary="The shape of the step: an ellipse for each track, as far along each axis as a step "
    "goes for each unit of slope.",
    insets=_insets,
    noun="the shapes of the steps",
)
