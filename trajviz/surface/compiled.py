"""A tape as straight-line code for one point, with the bits of `Tape.run`.

Each node is assigned to a local variable. The code computes with Python's floats wherever these do
what numpy's do; where they do not, as in a division by 0, they raise, and the point is computed
again by `Tape.run`.

Python's compiler is given a tree: operations from the tables below, numbered variables and numbers.
No text reaches it.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Sequence
from types import CodeType, FunctionType
from typing import Any, TypeAlias, TypeVar

import numpy as np

from trajviz.surface.dual_number import Number
from trajviz.surface.tape import OPERATIONS, SIGNS, Node, Tape

Point: TypeAlias = Callable[[float, float], Sequence[Number]]
"""Returns a tape's results at x and y."""

_ARITHMETIC: dict[Any, ast.operator] = {
    np.add: ast.Add(), np.subtract: ast.Sub(), np.multiply: ast.Mult(), np.divide: ast.Div(),
}  # fmt: skip
_COMPARISONS: dict[Any, ast.cmpop] = {
    np.less: ast.Lt(), np.less_equal: ast.LtE(), np.greater: ast.Gt(),
    np.greater_equal: ast.GtE(), np.equal: ast.Eq(), np.not_equal: ast.NotEq(),
}  # fmt: skip
_TRUTHS: dict[Any, ast.operator] = {np.bitwise_and: ast.BitAnd(), np.bitwise_or: ast.BitOr()}
_CALLS: dict[Any, Callable[[float], Number]] = {
    np.negative: operator.neg, np.absolute: abs, np.sqrt: math.sqrt, np.isnan: math.isnan,
}  # fmt: skip
"""Functions of Python's that are quicker than numpy's and as exact."""
_EXACT = {*_ARITHMETIC, *_COMPARISONS, *_TRUTHS, *_CALLS, np.sign, np.where}
"""What has the same bits for a number as in an array, on whatever processor."""
_TYPED = ("**", "%", "//")
"""Signs that numpy computes otherwise for a number than for an array, even one without axes."""
_Tree = TypeVar("_Tree", bound=ast.AST)


def compiled(tape: Tape) -> Point:
    """Return the function that runs a tape at one point, for Python's floats x and y."""
    return _Writer(tape).function()


def is_exact(tape: Tape) -> bool:
    """Tell whether a tape's code has, at each of many points, the bits of arrays."""
    computed = (node for node in tape.nodes[2:] if node.operation != "number")
    return all(_meaning(node) in _EXACT for node in computed)


class _Writer:
    """Writes a tape as a syntax tree.

    Attributes:
        picks: Whether `where` may return the number it chooses, where numpy returns an array.
        truths: Whether comparisons may return Python's truth values in place of numpy's.
        functions: What is called, by the name under which the code calls it.
    """

    def __init__(self, tape: Tape) -> None:
        self.nodes, self.outputs, self.types = tape.nodes, tape.outputs, tape.types()
        computed = [node for node in tape.nodes if node.operation != "number"]
        self.picks = not any(map(self._minds_arrays, computed))
        self.truths = not any(map(self._minds_truths, computed))
        self.functions: dict[str, Any] = {
            "failures": (ArithmeticError, ValueError),  # where numpy has inf or nan
            "anew": lambda x, y: tape.run(np.float64(x), np.float64(y)),
        }

    def _minds_arrays(self, node: Node) -> bool:
        chosen = (self.nodes[place].operation == "where" for place in node.operands)
        return node.operation in _TYPED and any(chosen)

    def _minds_truths(self, node: Node) -> bool:
        places = node.operands[node.operation == "where" :]
        return _meaning(node) not in _TRUTHS and any(
            self.types[place] == np.bool_ for place in places
        )

    def function(self) -> Point:
        """Return the code as a function."""
        body: list[ast.stmt] = [
            _at(ast.Assign([_at(ast.Name(f"v{place}", ast.Store()))], self._value(node)))
            for place, node in enumerate(self.nodes)
            if place > 1 and node.operation != "number"
        ]
        results = ast.Tuple([self._operand(place) for place in self.outputs], ast.Load())
        body.append(_at(ast.Return(_at(results))))
        anew = _at(ast.Call(_read("anew"), [_read("v0"), _read("v1")], []))
        failing = _at(ast.ExceptHandler(_read("failures"), None, [_at(ast.Return(anew))]))
        body = [_at(ast.Try(body, [failing], [], []))]
        taken = [_at(ast.arg("v0")), _at(ast.arg("v1"))]
        arguments = ast.arguments([], taken, None, [], [], None, [])
        run = _at(ast.FunctionDef("run", arguments, body, []))
        constants = compile(ast.Module([run], []), "<tape>", "exec").co_consts
        return FunctionType(next(c for c in constants if isinstance(c, CodeType)), self.functions)

    def _operand(self, place: int) -> ast.expr:
        operation, operands = self.nodes[place]
        if operation != "number":
            return _read(f"v{place}")
        (number,) = operands
        return _at(ast.Constant(float(number) if isinstance(number, float) else number))

    def _value(self, node: Node) -> ast.expr:
        """Return the expression for a node's value."""
        operands, meaning = [*map(self._operand, node.operands)], _meaning(node)
        floats = all(map(self._is_float, node.operands))
        if floats and (meaning in _ARITHMETIC or self._is_whole_power(node)):
            sign = _ARITHMETIC.get(meaning, ast.Pow())
            return _at(ast.BinOp(operands[0], sign, operands[1]))
        if self.truths and meaning in _TRUTHS:
            return _at(ast.BinOp(operands[0], _TRUTHS[meaning], operands[1]))
        if self.truths and floats and meaning in _COMPARISONS:
            return _at(ast.Compare(operands[0], [_COMPARISONS[meaning]], operands[1:]))
        if self.picks and meaning is np.where:
            return _at(ast.IfExp(*operands))
        quick = floats and (self.truths or meaning is not np.isnan)
        function = _CALLS.get(meaning) if quick else None
        name = _read(f"f{len(self.functions)}")
        self.functions[name.id] = function or _of_floats(node.operation)
        return _at(ast.Call(name, operands, []))

    def _is_float(self, place: int) -> bool:
        operation, operands = self.nodes[place]
        constant = operation == "number" and type(operands[0]) is not bool
        return constant or self.types[place] == np.float64

    def _is_whole_power(self, node: Node) -> bool:
        """Tell a power that is a float, whatever the base."""
        if node.operation != "**":
            return False
        operation, operands = self.nodes[node.operands[1]]
        return operation == "number" and float(operands[0]).is_integer()


def _read(name: str) -> ast.Name:
    return _at(ast.Name(name, ast.Load()))


def _at(tree: _Tree) -> _Tree:
    """Return a tree with a place in the text that there is not, as the compiler wants."""
    vars(tree).update(lineno=1, col_offset=0, end_lineno=1, end_col_offset=0)
    return tree


def _meaning(node: Node) -> Any:
    """Return numpy's function for an operation, or the sign of one that is typed."""
    if node.operation in _TYPED:
        return node.operation
    return SIGNS.get(node.operation) or OPERATIONS.get(node.operation)


def _of_floats(operation: str) -> Callable[..., Number]:
    """Return an operation that does with Python's floats what it does with numpy's."""
    function = OPERATIONS[operation]
    if operation not in SIGNS:
        return function
    return lambda *numbers: function(*[np.float64(n) if type(n) is float else n for n in numbers])
