"""Run optimizers from shared starts; learning rates that nobody gave are tuned."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from trajviz.descent.noise import Noise
from trajviz.descent.progress import Progress, no_progress
from trajviz.descent.setup import Setup
from trajviz.descent.trajectory import Trajectory
from trajviz.descent.walk import Counted, counted_walk
from trajviz.frozen import dataclass
from trajviz.optimizers import Setting
from trajviz.recipe.spec import Spec
from trajviz.surface import Floats, Ints, Points

if TYPE_CHECKING:
    from trajviz.descent.tuning import Tuning

__all__ = ["Progress", "descend", "no_progress"]


def descend(setup: Setup, progress: Progress = no_progress) -> list[Trajectory]:
    """Run every optimizer of a setup; rates that are not given are tuned.

    Each runs from the shared start, or from each of several, at the rate that is tuned from the
    shared one. By the clock "evaluations" a trajectory ends with the last step that it completes
    within the budget of evaluations; rates are tuned by steps all the same.

    Args:
        setup: Who descends where.
        progress: Called with steps done and steps in all.

    Returns:
        One trajectory for each spec, in their order; with several starts or seeds those of a spec
        follow each other. Those on a problem have weights, but no points before they are
        `projected`.

    Raises:
        TrajvizError: For a rate to be tuned within a window that has no finite value.
    """
    trajectories: list[Trajectory] = []
    runs = [_runs(setup, spec) for spec in setup.specs]
    for place, spec in enumerate(setup.specs):
        begun = sum(runs[: place + 1]) - setup.seeds  # an optimizer's last runs are the race

        def advance(step: int, begun: int = begun) -> None:
            progress(begun * setup.steps + step, sum(runs) * setup.steps)

        def tried(done: int, of: int, place: int = place) -> None:
            advance((runs[place] - setup.seeds) * setup.steps * (done - of) // of)

        entrant = _entrant(setup, spec, tried)
        if setup.seeds > 1:
            trajectories += _seeded(setup, entrant, advance)
            continue
        for number, start in _starts(setup, spec):
            trajectories += _run(setup, entrant, start, number, advance)
    return trajectories


def _seeded(setup: Setup, entrant: _Entrant, advance: Callable[[int], None]) -> list[Trajectory]:
    """Return an optimizer's run with each seed, from one start and at one rate."""
    from trajviz.descent.seeds import with_median_bold

    found: list[Trajectory] = []
    for place, noise in enumerate(setup.noises):

        def further(step: int, place: int = place) -> None:
            advance(place * setup.steps + step)

        own = replace(entrant, noise=noise, seed=noise.seed)
        found += _run(setup, own, setup.begin, None, further)
    return with_median_bold(found)


def _runs(setup: Setup, spec: Spec) -> int:
    """Return how many races' work an optimizer is: tuning is next to nothing in two dimensions."""
    if setup.problem is None or not spec.is_to_be_tuned:
        return setup.seeds
    from trajviz.descent.halving import RACES

    return setup.seeds + RACES


@dataclass(frozen=True)
class _Entrant:
    """An optimizer as it runs: all its settings have their values, a tuned rate too.

    Of several seeds it has one, and the noise of this.
    """

    spec: Spec
    settings: Mapping[str, Setting]
    rate_rule: str
    noise: Noise
    seed: int | None = None


def _entrant(setup: Setup, spec: Spec, progress: Progress) -> _Entrant:
    """Settle a spec's rate, and leave out what another library is to decide by itself."""
    settings, rule = spec.complete, spec.rate_rule if "lr" in spec.settings else "default"
    if spec.is_to_be_tuned:
        settings["lr"], rule = _tuning(setup, spec, progress).rate, "tuned"
    known = {key: value for key, value in settings.items() if value is not None}
    return _Entrant(spec=spec, settings=known, rate_rule=rule, noise=setup.noise)


def _tuning(setup: Setup, spec: Spec, progress: Progress) -> Tuning:
    """Tune a spec's rate by the rule for what it descends."""
    if setup.problem is not None:
        from trajviz.descent.halving import tune_by_halving

        return tune_by_halving(setup.problem, spec, setup.begin, setup.steps, setup.noise, progress)
    from trajviz.descent.tuning import tune_rate  # none of it where rates are given

    return tune_rate(
        surface=setup.surface,
        spec=spec,
        start=np.array(setup.start, dtype=np.float64),
        steps=setup.steps,
        window=setup.window,
        ranks=setup.ranks,
        noise=setup.noise,
    )


