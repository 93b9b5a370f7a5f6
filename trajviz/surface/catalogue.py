"""Find a surface or a problem: by its name, by the path of a file, by a formula.

`surfaces/` is a folder of definition files, not a package: they are loaded by path, so that a
user's file and a built-in one go through the same door.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from trajviz.errors import TrajvizError, shown, unknown
from trajviz.surface import Formula, Surface, Window, check_point, check_window, name_of
from trajviz.surface.code_error import tried
from trajviz.surface.data_files import GRIDS
from trajviz.surface.definition import Subject, defines_problem, read_definition
from trajviz.surface.formula import is_of_x_alone, looks_like_formula, read_formula
from trajviz.surface.framing import SPAN, framed
from trajviz.surface.problem import Problem
from trajviz.surface.problem_trial import tried_problem
from trajviz.untrusted import user_path

_PACKAGE = Path(__file__).parents[1]
_Subject = TypeVar("_Subject", Surface, Problem)


@functools.cache
def folder() -> Path:
    """Return the catalogue's folder: inside an installed package, beside it in a checkout."""
    for candidate in (_PACKAGE / "surfaces", _PACKAGE.parent / "surfaces"):
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError(f"no folder of surfaces in {_PACKAGE} or beside it")


def surface_names() -> list[str]:
    """Return the names of the surfaces in the catalogue, sorted, with hyphens."""
    return [name for name, is_problem in _names_in(folder()) if not is_problem]


def problem_names() -> list[str]:
    """Return the names of the problems in d dimensions, sorted, with hyphens."""
    return [name for name, is_problem in _names_in(folder()) if is_problem]


def subject_names() -> list[str]:
    """Return the names of all of these, sorted: what can be raced on."""
    return [name for name, _ in _names_in(folder())]


@functools.cache
def _names_in(place: Path) -> tuple[tuple[str, bool], ...]:
    """Return what each file of a folder is called, and whether it defines a problem."""
    files = place.glob("[!_]*.py")
    return tuple(sorted((path.stem.replace("_", "-"), defines_problem(path)) for path in files))


def load_subject(
    subject: str | Path | Surface | Problem | Formula,
    start: Sequence[float] | None = None,
    window: Sequence[float] | None = None,
) -> Subject:
    """Return the surface or the problem of this name or file, or what `load_surface` takes.

    Args:
        subject: One of `problem_names()`, with parameters or without, as in
            "logistic-regression:d=50"; the path of a file that sets `problem = Problem(...)`; a
            Problem; or whatever `load_surface` takes. The functions of a Problem are tried first,
            and tell file and line whenever they fail.
        start: As `load_surface` takes it; a problem has a start of its own. A function of one
            variable takes one number, and a formula in x alone that has two is a valley.
        window: As there; a problem is seen on the plane of its paths.

    Raises:
        TrajvizError: As `load_surface` does.
    """
    if isinstance(subject, Problem):
        return _called(tried_problem(subject), subject.loss, "f(w)")
    if isinstance(subject, (str, Path)):
        text = str(subject)
        found = None if text.lower().endswith(GRIDS) else find_definition(text)
        if found is not None:
            return read_definition(*found, text)
    return _curve(subject, start, window) or load_surface(subject, start, window)


def _curve(
    subject: str | Path | Surface | Formula,
    start: Sequence[float] | None,
    window: Sequence[float] | None,
) -> Problem | None:
    """Return the problem of a formula in x alone or of a function of one argument; else None."""
    if start is not None and len(start) > 1:
        return None
    if isinstance(subject, (str, Path)):
        text = str(subject)
        if text.lower().endswith(GRIDS) or not is_of_x_alone(text):
            return None
        from trajviz.surface.curve import problem_of_curve  # most races have two variables

        shown = " ".join(text.split())
        of_x = _provisional(read_formula(text), None, window)
        return dataclasses.replace(problem_of_curve(of_x, start, window), name=shown, title=shown)
    if isinstance(subject, Surface) or not callable(subject):
        return None
    from trajviz.surface.curve import OfX, problem_of_curve, takes_one

    if not takes_one(subject):
        return None
    of_x = tried(_provisional(OfX(subject), None, window))
    return _called(problem_of_curve(of_x, start, window), subject, "f(x)")


def load_surface(
    surface: str | Path | Surface | Formula,
    start: Sequence[float] | None = None,
    window: Sequence[float] | None = None,
) -> Surface:
    """Return the surface of this name, of this file, of this formula or of this function.

    A .py file is Python that runs, so load only files you trust. A grid, .npz or .csv, is
    nothing but numbers.

    Args:
        surface: One of `surface_names()`, hyphens or underscores; the path of a definition file, or
            of a grid; a formula in x and y, such as "x**2 + 20*y**2"; a function of x and y, in
            numpy's arithmetic; or a Surface. A name and the path of a definition may carry
            parameters, as in "rosenbrock:b=10". A function, or the functions of a Surface, are
            tried first, and tell file and line whenever they fail.
        start: X, Y: where a race on a formula or function begins; default None, a place that is
            found. A surface of the catalogue or of a file says its own.
        window: X0, X1, Y0, Y1: where a formula or function is looked at; default None, a window
            that is found. As with `start`, other surfaces say their own.

    Raises:
        TrajvizError: The name is unknown, the file is missing, fails or defines no surface, the
            surface does not take the parameters, the formula cannot be read, a function fails its
            trial, or it is none of all these.
    """
    if isinstance(surface, Surface):
        return _named(tried(surface))
    if not isinstance(surface, (str, Path)):
        return _of_function(surface, start, window)
    text = str(surface)
    if text.lower().endswith(GRIDS):
        from trajviz.surface.grid import read_grid  # which most races have no use for

        return read_grid(user_path(text))
    found = find_definition(text)
    if found is not None:
        return _drawable(read_definition(*found, text), text)
    shaped = framed(read_formula(text), start, window)
    shown = " ".join(text.split())
    return dataclasses.replace(shaped, name=shown, title=shown)


