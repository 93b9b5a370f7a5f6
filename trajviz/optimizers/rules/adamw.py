"""AdamW."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from trajviz.surface import Gradient, Number, Points
from trajviz.surface.numbers import NonNegative, Share

DEFAULT_LR = 0.001  # the paper's, and torch's


def adamw(
    gradient: Gradient,
    w: Points,
    lr: Number,
    beta1: Share = 0.9,
    beta2: Share = 0.999,
    eps: NonNegative = 1e-8,
    weight_decay: NonNegative = 0.01,
) -> Iterator[Points]:
    """AdamW: Adam, and w shrinks towards 0 by itself.

    m = beta1 m + (1 - beta1) g
    s = beta2 s + (1 - beta2) g^2
    d = m / (1 - beta1^t) / (sqrt(s / (1 - beta2^t)) + eps)
    w = w - lr (d + weight_decay w)

    Family: Adam.
    Source: Loshchilov and Hutter (2019), algorithm 2, with alpha = 1 and lr for eta.
    Elsewhere: torch and optax compute the same, optax with weight_decay = 1e-4; keras has 0.004,
    and adds eps = 1e-7 before the correction of s.

    >>> float(next(adamw(lambda w: 2 * w, 1.0, lr=0.25, eps=0.0, weight_decay=0.5)))
    0.625
    """
    m: Number = 0.0
    s: Number = 0.0
    decay1 = decay2 = 1.0
    while True:
        g = gradient(w)
        m = beta1 * m + (1 - beta1) * g
        s = beta2 * s + (1 - beta2) * g * g
        decay1, decay2 = decay1 * beta1, decay2 * beta2
        d = m / (1 - decay1) / (np.sqrt(s / (1 - decay2)) + eps)
        w = w - lr * (d + weight_decay * w)
        yield w
