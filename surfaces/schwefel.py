"""Schwefel's function: deep hollows, the deepest far from the next best."""

import numpy as np

from trajviz import Surface


def schwefel(x, y):
    """Hollows that grow with the distance from the centre; the lowest stands in a corner.

    It is defined within +-500, beyond which there is lower still. The window here is the corner
    around the lowest point.

    >>> round(float(schwefel(420.968746, 420.968746)), 4)
    -0.0
    >>> round(float(schwefel(0, 0)), 4)
    837.9658
    """
    waves = x * np.sin(np.sqrt(np.abs(x))) + y * np.sin(np.sqrt(np.abs(y)))
    return 837.9657745448674 - waves


_AT = 420.96874635998205

surface = Surface(
    schwefel,
    title="Schwefel",
    window=(150, 500, 150, 500),
    start=(305, 480),
    minima=[(_AT, _AT)],
    source="Schwefel (1981), Numerical Optimization of Computer Models, problem 2.26",
    aspect="equal",
    domain=(-500, 500, -500, 500),
)
