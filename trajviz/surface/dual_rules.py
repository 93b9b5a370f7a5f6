"""What numpy's functions do with dual numbers: their values, and their slopes.

To differentiate one more elementwise function, add its line to one of the tables; to take one more
of the others, write a function and mark it with `stands_for`.
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from trajviz.surface.dual_number import (
    FUNCTIONS,
    UFUNCS,
    Dual,
    Number,
    lift,
    linear,
    plain,
    where,
)

_TERMS = [(-1) ** k / math.factorial(2 * k + 1) for k in range(13)]
"""The series of sin(u) / u in u**2, which is exact to rounding up to u = 1 and beyond."""


def _chain_rule(
    function: np.ufunc, slope: Callable[[Number, Number], Number]
) -> Callable[[Dual], Dual]:
    """Return the rule for a function of one number; slope takes its argument and its value."""

    def rule(dual: Dual) -> Dual:
        value = function(dual.value)
        return dual.chain(value, slope(dual.value, value))

    return rule


def _sqrt(dual: Dual) -> Dual:
    value = np.sqrt(dual.value)
    return dual.root(value, 0.5 / value)


def _level(function: np.ufunc) -> Callable[..., Dual]:
    """Return the rule for a function in steps, whose slope is 0 where it has a value."""

    def rule(*numbers: Number) -> Dual:
        value = function(*map(plain, numbers))
        return Dual(value, 0 * value, 0 * value)

    return rule


def _told(function: np.ufunc) -> Callable[..., Any]:
    """Return the rule for what tells something of the value, as a comparison does."""
    return lambda *numbers: function(*map(plain, numbers))


def _choose(first: Number, second: Number, comparison: np.ufunc) -> Dual:
    """Return the first of two numbers where the comparison holds, the second elsewhere.

    NaN in either stays NaN, as in numpy's maximum and minimum.
    """
    a = plain(first)
    return lift(where(comparison(a, plain(second)) | np.isnan(a), first, second))


def _hypot(first: Number, second: Number) -> Dual:
    a, b = lift(first), lift(second)
    value = np.hypot(a.value, b.value)
    foot = plain(value) == 0
    return _sum(
        value, (a, where(foot, 0.0, a.value / value)), (b, where(foot, 0.0, b.value / value))
    )


def _arctan2(first: Number, second: Number) -> Dual:
    a, b = lift(first), lift(second)
    square = a.value * a.value + b.value * b.value
    value = np.arctan2(a.value, b.value)
    return _sum(value, (a, b.value / square), (b, -a.value / square))


def _sum(value: Number, *parts: tuple[Dual, Number]) -> Dual:
    """Return f(a, b) for a function with this value, given each number with f's slope by it."""
    slopes = [dual.chain(0.0, slope) for dual, slope in parts]
    total = functools.reduce(operator.add, slopes)
    return Dual(value, total.dx, total.dy)


def _logaddexp(function: np.ufunc, grow: np.ufunc) -> Callable[[Number, Number], Dual]:
    def rule(first: Number, second: Number) -> Dual:
        a, b = lift(first), lift(second)
        value = function(a.value, b.value)
        return _sum(value, (a, grow(a.value - value)), (b, grow(b.value - value)))

    return rule


def _mod(first: Number, second: Number) -> Dual:
    a, b = lift(first), lift(second)
    value = np.mod(a.value, b.value)
    wraps = np.floor_divide(plain(a), plain(b))
    return _sum(value, (a, 1.0 + 0 * plain(value)), (b, -wraps))


def _heaviside(first: Number, second: Number) -> Dual:
    value = np.heaviside(plain(first), 0.0)
    return lift(where(plain(first) == 0, second, Dual(value, 0 * value, 0 * value)))


_ONE: dict[np.ufunc, Callable[[Number, Number], Number]] = {
    np.exp: lambda _, y: y,
    np.exp2: lambda _, y: y * math.log(2),
    np.expm1: lambda _, y: y + 1,
    # A slope is NaN where the value is.
    np.log: lambda x, y: 1 / x + 0 * y,
    np.log2: lambda x, y: 1 / (x * math.log(2)) + 0 * y,
    np.log10: lambda x, y: 1 / (x * math.log(10)) + 0 * y,
    np.log1p: lambda x, y: 1 / (1 + x) + 0 * y,
    np.sin: lambda x, _: np.cos(x),
    np.cos: lambda x, _: -np.sin(x),
    np.tan: lambda _, y: 1 + y * y,
    np.arcsin: lambda x, _: 1 / np.sqrt(1 - x * x),
    np.arccos: lambda x, _: -1 / np.sqrt(1 - x * x),
    np.arctan: lambda x, _: 1 / (1 + x * x),
    np.sinh: lambda x, _: np.cosh(x),
    np.cosh: lambda x, _: np.sinh(x),
    np.tanh: lambda _, y: 1 - y * y,
    np.arcsinh: lambda x, _: 1 / np.sqrt(1 + x * x),
    np.arccosh: lambda x, y: 1 / np.sqrt(x * x - 1) + 0 * y,
    np.arctanh: lambda x, y: 1 / (1 - x * x) + 0 * y,
    np.cbrt: lambda _, y: 1 / (3 * y * y),
    np.radians: lambda _, y: math.pi / 180 + 0 * plain(y),
    np.deg2rad: lambda _, y: math.pi / 180 + 0 * plain(y),
    np.degrees: lambda _, y: 180 / math.pi + 0 * plain(y),
    np.rad2deg: lambda _, y: 180 / math.pi + 0 * plain(y),
}
"""Functions of one number, with their slope by argument and value."""

