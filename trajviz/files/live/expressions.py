"""Expressions of Python as expressions of JavaScript."""

from __future__ import annotations

import ast
import inspect
import operator
import re
from collections.abc import Callable, Hashable, Iterator, Sequence
from types import FunctionType
from typing import Any, Protocol, TypeAlias

import numpy as np

from trajviz.files.live.javascript import INFIXES, Code, infix, number
from trajviz.files.live.values import (
    Asked,
    UntranslatableError,
    Value,
    applied,
    joined,
    opposite,
    plain,
    reduced,
)
from trajviz.files.live.variables import Variables

Found: TypeAlias = Value | Asked | list[Value]
"""A value, the surface, or what a function returns that returns several."""

_SIGNS: dict[type[ast.AST], Any] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Pow: operator.pow, ast.Mod: operator.mod, ast.FloorDiv: operator.floordiv,
    ast.BitAnd: operator.and_, ast.BitOr: operator.or_, ast.BitXor: operator.xor,
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.And: operator.and_, ast.Or: operator.or_,
}  # fmt: skip
_KEYWORDS: Sequence[dict[str | None, str]] = (
    {"axis": "-1"},
    {"axis": "-1", "keepdims": "True"},
    {"axis": "0"},
    {},
)
"""The keywords of what reduces or stacks by which one point is what it is among many."""
_REDUCE = (np.sum, np.any, np.all, np.max, np.min, np.mean)
_ALIKE = {np.zeros_like: 0.0, np.ones_like: 1.0}
_ANSWERS = {"gradient": 2, "hessian": 4}
_DIMENSION = re.compile(r"(\w+)\.dimension (==|!=|>) 2")
"""A question of which a page knows the answer: its surfaces have two dimensions."""
_SQUARE = 2
"""The exponent for which numpy multiplies an array with itself."""


class Library(Protocol):
    """The functions that translated ones call."""

    def called(self, function: Callable[..., Any], given: Sequence[Any]) -> tuple[str, Any]:
        """Return a function's name in JavaScript, and the kinds of what it returns."""


