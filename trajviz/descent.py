"""Run optimizers from shared starts, and choose the learning rates that nobody gave.

How a rate is tuned: 241 rates from 1e-5 to 1e3, thirty a decade, equally spaced in the logarithm,
all run at once as one array for as many steps as the race has, at most 1000. Each is scored by the
mean over all steps of log10(rank + 1e-4), where the rank of a height is the share of the window
that lies lower and a point outside the window counts as the highest, plus 0.1 times the detour: the
length of the path less the distance from its first to its last point (at most 1), both in window
widths. The lowest score wins, the smaller rate on a tie; a rate that diverges never wins against
one that does not. The rule is the same for every optimizer. It needs no minimum, so it works on an
unbounded surface; it rewards early progress, shuns zigzag and has nothing against travel. Every
rate sees the race's own mini-batches or noise, and follows the track's schedule.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from trajviz.errors import TrajvizError
from trajviz.noise import CUSTOMARY, Noise
from trajviz.spec import Spec
from trajviz.surface import Floats, Number, Oracle, Points, Ranks, Surface, Window

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
    the descent asked for, the other two what else it asked for. Where an optimizer runs from
    several starts, `number` says which of them this is, from 0; they ask together.
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
    number: int | None = None

    @property
    def label(self) -> str:
        """The track's label: the optimizer's name unless the user gave one."""
        return self.spec.label

    @property
    def source(self) -> str:
        """The file it was read from: none, it is our own."""
        return ""

    @property
    def steps(self) -> int:
        """The last step that is finite."""
        return len(self.points) - 1


class _Counted:
    """A surface that is another one at each step, and counts what it is asked.

    Called, it is its gradient function.
    """

    def __init__(self, oracles: Iterator[Oracle]) -> None:
        self.oracles, self.gradients, self.values, self.hessians = oracles, 0, 0, 0

    def advance(self) -> None:
        """Go on to what the next step sees."""
        self.surface = next(self.oracles)

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
    noise: Noise = CUSTOMARY,
    starts: Points | None = None,
) -> list[Trajectory]:
    """Run each spec for `steps` steps from `start`; rates that are not given are tuned.

    With `starts`, (n, 2), each spec runs from all of these at once, at the rate that is tuned from
    `start`, and its trajectories follow each other; where the surface has no finite value, nothing
    starts. Raises TrajvizError for a start where the surface or its gradient is not finite, and for
    noise that the surface cannot have.
    """
    noise.check(surface)
    here = np.array(start, dtype=np.float64)
    if not (math.isfinite(surface.value(here)) and np.isfinite(surface.gradient(here)).all()):
        raise TrajvizError(f"the surface has no finite value and slope at the start {start}")
    begin = here if starts is None else starts[np.isfinite(surface.value(starts))]
    if not begin.size:
        raise TrajvizError("the surface has no finite value at any of the starts")
    ranks = None
    trajectories: list[Trajectory] = []
    for place, spec in enumerate(specs):
        settings, rule = spec.complete, spec.rate_rule if "lr" in spec.settings else "default"
        if settings.get("lr", 0.0) is None:
            ranks = ranks or Ranks.of(surface, window)
            settings["lr"], rule = tune(surface, spec, here, steps, window, ranks, noise), "tuned"
        known = {key: value for key, value in settings.items() if value is not None}

        def advance(step: int, place: int = place) -> None:
            progress(place * steps + step, len(specs) * steps)

        trajectories += _run(surface, spec, begin, steps, known, rule, noise, advance)
    return trajectories


def _run(
    surface: Surface,
    spec: Spec,
    start: Points,
    steps: int,
    settings: Mapping[str, float],
    rate_rule: str,
    noise: Noise,
    advance: Callable[[int], None],
) -> list[Trajectory]:
    """Run from one start, (2,), or from several at once, (n, 2), until all have overflowed."""
    counted = _Counted(noise.oracles(surface))
    points = np.full((steps + 1, *start.shape), np.nan)
    points[0] = start
    alive = _is_finite if start.ndim == 1 else _any_finite
    with np.errstate(all="ignore"):
        walk = _walk(spec, counted, start.copy(), settings, steps)
        for step, w in enumerate(walk, start=1):
            points[step] = w
            if not alive(w):
                break
            if step % 1000 == 0:
                advance(step)
    advance(steps)

    def trajectory(points: Points, number: int | None) -> Trajectory:
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
            number,
        )

    if start.ndim == 1:
        return [trajectory(points, None)]
    return [trajectory(points[:, number], number) for number in range(len(start))]


def _is_finite(w: Points) -> bool:
    return math.isfinite(w[0]) and math.isfinite(w[1])


def _any_finite(w: Points) -> bool:
    return bool(np.isfinite(w).all(axis=-1).any())


def walk(
    surface: Surface,
    spec: Spec,
    start: Points,
    settings: Mapping[str, float],
    steps: int,
    noise: Noise,
) -> Iterator[Points]:
    """Yield where a race's optimizer is after each step from starts of any shape, (..., 2)."""
    yield from _walk(spec, _Counted(noise.oracles(surface)), start, settings, steps)


def _walk(
    spec: Spec, counted: _Counted, w: Points, settings: Mapping[str, Number], steps: int
) -> Iterator[Points]:
    """Yield the point after each step of the run.

    A scheduled learning rate is an array that is set in place before each step, so that the rules
    need to know of no schedule; they must keep no copy of it from one step to the next.
    """
    schedule = spec.schedule
    if schedule is not None:
        full = settings["lr"]
        rate = np.array(full, dtype=np.float64)
        settings = {**settings, "lr": rate}
    walk = spec.optimizer.rule(counted, w, **settings)
    for taken in range(steps):
        if schedule is not None:
            rate[...] = full * schedule.factor(taken, steps)
        counted.advance()
        yield next(walk)


def tune(
    surface: Surface,
    spec: Spec,
    start: Points,
    steps: int,
    window: Window,
    ranks: Ranks,
    noise: Noise,
) -> float:
    """Return the learning rate that the rule above chooses for this spec."""
    paths = _run_rates(surface, spec, start, steps, noise)
    return float(RATES[np.argmin(scores(surface, paths, window, ranks))])


def _run_rates(surface: Surface, spec: Spec, start: Points, steps: int, noise: Noise) -> Points:
    """Return the first paths of all RATES at once, (steps + 1, rates, 2), or TUNING_STEPS + 1."""
    paths = np.empty((min(steps, TUNING_STEPS) + 1, len(RATES), 2))
    paths[0] = start
    counted = _Counted(noise.oracles(surface))
    settings = {**spec.settings, "lr": RATES[:, None]}
    with np.errstate(all="ignore"):
        walk = _walk(spec, counted, paths[0].copy(), settings, steps)
        for step in range(1, len(paths)):
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
