"""Problems for tests: small, and known in closed form."""

from __future__ import annotations

import numpy as np

from trajviz.surface.problem import Problem


def bowl(dimension: int = 6, samples: int = 0) -> Problem:
    """Return half a weighted sum of squares; over data, of the distances from each sample."""
    scales = np.linspace(1.0, 4.0, dimension)
    data = np.random.default_rng(3).normal(size=(max(samples, 1), dimension))

    def loss(w, rows=slice(None)):
        centre = data[rows].mean(axis=0) if samples else 0.0
        return (scales * (w - centre) ** 2).sum(axis=-1) / 2

    def gradient(w, rows=slice(None)):
        return scales * (w - (data[rows].mean(axis=0) if samples else 0.0))

    return Problem(
        loss=loss,
        gradient=gradient,
        start=lambda seed: np.random.default_rng(seed).normal(size=dimension) + 2.0,
        dimension=dimension,
        name="bowl-6",
        title="A bowl",
        samples=samples,
        batch_size=min(samples, 4),
        held_out=(lambda w: 3.0 + loss(w)) if samples else None,
        lowest=0.0,
    )
