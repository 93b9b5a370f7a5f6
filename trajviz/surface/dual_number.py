"""Dual numbers: a value that carries its own derivatives through a formula.

A partial derivative that is the float 0.0 is one that is 0 whatever the point, since the number
does not depend on that variable. It stays 0 beside an infinite slope, so that sqrt(x) + y has the
slope 1 along y where x is 0.

At a kink one of the subgradients is returned. It is 0 for abs and hypot at 0, and the first
argument's for maximum and minimum of equal numbers. It is 0 for a root (sqrt, or a power below 1)
whose argument is 0 and level: a root is defined on one side of 0 only, so its argument has a
minimum there, and so has the root. Of a formula in pieces (where, comparisons, clip) it is the
slope of the piece that the point belongs to, and of what steps (floor, sign) it is 0.

What numpy's functions do with duals is in `dual_rules`.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from trajviz.errors import TrajvizError

Number = Any  # a float or a float64 array; every operation below takes either

_PLAIN = (float, int)

UFUNCS: dict[Any, Callable[..., Any]] = {}
"""What each elementwise function of numpy does with duals."""
FUNCTIONS: dict[Any, Callable[..., Any]] = {}
"""What each other function of numpy does with duals."""


def refuse(function: str) -> TrajvizError:
    """Return the error for what has no derivative here."""
    names = sorted({f.__name__ for f in (*UFUNCS, *FUNCTIONS)})
    return TrajvizError(
        f"cannot differentiate {function!r}: give the surface a gradient_formula, or use + - * / "
        f"** % //, comparisons, abs and numpy's {', '.join(names)}"
    )


def _never(part: Number) -> bool:
    """Tell whether a partial derivative is 0 whatever the point."""
    return type(part) is float and part == 0.0


def _times(slope: Number, part: Number) -> Number:
    """Return slope * part; that a variable's own slopes are 0 and 1 saves half of the work."""
    if type(part) is not float:
        return slope * part
    if part == 1.0:
        return slope
    return slope * part if part else part


def _plus(first: Number, second: Number) -> Number:
    if _never(second):
        return first
    return second if _never(first) else first + second


def _minus(first: Number, second: Number) -> Number:
    return first if _never(second) else first - second


def _product(a: Number, da: Number, b: Number, db: Number) -> Number:
    """Return b * da + a * db."""
    if type(da) is float and da == 0.0:
        return _times(a, db)
    if type(db) is float and db == 0.0:
        return _times(b, da)
    return _times(b, da) + _times(a, db)


def _over(part: Number, divisor: Number) -> Number:
    return part if _never(part) else part / divisor


