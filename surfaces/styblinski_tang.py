"""The function of Styblinski and Tang: four minima of different depth in a square."""

from trajviz import Surface


def styblinski_tang(x, y):
    """Four minima, one in each quadrant, the one with both coordinates negative lowest.

    >>> styblinski_tang(1, -1)
    -15.0
    """
    return (x**4 - 16 * x**2 + 5 * x + y**4 - 16 * y**2 + 5 * y) / 2


surface = Surface(
    styblinski_tang,
    title="Styblinski–Tang",  # noqa: RUF001  # two people
    window=(-5, 5, -5, 5),
    start=(0, 4.3),
    minima=[(-2.903534027771177, -2.903534027771177)],
    aspect="equal",
    source="Styblinski and Tang (1990), Neural Networks 3, 467",
)
