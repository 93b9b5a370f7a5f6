"""Levy's function: a wavy trough on a bowl."""

import numpy as np

from trajviz import Surface


def levy(x, y):
    """Waves along x, troughs across them, and one lowest point among many minima.

    >>> round(float(levy(-3, 1)), 9)  # sin(0)**2 + 1 + 10 sin(1)**2
    8.080734183
    >>> float(levy(1, 5))  # sin(pi)**2 and 1 + sin(4 pi)**2
    1.0
    """
    u, v = 1 + (x - 1) / 4, 1 + (y - 1) / 4
    waves = np.sin(np.pi * u) ** 2 + (u - 1) ** 2 * (1 + 10 * np.sin(np.pi * u + 1) ** 2)
    return waves + (v - 1) ** 2 * (1 + np.sin(2 * np.pi * v) ** 2)


surface = Surface(
    levy,
    title="Levy",
    window=(-10, 10, -10, 10),
    start=(-5.2, 8),
    minima=[(1, 1)],
    aspect="equal",
    source="Levy and Montalvo (1985), SIAM J. on Scientific and Statistical Computing 6, 15",
)
