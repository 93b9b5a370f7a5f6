"""Ackley's function: a rippled plain that drops into a funnel."""

import numpy as np

from trajviz import Surface, TrajvizError


def surface(a=20, b=0.2, c=2 * np.pi):
    """Return a funnel of depth a and slope a b at its point, under ripples of frequency c.

    Its lowest point is not differentiable; the slope there is stated as 0, a subgradient.

    >>> round(float(surface().formula(1, 1)), 7)  # 20 (1 - exp(-0.2))
    3.6253849
    """
    if not (a > 0 and b > 0):
        raise TrajvizError(f"a={a:g} and b={b:g} must be above 0")

    def ackley(x, y):
        """A nearly flat, rippled plain around a deep funnel that ends in a point."""
        funnel = a * np.exp(-b * np.sqrt((x**2 + y**2) / 2))
        return a + np.e - funnel - np.exp((np.cos(c * x) + np.cos(c * y)) / 2)

    return Surface(
        ackley,
        title="Ackley",
        window=(-5, 5, -5, 5),
        start=(-3.4, 2.6),
        minima=[(0, 0)],
        aspect="equal",
        source="Ackley (1987), A Connectionist Machine for Genetic Hillclimbing, Kluwer",
    )
