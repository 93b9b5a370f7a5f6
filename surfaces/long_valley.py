"""A long valley, in the style of Alec Radford's: symmetry has to be broken first."""

from trajviz import Surface, TrajvizError


def surface(steep=8):
    """Return the valley whose walls rise as steep y**2.

    >>> surface().formula(0, 0)
    1.0
    >>> surface(steep=40).formula(4, 0.5)
    10.0
    """
    if not steep > 0:
        raise TrajvizError(f"steep={steep:g} must be above 0")

    def long_valley(x, y):
        """Steep walls in y, a crest at x = 0 so flat that the way down is hard to find."""
        return steep * y**2 + (1 - (x / 4) ** 2) ** 2

    return Surface(
        long_valley,
        title="Long valley",
        window=(-5, 5, -2, 2),
        start=(0.05, 0.6),
        minima=[(-4, 0), (4, 0)],
        aspect="fill",
        source="In the style of Radford (2014), Visualizing Optimization Algos; formula ours",
    )
