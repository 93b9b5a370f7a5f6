"""A tape without its numbers."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

from trajviz.frozen import dataclass
from trajviz.surface.tape import Tape

Dtype: TypeAlias = np.dtype[Any]


@dataclass(frozen=True)
class Steps:
    """What a tape does, its numbers apart.

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
