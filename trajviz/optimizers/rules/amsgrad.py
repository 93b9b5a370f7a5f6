"""AMSGrad."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from trajviz.surface import Gradient, Number, Points
from trajviz.surface.numbers import NonNegative, Share

DEFAULT_LR = 0.001  # torch's


def amsgrad(
    gradient: Gradient,
    w: Points,
    lr: Number,
    beta1: Share = 0.9,
    beta2: Share = 0.999,
    eps: NonNegative = 1e-8,
) -> Iterator[Points]:
    """AMSGrad: Adam whose divisor never shrinks, so that its rates never grow.

    m = beta1 m + (1 - beta1) g
    s = beta2 s + (1 - beta2) g^2
    top = max(top, s)
    w = w - lr m / (sqrt(top) + eps)

    Family: Adam.
    Source: Reddi, Kale and Kumar (2018), algorithm 2: no correction for the start at 0. eps is not
    the paper's.
    Elsewhere: optax's scale_by_amsgrad computes the same when told to correct neither, but optax
    corrects both by default, s before the maximum; torch and keras correct both, s after the
    maximum, keras with its "epsilon hat".

    >>> step = 1 - float(next(amsgrad(lambda w: 2 * w, 1.0, lr=0.1, eps=0.0)))
    >>> round(step, 9)  # 0.1 * 0.1 * 2 / sqrt(0.001 * 4)
    0.316227766
    """
    m: Number = 0.0
    s: Number = 0.0
    top: Number = 0.0
    while True:
        g = gradient(w)
        m = beta1 * m + (1 - beta1) * g
        s = beta2 * s + (1 - beta2) * g * g
        top = np.maximum(top, s)
        w = w - lr * m / (np.sqrt(top) + eps)
        yield w
