"""Adam."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from trajviz.surface import Gradient, Number, Points
from trajviz.surface.numbers import NonNegative, Share

DEFAULT_LR = 0.001  # the paper's, and torch's


def adam(
    gradient: Gradient,
    w: Points,
    lr: Number,
    beta1: Share = 0.9,
    beta2: Share = 0.999,
    eps: NonNegative = 1e-8,
) -> Iterator[Points]:
    """Adam: momentum and RMSProp together, both corrected for their start at 0.

    m = beta1 m + (1 - beta1) g
    s = beta2 s + (1 - beta2) g^2
    w = w - lr m / (1 - beta1^t) / (sqrt(s / (1 - beta2^t)) + eps)

    Family: Adam.
    Source: Kingma and Ba (2015), algorithm 1.
    Elsewhere: torch and optax compute the same; keras adds eps = 1e-7 before the correction of s,
    the paper's "epsilon hat".

    >>> float(next(adam(lambda w: 2 * w, 1.0, lr=0.25, eps=0.0)))  # the first step is lr
    0.75
    """
    m: Number = 0.0
    s: Number = 0.0
    decay1 = decay2 = 1.0
    while True:
        g = gradient(w)
        m = beta1 * m + (1 - beta1) * g
        s = beta2 * s + (1 - beta2) * g * g
        decay1, decay2 = decay1 * beta1, decay2 * beta2
        w = w - lr * (m / (1 - decay1)) / (np.sqrt(s / (1 - decay2)) + eps)
        yield w
