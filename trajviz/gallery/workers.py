"""Worker processes, one task at a time each, as a `concurrent.futures.Executor`.

The standard library's process pool gives up every task when one of its processes dies, and cannot
be stopped in the middle of one. Here a process that dies takes its own task along and no other, and
`stop` ends all of them at once, with whatever they have started. A process whose parent is gone
ends as well.
"""

from __future__ import annotations

import contextlib
import functools
import multiprocessing
import multiprocessing.connection
import os
import queue
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from multiprocessing.connection import Connection
from types import FrameType
from typing import Any, TypeAlias

_SPAWN = multiprocessing.get_context("spawn")  # a process with threads must not be forked
_EVERY = 0.1
"""Seconds between two reports of a worker."""
_GRACE = 0.5
"""Seconds in which a worker that is stopped may end its encoder."""

Share: TypeAlias = tuple[str, int, int]
"""What a worker is at, how much of it is done, and how much there is in all."""
_Call: TypeAlias = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]


class WorkerDiedError(Exception):
    """A worker process ended in the middle of its task; the message says how."""


class Workers(Executor):
    """So many processes, each started when it is first needed.

    `shares` says of every task that runs how far it is, where it has told by `report`.
    """

    def __init__(self, count: int) -> None:
        self.shares: dict[Future[Any], Share] = {}
        self._tasks: queue.SimpleQueue[tuple[Future[Any], _Call] | None] = queue.SimpleQueue()
        self._workers: set[_Worker] = set()
        self._guard = threading.Lock()
        self._stopped = False
        self._threads = [threading.Thread(target=self._attend, daemon=True) for _ in range(count)]
        for thread in self._threads:
            thread.start()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Call a module's function in the next free process; all it takes and gives is pickled."""
        future: Future[Any] = Future()
        self._tasks.put((future, (fn, args, kwargs)))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the processes end after what was submitted, or only after what they are at."""
        if cancel_futures:
            self._drop()
        for _ in self._threads:
            self._tasks.put(None)
        if wait:
            for thread in self._threads:
                thread.join()

    def _drop(self) -> None:
        """Cancel what waits."""
        with contextlib.suppress(queue.Empty):
            while task := self._tasks.get_nowait():
                task[0].cancel()

    def stop(self) -> None:
        """End all processes at once, in the middle of whatever they are at."""
        with self._guard:
            self._stopped = True
            workers = [*self._workers]
        self._drop()  # before a thread whose process ends would take it up
        for worker in workers:
            worker.terminate()
        until = time.monotonic() + _GRACE
        for worker in workers:
            worker.kill(after=until - time.monotonic())
        self.shutdown(cancel_futures=True)

    def _attend(self) -> None:
        """Serve one process, in a thread of its own."""
        if hasattr(signal, "pthread_sigmask"):  # so Ctrl-C is the parent's affair from the start
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        worker: _Worker | None = None
        while task := self._tasks.get():
            future, call = task
            if not future.set_running_or_notify_cancel():
                continue
            try:
                worker = worker or self._begin()
                result = worker.run(call, functools.partial(self.shares.__setitem__, future))
            except BaseException as error:
                if worker is not None and isinstance(error, WorkerDiedError):
                    self._forget(worker)
                    worker = None
                future.set_exception(error)
            else:
                future.set_result(result)
            self.shares.pop(future, None)
        if worker is not None:
            worker.end()

    def _begin(self) -> _Worker:
        with self._guard:
            if self._stopped:
                raise WorkerDiedError("it was stopped")
            worker = _Worker()
            self._workers.add(worker)
            return worker

    def _forget(self, worker: _Worker) -> None:
        with self._guard:
            self._workers.remove(worker)


class _Worker:
    """One process and the line to it."""

    def __init__(self) -> None:
        self._line, theirs = _SPAWN.Pipe()
        self._process = _SPAWN.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()

    def run(self, call: _Call, heard: Callable[[Share], None]) -> Any:
        """Return what a call returns there, or raise what it raises."""
        try:
            self._line.send(call)
            while True:
                what, value = self._line.recv()
                if what == "share":
                    heard(value)
                    continue
                if what == "error":
                    raise value
                return value
        except (EOFError, ConnectionError):
            self._process.join()
            code = self._process.exitcode or 0
            how = f"signal {-code}" if code < 0 else f"exit code {code}"
            raise WorkerDiedError(f"its worker process died ({how})") from None

    def terminate(self) -> None:
        """Ask the process to drop what it is at."""
        self._process.terminate()

    def kill(self, after: float) -> None:
        """End the process after so many seconds at the latest, and all that it has started."""
        multiprocessing.connection.wait([self._process.sentinel], max(after, 0))
        if hasattr(os, "killpg") and self._process.pid:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()

    def end(self) -> None:
        """Let the process end by itself."""
        self._line.close()
        self._process.join()


_line: Connection[Any, Any] | None = None
"""In a worker: the line to its parent."""
_told = 0.0
"""When the last report was sent."""


def report(what: str, done: int, total: int) -> None:
    """In a worker, tell now and then how far its task is; elsewhere nobody listens."""
    global _told
    now = time.monotonic()
    if _line is not None and (now - _told > _EVERY or done == total):
        _told = now
        _line.send(("share", (what, done, total)))


def _serve(line: Connection[Any, Any]) -> None:
    """Do what comes over the line, until it is closed."""
    global _line
    _line = line
    if hasattr(os, "setsid"):
        os.setsid()
    signal.signal(signal.SIGTERM, _stop)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        while True:
            function, args, kwargs = line.recv()
            try:
                answer = "done", function(*args, **kwargs)
            except Exception as error:
                answer = "error", _portable(error)
            line.send(answer)
    except EOFError:  # there is no more to do
        return
    except _Stopped:
        _end_group()


def _end_group() -> None:
    """End this process and what it has started, at once."""
    if hasattr(os, "killpg"):
        os.killpg(os.getpgrp(), signal.SIGKILL)
    os._exit(1)


class _Stopped(BaseException):
    """SIGTERM, as an exception, so that an encoder is ended with its worker."""


def _stop(_number: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise _Stopped


def _portable(error: Exception) -> Exception:
    """Return an exception that survives pickling, which not every constructor allows for."""
    import pickle

    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(_GRACE)
        _end_group()
