"""The panel of the steps' lengths."""

from __future__ import annotations

from trajviz.descent.internals import step_lengths
from trajviz.scene.chart import Chart
from trajviz.scene.panels import Panel
from trajviz.scene.run import Run


def _charts(run: Run) -> list[Chart]:
    lengths = tuple(step_lengths(course) for course in run.courses)
    return [Chart(run.language.say("step_length"), lengths, first=1)]


PANEL = Panel(
    summary="How far each step went.",
    charts=_charts,
)
