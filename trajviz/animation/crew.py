"""A crew of processes that draw pictures ahead of their use, on all processors.

A picture takes thousands of short calls, so that threads would mostly wait for Python's lock: two
took half again as long as one. A forked process has all that is needed to draw, and sends back
nothing but pixels.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from io import FileIO
from pathlib import Path
from typing import NoReturn, TypeVar

import numpy as np

from trajviz.scene.paint import Picture

_Item = TypeVar("_Item")
_MOST = 4
"""Processes beyond which whoever uses the pictures does not keep up."""
_ROOM = 1 << 20
"""Bytes that a pipe is to hold, so that a process draws on while nobody reads."""


def drawn_ahead(draw: Callable[[_Item], Picture], items: Sequence[_Item]) -> Iterator[Picture]:
    """Yield the pictures of some items in order, all drawn alike.

    What a process cannot do, or where there may be none, is done here: an error has its traceback.

    Args:
        draw: Returns the picture of an item, any shape, the same for all.
        items: What is to be drawn, at least one.
    """
    others = items[1:]
    with _Crew(draw, others) as crew:
        first = draw(items[0])
        yield first
        for number, item in enumerate(others):
            picture = np.empty_like(first)
            yield picture if crew.fill(picture, number) else draw(item)


class _Crew:
    """Processes that draw in turn, and end with the block."""

    def __init__(self, draw: Callable[[_Item], Picture], items: Sequence[_Item]) -> None:
        self._members: list[_Member] = []
        self._count = count = min(_processors(), _MOST, len(items)) if _may_fork() else 1
        if count > 1:
            with contextlib.suppress(OSError):  # there are too many processes
                for place in range(count):
                    self._members.append(_Member(draw, items[place::count]))

    def __enter__(self) -> _Crew:
        return self

    def __exit__(self, *_: object) -> None:
        for member in self._members:
            member.end()

    def fill(self, picture: Picture, number: int) -> bool:
        """Fill in the picture of an item, each in turn, and tell whether that was possible."""
        place = number % self._count
        return place < len(self._members) and self._members[place].fill(picture)


class _Member:
    """A process that draws, and the end of its pipe at which it is read."""

    def __init__(self, draw: Callable[[_Item], Picture], items: Sequence[_Item]) -> None:
        reading, writing = os.pipe()
        _widen(writing)
        every = signal.valid_signals()
        before = signal.pthread_sigmask(signal.SIG_BLOCK, every)  # until it hears none of ours
        try:
            self._process = os.fork()
            if not self._process:
                os.close(reading)  # so that it ends when nobody reads any more
                _work(draw, items, writing)
        except OSError:
            os.close(reading)
            raise
        finally:
            os.close(writing)
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        self._pipe = FileIO(reading)

    def fill(self, picture: Picture) -> bool:
        """Fill in the next picture, and tell whether it was there."""
        left = picture.data.cast("B")
        while left and (count := self._pipe.readinto(left)):
            left = left[count:]
        return not left

    def end(self) -> None:
        """End it at once."""
        self._pipe.close()
        with contextlib.suppress(OSError):
            os.kill(self._process, signal.SIGKILL)
            os.waitpid(self._process, 0)


def _work(draw: Callable[[_Item], Picture], items: Sequence[_Item], writing: int) -> NoReturn:
    """Draw in a new process, and end it, whatever happens."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal, whose parent decides
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        for item in items:
            left = np.ascontiguousarray(draw(item)).data.cast("B")
            while left:
                left = left[os.write(writing, left) :]
    finally:
        os._exit(0)


def _may_fork() -> bool:
    """Tell whether this process may be forked: what its other threads hold would be held for ever.

    Elsewhere than on Linux even one thread is not safe from what the system's own libraries do.
    """
    try:
        return len([*Path("/proc/self/task").iterdir()]) == 1
    except OSError:
        return False


def _processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0))


def _widen(pipe: int) -> None:
    """Have a pipe hold a picture or more, where the system allows for it."""
    import fcntl

    with contextlib.suppress(OSError, AttributeError):
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _ROOM)
