"""A trial of a surface's functions, before anything is made of them.

A formula and a gradient written for one point often give something for many, and it may be wrong.
So they are asked about one point, about an odd number of different points, and about a grid, and
what they say of a point must be the same each time. A `gradient_formula` must also agree with
differences of the formula.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import numpy as np

from trajviz.surface import Floats, Ints, Points, Surface

_SHARES = np.array([[0.31, 0.62], [0.83, 0.17]])
"""Where in the window the points lie that are tried beside the start."""
_SPREAD = np.arange(1, 8)[:, None] * [0.7548776662466927, 0.5698402909980532] % 1
"""Where differences are taken: Roberts's sequence of the plastic number."""
_STEP = 1e-4
"""How far apart differences are taken, as a share of the window."""
_ROWS = 8
"""Over how many samples differences are taken, of a surface over data."""

Misfit: TypeAlias = tuple[Callable[..., Any], str]
"""A function of a surface that fails the trial, and why."""


def find_misfit(surface: Surface) -> Misfit | None:
    """Return the first function of a surface that fails the trial, if one does.

    Args:
        surface: What to try; its own exceptions are let through.
    """
    return next(_misfits(surface), None)


def _misfits(surface: Surface) -> Iterator[Misfit]:
    points = np.array([surface.start, *_places(surface, _SHARES).tolist()])
    points.flags.writeable = False  # a formula leaves x and y as they are
    slope = surface.gradient_formula or surface.formula
    yield from _differing(surface.formula, "height", points, surface.value)
    yield from _differing(slope, "gradient", points[:1], surface.gradient, points)
    xs, ys = points[:, 0], np.array([*points[:, 1], *_places(surface, _SHARES)[::-1, 1]])
    grid = np.diagonal(surface.grid(xs, ys))
    if not _alike(grid, surface.value(points)):
        yield surface.formula, "the formula gives a grid other heights than its points"
    if surface.gradient_formula is not None:
        yield from _false_slopes(surface)
    yield from _unfit_for_rows(surface, points)


def _places(surface: Surface, shares: Points) -> Points:
    window = surface.window
    return np.array([window.x0, window.y0]) + shares * window.extent


def _differing(
    function: Callable[..., Any],
    what: str,
    points: Points,
    ask: Callable[[Points], Floats],
    among: Points | None = None,
) -> Iterator[Misfit]:
    """Tell where points have another height or gradient among others than each has alone."""
    separate = [ask(point) for point in points]
    together = ask(points if among is None else among)
    for point, alone, one in zip(points, separate, together, strict=False):
        if not _alike(alone, one):
            yield (
                function,
                f"the {what} at {_shown(point)} is {_shown(alone)} when asked alone and "
                f"{_shown(one)} among {len(together)} points: "
                "a formula works on arrays of points, element by element",
            )


def _alike(first: Floats, second: Floats) -> bool:
    same = np.asarray(first == second).all()  # the commonest case, and the quickest to see
    return bool(same or np.allclose(first, second, rtol=1e-9, atol=1e-12, equal_nan=True))


def _shown(numbers: Floats) -> str:
    texts = [f"{number:.6g}" for number in np.ravel(numbers)]
    return texts[0] if len(texts) == 1 else f"({', '.join(texts)})"


def _false_slopes(surface: Surface) -> Iterator[Misfit]:
    """Tell where the gradient is not the slope of the formula, as far as differences can tell."""
    assert surface.gradient_formula is not None
    points = _places(surface, _SPREAD)
    rows = np.arange(min(surface.samples, _ROWS)) if surface.samples else None
    with np.errstate(all="ignore"):
        slopes, fine = surface.gradient(points, rows), _differences(surface, points, rows, 1)
        rough = np.abs(fine - _differences(surface, points, rows, 2))
        noise = 1e-14 * np.abs(surface.value(points, rows))[:, None]
        rough += noise / (_STEP * surface.window.extent)
        typical = (
            2 * np.median(np.abs(fine[np.isfinite(fine)]) / 2) if np.isfinite(fine).any() else 0.0
        )
        allowed = 1e-3 * (np.abs(fine) + typical) + 10 * rough
        false = np.isfinite(fine) & np.isfinite(rough) & ~(np.abs(slopes - fine) <= allowed)
    for row in np.flatnonzero(false.any(axis=-1)):
        yield (
            surface.gradient_formula,
            f"gradient_formula is {_shown(slopes[row])} at {_shown(points[row])}, where "
            f"differences of the formula are {_shown(fine[row])}",
        )


def _differences(surface: Surface, points: Points, rows: Ints | None, width: int) -> Floats:
    """Return central differences of the height, so many steps to either side, (n, 2)."""
    columns = []
    for axis in range(2):
        step = width * _STEP * surface.window.extent * np.eye(2)[axis]
        ahead, behind = (surface.value(points + sign * step, rows) for sign in (1, -1))
        columns.append((ahead - behind) / (2 * step[axis]))
    return np.stack(columns, axis=-1)


def _unfit_for_rows(surface: Surface, points: Points) -> Iterator[Misfit]:
    """Try what a surface over data has besides."""
    if surface.samples and surface.gradient_formula is None:
        surface.gradient(points, np.array([0, surface.samples - 1]))
    if surface.accuracy is not None:
        shares = np.shape(surface.accuracy(points[:, 0], points[:, 1]))
        if shares != (len(points),):
            yield surface.accuracy, f"accuracy returns shape {shares} for {len(points)} points"
