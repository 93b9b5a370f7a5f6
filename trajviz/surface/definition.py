"""Definition files: Python that states one surface, run with parameters, its mistakes explained.

A file sets `surface = Surface(...)`, or defines a function `surface` that returns one and whose
parameters, each with a number as default, are the surface's: `def surface(a=1, b=100)`. Formula,
window, start and minima then follow from the parameters in one place.
"""

from __future__ import annotations

import contextlib
import dataclasses
import importlib.util
import inspect
import math
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from trajviz.errors import TrajvizError, unknown
from trajviz.surface import Surface

_HINTS = {
    "truth value of an array": "a formula works on arrays of points: in place of if, and, or, use "
    "numpy's maximum, minimum or abs",
    "Python scalar": "a formula works on arrays of points: in place of math's functions, use "
    "numpy's (np.sin)",
}
"""What to do about messages of numpy's that do not say it."""


def read_definition(path: Path, given: Mapping[str, str], text: str) -> Surface:
    """Return the surface that a file defines with these parameters, tried at its start.

    `text` is how the user wrote path and parameters. Raises TrajvizError, with the line, for a
    file that fails, and for parameters that the surface does not take.
    """
    name = path.stem.replace("_", "-")
    with explained(path):
        module = run_file(path)
    made: Any = getattr(module, "surface", None)
    defaults = _defaults(path, made)
    values = {key: _number(key, value, text) for key, value in given.items()}
    for key in values:
        if not defaults:
            raise TrajvizError(f"{key!r} in {text!r} is too much: {name} takes no parameters")
        if key not in defaults:
            raise unknown(f"parameter of {name}", key, defaults)
    parameters = {**defaults, **values}
    with explained(path, text if values else ""):
        surface = made if isinstance(made, Surface) else made(**parameters)
        if isinstance(surface, Surface):
            _try(surface)
    if not isinstance(surface, Surface):
        raise TrajvizError(f"{path}: the function `surface` returns no Surface, but {surface!r}")
    shown = {key: _plain(value) for key, value in values.items()}
    name, title = surface.name or name, surface.title or name.replace("-", " ").capitalize()
    phrase = surface.phrase or _phrase(module.__doc__ or "") or f"the surface {title}"
    if shown:
        given_as = [f"{key} = {value}" for key, value in shown.items()]
        name = f"{name}:{','.join(f'{key}={value}' for key, value in shown.items())}"
        title = ", ".join([title, *given_as])
        phrase = f"{phrase} with {' and '.join(given_as)}"
    return dataclasses.replace(
        surface, name=name, title=title, parameters=parameters, phrase=phrase
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
    spec = importlib.util.spec_from_file_location(f"trajviz_file_{path.stem}", path.resolve())
    assert spec is not None  # a .py path always has one
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True  # no litter beside a file
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = writes
    return module


def _defaults(path: Path, made: Any) -> dict[str, float]:
    """Return the parameters that a file's `surface` takes; refuse what is neither of the two."""
    if isinstance(made, Surface):
        return {}
    parameters = inspect.signature(made).parameters if inspect.isfunction(made) else {}
    defaults = {key: p.default for key, p in parameters.items()}
    if not inspect.isfunction(made) or any(type(v) not in (int, float) for v in defaults.values()):
        raise TrajvizError(
            f"{path} defines no `surface = Surface(...)`, and no function `surface` that returns "
            "one, its parameters having numbers as defaults"
        )
    return {key: float(value) for key, value in defaults.items()}


def _number(key: str, value: str, text: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise TrajvizError(f"{key}={value} in {text!r} is not a finite number")
    return number


def _plain(value: float) -> str:
    """Return a number as short as it can be without being another."""
    return f"{value:g}" if float(f"{value:g}") == value else repr(value)


def _try(surface: Surface) -> None:
    start = np.array([surface.start, surface.start])
    surface.value(start)
    surface.gradient(start)
    if surface.samples:
        surface.gradient(start, np.array([0, surface.samples - 1]))
    if surface.accuracy is not None:
        surface.accuracy(start[:, 0], start[:, 1])


@contextlib.contextmanager
def explained(path: Path, text: str = "") -> Iterator[None]:
    """Turn an exception into the file, the line and the cause, and what to do where it is known.

    What a definition refuses with parameters of the user's is said of these (`text`), not of it.
    """
    try:
        yield
    except (Exception, SystemExit) as error:
        if text and isinstance(error, TrajvizError):
            raise TrajvizError(f"{text!r}: {error}") from error
        hints = [f" ({hint})" for message, hint in _HINTS.items() if message in str(error)]
        where = f"{path}{_line_in(path, error)}"
        cause = f"{type(error).__name__}: {error}{''.join(hints)}"
        raise TrajvizError(f"{where}: {cause}") from error


def _line_in(path: Path, error: BaseException) -> str:
    """Return ", line N" for the deepest frame that lies in the file itself."""
    lines = [error.lineno] if isinstance(error, SyntaxError) and error.lineno else []
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path.resolve()):
            lines.append(trace.tb_lineno)
        trace = trace.tb_next
    return f", line {lines[-1]}" if lines else ""
