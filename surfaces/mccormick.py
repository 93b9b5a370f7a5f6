"""McCormick's function: a sheet folded by a sine along a parabolic trough."""

import numpy as np

from trajviz import Surface


def mccormick(x, y):
    """A trough along the diagonal with a lowest point and, further up, a lesser one.

    Along the diagonal it falls for ever, beyond the window; its minimum is the window's.

    >>> float(mccormick(0, 0))
    1.0
    >>> round(float(mccormick(2.594395, 1.594395)), 4)  # the lesser minimum
    1.2284
    """
    return np.sin(x + y) + (x - y) ** 2 - 1.5 * x + 2.5 * y + 1


surface = Surface(
    mccormick,
    title="McCormick",
    window=(-1.5, 4, -3, 4),
    start=(-1.2, 1.4),
    minima=[(0.5 - np.pi / 3, -0.5 - np.pi / 3)],  # where sin(x + y) is -sqrt(3) / 2
    aspect="equal",
    source="Adorio (2005), MVF: Multivariate Test Functions Library in C; after McCormick",
)
