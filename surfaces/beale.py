"""Beale's function: a plain with sharp ridges at its corners and one curved valley."""

from trajviz import Surface


def beale(x, y):
    """A flat cross between four walls; the first gradient is large, the last ones small.

    >>> beale(1, 1)  # More, Garbow and Hillstrom (1981), problem 5
    14.203125
    """
    return (1.5 - x + x * y) ** 2 + (2.25 - x + x * y * y) ** 2 + (2.625 - x + x * y * y * y) ** 2


surface = Surface(
    beale,
    title="Beale",
    window=(-4.5, 4.5, -4.5, 4.5),
    start=(1, 1.6),
    minima=[(3, 0.5)],
    aspect="equal",
    source="Beale (1958), technical report 25, Princeton; start: Radford (2014)",
    # Measured in his animation, where momentum and RMSProp have beta = 0.95. His Adadelta's rate is
    # left out: it belongs to rho = 0.98 and to no other.
    rates={
        "sgd": 0.001,
        "momentum": 0.001,
        "nag": 0.001,
        "adagrad": 1,
        "rmsprop": 0.075,
    },
    rates_by="Radford",
)
