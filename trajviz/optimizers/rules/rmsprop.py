"""RMSProp."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from trajviz.surface import Gradient, Number, Points
from trajviz.surface.numbers import NonNegative, Share

DEFAULT_LR = 0.01  # torch's


def rmsprop(
    gradient: Gradient, w: Points, lr: Number, beta: Share = 0.9, eps: NonNegative = 1e-8
) -> Iterator[Points]:
    """RMSProp: each axis divided by the running size of its own gradient.

    s = beta s + (1 - beta) g^2
    w = w - lr g / sqrt(s + eps)

    Family: adaptive.
    Source: Tieleman and Hinton (2012), lecture 6.5, with eps inside the root as in the article
    this project grew from.
    Elsewhere: optax computes the same; keras defaults to eps = 1e-7; torch has eps = 1e-8 outside
    the root and beta = 0.99, a visibly different path where gradients are small.

    >>> float(next(rmsprop(lambda w: 2 * w, 1.0, lr=0.1, beta=0.75, eps=0.0)))
    0.8
    """
    s: Number = 0.0
    while True:
        g = gradient(w)
        s = beta * s + (1 - beta) * g * g
        w = w - lr * g / np.sqrt(s + eps)
        yield w
