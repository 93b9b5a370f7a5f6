"""Python to JavaScript, for the small Python in which rules and schedules are written.

What is translated:

- `=`, `+=` and their like, of one name or several, with numbers, points and truth values;
- `if`, `while`, `for t in itertools.count(1)` and `range(n)`, `break`, `continue`, `return`, and
  `with np.errstate(...)`, which changes no number;
- `+ - * / ** % //`, comparisons, `and or not`, `& | ^ ~` of truth values, `a if b else c`, and
  comprehensions over a tuple that is written out;
- numpy's and math's functions of single numbers, `abs`, `max`, `min`, `float`, `int`, `np.where`,
  `np.clip`, `np.stack`, `np.array`, and over the last axis `sum`, `any`, `all`, `max`, `min`,
  `mean`, `np.dot`, `@` and `np.linalg.norm`;
- parts `g[..., 0]`, `h[..., 0, 1]` and axes `[..., None]`;
- functions written likewise, and numbers, of the same module or another;
- `surface.gradient(w)`, `gradient(w)`, `surface.value(w)`, `surface.hessian(w)`, and `yield w`;
- `surface.dimension == 2` as a condition, of which only what holds then is translated.

All else is refused, with file and line. Each number of a point is computed for itself: no list is
made for it. Numbers are computed as numpy does it: where Python's own would raise an error, as in a
division by 0, there is inf or nan.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from trajviz.files.live.expressions import Expressions
from trajviz.files.live.javascript import COMPARE, Code, denied, number
from trajviz.files.live.source import Source
from trajviz.files.live.values import NUMBER, UntranslatableError, Value
from trajviz.files.live.variables import Variables
from trajviz.frozen import dataclass


@dataclass(frozen=True)
class Translated:
    """A function in JavaScript.

    Attributes:
        parameters: What its parameters are called, those of points twice.
        body: Its statements.
        returned: The kinds of the values that it returns, and whether they are a tuple; None where
            it returns nothing.
        shared: The names of points and rates that have a second name. Who changes their numbers in
            place, as bounds and schedules do, changes both in Python, but one in JavaScript.
        handed: The names of the points that it yields.
    """

    parameters: tuple[str, ...]
    body: str
    returned: tuple[list[tuple[int, bool]], bool] | None
    shared: frozenset[str]
    handed: frozenset[str]


class Library:
    """The functions that translated ones call, each translated once for each kind of operands."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._known: dict[Any, tuple[str, Any]] = {}

    def called(self, function: Callable[..., Any], given: Sequence[Any]) -> tuple[str, Any]:
        """Return a function's name in JavaScript, and the kinds of what it returns."""
        key = function, tuple(one.kind for one in given)
        if key not in self._known:
            self._known[key] = "", None  # so it cannot be called while it is translated
            made = translated(function, key[1], self)
            name = f"{function.__name__}$"
            name += str(len(self._texts)) if name in self._texts else ""
            head = f"const {name} = ({', '.join(made.parameters)}) =>"
            self._texts[name] = f"{head} {{\n{made.body}\n}};"
            self._known[key] = name, made.returned
        return self._known[key]

    @property
    def text(self) -> str:
        """All of them."""
        return "\n".join(self._texts.values())


def translated(function: Callable[..., Any], kinds: Sequence[Any], library: Library) -> Translated:
    """Return a function in JavaScript.

    Args:
        function: A function or generator function of Python.
        kinds: What each parameter is: SURFACE, RATE, or how many numbers and whether they are truth
            values.
        library: Where the functions are put that it calls.

    Raises:
        UntranslatableError: It does what is not translated.
    """
    source = Source(function)
    variables = Variables(source, kinds)
    while True:
        before = dict(variables.kinds)
        made = _Statements(variables, library).translated()
        if variables.kinds == before:
            return made


