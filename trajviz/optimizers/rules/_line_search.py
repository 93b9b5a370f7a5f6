"""How far to go along a line."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt

from trajviz.optimizers.rules._rows import dot
from trajviz.surface import Floats, Oracle, Points

MOST_TRIALS = 60
"""Trials of one search at most; along a line that falls for ever it ends after 2^60 first steps."""
EDGE = 1e-3
"""The share of a bracket at either end into which no secant is followed."""


def strong_wolfe(
    surface: Oracle, w: Points, g: Points, d: Points, t: Floats, c1: float, c2: float
) -> tuple[Floats, Points]:
    """Return how far to go from w along d, (..., 1), and the gradient there, (..., 2).

    The lengths satisfy the strong Wolfe conditions (Nocedal and Wright 2006, eq. 3.7): the surface
    has fallen by c1 of what its slope promised, and the slope is c2 of what it was, or less. From a
    first guess t, steps double until the far side is reached; then the secant of the slopes, or
    half the bracket, narrows it down. On a quadratic the first secant is exact. Where no length
    satisfies them, it does not climb.
    """
    height, slope = surface.value(w)[..., None], dot(g, d)
    near, far = np.zeros_like(slope), np.full_like(slope, np.inf)
    near_slope, far_slope = slope, np.full_like(slope, np.nan)
    for trial in itertools.count(1):
        here = surface.gradient(w + t * d)
        here_slope = dot(here, d)
        there = surface.value(w + t * d)[..., None]
        fallen = there <= height + c1 * t * slope
        bound = np.where(np.isinf(far), t, far)
        room = np.isinf(far) | _apart(w + near * d, w + bound * d)
        beyond = room & (~fallen | (here_slope > -c2 * slope))
        before = room & ~beyond & (here_slope < c2 * slope)
        if trial == MOST_TRIALS or not (beyond | before).any():
            break
        far, far_slope = np.where(beyond, t, far), np.where(beyond, here_slope, far_slope)
        near, near_slope = np.where(before, t, near), np.where(before, here_slope, near_slope)
        following = _between(near, far, near_slope, far_slope, halve=trial % 2 == 0)
        t = np.where(beyond | before, following, t)
    climbed = there > height
    if climbed.any():  # nothing that falls enough is to be had, at a kink for example
        t = np.where(climbed, near, t)
        here = surface.gradient(w + t * d)
    return t, here


def _apart(first: Points, second: Points) -> npt.NDArray[np.bool_]:
    """Tell whether floats can tell the points apart, (..., 1): if not, a search is over."""
    return np.asarray((first != second).any(axis=-1, keepdims=True))


def _between(
    near: Floats, far: Floats, near_slope: Floats, far_slope: Floats, halve: bool
) -> Floats:
    """Return the next trial: the secant's zero, the middle, or twice as far without a far side."""
    with np.errstate(all="ignore"):  # inf - inf without a far side, and overflow far out
        width = far - near
        secant = near + width * near_slope / (near_slope - far_slope)
        inside = (near + EDGE * width < secant) & (secant < far - EDGE * width)
        bracketed = np.where(inside & (far_slope > 0) & (not halve), secant, near + width / 2)
    return np.where(np.isinf(far), 2 * near, bracketed)
