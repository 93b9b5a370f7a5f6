"""Centred RMSProp."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from trajviz.surface import Gradient, Number, Points
from trajviz.surface.numbers import NonNegative, Share

DEFAULT_LR = 0.0001  # the paper's


def rmsprop_centered(
    gradient: Gradient,
    w: Points,
    lr: Number,
    beta: Share = 0.95,
    momentum: Share = 0.9,
    eps: NonNegative = 1e-4,
) -> Iterator[Points]:
    """Centred RMSProp: each axis divided by the running standard deviation of its gradient.

    s = beta s + (1 - beta) g^2
    m = beta m + (1 - beta) g
    v = momentum v - lr g / sqrt(s - m^2 + eps)
    w = w + v

    Family: adaptive.
    Source: Graves (2013), eqs. 38-41, whose lr is 1e-4.
    Elsewhere: keras and optax compute the same, with beta = 0.9, eps = 1e-7 and 1e-8, and no
    momentum unless asked; torch has eps outside the root, and lr outside the velocity.

    >>> steps = rmsprop_centered(lambda w: 2 * w, 1.0, lr=0.1, beta=0.5, eps=0.0)
    >>> float(next(steps))  # s - m^2 = 2 - 1
    0.8
    """
    s: Number = 0.0
    m: Number = 0.0
    v: Number = 0.0
    while True:
        g = gradient(w)
        s = beta * s + (1 - beta) * g * g
        m = beta * m + (1 - beta) * g
        v = momentum * v - lr * g / np.sqrt(s - m * m + eps)
        w = w + v
        yield w