class _Statements:
    """Translates the statements of one function."""

    def __init__(self, variables: Variables, library: Library) -> None:
        self.variables, self.source = variables, variables.source
        self.lines: list[str] = []
        self.expressions = Expressions(variables, library, self.lines)
        self.returned: tuple[list[tuple[int, bool]], bool] | None = None
        self.shared, self.handed, self.changed = set[str](), set[str](), set[str]()
        self.loops = 0

    def translated(self) -> Translated:
        self.block(self.source.tree.body)
        self.shared |= self.variables.rates & self.source.stored
        if self.shared & self.changed:
            self.source.refuse(self.source.tree, "what is changed in place has two names")
        own = self.variables.own
        return Translated(
            parameters=tuple(self.variables.parameters),
            body="\n".join([f"let {', '.join(own)};"] * bool(own) + self.lines),
            returned=self.returned,
            shared=frozenset(self.shared),
            handed=frozenset(self.handed),
        )

    def block(self, body: Sequence[ast.stmt]) -> None:
        for statement in body:
            write = _WRITERS.get(type(statement))
            if write is None:
                self.source.refuse(statement)
            try:
                write(self, statement)
            except UntranslatableError as error:
                if ", line " in str(error):
                    raise
                self.source.refuse(statement, str(error))

    def inner(self, head: str, body: Sequence[ast.stmt], first: Sequence[str] = ()) -> None:
        self.lines += [f"{head} {{", *first]
        self.block(body)
        self.lines.append("}")

    def expression(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Yield) and node.value.value is not None:
            self.hand_out(node.value.value)
        elif not isinstance(node.value, ast.Constant):
            self.source.refuse(node)

    def hand_out(self, node: ast.expr) -> None:
        """Yield a point, which may be moved meanwhile."""
        x, y = (part.text for part in self.expressions.value(node).widened(2))
        self.lines += [f"$w[0] = {x};", f"$w[1] = {y};", "yield;"]
        if isinstance(node, ast.Name):
            self.handed.add(node.id)
            self.lines += [f"{x} = $w[0];", f"{y} = $w[1];"]

    def nothing(self, _: ast.Pass) -> None:
        """Write nothing."""

    def leave(self, node: ast.Break | ast.Continue) -> None:
        self.lines.append("break;" if isinstance(node, ast.Break) else "continue;")

    def silence(self, node: ast.With) -> None:
        for item in node.items:
            manager = item.context_expr
            called = manager.func if isinstance(manager, ast.Call) else manager
            if self.source.meaning(called) is not np.errstate or item.optional_vars:
                self.source.refuse(node)
        self.block(node.body)

    def choose(self, node: ast.If) -> None:
        on_plane = self.expressions.on_plane(node.test)
        if on_plane is not None:
            self.block(node.body if on_plane else node.orelse)
            return
        self.inner(f"if ({self.expressions.condition(node.test).text})", node.body)
        if node.orelse:
            self.inner("else", node.orelse)

    def repeat(self, node: ast.While) -> None:
        if node.orelse:
            self.source.refuse(node)
        before = len(self.lines)
        test = self.expressions.condition(node.test)
        needed = self.lines[before:]
        del self.lines[before:]
        if needed:
            stop = f"if ({denied(test).text}) break;"
            self.inner("while (true)", node.body, [*needed, stop])
        else:
            self.inner(f"while ({test.text})", node.body)

    def count(self, node: ast.For) -> None:
        """Count in a variable of its own, as what the loop's body makes of it does not matter."""
        if node.orelse or not isinstance(node.target, ast.Name):
            self.source.refuse(node)
        first, end, step = self.counted(node.iter)
        (place,) = self.variables.places(node.target.id)
        self.variables.hold(node, node.target.id, Value((first,)))
        self.loops += 1
        at = f"$i{self.loops}"
        test = f"{at} < {end.within(COMPARE + 1)}" if end else ""
        head = f"for (let {at} = {first.text}; {test}; {at} += {step.text})"
        self.inner(head, node.body, [f"{place} = {at};"])

    def counted(self, node: ast.expr) -> tuple[Code, Code | None, Code]:
        """Return from where to where a loop counts, and by how much."""
        if not isinstance(node, ast.Call) or node.keywords or len(node.args) > 2:
            self.source.refuse(node)
        means, given = self.source.meaning(node.func), [*map(self.expressions.number, node.args)]
        if means is itertools.count:
            first, step = [*given, *map(number, (0, 1)[len(given) :])]
            return first, None, self.once(step)
        if means is not range or not given:
            self.source.refuse(node)
        return (number(0), *given)[-2], self.once(given[-1]), number(1)

    def once(self, code: Code) -> Code:
        """Return a number as it is before a loop."""
        if re.fullmatch(r"[\d.]+", code.text):
            return code
        return self.expressions.hoisted(code.text, [NUMBER])[0].parts[0]

    def give_back(self, node: ast.Return) -> None:
        found = self.expressions.values(node.value) if node.value else []
        codes = ", ".join(part.text for value in found for part in value.parts)
        single = sum(value.width for value in found) <= 1
        self.lines.append(f"return {codes};" if single else f"return [{codes}];")
        returned = [value.kind for value in found], isinstance(node.value, ast.Tuple)
        if found and self.returned not in (None, returned):
            self.source.refuse(node, "it returns now this and now that")
        self.returned = returned if found else self.returned

    def state(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.assign_all(node, [node.target], node.value)

    def assign(self, node: ast.Assign) -> None:
        self.assign_all(node, node.targets, node.value)

    def change(self, node: ast.AugAssign) -> None:
        if not isinstance(node.target, ast.Name):
            self.source.refuse(node)
        name = node.target.id
        before = self.expressions.value(ast.copy_location(ast.Name(name, ast.Load()), node))
        self.store(node, [name], [self.expressions.between(node, node.op, before, node.value)])
        if before.width > 1:
            self.changed.add(name)

    def assign_all(self, node: ast.stmt, targets: Sequence[ast.expr], given: ast.expr) -> None:
        values = self.expressions.values(given)
        all_names: set[str] = set()
        for target in targets:
            names = self.names(target)
            if len(names) == 2 and len(values) == 1:  # the numbers of a point
                values = [Value((part,), values[0].truth) for part in values[0].parts]
            if len(names) != len(values):
                self.source.refuse(node)
            self.share(names, given)
            self.store(node, names, values)
            values = [*map(self.variables.held, names)]
            all_names |= {*names}
        if len(targets) > 1 and any(value.width > 1 for value in values):
            self.shared |= all_names

    def names(self, target: ast.expr) -> list[str]:
        several = target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]
        return [
            one.id if isinstance(one, ast.Name) else self.source.refuse(target) for one in several
        ]

    def share(self, names: Sequence[str], given: ast.expr) -> None:
        """Note which points and rates get a second name."""
        sources = given.elts if isinstance(given, ast.Tuple) else [given] * len(names)
        for name, one in zip(names, sources, strict=False):
            others = {*_meant(one)} - {name}
            wide = [o for o in others if self.variables.kinds.get(o, (1, False))[0] > 1]
            rates = others & self.variables.rates
            if wide or rates:
                self.shared |= {name, *wide, *rates}

    def store(self, node: ast.stmt, names: Sequence[str], values: Sequence[Value]) -> None:
        """Give variables their values, all at once."""
        parts = [self.variables.hold(node, n, v) for n, v in zip(names, values, strict=True)]
        places = [place for name in names for place in self.variables.places(name)]
        texts = [code.text for codes in parts for code in codes]
        pairs = [pair for pair in zip(places, texts, strict=True) if pair[0] != pair[1]]
        self.lines += _at_once(pairs) if _depend(pairs) else [f"{p} = {t};" for p, t in pairs]


