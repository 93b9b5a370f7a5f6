"""Gradient descent with backtracking line search."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from trajviz.optimizers.rules._rows import dot
from trajviz.surface import Number, Oracle, Points
from trajviz.surface.numbers import Fraction

RATE_IS_FACTOR = True  # the search says how long a step is, from lr downwards


def backtracking(
    surface: Oracle, w: Points, lr: Number = 1.0, shrink: Fraction = 0.5, c1: Fraction = 1e-4
) -> Iterator[Points]:
    """Backtracking: gradient descent whose step shrinks until the surface falls as it promised.

    t = lr, then shrink t until f(w - t g) <= f(w) - c1 t g.g
    w = w - t g

    Family: gradient descent.
    Source: Armijo (1966); Nocedal and Wright (2006), algorithm 3.1.
    Note: each step starts from lr again.
    Elsewhere: optax's scale_by_backtracking_linesearch computes the same with decrease_factor =
    0.5, increase_factor = inf and max_learning_rate = lr; torch and keras have none.

    >>> from trajviz.surface.catalogue import load_surface
    >>> bowl = load_surface("bowl")  # 0.05 W^2 + b^2
    >>> next(backtracking(bowl, np.array([0.0, 3.0]))).tolist()  # t = 1 would come to b = -3
    [0.0, 0.0]
    """
    height = surface.value(w)[..., None]
    while True:
        g = surface.gradient(w)
        fall = c1 * dot(g, g)
        t = lr + 0.0 * fall
        while True:
            new = surface.value(w - t * g)[..., None]
            too_far = ~(new <= height - t * fall) & np.isfinite(height - fall) & _moves(t * g)
            if not too_far.any():
                break
            t = np.where(too_far, shrink * t, t)
        w, height = w - t * g, new
        yield w


def _moves(step: Points) -> npt.NDArray[np.bool_]:
    return np.asarray((step != 0).any(axis=-1, keepdims=True))
