"""The panel of the loss on data that is not trained on, beside that of training."""

from __future__ import annotations

import math

from trajviz.descent.section import losses
from trajviz.errors import TrajvizError
from trajviz.scene.chart import Chart
from trajviz.scene.panels import Panel
from trajviz.scene.panels.loss import LOSS_SPREAD
from trajviz.scene.run import Run


def _charts(run: Run) -> list[Chart]:
    problem = run.problem
    if problem is None or problem.held_out is None:
        name = (problem or run.surface).name
        raise TrajvizError(f"panel 'held-out' is for problems that hold data out, not for {name}")
    held_out = problem.held_out
    training = tuple(course.heights for course in run.courses)
    others = tuple(losses(held_out, course.places) for course in run.courses)
    titles = (run.language.say("plane_training"), run.language.say("plane_held_out"))
    return [
        Chart(titles[0], training, beside=others, spread=LOSS_SPREAD, lost=math.inf),
        Chart(titles[1], others, beside=training, spread=LOSS_SPREAD, lost=math.inf),
    ]


PANEL = Panel(
    summary="Loss on data that is not trained on, below that of training on the same scale.",
    charts=_charts,
)
