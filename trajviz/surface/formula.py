"""A formula typed by the user, as in "x**2 + 20*y**2", read into a function of x and y.

The language is this and nothing more, with Python's precedence:

    sum      product (+ product | - product)...
    product  factor (* factor | / factor)...
    factor   -factor | +factor | power
    power    atom | atom ** factor
    atom     number | x | y | pi | e | name(sum, ...) | (sum)

It is read by a parser of our own into closures over numpy's functions, so that no text can reach
Python's compiler, let alone `eval`. Numbers are floats from the start, constant parts are computed
while reading and must be finite, and length and depth are limited: whatever is typed is a surface
or an error at a character, at once.
"""

from __future__ import annotations

import functools
import math
import operator
import re
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np

from trajviz.errors import TrajvizError, unknown
from trajviz.surface import Formula, Number

LONGEST = 1000
"""No formula has more characters."""
DEEPEST = 50
"""No formula has more parentheses, powers and signs within each other."""

SHOWN = 30
"""How many characters of a formula a message shows."""

CONSTANTS = {"e": math.e, "pi": math.pi}
VARIABLES: dict[str, Formula] = {"x": lambda x, _: x, "y": lambda _, y: y}
FUNCTIONS: dict[str, Callable[..., Number]] = {
    "abs": np.abs,
    "acos": np.arccos,
    "asin": np.arcsin,
    "atan": np.arctan,
    "atan2": np.arctan2,
    "cos": np.cos,
    "cosh": np.cosh,
    "exp": np.exp,
    "floor": np.floor,
    "hypot": np.hypot,
    "log": np.log,
    "log10": np.log10,
    "log2": np.log2,
    "max": np.maximum,
    "min": np.minimum,
    "sign": np.sign,
    "sin": np.sin,
    "sinh": np.sinh,
    "sqrt": np.sqrt,
    "tan": np.tan,
    "tanh": np.tanh,
}
_ARGUMENTS = {
    "atan2": "two arguments",
    "hypot": "two arguments",
    "max": "at least two arguments",
    "min": "at least two arguments",
}
"""How many arguments a function takes that does not take one."""
_NAMES = [*VARIABLES, *CONSTANTS, *FUNCTIONS]
_OPERATORS: dict[str, Callable[..., Number]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
}
_INSTEAD = {
    "^": "write ** for powers",
    "²": "write **2 for a square",
    "³": "write **3 for a cube",
    "·": "write * for products",
    "×": "write * for products",  # noqa: RUF001  # the sign people paste
    "÷": "write / for quotients",
    "−": "write - for minus",  # noqa: RUF001  # as above
    "–": "write - for minus",  # noqa: RUF001  # as above
    "π": "write pi",
    "√": "write sqrt(...)",
    "|": "write abs(...)",
    "%": "there is no remainder in a formula",
    ".": "a point stands in numbers only",
    "[": "write ( for brackets",
    "{": "write ( for brackets",
    "<": "nothing is compared in a formula; min, max and abs make kinks",
    ">": "nothing is compared in a formula; min, max and abs make kinks",
    "=": "write the height alone, without an equals sign",
    "\0": "a null byte is no part of a formula",
}
"""What to write in place of a character that no formula has."""
_TOKEN = re.compile(
    r"(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z_0-9]*)"
    r"|(?P<sign>\*\*|[-+*/(),])"
    r"|(?P<end>\Z)"
)

_Part: TypeAlias = "float | Formula"
"""What has been read: a constant, or a function of x and y."""


class _Token(NamedTuple):
    """A piece of the text; `kind` is number, name, sign or end, `at` its place from 0."""

    kind: str
    text: str
    at: int


def looks_like_formula(text: str) -> bool:
    """Tell a formula, right or wrong, from the name of a surface or a file.

    >>> [looks_like_formula(text) for text in ("x - y", "x-y", "long-vally", "beal:k=3")]
    [True, True, False, False]
    """
    if re.fullmatch(r"[A-Za-z_][\w-]*(:.*)?", text, re.ASCII):  # a word, perhaps with settings
        return all(word in {*VARIABLES, *CONSTANTS} for word in text.split("-"))
    return bool(re.search(r"[*^²(]|(?<![A-Za-z_])[xyXY](?![A-Za-z_])", text))


