"""signSGD."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from trajviz.surface import Gradient, Number, Points

DEFAULT_LR = 0.0001  # the paper's, on images


def signsgd(gradient: Gradient, w: Points, lr: Number) -> Iterator[Points]:
    """signSGD: a step of one length along each axis, downhill.

    w = w - lr sign(g)

    Family: sign.
    Source: Bernstein et al. (2018), algorithm 1.
    Elsewhere: optax's sign_sgd computes the same; torch and keras have none.

    >>> float(next(signsgd(lambda w: 2 * w, 1.0, lr=0.25)))
    0.75
    """
    while True:
        w = w - lr * np.sign(gradient(w))
        yield w
