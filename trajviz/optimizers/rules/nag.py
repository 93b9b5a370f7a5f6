"""Nesterov's accelerated gradient."""

from __future__ import annotations

from collections.abc import Iterator

from trajviz.surface import Gradient, Number, Points
from trajviz.surface.numbers import Share

DEFAULT_LR = 0.001  # torch's


def nag(gradient: Gradient, w: Points, lr: Number, beta: Share = 0.9) -> Iterator[Points]:
    """NAG: momentum that looks ahead to where its velocity carries it.

    v = beta v - lr g(w)
    w = w + beta v - lr g(w)

    Family: momentum.
    Source: Nesterov (1983), rearranged as by Bengio et al. (2013), eqs. 6-7, so that w is the
    look-ahead point of Sutskever et al. (2013), eqs. 3-4, rather than their theta.
    Elsewhere: keras computes the same; torch and optax keep lr outside the velocity, which is the
    same path while lr is constant.

    >>> next(nag(lambda w: 2 * w, 1.0, lr=0.1, beta=0.5))
    0.7
    """
    v: Number = 0.0
    while True:
        step = lr * gradient(w)
        v = beta * v - step
        w = w + beta * v - step
        yield w
