"""The six-hump camel: six minima, two of them lowest."""

from trajviz import Surface


def six_hump_camel(x, y):
    """Six minima in three pairs, mirrored through the centre; one pair is the lowest.

    >>> six_hump_camel(1, 1)  # 4 - 2.1 + 1/3 + 1 - 4 + 4
    3.2333333333333334
    >>> round(six_hump_camel(1.703607, -0.796084), 4)  # the second pair
    -0.2155
    """
    return (4 - 2.1 * x**2 + x**4 / 3) * x**2 + x * y + (4 * y**2 - 4) * y**2


surface = Surface(
    six_hump_camel,
    title="Six-hump camel",
    window=(-2, 2, -1.2, 1.2),
    start=(-1.7, -1),
    minima=[(0.08984201310031806, -0.7126564030207396), (-0.08984201310031806, 0.7126564030207396)],
    aspect="equal",
    source="Dixon and Szego (1978), Towards Global Optimisation 2, North-Holland",
)
