"""The sum of different powers: round along x, flat-bottomed along y."""

import numpy as np

from trajviz import Surface


def sum_of_powers(x, y):
    """A square along x and a cube along y, whose slope dies away sooner.

    >>> float(sum_of_powers(-0.5, 0.5))
    0.375
    """
    return x**2 + np.abs(y) ** 3


surface = Surface(
    sum_of_powers,
    title="Sum of different powers",
    window=(-1, 1, -1, 1),
    start=(-0.8, 0.9),
    minima=[(0, 0)],
    source="Surjanovic and Bingham (2013), Virtual Library of Simulation Experiments",
    aspect="equal",
)
