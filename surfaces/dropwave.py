"""The drop wave: rings around a drop, each lower than the one before."""

import numpy as np

from trajviz import Surface


def dropwave(x, y):
    """Circular waves that grow towards the centre, where the lowest point is.

    Customarily seen over +-5.12 or +-2; the window here is a part of that, so that its level lines
    are apart: the drop, the first ring on one side, and the crest behind it, where the start is.

    The root in it has no slope at the centre, but the wave is level there, and its slope is 0.

    >>> round(float(dropwave(np.pi / 3, 0)), 9)  # a crest away: -2 / (pi**2 / 18 + 2)
    -0.784833453
    """
    square = x**2 + y**2
    return -(1 + np.cos(12 * np.sqrt(square))) / (square / 2 + 2)


surface = Surface(
    dropwave,
    title="Drop wave",
    window=(-0.95, 0.5, -0.45, 0.45),
    start=(-0.75, -0.2),
    minima=[(0, 0)],
    aspect="equal",
    source="Molga and Smutnicki (2005), Test Functions for Optimization Needs",
)
