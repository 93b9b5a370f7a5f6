"""A quadratic bowl: of any condition number, turned by any angle."""

import numpy as np

from trajviz import Surface, TrajvizError


def surface(kappa=10, angle=0):
    """Return a bowl `kappa` times as curved along one axis, which is turned by `angle` degrees.

    >>> float(surface().formula(10, 1))  # Boyd and Vandenberghe's start (gamma, 1)
    55.0
    >>> round(float(surface(kappa=100, angle=90).formula(1, 0)), 9)
    50.0
    """
    if not kappa > 0:
        raise TrajvizError(f"kappa={kappa:g} must be above 0")
    cosine, sine = np.cos(np.radians(angle)), np.sin(np.radians(angle))

    def quadratic(x, y):
        """An ellipse whose condition number and angle are free."""
        return ((cosine * x + sine * y) ** 2 + kappa * (cosine * y - sine * x) ** 2) / 2

    return Surface(
        quadratic,
        title="Quadratic",
        window=(-12, 12, -6, 6),
        start=(10, -3),
        minima=[(0, 0)],
        aspect="equal",
        source="Boyd and Vandenberghe (2004), Convex Optimization, section 9.3.2",
    )
