"""A function of one variable: a problem in one dimension, and where to look at its curve.

A picture shows the points (x, f(x)). Where nobody says, the window is as wide as all turns of the
curve within ±5 and some more, or all of ±5 where it turns once. Ten times as much is tried where it
has no minimum there, then a tenth, and so on. The window is as high as the start and all turns. The
start is the first of a fixed row of places where about three quarters of the window lie lower, the
slope is steeper than at half of them, and the lowest place is not near. Nothing is random.
"""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from trajviz.errors import TrajvizError
from trajviz.frozen import dataclass
from trajviz.surface import Floats, Number, Surface, Window, check_window
from trajviz.surface.problem import Problem

_SPANS = (5.0, 50.0, 0.5, 500.0, 0.05)
"""How far from 0 a curve is looked at, in this order."""
_SAMPLES = 2000
_AROUND = 0.4
"""How much is shown beyond the outermost turns, as a share of the way between them."""
_ABOVE, _BELOW = 0.3, 0.1
"""How much is shown above start and turns, and below all, as a share of the way between these."""
_RANK = 0.75
"""The share of the window that should lie below the start."""
_NEAR = 0.2
"""So near the lowest place nobody starts, as a share of the window."""
_PLACES: Floats = (np.arange(1.0, 145.0) * 0.6180339887498949) % 0.8 + 0.1
"""Shares of the window, spread evenly: multiples of the golden ratio."""
_JUMP = 8.0
"""Where a curve changes by so many times as much as beside it, it has a pole and no turn."""


@dataclass(frozen=True)
class OfX:
    """A function of x alone as a function of x and y, which leaves y out."""

    function: Callable[..., Any]

    @property
    def __wrapped__(self) -> Callable[..., Any]:
        """The function itself, as `inspect.unwrap` asks for it."""
        return self.function

    def __call__(self, x: Number, _y: Number) -> Number:
        """Return the height at x."""
        return self.function(x)


@dataclass(frozen=True)
class _Slice:
    """A surface that depends on x alone, as functions of weights, (..., 1)."""

    surface: Surface

    @property
    def __wrapped__(self) -> Callable[..., Any]:
        function: Callable[..., Any] = inspect.unwrap(self.surface.formula)
        return function

    def loss(self, w: Floats) -> Floats:
        return self.surface.value(_on_axis(w))

    def gradient(self, w: Floats) -> Floats:
        return self.surface.gradient(_on_axis(w))[..., :1]

    def hessian_product(self, w: Floats, v: Floats) -> Floats:
        return self.surface.hessian(_on_axis(w))[..., 0, :1] * v


def _on_axis(w: Floats) -> Floats:
    return np.concatenate([w, np.zeros_like(w)], axis=-1)


def takes_one(function: Callable[..., Any]) -> bool:
    """Tell a function of one argument from one of two.

    >>> takes_one(lambda x: x), takes_one(lambda x, y: x + y), takes_one(lambda *w: w[0])
    (True, False, False)
    """
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # of some built-in functions nobody knows
        return False
    return _fits(signature, 1) and not _fits(signature, 2)


def _fits(signature: inspect.Signature, count: int) -> bool:
    try:
        signature.bind(*range(count))
    except TypeError:
        return False
    return True


def problem_of_curve(
    surface: Surface, start: Sequence[float] | None, window: Sequence[float] | None
) -> Problem:
    """Return the problem in one dimension of a surface that depends on x alone.

    Args:
        surface: What depends on x alone.
        start: X: where a race begins; default None, a place that is found.
        window: X0, X1, Y0, Y1: what is looked at, heights being Y; default None, found likewise.

    Raises:
        TrajvizError: There is no place to start from.
    """
    of = _Slice(surface)
    problem = Problem(
        loss=of.loss,
        gradient=of.gradient,
        start=_Begin(0.0),
        dimension=1,
        hessian_product=of.hessian_product,
    )
    seen = None if window is None else check_window(window)
    x0, x1 = seen[:2] if seen else _range_of(problem)
    begin = _place(problem, x0, x1) if start is None else float(start[0])
    found = [] if seen else [f"window {x0:g} to {x1:g}"]
    found += [f"start {begin:g}"] if start is None else []
    note = f"{' and '.join(found)} found for the formula" if found else ""
    return replace(problem, start=_Begin(begin), note=note)


