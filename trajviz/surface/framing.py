"""Where to look at a formula, and where to start on it, when nobody says.

The window starts as ±5, widened to the start that is given. Without a start, and where nothing is
finite there, ten times as much is tried, then a tenth, and so on. It is then narrowed to where the
formula has a finite value and slope, and, when its lowest place is on the edge, widened to a
lowest place further out, if there is one. The start is the first of a fixed row of places where
about three quarters of the window lie lower, the slope is finite and not flat, and neither
coordinate is nearly that of the lowest place. All is rounded to numbers that are easy to read, and
nothing is random.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from trajviz.errors import TrajvizError
from trajviz.surface import (
    Floats,
    Formula,
    Points,
    Ranks,
    Surface,
    Window,
    check_point,
    check_window,
)

SPAN = 5.0
"""Half the width of the window that is tried first."""
_SPANS = tuple(SPAN * scale for scale in (1, 10, 0.1, 100, 0.01, 1e3, 1e-3, 1e4, 1e5, 1e6))
_FURTHER = (10, 100)
"""How many times as large the windows are in which a lower place is looked for."""
_CELLS = 65
"""Samples along each axis; an odd number has one in the middle."""
_ROUNDS = 8
"""How often a window is narrowed; each may narrow it to a few cells."""
_RANK = 0.75
"""The share of the window that should lie below the start."""
_PLACES: Points = (
    np.arange(1, 145)[:, None] * [0.7548776662466927, 0.5698402909980532]
) % 0.8 + 0.1
"""Shares of the window, (places, 2), spread evenly: Roberts's sequence of the plastic number."""


def framed(
    formula: Formula,
    start: Sequence[float] | None = None,
    window: Sequence[float] | None = None,
) -> Surface:
    """Return the surface of a formula, with a start and a window.

    Args:
        formula: The height, a function of x and y.
        start: X, Y; default None, found as the module's docstring says.
        window: X0, X1, Y0, Y1; default None, found likewise. It is widened to a start outside it.

    Returns:
        The surface, whose `note` says what was found.

    Raises:
        TrajvizError: The formula has no finite value and slope at the start, or no place with one
            was found.
    """
    surface = Surface(formula, Window(-SPAN, SPAN, -SPAN, SPAN), (0.0, 0.0))
    if start is not None:
        _check_start(surface, check_point(start))
    if window is not None:
        view = check_window(window)
        view = view.including(*start) if start is not None else view
    elif start is not None:
        view = _fitted(surface, surface.window.including(*start), check_point(start))
    else:
        view = _found(surface)
    begin = _start(surface, view) if start is None else check_point(start)
    found = [f"window {','.join(f'{edge:g}' for edge in view)}"] if window is None else []
    found += [f"start {begin[0]:g},{begin[1]:g}"] if start is None else []
    note = f"{' and '.join(found)} found for the formula" if found else ""
    return dataclasses.replace(surface, window=view, start=begin, note=note)


def _check_start(surface: Surface, start: tuple[float, float]) -> None:
    here = np.array(start)
    if not (np.isfinite(surface.value(here)) and np.isfinite(surface.gradient(here)).all()):
        raise TrajvizError(f"the formula has no finite value and slope at the start {start}")


def _found(surface: Surface) -> Window:
    for span in _SPANS:
        window = Window(-span, span, -span, span)
        if _usable(surface, window).any():
            return _fitted(surface, window)
    raise TrajvizError(
        f"no place with a finite value and slope was found within ±{max(_SPANS):g}: "
        "say where it has one by --start or --window"
    )


def _usable(surface: Surface, window: Window) -> npt.NDArray[np.bool_]:
    """Tell for each sample of the window, (rows, columns), whether value and slope are finite."""
    points = _samples(window)
    return np.isfinite(surface.value(points)) & np.isfinite(surface.gradient(points)).all(axis=-1)


def _samples(window: Window) -> Points:
    """Return the centres of the window's cells, (rows, columns, 2)."""
    shares = (np.arange(_CELLS) + 0.5) / _CELLS
    return np.stack(
        np.meshgrid(
            window.x0 + shares * (window.x1 - window.x0),
            window.y0 + shares * (window.y1 - window.y0),
        ),
        axis=-1,
    )


def _fitted(surface: Surface, window: Window, start: tuple[float, float] | None = None) -> Window:
    """Narrow a window to where the formula is finite, then widen it to a lowest place outside."""
    for _ in range(_ROUNDS):
        narrow = _narrowed(window, _usable(surface, window))
        if start is not None:
            narrow = narrow.including(*start)
        if narrow == window or not _resolved(narrow):
            break
        window = narrow
    return _rounded(next(filter(None, (_wider(surface, window, s) for s in _FURTHER)), window))