class Expressions:
    """Translates expressions.

    What asks the surface or calls a function is written as a statement before, and so done once.

    Attributes:
        lines: The statements that are needed first, and all before them.
    """

    def __init__(self, variables: Variables, library: Library, lines: list[str]) -> None:
        self.variables, self.source = variables, variables.source
        self.library, self.lines = library, lines
        self._count, self._perhaps = 0, 0

    def value(self, node: ast.expr) -> Value:
        """Return the value of an expression; refuse one that is none."""
        found = self.found(node)
        return found if isinstance(found, Value) else self.source.refuse(node)

    def values(self, node: ast.expr) -> list[Value]:
        """Return the values of an expression that may be several."""
        if isinstance(node, ast.Tuple):
            return [self.value(one) for one in node.elts]
        if isinstance(node, (ast.GeneratorExp, ast.ListComp)):
            return [*self._unrolled(node)]
        found = self.found(node)
        if isinstance(found, Asked):
            self.source.refuse(node)
        return found if isinstance(found, list) else [found]

    def number(self, node: ast.expr) -> Code:
        """Return the value of an expression that is one number."""
        value = self.value(node)
        return value.parts[0] if value.width == 1 else self.source.refuse(node)

    def condition(self, node: ast.expr) -> Code:
        """Return an expression as `if` takes it."""
        value = self.value(node)
        if value.width > 1:
            self.source.refuse(node)
        code = value.parts[0]
        return code if value.truth else infix(INFIXES[np.not_equal], code, number(0))

    def found(self, node: ast.expr) -> Found:
        """Return what an expression is."""
        read = _READERS.get(type(node))
        if read is None:
            self.source.refuse(node)
        try:
            return read(self, node)
        except UntranslatableError as error:
            if ", line " in str(error):
                raise
            self.source.refuse(node, str(error))

    def between(self, node: ast.AST, sign: ast.operator, left: Value, right: ast.expr) -> Value:
        """Return what an operation makes of a value and an expression."""
        if isinstance(sign, ast.MatMult):
            return joined(applied(operator.mul, left, self.value(right)), operator.add)
        if type(sign) not in _SIGNS:
            self.source.refuse(node)
        means = _SIGNS[type(sign)]
        constant = isinstance(right, ast.Constant) and right.value == _SQUARE
        if means is operator.pow and left.width > 1 and constant:
            return applied(np.square, left)
        return applied(means, left, self.value(right))

    def hoisted(self, text: str, kinds: Sequence[tuple[int, bool]]) -> list[Value]:
        """Write a call as a statement, and return what it returned, of these kinds."""
        total = sum(width for width, _ in kinds)
        codes = [Code(f"$c{self._counted()}") for _ in range(total)]
        names = ", ".join(code.text for code in codes)
        self.lines.append(f"const {names if total == 1 else f'[{names}]'} = {text};")
        rest = iter(codes)
        return [Value(tuple(next(rest) for _ in range(width)), truth) for width, truth in kinds]

    def _counted(self) -> int:
        self._count += 1
        return self._count

    def _unrolled(self, node: ast.GeneratorExp | ast.ListComp) -> Iterator[Value]:
        """Yield a comprehension's elements, where it is over what is written out."""
        loop, *more = node.generators
        each = loop.iter.elts if isinstance(loop.iter, (ast.Tuple, ast.List)) else None
        if each is None or more or loop.ifs or not isinstance(loop.target, ast.Name):
            self.source.refuse(node)
        for one in each:
            self.variables.bound[loop.target.id] = self.value(one)
            yield self.value(node.elt)
        self.variables.bound.clear()

    def _constant(self, node: ast.Constant) -> Value:
        if not isinstance(node.value, (int, float)):
            self.source.refuse(node)
        return plain(node.value)

    def _name(self, node: ast.Name) -> Found:
        return self.variables.value(node.id) or self._known(node)

    def _known(self, node: ast.expr) -> Value:
        """Return a number of a module."""
        means = self.source.meaning(node)
        return plain(means) if isinstance(means, (int, float)) else self.source.refuse(node)

    def _operation(self, node: ast.BinOp) -> Value:
        return self.between(node, node.op, self.value(node.left), node.right)

    def _sign(self, node: ast.UnaryOp) -> Value:
        if isinstance(node.op, ast.Not):
            return opposite(Value((self.condition(node.operand),), True))
        value = self.value(node.operand)
        if isinstance(node.op, ast.UAdd):
            return value
        if isinstance(node.op, ast.Invert) != value.truth:
            self.source.refuse(node)
        return opposite(value)

    def _comparison(self, node: ast.Compare) -> Value:
        sides = [self.value(side) for side in (node.left, *node.comparators)]
        if any(type(sign) not in _SIGNS for sign in node.ops):
            self.source.refuse(node)
        signs = [_SIGNS[type(sign)] for sign in node.ops]
        pairs = zip(signs, sides, sides[1:], strict=False)
        found = [applied(sign, left, right) for sign, left, right in pairs]
        if len(found) == 1:
            return found[0]
        return joined(
            Value(tuple(part for one in found for part in one.parts), True), operator.and_
        )

    def _condition(self, node: ast.BoolOp) -> Value:
        self._perhaps += 1
        parts = tuple(self.condition(one) for one in node.values)
        self._perhaps -= 1
        return joined(Value(parts, True), _SIGNS[type(node.op)])

    def on_plane(self, test: ast.expr) -> bool | None:
        """Return what `surface.dimension == 2` is on a page; None for other conditions."""
        found = _DIMENSION.fullmatch(ast.unparse(test))
        return found[2] == "==" if found and found[1] in self.variables.surfaces else None

    def _choice(self, node: ast.IfExp) -> Value:
        on_plane = self.on_plane(node.test)
        if on_plane is not None:
            return self.value(node.body if on_plane else node.orelse)
        test = Value((self.condition(node.test),), True)
        self._perhaps += 1
        sides = self.value(node.body), self.value(node.orelse)
        self._perhaps -= 1
        return applied(np.where, test, *sides)

    def _part(self, node: ast.Subscript) -> Value:
        """Return a part of a point or a Hessian, or, by `[..., None]`, the same."""
        value = self.value(node.value)
        keys = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        stated = [
            k.value if isinstance(k, ast.Constant) else self.source.refuse(node) for k in keys
        ]
        places = [key for key in stated if key is not None and key is not ...]
        if not places:
            return value
        if 2 ** len(places) != value.width or any(place not in (0, 1) for place in places):
            self.source.refuse(node)
        at = int("".join(map(str, places)), 2)
        return Value((value.parts[at],), value.truth)

    def _call(self, node: ast.Call) -> Found:
        means = self.source.meaning(node.func)
        if means is not None:
            return self._function(node, means)
        if isinstance(node.func, ast.Name):
            owner, name = self.found(node.func), "gradient"
        elif isinstance(node.func, ast.Attribute):
            owner, name = self.found(node.func.value), node.func.attr
        else:
            self.source.refuse(node)
        if isinstance(owner, Asked):
            return self._answer(node, owner, name)
        return self._method(node, owner, name)

    def _answer(self, node: ast.Call, surface: Asked, name: str) -> Value:
        """Ask the surface."""
        if self._perhaps or node.keywords or len(node.args) != 1:
            self.source.refuse(node)
        x, y = (part.text for part in self.value(node.args[0]).widened(2))
        asked = f"{surface.name}.{name}({x}, {y})"
        if name == "value":
            return self.hoisted(asked, [(1, False)])[0]
        if name not in _ANSWERS:
            self.source.refuse(node)
        names = [f"$c{self._counted()}" for _ in range(_ANSWERS[name])]
        held = ", ".join(f"{one} = ${name[0]}[{place}]" for place, one in enumerate(names))
        self.lines += [f"{asked};", f"const {held};"]
        return Value(tuple(map(Code, names)))

    def _method(self, node: ast.Call, owner: Found, name: str) -> Value:
        self._check_keywords(node)
        if not isinstance(owner, Value) or node.args:
            self.source.refuse(node)
        return owner if name == "copy" else reduced(name, owner)

    def _check_keywords(self, node: ast.Call) -> None:
        if {word.arg: ast.unparse(word.value) for word in node.keywords} not in _KEYWORDS:
            self.source.refuse(node)

    def _function(self, node: ast.Call, means: Any) -> Found:
        if not isinstance(means, Hashable):
            self.source.refuse(node)
        if means in _ARRAYS:
            self._check_keywords(node)
            if len(node.args) != (2 if means in (np.dot, np.full_like) else 1):
                self.source.refuse(node)
            return _ARRAYS[means](self, node, means)
        if isinstance(means, FunctionType) and not (means.__module__ or "").startswith("numpy"):
            return self._helper(node, means)
        if node.keywords:
            self.source.refuse(node)
        values = [self.value(one) for one in node.args]
        if means in (max, min) and values:
            return joined(Value(tuple(p for v in values for p in v.parts)), means)
        return applied(means, *values)

    def _helper(self, node: ast.Call, function: FunctionType) -> Found:
        """Call a function that is written like this one."""
        given = self._given(node, function)
        if self._perhaps and any(isinstance(one, Asked) for one in given):
            self.source.refuse(node)
        name, returned = self.library.called(function, given)
        if returned is None:
            self.source.refuse(node)
        kinds, is_tuple = returned
        parts = [
            part
            for one in given
            for part in ([one.name] if isinstance(one, Asked) else [c.text for c in one.parts])
        ]
        found = self.hoisted(f"{name}({', '.join(parts)})", kinds)
        return found if is_tuple else found[0]

    def _given(self, node: ast.Call, function: FunctionType) -> list[Value | Asked]:
        """Return what a function is given for each of its parameters."""
        words = {
            word.arg or self.source.refuse(node): self.found(word.value) for word in node.keywords
        }
        try:
            bound = inspect.signature(function).bind(*map(self.found, node.args), **words)
        except TypeError:
            self.source.refuse(node)
        bound.apply_defaults()
        return [
            plain(one) if isinstance(one, (int, float)) else one for one in bound.arguments.values()
        ]

    def _stack(self, node: ast.Call, _: Any) -> Value:
        """Return two numbers as a point, and a value as it is."""
        first, *_ = node.args
        if not isinstance(first, (ast.List, ast.Tuple)):
            return self.value(first)
        parts = tuple(map(self.number, first.elts))
        return Value(parts) if len(parts) == 2 else self.source.refuse(node)

    def _reduction(self, node: ast.Call, means: Any) -> Value:
        return reduced(means.__name__, self.value(node.args[0]))

    def _norm(self, node: ast.Call, _: Any) -> Value:
        (vector,) = node.args
        return applied(np.sqrt, reduced("sum", applied(np.square, self.value(vector))))

    def _dot(self, node: ast.Call, _: Any) -> Value:
        first, second = map(self.value, node.args)
        return joined(applied(operator.mul, first, second), operator.add)

    def _alike(self, node: ast.Call, means: Any) -> Value:
        """Return a number as often as another value has parts."""
        other, *rest = map(self.value, node.args)
        (part,) = rest[0].parts if rest else plain(_ALIKE[means]).parts
        return Value((part,) * other.width)


_READERS: dict[type[ast.AST], Callable[[Expressions, Any], Found]] = {
    ast.Constant: Expressions._constant,
    ast.Name: Expressions._name,
    ast.Attribute: Expressions._known,
    ast.BinOp: Expressions._operation,
    ast.UnaryOp: Expressions._sign,
    ast.Compare: Expressions._comparison,
    ast.BoolOp: Expressions._condition,
    ast.IfExp: Expressions._choice,
    ast.Subscript: Expressions._part,
    ast.Call: Expressions._call,
}
_ARRAYS: dict[Any, Callable[[Expressions, ast.Call, Any], Found]] = {
    **dict.fromkeys((np.stack, np.array, np.asarray), Expressions._stack),
    **dict.fromkeys(_REDUCE, Expressions._reduction),
    **dict.fromkeys((np.zeros_like, np.ones_like, np.full_like), Expressions._alike),
    np.linalg.norm: Expressions._norm,
    np.dot: Expressions._dot,
}
