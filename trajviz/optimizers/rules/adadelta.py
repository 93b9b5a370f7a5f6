"""Adadelta."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from trajviz.surface import Gradient, Number, Points
from trajviz.surface.numbers import NonNegative, Share

DEFAULT_LR = 1.0  # the paper's, and torch's


def adadelta(
    gradient: Gradient, w: Points, lr: Number, rho: Share = 0.95, eps: NonNegative = 1e-6
) -> Iterator[Points]:
    """Adadelta: steps in the units of w, from the running sizes of steps and gradients.

    s = rho s + (1 - rho) g^2
    d = sqrt(u + eps) / sqrt(s + eps) g
    u = rho u + (1 - rho) d^2
    w = w - lr d

    Family: adaptive.
    Source: Zeiler (2012), algorithm 1, which is lr = 1.
    Note: u keeps the unscaled step.
    Elsewhere: all compute the same; torch and optax default to rho = 0.9, keras to lr = 0.001 and
    eps = 1e-7.

    >>> step = 1 - float(next(adadelta(lambda w: 2 * w, 1.0, lr=1.0, rho=0.95, eps=1e-6)))
    >>> round(step, 9)  # sqrt(1e-6) / sqrt(0.05 * 4 + 1e-6) * 2
    0.004472125
    """
    s: Number = 0.0
    u: Number = 0.0
    while True:
        g = gradient(w)
        s = rho * s + (1 - rho) * g * g
        d = np.sqrt(u + eps) / np.sqrt(s + eps) * g
        u = rho * u + (1 - rho) * d * d
        w = w - lr * d
        yield w
