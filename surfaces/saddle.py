"""Alec Radford's saddle: steep across, falling away along."""

from trajviz import Surface, TrajvizError

RADFORD = {"sgd": 0.01, "momentum": 0.01, "nag": 0.01, "adagrad": 0.05, "rmsprop": 0.01}
"""Measured in his animation, where momentum and RMSProp have beta = 0.95. Plain SGD stays on the
saddle, which a rule that rewards descent would not let it do."""


def surface(a=5):
    """Return the saddle a x**2 - y**2.

    >>> surface().formula(1, 2)
    1
    >>> surface(a=1).formula(3, 2)
    5
    """
    if not a > 0:
        raise TrajvizError(f"a={a:g} must be above 0")

    def saddle(x, y):
        """Steep in x, falling away in y, no minimum; the start is a hair off the ridge."""
        return a * x**2 - y**2

    return Surface(
        saddle,
        title="Saddle",
        window=(-1, 1, -2, 1),
        start=(0.25, -1e-6),
        aspect="fill",
        source="Radford (2014), Visualizing Optimization Algos; formula and start measured",
        rates=RADFORD,
        rates_by="Radford",
        lr="customary",
    )
