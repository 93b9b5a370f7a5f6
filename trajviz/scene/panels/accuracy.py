"""The panel of shares that are classified right."""

from __future__ import annotations

import math

from trajviz.descent.section import losses
from trajviz.errors import TrajvizError
from trajviz.scene.chart import Chart
from trajviz.scene.panels import Panel
from trajviz.scene.run import Run
from trajviz.surface.problem import Problem


def _charts(run: Run) -> list[Chart]:
    if run.problem is not None:
        return _of_problem(run, run.problem)
    share = run.surface.accuracy
    if share is None:
        raise TrajvizError(
            f"panel 'accuracy' is for surfaces over data that is classified, as noisy-moons is, "
            f"not for {run.surface.name}"
        )
    shares = tuple(share(*course.points.T) for course in run.courses)
    return [Chart(run.language.say("accuracy"), shares, lost=-math.inf)]


def _of_problem(run: Run, problem: Problem) -> list[Chart]:
    """Return a chart of the training data and one of what is held out, on one scale."""
    say = run.language.say
    given = {"accuracy": problem.accuracy, "held_out_accuracy": problem.held_out_accuracy}
    found = {
        say(title): tuple(losses(share, course.places) for course in run.courses)
        for title, share in given.items()
        if share is not None
    }
    if not found:
        raise TrajvizError(
            f"panel 'accuracy' is for problems that classify, which {problem.name} does not"
        )
    every = tuple(curve for curves in found.values() for curve in curves)
    return [Chart(title, own, beside=every, lost=-math.inf) for title, own in found.items()]


PANEL = Panel(
    summary="Share of the data that is classified right, for what comes from data.",
    charts=_charts,
)
