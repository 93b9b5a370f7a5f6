"""A well in a plateau: far from the bottom, hardly any slope says where it is."""

from trajviz import Surface, TrajvizError


def surface(width=1):
    """Return a well of depth 1 and of this width, in a plain that flattens with the distance.

    >>> surface().formula(1, 0)
    0.5
    >>> surface(width=2).formula(4, 2)
    0.8333333333333334
    """
    if not width > 0:
        raise TrajvizError(f"width={width:g} must be above 0")

    def plateau(x, y):
        """A plain that is all but level, with one well; the slope fades with the distance."""
        square = (x**2 + y**2) / width**2
        return square / (1 + square)

    return Surface(
        plateau,
        title="Plateau",
        window=(-5, 5, -5, 5),
        start=(-4, 3),
        minima=[(0, 0)],
        aspect="equal",
        source="The loss of Geman and McClure (1985), which outliers hardly move, in two variables",
    )
