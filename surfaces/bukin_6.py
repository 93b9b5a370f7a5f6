"""Bukin's sixth function: the bottom of a curved valley is a kink all along."""

import numpy as np

from trajviz import Surface


def bukin_6(x, y):
    """A valley with walls like a root's, infinitely steep at its bottom, and a floor that tilts.

    Not differentiable along y = x**2 / 100 and at x = -10. There the slope of the walls, or that
    of the floor, is stated as 0, a subgradient.

    >>> float(bukin_6(-10, 0))
    100.0
    >>> float(bukin_6(0, 0))
    0.1
    """
    return 100 * np.sqrt(np.abs(y - 0.01 * x**2)) + 0.01 * np.abs(x + 10)


surface = Surface(
    bukin_6,
    title="Bukin 6",
    window=(-15, -5, -3, 3),
    start=(-13, -2.8),
    minima=[(-10, 1)],
    aspect="equal",
    source="Bukin (1997), New Minimization Strategy for Non-Smooth Functions, Novosibirsk",
)
