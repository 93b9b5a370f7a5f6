"""A tape as straight-line JavaScript for one point."""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

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
from trajviz.files.live.values import UntranslatableError
from trajviz.frozen import dataclass
from trajviz.surface.tape import OPERATIONS, Tape

_LONGEST = 120
"""Expressions longer than this get names."""
_OF_FLOATS = ("%", "//", "**", "remainder", "floor_divide", "power", "float_power", "reciprocal")
"""What numpy does otherwise with whole numbers than with floats."""

Floats: TypeAlias = npt.NDArray[np.float64]
Dtype: TypeAlias = np.dtype[Any]
Finish: TypeAlias = Callable[[Sequence[str]], str]
"""Returns a function's last statement, given its results."""


@dataclass(frozen=True)
class Steps:
    """A tape without its numbers.

    An operand that is not negative is the place of a step, 0 and 1 being x and y. The others count
    the numbers: -1 is the first one, -2 the second.

    Attributes:
        operations: Each step's operation and its operands.
        outputs: The operands that are the results.
        types: The type of each step's value.
        numbers: The numbers in the order in which they are used, each as often as it is.
    """

    operations: tuple[tuple[str, tuple[int, ...]], ...]
    outputs: tuple[int, ...]
    types: tuple[Dtype, ...]
    numbers: tuple[float, ...]

    @classmethod
    def of(cls, tape: Tape) -> Steps:
        """Return a tape's steps."""
        types, numbers = tape.types(), list[float]()
        places: dict[int, int] = {}

        def operand(place: int) -> int:
            if tape.nodes[place].operation != "number":
                return places[place]
            numbers.append(tape.nodes[place].operands[0])
            return -len(numbers)

        operations: list[tuple[str, tuple[int, ...]]] = []
        for place, node in enumerate(tape.nodes):
            if node.operation == "number":
                continue
            places[place] = len(operations)
            operands = tuple(map(operand, node.operands)) if place > 1 else ()
            operations.append((node.operation, operands))
        outputs = tuple(map(operand, tape.outputs))
        kinds = tuple(types[place] for place in places)
        return cls(
            operations=tuple(operations), outputs=outputs, types=kinds, numbers=tuple(numbers)
        )

    def type_of(self, operand: int) -> Dtype:
        """Return the type of an operand."""
        return self.types[operand] if operand >= 0 else np.asarray(self.numbers[~operand]).dtype


def straight(steps: Steps, finish: Finish, constants: Sequence[Code] | None = None) -> str:
    """Return the statements that compute the results of x and y.

    Args:
        steps: What is computed.
        finish: Returns the last statement, given the results.
        constants: What stands for each number; default itself.

    Raises:
        UntranslatableError: There is an operation that JavaScript has not.
    """
    return _Straight(steps, constants or [*map(number, steps.numbers)]).text(finish)


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
        self.codes, self.lines = [Code("x"), Code("y")], list[str]()

    def text(self, finish: Finish) -> str:
        for operation, operands in self.steps.operations[2:]:
            self.check(operation, operands)
            code = written(operation, [*map(self.operand, operands)])
            self.codes.append(self.kept(code))
        results = [*map(self.result, self.steps.outputs)]
        return "\n".join([*self.lines, finish(results)])

    def operand(self, operand: int) -> Code:
        return self.codes[operand] if operand >= 0 else self.constants[~operand]

    def result(self, operand: int) -> str:
        code = self.operand(operand)
        is_truth = self.steps.type_of(operand) == np.bool_
        return f"+{code.within(UNARY)}" if is_truth else code.text

    def kept(self, code: Code) -> Code:
        """Give an expression a name if it is used more than once, or long."""
        place = len(self.codes)
        if self.uses[place] == 1 and len(code.text) < _LONGEST:
            return code
        self.lines.append(f"const v{place} = {code.text};")
        return Code(f"v{place}")

    def check(self, operation: str, operands: Sequence[int]) -> None:
        """Refuse what numpy does in its own way with truth values or whole numbers."""
        types = [self.steps.type_of(operand) for operand in operands]
        if operation in ("float", "where") or OPERATIONS[operation] in TELLS:
            return
        sign = INFIXES.get(OPERATIONS[operation])
        of_truths = operation in ("~", "invert") or (sign is not None and sign.of_truths)
        truths = [one == np.bool_ for one in types]
        fits = all(truths) if of_truths else not all(truths)
        if not fits or (operation in _OF_FLOATS and all(one.kind in "biu" for one in types)):
            raise UntranslatableError(f"{operation} of {', '.join(map(str, types))}")


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
