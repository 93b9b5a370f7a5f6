"""The panel of effective steps."""

from __future__ import annotations

import numpy as np

from trajviz.descent.internals import effective_steps
from trajviz.errors import TrajvizError
from trajviz.scene.chart import Chart
from trajviz.scene.panels import Panel
from trajviz.scene.run import Run
from trajviz.surface.problem import Problem, is_curve


def _charts(run: Run) -> list[Chart]:
    if run.problem is not None:
        return [_of_problem(run, run.problem)]
    steps = [effective_steps(run.surface, course, run.noise) for course in run.courses]
    along = [tuple(s[:, axis] for s in steps) for axis in (0, 1)]
    return [
        Chart(run.language.say("effective_step", axis=name), own, first=1, beside=other)
        for name, own, other in zip(run.axes, along, along[::-1], strict=True)
    ]


def _of_problem(run: Run, problem: Problem) -> Chart:
    """Return one chart of all weights: too many have an axis each, of which it is the median."""
    if problem.recorded:
        raise TrajvizError(
            "panel 'step-size' needs a loss function: of recorded runs none is known"
        )
    medians = []
    for course in run.courses:
        steps = effective_steps(problem, course, run.noise)
        there = np.isfinite(steps).any(axis=1)
        medians.append(np.full(len(steps), np.nan))
        medians[-1][there] = np.nanmedian(
            np.where(np.isfinite(steps), steps, np.nan)[there], axis=1
        )
    say = run.language.say
    of_x = is_curve(problem)
    title = say("effective_step", axis=run.axes[0]) if of_x else say("effective_step_of_weights")
    return Chart(title, tuple(medians), first=1)


PANEL = Panel(
    summary="Effective step along each axis: how far a step goes for each unit of slope; "
    "of many weights the median.",
    charts=_charts,
)
