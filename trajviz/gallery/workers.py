"""A pool of worker processes that can be stopped, as a `concurrent.futures.Executor`.

The standard library's process pool gives up every task when one of its processes dies, and cannot
be stopped in the middle of a task. Here, a process that dies takes only its own task along, and
`stop` ends all processes at once, with whatever they have started. A process whose parent is gone
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
from typing import Any, TypeAlias

_SPAWN = multiprocessing.get_context("spawn")  # a process with threads must not be forked
_REPORT_INTERVAL = 0.1
"""Seconds between two reports of a worker."""

Progress: TypeAlias = tuple[str, int, int]
"""What a task is doing, how much of that is done, and how much there is in all."""
_Call: TypeAlias = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]
"""A function, its positional arguments and its named ones."""


class WorkerDiedError(Exception):
    """A worker process ended in the middle of its task; the message says how."""


# In the parent


class WorkerPool(Executor):
    """Processes that do one task at a time each. A process is started when it is first needed.

    Attributes:
        progress: How far a running task is, by its future, where it calls `report_progress`.
    """

    def __init__(self, count: int) -> None:
        """Open a pool of at most so many processes."""
        self.progress: dict[Future[Any], Progress] = {}
        self._tasks: queue.SimpleQueue[tuple[Future[Any], _Call] | None] = queue.SimpleQueue()
        self._workers: set[_Worker] = set()
        self._guard = threading.Lock()
        self._stopped = False
        _start_tracker()
        self._threads = [threading.Thread(target=self._attend, daemon=True) for _ in range(count)]
        for thread in self._threads:
            thread.start()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Call a function in the next free process.

        Args:
            fn: A module's function, since it is pickled by name.
            args: Its positional arguments, which are pickled, as its result is.
            kwargs: Its named arguments, likewise.
        """
        future: Future[Any] = Future()
        self._tasks.put((future, (fn, args, kwargs)))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the processes end when they have done their tasks.

        Args:
            wait: Whether to return only then.
            cancel_futures: Whether tasks are cancelled that have not begun.
        """
        if cancel_futures:
            self._cancel_waiting()
        for _ in self._threads:
            self._tasks.put(None)
        if wait:
            for thread in self._threads:
                thread.join()

    def stop(self) -> None:
        """End all processes at once, in the middle of their tasks, and cancel the other tasks."""
        with self._guard:
            self._stopped = True
            workers = [*self._workers]
        self._cancel_waiting()  # before a thread whose process ends would take a task up
        for worker in workers:
            worker.kill()
        self.shutdown(cancel_futures=True)

    def _cancel_waiting(self) -> None:
        """Cancel the tasks that have not begun."""
        with contextlib.suppress(queue.Empty):
            while task := self._tasks.get_nowait():
                task[0].cancel()

    def _attend(self) -> None:
        """Give tasks to one process, in a thread of its own, until there are no more."""
        if hasattr(signal, "pthread_sigmask"):  # the process inherits that Ctrl-C is not for it
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        worker: _Worker | None = None
        while task := self._tasks.get():
            future, call = task
            if future.set_running_or_notify_cancel():
                worker = self._do(future, call, worker)
                self.progress.pop(future, None)
        if worker is not None:
            worker.end()

    def _do(self, future: Future[Any], call: _Call, worker: _Worker | None) -> _Worker | None:
        """Do a task, in a new process if there is none; return the process if it is alive."""
        try:
            worker = worker or self._start_worker()
            result = worker.run(call, functools.partial(self.progress.__setitem__, future))
        except BaseException as error:
            if worker is not None and isinstance(error, WorkerDiedError):
                self._forget(worker)
                worker = None
            future.set_exception(error)
        else:
            future.set_result(result)
        return worker

    def _start_worker(self) -> _Worker:
        with self._guard:
            if self._stopped:
                raise WorkerDiedError("it was stopped")
            worker = _Worker()
            self._workers.add(worker)
            return worker

    def _forget(self, worker: _Worker) -> None:
        with self._guard:
            self._workers.remove(worker)


def _start_tracker() -> None:
    """Start what the standard library watches over processes with, before any thread does.

    The thread that starts it unblocks Ctrl-C for itself, and so for the process it starts next.
    """
    if hasattr(signal, "pthread_sigmask"):
        from multiprocessing.resource_tracker import ensure_running

        ensure_running()


class _Worker:
    """One process, and the connection to it."""

    def __init__(self) -> None:
        self._connection, theirs = _SPAWN.Pipe()
        self._process = _SPAWN.Process(target=_work, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()

    def run(self, call: _Call, on_progress: Callable[[Progress], None]) -> Any:
        """Return what a call returns in the process, or raise what it raises there.

        Raises:
            WorkerDiedError: The process ended before the call did.
        """
        try:
            self._connection.send(call)
            while True:
                kind, value = self._connection.recv()
                if kind == "progress":
                    on_progress(value)
                    continue
                if kind == "error":
                    raise value
                return value
        except (EOFError, ConnectionError):
            raise WorkerDiedError(f"its worker process died ({self._exit()})") from None

    def _exit(self) -> str:
        """Return how the process ended, in words."""
        self._process.join()
        code = self._process.exitcode or 0
        return f"signal {-code}" if code < 0 else f"exit code {code}"

    def kill(self) -> None:
        """End the process at once, and all that it has started.

        It has nothing to clean up: its files lie in the build's scratch folder. An exception in the
        middle of whatever it does, on the other hand, may be swallowed or printed.
        """
        if hasattr(os, "killpg") and self._process.pid:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()

    def end(self) -> None:
        """Let the process end by itself."""
        self._connection.close()
        self._process.join()


# In a worker process

_connection: Connection[Any, Any] | None = None
"""The connection to the parent; None in any other process."""
_last_report = 0.0
"""When progress was last reported, on the monotonic clock."""


def report_progress(activity: str, done: int, total: int) -> None:
    """Tell the parent of a worker how far its task is, if the last report is some time ago.

    In any other process this does nothing.

    Args:
        activity: What the task is doing.
        done: How much of that is done.
        total: How much there is in all.
    """
    global _last_report
    now = time.monotonic()
    if _connection is not None and (now - _last_report > _REPORT_INTERVAL or done == total):
        _last_report = now
        _connection.send(("progress", (activity, done, total)))


def _work(connection: Connection[Any, Any]) -> None:
    """Do each call that comes over the connection, until it is closed."""
    global _connection
    _connection = connection
    if hasattr(os, "setsid"):
        os.setsid()
    signal.signal(signal.SIGTERM, lambda *_: _end_group())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with contextlib.suppress(EOFError, ConnectionError):  # the parent has no more to do, or is gone
        while True:
            connection.send(_answer(connection.recv()))


def _answer(call: _Call) -> tuple[str, Any]:
    """Return the result of a call, or its error, as they are sent to the parent."""
    function, args, kwargs = call
    try:
        return "result", function(*args, **kwargs)
    except Exception as error:
        return "error", _picklable(error)


def _picklable(error: Exception) -> Exception:
    """Return an error that survives pickling, which not every constructor allows for."""
    import pickle

    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def _end_with_parent() -> None:
    """Wait until the parent is gone, then end this process as `stop` would."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        _end_group()


def _end_group() -> None:
    """End this process and what it has started, at once."""
    if hasattr(os, "killpg"):
        os.killpg(os.getpgrp(), signal.SIGKILL)
    os._exit(1)
