"""A mistake in a user's code, told with file and line: in a file that is run, or in an object.

A surface that a user made, in a file or as an object of Python, is tried before anything is made of
it, and its functions tell where they are written whenever they fail later.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from trajviz.errors import TrajvizError
from trajviz.surface import Surface, code_of, place_of
from trajviz.surface.probe import find_misfit
from trajviz.untrusted import real_path

FILE_MODULE = "trajviz_file_"
"""How the module of a file that is run is called, before the file's own name."""
_HINTS = {
    "truth value of an array": "a formula works on arrays of points: in place of if, and, or, use "
    "numpy's maximum, minimum or abs",
    "read-only": "a formula leaves x and y as they are: write x = x + 1, not x += 1",
    "Python scalar": "a formula works on arrays of points: in place of math's functions, use "
    "numpy's (np.sin)",
    "is out of bounds in dimension": "numbers on a grid are a surface without any code: save x, y "
    "and z as .npz, and give that file",
}
"""What to do about an error of numpy's or scipy's, by words of its message."""
_FUNCTIONS = ("formula", "gradient_formula", "accuracy")
"""The fields of a surface that are a user's code."""
_TELLS = "__tells_its_place__"
"""What marks a function that tells file and line already."""


class CodeError(TrajvizError):
    """A mistake in a user's code, told with file and line."""


def tried(surface: Surface, path: Path | None = None) -> Surface:
    """Return a surface whose functions tell file and line whenever they fail, after a trial.

    Args:
        surface: What a file defines, or what was made in Python; one that was tried is returned.
        path: The file as a message names it; None for the files that the functions are written in.

    Raises:
        TrajvizError: A function fails the trial, told with file and line.
    """
    functions = {name: f for name in _FUNCTIONS if (f := getattr(surface, name)) is not None}
    told: dict[str, Any] = {name: telling(f, path) for name, f in functions.items()}
    if all(told[name] is functions[name] for name in told):
        return surface
    surface = dataclasses.replace(surface, **told)
    _try(surface, path)
    return surface


def _try(surface: Surface, path: Path | None) -> None:
    """Raise TrajvizError, with file and line, where a surface's functions fail their trial."""
    try:
        found = find_misfit(surface)
    except CodeError:
        raise
    except TrajvizError as error:  # of ours, about what a function has returned
        found = surface.gradient_formula or surface.formula, str(error)
    if found is not None:
        place, message = place_of(found[0]), found[1]
        raise CodeError(f"{named_place(place, path)}: {message.removeprefix(f'{place}: ')}")


def named_place(place: str, path: Path | None) -> str:
    """Return a place as "FILE, line N", the file as the user wrote it."""
    if path is None:
        return place
    line = place.removeprefix(f"{real_path(path)}")
    return f"{path}{line}" if line.startswith(", ") else f"{path}"


def telling(function: Callable[..., Any], path: Path | None = None) -> Callable[..., Any]:
    """Return a function that tells file and line whenever it fails.

    Args:
        function: Any, perhaps one that tells them already.
        path: The file as a message names it; None for that in which the function is written.
    """
    if tells(function):
        return function
    name, file = _file_of(function, path)

    @functools.wraps(function, updated=())
    def told(*args: Any, **options: Any) -> Any:
        try:
            return function(*args, **options)
        except CodeError:
            raise
        except Exception as error:
            raise _explanation(name, file, error) from error

    setattr(told, _TELLS, True)
    return told


def tells(function: Callable[..., Any]) -> bool:
    """Tell whether a function tells file and line already."""
    return hasattr(function, _TELLS)


def _file_of(function: Callable[..., Any], path: Path | None) -> tuple[str, str]:
    """Return the file of a function, as a message names it and as a traceback does."""
    if path is not None:
        return str(path), str(real_path(path))
    code = code_of(function)
    file = code.co_filename if code else place_of(function)
    return file, file


@contextlib.contextmanager
def explained_in(function: Callable[..., Any]) -> Iterator[None]:
    """Turn an exception in a user's function into a TrajvizError that says file, line and cause."""
    try:
        yield
    except TrajvizError:
        raise
    except Exception as error:
        raise _explanation(*_file_of(function, None), error) from error


@contextlib.contextmanager
def explained(path: Path, text: str = "") -> Iterator[None]:
    """Turn an exception into a TrajvizError that says file, line and cause.

    Where the way out is known, the message adds it.

    Args:
        path: The file that is run.
        text: How the user wrote path and parameters, where parameters were given; default "". When
            the file then raises a TrajvizError, the parameters are at fault: the message quotes
            this text, and no line of the file.
    """
    try:
        yield
    except CodeError:
        raise
    except (Exception, SystemExit) as error:
        if text and isinstance(error, TrajvizError):
            raise TrajvizError(f"{text!r}: {error}") from error
        raise _explanation(str(path), str(real_path(path)), error) from error


def _explanation(name: str, file: str, error: BaseException) -> CodeError:
    """Return the error that says file, line and cause, and the way out where it is known."""
    hints = [f" ({hint})" for message, hint in _HINTS.items() if message in str(error)]
    cause = f"{type(error).__name__}: {error}{''.join(hints)}"
    return CodeError(f"{name}{_line_in(file, error)}: {cause}")


def own_line(error: BaseException) -> str:
    """Return "FILE, line N: " for the deepest frame in a user's file or notebook, or ""."""
    place, trace = "", error.__traceback__
    while trace is not None:
        module = str(trace.tb_frame.f_globals.get("__name__"))
        if module == "__main__" or module.startswith(FILE_MODULE):
            place = f"{trace.tb_frame.f_code.co_filename}, line {trace.tb_lineno}: "
        trace = trace.tb_next
    return place


def _line_in(file: str, error: BaseException) -> str:
    """Return ", line N" for the deepest frame that lies in the file itself."""
    lines = [error.lineno] if isinstance(error, SyntaxError) and error.lineno else []
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            lines.append(trace.tb_lineno)
        trace = trace.tb_next
    return f", line {lines[-1]}" if lines else ""
