"""Michalewicz's function: narrow grooves in a plain, and one place where two cross."""

import numpy as np

from trajviz import Surface


def michalewicz(x, y):
    """Grooves of depth 1 along each axis, so narrow that beside them there is hardly any slope.

    >>> round(float(michalewicz(2.20290552, 1.57079633)), 4)
    -1.8013
    """
    return -np.sin(x) * np.sin(x**2 / np.pi) ** 20 - np.sin(y) * np.sin(2 * y**2 / np.pi) ** 20


surface = Surface(
    michalewicz,
    title="Michalewicz",
    window=(1.2, 3, 0.7, 2.5),
    start=(1.75, 1.3),
    minima=[(2.2029055201726093, 1.5707963267948966)],
    source="Michalewicz (1992), Genetic Algorithms + Data Structures = Evolution Programs",
    aspect="equal",
)
