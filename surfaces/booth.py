"""Booth's function: a bowl nine times as curved along one diagonal as along the other."""

from trajviz import Surface


def booth(x, y):
    """An ellipse along the diagonal, from two lines that have to be met at once.

    >>> booth(0, 0)  # 7**2 + 5**2
    74
    """
    return (x + 2 * y - 7) ** 2 + (2 * x + y - 5) ** 2


surface = Surface(
    booth,
    title="Booth",
    window=(-10, 10, -10, 10),
    start=(-9, 4),
    minima=[(1, 3)],
    aspect="equal",
    source="Booth (1949), Quarterly J. of Mechanics and Applied Mathematics 2, 460",
)
