"""Forward-mode dual numbers: exact gradients of ordinary numpy formulas in two variables.

A dual number is a value together with its two partial derivatives. Arithmetic on duals carries
the chain rule along (Clifford 1871; Wengert 1964), so that a formula written once for plain
numbers also gives its own gradient, to rounding. The parts of a dual may be duals themselves: the
gradient of a partial derivative is a row of the Hessian.

At a kink one of the subgradients is returned. It is 0 for abs at 0, and the first argument's for
maximum and minimum of equal numbers. It is 0 for a root (sqrt, or a power below 1) whose argument
is 0 and level: a root is defined on one side of 0 only, so its argument has a minimum there, and so
has the root.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from trajviz.errors import TrajvizError

Number = Any  # a float or a float64 array; every operation below takes either


def _refuse(function: str) -> TrajvizError:
    return TrajvizError(
        f"cannot differentiate {function!r}: a formula may use + - * / **, abs and "
        f"numpy's {', '.join(sorted(u.__name__ for u in _RULES))}"
    )


def _product(a: Number, da: Number, b: Number, db: Number) -> Number:
    """Return da * b + a * db; that a variable's own slopes are 0 and 1 saves half of the work."""
    if type(da) is float and da == 0.0:
        return _scaled(db, a)
    if type(db) is float and db == 0.0:
        return _scaled(da, b)
    return _scaled(da, b) + _scaled(db, a)


def _scaled(slope: Number, value: Number) -> Number:
    return value if type(slope) is float and slope == 1.0 else slope * value


