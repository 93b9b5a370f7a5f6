"""Who draws: worker processes here, or those of a dask cluster."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from trajviz.errors import TrajvizError
from trajviz.gallery.workers import Share, Workers

_PATIENCE = 10
"""Seconds until a cluster must have answered."""


@dataclass(frozen=True)
class Crew:
    """An executor and how many tasks it should have at once.

    `shares` tells how far each is, where that is known. `elsewhere` says that its workers may have
    another disk than we.
    """

    executor: Executor
    size: int
    shares: Mapping[Future[Any], Share] = field(default_factory=dict)
    elsewhere: bool = False


Hire: TypeAlias = Callable[[], AbstractContextManager[Crew]]
"""What brings a crew to work; when it is left in the middle, nobody goes on."""


def here(count: int) -> Hire:
    """Hire so many processes of this machine."""

    @contextmanager
    def hire() -> Iterator[Crew]:
        workers = Workers(count)
        try:
            yield Crew(workers, count, workers.shares)
        except BaseException:
            workers.stop()
            raise
        workers.shutdown()

    return hire


def cluster(address: str) -> Hire:
    """Hire the workers of a dask scheduler, "tcp://HOST:PORT"; raises TrajvizError without dask.

    They need trajviz, but no files of ours: what an item is made from goes to them, and its files
    come back.
    """

    @contextmanager
    def hire() -> Iterator[Crew]:
        try:
            from distributed import Client
        except ImportError as error:
            raise TrajvizError(
                "a dask cluster needs dask: pip install 'optimizer-trajviz[dask]'"
            ) from error
        if not re.fullmatch(r"\w+://\S+:\d+", address):  # or dask complains for long, and aloud
            raise TrajvizError(f"dask {address!r} is no address, as in tcp://127.0.0.1:8786")
        try:
            client: Any = Client(  # type: ignore[no-untyped-call]
                address, timeout=_PATIENCE, set_as_default=False
            )
        except (OSError, ValueError, TypeError) as error:
            raise TrajvizError(f"no dask scheduler answers at {address!r}: {error}") from error
        with client:
            size = sum(client.nthreads().values())
            if not size:
                raise TrajvizError(f"the dask cluster at {address!r} has no workers")
            executor = client.get_executor(pure=False)
            try:
                yield Crew(executor, 2 * size, elsewhere=True)
            finally:
                executor.shutdown(wait=False)  # which also cancels what is not done

    return hire
