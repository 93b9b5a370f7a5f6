"""NAdam."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from trajviz.surface import Gradient, Number, Points
from trajviz.surface.numbers import NonNegative, Share

DEFAULT_LR = 0.002  # torch's


def nadam(
    gradient: Gradient,
    w: Points,
    lr: Number,
    beta1: Share = 0.9,
    beta2: Share = 0.999,
    psi: NonNegative = 0.004,
    eps: NonNegative = 1e-8,
) -> Iterator[Points]:
    """NAdam: Adam that looks ahead, with a momentum that grows from half of beta1.

    mu = beta1 (1 - 0.96^(psi t) / 2), next the same for t + 1
    m = beta1 m + (1 - beta1) g
    s = beta2 s + (1 - beta2) g^2
    d = next m / (1 - mu_1 ... mu_t next) + (1 - mu) g / (1 - mu_1 ... mu_t)
    w = w - lr d / (sqrt(s / (1 - beta2^t)) + eps)

    Family: Adam.
    Source: Dozat (2016), algorithm 2, but beta1 rather than mu averages m, and s has no further
    factor beta2: so all libraries have it.
    Elsewhere: torch computes the same; keras too, with psi = 1 and eps = 1e-7; optax has no
    schedule: beta1 stands for every mu, and m is corrected by beta1^(t + 1).

    >>> step = 1 - float(next(nadam(lambda w: 2 * w, 1.0, lr=0.1, beta1=0.5, psi=0.0, eps=0.0)))
    >>> round(step, 9)  # mu = 0.25: 0.1 * (0.25 * 1 / 0.9375 + 0.75 * 2 / 0.75) / 2
    0.113333333
    """
    m: Number = 0.0
    s: Number = 0.0
    decay2 = product = 1.0
    for t in itertools.count(1):
        mu, ahead = (beta1 * (1 - 0.5 * 0.96 ** (psi * k)) for k in (t, t + 1))
        product, decay2 = product * mu, decay2 * beta2
        g = gradient(w)
        m = beta1 * m + (1 - beta1) * g
        s = beta2 * s + (1 - beta2) * g * g
        d = ahead * m / (1 - product * ahead) + (1 - mu) * g / (1 - product)
        w = w - lr * d / (np.sqrt(s / (1 - decay2)) + eps)
        yield w