class Dual:
    """A value and its partial derivatives by x and y, each a float or an array of one shape."""

    __slots__ = ("dx", "dy", "value")

    def __init__(self, value: Number, dx: Number = 0.0, dy: Number = 0.0) -> None:
        self.value, self.dx, self.dy = value, dx, dy

    def chain(self, value: Number, slope: Number) -> Dual:
        """Return f(self) for a function with this value and this slope here."""
        return Dual(value, slope * self.dx, slope * self.dy)

    def root(self, value: Number, slope: Number) -> Dual:
        """Return f(self) for a function that is defined from 0 on, where its slope is infinite."""
        foot = (_plain(self.value) == 0) & (_plain(self.dx) == 0) & (_plain(self.dy) == 0)
        return self.chain(value, _where(foot, 0.0, slope))

    def __add__(self, other: Number) -> Dual:
        if isinstance(other, Dual):
            return Dual(self.value + other.value, self.dx + other.dx, self.dy + other.dy)
        return Dual(self.value + other, self.dx, self.dy)

    def __sub__(self, other: Number) -> Dual:
        if isinstance(other, Dual):
            return Dual(self.value - other.value, self.dx - other.dx, self.dy - other.dy)
        return Dual(self.value - other, self.dx, self.dy)

    def __mul__(self, other: Number) -> Dual:
        if isinstance(other, Dual):
            a, b = self.value, other.value
            dx, dy = _product(a, self.dx, b, other.dx), _product(a, self.dy, b, other.dy)
            return Dual(a * b, dx, dy)
        return Dual(self.value * other, self.dx * other, self.dy * other)

    def __truediv__(self, other: Number) -> Dual:
        if isinstance(other, Dual):
            q = self.value / other.value
            return Dual(
                q,
                (self.dx - q * other.dx) / other.value,
                (self.dy - q * other.dy) / other.value,
            )
        return Dual(self.value / other, self.dx / other, self.dy / other)

    def __pow__(self, other: Number) -> Dual:
        if isinstance(other, Dual):
            power = self.value**other.value
            slope, growth = (
                other.value * self.value ** (other.value - 1),
                power * np.log(self.value),
            )
            return Dual(
                power, slope * self.dx + growth * other.dx, slope * self.dy + growth * other.dy
            )
        # Exponents 2 and 0 apart: the commonest, and the one whose slope would be 0 * inf at 0.
        if isinstance(other, (int, float)):
            if other == 2:
                return self.chain(self.value * self.value, 2 * self.value)
            slope = other * self.value ** (other - 1) if other else 0.0
            if 0 < other < 1:
                return self.root(self.value**other, slope)
        else:
            slope = _where(np.equal(other, 0), 0.0, other * self.value ** np.subtract(other, 1.0))
        return self.chain(self.value**other, slope)

    def __rsub__(self, other: Number) -> Dual:
        return Dual(other - self.value, -self.dx, -self.dy)

    def __rtruediv__(self, other: Number) -> Dual:
        q = other / self.value
        return self.chain(q, -q / self.value)

    def __rpow__(self, other: Number) -> Dual:
        power = other**self.value
        return self.chain(power, power * np.log(np.asarray(other, dtype=np.float64)))

    def __neg__(self) -> Dual:
        return Dual(-self.value, -self.dx, -self.dy)

    def __pos__(self) -> Dual:
        return self

    def __abs__(self) -> Dual:
        if np.iscomplexobj(_plain(self.value)):
            raise _refuse("complex numbers")
        return self.chain(np.abs(self.value), np.sign(_plain(self.value)))

    __radd__ = __add__
    __rmul__ = __mul__

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Dual:
        """Numpy calls this for np.exp(dual) and for array * dual."""
        rule = _RULES.get(ufunc)
        if rule is None or method != "__call__" or options:
            name = ufunc.__name__ if method == "__call__" else f"{ufunc.__name__}.{method}"
            raise _refuse(name)
        return rule(*inputs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Dual:
        raise _refuse(function.__name__)

    def __float__(self) -> float:
        raise TrajvizError(
            "cannot differentiate a function that takes plain floats (math.exp, float): "
            "use numpy's instead"
        )

    def __bool__(self) -> bool:
        raise _refuse("bool")

    # A comparison would silently pick a branch, and an array of points has no one branch to pick.
    def __lt__(self, other: Number) -> bool:
        raise _refuse("<")

    def __le__(self, other: Number) -> bool:
        raise _refuse("<=")

    def __gt__(self, other: Number) -> bool:
        raise _refuse(">")

    def __ge__(self, other: Number) -> bool:
        raise _refuse(">=")

    def __eq__(self, other: object) -> bool:
        raise _refuse("==")

    def __ne__(self, other: object) -> bool:
        raise _refuse("!=")

    __hash__ = None  # type: ignore[assignment]  # equal duals cannot be found


def _lift(number: Number) -> Dual:
    return number if isinstance(number, Dual) else Dual(number)


def _plain(number: Number) -> Number:
    """Return the plain value inside duals of any depth."""
    return _plain(number.value) if isinstance(number, Dual) else number


def _where(here: Number, first: Number, second: Number) -> Number:
    """Return numpy's where, of plain numbers or of duals."""
    if not (isinstance(first, Dual) or isinstance(second, Dual)):
        return np.where(here, first, second)
    a, b = _lift(first), _lift(second)
    return Dual(_where(here, a.value, b.value), _where(here, a.dx, b.dx), _where(here, a.dy, b.dy))


def _choose(first: Number, second: Number, comparison: np.ufunc) -> Dual:
    """Return the first of two numbers where the comparison holds, the second elsewhere."""
    a, b = _lift(first), _lift(second)
    here = comparison(_plain(a), _plain(b))
    # NaN in either must stay NaN, as it does in numpy's maximum and minimum.
    value = _where(here | np.isnan(_plain(a)), a.value, b.value)
    lost = 0 * _plain(value)  # NaN where the value is
    return Dual(value, _where(here, a.dx, b.dx) + lost, _where(here, a.dy, b.dy) + lost)


def _chain_rule(function: Any, slope: Callable[[Number, Number], Number]) -> Callable[[Dual], Dual]:
    """Return the rule for a function of one number; slope takes its argument and its value."""

    def rule(dual: Dual) -> Dual:
        value = function(dual.value)
        return dual.chain(value, slope(dual.value, value))

    return rule


def _sqrt(dual: Dual) -> Dual:
    value = np.sqrt(dual.value)
    return dual.root(value, 0.5 / value)


# To differentiate one more numpy function, add its line here.
_RULES: dict[Any, Callable[..., Dual]] = {
    np.add: lambda a, b: _lift(a) + b,
    np.subtract: lambda a, b: _lift(a) - b,
    np.multiply: lambda a, b: _lift(a) * b,
    np.divide: lambda a, b: _lift(a) / b,
    np.power: lambda a, b: a**b if isinstance(a, Dual) else b.__rpow__(a),
    np.float_power: lambda a, b: a**b if isinstance(a, Dual) else b.__rpow__(a),
    np.negative: Dual.__neg__,
    np.positive: Dual.__pos__,
    np.absolute: Dual.__abs__,
    np.fabs: Dual.__abs__,
    np.square: lambda a: a * a,
    np.reciprocal: lambda a: 1.0 / a,
    np.exp: _chain_rule(np.exp, lambda _, y: y),
    np.log: _chain_rule(np.log, lambda x, y: 1 / x + 0 * y),  # NaN where the logarithm is
    np.sqrt: _sqrt,
    np.sin: _chain_rule(np.sin, lambda x, _: np.cos(x)),
    np.cos: _chain_rule(np.cos, lambda x, _: -np.sin(x)),
    np.tan: _chain_rule(np.tan, lambda _, y: 1 + y * y),
    np.tanh: _chain_rule(np.tanh, lambda _, y: 1 - y * y),
    np.arctan: _chain_rule(np.arctan, lambda x, _: 1 / (1 + x * x)),
    np.maximum: lambda a, b: _choose(a, b, np.greater_equal),
    np.minimum: lambda a, b: _choose(a, b, np.less_equal),
}


def gradient(
    formula: Callable[[Number, Number], Number], points: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return the exact gradient of a formula.

    Args:
        formula: `formula(x, y)`, in numpy's arithmetic.
        points: Where, shape (..., 2).

    Returns:
        Gradients, shape (..., 2).

    Raises:
        TrajvizError: The formula uses a function that has no rule here, which the message names.

    >>> gradient(lambda x, y: x * x + 3 * np.sin(y), np.array([2.0, 0.0])).tolist()
    [4.0, 3.0]
    """
    result = formula(Dual(points[..., 0], 1.0, 0.0), Dual(points[..., 1], 0.0, 1.0))
    slopes = np.zeros(points.shape)
    if isinstance(result, Dual):
        if np.iscomplexobj(result.dx) or np.iscomplexobj(result.dy):
            raise _refuse("complex numbers")
        slopes[..., 0], slopes[..., 1] = result.dx, result.dy
    elif np.ndim(result) or not isinstance(result, (int, float, np.number)):
        raise TrajvizError(
            f"a formula must return one number for each point, not {type(result).__name__}"
        )
    return slopes


def hessian(
    formula: Callable[[Number, Number], Number], points: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return the exact second derivatives of a formula.

    Args:
        formula: `formula(x, y)`, in numpy's arithmetic.
        points: Where, shape (..., 2).

    Returns:
        Hessians, shape (..., 2, 2).

    Raises:
        TrajvizError: The formula uses a function that has no rule here, which the message names.

    >>> hessian(lambda x, y: x**3 + 5 * x * y, np.array([2.0, 0.0])).tolist()
    [[12.0, 5.0], [5.0, 0.0]]
    """

    def along_x(x: Number, y: Number) -> Dual:
        return _lift(_lift(formula(Dual(x, 1.0, 0.0), Dual(y, 0.0, 1.0))).dx)

    def along_y(x: Number, y: Number) -> Dual:
        return _lift(_lift(formula(Dual(x, 1.0, 0.0), Dual(y, 0.0, 1.0))).dy)

    return np.stack([gradient(along_x, points), gradient(along_y, points)], axis=-2)
