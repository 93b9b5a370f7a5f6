"""Make what is stale of a gallery, in parallel; each item is recorded as soon as it is done."""

from __future__ import annotations

import itertools
import shutil
import time
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from trajviz.errors import TrajvizError
from trajviz.files.target import replacing
from trajviz.gallery.executor import JobExecutor
from trajviz.gallery.gallery import Gallery, load_gallery
from trajviz.gallery.items import Item
from trajviz.gallery.lock import Lock, LockEntry, digest
from trajviz.gallery.plan import PlannedItem, item_names, plan_items
from trajviz.gallery.render import RenderJob, RenderResult, render, render_remotely
from trajviz.gallery.scratch import exclusive_scratch
from trajviz.gallery.site import check_site, why_page_stale, write_site
from trajviz.gallery.workers import Progress, WorkerDiedError
from trajviz.untrusted import real_path

_POLL_INTERVAL = 0.1
"""Seconds between two looks at how far the jobs are."""


class BuildObserver(Protocol):
    """Who is told what a build does."""

    def progressed(self, progress: Mapping[str, Progress | None]) -> None:
        """Take how far each item is that is being rendered, ten times a second.

        Args:
            progress: By the item's name; None where it is not known.
        """

    def made(self, planned: PlannedItem, size: int, seconds: float) -> None:
        """Take note that an item is done.

        Args:
            planned: The item.
            size: Of its files, in bytes.
            seconds: How long it took.
        """

    def failed(self, planned: PlannedItem, message: str) -> None:
        """Take note that an item could not be made, and why."""


@dataclass(frozen=True)
class BuildResult:
    """What a build did.

    Attributes:
        made: How many items it made.
        failed: The names of the items that it could not make.
        page: Whether it wrote the page.
    """

    made: int
    failed: tuple[str, ...]
    page: bool


def build(
    folder: str | Path,
    executor: AbstractContextManager[JobExecutor],
    observer: BuildObserver,
    only: Collection[str] = (),
    force: bool = False,
    strict: bool = False,
) -> BuildResult:
    """Make what is stale of a gallery, and its page. An item that fails does not stop the others.

    Args:
        folder: The gallery's folder.
        executor: What runs the jobs. It is entered only if there is one.
        observer: Who is told what happens.
        only: The names of the items to make; empty for all.
        force: Whether current items are made as well, without limits that protect the user's time.
        strict: Whether an item is stale that other versions made.

    Raises:
        TrajvizError: The gallery is wrong, or another build is at work; this is found before
            anything is rendered.
    """
    gallery = load_gallery(folder)
    lock = Lock(gallery.folder)
    names = item_names(gallery, only)
    plan = plan_items(gallery, lock, only, force, strict)
    stale = (planned for planned in plan if planned.reasons)
    first = next(stale, None)
    if first is None and not why_page_stale(gallery, lock) and lock.items.keys() <= {*names}:
        return BuildResult(made=0, failed=(), page=False)
    check_site(gallery)
    with exclusive_scratch(gallery.folder) as scratch:
        work = _Work(
            folder=gallery.folder, lock=lock, scratch=scratch, force=force, observer=observer
        )
        if first is not None:
            with executor as jobs:
                work.run(itertools.chain([first], stale), jobs)
        lock.keep_only(names)
        page = _update_site(gallery, lock)
    return BuildResult(made=work.made, failed=tuple(work.failed), page=page)


def _update_site(gallery: Gallery, lock: Lock) -> bool:
    """Write the page if it is stale; return whether it was."""
    stale = bool(why_page_stale(gallery, lock))
    if stale:
        write_site(gallery, lock)
    return stale


@dataclass(frozen=True)
class _Running:
    """An item that is being rendered, and when that began, on the monotonic clock."""

    planned: PlannedItem
    began: float


@dataclass
class _Work:
    """A build at work: it runs jobs, puts their files in place, and records them in the lock."""

    folder: Path
    lock: Lock
    scratch: Path
    force: bool
    observer: BuildObserver
    made: int = 0
    failed: list[str] = field(default_factory=list)

    def run(self, plan: Iterator[PlannedItem], jobs: JobExecutor) -> None:
        """Make every item, with no more jobs at once than the executor should have."""
        running: dict[Future[RenderResult], _Running] = {}
        while True:
            for planned in itertools.islice(plan, jobs.capacity - len(running)):
                future = self._submit(planned.item, jobs)
                running[future] = _Running(planned, began=time.monotonic())
            if not running:
                return
            done, _ = wait(running, timeout=_POLL_INTERVAL, return_when=FIRST_COMPLETED)
            for future in done:
                self._finish(future, running.pop(future))
            self.observer.progressed(
                {r.planned.item.name: jobs.progress.get(future) for future, r in running.items()}
            )

    def _submit(self, item: Item, jobs: JobExecutor) -> Future[RenderResult]:
        job = RenderJob(
            name=item.name,
            recipe=item.table,
            folder=str(real_path(self.folder)),
            files=tuple(
                (file, one.step, one.theme) for file, one in zip(item.files, item.plan, strict=True)
            ),
            target=str(real_path(self.scratch / item.name)),
            force=self.force,
        )
        if jobs.remote:
            return jobs.executor.submit(render_remotely, job.packed())
        return jobs.executor.submit(render, job)

    def _finish(self, future: Future[RenderResult], running: _Running) -> None:
        """Put an item's files in place and record it, or tell why it could not be made."""
        item = running.planned.item
        try:
            result = future.result()
            outputs = self._place_files(item, result)
        except Exception as error:  # whatever goes wrong with one item, the others are made
            self.failed.append(item.name)
            self.observer.failed(running.planned, _message(error))
            return
        finally:
            shutil.rmtree(self.scratch / item.name, ignore_errors=True)
        self.made += 1
        self._record(running.planned, result, outputs)
        size = sum(map(len, outputs.values()))
        self.observer.made(running.planned, size, time.monotonic() - running.began)

    def _record(
        self, planned: PlannedItem, result: RenderResult, outputs: Mapping[str, bytes]
    ) -> None:
        entry = LockEntry(
            title=result.title,
            sources=planned.sources,
            outputs={file: digest(data) for file, data in outputs.items()},
            versions=dict(result.versions),
        )
        self.lock.record(planned.item.name, entry)

    def _place_files(self, item: Item, result: RenderResult) -> dict[str, bytes]:
        """Put an item's files in place; return what is in them."""
        for file in item.files:
            self._place(item.name, file, result.data.get(file))
        return {file: (self.folder / file).read_bytes() for file in item.files}

    def _place(self, name: str, file: str, data: bytes | None) -> None:
        """Put one file in place: from the scratch folder, or else its data."""
        target = real_path(self.folder / file)  # a link is written through
        target.parent.mkdir(parents=True, exist_ok=True)
        if data is None:
            (self.scratch / name / file).replace(target)
            return
        with replacing(target) as temporary:
            temporary.write_bytes(data)


def _message(error: Exception) -> str:
    """Return what an error says in one line, with its kind unless the error is one of ours."""
    text = " ".join(str(error).split())
    known = isinstance(error, (TrajvizError, WorkerDiedError, OSError))
    return text if known and text else f"{type(error).__name__}: {text}"
