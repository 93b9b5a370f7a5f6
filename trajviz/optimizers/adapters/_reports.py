"""A function that reports as it goes, as a generator."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from trajviz.surface import Points


class _Stopped(BaseException):
    """Raised in the working thread when nobody wants its further reports."""


class _Exchange:
    """Two threads of which one works at a time: one requests a report, the other makes it."""

    def __init__(self) -> None:
        self.requested, self.reported = threading.Semaphore(0), threading.Semaphore(0)
        self.latest: Any = None
        self.stopped = False

    def report(self, latest: Any) -> None:
        """Hand over a report, and wait until the next is requested."""
        self.latest = latest
        self.reported.release()
        self.requested.acquire()
        if self.stopped:
            raise _Stopped

    def request(self) -> Any:
        """Wait for the next report; warnings meanwhile are nobody's concern."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.requested.release()
            self.reported.acquire()
        return self.latest


def reports(work: Callable[[Callable[[Points], None]], None]) -> Iterator[Points]:
    """Yield the points that a function reports while it works, and end with it.

    The function runs in a thread of its own, and only while the next point is waited for, so that
    whatever it looks at may change between two of them. An error of its own is raised here.

    Args:
        work: `work(report)`, which calls `report(point)` for each point.

    >>> list(reports(lambda report: [report(np.array([n])) for n in (1.0, 2.0)]))
    [array([1.]), array([2.])]
    """
    exchange = _Exchange()

    def run() -> None:
        exchange.requested.acquire()
        if exchange.stopped:
            return
        try:
            work(exchange.report)
            ending: BaseException | None = None
        except BaseException as error:
            ending = error
        exchange.latest = ending
        exchange.reported.release()

    threading.Thread(target=run, daemon=True).start()
    try:
        while isinstance(point := exchange.request(), np.ndarray):
            yield point
        if point is not None:
            raise point
    finally:
        exchange.stopped = True
        exchange.requested.release()
