"""Yogi."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from trajviz.surface import Gradient, Number, Points
from trajviz.surface.numbers import NonNegative, Share

DEFAULT_LR = 0.01  # the paper's


def yogi(
    gradient: Gradient,
    w: Points,
    lr: Number,
    beta1: Share = 0.9,
    beta2: Share = 0.999,
    eps: NonNegative = 1e-3,
) -> Iterator[Points]:
    """Yogi: Adam whose divisor moves by at most a share of the new slope's square.

    m = beta1 m + (1 - beta1) g
    s = s - (1 - beta2) sign(s - g^2) g^2
    w = w - lr m / (sqrt(s) + eps)

    Family: Adam.
    Source: Zaheer et al. (2018), algorithm 2: no correction for the start at 0.
    Elsewhere: optax starts m and s at 1e-6 and corrects both as Adam does; torch and keras have
    none.

    >>> step = 1 - float(next(yogi(lambda w: 2 * w, 1.0, lr=0.1, eps=0.0)))
    >>> round(step, 9)  # as AMSGrad's: 0.1 * 0.1 * 2 / sqrt(0.001 * 4)
    0.316227766
    """
    m: Number = 0.0
    s: Number = 0.0
    while True:
        g = gradient(w)
        m = beta1 * m + (1 - beta1) * g
        s = s - (1 - beta2) * np.sign(s - g * g) * g * g
        w = w - lr * m / (np.sqrt(s) + eps)
        yield w
