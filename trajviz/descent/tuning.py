"""How learning rates that nobody gave are chosen: one rule, the same for every optimizer.

Objective: the mean over all steps of log10(rank + 1e-4), where the rank of a height is the share of
the window that lies lower and a point outside the window counts as the highest, plus 0.1 times the
detour: the length of the path less the distance from its first to its last point (at most 1), both
in window widths; infinite where the rate diverges. It needs no minimum, so it works on an unbounded
surface; it rewards early progress, shuns zigzag and has nothing against travel.

Choice: the lowest objective, the smaller rate on a tie; but a rate whose neighbour diverges is not
chosen while there is another, since it owes its success to luck.

Grid: 241 rates from 1e-5 to 1e3, thirty a decade, equally spaced in the logarithm, all run at once
as one array. Refinement: 33 rates from the lower neighbour of the choice to its upper, among which
the choice is made again. Budget: each runs for as many steps as the race has, at most 1000. Every
rate sees the race's own mini-batches or noise, and follows the track's schedule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trajviz.descent.noise import CUSTOMARY, Noise
from trajviz.descent.walk import walk
from trajviz.recipe.spec import Spec
from trajviz.surface import Floats, Points, Ranks, Surface, Window

RATES: Floats = np.logspace(-5, 3, 241)
"""The learning rates of the grid."""
FINE = 16
"""So many steps lead from the best of them to each neighbour."""
RANK_FLOOR = 1e-4
DETOUR_WEIGHT = 0.1
TUNING_STEPS = 1000
"""Tuning looks no further, so that a long race costs what it takes and no more."""

NEAR = 1e-3
"""How far above the lowest known minimum counts as there, in the surface's own heights."""


@dataclass(frozen=True)
class Tuning:
    """What was tried for one optimizer, and what is chosen.

    Attributes:
        spec: Who was tuned.
        rates: The learning rates that were tried, (n,), rising.
        objectives: Their objectives, (n,), the lower the better; inf where the rate diverges.
        best: Which of the rates is chosen.
        arrival: The first step at which the chosen rate is within NEAR of the lowest known minimum;
            None where it never is, or where no minimum is known.
    """

    spec: Spec
    rates: Floats
    objectives: Floats
    best: int
    arrival: int | None

    @property
    def rate(self) -> float:
        """The rate that is chosen."""
        return float(self.rates[self.best])

    @property
    def objective(self) -> float:
        """The objective of the rate that is chosen."""
        return float(self.objectives[self.best])

    @property
    def diverged(self) -> int:
        """How many of the rates diverge."""
        return int(np.isinf(self.objectives).sum())


def tune_rate(
    surface: Surface,
    spec: Spec,
    start: Points,
    steps: int,
    window: Window,
    ranks: Ranks,
    noise: Noise,
) -> Tuning:
    """Tune the learning rate of one spec by the rule above.

    Args:
        surface: What is descended.
        spec: Who descends; its rate is open.
        start: Where the runs start, (2,), in the surface's units.
        steps: How many steps the race has.
        window: In which heights are ranked and lengths are measured.
        ranks: How heights compare within the window.
        noise: What makes the gradients inexact.
    """

    def tried(rates: Floats) -> tuple[Points, Floats]:
        paths = run_rates(surface, spec, start, steps, noise, rates)
        return paths, scores(surface, paths, window, ranks)

    _, coarse = tried(RATES)
    near = _neighbours(RATES, choice(coarse))
    paths, fine = tried(near)
    chosen = choice(fine)
    lowest = surface.value(np.array(surface.minima)).min() if surface.minima else -np.inf
    there = np.flatnonzero(surface.value(paths[:, chosen]) <= lowest + NEAR)
    rates, places = np.unique(np.concatenate([near, RATES]), return_index=True)
    objectives = np.concatenate([fine, coarse])[places]
    best = int(np.searchsorted(rates, near[chosen]))
    return Tuning(
        spec=spec,
        rates=rates,
        objectives=objectives,
        best=best,
        arrival=int(there[0]) if len(there) else None,
    )


def choice(objectives: Floats) -> int:
    """Return which of some rates, in order, the rule chooses by their objectives, (n,).

    >>> choice(np.array([3.0, 1.0, 2.0, -9.0, np.inf]))
    1
    """
    padded = np.pad(objectives, 1, mode="edge")
    steady = np.where(np.isinf(padded[:-2]) | np.isinf(padded[2:]), np.inf, objectives)
    return int(np.argmin(steady if np.isfinite(steady).any() else objectives))


def _neighbours(rates: Floats, best: int) -> Floats:
    """Return the rates, itself among them, from the one before the best to the one after.

    >>> _neighbours(np.array([1.0, 2.0, 4.0]), 1)[[0, FINE, -1]].tolist()
    [1.0, 2.0, 4.0]
    """
    before, after = rates[max(best - 1, 0)], rates[min(best + 1, len(rates) - 1)]
    lower = np.geomspace(before, rates[best], FINE + 1)
    return np.concatenate([lower[:-1], np.geomspace(rates[best], after, FINE + 1)])


def tune_rates(
    surface: Surface,
    specs: Sequence[Spec],
    start: tuple[float, float],
    steps: int,
    window: Window,
    noise: Noise = CUSTOMARY,
) -> list[Tuning]:
    """Tune the learning rate of each spec whose rate is open; the others are passed over.

    Args:
        surface: What is descended.
        specs: Who descends.
        start: Where the runs start, in the surface's units.
        steps: How many steps the race has.
        window: In which heights are ranked and lengths are measured.
        noise: What makes the gradients inexact.

    Raises:
        TrajvizError: For a window in which the surface has no finite value.
    """
    ranks, here = Ranks.of(surface, window), np.array(start, dtype=np.float64)
    return [
        tune_rate(surface, spec, here, steps, window, ranks, noise)
        for spec in specs
        if spec.complete.get("lr", 0.0) is None
    ]


def run_rates(
    surface: Surface, spec: Spec, start: Points, steps: int, noise: Noise, rates: Floats
) -> Points:
    """Return the first paths of all rates at once, (steps + 1, rates, 2), or TUNING_STEPS + 1."""
    paths = np.empty((min(steps, TUNING_STEPS) + 1, len(rates), 2))
    paths[0] = start
    settings = {**spec.settings, "lr": rates[:, None]}
    with np.errstate(all="ignore"):
        points = walk(surface, spec, paths[0].copy(), settings, steps, noise)
        for step in range(1, len(paths)):
            paths[step] = next(points)
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
