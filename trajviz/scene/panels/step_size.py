"""The panel of effective steps."""

from __future__ import annotations

from trajviz.descent.internals import effective_steps
from trajviz.scene.chart import Chart
from trajviz.scene.panels import Panel
from trajviz.scene.run import Run


def _charts(run: Run) -> list[Chart]:
    steps = [effective_steps(run.surface, course, run.noise) for course in run.courses]
    return [
        Chart(
            run.language.say("effective_step", axis=name),
            tuple(s[:, axis] for s in steps),
            first=1,
        )
        for axis, name in enumerate(run.axes)
    ]


PANEL = Panel(
    summary="Effective step along each axis: how far a step goes for each unit of slope.",
    charts=_charts,
)
