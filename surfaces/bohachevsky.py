"""Bohachevsky's function: a bowl with a pattern of small hollows."""

import numpy as np

from trajviz import Surface


def bohachevsky(x, y):
    """A bowl twice as curved along y, and waves that make hollows near its lowest point.

    >>> round(abs(float(bohachevsky(0, 0))), 12)
    0.0
    >>> round(float(bohachevsky(1, 1)), 12)  # 1 + 2 + 0.3 - 0.4 + 0.7
    3.6
    """
    return x**2 + 2 * y**2 - 0.3 * np.cos(3 * np.pi * x) - 0.4 * np.cos(4 * np.pi * y) + 0.7


surface = Surface(
    bohachevsky,
    title="Bohachevsky",
    window=(-1.2, 1.2, -1.2, 1.2),
    start=(-1, 0.9),
    minima=[(0, 0)],
    source="Bohachevsky, Johnson and Stein (1986), Technometrics 28, 209",
    aspect="equal",
)
