"""MATLAB's peaks: three hills and three hollows of Gaussians."""

import numpy as np

from trajviz import Surface


def peaks(x, y):
    """Three hills, two deep hollows and a shallow one, in a plain.

    >>> round(float(peaks(0, 0)), 6)  # 8 / (3 e)
    0.981012
    >>> round(float(peaks(-0.009318, 1.581368)), 4)  # the highest hill
    8.1062
    """
    return (
        3 * (1 - x) ** 2 * np.exp(-(x**2) - (y + 1) ** 2)
        - 10 * (x / 5 - x**3 - y**5) * np.exp(-(x**2) - y**2)
        - np.exp(-((x + 1) ** 2) - y**2) / 3
    )


surface = Surface(
    peaks,
    title="Peaks",
    window=(-3, 3, -3, 3),
    start=(0.2, 1.2),
    minima=[(0.2282789205563691, -1.6255349574999965)],
    aspect="equal",
    source="MathWorks (from 1984), peaks.m of MATLAB",
)
