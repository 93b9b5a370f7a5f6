"""Loops in a tape: where it does the same again and again, as for one sample after another."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from trajviz.files.live.steps import Steps
from trajviz.frozen import dataclass

FEWEST_STEPS = 100
"""Shorter tapes are not searched."""
_FEWEST_ROUNDS = 4
_LONGEST_ROUND = 120
_NONE = -(2**40)
"""Stands for an operand that there is not."""

_Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Loop:
    """Steps that follow each other several times, with other numbers and the last time's results.

    Attributes:
        start: The first step.
        period: How many steps a round has.
        rounds: How many rounds there are.
        fixed: Operands of the first round that are the same in each, by step and place.
    """

    start: int
    period: int
    rounds: int
    fixed: frozenset[tuple[int, int]]

    @property
    def end(self) -> int:
        """The step after the last one."""
        return self.start + self.period * self.rounds

    def is_before(self, step: int, place: int, operand: int) -> bool:
        """Tell an operand of the first round that is a result of the round before."""
        return (step, place) not in self.fixed and 0 <= operand < self.start


def find_loop(steps: Steps) -> Loop | None:
    """Return the loop that shortens a tape most; None where there is none."""
    if len(steps.operations) < FEWEST_STEPS:
        return None
    table = _table(steps)
    found = [_longest(table, period) for period in range(2, _LONGEST_ROUND)]
    start, period, rounds = max(found, key=lambda one: one[1] * (one[2] - 1))
    if rounds < _FEWEST_ROUNDS:
        return None
    fixed = frozenset(_fixed(steps, start, period))
    loop = Loop(start=start, period=period, rounds=rounds, fixed=fixed)
    return loop if _closed(steps, loop) else None


def _table(steps: Steps) -> _Ints:
    """Return each step's operation and operands, (steps, 4); all numbers are the same operand."""
    codes = {name: code for code, name in enumerate(sorted({o for o, _ in steps.operations}))}
    table = np.full((len(steps.operations), 4), _NONE)
    for row, (operation, operands) in zip(table, steps.operations, strict=True):
        row[0] = codes[operation]
        row[1 : 1 + len(operands)] = [max(operand, -1) for operand in operands]
    return table


def _longest(table: _Ints, period: int) -> tuple[int, int, int]:
    """Return where the most rounds of so many steps begin, the steps, and how many rounds."""
    if len(table) < 2 * period + 2:
        return 0, period, 1
    one, next_one = table[2:-period], table[2 + period :]
    alike = one[:, 1:] == next_one[:, 1:]
    moved = (one[:, 1:] >= 0) & (one[:, 1:] + period == next_one[:, 1:])
    same = (one[:, 0] == next_one[:, 0]) & (alike | moved).all(axis=1)
    # An operand is either the same in every round or moves with it.
    turns = (moved[:-period] != moved[period:]).any(axis=1)
    same[period:] &= ~turns
    edges = np.flatnonzero(np.diff(np.concatenate([[0], same.view(np.int8), [0]])))
    lengths = edges[1::2] - edges[::2]
    if not len(lengths):
        return 0, period, 1
    best = int(np.argmax(lengths))
    return 2 + int(edges[2 * best]), period, int(lengths[best]) // period + 1


def _fixed(steps: Steps, start: int, period: int) -> Iterator[tuple[int, int]]:
    """Yield the operands of a first round that are the same in the second, by step and place."""
    for step in range(start, start + period):
        following = steps.operations[step + period][1]
        for place, operand in enumerate(steps.operations[step][1]):
            if operand >= 0 and operand == following[place]:
                yield step, place


def _closed(steps: Steps, loop: Loop) -> bool:
    """Tell whether a loop needs no more than its last round, and only that is needed after it."""
    for step in range(loop.start, loop.start + loop.period):
        for place, operand in enumerate(steps.operations[step][1]):
            fixed = (step, place) in loop.fixed
            if fixed and operand >= loop.start:
                return False
            if not fixed and 0 <= operand < loop.start - loop.period:
                return False
    later = [operand for _, operands in steps.operations[loop.end :] for operand in operands]
    last = loop.end - loop.period
    return not any(loop.start <= operand < last for operand in (*later, *steps.outputs))
