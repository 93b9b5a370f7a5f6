"""`gallery.lock`: what each item was made from, what came out, and which versions made it.

JSON, sorted, one value a line, so that a change of one item is a change of few lines. It is written
anew after each item, so that a build that is interrupted goes on where it was.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from trajviz.errors import TrajvizError
from trajviz.files.target import replacing
from trajviz.gallery.definitions import digest

FILE = "gallery.lock"


@dataclass(frozen=True)
class Made:
    """How an item was made: digests by what they are of, outputs by their file.

    `title` is what the picture is called, which only its surface's definition may know.
    """

    title: str
    sources: Mapping[str, str]
    outputs: Mapping[str, str]
    versions: Mapping[str, str]


class Lock:
    """The lock file of a gallery's folder: its items by name, and its page."""

    def __init__(self, folder: Path) -> None:
        """Read it, an empty one where there is none; raises TrajvizError for a broken one."""
        self.path = folder / FILE
        self.made: dict[str, Made] = {}
        self.page: Made | None = None
        if not self.path.is_file():
            return
        try:
            data = json.loads(self.path.read_bytes())
            self.made = {name: _made(table) for name, table in data["items"].items()}
            self.page = _made(data["page"]) if "page" in data else None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise TrajvizError(
                f"{self.path} is broken: delete it, and build everything anew"
            ) from error

    def write(self, name: str, made: Made) -> None:
        """Note how an item was made, on disk as well."""
        self.made[name] = made
        self._save()

    def write_page(self, made: Made) -> None:
        """Note how the page was made, on disk as well."""
        if made != self.page:
            self.page = made
            self._save()

    def keep(self, names: Iterable[str]) -> None:
        """Forget all other items, on disk as well."""
        kept = {name: self.made[name] for name in names if name in self.made}
        if len(kept) < len(self.made):
            self.made = kept
            self._save()

    def _save(self) -> None:
        data: dict[str, Any] = {"items": {n: asdict(made) for n, made in self.made.items()}}
        if self.page is not None:
            data["page"] = asdict(self.page)
        text = json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False)
        with replacing(self.path) as temporary:
            temporary.write_text(text + "\n", encoding="utf-8")


def _made(table: Mapping[str, Any]) -> Made:
    made = Made(**{field.name: table[field.name] for field in fields(Made)})
    kinds = {type(made.title), *map(type, (made.sources, made.outputs, made.versions))}
    texts = [*made.sources.values(), *made.outputs.values(), *made.versions.values()]
    if kinds != {str, dict} or not all(isinstance(text, str) for text in texts):
        raise TypeError
    return made


def why_stale(
    made: Made | None, sources: Mapping[str, str], files: Iterable[str], folder: Path
) -> list[str]:
    """Return why an item must be made again, in words; nothing where it is current."""
    if made is None:
        return ["new"]
    reasons = [f"{what} changed" for what in _changed(made.sources, sources)]
    for file in files:
        path = folder / file
        if not path.is_file():
            reasons.append(f"{file} is missing")
        elif made.outputs.get(file) != digest(path.read_bytes()):
            reasons.append(f"{file} was edited" if file in made.outputs else f"{file} is new")
    return reasons


def _changed(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """Return what differs; who races and in which look is the recipe's own business."""
    changed = [what for what, value in new.items() if old.get(what, value) != value]
    return changed or ["recipe"] * (old.keys() != new.keys())


def other_versions(made: Made, here: Mapping[str, str]) -> dict[str, str]:
    """Return what was of another version when the item was made, and of which."""
    return {
        name: made.versions.get(name, "") for name in here if made.versions.get(name) != here[name]
    }
