"""Numbers that a user gives: how they are read, and the ranges in which they must lie.

A function states the range of a parameter in its annotation, `beta: Share = 0.9` or
`grow: Annotated[float, Range(at_least=1)] = 1.2`. So do optimizers and schedules; a parameter
without a range takes every finite number.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Annotated, Any, TypeAlias, get_type_hints

from trajviz.errors import TrajvizError
from trajviz.frozen import dataclass


@dataclass(frozen=True, kw_only=True)
class Range:
    """What a finite number must be.

    Attributes:
        above: It is larger than this; default none.
        at_least: It is this or larger; default none.
        below: It is smaller than this; default none.
        at_most: It is this or smaller; default none.
        whole: It has no fraction; default False.

    >>> print(Range(at_least=0, below=1))
    at least 0 and below 1
    >>> 0 in Range(at_least=0, below=1), 1 in Range(at_least=0, below=1)
    (True, False)
    """

    above: float = -math.inf
    at_least: float = -math.inf
    below: float = math.inf
    at_most: float = math.inf
    whole: bool = False

    def __contains__(self, number: float) -> bool:
        inside = self.above < number < self.below and self.at_least <= number <= self.at_most
        return inside and (not self.whole or number == int(number))

    def __str__(self) -> str:
        bounds = {
            "above": self.above,
            "at least": self.at_least,
            "below": self.below,
            "at most": self.at_most,
        }
        words = [f"{word} {bound:g}" for word, bound in bounds.items() if math.isfinite(bound)]
        return " of ".join(filter(None, ["a whole number" * self.whole, " and ".join(words)]))


Positive: TypeAlias = Annotated[float, Range(above=0)]
"""Above 0, as a step's length."""
NonNegative: TypeAlias = Annotated[float, Range(at_least=0)]
"""At least 0, as what is added to a divisor."""
Share: TypeAlias = Annotated[float, Range(at_least=0, below=1)]
"""At least 0 and below 1, as what a running mean keeps of its past."""
Fraction: TypeAlias = Annotated[float, Range(above=0, below=1)]
"""Above 0 and below 1, as a factor that shrinks."""

ANY = Range()
"""Every finite number."""


def read_number(name: str, value: str | float, where: str = "", allowed: Range = ANY) -> float:
    """Return a number that a user gave, as text or already as a number.

    Args:
        name: What it is called, the first word of a message.
        value: What was given.
        where: What a message adds of the place, as in " in 'adam:eps=-1'"; default nothing.
        allowed: The range in which it must lie; default every finite number.

    Raises:
        TrajvizError: It is no number, not finite, or out of its range.

    >>> read_number("lr", "1e-3")
    0.001
    """
    try:
        number = float(value)
    except (ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise TrajvizError(f"{name} {value!r}{where} is not a finite number")
    if number not in allowed:
        raise TrajvizError(f"{name}={value}{where} must be {allowed}")
    return number


def stated_ranges(function: Callable[..., Any]) -> dict[str, Range]:
    """Return the ranges that a function's annotations state, by parameter.

    An annotation that cannot be evaluated states none: that of a user's function may be anything.

    >>> def rule(gradient, w, lr, beta: Share = 0.9): ...
    >>> {name: str(allowed) for name, allowed in stated_ranges(rule).items()}
    {'beta': 'at least 0 and below 1'}
    """
    hints = {name: _hint(function, name) for name in inspect.get_annotations(function)}
    return {
        name: part
        for name, hint in hints.items()
        for part in getattr(hint, "__metadata__", ())
        if isinstance(part, Range)
    }


def _hint(function: Callable[..., Any], name: str) -> Any:
    """Return what one annotation means, evaluated apart from the others; None if it cannot be."""
    alone = SimpleNamespace(__annotations__={name: function.__annotations__[name]})
    scope = getattr(function, "__globals__", {})
    try:
        return get_type_hints(alone, scope, include_extras=True)[name]
    except Exception:  # whatever a text that is no type may raise
        return None
