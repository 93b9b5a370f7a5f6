"""Momentum orthogonalised by Newton and Schulz's iteration."""

from __future__ import annotations

from collections.abc import Iterator

from trajviz.optimizers.rules._newton_schulz import orthogonal
from trajviz.surface import Number, Oracle, Points
from trajviz.surface.numbers import Share

DEFAULT_LR = 0.02


def muon(surface: Oracle, w: Points, lr: Number, beta: Share = 0.95) -> Iterator[Points]:
    """Muon: momentum whose matrices push along all their directions alike.

    m = beta m + g
    w = w - lr O(g + beta m), where O makes all singular values of each matrix about 1

    Family: momentum.
    Source: Jordan et al. (2024), Muon: An optimizer for hidden layers in neural networks, with the
    Nesterov momentum and the factor sqrt(max(1, rows / columns)) of their code.
    Note: O is five steps of Newton and Schulz's iteration. A point of the plane is a matrix of one
    column, and so is a bias; of a column, O is its direction. The authors leave biases to AdamW.
    Elsewhere: of points of the plane torch, keras and optax have none, as theirs are for matrices.
    Of matrices torch.Muon computes the same, in bfloat16; optax.contrib.muon corrects both of its
    terms as Nadam does.

    >>> import numpy as np
    >>> from trajviz.surface.catalogue import load_surface
    >>> step = next(muon(load_surface("sphere"), np.array([3.0, 4.0]), lr=1)) - [3.0, 4.0]
    >>> (step / np.hypot(*step)).round(6).tolist()  # straight down the gradient
    [-0.6, -0.8]
    """
    m = 0.0 * w
    while True:
        g = surface.gradient(w)
        m = beta * m + g
        w = w - lr * orthogonal(surface, g + beta * m)
        yield w
