"""The panel of the gradients' lengths."""

from __future__ import annotations

from trajviz.descent.internals import gradient_lengths
from trajviz.scene.chart import Chart
from trajviz.scene.panels import Panel
from trajviz.scene.run import Run


def _charts(run: Run) -> list[Chart]:
    lengths = tuple(gradient_lengths(run.surface, course, run.noise) for course in run.courses)
    return [Chart(run.language.say("gradient_length"), lengths, first=1)]


PANEL = Panel(
    summary="Length of the gradient that each step saw: short where it is flat.",
    charts=_charts,
)
