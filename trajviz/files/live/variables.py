"""The variables of a translated function: what each holds, and what it is called."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

from trajviz.files.live.javascript import Code
from trajviz.files.live.source import Source
from trajviz.files.live.values import NUMBER, RATE, SURFACE, Asked, Value

_RESERVED = {
    "arguments", "await", "break", "case", "catch", "class", "const", "continue", "debugger",
    "default", "delete", "do", "else", "enum", "eval", "export", "extends", "false", "finally",
    "for", "function", "if", "implements", "import", "in", "instanceof", "interface", "let",
    "new", "null", "package", "private", "protected", "public", "return", "static", "super",
    "switch", "this", "throw", "true", "try", "typeof", "undefined", "var", "void", "while",
    "with", "yield", "Math", "Number", "NaN", "Infinity",
}  # fmt: skip
"""What no variable can be called."""


class Variables:
    """The variables of one function.

    A variable that holds a point anywhere holds one everywhere: a number stands for a point of two
    such numbers. So a function is written until no variable is found to hold more than before.

    Attributes:
        kinds: How many numbers each holds, and whether they are truth values.
        bound: What names of comprehensions stand for.
    """

    def __init__(self, source: Source, kinds: Sequence[Any]) -> None:
        self.source = source
        given = dict(zip(source.parameters, kinds, strict=True))
        self.surfaces = {name for name, kind in given.items() if kind == SURFACE}
        self.rates = {name for name, kind in given.items() if kind == RATE}
        self.kinds: dict[str, Any] = {
            name: NUMBER if kind == RATE else kind
            for name, kind in given.items()
            if kind != SURFACE
        }
        self.bound: dict[str, Value] = {}
        if self.surfaces & source.stored:
            source.refuse(source.tree, "the surface's name is set")

    @property
    def parameters(self) -> list[str]:
        """What the parameters are called."""
        return [place for name in self.source.parameters for place in self.places(name)]

    @property
    def own(self) -> list[str]:
        """What the other variables are called."""
        names = sorted(self.source.stored - {*self.source.parameters})
        return [place for name in names for place in self.places(name)]

    def places(self, name: str) -> list[str]:
        """Return what a variable is called: one name, or one for each number."""
        width = self.kinds.get(name, NUMBER)[0]
        if width > 1:
            return [f"{name}${part}" for part in "xyzw"[:width]]
        return [f"{name}$" if name in _RESERVED else name]

    def value(self, name: str) -> Value | Asked | None:
        """Return what a variable holds; None for a name that is no variable."""
        if name in self.bound:
            return self.bound[name]
        if name in self.surfaces:
            return Asked(*self.places(name))
        if name in self.rates - self.source.stored:  # a schedule changes it between two steps
            return Value((Code(f"{self.places(self.source.parameters[0])[0]}.{name}"),))
        return self.held(name) if name in self.source.stored or name in self.kinds else None

    def held(self, name: str) -> Value:
        """Return the numbers of a variable."""
        truth = self.kinds.get(name, NUMBER)[1]
        return Value(tuple(map(Code, self.places(name))), truth)

    def hold(self, node: ast.AST, name: str, value: Value) -> tuple[Code, ...]:
        """Note what a variable holds, and return its new numbers."""
        width, truth = self.kinds.get(name, (0, value.truth))
        if truth != value.truth:
            self.source.refuse(node, f"{name} holds truth values and numbers")
        self.kinds[name] = max(width, value.width), truth
        return value.widened(self.kinds[name][0])
