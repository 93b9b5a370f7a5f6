"""Which numbers there are among many: numpy's own sort, without all that `np.unique` loads."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt

Whole = TypeVar("Whole", bound=np.integer)


def distinct(numbers: npt.NDArray[Whole]) -> npt.NDArray[Whole]:
    """Return the distinct numbers of some, (n,), in ascending order.

    >>> distinct(np.array([3, 1, 3])).tolist()
    [1, 3]
    """
    ascending = np.sort(numbers)
    new = np.append(True, ascending[1:] != ascending[:-1])
    return np.asarray(ascending[new[: len(ascending)]])


def counted(
    numbers: npt.NDArray[np.uint32],
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]:
    """Return the distinct numbers of some, (n,), in ascending order, and how often each occurs.

    Numbers that follow each other are often alike, and then are sorted as one.

    >>> [found.tolist() for found in counted(np.array([7, 7, 2, 7], dtype=np.uint32))]
    [[2, 7], [1, 3]]
    """
    if not len(numbers):
        return numbers, np.zeros(0, dtype=np.int64)
    starts = np.append(0, np.flatnonzero(numbers[1:] != numbers[:-1]) + 1)
    lengths = np.diff(starts, append=len(numbers)).astype(np.uint64)
    runs = np.sort(numbers[starts].astype(np.uint64) << np.uint64(32) | lengths)
    number, length = runs >> np.uint64(32), (runs & np.uint64(0xFFFFFFFF)).astype(np.int64)
    first = np.append(0, np.flatnonzero(number[1:] != number[:-1]) + 1)
    return number[first].astype(np.uint32), np.add.reduceat(length, first)
