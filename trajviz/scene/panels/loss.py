"""The panel of heights."""

from __future__ import annotations

import math

import numpy as np

from trajviz.scene.chart import Chart
from trajviz.scene.panels import Panel
from trajviz.scene.run import Run
from trajviz.surface import Ranks


def _charts(run: Run) -> list[Chart]:
    surface, say = run.surface, run.language.say
    heights = [course.heights for course in run.courses]
    if not surface.minima:
        # What has left the window downwards would flatten all that is seen in it.
        low, high = Ranks.of(surface, run.window).heights[[0, -1]].tolist()
        shown = np.clip(np.concatenate([[high], *heights]), low, high)
        bounds = float(shown.min()), float(shown.max())
        return [Chart(say("height"), tuple(heights), bounds=bounds, lost=math.inf)]
    lowest = float(surface.value(np.array(surface.minima)).min())
    above = tuple(np.maximum(each - lowest, 0) for each in heights)
    return [Chart(say("height_above_minimum"), above, lost=math.inf)]


PANEL = Panel(
    summary="Height above the lowest known minimum, or plain height where the surface has no "
    "bottom.",
    charts=_charts,
)
