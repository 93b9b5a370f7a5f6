"""A tape as straight-line JavaScript for one point."""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from trajviz.files.live.javascript import (
    CALLS,
    INFIXES,
    TELLS,
    UNARY,
    Code,
    call,
    choice,
    denied,
    infix,
    negative,
    number,
)
from trajviz.files.live.loops import Loop, find_loop
from trajviz.files.live.steps import Steps
from trajviz.files.live.values import UntranslatableError
from trajviz.frozen import dataclass
from trajviz.surface.tape import OPERATIONS

_LONGEST = 120
"""Expressions longer than this get names."""
_OF_FLOATS = ("%", "//", "**", "remainder", "floor_divide", "power", "float_power", "reciprocal")
"""What numpy does otherwise with whole numbers than with floats."""

Floats: TypeAlias = npt.NDArray[np.float64]
Finish: TypeAlias = Callable[[Sequence[str]], str]
"""Returns a function's last statement, given its results."""


@dataclass(frozen=True)
class Body:
    """The statements of a function.

    Attributes:
        text: Themselves.
        table: The numbers that they read as `$NAME[k]`, with NAME that of the function; or none.
    """

    text: str
    table: Floats


def straight(
    steps: Steps, name: str, finish: Finish, constants: Sequence[Code] | None = None
) -> Body:
    """Return the statements that compute the results of x and y.

    Args:
        steps: What is computed.
        name: The function's name.
        finish: Returns the last statement, given the results.
        constants: What stands for each number; default itself.

    Raises:
        UntranslatableError: There is an operation that JavaScript has not.
    """
    loop = find_loop(steps) if constants is None else None
    writer = _Straight(steps, constants or [*map(number, steps.numbers)])
    if loop is None:
        writer.write(range(2, len(steps.operations)))
        return Body(writer.finished(finish), np.empty(0))
    writer.write(range(2, loop.start))
    table = _Round(writer, loop, name).write()
    writer.write(range(loop.end, len(steps.operations)))
    return Body(writer.finished(finish), table)


class _Straight:
    """Writes steps.

    Attributes:
        codes: The expression for each step so far.
        lines: The statements so far, which give names to what is used more than once.
    """

    def __init__(self, steps: Steps, constants: Sequence[Code]) -> None:
        self.steps, self.constants = steps, constants
        self.uses = Counter(place for _, operands in steps.operations for place in operands)
        self.uses.update(steps.outputs)
        self.codes = {0: Code("x"), 1: Code("y")}
        self.lines: list[str] = []

    def write(self, places: Iterable[int]) -> None:
        for place in places:
            operation, operands = self.steps.operations[place]
            code = checked(self.steps, operation, operands, [*map(self.operand, operands)])
            is_named = self.uses[place] > 1 or len(code.text) > _LONGEST
            self.codes[place] = self.named(place, code) if is_named else code

    def named(self, place: int, code: Code) -> Code:
        self.lines.append(f"const v{place} = {code.text};")
        return Code(f"v{place}")

    def finished(self, finish: Finish) -> str:
        return "\n".join([*self.lines, finish([*map(self.result, self.steps.outputs)])])

    def operand(self, operand: int) -> Code:
        return self.codes[operand] if operand >= 0 else self.constants[~operand]

    def result(self, operand: int) -> str:
        code = self.operand(operand)
        is_truth = self.steps.type_of(operand) == np.bool_
        return f"+{code.within(UNARY)}" if is_truth else code.text


