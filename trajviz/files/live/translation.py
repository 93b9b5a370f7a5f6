"""Python to JavaScript, for the small Python in which rules and schedules are written.

What is translated: assignments, also of several names; `+ - * / ** % //`, comparisons, `and`, `or`,
`not`, `~ & |`, `a if b else c`; `if`, `while`, `for t in itertools.count(1)` or `range(n)`,
`break`, `continue`, `return`; `yield`; numpy's and math's functions of single numbers; `where`,
`clip`, `stack`, `array`; sums, `any` and `all` over the last axis; indices `[..., 0]`; helper
functions written likewise, and numbers of their modules. A surface is asked for `gradient`,
`value` and `hessian`. All else is refused, with file and line.

A point is two numbers, of which each is computed for itself: no list is made for it. A variable
that holds a point anywhere holds one everywhere.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import itertools
import math
import operator
import re
import textwrap
from collections.abc import Callable, Iterator, Sequence
from types import FunctionType, ModuleType
from typing import Any, NoReturn

import numpy as np

from trajviz.errors import TrajvizError
from trajviz.files.live.javascript import (
    CALLS,
    INFIXES,
    TELLS,
    Code,
    call,
    choice,
    denied,
    infix,
    negative,
    number,
)
from trajviz.frozen import dataclass

_SIGNS: dict[type[ast.AST], Any] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Pow: operator.pow, ast.Mod: operator.mod, ast.FloorDiv: operator.floordiv,
    ast.BitAnd: operator.and_, ast.BitOr: operator.or_, ast.BitXor: operator.xor,
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.And: operator.and_, ast.Or: operator.or_,
}  # fmt: skip
_RESERVED = frozenset(
    "arguments await break case catch class const continue debugger default delete do else enum "
    "eval export extends false finally for function if implements import in instanceof interface "
    "let new null package private protected public return static super switch this throw true try "
    "typeof undefined var void while with yield Math Number NaN Infinity Object".split()
)
_ALIKE = {
    np.zeros_like: 0.0,
    np.ones_like: 1.0,
}
_MOST_PASSES = 20


class UntranslatableError(TrajvizError):
    """Raised where a function does what is not translated; it says where."""


@dataclass(frozen=True)
class Value:
    """Numbers or truth values: one, the two of a point, or the four of a Hessian, by rows."""

    parts: tuple[Code, ...]
    truth: bool = False

    @property
    def one(self) -> Code:
        """The only one."""
        (part,) = self.parts
        return part


@dataclass(frozen=True)
class Asked:
    """The surface, as a rule knows it: `name` is what stands for it in JavaScript."""

    name: str


@dataclass(frozen=True)
class Translated:
    """A function in JavaScript.

    Attributes:
        parameters: The names of its parameters, those of points twice.
        body: Its statements.
        result: What it returns: a value, several, or None.
        copied: Names of points and rates to which the function gives a second name. Who changes
            their numbers in place, as bounds and schedules do, changes both in Python, and only one
            in JavaScript.
    """

    parameters: tuple[str, ...]
    body: str
    result: Any
    copied: frozenset[str]


class Library:
    """The functions that translated ones call, each translated once for each kind of operands."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self._known: dict[Any, tuple[str, Any]] = {}

    def called(self, function: FunctionType, given: Sequence[Any]) -> tuple[str, Any]:
        """Return the name of a function in JavaScript, and what it returns for such operands."""
        kinds = tuple(map(_kind, given))
        key = (function, kinds)
        if key not in self._known:
            name = f"{function.__name__}$"
            name += str(len(self.texts)) if name in self.texts else ""
            self.texts[name] = ""
            made = translated(function, kinds, self)
            self.texts[name] = (
                f"const {name} = ({', '.join(made.parameters)}) => {{\n{made.body}\n}};"
            )
            self._known[key] = name, made.result
        return self._known[key]

    @property
    def text(self) -> str:
        """All of them."""
        return "\n".join(self.texts.values())


def _kind(given: Any) -> Any:
    return "surface" if isinstance(given, Asked) else (len(given.parts), given.truth)


