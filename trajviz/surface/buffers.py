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

CHUNK = 4096
"""How many points are computed at once."""

Floats: TypeAlias = npt.NDArray[np.float64]
_Numbers: TypeAlias = npt.NDArray[Any]


class Runner:
    """Runs a tape over arrays of points. It has buffers of its own, so each thread needs one."""

    def __init__(self, tape: Tape) -> None:
        self.tape, self.bound = tape, dict[int, _Buffers]()

    def run(self, points: Floats) -> Floats:
        """Return the results at points, (n, 2), as (n, results)."""
        found = np.empty((len(points), len(self.tape.outputs)))
        if len(points) <= CHUNK:
            self._buffers(len(points)).run(points, found)
            return found
        for first in range(0, len(points), CHUNK):
            some = slice(first, first + CHUNK)
            self._buffers(len(points[some])).run(points[some], found[some])
        return found

    def _buffers(self, count: int) -> _Buffers:
        if count not in self.bound:
            if len(self.bound) > 4:  # for one who asks about ever other numbers of points
                self.bound.clear()
            self.bound[count] = _Buffers(self.tape, count)
        return self.bound[count]


class _Buffers:
    """A tape bound to buffers for so many points."""

    def __init__(self, tape: Tape, count: int) -> None:
        self.x, self.y = np.empty(count), np.empty(count)
        self.calls: list[Callable[[], Any]] = []
        values: list[Any] = [self.x, self.y]
        types, spare = tape.types(), defaultdict[np.dtype[Any], list[_Numbers]](list)
        finished = _finished(tape)
        for place, (operation, operands) in enumerate(tape.nodes[2:], start=2):
            if operation == "number":
                values.append(operands[0])
                continue
            pool = spare[types[place]]
            values.append(pool.pop() if pool else np.empty(count, types[place]))
            given = [values[each] for each in operands]
            self.calls.append(functools.partial(_filling(operation, given), values[place]))
            for each in finished[place]:
                spare[types[each]].append(values[each])
        self.results = [values[place] for place in tape.outputs]

    def run(self, points: Floats, found: Floats) -> None:
        """Write the results at points, (count, 2), into an array, (count, results)."""
        self.x[...], self.y[...] = points[:, 0], points[:, 1]
        for call in self.calls:
            call()
        for column, result in enumerate(self.results):
            found[:, column] = result


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


def _filling(operation: str, given: Sequence[Any]) -> Callable[[_Numbers], Any]:
    """Return what puts the result of an operation on given operands into an array."""
    if operation == "where":
        return functools.partial(_choose, *given)
    if operation == "**":  # to Python's sign a few powers are no np.power
        two = isinstance(given[1], (int, float)) and given[1] == 2
        return functools.partial(np.square, given[0]) if two else _copying(operator.pow, given)
    function = SIGNS.get(operation) or OPERATIONS[operation]
    # Two of numpy's functions warn of an array for the result that has no name.
    if not isinstance(function, np.ufunc) or function in (np.maximum, np.minimum):
        return _copying(function, given)
    return functools.partial(function, *_ready(given))


def _ready(given: Sequence[Any]) -> Sequence[Any]:
    """Return operands with arrays for numbers, which numpy is slow to read, if that is the same."""
    arrays = [one for one in given if isinstance(one, np.ndarray)]
    if any(one.dtype != np.float64 for one in arrays):
        return given
    return [np.asarray(one, dtype=np.float64) for one in given]


def _choose(here: _Numbers, first: Number, second: Number, into: _Numbers) -> None:
    np.copyto(into, second)
    np.copyto(into, first, where=here)


def _copying(function: Callable[..., _Numbers], given: Sequence[Any]) -> Callable[[_Numbers], None]:
    def copy(into: _Numbers) -> None:
        into[...] = function(*given)

    return copy
