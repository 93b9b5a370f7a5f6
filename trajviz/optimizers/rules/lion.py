"""Lion."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from trajviz.surface import Gradient, Number, Points
from trajviz.surface.numbers import NonNegative, Share

DEFAULT_LR = 0.0001  # the authors' code's


def lion(
    gradient: Gradient,
    w: Points,
    lr: Number,
    beta1: Share = 0.9,
    beta2: Share = 0.99,
    weight_decay: NonNegative = 0.0,
) -> Iterator[Points]:
    """Lion: the sign of a momentum that leans towards the newest slope.

    c = beta1 m + (1 - beta1) g
    w = w - lr (sign(c) + weight_decay w)
    m = beta2 m + (1 - beta2) g

    Family: sign.
    Source: Chen et al. (2023), algorithm 2, where the weight decay is tuned.
    Elsewhere: keras and optax compute the same, optax with weight_decay = 0.001; torch has none.

    >>> float(next(lion(lambda w: 2 * w, 1.0, lr=0.25)))  # every step is lr
    0.75
    """
    m: Number = 0.0
    while True:
        g = gradient(w)
        c = beta1 * m + (1 - beta1) * g
        w = w - lr * (np.sign(c) + weight_decay * w)
        m = beta2 * m + (1 - beta2) * g
        yield w
