"""Shubert's function: deep hollows in pairs, all the deepest alike."""

import numpy as np

from trajviz import Surface


def _waves(t):
    return sum(i * np.cos((i + 1) * t + i) for i in range(1, 6))


def shubert(x, y):
    """The product of two sums of waves: 18 lowest points within +-10, of which two are here.

    >>> round(float(shubert(-1.42512843, -0.80032110)), 4)
    -186.7309
    """
    return _waves(x) * _waves(y)


_LOW, _HIGH = -1.425128428319761, -0.8003211004719731

surface = Surface(
    shubert,
    title="Shubert",
    window=(-2, 0, -2, 0),
    start=(-0.9, -0.72),
    minima=[(_LOW, _HIGH), (_HIGH, _LOW)],
    source="Levy and Montalvo (1985), after Shubert (1972), SIAM J. on Numerical Analysis 9, 379",
    aspect="equal",
)
