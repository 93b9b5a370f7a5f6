"""The Gaussian hills in a bowl: the way to the bottom leads between them."""

import numpy as np

from trajviz import Surface


def gaussian_hills(x, y):
    """A shallow bowl with three round hills, between which the ways part.

    >>> round(float(gaussian_hills(-1.5, 1.5)), 4)  # on the first hill
    2.4501
    """
    first = 2 * np.exp(-((x + 1.5) ** 2) - (y - 1.5) ** 2)
    second = 1.5 * np.exp(-((x - 1.5) ** 2) - (y - 1) ** 2)
    third = 1.5 * np.exp(-((x - 0.5) ** 2) - (y + 2) ** 2)
    return 0.1 * (x**2 + y**2) + first + second + third


surface = Surface(
    gaussian_hills,
    title="Gaussian hills",
    window=(-4, 4, -4, 4),
    start=(-3, 3.4),
    minima=[(-0.22529753616126779, -0.14429588896829948)],
    aspect="equal",
    source="Formula ours (2026)",
)
