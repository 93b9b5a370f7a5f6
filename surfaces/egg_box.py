"""The egg box: sine times cosine, a lattice of equal hills and hollows."""

import numpy as np

from trajviz import Surface


def egg_box(x, y):
    """The sine of x times the cosine of y, as plotted in many a tutorial.

    >>> float(egg_box(np.pi / 2, 0))
    1.0
    """
    return np.sin(x) * np.cos(y)


surface = Surface(
    egg_box,
    title="Egg box",
    window=(-3.5, 3.5, -3.5, 3.5),
    start=(1, 0.35),
    minima=[(-np.pi / 2, 0), (np.pi / 2, np.pi), (np.pi / 2, -np.pi)],
    source="A toy of tutorials, without an author; window and start ours (2026)",
)
