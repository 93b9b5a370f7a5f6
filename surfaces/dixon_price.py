"""Dixon and Price's function: a bent valley with two lowest points alike."""

import numpy as np

from trajviz import Surface


def dixon_price(x, y):
    """A valley along x = 2 y**2, and on either branch a lowest point.

    >>> dixon_price(1, 1)
    2
    >>> dixon_price(0, 0)
    1
    """
    return (x - 1) ** 2 + 2 * (2 * y**2 - x) ** 2


surface = Surface(
    dixon_price,
    title="Dixon-Price",
    window=(-1.5, 3.5, -2, 2),
    start=(-1, 1.6),
    minima=[(1, np.sqrt(0.5)), (1, -np.sqrt(0.5))],
    source="Dixon and Price (1989), J. of Optimization Theory and Applications 60, 261",
    aspect="equal",
)
