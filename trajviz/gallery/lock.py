"""`gallery.lock`: what each item was made from, what came out, and which versions made it.

The file is sorted JSON with one value a line, so that a change of one item is a change of few
lines. A build adds each item to a journal beside it as soon as the item is made, one line each, and
writes the file itself when it ends: to write it anew for each of thousands of items would take
longer than to make them. What a build that was killed has left in its journal still counts.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import fields
from pathlib import Path
from typing import IO, Any

from trajviz.errors import TrajvizError
from trajviz.files.target import replacing
from trajviz.frozen import dataclass
from trajviz.gallery.layout import JOURNAL_FILE, LOCK_FILE


def digest(data: bytes) -> str:
    """Return a short hash by which a change of the bytes is found."""
    return hashlib.sha256(data).hexdigest()[:32]


@dataclass(frozen=True)
class LockEntry:
    """How an item, or the page, was made.

    Attributes:
        title: What the picture is called, which only its surface's definition may know.
        sources: The digest of each source, by the source's name.
        outputs: The digest of each file, by its path in the gallery's folder.
        versions: The version of Python and of each library, by name.
    """

    title: str
    sources: Mapping[str, str]
    outputs: Mapping[str, str]
    versions: Mapping[str, str]


class Lock:
    """The lock file of a gallery's folder, with its journal.

    Attributes:
        path: The file.
        items: The entry of each item, by the item's name.
        page: The entry of the page, None before it was written.
        unwritten: Whether any of these is not in the file.
    """

    def __init__(self, folder: Path) -> None:
        """Read the file and its journal, as far as they are there.

        Raises:
            TrajvizError: The file is there, and is no lock file.
        """
        self.path = folder / LOCK_FILE
        self.items: dict[str, LockEntry] = {}
        self.page: LockEntry | None = None
        self._journal = folder / JOURNAL_FILE
        self._added: IO[bytes] | None = None
        data = self._data()
        self._read(data)
        self.unwritten = self._read_journal(digest(data))

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Give a block in which items are recorded; at its end, however it comes, write the file.

        There is one such block at a time for a folder.
        """
        self._settle()  # what a build that was killed has left, perhaps in the middle of a line
        try:
            yield
        finally:
            if self._added is not None:
                self._added.close()
                self._added = None
            self._settle()

    def record(self, name: str, entry: LockEntry) -> None:
        """Set the entry of an item, and add it to the journal. Only within `recording`."""
        self.items[name] = entry
        self.unwritten = True
        try:
            if self._added is None:
                self._added = self._journal.open("xb", buffering=0)
                _add(self._added, digest(self._data()))
            _add(self._added, {name: vars(entry)})
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(self._journal)) from error

    def record_page(self, entry: LockEntry) -> None:
        """Set the entry of the page."""
        self.unwritten |= entry != self.page
        self.page = entry

    def keep_only(self, names: Iterable[str]) -> None:
        """Forget the items that are not named."""
        kept = {name: self.items[name] for name in names if name in self.items}
        self.unwritten |= len(kept) < len(self.items)
        self.items = kept

    def _data(self) -> bytes:
        return self.path.read_bytes() if self.path.is_file() else b""

    def _read(self, data: bytes) -> None:
        if not self.path.is_file():
            return
        try:
            table = json.loads(data)
            self.items = {name: _entry(value) for name, value in table["items"].items()}
            self.page = _entry(table["page"]) if "page" in table else None
        except _WRONG as error:
            raise TrajvizError(
                f"{self.path} is broken: delete it, and build everything anew"
            ) from error

    def _read_journal(self, base: str) -> bool:
        """Read what a build that was killed has added to this very file; return whether it has.

        A line that was not written to its end is the last one, and counts as not written.
        """
        if not self._journal.is_file():
            return False
        first, *lines = self._journal.read_bytes().split(b"\n")[:-1] or [b""]
        if first != _line(base)[:-1]:
            return False  # the file is another one by now
        with suppress(*_WRONG):
            for line in lines:
                self.items |= {name: _entry(value) for name, value in json.loads(line).items()}
        return bool(lines)

    def _settle(self) -> None:
        """Write the file if it lacks anything; then there is no need of a journal."""
        if self.unwritten:
            self._write()
        self._journal.unlink(missing_ok=True)

    def _write(self) -> None:
        data: dict[str, Any] = {"items": {name: vars(e) for name, e in self.items.items()}}
        if self.page is not None:
            data["page"] = vars(self.page)
        text = json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False)
        with replacing(self.path) as temporary:
            temporary.write_text(text + "\n", encoding="utf-8")
        self.unwritten = False


_WRONG = (ValueError, KeyError, TypeError, AttributeError, RecursionError)
"""What reading raises where a file is none of ours."""


def _line(value: Any) -> bytes:
    return json.dumps(value).encode() + b"\n"


def _add(file: IO[bytes], value: Any) -> None:
    """Add a line to a file; raises OSError unless the whole of it is there."""
    line = _line(value)
    if file.write(line) != len(line):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _entry(table: Mapping[str, Any]) -> LockEntry:
    """Return an entry as the file holds it; TypeError or KeyError for anything else."""
    entry = LockEntry(**{field.name: table[field.name] for field in fields(LockEntry)})
    mappings = (entry.sources, entry.outputs, entry.versions)
    texts = [entry.title, *(text for mapping in mappings for text in mapping.values())]
    if not all(isinstance(text, str) for text in texts):
        raise TypeError
    return entry


def why_stale(
    entry: LockEntry | None, sources: Mapping[str, str], files: Iterable[str], folder: Path
) -> list[str]:
    """Return why an item, or the page, must be made again: a phrase a reason, none if current.

    Args:
        entry: How it was made, None if it never was.
        sources: The digest of each source now, by the source's name.
        files: The files that it must consist of, relative to the folder.
        folder: The gallery's folder.
    """
    if entry is None:
        return ["new"]
    changed = [f"{source} changed" for source in _changed_sources(entry.sources, sources)]
    changes = ((file, _file_change(file, entry, folder)) for file in files)
    return changed + [f"{file} {change}" for file, change in changes if change]


def _changed_sources(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """Return the names of changed sources; "recipe" where only the set of names has changed."""
    changed = [name for name, value in new.items() if old.get(name, value) != value]
    return changed or ["recipe"] * (old.keys() != new.keys())


def _file_change(file: str, entry: LockEntry, folder: Path) -> str:
    """Return what happened to a file since it was made, empty if nothing did."""
    path = folder / file
    if not path.is_file():
        return "is missing"
    if file not in entry.outputs:
        return "is new"
    return "" if entry.outputs[file] == digest(path.read_bytes()) else "was edited"


def other_versions(entry: LockEntry, installed: Mapping[str, str]) -> dict[str, str]:
    """Return the versions that made an item where they are not those installed, by name.

    A version that is not known is empty.
    """
    made_with = {name: entry.versions.get(name, "") for name in installed}
    return {name: was for name, was in made_with.items() if was != installed[name]}
