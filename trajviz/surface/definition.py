"""Definition files: Python that states one surface or problem; how they run, and what they need.

A file sets `surface = Surface(...)`, or defines a function `surface` that returns one and whose
parameters, each with a number as default, are the surface's: `def surface(a=1, b=100)`. Formula,
window, start and minima then follow from the parameters in one place. `problem` in place of
`surface`, with a Problem, is a loss in d dimensions.
"""

from __future__ import annotations

import ast
import dataclasses
import importlib.util
import inspect
import itertools
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

from trajviz.docstrings import docstring_of
from trajviz.errors import TrajvizError, unknown
from trajviz.surface import Surface
from trajviz.surface.code_error import FILE_MODULE, explained, tried
from trajviz.surface.numbers import read_number
from trajviz.surface.problem import Problem
from trajviz.surface.problem_trial import tried_problem
from trajviz.untrusted import real_path

Subject: TypeAlias = Surface | Problem
"""What can be raced on: two dimensions, or d."""

KINDS: dict[str, type[Surface] | type[Problem]] = {"surface": Surface, "problem": Problem}
"""What a definition file may set, or return from a function, by the name it gives to it."""
_DEFINES = re.compile(rb"^(?:def )?problem\b(?=\s*[=(:])", re.MULTILINE)


def defines_problem(path: Path) -> bool:
    """Tell whether a file defines a problem; it is read, not run."""
    return bool(_DEFINES.search(path.read_bytes()))


def read_definition(path: Path, given: Mapping[str, str], text: str) -> Subject:
    """Return the surface or problem that a file defines, after a trial of its functions.

    Args:
        path: The file, which is run.
        given: The parameters as they were typed, by name.
        text: How the user wrote path and parameters, for messages.

    Raises:
        TrajvizError: The file fails, told with the line; it defines neither surface nor problem; or
            what it defines does not take these parameters.
    """
    with explained(path):
        module = run_file(path)
    kind = next((kind for kind in KINDS if hasattr(module, kind)), "surface")
    made: Any = getattr(module, kind, None)
    defaults, values = _defaults(path, kind, made), _values(given, text)
    name = path.stem.replace("_", "-")
    _check_parameters(name, values, defaults, text)
    parameters = {**defaults, **values}
    with explained(path, text if values else ""):
        subject = made if isinstance(made, KINDS[kind]) else made(**parameters)
    if not isinstance(subject, KINDS[kind]):
        raise TrajvizError(
            f"{path}: the function `{kind}` returns no {kind.capitalize()}, but {subject!r}"
        )
    subject = tried(subject, path) if isinstance(subject, Surface) else tried_problem(subject, path)
    name, title = subject.name or name, subject.title or name.replace("-", " ").capitalize()
    phrase = subject.phrase or _phrase(docstring_of(module)) or f"the {kind} {title}"
    named = dataclasses.replace(subject, name=name, title=title, phrase=phrase)
    return _with_parameters(named, parameters, values)


def _values(given: Mapping[str, str], text: str) -> dict[str, float]:
    return {key: read_number(key, value, f" in {text!r}") for key, value in given.items()}


def _check_parameters(
    name: str, given: Iterable[str], defaults: Mapping[str, float], text: str
) -> None:
    """Raise TrajvizError for a parameter that a surface does not take."""
    for key in given:
        if not defaults:
            raise TrajvizError(f"{key!r} in {text!r} is too much: {name} takes no parameters")
        if key not in defaults:
            raise unknown(f"parameter of {name}", key, defaults)


def _with_parameters(
    subject: Subject, parameters: Mapping[str, float], given: Mapping[str, float]
) -> Subject:
    """Return a subject with its parameters, those that were given in its name, title and phrase."""
    if not given:
        return dataclasses.replace(subject, parameters=parameters)
    shown = {key: _plain(value) for key, value in given.items()}
    equations = [f"{key} = {value}" for key, value in shown.items()]
    return dataclasses.replace(
        subject,
        parameters=parameters,
        name=f"{subject.name}:{','.join(f'{key}={value}' for key, value in shown.items())}",
        title=", ".join([subject.title, *equations]),
        phrase=f"{subject.phrase} with {' and '.join(equations)}",
    )