def read_formula(text: str) -> Formula:
    """Return the function of x and y, floats or arrays, that the text describes.

    Args:
        text: A formula in the language that the module's docstring states.

    Raises:
        TrajvizError: The text is no formula; the message says at which character.

    >>> float(read_formula("(1 - x)**2 + 100*(y - x**2)**2")(np.float64(-1.2), np.float64(1)))
    24.199999999999996
    """
    if len(text) > LONGEST:
        raise TrajvizError(f"the formula has {len(text)} characters, more than {LONGEST}")
    part = _Reader(text).whole()
    if isinstance(part, float):
        raise TrajvizError(f"formula {_short(text)!r} has neither x nor y in it")
    return part


def is_of_x_alone(text: str) -> bool:
    """Tell whether a formula has an x and no y.

    >>> [is_of_x_alone(text) for text in ("x**4 - exp(x)", "x**2 + y", "3*y", "1 +")]
    [True, False, False, False]
    """
    names = {found[0] for found in re.finditer(r"[A-Za-z_][A-Za-z_0-9]*", text)}
    return "x" in names and "y" not in names


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."


class _Reader:
    """Recursive descent through the grammar above, one method for each of its lines."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = self._split()
        self.place = 0
        self.depth = 0

    def _split(self) -> list[_Token]:
        tokens: list[_Token] = []
        at = 0
        while not tokens or tokens[-1].kind != "end":
            at += len(self.text[at:]) - len(self.text[at:].lstrip(" \t\r\n"))
            found = _TOKEN.match(self.text, at)
            if found is None:
                character = self.text[at]
                why = _INSTEAD.get(character, "no formula has this character")
                raise self._error(_Token("", character, at), why)
            tokens.append(_Token(str(found.lastgroup), found[0], at))
            at = found.end()
        return tokens

    @property
    def token(self) -> _Token:
        """The next token to read."""
        return self.tokens[self.place]

    def _take(self, *signs: str) -> _Token | None:
        """Return the next token and go past it, when it is one of these signs."""
        token = self.token
        if token.kind != "sign" or token.text not in signs:
            return None
        self.place += 1
        return token

    def _error(self, token: _Token, why: str) -> TrajvizError:
        """Return the error that points at a token."""
        before, after = self.text[: token.at], _short(self.text[token.at :])
        if len(before) > SHOWN:
            before = f"...{before[-SHOWN:]}"
        where = f"character {token.at + 1} {_short(token.text)!r}" if token.text else "at its end"
        return TrajvizError(f"formula {before + after!r}, {where}: {why}")

    def whole(self) -> _Part:
        part = self._sum()
        if self.token.kind != "end":
            raise self._error(self.token, self._unfitting())
        return part

    def _unfitting(self) -> str:
        """Say why the next token cannot stand after a complete operand."""
        if self.token.text == ")":
            return "this closes nothing"
        if self.token.text == ",":
            return f"a comma stands between the arguments of {', '.join(_ARGUMENTS)} alone"
        if self.token.kind == "name" and self.token.text not in _NAMES:
            return str(unknown("name", _short(self.token.text), _NAMES))
        before = self.tokens[self.place - 1]
        return f"write * between {_short(before.text)!r} and {_short(self.token.text)!r}"

    def _sum(self) -> _Part:
        return self._chain(self._product, "+", "-")

    def _product(self) -> _Part:
        return self._chain(self._factor, "*", "/")

    def _chain(self, operand: Callable[[], _Part], *signs: str) -> _Part:
        """Read operands with these signs between them, which bind from the left."""
        first = operand()
        rest: list[tuple[Callable[..., Number], Number]] = []
        while sign := self._take(*signs):
            part, operation = operand(), _OPERATORS[sign.text]
            if operation is operator.truediv and part == 0:
                raise self._error(sign, "this divides by zero")
            if isinstance(first, float) and isinstance(part, float):
                first = self._constant(sign, operation, first, part)
            elif isinstance(first, float):
                first = _applied(operation, first, part)
            else:
                rest.append((operation, part))
        if not rest or isinstance(first, float):
            return first
        return _applied(rest[0][0], first, rest[0][1]) if len(rest) == 1 else _folded(first, rest)

    def _factor(self) -> _Part:
        sign = self._take("+", "-")
        if sign is None:
            return self._power()
        part = self._deeper(self._factor)
        if sign.text == "+":
            return part
        return -part if isinstance(part, float) else _applied(operator.neg, part)

    def _power(self) -> _Part:
        base = self._atom()
        sign = self._take("**")
        if sign is None:
            return base
        return self._call(sign, operator.pow, [base, self._deeper(self._factor)])

    def _atom(self) -> _Part:
        token = self.token
        self.place += 1
        if token.kind == "number":
            number = float(token.text)
            if not math.isfinite(number):
                raise self._error(token, "this is not a finite number")
            return number
        if token.kind == "name":
            return self._name(token)
        if token.text == "(":
            part = self._deeper(self._sum)
            self._close(token)
            return part
        what = "empty" if len(self.tokens) == 1 else "a number, x, y, a function or ( is missing"
        raise self._error(token, what)

    def _name(self, token: _Token) -> _Part:
        if token.text in VARIABLES:
            return VARIABLES[token.text]
        if token.text in CONSTANTS:
            return CONSTANTS[token.text]
        if token.text not in FUNCTIONS:
            raise self._error(token, str(unknown("name", _short(token.text), _NAMES)))
        opening = self._take("(")
        if opening is None:
            raise self._error(token, f"a function needs parentheses: {token.text}(...)")
        arguments = [self._deeper(self._sum)]
        while self._take(","):
            arguments.append(self._deeper(self._sum))
        self._close(opening)
        return self._function(token, arguments)

    def _function(self, token: _Token, arguments: list[_Part]) -> _Part:
        function = FUNCTIONS[token.text]
        wanted, count = _ARGUMENTS.get(token.text, "one argument"), len(arguments)
        fits = {"one argument": count == 1, "two arguments": count == 2}
        if not fits.get(wanted, count > 1):
            raise self._error(token, f"{token.text} takes {wanted}, not {count}")
        if count == 1:
            return self._call(token, function, arguments)
        return functools.reduce(
            lambda part, argument: self._call(token, function, [part, argument]), arguments
        )

    def _call(
        self, token: _Token, function: Callable[..., Number], arguments: list[_Part]
    ) -> _Part:
        constants = [part for part in arguments if isinstance(part, float)]
        if len(constants) == len(arguments):
            return self._constant(token, function, *constants)
        return _applied(function, *arguments)

    def _constant(self, token: _Token, function: Callable[..., Number], *arguments: float) -> float:
        """Return the value of a constant part, in numpy's arithmetic: nan instead of complex."""
        with np.errstate(all="ignore"):
            value = float(function(*map(np.float64, arguments)))
        if not math.isfinite(value):
            raise self._error(token, "what is computed here is not a finite number")
        return value

    def _close(self, opening: _Token) -> None:
        if self._take(")"):
            return
        if self.token.kind == "end":
            raise self._error(opening, "this is never closed")
        raise self._error(self.token, self._unfitting())

    def _deeper(self, read: Callable[[], _Part]) -> _Part:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self._error(self.token, f"this is nested more than {DEEPEST} deep")
        part = read()
        self.depth -= 1
        return part


def _applied(function: Callable[..., Number], *parts: _Part) -> Formula:
    """Return the function of x and y that applies a function to parts, not all of them constant."""
    first, second = parts[0], parts[-1]
    if len(parts) == 1:
        return lambda x, y: function(first(x, y))  # type: ignore[operator]  # the one is no constant
    if isinstance(first, float):
        return lambda x, y: function(first, second(x, y))  # type: ignore[operator]  # as above
    if isinstance(second, float):
        return lambda x, y: function(first(x, y), second)
    return lambda x, y: function(first(x, y), second(x, y))


def _folded(first: Formula, rest: list[tuple[Callable[..., Number], _Part]]) -> Formula:
    """Return a sum or product of many parts; a loop, lest a long one be a deep one."""

    def value(x: Number, y: Number) -> Number:
        total = first(x, y)
        for function, part in rest:
            total = function(total, part if isinstance(part, float) else part(x, y))
        return total

    return value
