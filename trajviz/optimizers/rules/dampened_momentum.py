"""Momentum of averaged gradients."""

from __future__ import annotations

from collections.abc import Iterator

from trajviz.surface import Gradient, Number, Points
from trajviz.surface.numbers import Share

DEFAULT_LR = 0.001  # torch's


def dampened_momentum(
    gradient: Gradient, w: Points, lr: Number, beta: Share = 0.9
) -> Iterator[Points]:
    """Dampened momentum: steps along the running mean of the gradients.

    m = beta m + (1 - beta) g
    w = w - lr m

    Family: momentum.
    Source: Polyak (1964), with the velocity as an average, as in Kingma and Ba (2015), algorithm 1.
    Note: it is momentum with lr (1 - beta) in place of lr.
    Elsewhere: optax computes the same, as ema without its correction; torch's dampening spares the
    first gradient, so that its mean starts at g; keras has none.

    >>> steps = dampened_momentum(lambda w: 2 * w, 1.0, lr=0.1, beta=0.5)
    >>> next(steps), round(next(steps), 12)
    (0.9, 0.76)
    """
    m: Number = 0.0
    while True:
        m = beta * m + (1 - beta) * gradient(w)
        w = w - lr * m
        yield w
