"""Rastrigin's function: an egg box on a bowl."""

import numpy as np

from trajviz import Surface, TrajvizError


def surface(A=10):
    """Return the bowl x**2 + y**2 under ripples of height 2 A, one for each unit.

    >>> round(float(surface().formula(0.5, 0.5)), 12)  # 20 + 2 (0.25 + 10)
    40.5
    >>> round(float(surface(A=3).formula(1, 2)), 12)  # at whole numbers the bowl alone
    5.0
    """
    if not A >= 0:
        raise TrajvizError(f"A={A:g} must be at least 0")

    def rastrigin(x, y):
        """A minimum near every point of whole numbers, the lowest in the middle.

        Customarily seen over +-5.12, from (-2, 3.5); the window here is a part of that, so that a
        dimple is large enough to see who stays in it.
        """
        ripples = np.cos(2 * np.pi * x) + np.cos(2 * np.pi * y)
        return 2 * A + x**2 + y**2 - A * ripples

    return Surface(
        rastrigin,
        title="Rastrigin",
        window=(-4.9, 0.7, -0.7, 2.9),
        start=(-4.5, 2.3),
        minima=[(0, 0)],
        aspect="equal",
        source="Rastrigin (1974), Systems of Extremal Control, Nauka; Hoffmeister and Baeck (1991)",
    )
