"""The panel of the gradients' lengths."""

from __future__ import annotations

from trajviz.descent.internals import gradient_lengths
from trajviz.errors import TrajvizError
from trajviz.scene.chart import Chart
from trajviz.scene.panels import Panel
from trajviz.scene.run import Run


def _charts(run: Run) -> list[Chart]:
    subject = run.problem or run.surface
    dimension = 2 if run.problem is None else run.problem.dimension
    recorded = run.problem is not None and run.problem.recorded
    if recorded or any(course.places.shape[1] != dimension for course in run.courses):
        raise TrajvizError(
            "panel 'gradient-length' needs a loss function: of recorded runs none is known"
        )
    lengths = tuple(gradient_lengths(subject, course, run.noise) for course in run.courses)
    return [Chart(run.language.say("gradient_length"), lengths, first=1)]


PANEL = Panel(
    summary="Length of the gradient that each step saw: short where it is flat.",
    charts=_charts,
)
