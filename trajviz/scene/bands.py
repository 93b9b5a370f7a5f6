"""The bands of charts: between which values the runs of several seeds are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from trajviz.descent.paths import Course
from trajviz.scene.chart import Chart, ChartView
from trajviz.scene.track import Line, Track
from trajviz.surface import Floats, Points

LOW, HIGH = 0.1, 0.9
"""A band is from this share of the runs to that one."""
_HATCH = 4.0
"""How far the strokes that fill a band are from each other, in pixels at 640x480."""
_UPWARDS = 0.1
"""Which share of the time from one of them to the next a stroke takes: no two ends are at once."""


def banded(chart: Chart, groups: Sequence[Sequence[Course]]) -> Chart:
    """Return a chart with one curve for each group, that of its median run, within a band.

    Args:
        chart: Its curves are one for each course.
        groups: The courses of each optimizer, one for each seed.
    """
    rest, curves, bands = iter(chart.curves), [], []
    for group in groups:
        own = [next(rest) for _ in group]
        curves.append(own[[course.is_bold for course in group].index(True)])
        bands.append(_band(own, chart.lost))
    return replace(chart, curves=tuple(curves), bands=tuple(bands))


def _band(curves: Sequence[Floats], lost: float) -> tuple[Floats, Floats]:
    """Return the values, (n,) each, between which all curves but the outermost tenths are.

    No value is between two of the runs: one that diverged, of value `lost`, may be infinite.
    """
    table = np.full((len(curves), max(map(len, curves))), lost)
    for row, curve in zip(table, curves, strict=True):
        row[: len(curve)] = curve
    ordered = np.sort(table, axis=0)  # what is missing comes last
    last = np.maximum((~np.isnan(table)).sum(axis=0) - 1, 0)
    steps = np.arange(table.shape[1])
    low, high = np.floor(LOW * last).astype(int), np.ceil(HIGH * last).astype(int)
    return ordered[low, steps], ordered[high, steps]


def with_bands(tracks: Sequence[Track], view: ChartView, scale: float) -> tuple[Track, ...]:
    """Return the tracks of a chart, each after the edges and the hatch of its band.

    All three grow with the curve, and are of its layer.

    Args:
        tracks: One for each curve.
        view: The chart.
        scale: How much larger than at 640x480 the hatch is.
    """
    found: list[Track] = []
    for track, (low, high) in zip(tracks, view.chart.bands, strict=True):
        edges = [_edge(view, low), _edge(view, high)]
        lines = [*edges, _hatch(edges[0], edges[1], _HATCH * scale)]
        faint = [replace(track, line=line, mark=None, gone_knot=-math.inf) for line in lines]
        found += [*(each for each in faint if len(each.line.vertices)), track]
    return tuple(found)


def _edge(view: ChartView, values: Floats) -> Line:
    """Return the edge of a band, faint; there is none where nothing is known."""
    there = np.flatnonzero(~np.isnan(values))
    steps = there.astype(np.float64) + view.chart.first
    vertices = view.project(steps, values[there])
    return replace(Line.through(vertices), knots=steps).faint()


def _hatch(low: Line, high: Line, spacing: float) -> Line:
    """Return upright strokes from one edge of a band to the other, so many pixels apart."""
    if len(low.vertices) < 2:
        return Line.through(np.empty((0, 2)))
    x = low.vertices[:, 0]
    places = np.arange(x[0] + spacing / 2, x[-1], spacing)
    knots = np.repeat(np.interp(places, x, low.knots), 2)
    knots[1::2] += _UPWARDS * (knots[-1] - knots[0]) / len(knots)
    ends: Points = np.empty((len(knots), 2))
    ends[:, 0] = np.repeat(places, 2)
    for side, edge in enumerate((low, high)):
        ends[side::2, 1] = np.interp(places, x, edge.vertices[:, 1])
    drawn = replace(Line.through(ends), knots=knots).faint()
    return replace(drawn, gap=np.arange(len(knots)) % 2 == 0)
