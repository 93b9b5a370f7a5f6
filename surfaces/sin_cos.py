"""A sine times a cosine: hills and hollows of every shape."""

import numpy as np

from trajviz import Surface


def sin_cos(x, y):
    """The encyclopedia's picture of gradient ascent: waves bent into hills, hollows and saddles.

    >>> round(float(sin_cos(0, 0)), 6)  # sin(3)
    0.14112
    """
    return np.sin(x**2 / 2 - y**2 / 4 + 3) * np.cos(2 * x + 1 - np.exp(y))


surface = Surface(
    sin_cos,
    title="Sine times cosine",
    window=(-3.5, 2.5, -2, 2),
    start=(0.1, -0.5),
    minima=[
        (-2.0276506178266267, 1.1718268363570796),
        (-3.2611302207042447, 1.3616218626634566),
        (2.201786650358478, 1.6870604570835193),
    ],
    source="Gillis (2006), Gradient ascent (contour), a picture at Wikimedia Commons",
    aspect="equal",
)
