"""Run optimizers from one shared start, and choose the learning rates that nobody gave.

How a rate is tuned: 241 rates from 1e-5 to 1e3, thirty a decade, equally spaced in the logarithm,
all run at once as one array for as many steps as the race has, at most 1000. Each is scored by the
mean over all steps of log10(rank + 1e-4), where the rank of a height is the share of the window
that lies lower and a point outside the window counts as the highest, plus 0.1 times the detour: the
length of the path less the distance from its first to its last point (at most 1), both in window
widths. The lowest score wins, the smaller rate on a tie; a rate that diverges never wins against
one that does not. The rule is the same for every optimizer. It needs no minimum, so it works on an
unbounded surface; it rewards early progress, shuns zigzag and has nothing against travel.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from trajviz.errors import TrajvizError
from trajviz.optimizers import Rule
from trajviz.spec import Spec
from trajviz.surface import Floats, Oracle, Points, Ranks, Surface, Window

RATES: Floats = np.logspace(-5, 3, 241)
"""The learning rates that tuning tries."""
RANK_FLOOR = 1e-4
DETOUR_WEIGHT = 0.1
TUNING_STEPS = 1000
"""Tuning looks no further, so that a long race costs what it takes and no more."""

Progress: TypeAlias = Callable[[int, int], None]
"""Called with how much is done and how much there is in all."""


def no_progress(_done: int, _total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Trajectory:
    """Where one optimizer went.

    `points` has shape (steps + 1, 2), the first row being the start, and `heights` (steps + 1,).
    A trajectory that overflowed ends at its last finite step, and `diverged_at` is the step after
    it. `settings` holds every hyperparameter; `rate_rule` says how the rate was chosen, "given",
    "tuned", or "default" for a rule that brings its own. `evaluations` counts the gradients that
    the descent asked for, the other two what else it asked for.
    """

    spec: Spec
    points: Points
    heights: Floats
    settings: Mapping[str, float]
    rate_rule: str
    diverged_at: int | None
    evaluations: int
    value_evaluations: int
    hessian_evaluations: int

    @property
    def label(self) -> str:
        """The track's label: the optimizer's name unless the user gave one."""
        return self.spec.label

    @property
    def steps(self) -> int:
        """The last step that is finite."""
        return len(self.points) - 1


class _Counted:
    """A surface that counts what it is asked; called, it is its gradient function."""

    def __init__(self, surface: Oracle) -> None:
        self.surface, self.gradients, self.values, self.hessians = surface, 0, 0, 0

    def __call__(self, points: Points) -> Points:
        self.gradients += 1
        return self.surface.gradient(points)

    gradient = __call__

    def value(self, points: Points) -> Floats:
        self.values += 1
        return self.surface.value(points)

    def hessian(self, points: Points) -> Floats:
        self.hessians += 1
        return self.surface.hessian(points)


def descend(
    surface: Surface,
    specs: Sequence[Spec],
    start: tuple[float, float],
    steps: int,
    window: Window,
    progress: Progress = no_progress,
) -> list[Trajectory]:
    """Run each spec for `steps` steps from `start`; rates that are not given are tuned.

    Raises TrajvizError for a start where the surface or its gradient is not finite.
    """
    here = np.array(start, dtype=np.float64)
    if not (math.isfinite(surface.value(here)) and np.isfinite(surface.gradient(here)).all()):
        raise TrajvizError(f"the surface has no finite value and slope at the start {start}")
    ranks = None
    trajectories = []
    for place, spec in enumerate(specs):
        settings, rule = spec.complete, "given" if "lr" in spec.settings else "default"
        if settings.get("lr", 0.0) is None:
            ranks = ranks or Ranks.of(surface, window)
            settings["lr"], rule = tune(surface, spec, here, steps, window, ranks), "tuned"
        known = {key: value for key, value in settings.items() if value is not None}

        def advance(step: int, place: int = place) -> None:
            progress(place * steps + step, len(specs) * steps)

        trajectories.append(_run(surface, spec, here, steps, known, rule, advance))
    return trajectories


def _run(
    surface: Surface,
    spec: Spec,
    start: Points,
    steps: int,
    settings: Mapping[str, float],
    rate_rule: str,
    advance: Callable[[int], None],
) -> Trajectory:
    counted = _Counted(surface)
    points = np.full((steps + 1, 2), np.nan)
    points[0] = start
    with np.errstate(all="ignore"):
        walk = spec.optimizer.rule(counted, start.copy(), **settings)
        for step in range(1, steps + 1):
            points[step] = w = next(walk)
            if not (math.isfinite(w[0]) and math.isfinite(w[1])):
                break
            if step % 1000 == 0:
                advance(step)
    advance(steps)
    heights = surface.value(points)
    finite = np.isfinite(heights) & np.isfinite(points).all(axis=1)
    diverged_at = None if finite.all() else int(np.argmin(finite))
    return Trajectory(
        spec,
        points[:diverged_at],
        heights[:diverged_at],
        dict(settings),
        rate_rule,
        diverged_at,
        counted.gradients,
        counted.values,
        counted.hessians,
    )


def tune(
    surface: Surface, spec: Spec, start: Points, steps: int, window: Window, ranks: Ranks
) -> float:
    """Return the learning rate that the rule above chooses for this spec."""
    steps = min(steps, TUNING_STEPS)
    paths = _run_rates(surface, spec.optimizer.rule, start, steps, spec.settings)
    return float(RATES[np.argmin(scores(surface, paths, window, ranks))])


def _run_rates(
    surface: Surface, rule: Rule, start: Points, steps: int, settings: Mapping[str, float]
) -> Points:
    """Return the paths of all RATES at once, shape (steps + 1, rates, 2)."""
    paths = np.empty((steps + 1, len(RATES), 2))
    paths[0] = start
    with np.errstate(all="ignore"):
        walk = rule(_Counted(surface), paths[0].copy(), lr=RATES[:, None], **settings)
        for step in range(1, steps + 1):
            paths[step] = next(walk)
    return paths


def scores(surface: Surface, paths: Points, window: Window, ranks: Ranks) -> Floats:
    """Return the score of each path, (steps + 1, rates, 2) to (rates,); inf where it diverges."""
    heights = surface.value(paths)
    rank = np.where(window.contains(paths), ranks.rank(heights), 1.0)
    with np.errstate(all="ignore"):
        places = paths / window.extent
        length = _norm(np.diff(places, axis=0)).sum(axis=0)
        detour = length - np.minimum(_norm(places[-1] - places[0]), 1.0)
    score = np.log10(rank + RANK_FLOOR).mean(axis=0) + DETOUR_WEIGHT * detour
    diverged = ~np.isfinite(heights).all(axis=0)
    return np.where(diverged | ~np.isfinite(score), np.inf, score)


def _norm(vectors: Points) -> Floats:
    return np.asarray(np.sqrt((vectors**2).sum(axis=-1)))