@dataclass(frozen=True)
class _Begin:
    """A start that is the same whatever the seed."""

    x: float

    def __call__(self, _seed: int) -> Floats:
        return np.array([self.x])


def started(problem: Problem, start: Sequence[float]) -> Problem:
    """Return a problem in one dimension that starts elsewhere."""
    return replace(problem, start=_Begin(float(start[0])))


def curve_of(problem: Problem, begin: float, window: Window | None) -> Surface:
    """Return a problem in one dimension as what a picture shows: its height at x, whatever y is.

    Args:
        problem: The problem.
        begin: Where the race begins.
        window: X0, X1, Y0, Y1: what is shown, heights being Y; None, what is found.

    Returns:
        A surface whose start and minima are points (x, f(x)).

    Raises:
        TrajvizError: Nothing finite is there to be shown, or floats cannot resolve it.
    """
    height = float(problem.value(np.array([begin])))
    x0, x1 = window[:2] if window else _including(_range_of(problem), begin)
    turns, rising = _turns(problem, x0, x1)
    heights = problem.value(turns[:, None])
    seen = window or _window(problem, (x0, x1), [height, *heights.tolist()])
    lowest_first = np.lexsort([turns[rising], heights[rising]])
    minima = np.stack([turns, heights], axis=-1)[rising][lowest_first]
    return Surface(
        formula=_Height(problem),
        gradient_formula=_Slope(problem),
        window=check_window(seen.including(begin, height)),
        start=(begin, height),
        minima=tuple(map(tuple, minima.tolist())),
        axes=("x", "f(x)"),
        aspect="fill",
        **problem.facts,
    )


@dataclass(frozen=True, eq=False)
class _Height:
    problem: Problem

    def __call__(self, x: Number, y: Number) -> Number:
        x, _ = np.broadcast_arrays(np.asarray(x, dtype=np.float64), y)
        return self.problem.value(x[..., None])


@dataclass(frozen=True, eq=False)
class _Slope:
    problem: Problem

    def __call__(self, points: Floats) -> Floats:
        return _on_axis(self.problem.gradient(points[..., :1]))


def _range_of(problem: Problem) -> tuple[float, float]:
    """Return from where to where a curve is shown if nobody says."""
    ranges = [each for span in _SPANS if (each := _finite(problem, span))]
    if not ranges:
        raise TrajvizError(
            f"no place with a finite value and slope was found within ±{max(_SPANS):g}: "
            "say where it has one by --start or --window"
        )
    for x0, x1 in ranges:
        turns, rising = _turns(problem, x0, x1)
        if rising.any():
            break
    else:
        (x0, x1), turns = ranges[0], turns[:0]
    if len(turns) < 2:
        return _rounded(x0, x1)
    room = _AROUND * float(turns[-1] - turns[0])
    return _rounded(max(x0, float(turns[0]) - room), min(x1, float(turns[-1]) + room))


def _finite(problem: Problem, span: float) -> tuple[float, float] | None:
    """Return the first and the last place within a span whose value and slope are finite."""
    xs = _sampled(-span, span)
    usable = np.isfinite(problem.value(xs[:, None]))
    usable &= np.isfinite(problem.gradient(xs[:, None])[:, 0])
    there = xs[usable]
    half = span / _SAMPLES
    return (float(there[0]) - half, float(there[-1]) + half) if len(there) > 2 else None


def _sampled(x0: float, x1: float) -> Floats:
    return np.asarray(x0 + (np.arange(_SAMPLES) + 0.5) / _SAMPLES * (x1 - x0))


