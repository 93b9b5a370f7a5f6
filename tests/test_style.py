"""The house's own rules: small functions, constructors by keyword, documented arguments."""

import ast
import inspect
import re
import statistics
from pathlib import Path

import trajviz

PACKAGE = Path(trajviz.__file__).parent
TREES = {p.relative_to(PACKAGE): ast.parse(p.read_text("utf-8")) for p in PACKAGE.rglob("*.py")}
ROOMS = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
SUITES = {"benchmarks", "data", "parity", "soak", "places"}
"""Folders of tests that are no room's."""


def lines_of(function):
    """Return over how many lines a function's body goes, its docstring left out."""
    first = function.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    body = function.body[documented:]
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def test_functions_are_small():
    lengths = [
        lines_of(node)
        for tree in TREES.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
    ]
    assert statistics.median(lengths) <= 5
    assert sum(length <= 15 for length in lengths) / len(lengths) >= 0.9


def is_record(node):
    """Tell whether a class is a dataclass or a named tuple, made of values."""
    decorated = any("dataclass" in ast.dump(one) for one in node.decorator_list)
    return decorated or any("NamedTuple" in ast.dump(base) for base in node.bases)


def test_our_constructors_take_more_than_three_values_by_keyword():
    records = {
        node.name
        for tree in TREES.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and is_record(node)
    } - {"Window", "Box"}  # four numbers in a customary order
    offenders = [
        f"{path}:{node.lineno} {node.func.id}"
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in records
        and len(node.args) > 3
    ]
    assert offenders == []


def public_callables():
    """Yield each public function, and each public method of a public class, by its name."""
    for name in trajviz.__all__:
        thing = getattr(trajviz, name)
        if inspect.isfunction(thing):
            yield name, thing
        elif inspect.isclass(thing):
            for own, method in vars(thing).items():
                method = getattr(method, "__func__", method)
                if inspect.isfunction(method) and not own.startswith("_"):
                    yield f"{name}.{own}", method


def test_every_argument_of_what_is_public_is_documented():
    missing = []
    for name, function in public_callables():
        text = inspect.getdoc(function) or ""
        told = re.findall(r"^    \*{0,2}(\w+):", text.partition("Args:\n")[2], re.MULTILINE)
        parameters = [p for p in inspect.signature(function).parameters if p not in ("self", "cls")]
        missing += [f"{name}: {p}" for p in parameters if p not in told]
    assert missing == []


def test_tests_mirror_the_rooms():
    folders = {path.name for path in Path(__file__).parent.iterdir() if path.is_dir()}
    assert folders - SUITES - {"__pycache__"} <= ROOMS


def test_nothing_is_left_to_do():
    marks = re.compile(r"\b(TODO|FIXME|XXX)\b")
    assert [str(p) for p in TREES if marks.search((PACKAGE / p).read_text("utf-8"))] == []
