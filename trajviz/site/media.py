"""The media of blocks: rendered once, kept in a folder, the same for every build after that.

    store = Store(folder)
    media = store.media(block, "html")      # for this kind of snippet; renders what is missing
    media.snippet("../trajviz/")            # what stands in the page; addresses begin so
    [folder / name for name in media.names]
    store.keep_only()                       # after all pages: without what none of them asked for

Files are called SURFACE-DIGEST.gif and so on. The digest is of the recipe, of the files that it
names, and of the version of trajviz: with any of them the names change, so that no reader is shown
an old one. A record, in `.trajviz/`, keeps alt text and sizes, since the race would
have to be run again for them. All files of a block appear or none.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from trajviz.descent import Progress
from trajviz.errors import TrajvizError
from trajviz.files.containers import Size
from trajviz.files.dimensions import measured
from trajviz.files.following import dark_half
from trajviz.files.formats import load_format
from trajviz.files.plan import PlannedFile, check_plan, plan_files
from trajviz.files.snippets import Shown, checked_url, load_snippet, shown_by
from trajviz.files.target import replacing_all
from trajviz.frozen import dataclass
from trajviz.gallery.lock import digest
from trajviz.gallery.sources import Sources
from trajviz.gallery.versions import installed_versions
from trajviz.race import Race, run
from trajviz.scene.theme import light_and_dark
from trajviz.site.block import UNFORMATTED, Block

RECORDS = ".trajviz"
"""The folder of records within that of the media."""
DAY = 24 * 3600
"""Seconds for which a cache keeps what only some other build may have asked for."""


@dataclass(frozen=True)
class Medium:
    """A file of a block: its name, its format, its size in pixels and in bytes."""

    name: str
    format: str
    size: Size
    bytes: int


@dataclass(frozen=True)
class Media:
    """All files of a block.

    Attributes:
        kind: The place that shows them, a name among `snippet_names()`.
        alt: What they show, in words.
        files: The files, the best of each kind first, dark halves among them.
        fps: How many frames a second they have.
        made: Whether they were rendered just now.
    """

    kind: str
    alt: str
    files: tuple[Medium, ...]
    fps: float
    made: bool

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the files, in the store's folder."""
        return tuple(file.name for file in self.files)

    def shown(self, address: str = "") -> Shown:
        """Return what a snippet may use.

        Args:
            address: The address of the files' folder; "" for the page's own.
        """
        files = [(file.name, file.format, file.size) for file in self.files]
        return shown_by(files, self.alt, checked_url(address), self.fps)

    def snippet(self, address: str = "") -> str:
        """Return what shows them in a page, without a line end.

        Args:
            address: The address of the files' folder; "" for the page's own.

        Raises:
            TrajvizError: The place cannot show them.
        """
        return load_snippet(self.kind).write(self.shown(address))


@dataclass(frozen=True)
class _Record:
    """What is known of the files of one digest: alt text, frames a second, files by name."""

    alt: str
    fps: float
    files: Mapping[str, Medium]


