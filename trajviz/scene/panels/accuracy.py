"""The panel of shares that are classified right."""

from __future__ import annotations

import math

from trajviz.errors import TrajvizError
from trajviz.scene.chart import Chart
from trajviz.scene.panels import Panel
from trajviz.scene.run import Run


def _charts(run: Run) -> list[Chart]:
    share = run.surface.accuracy
    if share is None:
        raise TrajvizError(
            f"panel 'accuracy' is for surfaces over data that is classified, as noisy-moons is, "
            f"not for {run.surface.name}"
        )
    shares = tuple(share(*course.points.T) for course in run.courses)
    return [Chart(run.language.say("accuracy"), shares, lost=-math.inf)]


PANEL = Panel(
    summary="Share of the data that is classified right, for surfaces that come from data.",
    charts=_charts,
)
