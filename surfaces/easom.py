"""Easom's function: one narrow hole in a plain."""

import numpy as np

from trajviz import Surface


def easom(x, y):
    """A hole of depth 1 around (pi, pi); everywhere else a plain, all but level.

    >>> round(float(easom(0, 0)) * 1e9, 3)  # -exp(-2 pi**2)
    -2.675
    """
    return -np.cos(x) * np.cos(y) * np.exp(-((x - np.pi) ** 2) - (y - np.pi) ** 2)


surface = Surface(
    easom,
    title="Easom",
    window=(0, 6, 0, 6),
    start=(1.9, 4.6),
    minima=[(np.pi, np.pi)],
    aspect="equal",
    source="Easom (1990), A Survey of Global Optimization Techniques, Univ. of Louisville",
)
