"""Run optimizers from shared starts; learning rates that nobody gave are tuned."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from trajviz.descent.noise import CUSTOMARY, Noise
from trajviz.descent.trajectory import Trajectory
from trajviz.descent.tuning import tune
from trajviz.descent.walk import Counted, counted_walk
from trajviz.errors import TrajvizError
from trajviz.optimizers import Setting
from trajviz.recipe.spec import Spec
from trajviz.surface import Points, Ranks, Surface, Window

Progress: TypeAlias = Callable[[int, int], None]
"""Called with how much is done and how much there is in all."""


def no_progress(_done: int, _total: int) -> None:
    """Tell nobody."""


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
