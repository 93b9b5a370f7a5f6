"""How learning rates that nobody gave are chosen: one rule, the same for every optimizer.

A tuned rate shows what the rule does, at a pace that the eye can follow. It is a number of two
digits, so that the key shows it in full and typing it gives the same track.

Objective, the lower the better: the sum of

- progress: the mean over all steps of log10(rank + 1e-4). The rank of a height is the share of the
  window that lies lower; a point outside the window counts as the highest. No minimum is needed,
  so it works on an unbounded surface.
- detour: a tenth of the path's length less the distance from its first to its last point (at most
  1), in window widths.
- leaps: 2 log2(longest step / 0.08) where the longest step is more than 0.08 windows.
- leaving: 2 where the path is ever outside, unless the surface falls towards the window's edge.

A path that overflows, or is ever more than a whole window outside, diverges and has no objective.

Choice: a rate is judged by the worst of its own objective and those of its two neighbours, so that
none owes its success to luck. The best is chosen, the smaller rate on a tie. It must be steady: a
millionth more or less moves the end of its path by less than 2 % of the window, or the next best
is chosen.

Grid: 24 rates a decade (the E24 series of preferred numbers) from 1e-5 to 1e3, all run at once as
one array. While the best of them is at an end of the grid, eight more decades are tried there, at
most twice.

Budget: each rate has as many steps as the race, at most 1000. Every rate sees the race's own
mini-batches or noise, and follows the track's schedule.

A rule that mixes the points of an array, as by a norm over all of it, goes another way alone than
in company. Where the chosen rate does, each rate is tried alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from trajviz.descent.floor import any_lower, lowest_known
from trajviz.descent.noise import CUSTOMARY, Noise
from trajviz.descent.walk import walk
from trajviz.frozen import dataclass
from trajviz.recipe.spec import Spec
from trajviz.surface import Floats, Ints, Points, Ranks, Surface, Window

E24 = (
    10, 11, 12, 13, 15, 16, 18, 20, 22, 24, 27, 30, 33, 36, 39, 43, 47, 51, 56, 62, 68, 75, 82, 91,
)  # fmt: skip
"""The preferred numbers of IEC 60063: each about a tenth more than the one before, two digits."""
DECADES = 8
"""How many the grid has, and how many more are tried where its best is at an end."""
MOST_WIDENINGS = 2

RANK_FLOOR = 1e-4
DETOUR_WEIGHT = 0.1
CALM = 0.08
"""The longest step, in windows, that costs nothing."""
LEAP_WEIGHT = 2.0
LEAVING_COST = 2.0
REACH = 1.0
"""How far outside the window, in windows, a path may be without diverging."""

NUDGE = 1e-6
"""By what share a rate is changed to see whether it is steady."""
STEADY = 0.02
"""What is near enough to be the same place, in windows."""

TOGETHER = 32
"""How many paths are judged at once: few enough for the processor's cache."""
TUNING_STEPS = 1000
"""Tuning looks no further, so that a long race costs what it takes and no more."""
NEAR = 1e-3
"""How far above the lowest known minimum counts as there, in the surface's own heights."""

RunRates: TypeAlias = Callable[[Floats], Points]
"""Returns the paths of some rates, (rates,) to (steps + 1, rates, 2)."""


def decades(first: int, last: int) -> Floats:
    """Return the rates from 10^first up to 10^last, which is not among them.

    >>> decades(-3, -2)[:5].tolist()
    [0.001, 0.0011, 0.0012, 0.0013, 0.0015]
    """
    return np.array([float(f"{n}e{power - 1}") for power in range(first, last) for n in E24])


RATES: Floats = np.append(decades(-5, DECADES - 5), 1e3)
"""The learning rates of the grid."""


