"""What the files of a gallery were when it was last found current.

To look at thousands of items takes seconds, and nearly always all of them are as they were. So a
look that finds everything current leaves word of the files by which it judged: their sizes, times
and numbers on the disk. As long as these are the same, the gallery is still current. Git knows by
the same rule which of its files it must read.

A clock may stand still while a file is written twice. What changed shortly before the look, or
during it, is therefore not trusted, and the next look is a whole one.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from trajviz.files.target import replacing
from trajviz.gallery.layout import CACHE, GALLERY_FILE, JOURNAL_FILE, LOCK_FILE, PAGE_FILES
from trajviz.gallery.lock import digest
from trajviz.gallery.versions import installed_versions

FEWEST = 500
"""Files of items from which on it is worth while."""
_COARSEST_CLOCK = 2_000_000_000
"""Nanoseconds between two times that some disk can tell apart."""
_PACKAGE = Path(__file__).parents[1]

State = list[tuple[int, ...]]
"""What is known of each file without reading it; nothing of one that is not there."""


class Snapshot:
    """The snapshot of a gallery, as one kind of look at it left it."""

    def __init__(self, folder: Path, strict: bool) -> None:
        """Read nothing yet.

        Args:
            folder: The gallery's folder.
            strict: Whether the look counts as stale what other versions made.
        """
        self._folder = folder
        self._path = folder / CACHE / f"current{'-strict' * strict}.json"
        self._began = time.monotonic_ns()

    def notes(self) -> list[str] | None:
        """Return what the look noted, if no file has changed since; else None."""
        with suppress(OSError, ValueError, KeyError, TypeError):
            if self._is_ours():
                kept = json.loads(self._path.read_bytes())
                if kept["digest"] == self._digest(kept["files"], self._state(kept["files"])):
                    return [str(note) for note in kept["notes"]]
        return None

    def keep(self, files: Iterable[str], notes: Sequence[str]) -> None:
        """Leave word of a look that has just found everything current.

        Where that cannot be done, it is left.

        Args:
            files: Absolute paths of what the look judged by beside the gallery's own files: the
                items' files, and their sources.
            notes: What it noted.
        """
        kept = [*files]
        state = self._state(kept)
        with suppress(OSError):
            if len(kept) >= FEWEST and _newest(state) < self._trusted():
                found = {"digest": self._digest(kept, state), "files": kept, "notes": [*notes]}
                with replacing(self._path) as temporary:
                    temporary.write_text(json.dumps(found), encoding="utf-8")

    def _trusted(self) -> int:
        """Return the time before which nothing can have changed unseen, by the disk's own clock."""
        ignored = self._path.with_name(".gitignore")
        ignored.parent.mkdir(exist_ok=True)
        if not self._is_ours():
            return 0
        ignored.unlink(missing_ok=True)  # which may be a link
        ignored.write_text("*\n", encoding="utf-8")
        took = time.monotonic_ns() - self._began
        return ignored.stat().st_mtime_ns - took - _COARSEST_CLOCK

    def _is_ours(self) -> bool:
        """Tell whether the folder and the file are what we have made, and not somebody's links."""
        return not (self._path.parent.is_symlink() or self._path.is_symlink())

    def _state(self, files: Iterable[str]) -> State:
        own = (GALLERY_FILE, LOCK_FILE, JOURNAL_FILE, *PAGE_FILES)
        return [
            *map(_looked_at, files),
            *map(_looked_at, (self._folder / name for name in own)),
            *map(_looked_at, _code()),
        ]

    def _digest(self, files: Sequence[str], state: State) -> str:
        """Return a digest of all that the look depends on."""
        homes = [*map(os.environ.get, ("HOME", "USERPROFILE"))]
        known: list[Any] = [installed_versions(), homes, files, state]
        return digest(json.dumps(known).encode())


def _code() -> Iterator[str]:
    """Yield the paths of trajviz's own files, in a fixed order."""
    for folder, folders, files in os.walk(_PACKAGE):
        folders[:] = sorted({*folders} - {"__pycache__"})
        yield from (f"{folder}/{file}" for file in sorted(files))


def _looked_at(path: str | Path) -> tuple[int, ...]:
    try:
        found = os.stat(path)  # noqa: PTH116  # of 30,000 paths a Path each takes twice as long
    except FileNotFoundError:
        return ()
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _newest(state: State) -> int:
    """Return when anything changed last; what is written to, renamed or dated back has changed."""
    return max(max(one[2:], default=0) for one in state)
