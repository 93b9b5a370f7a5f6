"""An elongated bowl: the picture in every explanation of momentum and of RMSProp."""

from trajviz import Surface


def bowl(W, b):
    """An ellipse twenty times as curved along b as along W.

    >>> bowl(-10, 2)
    9.0
    """
    return 0.05 * W**2 + b**2


surface = Surface(
    bowl,
    title="Elongated bowl",
    window=(-10, 10, -3, 3),
    start=(-9, 2.4),
    minima=[(0, 0)],
    axes=("W", "b"),
    aspect="equal",
    source="The quadratic of Polyak (1964), with the axes of a linear layer, W x + b",
)
