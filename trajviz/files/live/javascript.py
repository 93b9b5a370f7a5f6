"""Expressions of JavaScript, and what Python's and numpy's functions are called there."""

from __future__ import annotations

import base64
import builtins
import json
import math
import operator
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

ATOM, UNARY, TIMES, PLUS, COMPARE, EQUAL, AND, OR, CHOICE = range(9, 0, -1)
"""How tightly an expression holds together."""


_MOST_PLACES = 2**16
"""How many numbers a place of two bytes can name."""


class Code(NamedTuple):
    """An expression, and how tightly it holds together."""

    text: str
    level: int = ATOM

    def within(self, level: int) -> str:
        """Return the expression as an operand of one of this level."""
        return self.text if self.level >= level else f"({self.text})"


class Infix(NamedTuple):
    """A sign between two operands.

    Attributes:
        sign: How it is written.
        level: How tightly it holds.
        truths: Whether it makes truth values.
        of_truths: Whether it takes them.
    """

    sign: str
    level: int
    truths: bool = False
    of_truths: bool = False


_INFIXES = {
    np.add: Infix("+", PLUS),
    np.subtract: Infix("-", PLUS),
    np.multiply: Infix("*", TIMES),
    np.divide: Infix("/", TIMES),
    np.less: Infix("<", COMPARE, truths=True),
    np.less_equal: Infix("<=", COMPARE, truths=True),
    np.greater: Infix(">", COMPARE, truths=True),
    np.greater_equal: Infix(">=", COMPARE, truths=True),
    np.equal: Infix("==", EQUAL, truths=True),
    np.not_equal: Infix("!=", EQUAL, truths=True),
    np.bitwise_and: Infix("&&", AND, truths=True, of_truths=True),
    np.bitwise_or: Infix("||", OR, truths=True, of_truths=True),
    np.bitwise_xor: Infix("!=", EQUAL, truths=True, of_truths=True),
}
INFIXES: dict[Any, Infix] = {
    **_INFIXES,
    operator.add: _INFIXES[np.add],
    operator.sub: _INFIXES[np.subtract],
    operator.mul: _INFIXES[np.multiply],
    operator.truediv: _INFIXES[np.divide],
    operator.lt: _INFIXES[np.less],
    operator.le: _INFIXES[np.less_equal],
    operator.gt: _INFIXES[np.greater],
    operator.ge: _INFIXES[np.greater_equal],
    operator.eq: _INFIXES[np.equal],
    operator.ne: _INFIXES[np.not_equal],
    operator.and_: _INFIXES[np.bitwise_and],
    operator.or_: _INFIXES[np.bitwise_or],
    operator.xor: _INFIXES[np.bitwise_xor],
}
"""What stands between its operands."""

CALLS: dict[Any, str] = {
    **{getattr(np, name): f"Math.{name}" for name in (
        "sqrt", "exp", "expm1", "log", "log2", "log10", "log1p", "sin", "cos", "tan", "sinh",
        "cosh", "tanh", "cbrt", "floor", "ceil", "trunc",
    )},
    **{getattr(math, name): f"Math.{name}" for name in (
        "sqrt", "exp", "expm1", "log", "log2", "log10", "log1p", "sin", "cos", "tan", "sinh",
        "cosh", "tanh", "asin", "acos", "atan", "asinh", "acosh", "atanh", "atan2", "floor",
        "ceil", "trunc",
    )},
    np.arcsin: "Math.asin", np.arccos: "Math.acos", np.arctan: "Math.atan",
    np.arcsinh: "Math.asinh", np.arccosh: "Math.acosh", np.arctanh: "Math.atanh",
    np.arctan2: "Math.atan2", np.absolute: "Math.abs", np.fabs: "Math.abs",
    builtins.abs: "Math.abs", math.fabs: "Math.abs", operator.abs: "Math.abs",
    builtins.int: "Math.trunc",
    np.sign: "$sign", np.maximum: "$maximum", np.minimum: "$minimum", builtins.max: "$max",
    builtins.min: "$min", np.clip: "$clip", np.square: "$square", np.power: "$pow",
    np.float_power: "$pow", operator.pow: "$pow", math.pow: "$pow", np.remainder: "$mod",
    operator.mod: "$mod", np.floor_divide: "$floordiv", operator.floordiv: "$floordiv",
    np.hypot: "$hypot", math.hypot: "$hypot", np.logaddexp: "$logaddexp",
    np.logaddexp2: "$logaddexp2", np.heaviside: "$heaviside", np.rint: "$rint",
    np.exp2: "$exp2", np.reciprocal: "$reciprocal", np.radians: "$radians",
    np.deg2rad: "$radians", math.radians: "$radians", np.degrees: "$degrees",
    np.rad2deg: "$degrees", math.degrees: "$degrees", np.positive: "Number",
    np.conjugate: "Number", builtins.float: "Number",
}  # fmt: skip
"""Functions of numbers, element by element, and who computes them there."""

