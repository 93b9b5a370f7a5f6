"""The panel that magnifies where the race ends."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from trajviz.errors import TrajvizError
from trajviz.scene.inset import Inset
from trajviz.scene.layout import Axes
from trajviz.scene.limits import Limits
from trajviz.scene.marks import Box
from trajviz.scene.panels import Panel
from trajviz.scene.plot import Draper, Plot
from trajviz.scene.run import Run
from trajviz.scene.track import Track
from trajviz.scene.views import load_view
from trajviz.surface import Points, Window
from trajviz.surface.problem import is_curve

LEAST, MOST, USUAL = 5.0, 50.0, 10.0
"""How much a lens magnifies: at least, at most, and before anybody has run."""
_NEAR = 0.1
"""Heads that end so near are at one place, as a share of the window."""
_ROOM = 1.25
"""How much farther a lens reaches than the last thirds of tracks."""


def _insets(run: Run) -> list[Inset]:
    if is_curve(run.problem):
        raise TrajvizError("panel 'lens' magnifies a plane, which a race of one variable has not")
    middle, factor = _aim(run)
    limits = _limits(run, middle, factor)
    title = run.language.say("magnified", factor=f"{factor:.2g}")
    axes = Axes(limits.window, title=title, limits=limits.within, filled=True)

    part = load_view("contour").part
    assert part is not None

    def plot(box: Box, draper: Draper) -> Plot:
        view = part(limits, box, run.theme, draper.scale, run.bounds)
        return _passing(replace(draper, names=(), pushes=()).plot(view))

    return [Inset(axes=axes, plot=plot, framed=limits.within)]


def _aim(run: Run) -> tuple[Points, float]:
    """Return where the lens is, (2,), and how much it magnifies: what most last thirds need."""
    low, extent = np.array(run.window[::2]), run.window.extent
    courses = [(course.points - low) / extent for course in run.courses]
    ends = np.array([points[-1] for points in courses]).reshape(-1, 2)
    ends = ends[((ends >= 0) & (ends <= 1)).all(axis=1)]
    known = (np.array(run.surface.minima, dtype=np.float64).reshape(-1, 2) - low) / extent
    if not len(ends):
        places = np.concatenate([known, [[0.5, 0.5]]])
        return low + places[0] * extent, USUAL
    middle = _busiest(known, ends)
    here = [points for points in courses if np.abs(points[-1] - middle).max() < _NEAR]
    reaches = [np.abs(points[2 * len(points) // 3 :] - middle).max() for points in here]
    factor = 0.5 / max(_ROOM * float(np.median(reaches)), 1e-9) if reaches else USUAL
    return low + middle * extent, float(np.clip(factor, LEAST, MOST))


def _busiest(minima: Points, ends: Points) -> Points:
    """Return the minimum near which most heads end, or where most do if none ends near one."""
    for places in (minima, ends):
        if len(places):
            near = np.abs(places[:, None] - ends[None]).max(axis=2) < _NEAR
            if near.any():
                return np.asarray(places[near.sum(axis=1).argmax()])
    return np.asarray(ends[0])


def _limits(run: Run, middle: Points, factor: float) -> Limits:
    """Return what a lens shows: a unit is as long across as up where it is so in the view."""
    half = run.window.extent / factor / 2
    (x0, y0), (x1, y1) = (middle - half).tolist(), (middle + half).tolist()
    width, height = run.look.size
    equal = run.limits.is_equal(Box(0, 0, width, round(0.75 * height)))
    return Limits(
        surface=run.surface,
        window=Window(x0, x1, y0, y1),
        aspect="equal" if equal else "fill",
    )


def _passing(plot: Plot) -> Plot:
    """Return a plot whose tracks have no marks where they never come."""
    box = plot.box

    def comes(track: Track) -> bool:
        inside = (track.vertices >= box[:2]) & (track.vertices <= box[2:])
        return bool(inside.all(axis=1).any())

    tracks = [
        track if track.mark is None or comes(track) else replace(track, mark=None)
        for track in plot.tracks
    ]
    return replace(plot, tracks=tuple(tracks))


PANEL = Panel(
    summary="A lens: where most heads end, magnified 5 to 50 times, with a frame in the view.",
    insets=_insets,
    noun="a lens on where most heads end",
)
