"""Branin's function: a wave along a parabola, with three lowest points alike."""

import numpy as np

from trajviz import Surface


def branin(x, y):
    """Three hollows of one depth, 5 / (4 pi), along a bent trough.

    >>> round(float(branin(np.pi, 2.275)), 6)
    0.397887
    >>> round(float(branin(0, 0)), 6)  # 6**2 + 10 (1 - 1 / (8 pi)) + 10
    55.602113
    """
    bend = y - 5.1 / (4 * np.pi**2) * x**2 + 5 / np.pi * x - 6
    return bend**2 + 10 * (1 - 1 / (8 * np.pi)) * np.cos(x) + 10


surface = Surface(
    branin,
    title="Branin",
    window=(-5, 10, 0, 15),
    start=(4.5, 13),
    minima=[(-np.pi, 12.275), (np.pi, 2.275), (3 * np.pi, 2.475)],
    source="Branin (1972), IBM Journal of Research and Development 16, 504",
    aspect="equal",
)
