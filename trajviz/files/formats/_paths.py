"""Lines and areas as the data of SVG paths: whole numbers, each corner counted from the last."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from trajviz.surface import Ints, Points

FINE = 10
"""Units in a pixel: a drawing in tenths of a pixel stays sharp when it is enlarged."""


def in_units(points: Points) -> Ints:
    """Return points in pixels, (n, 2), in whole units."""
    return np.rint(points * FINE).astype(np.int64)


def path_of(lines: Iterable[Ints], closed: bool = False) -> str:
    """Return the data of a path through some lines' corners, (n, 2) each.

    >>> path_of([np.array([[1, 2], [4, 2], [4, -1]])])
    'M1 2l3 0 0-3'
    """
    end = "z" if closed else ""
    return "".join(_line(corners) + end for corners in lines)


def _line(corners: Ints) -> str:
    steps = np.diff(corners, axis=0)
    steps = steps[(steps != 0).any(axis=1)]
    if not len(steps):  # a dot, for round ends to be drawn around
        return f"M{_pair(corners[0].tolist())}h0"
    first = _pair(corners[0].tolist())
    return f"M{first}l{_joined([_pair(step) for step in steps.tolist()])}"


def _pair(numbers: list[int]) -> str:
    return _joined(map(str, numbers))


def _joined(numbers: Iterable[str]) -> str:
    """Return numbers with what must stand between them: a minus sign does by itself."""
    return " ".join(numbers).replace(" -", "-")
