"""What keeps any optimizer in check: gradients that are clipped, and bounds that it stays within.

A track says `clip=1`, `clip_value=0.5` or `bounds=X0/X1/Y0/Y1`, whatever its optimizer is. Where
the optimizer has a setting of such a name, that one is meant.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from trajviz.errors import TrajvizError
from trajviz.frozen import dataclass
from trajviz.recipe.options import spelled_value
from trajviz.surface import Floats, Points
from trajviz.surface.numbers import Range, read_number

CLIPS = ("clip", "clip_value")
BOUNDS = "bounds"
CLAMP_KEYS = (*CLIPS, BOUNDS)
"""The keys of a track that clamp it."""

_ABOVE_0 = Range(above=0)


@dataclass(frozen=True)
class Clamp:
    """How one track is clamped.

    Attributes:
        clip: The most length of a gradient, which is shortened to it; None for any. Torch's
            `clip_grad_norm_`, keras's `clipnorm` and optax's `clip_by_global_norm` do so.
        clip_value: The most of each of a gradient's components; None for any. Torch's
            `clip_grad_value_`, keras's `clipvalue` and optax's `clip` do so.
        bounds: What the optimizer stays within, X0, X1, Y0, Y1; None for the whole plane. An end
            that is infinite is none. A point outside is moved to the nearest one within, after each
            step; the surface is never asked for anything outside.

    >>> Clamp(clip=1.0).clipped(np.array([[3.0, 4.0], [0.1, 0.0]])).tolist()
    [[0.6000000000000001, 0.8], [0.1, 0.0]]
    """

    clip: float | None = None
    clip_value: float | None = None
    bounds: tuple[float, float, float, float] | None = None

    def __bool__(self) -> bool:
        """Tell whether there is anything to it."""
        return self != NO_CLAMP

    @property
    def table(self) -> dict[str, float | str]:
        """The same as a recipe says it."""
        bounds = {BOUNDS: spelled_value(self.bounds, "/")} if self.bounds else {}
        return {**self._clips, **bounds}

    @property
    def summary(self) -> str:
        """What the key of a picture says of clipping.

        >>> Clamp(clip_value=0.5).summary
        'clip value 0.5'
        """
        return " ".join(f"{key.replace('_', ' ')} {v:g}" for key, v in self._clips.items())

    @property
    def _clips(self) -> dict[str, float]:
        return {key: getattr(self, key) for key in CLIPS if getattr(self, key) is not None}

    @functools.cached_property
    def _corners(self) -> tuple[Floats, Floats]:
        x0, x1, y0, y1 = self.bounds or (-math.inf, math.inf) * 2
        return np.array([x0, y0]), np.array([x1, y1])

    def clipped(self, slopes: Points) -> Points:
        """Return gradients, (..., 2) or (..., d), clipped; each is clipped by itself."""
        if self.clip_value is not None:
            slopes = np.clip(slopes, -self.clip_value, self.clip_value)
        if self.clip is not None:
            length = np.hypot.reduce(slopes, axis=-1, keepdims=True)
            slopes = slopes * np.minimum(1.0, self.clip / np.where(length > 0, length, 1.0))
        return slopes

    def within(self, points: Points, out: Points | None = None) -> Points:
        """Return for each point, (..., 2), the nearest within the bounds, in `out` if given."""
        return np.clip(points, *self._corners, out=out) if self.bounds else points


NO_CLAMP = Clamp()


def read_clamp(given: Mapping[str, Any], where: str = "") -> Clamp:
    """Return how some keys of a track say that it is clamped.

    Args:
        given: Values of CLAMP_KEYS, as texts, or as a recipe has them.
        where: What a message adds.

    Raises:
        TrajvizError: A value is not allowed, or a gradient is to be clipped in two ways.

    >>> read_clamp({"bounds": "0/1/-inf/inf"}).bounds
    (0.0, 1.0, -inf, inf)
    """
    if not given:
        return NO_CLAMP
    clips = {key: read_number(key, given[key], where, _ABOVE_0) for key in CLIPS if key in given}
    if len(clips) > 1:
        raise TrajvizError(f"clip and clip_value{where} are two ways to clip: give one")
    bounds = _read_bounds(given[BOUNDS], where) if BOUNDS in given else None
    return Clamp(**clips, bounds=bounds)


def _read_bounds(value: Any, where: str) -> tuple[float, float, float, float]:
    parts = value.split("/") if isinstance(value, str) else value
    try:
        x0, x1, y0, y1 = map(float, parts)
    except (TypeError, ValueError):
        x0, x1, y0, y1 = (math.nan,) * 4
    if not (x0 < x1 and y0 < y1):
        raise TrajvizError(
            f"bounds {value!r}{where} are not X0/X1/Y0/Y1 with X0 < X1 and Y0 < Y1, as in "
            "0/1/-2/2; inf and -inf are no bound"
        )
    return x0, x1, y0, y1
