"""A linear regression, W x + b: the loss that the parameters of a textbook's RMSProp belong to."""

import numpy as np

from trajviz import Surface

# Anscombe (1973), the first of his four data sets; his line is y = 3 + 0.5 x.
ANSCOMBE_X = np.array([10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5])
Y = np.array([8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68])
X = (ANSCOMBE_X - 8) / 20
"""Counted from 8 in twenties: small and not quite centred, which makes the long valley along W."""


def regression(W, b, rows=slice(None)):
    """The mean of (W x + b - y)^2 over Anscombe's first data set; b is the steep axis.

    >>> round(float(11 * regression(10, 7)), 2)  # Anscombe's residual sum of squares is 13.75
    13.76
    """
    x, y = X[rows], Y[rows]
    # By means and moments, which costs the same however many samples there are.
    dx, dy = x - x.mean(), y - y.mean()
    spread = (dx @ dx * W**2 - 2 * (dx @ dy) * W + dy @ dy) / len(x)
    return (W * x.mean() + b - y.mean()) ** 2 + spread


surface = Surface(
    regression,
    title="Linear regression",
    window=(-10, 25, 2.5, 11),
    start=(-7, 10),
    minima=[np.linalg.lstsq(np.stack([X, np.ones(11)], axis=-1), Y)[0]],
    axes=("W", "b"),
    aspect="fill",
    source="Data: Anscombe (1973), The American Statistician 27, 17; least squares: Gauss (1809)",
    samples=11,
)
