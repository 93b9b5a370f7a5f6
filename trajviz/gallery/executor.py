"""Where the jobs of a build run: worker processes of this machine, or those of a dask cluster."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from trajviz.errors import TrajvizError, not_installed
from trajviz.gallery.workers import Progress, WorkerPool

_CONNECT_TIMEOUT = 10
"""Seconds until a cluster must have answered."""


@dataclass(frozen=True)
class JobExecutor:
    """An executor, and how a build is to use it.

    Attributes:
        executor: Where jobs are submitted.
        capacity: How many jobs it should have at once.
        progress: How far a running job is, by its future, where that is known.
        remote: Whether its workers may have another disk than we, so that files must be sent.
    """

    executor: Executor
    capacity: int
    progress: Mapping[Future[Any], Progress] = field(default_factory=dict)
    remote: bool = False


@contextmanager
def local_executor(count: int) -> Iterator[JobExecutor]:
    """Run jobs in worker processes of this machine, which end with the context.

    An exception ends them in the middle of their jobs.

    Args:
        count: How many processes there are at most.
    """
    pool = WorkerPool(count)
    try:
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
        TrajvizError: Dask is not installed, no scheduler answers, or it has no workers.
    """
    with _connected(address) as client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise TrajvizError(f"the dask cluster at {address!r} has no workers")
        executor = client.get_executor(pure=False)
        try:
            yield JobExecutor(executor=executor, capacity=2 * threads, remote=True)
        finally:
            executor.shutdown(wait=False)  # which also cancels what is not done


def _connected(address: str) -> Any:
    """Return a client of dask's, connected to a scheduler."""
    if not re.fullmatch(r"\w+://\S+:\d+", address):  # or dask complains for long, and aloud
        raise TrajvizError(f"dask {address!r} is no address, as in tcp://127.0.0.1:8786")
    try:
        from distributed import Client
    except ImportError as error:
        raise not_installed("a dask cluster", "dask", "dask") from error
    try:
        return Client(  # type: ignore[no-untyped-call]
            address, timeout=_CONNECT_TIMEOUT, set_as_default=False
        )
    except (OSError, ValueError, TypeError) as error:
        raise TrajvizError(f"no dask scheduler answers at {address!r}: {error}") from error
