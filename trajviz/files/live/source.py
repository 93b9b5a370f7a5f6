"""A function of Python's as its author wrote it, and what the names in it mean."""

from __future__ import annotations

import ast
import builtins
import inspect
import textwrap
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, NoReturn

from trajviz.files.live.values import UntranslatableError


class Source:
    """The source of a function.

    Attributes:
        tree: What it says.
        parameters: The names of its parameters.
        stored: The names of the variables that it sets.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function: Any = function
        self.tree = self._read()
        self.parameters = [argument.arg for argument in self.tree.args.args]
        self.stored = {*_stored(self.tree)}
        self._scope = _scope(self.function)

    def _read(self) -> ast.FunctionDef:
        try:
            tree = ast.parse(textwrap.dedent(inspect.getsource(self.function))).body[0]
        except (OSError, SyntaxError) as error:
            name = self.function.__name__
            raise UntranslatableError(f"{name}: its source cannot be read") from error
        if not isinstance(tree, ast.FunctionDef) or tree.decorator_list:
            self.refuse(tree)
        arguments = tree.args
        if arguments.vararg or arguments.kwarg or arguments.kwonlyargs or arguments.posonlyargs:
            self.refuse(arguments)
        return tree

    def refuse(self, node: ast.AST, why: str = "") -> NoReturn:
        """Raise an UntranslatableError that says where."""
        code = self.function.__code__
        line = code.co_firstlineno + getattr(node, "lineno", 1) - 1
        said = ast.unparse(node).splitlines()[0]
        because = f" ({why})" if why else ""
        raise UntranslatableError(
            f"{code.co_filename}, line {line}: {said!r} is not translated{because}"
        )

    def meaning(self, node: ast.expr) -> Any:
        """Return the thing of Python's that a name stands for; None for a variable."""
        if isinstance(node, ast.Name):
            own = node.id in self.stored or node.id in self.parameters
            return None if own else self._scope.get(node.id)
        if isinstance(node, ast.Attribute):
            owner = self.meaning(node.value)
            return getattr(owner, node.attr, None) if isinstance(owner, ModuleType) else None
        return None


def _stored(tree: ast.AST) -> Iterator[str]:
    """Yield the names that are set, but for those of comprehensions, which are their own."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        if not isinstance(node, ast.comprehension):
            yield from _stored(node)


def _scope(function: Any) -> dict[str, Any]:
    """Return what names mean that are not a function's own."""
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    held = {name: cell.cell_contents for name, cell in cells}
    return {**vars(builtins), **function.__globals__, **held}
