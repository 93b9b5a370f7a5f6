"""Gradient descent."""

from __future__ import annotations

from collections.abc import Iterator

from trajviz.surface import Gradient, Number, Points

DEFAULT_LR = 0.001  # torch's


def sgd(gradient: Gradient, w: Points, lr: Number) -> Iterator[Points]:
    """SGD: a step against the gradient.

    w = w - lr g(w)

    Family: gradient descent.
    Source: Cauchy (1847); with a mini-batch's gradient, Robbins and Monro (1951).
    Elsewhere: torch, keras and optax compute the same.

    >>> next(sgd(lambda w: 2 * w, 1.0, lr=0.1))
    0.8
    """
    while True:
        w = w - lr * gradient(w)
        yield w
