"""An optimizer's walk over a surface, and what it asked of the surface on its way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from trajviz.descent.noise import Noise
from trajviz.recipe.spec import Spec
from trajviz.surface import Floats, Oracle, Points, Surface


class Counted:
    """A surface that is another one at each step, and counts what it is asked.

    Called, it is its gradient function.
    """

    def __init__(self, oracles: Iterator[Oracle]) -> None:
        self.oracles, self.gradients, self.values, self.hessians = oracles, 0, 0, 0

    def advance(self) -> None:
        """Go on to what the next step sees."""
        self.surface = next(self.oracles)

    @property
    def counts(self) -> tuple[int, int, int]:
        """How many gradients, heights and Hessians it has been asked for."""
        return self.gradients, self.values, self.hessians

    def __call__(self, points: Points) -> Points:
        """Return the slopes, as `gradient`."""
        self.gradients += 1
        return self.surface.gradient(points)

    gradient = __call__

    def value(self, points: Points) -> Floats:
        """Return the heights, (..., 2) to (...)."""
        self.values += 1
        return self.surface.value(points)

    def hessian(self, points: Points) -> Floats:
        """Return the second derivatives, (..., 2) to (..., 2, 2)."""
        self.hessians += 1
        return self.surface.hessian(points)


def walk(
    surface: Surface,
    spec: Spec,
    start: Points,
    settings: Mapping[str, Any],
    steps: int,
    noise: Noise,
) -> Iterator[Points]:
    """Yield where a race's optimizer is after each step from starts of any shape, (..., 2)."""
    yield from counted_walk(spec, Counted(noise.oracles(surface)), start, settings, steps)


def counted_walk(
    spec: Spec, counted: Counted, w: Points, settings: Mapping[str, Any], steps: int
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
