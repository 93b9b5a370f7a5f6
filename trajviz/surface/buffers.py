"""A tape run over arrays of points, with the bits of `Tape.run`.

Each node is a call of a numpy function whose result goes into a buffer. A buffer serves another
node as soon as nobody needs its numbers. Few buffers, and no more points at once than CHUNK, stay
in the processor's cache.
"""

from __future__ import annotations

import functools
import operator
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from trajviz.surface.dual_number import Number
from trajviz.surface.tape import OPERATIONS, SIGNS, Tape

CHUNK = 2048
"""How many points are computed at once."""

_Numbers: TypeAlias = npt.NDArray[Any]


class Runner:
    """Runs a tape over arrays of points. It has buffers of its own, so each thread needs one."""

    def __init__(self, tape: Tape) -> None:
        self.tape, self.bound = tape, dict[int, Buffers]()

    def run(self, points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the results at points, (n, 2), as (n, results)."""
        found = np.empty((len(points), len(self.tape.outputs)))
        for first in range(0, len(points), CHUNK):
            some = slice(first, first + CHUNK)
            results = self._buffers(len(points[some])).run(points[some])
            for column, result in enumerate(results):
                found[some, column] = result
        return found

    def _buffers(self, count: int) -> Buffers:
        if count not in self.bound:
            if len(self.bound) > 4:  # one who asks about ever other numbers of points
                self.bound.clear()
            self.bound[count] = Buffers(self.tape, count)
        return self.bound[count]


class Buffers:
    """A tape bound to buffers for so many points."""

    def __init__(self, tape: Tape, count: int) -> None:
        self.x, self.y = np.empty(count), np.empty(count)
        self.calls: list[Callable[[], Any]] = []
        values: list[Any] = [self.x, self.y]
        types, spare = tape.types(), defaultdict[Any, list[_Numbers]](list)
        finished = _finished(tape)
        for place, (operation, operands) in enumerate(tape.nodes[2:], start=2):
            if operation == "number":
                values.append(operands[0])
                continue
            pool = spare[types[place]]
            values.append(pool.pop() if pool else np.empty(count, types[place]))
            given = [values[each] for each in operands]
            self.calls.append(functools.partial(_filling(operation, given), *given, values[place]))
            for each in finished[place]:
                spare[types[each]].append(values[each])
        self.results = [values[place] for place in tape.outputs]

    def run(self, points: npt.NDArray[np.float64]) -> Sequence[Number]:
        """Return the results at points, (count, 2), which last until the next run.

        Each is an array, (count,), or one number for all.
        """
        self.x[...], self.y[...] = points[:, 0], points[:, 1]
        for call in self.calls:
            call()
        return self.results


def _finished(tape: Tape) -> dict[int, list[int]]:
    """Return after which node whose numbers are needed no more."""
    last: dict[int, int] = {}
    for reader, node in enumerate(tape.nodes):
        if node.operation != "number":
            last.update(dict.fromkeys(node.operands, reader))
    finished = defaultdict[int, list[int]](list)
    for place in last.keys() - {0, 1, *tape.outputs}:
        if tape.nodes[place].operation != "number":
            finished[last[place]].append(place)
    return finished


def _filling(operation: str, given: Sequence[Any]) -> Callable[..., Any]:
    """Return an operation that takes, as its last argument, the array that its result goes into."""
    if operation == "where":
        return _choose
    if operation == "**":  # to Python's sign a few powers are no np.power
        two = isinstance(given[1], (int, float)) and given[1] == 2
        return _square if two else functools.partial(_copy, operator.pow)
    function = SIGNS.get(operation) or OPERATIONS[operation]
    # Two of numpy's functions warn of an array for the result that has no name.
    takes_array = isinstance(function, np.ufunc) and function not in (np.maximum, np.minimum)
    return function if takes_array else functools.partial(_copy, function)


def _square(base: _Numbers, _two: Number, into: _Numbers) -> None:
    np.square(base, into)


def _choose(here: _Numbers, first: Number, second: Number, into: _Numbers) -> None:
    np.copyto(into, second)
    np.copyto(into, first, where=here)


def _copy(function: Callable[..., _Numbers], *arguments: Any) -> None:
    *given, into = arguments
    into[...] = function(*given)
