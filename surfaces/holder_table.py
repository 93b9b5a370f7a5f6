"""The Holder table: a patterned top that falls to its four corners."""

import numpy as np

from trajviz import Surface


def holder_table(x, y):
    """Hollows that grow deeper away from the centre; kinks where one meets the next.

    It is defined within +-10, beyond which there is lower still. The window here is in one
    of the four corners, around its lowest point there.

    Not differentiable where x is a multiple of pi, or y is one half more; the slope across is
    stated as 0, between those of both sides.

    >>> round(float(holder_table(8.05502, 9.66459)), 4)
    -19.2085
    >>> round(float(holder_table(np.pi / 2, 0)), 6)  # -exp(1 / 2)
    -1.648721
    """
    far = np.exp(np.abs(1 - np.sqrt(x**2 + y**2) / np.pi))
    return -np.abs(np.sin(x) * np.cos(y) * far)


surface = Surface(
    holder_table,
    title="Holder table",
    window=(3.3, 9.6, 6, 10),
    start=(6.45, 9),
    minima=[(8.055023475736563, 9.664590019241272)],
    source="Mishra (2006), Some New Test Functions for Global Optimization, MPRA paper 2718",
    aspect="equal",
    domain=(-10, 10, -10, 10),
)
