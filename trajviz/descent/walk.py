"""An optimizer's walk over a surface, and how often it asks the surface on its way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from trajviz.descent.noise import Noise
from trajviz.recipe.clamp import Clamp
from trajviz.recipe.spec import Spec
from trajviz.surface import Floats, Oracle, Points, Seen
from trajviz.surface.definition import Subject


class Counted(Seen):
    """A surface as an optimizer sees it, step by step, which counts what it is asked.

    With mini-batches or noise it is another surface at each step. Called, it returns the gradient.

    Attributes:
        oracles: What each step sees, in turn.
        gradients: How many gradients it has been asked for.
        values: How many heights.
        hessians: How many Hessians, or products of one with a vector.
    """

    surface: Oracle

    def __init__(self, oracles: Iterator[Oracle]) -> None:
        self.oracles, self.gradients, self.values, self.hessians = oracles, 0, 0, 0

    def advance(self) -> None:
        """Take up what the next step sees."""
        self.surface = next(self.oracles)

    @property
    def total(self) -> int:
        """How much it has been asked for in all."""
        return self.gradients + self.values + self.hessians

    def __call__(self, points: Points) -> Points:
        """Return the gradients, (..., 2) to (..., 2)."""
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

    def hessian_product(self, points: Points, vectors: Points) -> Points:
        """Return the second derivatives times vectors, both (..., 2)."""
        self.hessians += 1
        return self.surface.hessian_product(points, vectors)


class _Clamped(Seen):
    """A surface as an optimizer with clamp sees it: clipped, and nothing of it out of bounds."""

    surface: Counted

    def __init__(self, counted: Counted, clamp: Clamp) -> None:
        self.surface, self.clamp = counted, clamp

    def __call__(self, points: Points) -> Points:
        return self.clamp.clipped(self.surface.gradient(self.clamp.within(points)))

    gradient = __call__

    def value(self, points: Points) -> Floats:
        return self.surface.value(self.clamp.within(points))

    def hessian(self, points: Points) -> Floats:
        return self.surface.hessian(self.clamp.within(points))

    def hessian_product(self, points: Points, vectors: Points) -> Points:
        return self.surface.hessian_product(self.clamp.within(points), vectors)


def walk(
    surface: Subject,
    spec: Spec,
    start: Points,
    settings: Mapping[str, Any],
    steps: int,
    noise: Noise,
) -> Iterator[Points]:
    """Return where an optimizer is after each step.

    Args:
        surface: What it walks on.
        spec: Whose rule and schedule it follows.
        start: Where it starts, (2,) or many at once, (..., 2), in the surface's units; on a problem
            (d,).
        settings: Every hyperparameter by name; a learning rate may be an array that broadcasts
            against the points, as (rates, 1) does against (rates, 2).
        steps: How many steps it takes.
        noise: What makes the gradients inexact.

    Returns:
        The point after each step in turn, of the shape of the start.
    """
    return counted_walk(spec, Counted(noise.oracles(surface)), start, settings, steps)


def counted_walk(
    spec: Spec, counted: Counted, w: Points, settings: Mapping[str, Any], steps: int
) -> Iterator[Points]:
    """Yield what `walk` does, of a surface that counts what it is asked.

    A scheduled learning rate is an array that is set in place before each step. The rules then need
    to know of no schedule, but must keep no copy of the rate from one step to the next. In the same
    way a point out of bounds is moved in place, and the rule goes on from there.
    """
    schedule, clamp = spec.schedule, spec.clamp
    if schedule is not None:
        full = settings["lr"]
        rate = np.array(full, dtype=np.float64)
        settings = {**settings, "lr": rate}
    if clamp.bounds and spec.optimizer.takes_bounds:
        settings = {**settings, "bounds": clamp.bounds}
    seen = _Clamped(counted, clamp) if clamp else counted
    walk, bounded = spec.optimizer.rule(seen, w, **settings), clamp.bounds is not None
    for taken in range(steps):
        if schedule is not None:
            rate[...] = full * schedule.factor(taken, steps)
        counted.advance()
        w = next(walk)
        yield clamp.within(w, out=w) if bounded else w
