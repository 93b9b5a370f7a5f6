"""Alec Radford's saddle: steep across, falling away along."""

from trajviz import Surface


def saddle(x, y):
    """Steep in x, falling away in y, without a minimum; the start is on the ridge but a hair.

    >>> saddle(1, 2)
    1
    """
    return 5 * x**2 - y**2


surface = Surface(
    saddle,
    title="Saddle",
    window=(-1, 1, -2, 1),
    start=(0.25, -1e-6),
    source="Radford (2014), Visualizing Optimization Algos; formula and start measured",
)
