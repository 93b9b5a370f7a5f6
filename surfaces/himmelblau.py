"""Himmelblau's function: four minima of one depth around one hill."""

from trajviz import Surface


def himmelblau(x, y):
    """Four minima of the same depth; which one is reached depends on the way.

    >>> himmelblau(0, 0)
    170
    >>> round(himmelblau(-0.270845, -0.923039), 3)  # the hill between them
    181.617
    """
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


surface = Surface(
    himmelblau,
    title="Himmelblau",
    window=(-5, 5, -5, 5),
    start=(0, 0),
    minima=[
        (3, 2),
        (-2.805118086952745, 3.131312518250573),
        (-3.779310253377747, -3.283185991286170),
        (3.584428340330492, -1.848126526964404),
    ],
    aspect="equal",
    source="Himmelblau (1972), Applied Nonlinear Programming, McGraw-Hill",
)
