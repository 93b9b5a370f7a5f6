"""AdaBelief."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from trajviz.surface import Gradient, Number, Points
from trajviz.surface.numbers import NonNegative, Share

DEFAULT_LR = 0.001  # the authors' code's


def adabelief(
    gradient: Gradient,
    w: Points,
    lr: Number,
    beta1: Share = 0.9,
    beta2: Share = 0.999,
    eps: NonNegative = 1e-16,
) -> Iterator[Points]:
    """AdaBelief: Adam divided by how far the slope is from its running mean.

    m = beta1 m + (1 - beta1) g
    s = beta2 s + (1 - beta2) (g - m)^2 + eps
    w = w - lr m / (1 - beta1^t) / (sqrt(s / (1 - beta2^t)) + eps)

    Family: Adam.
    Source: Zhuang et al. (2020), algorithm 2; eps as in the authors' code.
    Elsewhere: optax computes the same; torch and keras have none.

    >>> step = 1 - float(next(adabelief(lambda w: 2 * w, 1.0, lr=0.1, beta1=0.5, eps=0.0)))
    >>> round(step, 9)  # 0.1 * 2 / |2 - 1|
    0.2
    """
    m: Number = 0.0
    s: Number = 0.0
    decay1 = decay2 = 1.0
    while True:
        g = gradient(w)
        m = beta1 * m + (1 - beta1) * g
        s = beta2 * s + (1 - beta2) * (g - m) ** 2 + eps
        decay1, decay2 = decay1 * beta1, decay2 * beta2
        w = w - lr * (m / (1 - decay1)) / (np.sqrt(s / (1 - decay2)) + eps)
        yield w
