"""Barzilai and Borwein's two-point step."""

from __future__ import annotations

from collections.abc import Iterator

from trajviz.optimizers.rules._rows import divide, dot
from trajviz.surface import Gradient, Number, Points

FOLLOWS_SCHEDULES = False  # lr is only the length of the first step


def barzilai_borwein(gradient: Gradient, w: Points, lr: Number = 1e-3) -> Iterator[Points]:
    """Barzilai-Borwein: the step that would have fitted the curvature of the step before.

    t = s.s / s.y, from the last step s and the change y of the gradient along it
    w = w - t g

    Family: curvature.
    Source: Barzilai and Borwein (1988), the longer of their two steps.
    Note: the first t is lr; where the slope did not rise along s, so that t has no sense, t stays
    as it was.
    Elsewhere: torch, keras and optax have none.

    >>> import numpy as np
    >>> steps = barzilai_borwein(lambda w: 2 * w, np.array([1.0, -3.0]), lr=0.25)
    >>> next(steps).tolist(), next(steps).tolist()  # one step to learn the curvature, then there
    ([0.5, -1.5], [0.0, 0.0])
    """
    g = gradient(w)
    t = lr + 0.0 * dot(g, g)
    while True:
        s = -t * g
        w = w + s
        yield w
        before, g = g, gradient(w)
        t = divide(dot(s, s), dot(s, g - before), otherwise=t)
