"""Rprop."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import numpy as np

from trajviz.surface import Gradient, Number, Points
from trajviz.surface.numbers import Fraction, Positive, Range

DEFAULT_LR = 0.01  # torch's
FOLLOWS_SCHEDULES = False  # lr is only the length of the first step


def rprop(
    gradient: Gradient,
    w: Points,
    lr: Number,
    shrink: Fraction = 0.5,
    grow: Annotated[float, Range(at_least=1)] = 1.2,
    min_step: Positive = 1e-6,
    max_step: Positive = 50.0,
) -> Iterator[Points]:
    """Rprop: each axis has a step of its own, which grows until the slope changes its sign.

    g = 0 where its sign has changed
    step = grow step, or shrink step where its sign has changed, in min_step ... max_step
    w = w - step sign(g)

    Family: sign.
    Source: Riedmiller and Braun (1993), in the form iRprop- of Igel and Huesken (2003), which does
    not take the last step back.
    Note: lr is the first step's length.
    Elsewhere: torch computes the same; optax moves one call late, by the step that the slope before
    asked for, or not at all where the sign has changed since; keras has none.

    >>> steps = rprop(lambda w: 2 * w, 1.0, lr=0.25)
    >>> float(next(steps)), round(float(next(steps)), 12)
    (0.75, 0.45)
    """
    step: Number = lr
    last: Number = 0.0
    while True:
        g = gradient(w)
        turn = np.sign(g * last)
        factor = np.where(turn > 0, grow, np.where(turn < 0, shrink, 1.0))
        step = np.clip(step * factor, min_step, max_step)
        last = np.where(turn < 0, 0.0, g)
        w = w - step * np.sign(last)
        yield w
