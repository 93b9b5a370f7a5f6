"""Rosenbrock's banana: a flat, curved valley between steep walls."""

from trajviz import Surface, TrajvizError


def surface(a=1, b=100):
    """Return the valley along y = x**2, its walls b steep, with its lowest point at x = a.

    >>> surface().formula(-1.2, 1)  # More, Garbow and Hillstrom (1981), problem 1
    24.199999999999996
    >>> surface(a=2, b=10).formula(0, 1)
    14
    """
    if not b > 0:
        raise TrajvizError(f"b={b:g} must be above 0")

    def rosenbrock(x, y):
        """A curved valley whose floor falls hardly at all."""
        return (a - x) ** 2 + b * (y - x**2) ** 2

    return Surface(
        rosenbrock,
        title="Rosenbrock",
        window=(min(-2, 1.5 * a), max(2, 1.5 * a), -1, max(3, 1.5 * a**2)),
        start=(-1.2, 1),
        minima=[(a, a**2)],
        aspect="equal",
        source="Rosenbrock (1960), Computer Journal 3, 175; start: More, Garbow, Hillstrom (1981)",
    )
