"""The lowest known minimum as a height, and whether a run goes lower than that.

A minimum may be that of a window alone, and the surface lower elsewhere: what runs there has not
arrived. A minimum is stated to so many digits, and a run may find the rest of them: that is not
lower.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from trajviz.surface import Floats, Surface, Window


def nearness(window: Window) -> float:
    """Return the distance that counts as near: a hundredth of the shorter side, rounded.

    >>> nearness(Window(-4.5, 4.5, -4.5, 4.5)), nearness(Window(-4, 4, -2, 2))
    (0.1, 0.05)
    """
    wanted = float(window.extent.min()) / 100
    power = math.floor(math.log10(wanted))
    round_ones = [float(f"{digit}e{power}") for digit in (1, 2, 5, 10)]
    return min(round_ones, key=lambda value: abs(math.log(value / wanted)))


def lowest_known(surface: Surface) -> float:
    """Return the height of the lowest known minimum; minus infinity where none is known."""
    if not surface.minima:
        return -math.inf
    return float(surface.value(np.array(surface.minima)).min())


def floor_of(surface: Surface, window: Window) -> float:
    """Return the height below which a run is lower than the lowest known minimum.

    It lies below the minimum by as much as heights differ around it, a tenth of what is near. Where
    no minimum is known it is minus infinity.
    """
    if not surface.minima:
        return -math.inf
    minima = np.array(surface.minima)
    lowest = minima[np.argmin(surface.value(minima))]
    turns = np.arange(8) * (math.pi / 4)
    ring = lowest + nearness(window) / 10 * np.stack([np.cos(turns), np.sin(turns)], axis=-1)
    height = lowest_known(surface)
    differ = np.abs(surface.value(ring) - height)
    return height - float(differ[np.isfinite(differ)].max(initial=0.0))


def any_lower(surface: Surface, window: Window, heights: Iterable[Floats]) -> bool:
    """Tell whether any of the heights, (n,) each, is lower than the lowest known minimum."""
    floor = floor_of(surface, window)
    return any(bool((each < floor).any()) for each in heights)
