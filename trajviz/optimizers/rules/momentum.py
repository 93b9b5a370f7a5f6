"""Gradient descent with momentum, the heavy ball."""

from __future__ import annotations

from collections.abc import Iterator

from trajviz.surface import Gradient, Number, Points
from trajviz.surface.numbers import Share

DEFAULT_LR = 0.001  # torch's


def momentum(gradient: Gradient, w: Points, lr: Number, beta: Share = 0.9) -> Iterator[Points]:
    """Momentum: a heavy ball, which keeps beta of its velocity.

    v = beta v - lr g(w)
    w = w + v

    Family: momentum.
    Source: Polyak (1964); this form Sutskever et al. (2013), eqs. 1-2.
    Elsewhere: keras computes the same; torch and optax keep lr outside the velocity, which is the
    same path while lr is constant.

    >>> steps = momentum(lambda w: 2 * w, 1.0, lr=0.1, beta=0.5)
    >>> next(steps), round(next(steps), 12)
    (0.8, 0.54)
    """
    v: Number = 0.0
    while True:
        v = beta * v - lr * gradient(w)
        w = w + v
        yield w
