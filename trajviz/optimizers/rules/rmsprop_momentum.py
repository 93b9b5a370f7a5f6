"""RMSProp with momentum."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from trajviz.surface import Gradient, Number, Points
from trajviz.surface.numbers import NonNegative, Share

DEFAULT_LR = 0.01  # torch's


def rmsprop_momentum(
    gradient: Gradient,
    w: Points,
    lr: Number,
    beta: Share = 0.9,
    momentum: Share = 0.9,
    eps: NonNegative = 1e-8,
) -> Iterator[Points]:
    """RMSProp with momentum: a heavy ball driven by RMSProp's steps.

    s = beta s + (1 - beta) g^2
    v = momentum v - lr g / sqrt(s + eps)
    w = w + v

    Family: adaptive.
    Source: Tieleman and Hinton (2012), lecture 6.5, "combining rmsprop with standard momentum";
    eps inside the root, as in our rmsprop.
    Elsewhere: keras and optax compute the same; torch has eps outside the root, and lr outside the
    velocity.

    >>> steps = rmsprop_momentum(lambda w: 2 * w, 1.0, lr=0.1, beta=0.75, eps=0.0)
    >>> float(next(steps))
    0.8
    """
    s: Number = 0.0
    v: Number = 0.0
    while True:
        g = gradient(w)
        s = beta * s + (1 - beta) * g * g
        v = momentum * v - lr * g / np.sqrt(s + eps)
        w = w + v
        yield w
