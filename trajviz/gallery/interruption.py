"""Ctrl-C and SIGTERM in a build: the first one stops it, and no second one disturbs its end."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def interrupted_once() -> Iterator[None]:
    """Hear only the first of these signals, so that what cleans up after it is not stopped itself.

    It goes to whoever was to handle it. In any other thread than the main one nothing changes:
    there, no signal is heard.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in _SIGNALS}

    def first(number: int, frame: FrameType | None) -> None:
        for one in _SIGNALS:
            signal.signal(one, signal.SIG_IGN)
        handler: Any = before[signal.Signals(number)]
        handler(number, frame)

    handled = [number for number, handler in before.items() if callable(handler)]
    try:
        for number in handled:
            signal.signal(number, first)
        yield
    finally:
        for number in handled:
            signal.signal(number, before[number])
