"""A trial of a problem's functions, before anything is made of them.

They are asked about one vector of weights and about three at once, and must say the same of each.
The gradient must agree with differences of the loss along a few directions.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from trajviz.surface import Floats, place_of
from trajviz.surface.code_error import CodeError, named_place, telling, tells
from trajviz.surface.problem import FUNCTIONS, Function, Problem

_STEP = 1e-3
"""How far differences go from the start, as a share of the size of the weights."""
_ROWS = 8
"""Over how many samples the functions are tried besides, of a problem over data."""


def tried_problem(problem: Problem, path: Path | None = None) -> Problem:
    """Return a problem whose functions tell file and line whenever they fail, after a trial.

    Args:
        problem: What a file defines, or what was made in Python; one that was tried is returned.
        path: The file as a message names it; None for the files that the functions are written in.

    Raises:
        TrajvizError: A function fails the trial, told with file and line.
    """
    if problem.recorded or tells(_own(problem.loss)):
        return problem
    given = {name: getattr(problem, name) for name in FUNCTIONS}
    told: dict[str, Any] = {
        name: Function(telling(_own(function), path))
        for name, function in given.items()
        if isinstance(function, Function)
    }
    problem = dataclasses.replace(problem, start=telling(problem.start, path), **told)
    misfit = next(_misfits(problem), None)
    if misfit is not None:
        raise CodeError(f"{named_place(place_of(misfit[0]), path)}: {misfit[1]}")
    return problem


def _own(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function as it was given to a problem."""
    return function.function if isinstance(function, Function) else function


def _misfits(problem: Problem) -> Iterator[tuple[Callable[..., Any], str]]:
    """Yield each function that fails the trial, and why."""
    start = np.asarray(problem.start(0))
    if start.shape != (problem.dimension,) or not np.isfinite(start).all():
        yield (
            problem.start,
            f"start returns shape {start.shape}, not {problem.dimension} finite numbers",
        )
    several = start + _scale(start) * np.linspace(0, 0.1, 3)[:, None]
    several.flags.writeable = False
    for name in FUNCTIONS:
        function = getattr(problem, name)
        if isinstance(function, Function):
            yield from _differing(name, function, several)
    if problem.samples:
        for name in ("loss", "gradient"):
            yield from _differing(name, getattr(problem, name), several, np.arange(2))
    yield from _false_slopes(problem, start)


def _scale(w: Floats) -> float:
    """Return how large weights are, for steps from them."""
    return float(np.abs(w).max() or 1.0)


def _differing(
    name: str, function: Function, several: Floats, rows: Any = None
) -> Iterator[tuple[Callable[..., Any], str]]:
    """Tell where the function says something else of many weights than of one, or of no shape."""
    arguments = (several, several) if name == "hessian_product" else (several,)
    shape = several.shape if name in ("gradient", "hessian_product") else several.shape[:1]
    together = function(*arguments, rows=rows)
    alone = [function(*(each[n] for each in arguments), rows=rows) for n in range(len(several))]
    for found, wanted in ((together, shape), (alone[0], shape[1:])):
        if found.shape != wanted:
            asked = several.shape if found is together else several.shape[1:]
            yield function, f"for weights of shape {asked} {name} returns shape {found.shape}"
            return
    if not np.allclose(together, alone, rtol=1e-6, atol=1e-9, equal_nan=True):
        yield function, f"{name} says something else of weights among others than of them alone"


def _false_slopes(problem: Problem, start: Floats) -> Iterator[tuple[Callable[..., Any], str]]:
    """Tell where the gradient is not the slope of the loss, as far as differences can tell."""
    rows = np.arange(min(problem.samples, _ROWS)) if problem.samples else None
    slopes = problem.gradient(start, rows)
    step = _STEP * _scale(start)
    for turn in range(3):
        v = np.cos(2.399963 * (turn + 1) * np.arange(1, problem.dimension + 1))
        v = v / np.linalg.norm(v)
        near, far = (
            (problem.value(start + h * v, rows) - problem.value(start - h * v, rows)) / (2 * h)
            for h in (step, 2 * step)
        )
        noise = 3e-7 * abs(problem.value(start, rows)) / step  # a model may compute in float32
        allowed = 1e-3 * (abs(near) + np.linalg.norm(slopes)) + 10 * abs(near - far) + noise
        if np.isfinite(near) and np.isfinite(far) and not abs(slopes @ v - near) <= allowed:
            yield (
                problem.gradient,
                f"gradient along one direction is {slopes @ v:.6g} at the start, where differences "
                f"of the loss are {near:.6g}",
            )
            return