def _drawable(subject: Subject, text: str) -> Surface:
    """Return a surface; refuse a problem where two dimensions are needed."""
    if isinstance(subject, Problem):
        raise TrajvizError(
            f"{text!r} is a problem in {subject.dimension} dimensions, and this needs a surface of "
            "two: see trajviz list surfaces"
        )
    return subject


def name_or_subject(
    surface: str | Path | Surface | Problem | Formula,
    start: Sequence[float] | None,
    window: Sequence[float] | None,
) -> tuple[str, Subject | None]:
    """Return what a recipe calls a surface or a problem, and itself where no recipe can name it.

    Args:
        surface: As `load_subject` takes it.
        start: As there.
        window: As there.

    Raises:
        TrajvizError: It is neither.
    """
    if isinstance(surface, (str, Path)):
        return str(surface), None
    return "", load_subject(surface, start, window)


def name_or_surface(
    surface: str | Path | Surface | Formula,
    start: Sequence[float] | None,
    window: Sequence[float] | None,
) -> tuple[str, Surface | None]:
    """Return what a recipe calls a surface, and the surface itself where no recipe can name it.

    Args:
        surface: As `load_surface` takes it.
        start: As there.
        window: As there.

    Raises:
        TrajvizError: It is no surface.
    """
    if isinstance(surface, (str, Path)):
        return str(surface), None
    return "", load_surface(surface, start, window)


def _of_function(
    thing: Formula, start: Sequence[float] | None, window: Sequence[float] | None
) -> Surface:
    """Return the surface of a function of x and y, called by the function's name."""
    if not callable(thing) or isinstance(thing, type):
        raise TrajvizError(
            f"{shown(thing)} is no surface: give a name, a formula in x and y, the path of a file, "
            "a function of x and y, or a Surface"
        )
    formula = tried(_provisional(thing, start, window)).formula
    return _named(framed(formula, start, window))


def _named(surface: Surface) -> Surface:
    """Return a surface with name and title, those of its formula where it has none."""
    return _called(surface, surface.formula, "f(x, y)")


def _called(subject: _Subject, function: Callable[..., Any], otherwise: str) -> _Subject:
    """Return a subject with name and title, those of a function where it has none.

    Args:
        subject: A surface or a problem.
        function: Its formula or its loss.
        otherwise: What it is called where the function has no name either.
    """
    name = name_of(function)
    name = otherwise if name == "<lambda>" else name.strip("_").replace("_", "-")
    title = name if "(" in name else name.replace("-", " ").capitalize()
    if subject.name and subject.title:
        return subject
    return dataclasses.replace(subject, name=subject.name or name, title=subject.title or title)


def _provisional(
    thing: Formula, start: Sequence[float] | None, window: Sequence[float] | None
) -> Surface:
    """Return the surface on which a function is tried before anything is looked for on it."""
    view = Window(-SPAN, SPAN, -SPAN, SPAN) if window is None else check_window(window)
    if start is None:
        return Surface(thing, view, ((view.x0 + view.x1) / 2, (view.y0 + view.y1) / 2))
    begin = check_point(start)
    return Surface(thing, view.including(*begin), begin)


def find_definition(text: str) -> tuple[Path, dict[str, str]] | None:
    """Return the file that a surface is in, and the parameters given, as typed. Nothing is run.

    Args:
        text: A name, a path or a formula, as `load_surface` takes it.

    Returns:
        The file and the parameters by name; None for a formula.

    Raises:
        TrajvizError: The name is unknown, or the file is missing.
    """
    path, rest = _path(text)
    if path is not None:
        if not path.is_file():
            raise TrajvizError(f"no surface file {text!r}")
        return path, _settings(rest, text)
    name, colon, rest = text.partition(":")
    built_in = _built_in(name)
    if built_in is not None:
        return built_in, _settings(colon + rest, text)
    if not looks_like_formula(text):
        raise unknown("surface", name if colon else text, subject_names())
    return None


def _built_in(name: str) -> Path | None:
    """Return the file of the catalogue that has a name; the others are not looked at."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,99}", name):
        return None
    path = folder() / f"{name.replace('-', '_')}.py"
    return path if path.is_file() else None


def _path(text: str) -> tuple[Path | None, str]:
    """Return the path of a file, if the text begins with one, and what follows it."""
    if text.endswith(".py") or text.lower().endswith(GRIDS):
        return user_path(text), ""
    path, found, rest = text.rpartition(".py:")
    return (user_path(f"{path}.py"), f":{rest}") if found else (None, "")


def _settings(rest: str, text: str) -> dict[str, str]:
    """Return what `:key=value,key=value` says."""
    given: dict[str, str] = {}
    for item in rest[1:].split(",") if rest else ():
        key, _, value = (part.strip() for part in item.partition("="))
        if not (key and value):
            raise TrajvizError(f"parameter {item!r} in {text!r} is not key=value")
        if key in given:
            raise TrajvizError(f"parameter {key!r} is given twice in {text!r}")
        given[key] = value
    return given
