"""AdaMax."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from trajviz.surface import Gradient, Number, Points
from trajviz.surface.numbers import NonNegative, Share

DEFAULT_LR = 0.002  # the paper's, and torch's


def adamax(
    gradient: Gradient,
    w: Points,
    lr: Number,
    beta1: Share = 0.9,
    beta2: Share = 0.999,
    eps: NonNegative = 1e-8,
) -> Iterator[Points]:
    """AdaMax: Adam with the largest recent slope in place of the root mean square.

    m = beta1 m + (1 - beta1) g
    u = max(beta2 u, |g| + eps)
    w = w - lr m / (1 - beta1^t) / u

    Family: Adam.
    Source: Kingma and Ba (2015), algorithm 2; eps, which keeps 0 / 0 away, is not the paper's.
    Elsewhere: torch and optax compute the same; keras adds eps = 1e-7 to u after the maximum.

    >>> float(next(adamax(lambda w: 2 * w, 1.0, lr=0.25, eps=0.0)))  # the first step is lr
    0.75
    """
    m: Number = 0.0
    u: Number = 0.0
    decay1 = 1.0
    while True:
        g = gradient(w)
        m = beta1 * m + (1 - beta1) * g
        u = np.maximum(beta2 * u, np.abs(g) + eps)
        decay1 = decay1 * beta1
        w = w - lr * (m / (1 - decay1)) / u
        yield w
