"""`gallery.lock`: what each item was made from, what came out, and which versions made it.

The file is sorted JSON with one value a line, so that a change of one item is a change of few
lines. It is written anew after each item, so that a build that was interrupted can be continued.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from trajviz.errors import TrajvizError
from trajviz.files.target import replacing
from trajviz.gallery.layout import LOCK_FILE


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
    """The lock file of a gallery's folder.

    Attributes:
        path: The file.
        items: The entry of each item, by the item's name.
        page: The entry of the page, None before it was written.
    """

    def __init__(self, folder: Path) -> None:
        """Read the file, if there is one.

        Raises:
            TrajvizError: The file is there, and is no lock file.
        """
        self.path = folder / LOCK_FILE
        self.items: dict[str, LockEntry] = {}
        self.page: LockEntry | None = None
        if self.path.is_file():
            self._read()

    def record(self, name: str, entry: LockEntry) -> None:
        """Set the entry of an item, and write the file."""
        self.items[name] = entry
        self._write()

    def record_page(self, entry: LockEntry) -> None:
        """Set the entry of the page, and write the file if that changes it."""
        if entry != self.page:
            self.page = entry
            self._write()

    def keep_only(self, names: Iterable[str]) -> None:
        """Forget the items that are not named, and write the file if there are any."""
        kept = {name: self.items[name] for name in names if name in self.items}
        if len(kept) < len(self.items):
            self.items = kept
            self._write()

    def _read(self) -> None:
        try:
            data = json.loads(self.path.read_bytes())
            self.items = {name: _entry(table) for name, table in data["items"].items()}
            self.page = _entry(data["page"]) if "page" in data else None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise TrajvizError(
                f"{self.path} is broken: delete it, and build everything anew"
            ) from error

    def _write(self) -> None:
        data: dict[str, Any] = {"items": {name: asdict(e) for name, e in self.items.items()}}
        if self.page is not None:
            data["page"] = asdict(self.page)
        text = json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False)
        with replacing(self.path) as temporary:
            temporary.write_text(text + "\n", encoding="utf-8")


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
