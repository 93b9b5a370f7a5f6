"""A folder of pages written again elsewhere, with a snippet and media in the place of each block.

The source is left alone. Only what differs is written, so that a server that watches the target
builds little, and what is gone from the source is removed there:

    mirror = Mirror(Path("site"), Path("build"), "hugo")
    for path in mirror.write():
        print(path)
"""

from __future__ import annotations

import os
import posixpath
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from trajviz.descent import Progress
from trajviz.errors import TrajvizError
from trajviz.files.target import replacing
from trajviz.frozen import dataclass
from trajviz.site.block import Block
from trajviz.site.layout import layout_of, load_kind
from trajviz.site.markdown import Fence, find_fences, replace_fences
from trajviz.site.media import RECORDS, Media, Store
from trajviz.untrusted import MOST_TEXT_BYTES, read_bytes, real_path

PAGES = (".md", ".markdown", ".mdown", ".mdx", ".qmd", ".rmd")
"""The suffixes of pages in which blocks are looked for; all other files are copied."""
_SKIPPED = (".git", ".hg", ".svn", RECORDS)
_WRITTEN = "written"
"""The list of what was written to a target, among its records."""


Bars = Callable[[Block], AbstractContextManager[Progress | None]]
"""Gives for a block what takes its progress."""


def filtered(
    text: str,
    page: Path,
    store: Store,
    *,
    kind: str,
    address: str,
    trust: bool = False,
    progress: Bars | None = None,
) -> str:
    """Return a Markdown text with snippets in the place of its blocks.

    Args:
        text: The text.
        page: The file that it is of; messages name it, and paths relate to its folder.
        store: Where media go.
        kind: The kind of page, a name among `site_kinds()`.
        address: The address of the media's folder.
        trust: Whether Python may be run that blocks name.
        progress: Gives what takes a block's progress; None for nobody.

    Raises:
        TrajvizError: A block cannot be rendered; the message begins with its page and line.
    """
    name, fences = load_kind(kind).name, find_fences(text)
    blocks = [fence.block(str(page), page.parent, trust) for fence in fences]
    media = [_rendered(store, block, name, progress) for block in blocks]
    return replace_fences(text, fences, [one.snippet(address) for one in media])


def _rendered(store: Store, block: Block, kind: str, progress: Bars | None) -> Media:
    with progress(block) if progress else nullcontext() as told:
        return store.media(block, kind, told)


@dataclass(frozen=True)
class _Page:
    """A page with blocks: its path in the folder, its text, and where its blocks are."""

    name: str
    text: str
    fences: tuple[Fence, ...]
    blocks: tuple[Block, ...]