class Store:
    """A folder of media.

    Attributes:
        folder: The folder; it is made when there is something to put into it.
        made: How many blocks were rendered.
    """

    def __init__(self, folder: Path, records: Path | None = None) -> None:
        """Take a folder, whatever is in it.

        Args:
            folder: The folder of the media.
            records: That of what is known of them; None for `.trajviz` among them.
        """
        self.folder = folder
        self._kept = records or folder / RECORDS
        self.made = 0
        self._sources = Sources()
        self._used: dict[str, set[str]] = {}

    @property
    def files(self) -> set[Path]:
        """The files that the blocks of a build have read: surfaces, themes, paths."""
        return self._sources.files

    def is_current(self, block: Block, kind: str) -> bool:
        """Return whether a block's media are there, as `media` would return them."""
        stem, files = self._planned(block, kind)
        return not _missing(files, self._record(stem), self.folder)

    def media(self, block: Block, kind: str, progress: Progress | None = None) -> Media:
        """Return a block's media; those that are not there are rendered.

        Args:
            block: The block.
            kind: The place that is to show them, a name among `snippet_names()`.
            progress: Called with what is done and what there is to do, of one file after the other.

        Raises:
            TrajvizError: They cannot be rendered; the message begins with the page and the line.
            OSError: They cannot be written.
        """
        stem, files = self._planned(block, kind)
        self._used.setdefault(stem, set()).update(_name(file) for file in files)
        record = self._record(stem)
        self._touch(stem)
        missing = _missing(files, record, self.folder)
        if missing:
            with block.page.telling():
                record = self._render(block, stem, missing, record, progress)
            self.made += 1
        assert record
        found = tuple(record.files[_name(file)] for file in files)
        return Media(
            kind=kind,
            alt=block.alt or record.alt,
            files=found,
            fps=record.fps,
            made=bool(missing),
        )

    def stem_of(self, block: Block) -> str:
        """Return how a block's files are called, without suffix."""
        with block.page.telling():
            return f"{block.name}-{_digest(self._sources, block)}"

    def keep_only(self, stems: Collection[str] = (), unasked: float = 0) -> list[str]:
        """Remove files that no block asked for since this store was taken; return their names.

        What the store has not written stays.

        Args:
            stems: How files of further blocks are called, without suffix: all of these stay.
            unasked: For how many seconds no other store may have been asked for them either.
        """
        removed = []
        for path in self._records():
            record, used = self._record(path.stem), self._used.get(path.stem, set())
            if not record or path.stem in stems or _age(path) < unasked:
                continue
            unused = [name for name in record.files if name not in used]
            for name in unused:
                (self.folder / name).unlink(missing_ok=True)
            if not used:
                path.unlink(missing_ok=True)
            removed += unused
        return removed

    def _touch(self, stem: str) -> None:
        """Have a record say by its time that it was asked for, once in a while."""
        path = self._kept / f"{stem}.json"
        with suppress(OSError):  # it is not there, or may only be read
            if _age(path) > DAY / 4:
                os.utime(path)

    def _records(self) -> Iterable[Path]:
        return sorted(self._kept.glob("*.json"))

    def _planned(self, block: Block, kind: str) -> tuple[str, tuple[PlannedFile, ...]]:
        """Return how a block's files are called, without suffix, and the files."""
        stem = self.stem_of(block)
        with block.page.telling():
            wanted = [str(self.folder / name) for name in _names(stem, block, kind)]
            return stem, plan_files(block.recipe.changed(outputs=tuple(wanted), **UNFORMATTED))

    def _record(self, stem: str) -> _Record | None:
        path = self._kept / f"{stem}.json"
        with suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
            return _read(json.loads(path.read_bytes()))
        return None

    def _render(
        self,
        block: Block,
        stem: str,
        files: Sequence[PlannedFile],
        record: _Record | None,
        progress: Progress | None,
    ) -> _Record:
        """Render files, and put all of them into their places with the record of all."""
        for folder in (self.folder, self._kept):
            folder.mkdir(parents=True, exist_ok=True)
        check_plan(files)
        race = run(block.recipe, progress=progress)
        data = [*_rendered(race, files, progress)]
        media = {_name(file): _medium(file, one) for file, one in zip(files, data, strict=True)}
        step = block.recipe.at[0] if block.recipe.at else None
        found = _Record(
            alt=race.alt_text(step),
            fps=race.playback.fps,
            files={**(record.files if record else {}), **media},
        )
        targets = [*(Path(file.target) for file in files), self._kept / f"{stem}.json"]
        with replacing_all(targets) as temporaries:
            for path, one in zip(temporaries, [*data, _written(found)], strict=True):
                path.write_bytes(one)
        return found


def _age(path: Path) -> float:
    """Return how many seconds ago a file was written or touched."""
    return time.time() - path.stat().st_mtime


def _digest(sources: Sources, block: Block) -> str:
    """Return by what the media of a block are known: twelve hexadecimal digits."""
    known = {**sources.of(block), "trajviz": installed_versions()["trajviz"]}
    return digest(json.dumps(known, sort_keys=True).encode())[:12]


def _names(stem: str, block: Block, kind: str) -> Iterator[str]:
    """Yield the names of a block's files, each before its dark half."""
    halves = light_and_dark(block.recipe.look.theme)
    for name in block.formats(kind):
        yield f"{stem}.{name}"
        if halves and not load_format(name).follows:
            yield dark_half(f"{stem}.{name}", name)


def _name(file: PlannedFile) -> str:
    return Path(file.target).name


def _missing(
    files: Sequence[PlannedFile], record: _Record | None, folder: Path
) -> list[PlannedFile]:
    """Return the files that are not there as they were written."""
    known = record.files if record else {}
    return [file for file in files if not _is_there(known.get(_name(file)), folder)]


def _is_there(medium: Medium | None, folder: Path) -> bool:
    path = folder / medium.name if medium else folder
    return medium is not None and path.is_file() and path.stat().st_size == medium.bytes


def _rendered(
    race: Race, files: Sequence[PlannedFile], progress: Progress | None
) -> Iterator[bytes]:
    """Yield the bytes of each file, all of one size that each of them can keep to."""
    one, theme = race, race.look.theme
    for file in files:
        one = one.in_theme(file.theme or theme)
        one = one.fitted(file.format.name, file.step, race.request.max_bytes)
    for file in files:
        yield one.in_theme(file.theme or theme).to_bytes(file.format.name, file.step, progress)


def _medium(file: PlannedFile, data: bytes) -> Medium:
    name = _name(file)
    size = measured(data)
    if size is None:
        raise TrajvizError(f"{name!r} does not say how large it is")
    return Medium(name=name, format=file.format.name, size=size, bytes=len(data))


def _written(record: _Record) -> bytes:
    table = vars(record) | {"files": {name: vars(one) for name, one in record.files.items()}}
    return (json.dumps(table, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _read(table: Mapping[str, Any]) -> _Record:
    """Return a record; KeyError or another for what is none."""
    files = {one.name: one for one in map(_entry, table["files"].values())}
    return _Record(alt=str(table["alt"]), fps=float(table["fps"]), files=files)


def _entry(table: Mapping[str, Any]) -> Medium:
    width, height = map(int, table["size"])
    return Medium(
        name=Path(table["name"]).name,  # no file elsewhere is removed, whatever a record says
        format=str(table["format"]),
        size=(width, height),
        bytes=int(table["bytes"]),
    )