def _meant(node: ast.expr) -> Iterator[str]:
    """Yield the names of what an expression may be itself, and not only be computed from."""
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.IfExp):
        yield from (*_meant(node.body), *_meant(node.orelse))
    elif isinstance(node, ast.Subscript):
        yield from _meant(node.value)
    elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("asarray"):
        yield from _meant(node.args[0])


def _depend(pairs: Sequence[tuple[str, str]]) -> bool:
    """Tell whether a value needs a variable that is set before it."""
    words = [{*re.findall(r"[\w$]+", text)} for _, text in pairs]
    return any(place in later for at, (place, _) in enumerate(pairs) for later in words[at + 1 :])


def _at_once(pairs: Sequence[tuple[str, str]]) -> list[str]:
    held = [f"const $t{at} = {text};" for at, (_, text) in enumerate(pairs)]
    return ["{", *held, *(f"{place} = $t{at};" for at, (place, _) in enumerate(pairs)), "}"]


_WRITERS: dict[type[ast.AST], Callable[[_Statements, Any], None]] = {
    ast.Expr: _Statements.expression,
    ast.Pass: _Statements.nothing,
    ast.Break: _Statements.leave,
    ast.Continue: _Statements.leave,
    ast.With: _Statements.silence,
    ast.If: _Statements.choose,
    ast.While: _Statements.repeat,
    ast.For: _Statements.count,
    ast.Return: _Statements.give_back,
    ast.AnnAssign: _Statements.state,
    ast.Assign: _Statements.assign,
    ast.AugAssign: _Statements.change,
}
