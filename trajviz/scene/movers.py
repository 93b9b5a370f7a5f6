"""What moves over a plot beside its tracks: arrows, names, ellipses.

A mover is a mark, and where it is at some moments. It is asked for all moments of an animation at
once, in order, so that it may move smoothly through them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from trajviz.frozen import dataclass
from trajviz.scene.marks import Oval, Stroke, Text
from trajviz.surface import Floats, Number, Points

_ROOM = 1.5
"""An arrow is at least so many times as long as its tip."""
At: TypeAlias = Callable[[Floats], Points]
"""Returns numbers by how many steps have been taken at some moments, (n,) to (n, ...).

They are NaN at moments at which there is nothing to see.
"""


@dataclass(frozen=True)
class MovingStroke:
    """A straight stroke whose ends move.

    Attributes:
        stroke: How it is drawn, wherever its corners are.
        ends: Returns its first and its last corner in pixels, (n, 2, 2).
        layer: The place of the track that it belongs to.
    """

    stroke: Stroke
    ends: At
    layer: int

    def marks(self, steps: Floats) -> Iterator[Stroke | None]:
        """Yield the stroke at each moment, None where it is not there."""
        for (a, b), (x, y) in self.ends(steps).tolist():
            share = float(self.share(math.hypot(x - a, y - b)))
            yield None if a != a else replace(
                self.stroke, corners=((a, b), (x, y)), width=share * self.stroke.width,
                tip=share * self.stroke.tip,
            )  # fmt: skip

    def share(self, length: Number) -> Number:
        """Return how large a stroke of this length in pixels is drawn: a short arrow is small."""
        return np.minimum(1.0, length / (_ROOM * self.stroke.tip or 1e-9))


@dataclass(frozen=True)
class MovingText:
    """A text that moves.

    Attributes:
        text: How it is drawn, wherever it is; it is aligned at its middle.
        places: Returns where the middle of its baseline is in pixels, (n, 2).
        layer: The place of the track that it belongs to.
    """

    text: Text
    places: At
    layer: int

    def marks(self, steps: Floats) -> Iterator[Text | None]:
        """Yield the text at each moment, None where it is not there."""
        for x, y in self.places(steps).tolist():
            yield None if x != x else replace(self.text, x=x, y=y)


@dataclass(frozen=True)
class MovingOval:
    """An ellipse that changes its shape.

    Attributes:
        oval: How it is drawn, and where.
        radii: Returns how far it reaches across and up in pixels, (n, 2).
        layer: The place of the track that it belongs to.
    """

    oval: Oval
    radii: At
    layer: int

    def marks(self, steps: Floats) -> Iterator[Oval | None]:
        """Yield the ellipse at each moment, None where it is not there."""
        for across, up in self.radii(steps).tolist():
            yield None if across != across else replace(self.oval, across=across, up=up)


Mover: TypeAlias = MovingStroke | MovingText | MovingOval
"""One thing that moves."""


def marks_at(movers: Sequence[Mover], steps: Floats) -> Iterator[list[Stroke | Text | Oval]]:
    """Yield what there is to draw at each of some moments, in the order of the movers.

    Args:
        movers: What moves.
        steps: How many steps have been taken at each moment, (n,).
    """
    for marks in zip(*(mover.marks(steps) for mover in movers), strict=True):
        yield [mark for mark in marks if mark is not None]


def remembered(compute: At) -> At:
    """Return a function that remembers its last result: several movers ask for the same moments."""
    known: dict[bytes, Points] = {}

    def ask(steps: Floats) -> Points:
        key = np.asarray(steps, dtype=np.float64).tobytes()
        if key not in known:
            known.clear()
            known[key] = compute(steps)
        return known[key]

    return ask


def held(places: Points) -> Points:
    """Return places, (n, k), with the last known one where there is none; at first the first."""
    known = ~np.isnan(places).any(axis=1)
    if not known.any():
        return np.zeros(places.shape)
    latest = np.maximum.accumulate(np.where(known, np.arange(len(places)), -1))
    return np.asarray(places[np.where(latest < 0, np.argmax(known), latest)])
