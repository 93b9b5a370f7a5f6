"""Adagrad."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from trajviz.surface import Gradient, Number, Points
from trajviz.surface.numbers import NonNegative

DEFAULT_LR = 0.01  # torch's


def adagrad(
    gradient: Gradient, w: Points, lr: Number, eps: NonNegative = 1e-10
) -> Iterator[Points]:
    """Adagrad: each axis divided by the root of all its squared gradients so far.

    s = s + g^2
    w = w - lr g / (sqrt(s) + eps)

    Family: adaptive.
    Source: Duchi, Hazan and Singer (2011), section 1.3.
    Elsewhere: torch computes the same; keras and optax start s at 0.1 rather than 0, and have
    eps = 1e-7 inside the root.

    >>> float(next(adagrad(lambda w: 2 * w, 1.0, lr=0.25)))  # the first step is lr, downhill
    0.7500000000125
    """
    s: Number = 0.0
    while True:
        g = gradient(w)
        s = s + g * g
        w = w - lr * g / (np.sqrt(s) + eps)
        yield w
