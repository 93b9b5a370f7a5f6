"""Where the jobs of a build run: worker processes of this machine, or those of a dask cluster."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import field
from typing import Any

import trajviz
from trajviz.errors import TrajvizError, not_installed
from trajviz.frozen import dataclass
from trajviz.gallery.workers import Progress, WorkerPool
from trajviz.signals import undone_by

_CONNECT_TIMEOUT = 10
"""Seconds until a cluster must have answered."""
_LOOK_INTERVAL = 1
"""Seconds between two looks at who works on a cluster."""
_VERSION = "__import__('trajviz').__version__"
"""What a worker evaluates, since whatever is ours may be something else there."""


@dataclass(frozen=True)
class JobExecutor:
    """An executor, and how a build is to use it.

    Attributes:
        executor: Where jobs are submitted.
        capacity: How many jobs it should have at once.
        progress: How far a running job is, by its future, where that is known.
        remote: Whether its workers may have another disk than we, so that files must be sent.
        obstacle: Called several times a second: returns what keeps the jobs from being done, ""
            where nothing does, and raises OSError once they never will be.
    """

    executor: Executor
    capacity: int
    progress: Mapping[Future[Any], Progress] = field(default_factory=dict)
    remote: bool = False
    obstacle: Callable[[], str] = str


@contextmanager
def local_executor(count: int) -> Iterator[JobExecutor]:
    """Run jobs in worker processes of this machine, which end with the context.

    An exception ends them in the middle of their jobs.

    Args:
        count: How many processes there are at most.
    """
    pool = WorkerPool(count)
    try:
        with undone_by(pool.stop):
            yield JobExecutor(executor=pool, capacity=count, progress=pool.progress)
    except BaseException:
        pool.stop()
        raise
    pool.shutdown()


@contextmanager
def dask_executor(address: str) -> Iterator[JobExecutor]:
    """Run jobs on the workers of a dask scheduler.

    The workers need trajviz, but none of our files: the files that a job needs are sent to them,
    and those that it makes come back. What is not done when the context ends is cancelled.

    Args:
        address: The scheduler's, "tcp://HOST:PORT".

    Raises:
        TrajvizError: Dask is not installed, no scheduler answers, it has no workers, or one of them
            has another version of trajviz.
    """
    connect = _connector(address)
    with _silent_logs(), connect() as client:
        cluster = _Cluster(client, address)
        threads = sum(cluster.threads.values())
        if not threads or cluster.strangers:
            raise TrajvizError(cluster.obstacle())
        executor = client.get_executor(pure=False)
        try:
            yield JobExecutor(
                executor=executor, capacity=2 * threads, remote=True, obstacle=cluster.obstacle
            )
        finally:
            executor.shutdown(wait=False)  # which also cancels what is not done


class _Cluster:
    """Who works on a cluster, looked at now and then.

    Attributes:
        threads: How many threads each worker has, by its address.
        strangers: What is wrong with the version of each worker that has not ours.
    """

    def __init__(self, client: Any, address: str) -> None:
        self._client, self._address = client, address
        self.threads: Mapping[str, int] = {}
        self.strangers: dict[str, str] = {}
        self._gone = ConnectionError(f"the dask scheduler at {address!r} is gone")
        self._look()

    def obstacle(self) -> str:
        """Return why jobs are not done, or will fail; "" where nothing is known against them.

        Raises:
            ConnectionError: The scheduler is gone.
        """
        if self._client.status != "running":
            raise self._gone
        if time.monotonic() > self._next_look:
            self._look()
        if not self.threads:
            return f"the dask cluster at {self._address!r} has no workers: waiting for one"
        told = [what for worker, what in self.strangers.items() if worker in self.threads]
        return f"{told[0]}{f' (and {len(told) - 1} more)' * (len(told) > 1)}" if told else ""

    def _look(self) -> None:
        try:
            found = self._client.nthreads()
            self._look_at([worker for worker in found if worker not in self.threads])
        except OSError as error:
            raise self._gone from error
        self.threads = found
        self._next_look = time.monotonic() + _LOOK_INTERVAL

    def _look_at(self, workers: Collection[str]) -> None:
        """Note which of these workers have not our version."""
        if not workers:
            return
        found = self._client.run(eval, _VERSION, workers=workers, on_error="return")
        for worker, version in found.items():
            if version != trajviz.__version__:
                has = f"trajviz {version}" if isinstance(version, str) else "no trajviz"
                self.strangers[worker] = (
                    f"the dask worker at {worker!r} has {has}, here is {trajviz.__version__}"
                )


@contextmanager
def _silent_logs() -> Iterator[None]:
    """Let dask say nothing by itself: what matters of it we say, in one line."""
    names = ("distributed", "tornado", "asyncio")
    loggers = [
        logging.getLogger(name)
        for name in logging.root.manager.loggerDict
        if name.partition(".")[0] in names
    ]
    spoken = [logger for logger in loggers if not logger.disabled]
    for logger in spoken:
        logger.disabled = True
    try:
        yield
    finally:
        for logger in spoken:
            logger.disabled = False


def _connector(address: str) -> Callable[[], Any]:
    """Return what connects to a scheduler, once dask is loaded, and returns the client."""
    if not re.fullmatch(r"\w+://\S+:\d+", address):  # or dask complains for long, and aloud
        raise TrajvizError(f"dask {address!r} is no address, as in tcp://127.0.0.1:8786")
    try:
        from distributed import Client
    except ImportError as error:
        raise not_installed("a dask cluster", "dask", "dask") from error

    def connect() -> Any:
        try:
            return Client(  # type: ignore[no-untyped-call]
                address, timeout=_CONNECT_TIMEOUT, set_as_default=False
            )
        except (OSError, ValueError, TypeError) as error:
            raise TrajvizError(f"no dask scheduler answers at {address!r}: {error}") from error

    return connect