class Dual:
    """A value and its partial derivatives by x and y, each a float or an array of one shape."""

    __slots__ = ("dx", "dy", "value")

    def __init__(self, value: Number, dx: Number = 0.0, dy: Number = 0.0) -> None:
        self.value, self.dx, self.dy = value, dx, dy

    def chain(self, value: Number, slope: Number) -> Dual:
        """Return f(self) for a function with this value and this slope here."""
        return Dual(value, _times(slope, self.dx), _times(slope, self.dy))

    def root(self, value: Number, slope: Number) -> Dual:
        """Return f(self) for a function that is defined from 0 on, where its slope is infinite."""
        foot = (plain(self.value) == 0) & (plain(self.dx) == 0) & (plain(self.dy) == 0)
        return self.chain(value, where(foot, 0.0, slope))

    def __add__(self, other: Number) -> Any:
        if isinstance(other, Dual):
            return Dual(self.value + other.value, self.dx + other.dx, self.dy + other.dy)
        if type(other) in _PLAIN:
            return Dual(self.value + other, self.dx, self.dy)
        return _met(operator.add, self, other)

    def __sub__(self, other: Number) -> Any:
        if isinstance(other, Dual):
            return Dual(self.value - other.value, self.dx - other.dx, self.dy - other.dy)
        if type(other) in _PLAIN:
            return Dual(self.value - other, self.dx, self.dy)
        return _met(operator.sub, self, other)

    def __mul__(self, other: Number) -> Any:
        if isinstance(other, Dual):
            a, b = self.value, other.value
            dx, dy = _product(a, self.dx, b, other.dx), _product(a, self.dy, b, other.dy)
            return Dual(a * b, dx, dy)
        if type(other) in _PLAIN:
            return Dual(self.value * other, self.dx * other, self.dy * other)
        return _met(operator.mul, self, other)

    def __truediv__(self, other: Number) -> Any:
        if isinstance(other, Dual):
            q = self.value / other.value
            dx = _over(_minus(self.dx, _times(q, other.dx)), other.value)
            return Dual(q, dx, _over(_minus(self.dy, _times(q, other.dy)), other.value))
        if type(other) in _PLAIN:
            return Dual(self.value / other, self.dx / other, self.dy / other)
        return _met(operator.truediv, self, other)

    def __pow__(self, other: Number) -> Any:
        if isinstance(other, Dual):
            return power(self, other)
        # Exponents 2 and 0 apart: the commonest, and the one whose slope would be 0 * inf at 0.
        if isinstance(other, (int, float)):
            if other == 2:
                return self.chain(self.value * self.value, 2 * self.value)
            slope = other * self.value ** (other - 1) if other else 0.0
            if 0 < other < 1:
                return self.root(self.value**other, slope)
            return self.chain(self.value**other, slope)
        if is_list(other):
            return each(np.power, self, other)
        other = _wide(other)
        slope = where(np.equal(other, 0), 0.0, other * self.value ** np.subtract(other, 1.0))
        return self.chain(self.value**other, slope)

    def __mod__(self, other: Number) -> Any:
        return self.__array_ufunc__(np.mod, "__call__", self, other)

    def __floordiv__(self, other: Number) -> Any:
        return self.__array_ufunc__(np.floor_divide, "__call__", self, other)

    def __rsub__(self, other: Number) -> Dual:
        first = other if type(other) in _PLAIN else _wide(other)
        return Dual(first - self.value, -self.dx, -self.dy)

    def __rtruediv__(self, other: Number) -> Dual:
        q = (other if type(other) in _PLAIN else _wide(other)) / self.value
        return self.chain(q, -q / self.value)

    def __rpow__(self, other: Number) -> Any:
        return power(np.float64(_wide(other)), self)

    def __rmod__(self, other: Number) -> Any:
        return self.__array_ufunc__(np.mod, "__call__", other, self)

    def __rfloordiv__(self, other: Number) -> Any:
        return self.__array_ufunc__(np.floor_divide, "__call__", other, self)

    def __neg__(self) -> Dual:
        return Dual(-self.value, -self.dx, -self.dy)

    def __pos__(self) -> Dual:
        return self

    def __abs__(self) -> Dual:
        return self.chain(np.abs(self.value), np.sign(plain(self.value)))

    __radd__ = __add__
    __rmul__ = __mul__

    # A comparison is one of plain numbers. It chooses in np.where; in an `if` it chooses too
    # where there is one point, and numpy refuses it where there are many.
    def __lt__(self, other: Number) -> Any:
        return plain(self) < plain(other)

    def __le__(self, other: Number) -> Any:
        return plain(self) <= plain(other)

    def __gt__(self, other: Number) -> Any:
        return plain(self) > plain(other)

    def __ge__(self, other: Number) -> Any:
        return plain(self) >= plain(other)

    def __eq__(self, other: object) -> Any:
        return plain(self) == plain(other)

    def __ne__(self, other: object) -> Any:
        return plain(self) != plain(other)

    __hash__ = None  # type: ignore[assignment]  # equal duals cannot be found

    def __getitem__(self, key: Any) -> Any:
        """Return x[..., None], which a formula writes to meet an array of its own."""
        keys = key if isinstance(key, tuple) else (key,)
        if keys[0] is not Ellipsis or any(one is not None for one in keys[1:]):
            raise refuse("indexing of points")
        return linear(lambda part: part[key], self)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        """Numpy calls this for np.exp(dual) and for array * dual."""
        rule = UFUNCS.get(ufunc)
        if rule is None or method != "__call__" or options:
            name = ufunc.__name__ if method == "__call__" else f"{ufunc.__name__}.{method}"
            raise refuse(name)
        return each(ufunc, *inputs) if any(map(is_list, inputs)) else rule(*inputs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        """Numpy calls this for np.where(..., dual, ...) and for what takes whole arrays."""
        rule = FUNCTIONS.get(function)
        if rule is None:
            raise refuse(function.__name__)
        return rule(*args, **kwargs)

    def __float__(self) -> float:
        raise TrajvizError(
            "cannot differentiate a function that takes plain floats (math.exp, float): "
            "use numpy's instead, or give the surface a gradient_formula"
        )

    def __bool__(self) -> bool:
        raise refuse("bool")


def _wide(number: Number) -> Number:
    """Return a constant in double precision, in which slopes are computed."""
    if isinstance(number, (int, float)):
        return float(number)
    if hasattr(number, "widened"):  # a number that records (see `tape`)
        return number.widened()
    plain_number = np.asarray(number)
    if plain_number.dtype.kind == "c":
        raise refuse("complex numbers")
    if plain_number.dtype.kind not in "biuf":
        raise TypeError(f"a formula is of numbers, not of {type(number).__name__}")
    return plain_number.astype(np.float64)


def is_list(number: Number) -> bool:
    """Tell an array of duals, which numpy makes of a list of them."""
    return isinstance(number, np.ndarray) and number.dtype == object


def _met(operate: Callable[[Dual, Any], Any], dual: Dual, other: Number) -> Any:
    """Return what an operation makes of a dual and a number or array of numpy's."""
    return each(operate, dual, other) if is_list(other) else operate(dual, Dual(_wide(other)))


def each(function: Callable[..., Any], *numbers: Number) -> Any:
    """Apply a function to the elements of arrays of duals, and return such an array."""
    return np.frompyfunc(function, len(numbers), 1)(*map(_boxed, numbers))


def _boxed(number: Number) -> Any:
    if not isinstance(number, Dual):
        return number
    box = np.empty((), dtype=object)
    box[()] = number
    return box


def lift(number: Number) -> Dual:
    """Return a number as a dual, a constant if it is none yet."""
    return number if isinstance(number, Dual) else Dual(_wide(number))


def plain(number: Number) -> Number:
    """Return the plain value inside duals of any depth."""
    return plain(number.value) if isinstance(number, Dual) else number


def where(here: Number, first: Number, second: Number) -> Number:
    """Return numpy's where, of plain numbers or of duals."""
    if not (isinstance(first, Dual) or isinstance(second, Dual)):
        return first if _never(first) and _never(second) else np.where(here, first, second)
    a, b = lift(first), lift(second)
    return Dual(where(here, a.value, b.value), where(here, a.dx, b.dx), where(here, a.dy, b.dy))


def linear(function: Callable[[Number], Number], number: Number) -> Number:
    """Apply a function without products, as a sum along an axis, to each part of a number."""
    return _linear(function, number, np.shape(plain(number)))


def _linear(function: Callable[[Number], Number], number: Number, shape: tuple[int, ...]) -> Number:
    if isinstance(number, Dual):
        parts = (number.value, number.dx, number.dy)
        return Dual(*(_linear(function, part, shape) for part in parts))
    return number if _never(number) else function(np.broadcast_to(number, shape))


def power(base: Number, exponent: Number, logs: int = 0) -> Number:
    """Return base**exponent * log(base)**logs, of plain numbers or of duals.

    The logarithms are those of its own derivatives, in which 0 times the logarithm of 0 is 0.
    """
    if not (isinstance(base, Dual) or isinstance(exponent, Dual)):
        if not logs:
            return base**exponent
        found = base**exponent * np.log(base) ** logs
        return np.where((base == 0) & (exponent > 0), 0.0, found)
    a, b = lift(base), lift(exponent)
    parts = [(power(a.value, b.value, logs + 1), b)]
    if not (_never(a.dx) and _never(a.dy)):
        slope = b.value * power(a.value, b.value - 1, logs)
        lesser = logs * power(a.value, b.value - 1, logs - 1) if logs else 0.0
        parts.insert(0, (_plus(slope, lesser), a))
    value = power(a.value, b.value, logs)
    dx, dy = (
        functools.reduce(_plus, (_times(s, getattr(of, by)) for s, of in parts))
        for by in ("dx", "dy")
    )
    return Dual(value, dx, dy)
