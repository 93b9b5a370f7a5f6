"""What is undone when the process must end at once, in the middle of whatever it does.

Ordinarily an exception ends what is half done, and each cleans up behind itself. Where no exception
can reach, as in a long computation of a library, encoders and files would be left behind.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator

finishing = threading.Lock()
"""Held while complete files are put in place, so that a set of them is not torn apart."""
_undoing: dict[object, Callable[[], object]] = {}


@contextlib.contextmanager
def undone_by(action: Callable[[], object]) -> Iterator[None]:
    """Have an action undo the block, if the process must end at once within it."""
    key = object()
    _undoing[key] = action
    try:
        yield
    finally:
        del _undoing[key]


def undo_all() -> None:
    """Undo what is half done, the latest first. Nothing is put in place any more."""
    finishing.acquire()
    for action in reversed([*_undoing.values()]):
        with contextlib.suppress(Exception):
            action()
