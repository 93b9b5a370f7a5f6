"""What makes the gradients of a race inexact: mini-batches of data, or noise that is added."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from trajviz.errors import TrajvizError
from trajviz.frozen import dataclass
from trajviz.recipe.recipe import Recipe
from trajviz.surface import Floats, Gradient, Ints, Oracle, Points, Seen
from trajviz.surface.definition import Subject
from trajviz.surface.problem import Problem
from trajviz.surface.traced import traced

LARGEST_SEED = 2**32 - 1


@dataclass(frozen=True)
class Noise:
    """One sequence of mini-batches or of noise, which all optimizers of a race share.

    Step k of every optimizer sees batch k or noise k, however many gradients it asks for; so does
    every learning rate that tuning tries. An epoch is a new order of all samples, cut into batches;
    the last batch of an epoch is smaller where the size does not divide the samples.

    Attributes:
        sigma: For surfaces without data: the standard deviation of the Gaussian noise that is added
            to the gradient along each axis, in its units. 0 adds none.
        seed: Which sequence of batches or of noise, from 0 to LARGEST_SEED.
        batch_size: For surfaces over data: how many samples a gradient is of. None is the surface's
            customary size.

    Raises:
        TrajvizError: For a sigma or a seed that makes sense on no surface.
    """

    sigma: float = 0.0
    seed: int = 0
    batch_size: int | None = None

    def __post_init__(self) -> None:
        """Refuse what makes sense on no surface."""
        if not (math.isfinite(self.sigma) and self.sigma >= 0):
            raise TrajvizError(f"noise {self.sigma:g} is not a finite number of at least 0")
        if not (isinstance(self.seed, int) and 0 <= self.seed <= LARGEST_SEED):
            raise TrajvizError(f"seed {self.seed!r} is not a whole number from 0 to {LARGEST_SEED}")

    @classmethod
    def of(cls, recipe: Recipe) -> Noise:
        """Return the noise that a recipe asks for."""
        return cls(sigma=recipe.noise, seed=recipe.seed, batch_size=recipe.batch_size)

    def of_seed(self, seed: int | None) -> Noise:
        """Return the noise of another seed; None for this one."""
        return self if seed in (None, self.seed) else replace(self, seed=seed)

    def check(self, surface: Subject) -> None:
        """Refuse what makes no sense on this surface.

        Raises:
            TrajvizError: For `sigma` on a surface over data, for `batch_size` on one without, and
                for a size that is no number of its samples.
        """
        size = self.batch_size
        if surface.samples and self.sigma:
            raise TrajvizError(
                f"noise {self.sigma:g} is not for a surface over data, whose gradients are noisy "
                "by their mini-batches: --batch-size N (batch_size=N)"
            )
        if size is None:
            return
        if not surface.samples:
            raise TrajvizError(
                f"batch size {size!r} is not for a surface without data, whose gradients are noisy "
                "by what is added: --noise SIGMA (noise=SIGMA)"
            )
        if not (isinstance(size, int) and 1 <= size <= surface.samples):
            raise TrajvizError(
                f"batch size {size!r} is not a whole number from 1 to the {surface.samples} samples"
            )

    def batch(self, surface: Subject) -> int:
        """Return how many samples a gradient sees, 0 on a surface without data."""
        return self.batch_size or surface.batch_size or surface.samples

    def facts(self, surface: Subject) -> dict[str, float]:
        """Return by which numbers gradients on this surface are inexact; none where they are exact.

        They are `batch_size` and `seed`, or `sigma` and `seed`.
        """
        size = self.batch(surface)
        if size < surface.samples:
            return {"batch_size": size, "seed": self.seed}
        return {"sigma": self.sigma, "seed": self.seed} if self.sigma else {}

    def gradients(self, surface: Subject) -> Iterator[Gradient]:
        """Yield the gradient function of step 1, of step 2, and so on for ever."""
        return (oracle.gradient for oracle in self.oracles(surface))

    def oracles(self, surface: Subject) -> Iterator[Oracle]:
        """Return what step 1 sees in place of the surface, what step 2 sees, and so on for ever.

        Heights and Hessians are of the same mini-batch as the gradient. Added noise is a vector on
        the gradient, and so a plane on the heights and nothing on the Hessian.
        """
        seen: Oracle = surface if isinstance(surface, Problem) else traced(surface)
        if self.batch(surface) < surface.samples:
            return (_Batch(surface, rows) for rows in self.batches(surface))
        if self.sigma:
            dimension = surface.dimension if isinstance(surface, Problem) else 2
            return (_Tilted(seen, slope) for slope in self.slopes(dimension))
        return itertools.repeat(seen)  # numpy's random numbers take long to load

    def batches(self, surface: Subject) -> Iterator[Ints]:
        """Yield the samples of which the gradient of step 1 is, of step 2, and so on for ever."""
        generator, size = np.random.default_rng(self.seed), self.batch(surface)
        while True:
            order = generator.permutation(surface.samples)
            yield from (order[at : at + size] for at in range(0, surface.samples, size))

    def slopes(self, dimension: int = 2) -> Iterator[Points]:
        """Yield what is added to the gradient at step 1, at step 2, and so on for ever, (d,)."""
        generator = np.random.default_rng(self.seed)
        while True:
            yield generator.normal(scale=self.sigma, size=dimension)


CUSTOMARY = Noise()
"""No noise, and mini-batches of the surface's customary size if it has one."""


@dataclass(frozen=True)
class _Batch(Seen):
    """A surface over data as one mini-batch shows it."""

    surface: Subject
    rows: Ints

    def value(self, points: Points) -> Floats:
        return self.surface.value(points, self.rows)

    def gradient(self, points: Points) -> Points:
        return self.surface.gradient(points, self.rows)

    def hessian(self, points: Points) -> Floats:
        return self.surface.hessian(points, self.rows)

    def hessian_product(self, points: Points, vectors: Points) -> Points:
        return self.surface.hessian_product(points, vectors, self.rows)


@dataclass(frozen=True)
class _Tilted(Seen):
    """A surface with a vector added to its gradient, and so a plane to its heights."""

    surface: Oracle
    slope: Points

    def value(self, points: Points) -> Floats:
        return np.asarray(self.surface.value(points) + points @ self.slope)

    def gradient(self, points: Points) -> Points:
        return self.surface.gradient(points) + self.slope

    def hessian(self, points: Points) -> Floats:
        return self.surface.hessian(points)

    def hessian_product(self, points: Points, vectors: Points) -> Points:
        return self.surface.hessian_product(points, vectors)