class Mirror:
    """A folder, or one page, that is written again elsewhere.

    Attributes:
        source: The folder of the source.
        target: The folder that is written.
        store: Its media.
    """

    def __init__(self, source: Path, target: Path, kind: str, trust: bool = False) -> None:
        """Read all pages.

        Args:
            source: A folder of pages, or one page.
            target: The folder that is written.
            kind: The kind of site, a name among `site_kinds()`.
            trust: Whether Python may be run that blocks name.

        Raises:
            TrajvizError: A block makes no sense, one folder cannot be written to the other, or is
                not the root of such a site.
        """
        self.source, self.target = source.parent if source.is_file() else source, target
        self._whole = not source.is_file()
        self._check()
        self.layout = layout_of(kind, self.source)
        self.store = Store(target / self.layout.media, target / RECORDS)
        self._names = [*self._found()] if self._whole else [source.name]
        self._pages = [page for name in self._names if (page := self._read(name, trust))]

    @property
    def races(self) -> int:
        """How many blocks there are."""
        return sum(len(page.blocks) for page in self._pages)

    def write(self, progress: Bars | None = None) -> Iterator[Path]:
        """Write what differs, and yield the path of each file that was written.

        Args:
            progress: Gives what takes a block's progress; None for nobody.

        Raises:
            TrajvizError: A block cannot be rendered; no page is written then.
        """
        texts = [*self._texts(progress=progress)]  # all is rendered before a page is written
        for name, text in texts:
            if self._write(name, text.encode()):
                yield self.target / name
        yield from self._copied()
        if self._whole:
            self._remove_gone()
            self.store.keep_only()

    def stale(self) -> Iterator[str]:
        """Yield what `write` would do, a line each; nothing is rendered or written."""
        waiting = set()
        for page in self._pages:
            for block in page.blocks:
                if not self.store.is_current(block, self.layout.kind):
                    waiting.add(page.name)
                    yield f"{block.page.where}: not rendered"
        for name, text in self._texts(waiting):
            if not _holds(self.target / name, text.encode()):
                yield f"{self.target / name}: not as its source says"
        for name in self._plain():
            if not _same(self.source / name, self.target / name):
                yield f"{self.target / name}: not as its source"
        for name in self._gone():
            yield f"{self.target / name}: its source is gone"

    def _check(self) -> None:
        if not self.source.is_dir():
            raise TrajvizError(f"no folder {str(self.source)!r}")
        here, there = real_path(self.source), real_path(self.target)
        if there == here or there in here.parents:
            raise TrajvizError(
                f"{str(self.target)!r} holds the source {str(self.source)!r}: write elsewhere"
            )

    def _found(self) -> Iterator[str]:
        """Yield the paths of all files, in order, without those of the target and of versions."""
        target = real_path(self.target)
        for folder, folders, files in os.walk(self.source):
            here = Path(folder)
            built = self.layout.built if here == self.source else ()
            folders[:] = sorted(
                name
                for name in folders
                if name not in (*_SKIPPED, *built) and real_path(here / name) != target
            )
            for name in sorted(files):
                yield (here / name).relative_to(self.source).as_posix()

    def _read(self, name: str, trust: bool) -> _Page | None:
        """Return a page with blocks, None for what is copied as it is."""
        path = self.source / name
        if path.suffix.lower() not in PAGES:
            return None
        try:
            text = read_bytes(path, MOST_TEXT_BYTES, str(path)).decode()
        except UnicodeDecodeError:
            return None
        fences = tuple(find_fences(text))
        blocks = tuple(fence.block(str(path), path.parent, trust) for fence in fences)
        return _Page(name=name, text=text, fences=fences, blocks=blocks) if fences else None

    def _texts(
        self, but: set[str] | frozenset[str] = frozenset(), progress: Bars | None = None
    ) -> Iterator[tuple[str, str]]:
        """Yield the path and the text of each file that is not copied; its media are rendered."""
        for page in self._pages:
            if page.name not in but:
                yield page.name, self._text(page, progress)
        if self._pages:
            yield from self.layout.files.items()

    def _text(self, page: _Page, progress: Bars | None) -> str:
        kind = self.layout.kind
        media = [_rendered(self.store, block, kind, progress) for block in page.blocks]
        return replace_fences(page.text, page.fences, [self._snippet(page, one) for one in media])

    def _snippet(self, page: _Page, media: Media) -> str:
        beside = posixpath.relpath(self.layout.media, posixpath.dirname(page.name) or ".")
        return self.layout.written.format(media.snippet(self.layout.address or beside))

    def _plain(self) -> list[str]:
        """Return the paths of the files that are copied."""
        own = {page.name for page in self._pages}
        return [name for name in self._names if name not in own]

    def _write(self, name: str, data: bytes) -> bool:
        """Write a file if it differs; return whether it did."""
        path = self.target / name
        if _holds(path, data):
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as temporary:
            temporary.write_bytes(data)
        return True

    def _copied(self) -> Iterator[Path]:
        for name in self._plain():
            path = self.target / name
            if not _same(self.source / name, path):
                path.parent.mkdir(parents=True, exist_ok=True)
                with replacing(path) as temporary:
                    shutil.copyfile(self.source / name, temporary)
                yield path

    def _gone(self) -> list[str]:
        """Return what was written once, and is in the source no more."""
        record = self.target / RECORDS / _WRITTEN
        before = record.read_text("utf-8").split("\n") if record.is_file() else []
        return sorted({*filter(None, before)} - {*self._all()})

    def _all(self) -> list[str]:
        return [*self._names, *(self.layout.files if self._pages else ())]

    def _remove_gone(self) -> None:
        root = real_path(self.target)
        for name in self._gone():
            path = self.target / name
            if root in real_path(path).parents:
                path.unlink(missing_ok=True)
        self._write(f"{RECORDS}/{_WRITTEN}", "\n".join(sorted(self._all())).encode())


def _holds(path: Path, data: bytes) -> bool:
    return path.is_file() and path.read_bytes() == data


def _same(source: Path, copy: Path) -> bool:
    """Return whether a file is copied already."""
    same = copy.is_file() and copy.stat().st_size == source.stat().st_size
    return same and copy.read_bytes() == source.read_bytes()
