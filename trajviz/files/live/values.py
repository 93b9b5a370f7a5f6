"""What an expression of a rule is worth in JavaScript: one number, or several side by side."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from trajviz.errors import TrajvizError
from trajviz.files.live.javascript import (
    CALLS,
    INFIXES,
    TELLS,
    Code,
    arity,
    call,
    choice,
    denied,
    infix,
    negative,
    number,
)
from trajviz.frozen import dataclass


class UntranslatableError(TrajvizError):
    """Raised where something is done that is not translated."""


@dataclass(frozen=True)
class Value:
    """Numbers or truth values: one, the two of a point, or the four of a Hessian, row by row."""

    parts: tuple[Code, ...]
    truth: bool = False

    @property
    def width(self) -> int:
        """How many there are."""
        return len(self.parts)

    @property
    def kind(self) -> tuple[int, bool]:
        """How many there are, and whether they are truth values."""
        return len(self.parts), self.truth

    def widened(self, width: int) -> tuple[Code, ...]:
        """Return so many parts, one number as often as it is wanted."""
        if self.width not in (1, width):
            raise UntranslatableError(f"{self.width} numbers beside {width}")
        return self.parts * (width // self.width)


@dataclass(frozen=True)
class Asked:
    """The surface, as a rule knows it, and what it is called in JavaScript."""

    name: str

    @property
    def kind(self) -> str:
        """What a function that takes it calls its kind."""
        return SURFACE


SURFACE, RATE = "surface", "rate"
"""The kinds of two parameters: what is asked for gradients, and the rate, which may change."""

NUMBER = (1, False)
POINT = (2, False)
"""The kinds of the others."""


def plain(value: float) -> Value:
    """Return a number or truth value that is known."""
    return Value((number(value),), isinstance(value, (bool, np.bool_)))


def applied(means: Any, *values: Value) -> Value:
    """Return a function of numbers, applied to each part of its operands.

    Raises:
        UntranslatableError: Nobody knows the function, or it is not for truth values or numbers.
    """
    name = TELLS.get(means) or CALLS.get(means, "")
    if not (name or means in INFIXES or means is np.where) or len(values) != arity(means):
        raise UntranslatableError(f"{_called(means)} of {len(values)}")
    width = max(value.width for value in values)
    columns = [*zip(*(value.widened(width) for value in values), strict=True)]
    truths = [value.truth for value in values]
    if means in INFIXES:
        sign = INFIXES[means]
        _check(means, truths, sign.of_truths)
        return Value(tuple(infix(sign, *column) for column in columns), sign.truths)
    if means is np.where:
        _check(means, truths, True) if truths[1] else _check(means, truths[1:], False)
        return Value(tuple(choice(*column) for column in columns), truths[1])
    return Value(tuple(call(name, *column) for column in columns), means in TELLS)


def _check(means: Any, truths: Sequence[bool], wanted: bool) -> None:
    if any(truth != wanted for truth in truths):
        raise UntranslatableError(f"{_called(means)} of truth values and numbers")


def _called(function: Any) -> str:
    return str(getattr(function, "__name__", function))


def opposite(value: Value) -> Value:
    """Return truth values turned round, or numbers with the other sign."""
    return Value(tuple(map(denied if value.truth else negative, value.parts)), value.truth)


def joined(value: Value, means: Any) -> Value:
    """Return what a function of two makes of all parts, from the first to the last."""
    first, *rest = (Value((part,), value.truth) for part in value.parts)
    for one in rest:
        first = applied(means, first, one)
    return first


_REDUCTIONS: dict[str, Any] = {
    "sum": operator.add, "any": operator.or_, "all": operator.and_, "max": np.maximum,
    "min": np.minimum, "mean": operator.add,
}  # fmt: skip


def reduced(name: str, value: Value) -> Value:
    """Return what the numbers of a point come to, by numpy's function of that name."""
    means = _REDUCTIONS.get(name)
    if means is None:
        raise UntranslatableError(name)
    if value.width == 1 and value.truth != (name in ("any", "all")):
        raise UntranslatableError(f"{name} of truth values and numbers")
    total = joined(value, means)
    return applied(operator.truediv, total, plain(value.width)) if name == "mean" else total
