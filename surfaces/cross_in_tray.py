"""The cross in the tray: sharp grooves that cross, and four lowest points beside them."""

import numpy as np

from trajviz import Surface


def cross_in_tray(x, y):
    """A tray of egg-box hollows under a cross of sharp crests; four lowest points around it.

    Customarily seen over +-10; the window here holds the four lowest hollows, and the start is at
    the rim of one.

    Not differentiable where x or y is a multiple of pi, along the crests; the slope across them is
    stated as 0, between those of both sides.

    >>> float(cross_in_tray(0, 0))
    -0.0001
    >>> round(float(cross_in_tray(np.pi / 2, np.pi / 2)), 6)
    -2.052275
    """
    wave = np.sin(x) * np.sin(y) * np.exp(np.abs(100 - np.sqrt(x**2 + y**2) / np.pi))
    return -0.0001 * (np.abs(wave) + 1) ** 0.1


_AT = 1.3494066171539107

surface = Surface(
    cross_in_tray,
    title="Cross in tray",
    window=(-2.8, 2.8, -2.3, 2.3),
    start=(-2.6, 2.1),
    minima=[(_AT, _AT), (_AT, -_AT), (-_AT, _AT), (-_AT, -_AT)],
    aspect="equal",
    source="Mishra (2006), Some New Test Functions for Global Optimization, MPRA paper 2718",
)
