"""A function that reports as it goes, as a generator."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from trajviz.surface import Points


class _Stopped(BaseException):
    """Nobody wants to hear more."""


class _Exchange:
    """Two threads that take turns: one asks, the other answers."""

    def __init__(self) -> None:
        self.asked, self.answered = threading.Semaphore(0), threading.Semaphore(0)
        self.answer: Any = None
        self.stopped = False

    def say(self, answer: Any) -> None:
        """Answer, and wait until more is asked for."""
        self.answer = answer
        self.answered.release()
        self.asked.acquire()
        if self.stopped:
            raise _Stopped

    def ask(self) -> Any:
        """Wait for the next answer; warnings meanwhile are nobody's concern."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.asked.release()
            self.answered.acquire()
        return self.answer


def turns(work: Callable[[Callable[[Points], None]], None]) -> Iterator[Points]:
    """Yield the points that `work(say)` says, and end with it.

    It runs in a thread of its own, and only while the next point is asked for, so that whatever it
    looks at may change between two of them. An error of its own is raised here.

    >>> list(turns(lambda say: [say(np.array([n])) for n in (1.0, 2.0)]))
    [array([1.]), array([2.])]
    """
    exchange = _Exchange()

    def run() -> None:
        exchange.asked.acquire()
        if exchange.stopped:
            return
        try:
            work(exchange.say)
            ending: BaseException | None = None
        except BaseException as error:
            ending = error
        exchange.answer = ending
        exchange.answered.release()

    threading.Thread(target=run, daemon=True).start()
    try:
        while isinstance(answer := exchange.ask(), np.ndarray):
            yield answer
        if answer is not None:
            raise answer
    finally:
        exchange.stopped = True
        exchange.asked.release()
