"""The panel of the angles between successive steps."""

from __future__ import annotations

from trajviz.descent.internals import turns
from trajviz.scene.chart import Chart
from trajviz.scene.panels import Panel
from trajviz.scene.run import Run


def _charts(run: Run) -> list[Chart]:
    angles = tuple(turns(course) for course in run.courses)
    return [Chart(run.language.say("turn"), angles, first=2, bounds=(0.0, 180.0))]


PANEL = Panel(
    summary="Angle between each step and the one before: 0 straight on, 180 straight back.",
    charts=_charts,
)
