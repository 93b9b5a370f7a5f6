"""Rosenbrock's banana: a flat, curved valley between steep walls."""

from trajviz import Surface


def rosenbrock(x, y):
    """A curved valley whose floor falls hardly at all.

    >>> rosenbrock(-1.2, 1)  # More, Garbow and Hillstrom (1981), problem 1
    24.199999999999996
    """
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


surface = Surface(
    rosenbrock,
    title="Rosenbrock",
    window=(-2, 2, -1, 3),
    start=(-1.2, 1),
    minima=[(1, 1)],
    source="Rosenbrock (1960), The Computer Journal 3, 175; start: More, Garbow, Hillstrom (1981)",
)