def _narrowed(window: Window, usable: npt.NDArray[np.bool_]) -> Window:
    """Return the part of a window that holds all its usable cells and one more on each side."""
    columns, rows = np.flatnonzero(usable.any(axis=0)), np.flatnonzero(usable.any(axis=1))
    if not columns.size:
        return window
    width, height = window.extent / _CELLS
    return Window(
        max(window.x0, window.x0 + (columns[0] - 1) * width),
        min(window.x1, window.x0 + (columns[-1] + 2) * width),
        max(window.y0, window.y0 + (rows[0] - 1) * height),
        min(window.y1, window.y0 + (rows[-1] + 2) * height),
    )


def _wider(surface: Surface, window: Window, scale: float) -> Window | None:
    """Return the window widened to the lowest place of one `scale` times as large.

    None when this window has its own lowest place off its edge, or the larger one on its edge:
    a surface that falls for ever has no place to show.
    """
    centre = np.array([window.x0 + window.x1, window.y0 + window.y1]) / 2
    with np.errstate(over="ignore"):  # what is infinite is not resolved
        (x0, y0), (x1, y1) = (centre + sign * scale * window.extent / 2 for sign in (-1, 1))
    large = Window(x0, x1, y0, y1)
    if not _resolved(large) or _lowest(surface, window)[1]:
        return None
    place, off_edge = _lowest(surface, large)
    if not off_edge or window.contains(place):
        return None
    cell = large.extent / _CELLS  # as exactly as the place is known
    return window.including(*(place - cell)).including(*(place + cell))


def _lowest(surface: Surface, window: Window) -> tuple[Points, bool]:
    """Return the window's lowest sample, (2,), and whether it is off the edge."""
    points = _samples(window)
    heights = surface.value(points)
    heights = np.where(np.isfinite(heights), heights, np.inf)
    row, column = np.unravel_index(np.argmin(heights), heights.shape)
    off_edge = 0 < row < _CELLS - 1 and 0 < column < _CELLS - 1
    return points[row, column], bool(off_edge)


def _resolved(window: Window) -> bool:
    try:
        check_window(window)
    except TrajvizError:
        return False
    return True


def _rounded(window: Window) -> Window:
    """Move each edge outwards to a hundredth of the window, in round numbers."""
    edges = []
    for low, high in (window[:2], window[2:]):
        digits = 2 - math.floor(math.log10(high - low))
        unit = 10.0**-digits
        edges += [round(math.floor(low / unit + 1e-6) * unit, digits)]
        edges += [round(math.ceil(high / unit - 1e-6) * unit, digits)]
    rounded = Window(*edges)
    return rounded if _resolved(rounded) else window


def _start(surface: Surface, window: Window) -> tuple[float, float]:
    """Return the place to start from in a window."""
    places = _round_places(window.x0, window.y0, window.extent)
    heights, slopes = surface.value(places), surface.gradient(places)
    with np.errstate(all="ignore"):
        steepness = np.hypot(*(slopes * window.extent).T)
    usable = np.isfinite(heights) & np.isfinite(steepness) & window.contains(places)
    if not (usable & (steepness > 0)).any():
        raise TrajvizError(
            f"the formula has no place with a finite slope in the window {tuple(window)}, "
            "or is flat there: give a --start or another --window"
        )
    usable &= steepness > 0.02 * np.median(
        steepness[usable] / 2
    )  # whose sum might overflow  # whose sum might overflow
    misfit = np.abs(Ranks.of(surface, window).rank(heights) - _RANK)
    aligned = np.abs((places - _lowest(surface, window)[0]) / window.extent).min(axis=-1) < 0.2
    best = int(np.argmin(np.where(usable, np.maximum(misfit, 0.1) + aligned, np.inf)))
    return float(places[best, 0]), float(places[best, 1])


def _round_places(x0: float, y0: float, extent: Floats) -> Points:
    """Return the places of _PLACES in a window, rounded to a hundredth of it, (places, 2)."""
    places = np.array([x0, y0]) + _PLACES * extent
    for axis in (0, 1):
        digits = 2 - math.floor(math.log10(extent[axis]))
        places[:, axis] = [round(float(value), digits) for value in places[:, axis]]
    return places + 0.0  # no minus zero
