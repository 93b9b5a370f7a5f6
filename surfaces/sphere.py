"""The sphere: the plainest bowl, on which every direction is alike."""

from trajviz import Surface


def sphere(x, y):
    """The square of the distance from the lowest point.

    >>> sphere(3, -4)
    25
    """
    return x**2 + y**2


surface = Surface(
    sphere,
    title="Sphere",
    window=(-5, 5, -5, 5),
    start=(-4.4, 2),
    minima=[(0, 0)],
    source="De Jong (1975), An Analysis of the Behavior of a Class of Genetic Adaptive Systems, F1",
    aspect="equal",
)
