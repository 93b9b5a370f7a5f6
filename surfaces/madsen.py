"""Madsen's problem: three squares that no point can make 0 together."""

import numpy as np

from trajviz import Surface


def madsen(x, y):
    """The sum of the squares of x**2 + y**2 + x y, sin(x) and cos(y).

    >>> round(float(madsen(3, 1)), 6)  # 13**2 + sin(3)**2 + cos(1)**2
    169.311841
    """
    return (x**2 + y**2 + x * y) ** 2 + np.sin(x) ** 2 + np.cos(y) ** 2


surface = Surface(
    madsen,
    title="Madsen",
    window=(-1.5, 1.5, -1.5, 1.5),
    start=(1.2, 0.75),
    minima=[(-0.15543723585956107, 0.6945637753029045), (0.15543723585956107, -0.6945637753029045)],
    source="Madsen, in NL2SOL: Dennis, Gay and Welsch (1981), ACM Trans. Math. Software 7, 369",
    aspect="equal",
)
