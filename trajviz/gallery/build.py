"""Make what is stale, in parallel, each item in place and noted as soon as it is done."""

from __future__ import annotations

import itertools
import re
import shutil
import time
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from trajviz.errors import TrajvizError
from trajviz.files.target import replacing
from trajviz.gallery.crew import Crew, Hire
from trajviz.gallery.definitions import digest
from trajviz.gallery.draw import Drawn, Task, draw, draw_elsewhere
from trajviz.gallery.items import load_gallery
from trajviz.gallery.lock import Lock, Made
from trajviz.gallery.plan import Step, names_of, steps_of
from trajviz.gallery.site import check_site, why_page_stale, write_site
from trajviz.gallery.workers import Share, WorkerDiedError

_SCRATCH = ".building"
_TICK = 0.1
"""Seconds between two looks at how far everybody is."""


class Watcher(Protocol):
    """Who is told what a build does."""

    def running(self, shares: Mapping[str, Share | None]) -> None:
        """Hear, ten times a second, which items are being drawn and how far each is."""

    def drawn(self, step: Step, size: int, seconds: float) -> None:
        """Hear that an item is done: its files' size in bytes, and how long it took."""

    def failed(self, step: Step, message: str) -> None:
        """Hear that an item could not be made."""


@dataclass(frozen=True)
class Outcome:
    """How many items were made, which failed, and whether the page was written."""

    made: int
    failed: tuple[str, ...]
    page: bool


def build(
    folder: str | Path,
    hire: Hire,
    watcher: Watcher,
    only: Collection[str] = (),
    force: bool = False,
    strict: bool = False,
) -> Outcome:
    """Make what is stale of a gallery, and its page; `only` some items, `force` current ones too.

    `force` also lifts the limits that only protect your time. Raises TrajvizError, before anything
    is drawn, for a gallery that is wrong; an item that fails leaves the others to be made.
    """
    gallery = load_gallery(folder)
    lock = Lock(gallery.folder)
    names = names_of(gallery, only)
    steps = (step for step in steps_of(gallery, lock, only, force, strict) if step.reasons)
    first = next(steps, None)
    if first is None and not why_page_stale(gallery, lock) and lock.made.keys() <= set(names):
        return Outcome(0, (), False)
    check_site(gallery)
    with _alone(gallery.folder) as scratch:
        shop = _Shop(gallery.folder, lock, scratch, force, watcher)
        if first is not None:
            with hire() as crew:
                shop.draw(itertools.chain([first], steps), crew)
        lock.keep(names)
        stale = bool(why_page_stale(gallery, lock))
        if stale:
            write_site(gallery, lock)
    return Outcome(shop.made, tuple(shop.failed), stale)


@contextmanager
def _alone(folder: Path) -> Iterator[Path]:
    """Give a scratch folder beside the targets; TrajvizError while another build has it.

    What a build left there that was killed is removed.
    """
    scratch = folder / _SCRATCH
    scratch.mkdir(exist_ok=True)
    with (scratch / "lock").open("w") as file:
        if not _locked(file.fileno()):
            raise TrajvizError(f"another build is at work in {str(folder)!r}")
        try:
            yield scratch
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def _locked(number: int) -> bool:
    """Lock an open file, for as long as it is open; where no file can be locked, believe it."""
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


@dataclass
class _Job:
    """A step that is being made, since when."""

    step: Step
    began: float


@dataclass
class _Shop:
    """A build at work: draws steps, puts their files in place, and keeps the lock."""

    folder: Path
    lock: Lock
    scratch: Path
    force: bool
    watcher: Watcher
    made: int = 0
    failed: list[str] = field(default_factory=list)

    def draw(self, steps: Iterator[Step], crew: Crew) -> None:
        """Make every step, no more at once than the crew can take."""
        jobs: dict[Future[Drawn], _Job] = {}
        while True:
            for step in itertools.islice(steps, crew.size - len(jobs)):
                jobs[self._submit(step, crew)] = _Job(step, time.monotonic())
            if not jobs:
                return
            done, _ = wait(jobs, timeout=_TICK, return_when=FIRST_COMPLETED)
            for future in done:
                self._finish(future, jobs.pop(future))
            self.watcher.running({j.step.item.name: crew.shares.get(f) for f, j in jobs.items()})

    def _submit(self, step: Step, crew: Crew) -> Future[Drawn]:
        item = step.item
        table, inputs = _packed(item.table, self.folder) if crew.elsewhere else (item.table, {})
        task = Task(
            item.name,
            table,
            str(self.folder.resolve()),
            item.jobs,
            str((self.scratch / item.name).resolve()),
            self.force,
            inputs,
        )
        return crew.executor.submit(draw_elsewhere if crew.elsewhere else draw, task)

    def _finish(self, future: Future[Drawn], job: _Job) -> None:
        """Put an item's files in place and note it, or tell why there are none."""
        item = job.step.item
        try:
            drawn = future.result()
            for file in item.files:
                self._place(item.name, file, drawn.data.get(file))
            outputs = {file: (self.folder / file).read_bytes() for file in item.files}
        except Exception as error:  # whatever goes wrong with one item, the others are made
            self.failed.append(item.name)
            self.watcher.failed(job.step, _said(error))
            return
        finally:
            shutil.rmtree(self.scratch / item.name, ignore_errors=True)
        self.made += 1
        digests = {file: digest(data) for file, data in outputs.items()}
        self.lock.write(
            item.name, Made(drawn.title, job.step.sources, digests, dict(drawn.versions))
        )
        size = sum(map(len, outputs.values()))
        self.watcher.drawn(job.step, size, time.monotonic() - job.began)

    def _place(self, name: str, file: str, data: bytes | None) -> None:
        target = (self.folder / file).resolve()  # a link is written through
        target.parent.mkdir(parents=True, exist_ok=True)
        if data is None:
            (self.scratch / name / file).replace(target)
            return
        with replacing(target) as temporary:
            temporary.write_bytes(data)


def _packed(table: Mapping[str, Any], folder: Path) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return a recipe's table whose own files bear other names, and these files by their names."""
    inputs: dict[str, bytes] = {}

    def packed(text: str) -> str:
        found = re.fullmatch(r"(.+\.(?:py|toml|csv|json|npz))(|:.*)", text)
        if not found or found[1][:1] == "~" or Path(found[1]).is_absolute():
            return text
        name = f"{len(inputs)}/{Path(found[1]).name}"
        inputs[name] = (folder / found[1]).read_bytes()
        return name + found[2]

    moved = {**table, "surface": packed(table["surface"]), "theme": packed(table["theme"])}
    moved["paths"] = [packed(path) for path in table["paths"]]
    if "optimizers" in table:
        moved["optimizers"] = [{**o, "name": packed(o["name"])} for o in table["optimizers"]]
    return {**moved, "outputs": []}, inputs


def _said(error: Exception) -> str:
    """Return what an error says, in one line, and what kind it is where it is not one of ours."""
    text = " ".join(str(error).split())
    known = isinstance(error, (TrajvizError, WorkerDiedError, OSError))
    return text if known and text else f"{type(error).__name__}: {text}"
