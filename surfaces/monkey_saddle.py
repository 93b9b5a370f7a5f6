"""The monkey saddle: two legs and a tail fall away from a point without curvature."""

from trajviz import Surface


def monkey_saddle(x, y):
    """Three valleys from a saddle so flat that its second derivatives vanish; no minimum.

    >>> monkey_saddle(2, 1)
    2
    """
    return x**3 - 3 * x * y**2


surface = Surface(
    monkey_saddle,
    title="Monkey saddle",
    window=(-1.5, 1.5, -1.5, 1.5),
    start=(1.2, 0.02),
    aspect="equal",
    source="Hilbert and Cohn-Vossen (1932), Anschauliche Geometrie, Springer",
)