def _rounded(x0: float, x1: float) -> tuple[float, float]:
    """Return a range, widened to round numbers of about a hundredth of it."""
    digits = 1 - math.floor(math.log10(x1 - x0))
    unit = 10.0**-digits
    low, high = math.floor(x0 / unit + 1e-6), math.ceil(x1 / unit - 1e-6)
    return round(low * unit, digits), round(high * unit, digits)


def _including(extent: tuple[float, float], x: float) -> tuple[float, float]:
    return Window(*extent, 0.0, 1.0).including(x, 0.5)[:2]


def _turns(problem: Problem, x0: float, x1: float) -> tuple[Floats, Any]:
    """Return where the slope changes its sign, (n,), and where it is rising from then on, (n,)."""
    xs = _sampled(x0, x1)
    slope = functools.partial(_slope_of, problem)
    signs = np.sign(slope(xs))
    at = np.flatnonzero(signs[:-1] * signs[1:] < 0)
    low, high, rising = xs[at], xs[at + 1], signs[at + 1] > 0
    for _ in range(60):
        middle = (low + high) / 2
        beyond = (slope(middle) > 0) == rising
        low, high = np.where(beyond, low, middle), np.where(beyond, middle, high)
    turns = (low + high) / 2
    whole = _is_whole(problem.value(xs[:, None]), problem.value(turns[:, None]), at)
    return turns[whole], rising[whole]


def _slope_of(problem: Problem, xs: Floats) -> Floats:
    return np.asarray(problem.gradient(xs[:, None])[:, 0])


def _is_whole(heights: Floats, turned: Floats, at: Any) -> Any:
    """Tell at which turns, after the samples `at`, a curve has no pole."""
    with np.errstate(all="ignore"):
        change = np.abs(np.diff(heights))
        beside = np.maximum(
            change[np.maximum(at - 1, 0)], change[np.minimum(at + 1, len(change) - 1)]
        )
        moved = np.maximum(np.abs(turned - heights[at]), np.abs(turned - heights[at + 1]))
        return np.isfinite(turned) & (moved <= _JUMP * beside)


def _window(problem: Problem, extent: tuple[float, float], of_note: Sequence[float]) -> Window:
    """Return a window as high as all heights of note, and as low as the curve is."""
    heights = problem.value(_sampled(*extent)[:, None])
    heights = heights[np.isfinite(heights)]
    if not heights.size:
        raise TrajvizError(f"the function has no finite value from {extent[0]:g} to {extent[1]:g}")
    high, least = max(of_note), min(of_note)
    low = min(float(heights.min()), least)
    low = max(low, 2 * least - high) if high > least else low  # a pole has no bottom
    high = high if high > low else float(heights.max())
    room = high - low or 1.0
    return Window(*extent, low - _BELOW * room, high + _ABOVE * room)


def _place(problem: Problem, x0: float, x1: float) -> float:
    """Return the place to start from in a range."""
    xs = _sampled(x0, x1)
    sampled = problem.value(xs[:, None])
    known = np.isfinite(sampled)
    digits = 2 - math.floor(math.log10(x1 - x0))
    places = np.round(x0 + _PLACES * (x1 - x0), digits) + 0.0
    heights, slopes = problem.value(places[:, None]), _slope_of(problem, places)
    usable = np.isfinite(heights) & np.isfinite(slopes) & (slopes != 0)
    steep = np.abs(slopes) >= np.median(np.abs(slopes[usable])) if usable.any() else usable
    if not usable.any():
        raise TrajvizError(
            f"the formula has no place with a finite slope from {x0:g} to {x1:g}, or is flat "
            "there: give a --start or another --window"
        )
    ranks = np.searchsorted(np.sort(sampled[known]), heights) / known.sum()
    lowest = xs[np.where(known, sampled, np.inf).argmin()]
    near = np.abs(places - lowest) < _NEAR * (x1 - x0)
    misfit = np.maximum(np.abs(ranks - _RANK), 0.1) + near + ~steep
    return float(places[np.where(usable, misfit, np.inf).argmin()])