def _phrase(text: str) -> str:
    """Return what a file's docstring calls its surface: all before the first colon or comma.

    >>> _phrase("The eggholder: hundreds of minima."), _phrase("Levy's function: a wavy trough.")
    ('the eggholder', "Levy's function")
    """
    found = re.match(r"([^\n:,]{1,60})(?=[^\n]*: )", text.strip())
    heading = found[1] if found else ""
    article = re.match(r"(A|An|The) ", heading)
    return heading[:1].lower() + heading[1:] if article else heading


def run_file(path: Path) -> ModuleType:
    """Run a file as a module of its own, and return it; nothing is left beside the file."""
    spec = importlib.util.spec_from_file_location(f"{FILE_MODULE}{path.stem}", real_path(path))
    assert spec is not None  # a .py path always has one
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True  # no litter beside a file
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = writes
    return module


def _defaults(path: Path, kind: str, made: Any) -> dict[str, float]:
    """Return the parameters that a file's definition takes; refuse what is no definition."""
    if isinstance(made, KINDS[kind]):
        return {}
    parameters = inspect.signature(made).parameters if inspect.isfunction(made) else {}
    defaults = {key: p.default for key, p in parameters.items()}
    if not inspect.isfunction(made) or any(type(v) not in (int, float) for v in defaults.values()):
        raise TrajvizError(
            f"{path} defines no `{kind} = {kind.capitalize()}(...)`, and no function `{kind}` that "
            "returns one, its parameters having numbers as defaults"
        )
    return {key: float(value) for key, value in defaults.items()}


def _plain(value: float) -> str:
    """Return a number as short as it can be without being another."""
    return f"{value:g}" if float(f"{value:g}") == value else repr(value)


def needed_files(path: Path) -> list[Path]:
    """Return the files that a definition file is made of: itself, and what it imports beside it.

    Every import statement counts, also within `if` or a function, and so do those of the files that
    are imported. Names are looked for in the file's own folder; where that is a package, names that
    begin with the package's are too. What is not found there belongs to others, and is left out.
    Nothing is run. A file that is not valid Python imports nothing.

    Args:
        path: The definition file, which must be there.

    Returns:
        Absolute paths without repetition, the file itself first.
    """
    files = [real_path(path)]
    folder = files[0].parent
    for file in files:  # it grows meanwhile
        for place, name in _imports(file, folder):
            for helper in _modules(place, name):
                inside = folder in helper.parents and helper != folder / "__init__.py"
                if inside and helper not in files:
                    files.append(helper)
    return files


def _imports(file: Path, folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield each dotted name that a file imports, after a folder in which to look for it."""
    try:
        nodes = [*ast.walk(ast.parse(file.read_bytes()))]
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # told to whoever runs it
        return
    for node in nodes:
        if isinstance(node, ast.Import):
            places, names = _roots(folder), [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            start = f"{node.module}." if node.module else ""
            places = [*file.parents][node.level - 1 : node.level] if node.level else _roots(folder)
            names = [start + alias.name for alias in node.names]
        else:
            continue
        yield from itertools.product(places, names)


def _roots(folder: Path) -> list[Path]:
    """Return a folder, and the one above the outermost package that it belongs to, if it does."""
    plain = (f for f in (folder, *folder.parents) if not (f / "__init__.py").is_file())
    return [folder, next(plain, folder)]


def _modules(place: Path, name: str) -> Iterator[Path]:
    """Yield the files of a dotted name, packages first, as far as they are there."""
    for word in name.split("."):
        place = place / word
        for file in (place / "__init__.py", place.with_name(f"{word}.py")):
            if file.is_file():
                yield file
                break
