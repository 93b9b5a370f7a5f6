"""Schaffer's function N. 2: crossed ridges around one lowest point."""

import numpy as np

from trajviz import Surface


def schaffer_2(x, y):
    """Waves of the difference of two squares, which only slowly grow less deep.

    Customarily seen over +-100; the window here holds the lowest point and the first ridges.

    >>> float(schaffer_2(0, 0))
    0.0
    >>> round(float(schaffer_2(2, 1)), 6)  # (sin(3)**2 - 0.5) / 1.005**2 + 0.5
    0.02468
    """
    return 0.5 + (np.sin(x**2 - y**2) ** 2 - 0.5) / (1 + 0.001 * (x**2 + y**2)) ** 2


surface = Surface(
    schaffer_2,
    title="Schaffer N. 2",
    window=(-2, 2, -2, 2),
    start=(1.2, 0.6),
    minima=[(0, 0)],
    source="Mishra (2006), MPRA paper 2718, after Schaffer (1984)",
    aspect="equal",
)
