"""Griewank's function: a wide bowl full of shallow waves."""

import numpy as np

from trajviz import Surface


def griewank(x, y):
    """A bowl so wide that near its lowest point the waves upon it are all that is felt.

    Customarily seen over +-600, where the waves are too small to be seen; the window here holds the
    lowest point and the minima around it.

    >>> float(griewank(0, 0))
    0.0
    >>> round(float(griewank(np.pi, 0)), 6)  # pi**2 / 4000 + 1 + 1
    2.002467
    """
    return (x**2 + y**2) / 4000 - np.cos(x) * np.cos(y / np.sqrt(2)) + 1


surface = Surface(
    griewank,
    title="Griewank",
    window=(-5, 5, -5, 5),
    start=(-2.6, 1.2),
    minima=[(0, 0)],
    source="Griewank (1981), J. of Optimization Theory and Applications 34, 11",
    aspect="equal",
)
