"""Make what is stale of a gallery, in parallel; each item is recorded as soon as it is done."""

from __future__ import annotations

import dataclasses
import itertools
import shutil
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import AbstractContextManager
from dataclasses import field
from pathlib import Path
from typing import Protocol

import trajviz
from trajviz.errors import TrajvizError
from trajviz.files.target import replacing
from trajviz.frozen import dataclass
from trajviz.gallery.executor import JobExecutor
from trajviz.gallery.items import Item
from trajviz.gallery.lock import Lock, LockEntry, digest
from trajviz.gallery.plan import Plan, PlannedItem
from trajviz.gallery.render import RenderJob, RenderResult, render, render_remotely
from trajviz.gallery.scratch import exclusive_scratch
from trajviz.gallery.site import check_site
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

    def hindered(self, message: str) -> None:
        """Take note of what keeps the jobs from being done, once until it is something else."""


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
    plan: Plan, executor: AbstractContextManager[JobExecutor], observer: BuildObserver
) -> BuildResult:
    """Make what a plan says, and the page. An item that fails does not stop the others.

    Args:
        plan: What there is to make.
        executor: What runs the jobs. It is entered only if there is one.
        observer: Who is told what happens.

    Raises:
        TrajvizError: Another build is at work, or the page cannot be made; this is found before
            anything is rendered.
        OSError: The disk is full, or what runs the jobs is gone.
    """
    gallery, lock = plan.gallery, plan.lock
    if not plan.stale and lock.items.keys() <= {*plan.names} and not lock.unwritten:
        return BuildResult(made=0, failed=(), page=False)
    check_site(gallery)
    with exclusive_scratch(gallery.folder) as scratch, lock.recording():
        work = _Work(
            folder=gallery.folder, lock=lock, scratch=scratch, force=plan.force, observer=observer
        )
        if plan.work:
            with executor as jobs:
                work.run(plan.items, jobs)
        lock.keep_only(plan.names)
        page = bool(plan.site.why_stale(lock))
        if page:
            plan.site.write(lock)
    return BuildResult(made=work.made, failed=tuple(work.failed), page=page)


@dataclass(frozen=True)
class _Running:
    """An item that is being rendered, and when that began, on the monotonic clock."""

    planned: PlannedItem
    began: float


@dataclasses.dataclass
class _Work:
    """A build at work: it runs jobs, puts their files in place, and records them in the lock."""

    folder: Path
    lock: Lock
    scratch: Path
    force: bool
    observer: BuildObserver
    made: int = 0
    failed: list[str] = field(default_factory=list)
    obstacle: str = ""

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
            self._note_obstacle(jobs.obstacle())  # before jobs fail that it has taken along
            for future in done:
                self._finish(future, running.pop(future))
            self.observer.progressed(
                {r.planned.item.name: jobs.progress.get(future) for future, r in running.items()}
            )

    def _note_obstacle(self, obstacle: str) -> None:
        if obstacle and obstacle != self.obstacle:
            self.observer.hindered(obstacle)
        self.obstacle = obstacle

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
            _check_version(result)
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


def _check_version(result: RenderResult) -> None:
    """Refuse what another trajviz has made, elsewhere."""
    made_by = result.versions.get("trajviz")
    if made_by != trajviz.__version__:
        raise TrajvizError(f"trajviz {made_by} has rendered it, here is {trajviz.__version__}")


def _message(error: Exception) -> str:
    """Return what an error says in one line, with its kind unless the error is one of ours."""
    text = " ".join(str(error).split())
    known = isinstance(error, (TrajvizError, WorkerDiedError, OSError))
    return text if known and text else f"{type(error).__name__}: {text}".removesuffix(": ")
