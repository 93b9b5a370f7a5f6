"""Run optimizers from shared starts; learning rates that nobody gave are tuned."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from trajviz.descent.noise import CUSTOMARY, Noise
from trajviz.descent.tuning import tune
from trajviz.descent.walk import Counted, counted_walk
from trajviz.errors import TrajvizError
from trajviz.optimizers import Setting
from trajviz.recipe.spec import Spec
from trajviz.surface import Floats, Ints, Points, Ranks, Surface, Window

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
    "tuned", "equal", or "default" for a rule that brings its own. `counts` (steps + 1, 3) says how
    many gradients, heights and Hessians the descent had asked for when it came to each point. Where
    an optimizer runs from several starts, `number` says which of them this is, from 0; those that
    run at once ask together.
    """

    spec: Spec
    points: Points
    heights: Floats
    settings: Mapping[str, Setting]
    rate_rule: str
    diverged_at: int | None
    counts: Ints
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

    @property
    def evaluations(self) -> int:
        """How many gradients it took to come to the last point."""
        return int(self.counts[-1, 0])

    @property
    def value_evaluations(self) -> int:
        """How many heights it took."""
        return int(self.counts[-1, 1])

    @property
    def hessian_evaluations(self) -> int:
        """How many Hessians it took."""
        return int(self.counts[-1, 2])

    def times(self, clock: str) -> Floats:
        """Return when each point is reached, (steps + 1,): in steps, or in evaluations of all."""
        by_step = np.arange(len(self.points)) if clock == "steps" else self.counts.sum(axis=1)
        return by_step.astype(np.float64)


def descend(
    surface: Surface,
    specs: Sequence[Spec],
    start: tuple[float, float],
    steps: int,
    window: Window,
    progress: Progress = no_progress,
    noise: Noise = CUSTOMARY,
    starts: Points | None = None,
    clock: str = "steps",
) -> list[Trajectory]:
    """Run each spec for `steps` steps from `start`; rates that are not given are tuned.

    With `starts`, (n, 2), each spec runs from all of these, at the rate that is tuned from
    `start`, and its trajectories follow each other; where the surface has no finite value, nothing
    starts. With the clock "evaluations" a trajectory ends with the last of these steps that it
    completes within as many evaluations, gradients, heights and Hessians alike; rates are tuned by
    steps. Raises TrajvizError for a start where the surface or its gradient is not finite, and for
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
            tuning = tune(surface, spec, here, steps, window, ranks, noise)
            settings["lr"], rule = tuning.rate, "tuned"
        known = {key: value for key, value in settings.items() if value is not None}

        def advance(step: int, place: int = place) -> None:
            progress(place * steps + step, len(specs) * steps)

        budget = steps if clock == "evaluations" else math.inf
        for number, first in _groups(spec, begin):
            trajectories += _run(
                surface, spec, first, number, steps, known, rule, noise, budget, advance
            )
    return trajectories


def _groups(spec: Spec, begin: Points) -> Iterator[tuple[int | None, Points]]:
    """Yield the starts that run at once: all, (2,) or (n, 2), or each with its number, (2,)."""
    if begin.ndim == 1 or spec.optimizer.batched:
        yield None, begin
    else:
        yield from enumerate(begin)


def _run(
    surface: Surface,
    spec: Spec,
    start: Points,
    number: int | None,
    steps: int,
    settings: Mapping[str, Setting],
    rate_rule: str,
    noise: Noise,
    budget: float,
    advance: Callable[[int], None],
) -> list[Trajectory]:
    """Run from one start, (2,), or from several at once, (n, 2), until all have overflowed."""
    counted = Counted(noise.oracles(surface))
    points = np.full((steps + 1, *start.shape), np.nan)
    points[0] = start
    counts = np.zeros((steps + 1, 3), dtype=np.int64)
    end = steps + 1
    alive = _is_finite if start.ndim == 1 else _any_finite
    with np.errstate(all="ignore"):
        walk = counted_walk(spec, counted, start.copy(), settings, steps)
        for step, w in enumerate(walk, start=1):
            if sum(counted.counts) > budget:
                end = step
                break
            points[step], counts[step] = w, counted.counts
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
            counts[: len(points)][:diverged_at],
            number,
        )

    points = points[:end]
    if start.ndim == 1:
        return [trajectory(points, number)]
    return [trajectory(points[:, number], number) for number in range(len(start))]


def _is_finite(w: Points) -> bool:
    return math.isfinite(w[0]) and math.isfinite(w[1])


def _any_finite(w: Points) -> bool:
    return bool(np.isfinite(w).all(axis=-1).any())