def translated(function: Callable[..., Any], kinds: Sequence[Any], library: Library) -> Translated:
    """Return a function in JavaScript.

    Args:
        function: A function or generator function of Python.
        kinds: What each of its parameters is: "surface", or how many numbers and whether they are
            truth values.
        library: Where functions are noted that it calls.

    Raises:
        UntranslatableError: It does what is not translated.
    """
    writer = _Writer(function, kinds, library)
    for _ in range(_MOST_PASSES):
        before = dict(writer.known)
        made = writer.translate()
        if writer.known == before:
            return made
    writer.refuse(writer.tree, "what its variables hold")


def _scope(function: Any) -> dict[str, Any]:
    """Return what names mean that are not a function's own."""
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    held = {name: cell.cell_contents for name, cell in cells}
    return {**vars(builtins), **function.__globals__, **held}


class _Writer:
    """Writes one function.

    Attributes:
        known: How many numbers each variable holds, and whether they are truth values.
        lines: The statements so far.
    """

    def __init__(self, function: Any, kinds: Sequence[Any], library: Library) -> None:
        self.function, self.kinds, self.library = function, kinds, library
        self.tree = self.read()
        self.scope = _scope(function)
        self.names = [argument.arg for argument in self.tree.args.args]
        self.stored = {
            node.id
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        self.known: dict[str, tuple[int, bool]] = {
            name: (1, False) if kind == "rate" else kind
            for name, kind in zip(self.names, kinds, strict=True)
            if kind != "surface"
        }
        self.asked = {n for n, kind in zip(self.names, kinds, strict=True) if kind == "surface"}
        self.rates = {n for n, kind in zip(self.names, kinds, strict=True) if kind == "rate"}
        if self.asked & self.stored:
            self.refuse(self.tree, "another meaning of the surface's name")

    def read(self) -> ast.FunctionDef:
        """Return the function's own source as a tree."""
        self.first = self.function.__code__.co_firstlineno
        try:
            tree = ast.parse(textwrap.dedent(inspect.getsource(self.function))).body[0]
        except (OSError, SyntaxError) as error:
            raise UntranslatableError(
                f"{self.function.__name__}: its source is not there"
            ) from error
        if not isinstance(tree, ast.FunctionDef) or tree.decorator_list:
            self.refuse(tree, "what is no plain function")
        return tree

    def refuse(self, node: ast.AST, what: str = "") -> NoReturn:
        line = self.first + getattr(node, "lineno", 1) - 1
        what = what or f"{ast.unparse(node).splitlines()[0]!r}"
        raise UntranslatableError(
            f"{self.function.__code__.co_filename}, line {line}: {what} is not translated"
        )

    def translate(self) -> Translated:
        """Write the function, with what is known of its variables so far."""
        self.lines: list[str] = []
        self.count, self.result, self.mutable = 0, None, set[str]()
        self.copies: list[tuple[str, str]] = []
        self.bound: dict[str, Value] = {}
        self.depth = 0
        self.block(self.tree.body)
        places = [p for name in self.names for p in self.places(name)]
        own = [p for name in sorted(self.stored) for p in self.places(name) if p not in places]
        body = [f"let {', '.join(own)};"] if own else []
        copied = frozenset(name for pair in self.copies for name in pair)
        if copied & self.mutable:
            self.refuse(self.tree, "a second name for what is changed in place")
        return Translated(tuple(places), "\n".join(body + self.lines), self.result, copied)

    def places(self, name: str) -> list[str]:
        """Return what a variable is called: one name, or one for each number."""
        width = self.known.get(name, (1, False))[0] if name not in self.asked else 1
        plain = f"{name}$" if name in _RESERVED else name
        return [plain] if width == 1 else [f"{name}${part}" for part in "xyzw"[:width]]

    # Statements

    def block(self, body: Sequence[ast.stmt]) -> None:
        for statement in body:
            name = f"do_{type(statement).__name__}"
            if not hasattr(self, name):
                self.refuse(statement)
            getattr(self, name)(statement)

    def inner(self, head: str, body: Sequence[ast.stmt]) -> None:
        self.lines.append(f"{head} {{")
        self.block(body)
        self.lines.append("}")

    def do_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Yield):
            self.hand_out(node.value)
        elif not isinstance(node.value, ast.Constant):
            self.refuse(node)

    def hand_out(self, node: ast.Yield) -> None:
        if node.value is None:
            self.refuse(node)
        x, y = self.widened(node, self.value(node.value), 2)
        self.lines.append(f"$w[0] = {x.text};\n$w[1] = {y.text};\nyield;")
        if isinstance(node.value, ast.Name):
            x, y = map(Code, self.places(node.value.id))
            self.lines.append(f"{x.text} = $w[0];\n{y.text} = $w[1];")

    def do_Pass(self, _: ast.Pass) -> None:
        pass

    def do_Break(self, _: ast.Break) -> None:
        self.lines.append("break;")

    def do_Continue(self, _: ast.Continue) -> None:
        self.lines.append("continue;")

    def do_With(self, node: ast.With) -> None:
        for item in node.items:
            manager = item.context_expr
            if not isinstance(manager, ast.Call) or self.meaning(manager.func) is not np.errstate:
                self.refuse(node)
        self.block(node.body)

    def do_If(self, node: ast.If) -> None:
        self.inner(f"if ({self.condition(node.test).text})", node.body)
        if node.orelse:
            self.inner("else", node.orelse)

    def do_While(self, node: ast.While) -> None:
        if node.orelse:
            self.refuse(node)
        before = len(self.lines)
        test = self.condition(node.test)
        needed = self.lines[before:]
        del self.lines[before:]
        if not needed:
            self.inner(f"while ({test.text})", node.body)
            return
        self.lines += ["while (true) {", *needed, f"if ({denied(test).text}) break;"]
        self.block(node.body)
        self.lines.append("}")

    def do_For(self, node: ast.For) -> None:
        if node.orelse or not isinstance(node.target, ast.Name):
            self.refuse(node)
        first, end, step = self.counted(node.iter)
        name = node.target.id
        self.know(node, name, Value((first,)))
        (place,) = self.places(name)
        # Like Python's, the variable may be set within without a change of the count.
        self.count += 1
        at = f"$i{self.count}"
        test = f"{at} < {end.within(5)}" if end else ""
        self.lines.append(f"for (let {at} = {first.text}; {test}; {at} += {step.text}) {{")
        self.lines.append(f"{place} = {at};")
        self.block(node.body)
        self.lines.append("}")

    def counted(self, node: ast.expr) -> tuple[Code, Code | None, Code]:
        """Return from where to where a loop counts, and by how much."""
        if not isinstance(node, ast.Call) or node.keywords:
            self.refuse(node)
        means = self.meaning(node.func)
        given = [self.scalar(one) for one in node.args]
        if means is itertools.count and len(given) <= 2:
            first, step, *_ = [*given, *[number(0), number(1)][len(given) :]]
            return first, None, step
        if means is range and len(given) in (1, 2):
            return (given[0] if len(given) == 2 else number(0)), given[-1], number(1)
        self.refuse(node)

    def do_Return(self, node: ast.Return) -> None:
        if node.value is None:
            self.lines.append("return;")
            return
        found = self.several(node.value)
        codes = [part for value in found for part in value.parts]
        shape = [(len(value.parts), value.truth) for value in found]
        self.result = (shape, isinstance(node.value, ast.Tuple))
        inside = ", ".join(code.text for code in codes)
        self.lines.append(f"return {inside};" if len(codes) == 1 else f"return [{inside}];")

    def do_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.assign(node, [node.target], node.value)

    def do_Assign(self, node: ast.Assign) -> None:
        self.assign(node, node.targets, node.value)

    def do_AugAssign(self, node: ast.AugAssign) -> None:
        if not isinstance(node.target, ast.Name):
            self.refuse(node)
        now = ast.copy_location(ast.Name(node.target.id, ast.Load()), node)
        self.store(node, [node.target.id], [self.between(node, node.op, now, node.value)])
        if self.known[node.target.id][0] > 1:
            self.mutable.add(node.target.id)

    def assign(self, node: ast.stmt, targets: Sequence[ast.expr], source: ast.expr) -> None:
        values = self.several(source)
        for target in targets:
            names = self.targets(target)
            if len(names) != len(values):
                self.refuse(node)
            self.note_copies(names, source)
            self.store(node, names, values)
            # The second of several targets gets what the first one has.
            values = [Value(tuple(map(Code, self.places(name)))) for name in names]

    def targets(self, target: ast.expr) -> list[str]:
        several = target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]
        names = [one.id for one in several if isinstance(one, ast.Name)]
        if len(names) != len(several):
            self.refuse(target)
        return names

    def note_copies(self, names: Sequence[str], source: ast.expr) -> None:
        parts = source.elts if isinstance(source, ast.Tuple) else [source]
        self.copies += [
            (name, one.id)
            for name, one in zip(names, parts, strict=False)
            if isinstance(one, ast.Name) and self.is_shared(one.id)
        ]

    def is_shared(self, name: str) -> bool:
        return name == "lr" or self.known.get(name, (1, False))[0] > 1

    def know(self, node: ast.AST, name: str, value: Value) -> None:
        """Note what a variable holds."""
        width, truth = self.known.get(name, (0, value.truth))
        if truth != value.truth:
            self.refuse(node, f"{name!r}, now a number and now a truth value,")
        self.known[name] = max(width, len(value.parts)), truth

    def store(self, node: ast.stmt, names: Sequence[str], values: Sequence[Value]) -> None:
        """Write the values to the variables, all at once."""
        pairs: list[tuple[str, str]] = []
        for name, value in zip(names, values, strict=True):
            self.know(node, name, value)
            parts = self.widened(node, value, self.known[name][0])
            pairs += zip(self.places(name), (part.text for part in parts), strict=True)
        pairs = [(place, text) for place, text in pairs if place != text]
        if not self.apart(pairs):
            held = [f"$t{k}" for k in range(len(pairs))]
            self.lines.append("{")
            self.lines += [f"const {h} = {t};" for h, (_, t) in zip(held, pairs, strict=True)]
            self.lines += [f"{p} = {h};" for h, (p, _) in zip(held, pairs, strict=True)]
            self.lines.append("}")
            return
        self.lines += [f"{place} = {text};" for place, text in pairs]

    def apart(self, pairs: Sequence[tuple[str, str]]) -> bool:
        """Tell whether no value needs a variable that is set before it."""
        words = [{*re.findall(r"[\w$]+", text)} for _, text in pairs]
        return not any(pairs[k][0] in later for k in range(len(pairs)) for later in words[k + 1 :])

    def widened(self, node: ast.AST, value: Value, width: int) -> list[Code]:
        if len(value.parts) not in (1, width):
            self.refuse(node)
        return [*value.parts] * (width // len(value.parts))

    def hoist(self, text: str, shape: Sequence[tuple[int, bool]]) -> list[Value]:
        """Keep what a call returns, which is so called once."""
        self.count += 1
        total = sum(width for width, _ in shape)
        if total == 1:
            self.lines.append(f"const $c{self.count} = {text};")
            return [Value((Code(f"$c{self.count}"),), shape[0][1])]
        names = [f"$c{self.count}{'xyzwabcdefgh'[k]}" for k in range(total)]
        self.lines.append(f"const [{', '.join(names)}] = {text};")
        codes = map(Code, names)
        return [Value(tuple(itertools.islice(codes, width)), truth) for width, truth in shape]

    # Expressions

    def several(self, node: ast.expr) -> list[Value]:
        """Return the values of a tuple, of a function that returns one, or a single one."""
        if isinstance(node, ast.Tuple):
            return [self.value(one) for one in node.elts]
        if isinstance(node, (ast.GeneratorExp, ast.ListComp)):
            return [*self.unrolled(node)]
        found = self.found(node)
        return found if isinstance(found, list) else [self.checked(node, found)]

    def unrolled(self, node: ast.GeneratorExp | ast.ListComp) -> Iterator[Value]:
        """Yield a comprehension's elements, over a tuple that is written out."""
        (one, *more) = node.generators
        if more or one.ifs or not isinstance(one.target, ast.Name):
            self.refuse(node)
        if not isinstance(one.iter, (ast.Tuple, ast.List)):
            self.refuse(node)
        self.stored.discard(one.target.id)
        for each in one.iter.elts:
            self.bound[one.target.id] = self.value(each)
            yield self.value(node.elt)
        del self.bound[one.target.id]

    def value(self, node: ast.expr) -> Value:
        return self.checked(node, self.found(node))

    def checked(self, node: ast.expr, found: Any) -> Value:
        if not isinstance(found, Value):
            self.refuse(node)
        return found

    def scalar(self, node: ast.expr) -> Code:
        value = self.value(node)
        return value.one if len(value.parts) == 1 else self.refuse(node)

    def condition(self, node: ast.expr) -> Code:
        """Return an expression as Python's `if` takes it."""
        value = self.value(node)
        if len(value.parts) > 1:
            self.refuse(node)
        return value.one if value.truth else infix(INFIXES[np.not_equal], value.one, number(0))

    def found(self, node: ast.expr) -> Any:
        """Return a value, or several in a list, or the surface."""
        name = f"of_{type(node).__name__}"
        return getattr(self, name)(node) if hasattr(self, name) else self.refuse(node)

    def meaning(self, node: ast.expr) -> Any:
        """Return the thing of Python's that a name stands for; None for what is computed."""
        if isinstance(node, ast.Name):
            own = node.id in self.stored or node.id in self.names or node.id in self.bound
            return None if own else self.scope.get(node.id)
        if isinstance(node, ast.Attribute):
            owner = self.meaning(node.value)
            return getattr(owner, node.attr, None) if isinstance(owner, ModuleType) else None
        return None

    def of_Constant(self, node: ast.Constant) -> Value:
        if not isinstance(node.value, (int, float)):
            self.refuse(node)
        return Value((number(node.value),), isinstance(node.value, bool))

    def of_Name(self, node: ast.Name) -> Any:
        if node.id in self.bound:
            return self.bound[node.id]
        if node.id in self.asked:
            return Asked(node.id)
        if node.id in self.rates - self.stored:
            return Value((Code(f"{self.names[0]}.{node.id}"),))
        if node.id in self.stored or node.id in self.names:
            truth = self.known.get(node.id, (1, False))[1]
            return Value(tuple(map(Code, self.places(node.id))), truth)
        return self.constant(node)

    def constant(self, node: ast.expr) -> Value:
        means = self.meaning(node)
        if not isinstance(means, (int, float)):
            self.refuse(node)
        return Value((number(means),), isinstance(means, bool))

    def of_Attribute(self, node: ast.Attribute) -> Value:
        return self.constant(node)

    def of_BinOp(self, node: ast.BinOp) -> Value:
        if isinstance(node.op, ast.MatMult):
            return self.total(self.spread(node, operator.mul, node.left, node.right), operator.add)
        return self.between(node, node.op, node.left, node.right)

    def between(self, node: ast.AST, sign: ast.operator, left: ast.expr, right: ast.expr) -> Value:
        means = _SIGNS.get(type(sign)) or self.refuse(node)
        first = self.value(left)
        if means is operator.pow and len(first.parts) == 2 and self.is_two(right):
            means, right_values = np.square, []
        else:
            right_values = [self.value(right)]
        return self.elementwise(node, means, [first, *right_values])

    def is_two(self, node: ast.expr) -> bool:
        """Tell an exponent for which numpy squares an array."""
        return isinstance(node, ast.Constant) and node.value == 2

    def spread(self, node: ast.AST, means: Any, *operands: ast.expr) -> Value:
        return self.elementwise(node, means, [self.value(one) for one in operands])

    def elementwise(self, node: ast.AST, means: Any, values: Sequence[Value]) -> Value:
        """Return a function of numbers, one for each part of its operands."""
        width = max(len(value.parts) for value in values)
        columns = [*zip(*(self.widened(node, value, width) for value in values), strict=True)]
        truths = [value.truth for value in values]
        if means in INFIXES and len(values) == 2:
            sign = INFIXES[means]
            if sign.of_truths != all(truths) and (sign.of_truths or any(truths)):
                self.refuse(node)
            return Value(tuple(infix(sign, *column) for column in columns), sign.truths)
        if means is np.where and len(values) == 3 and truths[1:] in ([False] * 2, [True] * 2):
            return Value(tuple(choice(*column) for column in columns), truths[1])
        name = TELLS.get(means) or CALLS.get(means) or self.refuse(node)
        return Value(tuple(call(name, *column) for column in columns), means in TELLS)

    def of_UnaryOp(self, node: ast.UnaryOp) -> Value:
        if isinstance(node.op, ast.Not):
            return Value((denied(self.condition(node.operand)),), True)
        value = self.value(node.operand)
        if isinstance(node.op, ast.UAdd):
            return value
        if isinstance(node.op, ast.Invert) != value.truth:
            self.refuse(node)
        change = denied if value.truth else negative
        return Value(tuple(map(change, value.parts)), value.truth)

    def of_Compare(self, node: ast.Compare) -> Value:
        sides = [node.left, *node.comparators]
        found = [
            self.spread(node, _SIGNS.get(type(op)), left, right)
            for op, left, right in zip(node.ops, sides, sides[1:], strict=False)
        ]
        if len(found) > 1 and any(len(value.parts) > 1 for value in found):
            self.refuse(node)
        return (
            self.total(Value(tuple(value.one for value in found), True), operator.and_)
            if len(found) > 1
            else found[0]
        )

    def of_BoolOp(self, node: ast.BoolOp) -> Value:
        self.depth += 1
        parts = tuple(self.condition(one) for one in node.values)
        self.depth -= 1
        return self.total(Value(parts, True), _SIGNS[type(node.op)])

    def of_IfExp(self, node: ast.IfExp) -> Value:
        test = Value((self.condition(node.test),), True)
        self.depth += 1
        sides = [self.value(node.body), self.value(node.orelse)]
        self.depth -= 1
        return self.elementwise(node, np.where, [test, *sides])

    def of_Subscript(self, node: ast.Subscript) -> Value:
        value = self.value(node.value)
        keys = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        plain = [key.value if isinstance(key, ast.Constant) else self.refuse(node) for key in keys]
        places = [key for key in plain if key is not None and key is not ...]
        axes = {1: 0, 2: 1, 4: 2}[len(value.parts)]
        if not places:
            return value
        if len(places) != axes or any(place not in (0, 1, -1, -2) for place in places):
            self.refuse(node)
        at = sum((place % 2) * 2**power for power, place in enumerate(reversed(places)))
        return Value((value.parts[at],), value.truth)

    def of_Call(self, node: ast.Call) -> Any:
        if isinstance(node.func, ast.Name) and node.func.id in self.asked:
            return self.ask("gradient", node, Asked(node.func.id))
        means = self.meaning(node.func)
        if means is not None:
            return self.called(node, means)
        if isinstance(node.func, ast.Attribute):
            owner = self.found(node.func.value)
            if isinstance(owner, Asked):
                return self.ask(node.func.attr, node, owner)
            return self.method(node, node.func.attr, self.checked(node.func.value, owner))
        self.refuse(node)

    def ask(self, what: str, node: ast.Call, surface: Asked) -> Value:
        """Ask the surface, once."""
        width = {"gradient": 2, "value": 1, "hessian": 4}.get(what) or self.refuse(node)
        if self.depth or node.keywords or len(node.args) != 1:
            self.refuse(node)
        x, y = self.widened(node, self.value(node.args[0]), 2)
        asked = f"{surface.name}.{what}({x.text}, {y.text})"
        if width == 1:
            return self.hoist(asked, [(1, False)])[0]
        self.lines.append(f"{asked};")
        self.count += 1
        names = [f"$c{self.count}{part}" for part in "xyzw"[:width]]
        held = f"${what[0]}"
        stated = ", ".join(f"{name} = {held}[{k}]" for k, name in enumerate(names))
        self.lines.append(f"const {stated};")
        return Value(tuple(map(Code, names)))

    def called(self, node: ast.Call, means: Any) -> Any:
        if means in (np.stack, np.array, np.asarray):
            return self.stacked(node)
        words = {word.arg: word.value for word in node.keywords}
        if means in (np.sum, np.any, np.all, np.max, np.min, np.mean):
            self.check_axis(node, words)
            return self.reduced(node, means.__name__, self.value(node.args[0]))
        if means in (np.linalg.norm,):
            self.check_axis(node, words)
            square = self.elementwise(node, np.square, [self.value(node.args[0])])
            return self.elementwise(node, np.sqrt, [self.total(square, operator.add)])
        if means is np.dot:
            return self.total(self.spread(node, operator.mul, *node.args), operator.add)
        if (
            isinstance(means, FunctionType)
            and means not in CALLS | TELLS
            and means not in (np.where, np.clip, np.zeros_like, np.ones_like, np.full_like)
        ):
            return self.helped(node, means)
        if words:
            self.refuse(node)
        if means in (np.zeros_like, np.ones_like, np.full_like):
            return self.alike(node, means)
        if means is float and len(node.args) == 1 and not self.value(node.args[0]).truth:
            return self.value(node.args[0])
        if means in (max, min) and len(node.args) > 2:
            self.refuse(node)
        return self.spread(node, means, *node.args)

    def alike(self, node: ast.Call, means: Any) -> Value:
        """Return the same number as often as another value has parts."""
        other = self.value(node.args[0])
        if means is np.full_like:
            part = self.scalar(node.args[1])
        else:
            part = number(_ALIKE[means])
        return Value((part,) * len(other.parts))

    def stacked(self, node: ast.Call) -> Value:
        """Return two numbers as a point, and a value as it is."""
        (first, *_) = node.args
        words = {word.arg: word.value for word in node.keywords}
        self.check_axis(node, words)
        if not isinstance(first, (ast.List, ast.Tuple)):
            return self.value(first)
        parts = tuple(self.scalar(one) for one in first.elts)
        return Value(parts) if len(parts) == 2 else self.refuse(node)

    def check_axis(self, node: ast.Call, words: dict[Any, ast.expr]) -> None:
        """Refuse all keywords but those by which an array of one point is not another one."""
        for key, value in words.items():
            plain = ast.unparse(value)
            if (key, plain) not in (("axis", "-1"), ("keepdims", "True"), ("axis", "0")) and not (
                key == "dtype"
            ):
                self.refuse(node)

    def method(self, node: ast.Call, name: str, value: Value) -> Value:
        self.check_axis(node, {word.arg: word.value for word in node.keywords})
        if node.args:
            self.refuse(node)
        if name == "copy":
            return value
        return self.reduced(node, name, value)

    def reduced(self, node: ast.AST, name: str, value: Value) -> Value:
        """Return what a row comes to."""
        signs = {
            "sum": operator.add,
            "any": operator.or_,
            "all": operator.and_,
            "max": np.maximum,
            "min": np.minimum,
            "mean": operator.add,
        }
        means = signs.get(name) or self.refuse(node)
        if (means in (operator.or_, operator.and_)) != value.truth:
            self.refuse(node)
        total = self.total(value, means)
        if name != "mean":
            return total
        return self.elementwise(node, operator.truediv, [total, Value((number(len(value.parts)),))])

    def total(self, value: Value, means: Any) -> Value:
        first, *rest = (Value((part,), value.truth) for part in value.parts)
        for one in rest:
            first = self.elementwise(self.tree, means, [first, one])
        return first

    def helped(self, node: ast.Call, function: FunctionType) -> Any:
        """Call a function that is written like this one."""
        words = {word.arg or self.refuse(node): self.found(word.value) for word in node.keywords}
        try:
            bound = inspect.signature(function).bind(*map(self.found, node.args), **words)
        except TypeError:
            self.refuse(node)
        bound.apply_defaults()
        given = [self.given(node, one) for one in bound.arguments.values()]
        if self.depth and any(isinstance(one, Asked) for one in given):
            self.refuse(node)
        name, result = self.library.called(function, given)
        if result is None:
            self.refuse(node)
        shape, is_tuple = result
        parts = [
            p
            for g in given
            for p in ([g.name] if isinstance(g, Asked) else [c.text for c in g.parts])
        ]
        found = self.hoist(f"{name}({', '.join(parts)})", shape)
        return found if is_tuple else found[0]

    def given(self, node: ast.AST, one: Any) -> Any:
        """Return what is given for a parameter; its default is a plain number."""
        if isinstance(one, (Value, Asked)):
            return one
        if not isinstance(one, (int, float)):
            self.refuse(node)
        return Value((number(one),), isinstance(one, bool))
