"""The three-hump camel: a lowest minimum between two others."""

from trajviz import Surface


def three_hump_camel(x, y):
    """Three minima in a row, the middle one lowest.

    >>> round(three_hump_camel(1, 1), 12)  # 2 - 1.05 + 1/6 + 1 + 1
    3.116666666667
    >>> round(three_hump_camel(1.747552, -0.873776), 4)  # one of the others
    0.2986
    """
    return 2 * x**2 - 1.05 * x**4 + x**6 / 6 + x * y + y**2


surface = Surface(
    three_hump_camel,
    title="Three-hump camel",
    window=(-2.5, 2.5, -2.5, 2.5),
    start=(1.2, 2.2),
    minima=[(0, 0)],
    aspect="equal",
    source="Jamil and Yang (2013), Int. J. of Math. Modelling and Numerical Optimisation 4, 150",
)
