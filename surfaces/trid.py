"""The trid: a bowl whose axes lie askew."""

from trajviz import Surface


def trid(x, y):
    """A bowl three times as curved along one diagonal as along the other.

    >>> trid(2, 2)
    -2
    >>> trid(0, 0)
    2
    """
    return (x - 1) ** 2 + (y - 1) ** 2 - x * y


surface = Surface(
    trid,
    title="Trid",
    window=(-4, 4, -4, 4),
    start=(-3.4, 1),
    minima=[(2, 2)],
    source="Adorio (2005), MVF: Multivariate Test Functions Library in C, after Neumaier",
    aspect="equal",
)