@dataclass(frozen=True)
class Tuning:
    """What was tried for one optimizer.

    Attributes:
        spec: The optimizer.
        rates: All that were tried, rising, (n,).
        objectives: Their objectives, (n,); inf where a rate diverges.
        best: Which of the rates is chosen.
        arrival: The first step at which its path is within NEAR of the lowest known minimum; None
            where it never is, goes lower, or none is known.
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


def tune_rates(
    surface: Surface,
    specs: Sequence[Spec],
    start: tuple[float, float],
    steps: int,
    window: Window,
    noise: Noise = CUSTOMARY,
) -> list[Tuning]:
    """Tune the rate of each spec that leaves it open, and pass over the others.

    Args:
        surface: Where they descend.
        specs: The optimizers.
        start: From where, x and y.
        steps: How many steps the race has.
        window: What the objective is relative to.
        noise: What makes the gradients inexact.
    """
    ranks, here = Ranks.of(surface, window), np.array(start, dtype=np.float64)
    return [
        tune_rate(surface, spec, here, steps, window, ranks, noise)
        for spec in specs
        if spec.is_to_be_tuned
    ]


def tune_rate(
    surface: Surface,
    spec: Spec,
    start: Points,
    steps: int,
    window: Window,
    ranks: Ranks,
    noise: Noise,
) -> Tuning:
    """Tune the rate of a spec, which leaves it open.

    Args:
        surface: Where it descends.
        spec: The optimizer.
        start: From where, (2,).
        steps: How many steps the race has.
        window: What the objective is relative to.
        ranks: The ranks of heights in this window.
        noise: What makes the gradients inexact.
    """

    def together(rates: Floats) -> Points:
        return run_rates(surface, spec, start, steps, noise, rates)

    def one_by_one(rates: Floats) -> Points:
        return run_one_by_one(surface, spec, start, steps, noise, rates)

    def score(paths: Points) -> Floats:
        return scores(surface, paths, window, ranks)

    if not spec.optimizer.batched:
        together = one_by_one
    trials = _explored(together, score)
    first = trials.order[:1]
    nudged = together(_nudges(trials.rates[first]))
    if _same_path(nudged, trials.paths[:, first], window):
        best = int(first[0])
    elif _is_coupled(trials, nudged, one_by_one, window):
        trials = _explored(one_by_one, score)
        best = _steadiest(trials, one_by_one, window)
    else:
        best = _steadiest(trials, together, window)
    return Tuning(
        spec=spec,
        rates=trials.rates,
        objectives=trials.objectives,
        best=best,
        arrival=_arrival(surface, trials.paths[:, best], window),
    )


@dataclass(frozen=True)
class _Trials:
    """The rates that were tried, (n,), rising, their paths, (steps + 1, n, 2), and objectives."""

    rates: Floats
    paths: Points
    objectives: Floats

    @property
    def order(self) -> Ints:
        """The rates from the best to the worst."""
        return order(self.objectives)

    def joined(self, other: _Trials) -> _Trials:
        """Return these and others of higher rates."""
        return _Trials(
            np.concatenate([self.rates, other.rates]),
            np.concatenate([self.paths, other.paths], axis=1),
            np.concatenate([self.objectives, other.objectives]),
        )


def _explored(run: RunRates, score: Callable[[Points], Floats]) -> _Trials:
    """Try the grid, and what lies beyond its ends where the best of it is there."""

    def tried(rates: Floats) -> _Trials:
        paths = run(rates)
        return _Trials(rates, paths, score(paths))

    trials, low, high = tried(RATES), -5, DECADES - 5
    for _ in range(MOST_WIDENINGS):
        side = better_end(trials.objectives)
        if side < 0:
            trials = tried(decades(low - DECADES, low)).joined(trials)
            low -= DECADES
        elif side > 0:
            trials = trials.joined(tried(decades(high, high + DECADES)[1:]))
            high += DECADES
        else:
            break
    return trials


def judged(objectives: Floats) -> Floats:
    """Return for each rate the worst of its objective and those of its two neighbours, (n,).

    >>> judged(np.array([3.0, 1.0, 2.0, -9.0, np.inf])).tolist()
    [3.0, 3.0, 2.0, inf, inf]
    """
    padded = np.pad(objectives, 1, mode="edge")
    return np.asarray(np.maximum(np.maximum(padded[:-2], padded[2:]), objectives))


def order(objectives: Floats) -> Ints:
    """Return the rates from the best to the worst, (n,), the smaller first on a tie.

    Where each has a neighbour that diverges they are judged by themselves.

    >>> order(np.array([3.0, 1.0, 2.0, -9.0, np.inf])).tolist()
    [2, 0, 1, 3, 4]
    >>> order(np.array([np.inf, 2.0, np.inf, 1.0])).tolist()
    [3, 1, 0, 2]
    """
    worst = judged(objectives)
    return np.argsort(worst if np.isfinite(worst).any() else objectives, kind="stable")


def better_end(objectives: Floats) -> int:
    """Return at which end of the rates the best of them is: -1, 1, or 0 for none.

    Where all diverge smaller ones may not.

    >>> better_end(np.array([1.0, 2.0, 3.0])), better_end(np.array([3.0, 2.0, 1.0]))
    (-1, 1)
    >>> better_end(np.array([2.0, 1.0, 2.0])), better_end(np.array([1.0, 1.0, 1.0]))
    (0, 0)
    """
    worst = judged(objectives)
    if np.isinf(worst).all() or worst[0] < worst[1:].min():
        return -1
    return int(worst[-1] < worst[:-1].min())


def run_rates(
    surface: Surface, spec: Spec, start: Points, steps: int, noise: Noise, rates: Floats
) -> Points:
    """Return the paths of all rates, run at once, (steps + 1, rates, 2), or TUNING_STEPS + 1."""
    places = np.broadcast_to(start, (len(rates), 2))
    return _path(surface, spec, places, steps, noise, np.stack([rates, rates], axis=-1))


def run_one_by_one(
    surface: Surface, spec: Spec, start: Points, steps: int, noise: Noise, rates: Floats
) -> Points:
    """Return the same, each rate run alone, as in a race."""
    paths = [_path(surface, spec, start, steps, noise, rate) for rate in rates.tolist()]
    return np.stack(paths, axis=1)


def _path(
    surface: Surface, spec: Spec, start: Points, steps: int, noise: Noise, rate: Floats | float
) -> Points:
    """Return where a walk is at each step, (steps + 1, ..., 2)."""
    path = np.empty((min(steps, TUNING_STEPS) + 1, *start.shape))
    path[0] = start
    with np.errstate(all="ignore"):
        points = walk(surface, spec, path[0].copy(), {**spec.settings, "lr": rate}, steps, noise)
        for step in range(1, len(path)):
            path[step] = next(points)
    return path


def scores(surface: Surface, paths: Points, window: Window, ranks: Ranks) -> Floats:
    """Return the objective of each path by the rule above.

    Args:
        surface: What the paths descend.
        paths: (steps + 1, rates, 2).
        window: What is seen.
        ranks: The ranks of heights in this window.

    Returns:
        The objectives, (rates,); inf where a path diverges.
    """
    found = np.full(paths.shape[1], np.inf)
    near = np.flatnonzero(_within_reach(paths, window))
    for some in np.array_split(near, max(1, len(near) // TOGETHER)):
        found[some] = _objectives(surface, paths[:, some], window, ranks)
    return found


def _objectives(surface: Surface, paths: Points, window: Window, ranks: Ranks) -> Floats:
    """Return the objectives of paths that are within reach, (steps + 1, rates, 2), as `scores`."""
    heights, inside = surface.value(paths), window.contains(paths)
    rank = np.ones(heights.shape)
    # Along a path, where one height is like the next, ranks are sooner found.
    np.copyto(rank, ranks.rank(heights.T).T, where=inside)
    places = paths / window.extent
    strides = _norm(np.diff(places, axis=0))
    detour = strides.sum(axis=0) - np.minimum(_norm(places[-1] - places[0]), 1.0)
    leaps = np.log2(np.maximum(strides.max(axis=0, initial=0.0) / CALM, 1.0))
    leaves = ~inside.all(axis=0) & ranks.enclosed
    sums = (
        np.log10(rank + RANK_FLOOR).mean(axis=0)
        + DETOUR_WEIGHT * detour
        + LEAP_WEIGHT * leaps
        + LEAVING_COST * leaves
    )
    return np.where(np.isfinite(heights).all(axis=0), sums, np.inf)


def _within_reach(paths: Points, window: Window) -> Floats:
    """Tell which paths, (steps + 1, rates, 2), are finite and never far outside, (rates,)."""
    low = np.array([window.x0, window.y0]) - REACH * window.extent
    high = np.array([window.x1, window.y1]) + REACH * window.extent
    with np.errstate(invalid="ignore"):
        within = (paths.min(axis=0) >= low) & (paths.max(axis=0) <= high)
    return np.asarray(within.all(axis=-1))


def _nudges(rates: Floats) -> Floats:
    """Return the rates, all a millionth less, then all a millionth more."""
    return np.concatenate([rates * (1 - NUDGE), rates * (1 + NUDGE)])


def _steadiest(trials: _Trials, run: RunRates, window: Window) -> int:
    """Return the best of the rates that are steady, or the best of all where none is."""
    ranked = trials.order
    ranked = ranked[np.isfinite(trials.objectives[ranked])]
    for some in np.split(ranked, [len(E24)]):
        ends = run(_nudges(trials.rates[some]))[-1].reshape(2, len(some), 2)
        moved = _distance(ends, trials.paths[-1, some], window).max(axis=0, initial=0.0)
        steady = np.flatnonzero(moved < STEADY)
        if len(steady):
            return int(some[steady[0]])
    return int(trials.order[0])


def _same_path(some: Points, others: Points, window: Window) -> bool:
    """Tell whether paths are together all the way."""
    return bool((_distance(some, others, window) < STEADY).all())


def _is_coupled(trials: _Trials, nudged: Points, alone: RunRates, window: Window) -> bool:
    """Tell whether it makes a difference to the best rate which others run beside it.

    Alone it then parts from its path in company sooner than two that are all but equal part from
    each other, which is all that rounding could explain.
    """
    best = trials.order[:1]
    path = alone(trials.rates[best])
    by_company = _parting(path, trials.paths[:, best], window)
    return by_company < _parting(nudged[:, :1], nudged[:, 1:], window)


def _parting(one: Points, other: Points, window: Window) -> int:
    """Return the first step at which two paths, (steps + 1, 1, 2), are apart; else their length."""
    apart = ~(_distance(one, other, window)[:, 0] < STEADY)
    return int(np.argmax(apart)) if apart.any() else len(apart)


def _arrival(surface: Surface, path: Points, window: Window) -> int | None:
    """Return the first step at which a path is within NEAR of the lowest known minimum.

    A path that goes lower than that has not arrived, but only come past.
    """
    heights = surface.value(path)
    if any_lower(surface, window, [heights]):
        return None
    there = np.flatnonzero(heights <= lowest_known(surface) + NEAR)
    return int(there[0]) if len(there) else None


def _distance(some: Points, others: Points, window: Window) -> Floats:
    """Return how far points are apart, in windows along the axis where that is more."""
    with np.errstate(all="ignore"):
        return np.asarray((np.abs(some - others) / window.extent).max(axis=-1))


def _norm(vectors: Points) -> Floats:
    x, y = vectors[..., 0], vectors[..., 1]
    return np.asarray(np.sqrt(x * x + y * y))
