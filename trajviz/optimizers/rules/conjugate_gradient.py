"""Nonlinear conjugate gradients."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from trajviz.optimizers.rules._line_search import strong_wolfe
from trajviz.optimizers.rules._rows import divide, dot
from trajviz.surface import Number, Oracle, Points
from trajviz.surface.numbers import Fraction

FOLLOWS_SCHEDULES = False  # lr is only the length of the first step


def conjugate_gradient(
    surface: Oracle, w: Points, lr: Number = 1e-3, c1: Fraction = 1e-4, c2: Fraction = 0.1
) -> Iterator[Points]:
    """Conjugate gradient: down lines that do not undo what the lines before them gained.

    w = w + t d, with t from a line search
    beta = max(0, g' . (g' - g) / g . g), where g' is the gradient at the new w
    d = beta d - g', at first -g

    Family: curvature.
    Source: Polak and Ribiere (1969), with the restart of Gilbert and Nocedal (1992); Nocedal and
    Wright (2006), algorithm 5.4 and eq. 5.45.
    Note: t satisfies the strong Wolfe conditions with c1 and c2; each search starts from the last
    t, the first from lr.
    Elsewhere: torch, keras and optax have none; scipy's CG has the same rule with another search.

    >>> from trajviz.surface.catalogue import load_surface
    >>> steps = conjugate_gradient(load_surface("bowl"), np.array([-9.0, 2.4]), c2=1e-12)
    >>> bool(np.abs([next(steps) for _ in range(2)][1]).max() < 1e-12)  # two axes, two lines
    True
    """
    g = surface.gradient(w)
    d, t = -g, lr + 0.0 * dot(g, g)
    while True:
        t, new = strong_wolfe(surface, w, g, d, t, c1, c2)
        w = w + t * d
        yield w
        beta = np.maximum(0.0, divide(dot(new, new - g), dot(g, g), otherwise=0.0))
        d = beta * d - new
        d = np.where(dot(new, d) < 0, d, -new)
        g = new
