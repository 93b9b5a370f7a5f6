"""Matyas's function: a bowl twenty-five times as curved along one diagonal as along the other."""

from trajviz import Surface


def matyas(x, y):
    """A long ellipse along the diagonal, all but flat.

    >>> round(matyas(1, 1), 12)  # 0.52 - 0.48
    0.04
    """
    return 0.26 * (x**2 + y**2) - 0.48 * x * y


surface = Surface(
    matyas,
    title="Matyas",
    window=(-10, 10, -10, 10),
    start=(-9, -4),
    minima=[(0, 0)],
    aspect="equal",
    source="Matyas (1965), Automation and Remote Control 26, 246",
)
