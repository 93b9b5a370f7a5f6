"""The panel of heights."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from trajviz.descent.floor import any_lower, lowest_known
from trajviz.scene.chart import Chart
from trajviz.scene.layout import MINUS
from trajviz.scene.panels import Panel
from trajviz.scene.run import Run
from trajviz.surface import Floats, Ranks

LOSS_SPREAD = 10.0
"""A loss of so many dimensions that is tenfold at one place is seen on a logarithmic scale."""


def _charts(run: Run) -> list[Chart]:
    if run.problem is not None:
        own = tuple(course.heights for course in run.courses)
        return [Chart(run.language.say("plane_training"), own, lost=math.inf, spread=LOSS_SPREAD)]
    surface, say = run.surface, run.language.say
    heights, lowest = [course.heights for course in run.courses], lowest_known(surface)
    if not surface.minima:
        low, high = _of_window(run)
        return [_plain(say("height"), heights, _within(low, high, [np.array([high]), *heights]))]
    if any_lower(surface, run.window, heights):
        low, high = _of_window(run)
        title = say("height_past_minimum", minimum=f"{lowest:.3g}".replace("-", MINUS))
        return [_plain(title, heights, _within(2 * low - high, high, heights))]
    above = tuple(np.maximum(each - lowest, 0) for each in heights)
    return [Chart(say("height_above_minimum"), above, lost=math.inf)]


def _plain(title: str, heights: Sequence[Floats], bounds: tuple[float, float]) -> Chart:
    return Chart(title, tuple(heights), bounds=bounds, lost=math.inf)


def _of_window(run: Run) -> tuple[float, float]:
    """Return the lowest and the highest height of the window."""
    low, high = Ranks.of(run.surface, run.window).heights[[0, -1]].tolist()
    return low, high


def _within(low: float, high: float, heights: Sequence[Floats]) -> tuple[float, float]:
    """Return the range of heights as far as it lies between two.

    What has left the window downwards would flatten all that is seen in it.
    """
    known = np.concatenate(heights)
    shown = np.clip(known[~np.isnan(known)], low, high)
    return float(shown.min()), float(shown.max())


PANEL = Panel(
    summary="Height above the lowest known minimum, or plain height where the surface has no "
    "bottom or a run goes lower; of a problem the run's own loss.",
    charts=_charts,
    live=True,
)