TELLS: dict[Any, str] = {
    np.isnan: "Number.isNaN", math.isnan: "Number.isNaN", np.isfinite: "Number.isFinite",
    math.isfinite: "Number.isFinite", np.isinf: "$isinf", math.isinf: "$isinf",
    np.signbit: "$signbit", np.logical_and: "$and", np.logical_or: "$or",
    np.logical_xor: "$xor", np.logical_not: "$not",
}  # fmt: skip
"""Those that tell whether something holds."""


_OF_TWO = (math.atan2, math.pow, math.hypot, operator.pow, operator.mod, operator.floordiv)


def arity(function: Any) -> int:
    """Return how many numbers a function of these tables takes."""
    if function in (np.where, np.clip):
        return 3
    of_two = function in INFIXES or function in _OF_TWO or function in (max, min)
    return int(getattr(function, "nin", 1 + of_two))


def infix(between: Infix, first: Code, second: Code) -> Code:
    """Return two operands with a sign between them; what stands to the right is not regrouped."""
    left, right = first.within(between.level), second.within(between.level + 1)
    return Code(f"{left} {between.sign} {right}", between.level)


def call(name: str, *operands: Code) -> Code:
    """Return a call of a function."""
    return Code(f"{name}({', '.join(operand.text for operand in operands)})")


def negative(operand: Code) -> Code:
    """Return a number with a minus before it."""
    return Code(f"-{operand.within(UNARY + 1)}", UNARY)


def denied(operand: Code) -> Code:
    """Return the contrary of a truth value."""
    return Code(f"!{operand.within(UNARY)}", UNARY)


def choice(condition: Code, first: Code, second: Code) -> Code:
    """Return the first of two numbers where a condition holds, else the second."""
    parts = condition.within(OR), first.within(OR), second.within(CHOICE)
    return Code("{} ? {} : {}".format(*parts), CHOICE)


def number(value: float) -> Code:
    """Return a number as it is written."""
    if isinstance(value, (bool, np.bool_)):
        return Code("true" if value else "false")
    value = float(value)
    if value != value:
        return Code("NaN")
    text = repr(abs(value)).removesuffix(".0").replace("inf", "Infinity")
    return Code(f"-{text}", UNARY) if math.copysign(1, value) < 0 else Code(text)


def text(value: Any) -> str:
    """Return texts, numbers and lists of them as JavaScript that no page takes for its own end."""
    found = json.dumps(value, separators=(",", ":"), ensure_ascii=True)
    return found.replace("<", "\\u003c")


def fields(values: Mapping[str, str], between: str = ",\n") -> str:
    """Return what stands in an object, given the expressions of its fields."""
    return between.join(f"{key_of(name)}: {value}" for name, value in values.items())


def table(values: Mapping[str, Any]) -> str:
    """Return an object of numbers and texts."""
    written = {name: _written(value) for name, value in values.items()}
    return f"{{{fields(written, ', ')}}}"


def key_of(name: str) -> str:
    """Return a name as that of a field."""
    return name if name.isascii() and name.isidentifier() else text(name)


def numbers(values: Any) -> str:
    """Return an array of float64 with these bits."""
    return f'$numbers("{_base64(np.asarray(values, "<f8"))}")'


def pooled(values: Any) -> str:
    """Return an array of float64 of which many are the same."""
    pool, places = np.unique(np.asarray(values, "<f8").view("<u8"), return_inverse=True)
    if len(pool) > _MOST_PLACES:
        return numbers(values)
    return f'$pooled({numbers(pool.view("<f8"))}, "{_base64(places.astype("<u2"))}")'


def _base64(values: Any) -> str:
    return base64.b64encode(values.tobytes()).decode()


def _written(value: Any) -> str:
    return number(value).text if isinstance(value, (int, float)) else text(value)
