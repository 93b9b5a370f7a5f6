"""How learning rates are tuned in d dimensions: one rule, the same for every optimizer.

There is no window there, so heights have no ranks and steps no size. A rate is judged by the losses
that its run comes by, each relative to the start and the lowest: 1 is the loss of the start, 0 the
lowest loss that is known, or else that any of the optimizer's rates has come to.

Objective, the lower the better: the sum of

- progress: the mean of log10(relative loss + 0.01) over the looks;
- calm: half of all that the relative loss rises from one look to the next.

A run that is not finite, or comes to a hundred times the loss of the start, diverges and has no
objective.

Looks: 64 in the race, evenly spaced, at the loss of all samples; a race with mini-batches is judged
by these too.

Grid: 1, 2 and 5 of each decade from 1e-5 to 5e2, 24 rates. All run for a sixteenth of the race, the
better half of them on to an eighth, half of these to a quarter, and three to its end. A rate that
is left out does not run again, and none keeps its path. While the best is at an end of the grid,
eight more decades are tried there, at most twice.

Choice: of those that run to the end the smallest whose objective is no more than 0.1 worse than the
best. It must be steady: a tenth more has an objective that is no more than 0.3 worse than its own
(twice the loss), or the next one is chosen, by the objective.

Budget: as many steps as the race, at most 1000. Every rate runs alone, as in the race, and sees the
race's own mini-batches or noise.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence

import numpy as np

from trajviz.descent.noise import Noise
from trajviz.descent.progress import Progress, no_progress
from trajviz.descent.tuning import TUNING_STEPS, Tuning
from trajviz.descent.walk import walk
from trajviz.frozen import dataclass
from trajviz.recipe.spec import Spec
from trajviz.surface import Floats
from trajviz.surface.problem import Problem

DIGITS = (1, 2, 5)
DECADES = 8
"""How many decades a grid has."""
LOWEST_DECADE = -5
MOST_WIDENINGS = 2
ROUNDS = (16, 8, 4, 2, 1)
"""Of the race each round runs up to this part: a sixteenth, an eighth and so on."""
FINALISTS = 3
"""So many run to the end."""
RACES = 6
"""About so many races tuning takes: 24/16, 12/16, 6/8, 3/4, 3/2 of one, and one that is nudged."""
LOOKS = 64
FLOOR = 1e-2
RISE_WEIGHT = 0.5
HIGH = 100.0
"""At so many times the loss of the start a run has diverged."""
NUDGE = 0.1
"""By what share a rate is raised to see whether it is steady."""
STEADY = 0.3
"""By how much the objective may then be worse."""
AS_GOOD = 0.1
"""By how much the objective of a smaller rate may be worse than the best."""


@dataclass(frozen=True, eq=False)
class _Race:
    """What all trials of an optimizer share; the fields are those of `tune_by_halving`."""

    problem: Problem
    spec: Spec
    start: Floats
    steps: int
    noise: Noise

    @property
    def last(self) -> int:
        """The step at which a trial ends."""
        return min(self.steps, TUNING_STEPS)

    @functools.cached_property
    def looks(self) -> frozenset[int]:
        """The steps after which the loss is looked at."""
        marks = np.linspace(0, self.last, min(LOOKS, self.last) + 1).round().astype(np.int64)
        return frozenset(marks[1:].tolist())

    @functools.cached_property
    def height(self) -> float:
        """The loss at the start."""
        return float(self.problem.value(self.start))

    def lowest(self, trials: Sequence[_Trial]) -> float:
        """Return the lowest loss that is known, or else that any trial has come to."""
        if self.problem.lowest is not None:
            return self.problem.lowest
        return min(float(np.nanmin(trial.losses)) for trial in trials)


class _Trial:
    """A rate that is tried: a run that goes on from round to round, and the losses it came by."""

    def __init__(self, race: _Race, rate: float) -> None:
        self.race, self.rate, self.taken, self.losses = race, rate, 0, [race.height]
        settings = {**race.spec.settings, "lr": rate}
        self.walk = walk(
            race.problem, race.spec, race.start.copy(), settings, race.steps, race.noise
        )

    def advance(self, last: int) -> None:
        """Run on to a step, and look at the loss on the way; a run that is lost stays so."""
        with np.errstate(all="ignore"):
            while self.taken < last and math.isfinite(self.losses[-1]):
                w = next(self.walk)
                self.taken += 1
                if self.taken in self.race.looks:
                    self.losses.append(float(self.race.problem.value(w)))

    def objective(self, lowest: float) -> float:
        """Return the objective of what has run; inf where it diverges."""
        return objective(np.array(self.losses), lowest)


def objective(losses: Floats, lowest: float) -> float:
    """Return the objective of a run by the losses at its looks, (n,), the first at the start.

    >>> objective(np.array([2.0, 1.0, 1.0]), 1.0) < objective(np.array([2.0, 3.0, 1.0]), 1.0)
    True
    """
    above = losses[0] - lowest
    with np.errstate(all="ignore"):
        relative = (losses - lowest) / (above if above > 0 else 1.0)
    if not np.isfinite(relative).all() or relative.max() > HIGH:
        return np.inf
    progress = np.log10(np.maximum(relative[1:], 0.0) + FLOOR).mean()
    return float(progress + RISE_WEIGHT * np.maximum(np.diff(relative), 0.0).sum())


def grid(lowest_decade: int) -> list[float]:
    """Return the rates of a grid, rising.

    >>> grid(-5)[:4], len(grid(-5))
    ([1e-05, 2e-05, 5e-05, 0.0001], 24)
    """
    decades = range(lowest_decade, lowest_decade + DECADES)
    return [float(f"{digit}e{decade}") for decade in decades for digit in DIGITS]


def tune_by_halving(
    problem: Problem,
    spec: Spec,
    start: Floats,
    steps: int,
    noise: Noise,
    progress: Progress = no_progress,
) -> Tuning:
    """Tune the rate of a spec, which leaves it open, by the rule above.

    Args:
        problem: What it descends.
        spec: The optimizer.
        start: From where, (d,).
        steps: How many steps the race has.
        noise: What makes the gradients inexact.
        progress: Called with how much of the rounds of a grid is done, and how much that is in all.

    Returns:
        What was tried; the objective of a rate that was left out is that of what it ran.
    """
    race = _Race(problem=problem, spec=spec, start=start, steps=steps, noise=noise)
    low = high = LOWEST_DECADE
    trials = [_Trial(race, rate) for rate in grid(low)]
    left = _halved(race, trials, progress)
    for _ in range(MOST_WIDENINGS):
        if not left or left[0] is trials[0]:
            low -= DECADES
            more = [_Trial(race, rate) for rate in grid(low)]
            trials = [*more, *trials]
        elif left[0] is trials[-1]:
            high += DECADES
            more = [_Trial(race, rate) for rate in grid(high)]
            trials = [*trials, *more]
        else:
            break
        # Progress never goes back, so nobody is told how far a wider grid is.
        left = _ranked([*left, *_halved(race, more, no_progress)], race.lowest(trials))
    lowest = race.lowest(trials)
    best = _steadiest(race, left, lowest) if left else trials[0]
    return Tuning(
        spec=spec,
        rates=np.array([trial.rate for trial in trials]),
        objectives=np.array([trial.objective(lowest) for trial in trials]),
        best=trials.index(best),
        arrival=None,
    )


def _halved(race: _Race, trials: Sequence[_Trial], progress: Progress) -> list[_Trial]:
    """Run trials round by round, the better half of them on; return what has run to the end."""
    left, total = [*trials], len(ROUNDS) * len(trials)
    for done, part in enumerate(ROUNDS):
        for run, trial in enumerate(left, 1):
            trial.advance(math.ceil(race.last / part))
            progress(done * len(trials) + run * len(trials) // len(left), total)
        left = _ranked(left, race.lowest(trials))
        if part > 1:
            left = left[: max(FINALISTS, len(left) // 2)]
    progress(total, total)
    return left


def _ranked(trials: Sequence[_Trial], lowest: float) -> list[_Trial]:
    """Return those that do not diverge, from the best to the worst, the smaller rate on a tie."""
    judged = [(trial.objective(lowest), trial.rate, trial) for trial in trials]
    ranked = sorted((each for each in judged if each[0] < math.inf), key=lambda each: each[:2])
    return [trial for _, _, trial in ranked]


def _steadiest(race: _Race, left: Sequence[_Trial], lowest: float) -> _Trial:
    """Return the first of the trials that is steady, or the best of all where none is.

    Those that are as good as the best come by their rates, the others after them.
    """
    most = left[0].objective(lowest) + AS_GOOD
    by_rate = sorted(left, key=lambda trial: trial.rate)
    for trial in sorted(by_rate, key=lambda trial: max(trial.objective(lowest), most)):
        nudged = _Trial(race, trial.rate * (1 + NUDGE))
        nudged.advance(race.last)
        if nudged.objective(lowest) <= trial.objective(lowest) + STEADY:
            return trial
    return left[0]
