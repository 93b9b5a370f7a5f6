"""Signals that end the command line, Ctrl-C among them, and what is undone when it ends at once.

An exception that a signal raises may come anywhere: in a callback that swallows it, in the middle
of an import, while something else is cleaned up. So a signal only leaves word. Whoever works looks
for it now and then, where an exception does no harm. If nobody has looked in a second, the process
undoes what is half done, and ends.

Nothing here changes a signal before `hear_signals` is called, as the command line does.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from _thread import start_new_thread
from collections.abc import Callable, Iterator
from types import FrameType

_WORDS = {"SIGINT": "interrupted", "SIGTERM": "terminated", "SIGHUP": "its terminal was closed"}
_PATIENCE = 1.0
"""Seconds in which somebody is to look."""

_heard: int | None = None
_seen = False

finishing = threading.Lock()
"""Held while complete files are put in place, so that a set of them is not torn apart."""
_undoing: dict[object, Callable[[], object]] = {}


class StoppedError(BaseException):
    """A signal has ended the command.

    Attributes:
        code: The exit code.
    """

    def __init__(self, number: int) -> None:
        """Take the signal's number."""
        super().__init__(_WORDS[signal.Signals(number).name])
        self.code = 128 + number


def hear_signals() -> None:
    """Hear the signals from now on, but for those that this process was told to ignore."""
    for number in _numbers():
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _hear)


def hear_no_more() -> None:
    """Ignore the signals from now on: the command has ended, and only its exit is to come.

    While Python shuts down it would let a signal kill it, whatever it was to do about it.
    """
    for number in _numbers():
        signal.signal(number, signal.SIG_IGN)


def _numbers() -> list[int]:
    """Return the numbers of those signals that this system has."""
    return [getattr(signal, name) for name in _WORDS if hasattr(signal, name)]


def look_for_signals() -> None:
    """Raise StoppedError if a signal has come."""
    global _seen
    if _heard is not None:
        _seen = True
        raise StoppedError(_heard)


@contextlib.contextmanager
def undone_by(action: Callable[[], object]) -> Iterator[None]:
    """Have an action undo the block if the process ends at once within it."""
    key = object()
    _undoing[key] = action
    try:
        yield
    finally:
        del _undoing[key]


def _hear(number: int, _frame: FrameType | None) -> None:
    """Leave word, and see to it that the process ends; it waits no longer for a second signal."""
    global _heard
    _heard = _heard or number
    start_new_thread(_end_unless_seen, (_heard, _seen))


def _end_unless_seen(number: int, impatient: bool) -> None:
    time.sleep(_PATIENCE)
    if impatient or not _seen:
        _end(StoppedError(number))


def _end(stopped: StoppedError) -> None:
    """End the process from whichever thread, in the middle of whatever the others do.

    What is undone is undone last: others might go on, and begin a removed file anew.
    """
    finishing.acquire()
    with contextlib.suppress(Exception):
        sys.stderr.write(f"Error: {stopped}\n")
        sys.stderr.flush()
    for action in reversed([*_undoing.values()]):
        with contextlib.suppress(Exception):
            action()
    os._exit(stopped.code)
