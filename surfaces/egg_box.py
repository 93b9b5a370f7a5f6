"""The egg box: sine times cosine, a lattice of equal hills and hollows."""

import numpy as np

from trajviz import Surface


def egg_box(x, y):
    """The sine of x times the cosine of y, as plotted in many a tutorial.

    >>> float(egg_box(np.pi / 2, 0))
    1.0
    """
    return np.sin(x) * np.cos(y)


_FARTHER = [(x, y) for x in (-3 * np.pi / 2, np.pi / 2) for y in (-np.pi, np.pi)]

surface = Surface(
    egg_box,
    title="Egg box",
    window=(-5.6, 5.6, -3.6, 3.6),
    start=(1, 0.35),
    minima=[(-np.pi / 2, 0), (3 * np.pi / 2, 0), *_FARTHER],
    source="A toy of tutorials, without an author; window and start ours (2026)",
    aspect="equal",
)
