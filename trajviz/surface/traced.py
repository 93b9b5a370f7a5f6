"""A surface whose formula is traced: what a walk sees in its place, with the same numbers, sooner.

A formula keeps the dual numbers where a tape would not be it: where it asks for more than
operations, where it writes to what is not its own, and where the tape gives other numbers at any of
several points, alone or in company. Before each walk it is traced again. One that then does
something else, as where a constant of its module has been set, goes by dual numbers from there on.
"""

from __future__ import annotations

import dis
import functools
import inspect
from collections.abc import Iterator
from weakref import WeakKeyDictionary

import numpy as np

from trajviz.surface import Floats, Formula, Oracle, Points, Seen, Surface, product
from trajviz.surface.buffers import Runner
from trajviz.surface.compiled import Point, compiled, is_exact
from trajviz.surface.tape import Tape, record

FEW = 12
"""So many points are sooner computed one by one, where that rounds alike."""

_FLOAT64 = np.dtype(np.float64)
_WRITES = ("STORE_GLOBAL", "STORE_ATTR", "STORE_SUBSCR")
_SHARES = np.array([[0.31, 0.62], [0.83, 0.17], [0.0, 0.0], [0.5, 0.5], [1.0, 1.0]])
"""Where in the window tape and duals are compared, beside the start and some odd places."""
_ODD = [(0.0, 0.0), (1.0, 1.0), (-2.0, 0.5), (-1e200, 1e200), (np.inf, np.nan)]
_ALONE = 3
"""At how many of these points they are compared alone too."""


def traced(surface: Surface) -> Oracle:
    """Return what stands for a surface in one walk: its traced formula, else the surface.

    It has buffers of its own, so that walks may run side by side. Numpy's warnings are left to the
    caller to silence.
    """
    program = program_of(surface)
    if program is None or not program.is_of(surface.formula):
        return surface
    return Traced(surface, program)


def gradient_by(surface: Surface) -> str:
    """Return by what a surface's gradient is computed: "tape", "dual numbers" or "formula"."""
    if surface.gradient_formula is not None:
        return "formula"
    return "dual numbers" if program_of(surface) is None else "tape"


class Program:
    """A formula's tape, and those of its slopes, each made when it is first needed."""

    def __init__(self, tape: Tape) -> None:
        self.value = _Code(tape)

    @functools.cached_property
    def gradient(self) -> _Code:
        """The slopes by x and y."""
        return _Code(self.value.tape.gradient())

    @functools.cached_property
    def hessian(self) -> _Code:
        """The second derivatives, by x, xy, yx and y."""
        return _Code(self.value.tape.hessian())

    def is_of(self, formula: Formula) -> bool:
        """Tell whether a formula does now what it did when it was traced."""
        try:
            return _recorded(formula).says(self.value.tape)
        except Exception:  # whatever a user's code may raise; asked in earnest, it is told
            return False


class _Code:
    """A tape with its straight-line code, made when it is first needed."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape

    @functools.cached_property
    def at(self) -> Point:
        """The code."""
        return compiled(self.tape)

    @functools.cached_property
    def is_for_one(self) -> bool:
        """Whether one point alone may be computed by it."""
        return self.tape.is_for_one_point()

    @functools.cached_property
    def most(self) -> int:
        """How many points are sooner computed one by one."""
        return FEW if is_exact(self.tape) else 0


class Traced(Seen):
    """A surface as a walk sees it."""

    surface: Surface

    def __init__(self, surface: Surface, program: Program) -> None:
        self.surface, self.program = surface, program
        self.runners: dict[_Code, Runner] = {}

    def value(self, points: Points) -> Floats:
        """Return the heights, (..., 2) to (...)."""
        # One height is soon computed, and a power of an array without axes is not that of a number.
        found = None if points.ndim == 1 else self._results(self.program.value, points)
        return self.surface.value(points) if found is None else found.reshape(points.shape[:-1])

    def gradient(self, points: Points) -> Points:
        """Return the gradients, (..., 2) to (..., 2)."""
        code = self.program.gradient
        if points.ndim == 1 and points.dtype is _FLOAT64 and code.is_for_one:
            slopes = np.empty(2)  # filled one by one, sooner than made of two numbers
            slopes[0], slopes[1] = code.at(*points.tolist())
            return slopes
        found = self._results(code, points)
        if found is None:
            return self.surface.gradient(points)
        return found if points.ndim < 3 else found.reshape(points.shape)

    def hessian(self, points: Points) -> Floats:
        """Return the second derivatives, (..., 2) to (..., 2, 2)."""
        found = self._results(self.program.hessian, points)
        return self.surface.hessian(points) if found is None else found.reshape(*points.shape, 2)

    def hessian_product(self, points: Points, vectors: Points) -> Points:
        """Return the second derivatives times vectors, both (..., 2)."""
        return product(self.hessian(points), vectors)

    def _results(self, code: _Code, points: Points) -> Floats | None:
        """Return the results of a tape, (..., 2) to (n, results); None where it is not for them."""
        if points.dtype is not _FLOAT64:
            return None
        if points.ndim == 1:
            return np.array(code.at(*points.tolist()), _FLOAT64) if code.is_for_one else None
        if points.ndim > 2:
            points = points.reshape(-1, 2)
        if 0 < len(points) <= code.most:
            return np.array([code.at(x, y) for x, y in points.tolist()], _FLOAT64)
        if code not in self.runners:
            self.runners[code] = Runner(code.tape)
        return self.runners[code].run(points)


_PROGRAMS: WeakKeyDictionary[Surface, Program | None] = WeakKeyDictionary()


def program_of(surface: Surface) -> Program | None:
    """Return a surface's traced formula; None where dual numbers or a formula give its gradient."""
    try:
        if surface not in _PROGRAMS:
            _PROGRAMS[surface] = _agreeing(surface)
        return _PROGRAMS[surface]
    except TypeError:  # a formula may be an object that cannot be looked up
        return None


def _agreeing(surface: Surface) -> Program | None:
    """Trace a formula, and return what it is if that is the same at some points."""
    if surface.gradient_formula is not None or _writes(surface.formula):
        return None
    try:
        program = Program(_recorded(surface.formula))
        agrees = all(_agreements(surface, Traced(surface, program)))
    except Exception:  # whatever a user's code may raise; asked in earnest, it is told
        return None
    return program if agrees else None


def _recorded(formula: Formula) -> Tape:
    return record(lambda x, y: [formula(x, y)])


def _writes(formula: Formula) -> bool:
    """Tell whether a function's own code sets anything but its local variables."""
    function = inspect.unwrap(formula)
    code = getattr(function, "__code__", None) or getattr(function.__call__, "__code__", None)
    return code is not None and any(
        step.opname in _WRITES or (step.opname == "STORE_DEREF" and step.argval in code.co_freevars)
        for step in dis.get_instructions(code)
    )


def _agreements(surface: Surface, found: Traced) -> Iterator[bool]:
    window = surface.window
    places = np.array([window.x0, window.y0]) + _SHARES * window.extent
    points = np.array([surface.start, *places, *_ODD])
    with np.errstate(all="ignore"):
        for some in (points, *points[:_ALONE]):
            yield np.array_equal(found.gradient(some), surface.gradient(some), equal_nan=True)
            yield np.array_equal(found.value(some), surface.value(some), equal_nan=True)
