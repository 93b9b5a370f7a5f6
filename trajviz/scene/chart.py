"""A chart beside the view: one curve per track against the step, in step with the animation."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from trajviz.frozen import dataclass
from trajviz.scene.language import Language
from trajviz.scene.layout import Axes
from trajviz.scene.marks import Box
from trajviz.scene.outline import Vector
from trajviz.scene.paint import Picture
from trajviz.scene.track import Line, gaps_around
from trajviz.surface import Floats, Points, Window

_AFTER = 0.04
"""Room for the heads after the last step, as a share of the steps."""
_LARGEST = 1e300
DECADES = 10
"""A logarithmic chart shows no more powers of ten than this below its highest."""


@dataclass(frozen=True)
class Chart:
    """What a panel shows: a title, and one curve of values for each track.

    Attributes:
        title: What stands above it.
        curves: The values of each track, one a step, (n,) each. Where a value is not finite the
            curve has a gap.
        first: The step of the first value.
        bounds: The vertical range. Without it the curves decide, and also whether a logarithmic
            scale helps.
        lost: The value of a run that has diverged, where a median is taken; NaN leaves it out.
        spread: So many times the lowest value the highest must be for a logarithmic scale.
        beside: The curves of another chart that has the same scale.
        bands: The lowest and the highest values of a band around each curve; () for no bands.
    """

    title: str
    curves: tuple[Floats, ...]
    first: int = 0
    bounds: tuple[float, float] | None = None
    lost: float = math.nan
    spread: float = 100.0
    beside: tuple[Floats, ...] = ()
    bands: tuple[tuple[Floats, Floats], ...] = ()

    @property
    def log(self) -> bool:
        """Whether the scale is logarithmic: no value is below 0, and they are widely spread."""
        values = self._values()
        positive = values[values > 0]
        if self.bounds or not positive.size or values.min() < 0:
            return False
        return bool(positive.max() > self.spread * positive.min())

    def axes(self, steps: int, unit: str) -> Axes:
        """Return the ranges of both axes, with a little room above and below the curves.

        Args:
            steps: The last step.
            unit: What the clock counts, which names the horizontal axis.
        """
        low, high = self.bounds or self._range()
        # What is constant but for rounding has a range all the same.
        pad = max(0.04 * (high - low), 1e-9 * max(abs(low), abs(high))) or 0.5
        window = Window(0, steps * (1 + _AFTER), low - pad, high + pad)
        return Axes(window=window, names=(unit, ""), title=self.title, log=self.log)

    def _values(self) -> Floats:
        values = np.concatenate([np.empty(0), *self.curves, *self.beside, *sum(self.bands, ())])
        # The range between the largest floats would be none.
        return np.asarray(np.clip(values[np.isfinite(values)], -_LARGEST, _LARGEST))

    def _range(self) -> tuple[float, float]:
        """Return the lowest and the highest value to show, on a logarithmic scale as powers of ten.

        On a logarithmic scale, curves that shoot up, as those that diverge, are cut at a hundred
        times the highest first value. What comes down again has enough room.
        """
        values = self._values()
        if not values.size:
            return 0.0, 1.0
        if not self.log:
            return float(values.min()), float(values.max())
        curves = (*self.curves, *self.beside)
        starts = [float(there[0]) for curve in curves if (there := _finite(curve)).size]
        positive = np.log10(values[values > 0])
        high = float(min(positive.max(), np.log10(max(max(starts), 1e-300)) + 2))
        high = max(high, float(positive.min()))
        return float(max(positive.min(), high - DECADES)), high


def _finite(values: Floats) -> Floats:
    return np.asarray(values[np.isfinite(values)])


def median_of(chart: Chart, counts: Sequence[int], language: Language) -> Chart:
    """Return a chart with one curve for each group of curves: their median.

    Args:
        chart: Its curves are in groups, one after the other.
        counts: How many curves each group has. Where each has one, the chart stays as it is.
        language: What its title says so in.
    """
    if max(counts, default=1) == 1:
        return chart
    ends = np.cumsum([0, *counts])
    curves = [
        _median(chart.curves[begin:end], chart.lost) for begin, end in itertools.pairwise(ends)
    ]
    return replace(chart, curves=tuple(curves), title=language.say("median", title=chart.title))


def _median(curves: Sequence[Floats], lost: float) -> Floats:
    """Return the median of curves at each step, (n,); one that ends early has the value `lost`."""
    table = np.full((len(curves), max(map(len, curves))), lost)
    for row, curve in zip(table, curves, strict=True):
        row[: len(curve)] = curve
    there = ~np.isnan(table).all(axis=0)
    median = np.full(table.shape[1], np.nan)
    with np.errstate(invalid="ignore"):  # between two that are lost
        median[there] = np.nanmedian(table[:, there], axis=0)
    return median


@dataclass(frozen=True)
class ChartView:
    """A chart in its box of the picture.

    Attributes:
        chart: What is shown.
        axes: The ranges of both axes.
        box: Where it lies in the picture.
        times: For each curve when its steps are reached, (steps + 1,); empty where the clock counts
            steps.
    """

    chart: Chart
    axes: Axes
    box: Box
    times: tuple[Floats, ...] = ()

    def draw(self, _picture: Picture) -> None:
        """Draw nothing: what stands below the curves are marks of the whole picture."""

    def vectors(self, _step: float, _spacing: int, _margin: int) -> list[Vector]:
        """Return nothing, likewise."""
        return []

    def project(self, steps: Floats, values: Floats) -> Points:
        """Return where values, (n,), at these steps, (n,), lie in the picture, (n, 2)."""
        window = self.axes.window
        assert window is not None
        if self.axes.log:  # what is not above 0 lies below every power of ten
            floor = 10.0 ** (window.y0 - 1)
            values = np.log10(np.maximum(values, floor))
        reach = 50 * (window.y1 - window.y0)
        values = np.clip(values, window.y0 - reach, window.y1 + reach)
        x = self.box.x0 + (steps - window.x0) / (window.x1 - window.x0) * self.box.width
        y = self.box.y1 - (values - window.y0) / (window.y1 - window.y0) * self.box.height
        return np.stack([x, y], axis=-1)

    def lines(self) -> list[Line]:
        """Return one line for each curve, with a gap where values are missing."""
        times = self.times or (None,) * len(self.chart.curves)
        return [self._line(*pair) for pair in zip(self.chart.curves, times, strict=True)]

    def _line(self, curve: Floats, times: Floats | None) -> Line:
        steps = np.arange(len(curve), dtype=np.float64) + self.chart.first
        there = np.isfinite(curve)
        if not there.any():  # nothing to show, and nowhere to show it
            return Line.through(np.full((1, 2), -1e6))
        # What is missing takes its place from what came before, or else from what follows first.
        latest = np.maximum.accumulate(np.where(there, np.arange(len(curve)), -1))
        latest = np.where(latest < 0, np.argmax(there), latest)
        reached = steps if times is None else times[self.chart.first :]
        vertices = self.project(reached, curve[latest])
        no = np.zeros(len(curve), dtype=bool)
        return Line(vertices=vertices, knots=steps, hidden=no, gap=gaps_around(there))
