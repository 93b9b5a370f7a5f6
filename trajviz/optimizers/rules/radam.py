"""RAdam."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Annotated

import numpy as np

from trajviz.surface import Gradient, Number, Points
from trajviz.surface.numbers import NonNegative, Range, Share

DEFAULT_LR = 0.001  # torch's


def radam(
    gradient: Gradient,
    w: Points,
    lr: Number,
    beta1: Share = 0.9,
    beta2: Share = 0.999,
    threshold: Annotated[float, Range(at_least=4)] = 4.0,
    eps: NonNegative = 1e-8,
) -> Iterator[Points]:
    """RAdam: Adam that is plain momentum until its divisor has seen enough gradients.

    m = beta1 m + (1 - beta1) g
    s = beta2 s + (1 - beta2) g^2
    rho = top - 2 t beta2^t / (1 - beta2^t), top = 2 / (1 - beta2) - 1
    r = sqrt((rho - 4) (rho - 2) top / ((top - 4) (top - 2) rho))
    d = r / (sqrt(s / (1 - beta2^t)) + eps) if rho > threshold, else 1
    w = w - lr d m / (1 - beta1^t)

    Family: Adam.
    Source: Liu et al. (2020), algorithm 2; eps is not the paper's.
    Elsewhere: optax computes the same with threshold = 4, but defaults to 5; torch has 5 as well,
    and adds eps before the correction of s; keras has none.

    >>> step = 1 - float(next(radam(lambda w: 2 * w, 1.0, lr=0.1)))
    >>> round(step, 9)  # rho is 1, and the first step is sgd's
    0.2
    """
    m: Number = 0.0
    s: Number = 0.0
    top = 2 / (1 - beta2) - 1
    decay1 = decay2 = 1.0
    for t in itertools.count(1):
        g = gradient(w)
        m = beta1 * m + (1 - beta1) * g
        s = beta2 * s + (1 - beta2) * g * g
        decay1, decay2 = decay1 * beta1, decay2 * beta2
        rho = top - 2 * t * decay2 / (1 - decay2)
        d: Number = 1.0
        if rho > threshold:
            r = math.sqrt((rho - 4) * (rho - 2) * top / ((top - 4) * (top - 2) * rho))
            d = r / (np.sqrt(s / (1 - decay2)) + eps)
        w = w - lr * d * (m / (1 - decay1))
        yield w