def _starts(setup: Setup, spec: Spec) -> Iterator[tuple[int | None, Points]]:
    """Yield the starts that run at once: all, (d,) or (n, 2), or each with its number, (2,)."""
    begin = setup.begin
    if begin.ndim == 1 or spec.optimizer.batched:
        yield None, begin
    else:
        yield from enumerate(begin)


def _run(
    setup: Setup,
    entrant: _Entrant,
    start: Points,
    number: int | None,
    advance: Callable[[int], None],
) -> list[Trajectory]:
    """Run from one start, (d,), which may have a number, or from several at once, (n, 2)."""
    points, counts = _walked(setup, entrant, start, advance)
    advance(setup.steps)
    if start.ndim == 1:
        return [_trajectory(setup, entrant, points, counts, number)]
    return [
        _trajectory(setup, entrant, points[:, each], counts, each) for each in range(len(start))
    ]


def _walked(
    setup: Setup, entrant: _Entrant, start: Points, advance: Callable[[int], None]
) -> tuple[Points, Ints]:
    """Return the points, (taken + 1, ..., d), and the counts, (taken + 1, 3), within the budget.

    The walk stops once nothing is finite; what it leaves out is NaN.
    """
    counted = Counted(entrant.noise.oracles(setup.subject))
    points = np.full((setup.steps + 1, *start.shape), np.nan)
    counts = np.zeros((setup.steps + 1, 3), dtype=np.int64)
    points[0], budget = start, setup.budget
    # Set one by one, which takes half as long as in an array.
    gradients, values, hessians = (column.data for column in counts.T)
    alive = _is_finite if start.ndim == 1 else _any_finite
    with np.errstate(all="ignore"):
        walk = counted_walk(entrant.spec, counted, start.copy(), entrant.settings, setup.steps)
        for step, w in enumerate(walk, start=1):
            if counted.total > budget:
                return points[:step], counts[:step]
            points[step], gradients[step] = w, counted.gradients
            values[step], hessians[step] = counted.values, counted.hessians
            if not alive(w):
                break
            if step % 1000 == 0:
                advance(step)
    return points, counts


def _heights(setup: Setup, points: Floats) -> Floats:
    if setup.problem is None:
        return setup.surface.value(points)
    from trajviz.descent.section import losses

    return losses(setup.problem.value, points)


def _trajectory(
    setup: Setup, entrant: _Entrant, points: Floats, counts: Ints, number: int | None
) -> Trajectory:
    """Return the part of a run, (steps + 1, d), that is finite."""
    flat, heights = setup.problem is None, _heights(setup, points)
    finite = np.isfinite(heights) & np.isfinite(points).all(axis=1)
    diverged_at = None if finite.all() else int(np.argmin(finite))
    end = diverged_at
    arrived_at = _arrival(setup, points[:diverged_at])
    if arrived_at is not None:
        end, diverged_at = arrived_at + 1, None
    return Trajectory(
        spec=entrant.spec,
        points=points[:end] if flat else np.empty((0, 2)),
        heights=heights[:end],
        settings=entrant.settings,
        rate_rule=entrant.rate_rule,
        diverged_at=diverged_at,
        counts=counts[:end],
        number=number,
        weights=None if flat else points[:end],
        arrived_at=arrived_at,
        seed=entrant.seed,
    )


def _arrival(setup: Setup, points: Points) -> int | None:
    """Return the first step that is as near to a known minimum as is asked for; None for none."""
    if setup.until is None:
        return None
    minima = np.array(setup.surface.minima)[:, : points.shape[1]]  # of one variable the x alone
    away = np.linalg.norm(points[:, None] - minima, axis=2).min(axis=1)
    near = away <= setup.until
    return int(near.argmax()) if near.any() else None


def _is_finite(w: Floats) -> bool:
    return (
        bool(np.isfinite(w).all()) if len(w) != 2 else math.isfinite(w[0]) and math.isfinite(w[1])
    )


def _any_finite(w: Points) -> bool:
    return bool(np.isfinite(w).all(axis=-1).any())