_LEVEL = [np.sign, np.floor, np.ceil, np.trunc, np.rint, np.floor_divide]
_TOLD = [
    *(np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal),
    *(np.isnan, np.isinf, np.isfinite, np.signbit),
]

UFUNCS.update(
    {
        np.add: lambda a, b: lift(a) + b,
        np.subtract: lambda a, b: lift(a) - b,
        np.multiply: lambda a, b: a * b if isinstance(a, Dual) else b * a,
        np.divide: lambda a, b: lift(a) / b,
        np.power: lambda a, b: a**b if isinstance(a, Dual) else b.__rpow__(a),
        np.float_power: lambda a, b: a**b if isinstance(a, Dual) else b.__rpow__(a),
        np.negative: Dual.__neg__,
        np.positive: Dual.__pos__,
        np.conjugate: Dual.__pos__,
        np.absolute: Dual.__abs__,
        np.fabs: Dual.__abs__,
        np.square: lambda a: a * a,
        np.reciprocal: lambda a: 1.0 / a,
        np.sqrt: _sqrt,
        np.maximum: lambda a, b: _choose(a, b, np.greater_equal),
        np.minimum: lambda a, b: _choose(a, b, np.less_equal),
        np.hypot: _hypot,
        np.arctan2: _arctan2,
        np.logaddexp: _logaddexp(np.logaddexp, np.exp),
        np.logaddexp2: _logaddexp(np.logaddexp2, np.exp2),
        np.mod: _mod,
        np.heaviside: _heaviside,
        **{function: _chain_rule(function, slope) for function, slope in _ONE.items()},
        **{function: _level(function) for function in _LEVEL},
        **{function: _told(function) for function in _TOLD},
    }
)

# Numpy calls such methods for the duals in an array of objects, as it makes one of np.exp([x, y]).
for _ufunc in UFUNCS:
    setattr(Dual, _ufunc.__name__, functools.partialmethod(_ufunc.__call__))


def _stands_for(*functions: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Enter a rule for functions of numpy's that are not elementwise."""

    def enter(rule: Callable[..., Any]) -> Callable[..., Any]:
        FUNCTIONS.update(dict.fromkeys(functions, rule))
        return rule

    return enter


@_stands_for(np.where)
def _where(condition: Number, first: Number, second: Number) -> Number:
    return where(plain(condition), first, second)


@_stands_for(np.select)
def _select(conditions: Sequence[Number], choices: Sequence[Number], default: Number = 0) -> Number:
    pairs = [*zip(conditions, choices, strict=True)]
    return functools.reduce(
        lambda rest, one: where(plain(one[0]), one[1], rest), reversed(pairs), lift(default)
    )


@_stands_for(np.clip)
def _clip(
    number: Number,
    low: Number = None,
    high: Number = None,
    *,
    min: Number = None,  # noqa: A002  # numpy's own words
    max: Number = None,  # noqa: A002
) -> Number:
    low, high = (min if low is None else low), (max if high is None else high)
    raised = number if low is None else np.maximum(number, low)
    return raised if high is None else np.minimum(raised, high)


@_stands_for(np.polyval)
def _polynomial(coefficients: Sequence[Number], number: Number) -> Number:
    return functools.reduce(lambda total, term: total * number + term, coefficients, 0.0)


@_stands_for(np.sinc)
def _sinc(dual: Dual) -> Dual:
    u = np.pi * dual
    near = functools.reduce(lambda total, term: total * (u * u) + term, reversed(_TERMS))
    found = lift(where(np.abs(plain(u)) < 1, near, np.sin(u) / u))
    return Dual(np.sinc(dual.value), found.dx, found.dy)


@_stands_for(np.round, np.around)
def _round(dual: Dual, decimals: int = 0) -> Dual:
    value = np.round(plain(dual), decimals)
    return Dual(value, 0 * value, 0 * value)


@_stands_for(np.stack)
def _stack(numbers: Sequence[Number], axis: int = 0) -> Any:
    """Return an array of duals; the axes of points are no axes of it."""
    stacked = np.empty(len(numbers), dtype=object)
    stacked[:] = numbers
    if axis not in (0, -1):
        raise ValueError(
            f"axis {axis} of stacked numbers: 0 or -1 is theirs, the others are points'"
        )
    return stacked


@_stands_for(np.sum)
def _total(dual: Dual, axis: Any = None) -> Dual:
    return lift(linear(lambda part: np.sum(part, axis=axis), dual))


@_stands_for(np.mean)
def _mean(dual: Dual, axis: Any = None) -> Dual:
    return lift(linear(lambda part: np.mean(part, axis=axis), dual))


@_stands_for(np.prod)
def _product(dual: Dual, axis: int = -1) -> Number:
    count = np.shape(plain(dual))[axis]
    slices = (linear(lambda part: np.take(part, k, axis), dual) for k in range(count))  # noqa: B023
    return functools.reduce(operator.mul, slices)


@_stands_for(np.linalg.norm)
def _norm(dual: Dual, ord: Any = None, axis: int = -1) -> Number:  # noqa: A002  # as above
    if ord not in (None, 2):
        raise ValueError(f"norm of order {ord}: write it out")
    return np.sqrt(_total(dual * dual, axis))


@_stands_for(np.zeros_like)
def _zeros_like(dual: Dual) -> Any:
    return np.zeros(np.shape(plain(dual)))


@_stands_for(np.ones_like)
def _ones_like(dual: Dual) -> Any:
    return np.ones(np.shape(plain(dual)))


@_stands_for(np.full_like)
def _full_like(dual: Dual, number: Number) -> Any:
    return np.full(np.shape(plain(dual)), number, dtype=np.float64)


@_stands_for(np.shape)
def _shape(dual: Dual) -> tuple[int, ...]:
    return np.shape(plain(dual))
