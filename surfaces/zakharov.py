"""Zakharov's function: a bowl that one direction closes ever more steeply."""

from trajviz import Surface


def zakharov(x, y):
    """A bowl along x = -2 y, a wall of the fourth power across it.

    >>> zakharov(2, 1)  # 5 + 2**2 + 2**4
    25.0
    """
    across = 0.5 * x + y
    return x**2 + y**2 + across**2 + across**4


surface = Surface(
    zakharov,
    title="Zakharov",
    window=(-5, 5, -5, 5),
    start=(-4.2, 4),
    minima=[(0, 0)],
    source="Jamil and Yang (2013), Int. J. of Mathematical Modelling 4, 150",
    aspect="equal",
)