class _Round:
    """Writes a loop: its first round, with what differs from round to round.

    Attributes:
        kept: The steps whose results the next round takes, or who comes after the loop.
    """

    def __init__(self, writer: _Straight, loop: Loop, name: str) -> None:
        self.writer, self.loop, self.name, self.steps = writer, loop, name, writer.steps
        self.places = range(loop.start, loop.start + loop.period)
        self.columns: list[list[float]] = []
        after = {p for _, o in self.steps.operations[loop.end :] for p in o} | {*self.steps.outputs}
        shift = loop.end - loop.start - loop.period
        self.first = {
            operand + loop.period: operand
            for step, place, operand in self._operands()
            if loop.is_before(step, place, operand)
        }
        self.kept = sorted({*self.first, *(p for p in self.places if p + shift in after)})
        self.uses = Counter(operand for _, _, operand in self._operands())

    def _operands(self) -> Iterator[tuple[int, int, int]]:
        for step in self.places:
            for place, operand in enumerate(self.steps.operations[step][1]):
                yield step, place, operand

    def write(self) -> Floats:
        """Write the loop, and return the numbers that it reads."""
        writer, loop = self.writer, self.loop
        before, writer.lines = writer.lines, []
        for place in self.places:
            self._step(place)
        inside, writer.lines = writer.lines, before
        width = max(len(self.columns), 1)
        writer.lines += [f"let {self._start(place)};" for place in self.kept]
        writer.lines.append(f"for (let k = 0; k < {loop.rounds * width}; k += {width}) {{")
        writer.lines += [*inside, *(f"r{p} = v{p};" for p in self.kept), "}"]
        for place in self.kept:
            writer.codes[place + loop.end - loop.start - loop.period] = Code(f"r{place}")
        return np.array(self.columns).T.ravel()

    def _start(self, place: int) -> str:
        """Return what a result is before the first round."""
        first = self.first.get(place)
        return f"r{place}" if first is None else f"r{place} = {self.writer.operand(first).text}"

    def _step(self, place: int) -> None:
        operation, operands = self.steps.operations[place]
        codes = [self._operand(place, k, operand) for k, operand in enumerate(operands)]
        code = checked(self.steps, operation, operands, codes)
        is_named = place in self.kept or self.uses[place] > 1 or len(code.text) > _LONGEST
        self.writer.codes[place] = self.writer.named(place, code) if is_named else code

    def _operand(self, step: int, place: int, operand: int) -> Code:
        if operand < 0:
            return self._number(step, place)
        if self.loop.is_before(step, place, operand):
            return Code(f"r{operand + self.loop.period}")
        return self.writer.codes[operand]

    def _number(self, step: int, place: int) -> Code:
        """Return a number, or where in the table each round finds its own."""
        steps = range(step, self.loop.end, self.loop.period)
        numbers = [self.steps.numbers[~self.steps.operations[s][1][place]] for s in steps]
        if len({*map(repr, numbers)}) == 1:
            return number(numbers[0])
        if numbers not in self.columns:
            self.columns.append(numbers)
        at = self.columns.index(numbers)
        return Code(f"${self.name}[k + {at}]" if at else f"${self.name}[k]")


def checked(steps: Steps, operation: str, operands: Sequence[int], codes: Sequence[Code]) -> Code:
    """Return an operation; refuse what numpy does its own way with truth values or integers."""
    types = [steps.type_of(operand) for operand in operands]
    if operation not in ("float", "where") and OPERATIONS[operation] not in TELLS:
        sign = INFIXES.get(OPERATIONS[operation])
        of_truths = operation in ("~", "invert") or (sign is not None and sign.of_truths)
        truths = [one == np.bool_ for one in types]
        fits = all(truths) if of_truths else not all(truths)
        if not fits or (operation in _OF_FLOATS and all(one.kind in "biu" for one in types)):
            raise UntranslatableError(f"{operation} of {', '.join(map(str, types))}")
    return written(operation, codes)


def written(operation: str, operands: Sequence[Code]) -> Code:
    """Return an operation of a tape on single numbers."""
    means = OPERATIONS.get(operation)
    if operation == "float":
        return call("Number", *operands)
    if means is operator.pow and operands[1] == number(2):
        return call("$square", operands[0])
    if means in INFIXES:
        return infix(INFIXES[means], *operands)
    if means is np.where:
        return choice(*operands)
    if means in (operator.neg, np.negative):
        return negative(*operands)
    if means in (operator.invert, np.invert):
        return denied(*operands)
    name = TELLS.get(means) or CALLS.get(means)
    if name is None:
        raise UntranslatableError(f"the formula's {operation}")
    return call(name, *operands)


def parameters(tables: Sequence[Sequence[float]]) -> tuple[list[Code], Floats]:
    """Return what stands for numbers that may differ each time.

    Args:
        tables: The numbers of one time after another, (times, numbers).

    Returns:
        The expression for each number, itself where it is always the same, else `$c[o + k]`; and
        the numbers that differ, (times, k).
    """
    columns = np.array(tables, dtype=np.float64).T
    places: dict[bytes, int] = {}
    codes, kept = list[Code](), list[Floats]()
    for column in columns:
        bits = column.tobytes()
        if bits == column[:1].tobytes() * len(column):
            codes.append(number(column[0]))
            continue
        if bits not in places:
            places[bits] = len(kept)
            kept.append(column)
        codes.append(Code(f"$c[o + {places[bits]}]"))
    return codes, np.array(kept).reshape(len(kept), columns.shape[1]).T
