"""A long valley, in the style of Alec Radford's: symmetry has to be broken first."""

from trajviz import Surface


def long_valley(x, y):
    """Steep walls in y, a crest at x = 0 so flat that the way down is hard to find.

    >>> long_valley(0, 0)
    1.0
    >>> long_valley(4, 0.5)
    10.0
    """
    return 40 * y**2 + (1 - (x / 4) ** 2) ** 2


surface = Surface(
    long_valley,
    title="Long valley",
    window=(-5, 5, -1, 1),
    start=(0.02, 0.8),
    minima=[(-4, 0), (4, 0)],
    source="In the style of Radford (2014), Visualizing Optimization Algos; formula ours",
)
