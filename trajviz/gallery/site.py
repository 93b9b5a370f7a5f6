"""The gallery's own two files, `index.html` and `README.md`: checked and written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from trajviz.files.target import replacing
from trajviz.frozen import dataclass
from trajviz.gallery.command import command_of
from trajviz.gallery.entry import Entry
from trajviz.gallery.gallery import Gallery
from trajviz.gallery.items import Item
from trajviz.gallery.layout import PAGE_FILES
from trajviz.gallery.lock import Lock, LockEntry, digest, why_stale


def entry_of(item: Item) -> Entry:
    """Return what the page shows of an item; its title is known when it has been made."""
    playback = item.recipe.playback
    moves = any(file.format.kind == "animation" for file in item.plan)
    return Entry(
        name=item.name,
        section=item.section,
        title="",
        caption=item.caption,
        alt=item.alt,
        command=command_of(item),
        size=item.recipe.look.size,
        seconds=playback.duration if moves else 0.0,
        files=item.files,
    )


@dataclass(frozen=True)
class Site:
    """The page of a gallery, as it is to be.

    Attributes:
        gallery: The gallery.
        entries: What it shows of every item, titles left out.
    """

    gallery: Gallery
    entries: Sequence[Entry]

    def shown(self, lock: Lock) -> list[Entry]:
        """Return what the page shows: every item that has been made, section by section."""
        made = [e for e in self.entries if e.name in lock.items]
        titled = [replace(e, title=lock.items[e.name].title) for e in made]
        order = {section: place for place, section in enumerate(self.gallery.sections)}
        return sorted(titled, key=lambda e: order[e.section]) if order else titled

    def why_stale(self, lock: Lock) -> list[str]:
        """Return why the two files must be written again; nothing where they are current."""
        gallery = self.gallery
        sources = sources_of(gallery, self.shown(lock))
        return why_stale(lock.page, sources, PAGE_FILES, gallery.folder)

    def write(self, lock: Lock) -> None:
        """Write the two files; raises TrajvizError without Jinja2."""
        from trajviz.gallery.page import page, readme

        gallery, entries = self.gallery, self.shown(lock)
        outputs = {}
        for name, make in zip(PAGE_FILES, (page, readme), strict=True):
            data = make(gallery.title, gallery.introduction, entries).encode()
            path = gallery.folder / name
            if not path.is_file() or path.read_bytes() != data:
                with replacing(path) as temporary:
                    temporary.write_bytes(data)
            outputs[name] = digest(data)
        sources = sources_of(gallery, entries)
        entry = LockEntry(title=gallery.title, sources=sources, outputs=outputs, versions={})
        lock.record_page(entry)


def sources_of(gallery: Gallery, entries: Sequence[Entry]) -> dict[str, str]:
    """Return the digests of what the page is made from: the words, and the templates."""
    words = [gallery.title, gallery.introduction, *map(vars, entries)]
    parts = [path for path in Path(__file__).parent.iterdir() if path.stem.split(".")[0] in _PARTS]
    texts = [path.read_bytes().replace(b"\r\n", b"\n") for path in sorted(parts)]
    return {
        "what it says": digest(json.dumps(words, sort_keys=True).encode()),
        "its template": digest(b"\0".join(texts)),
    }


_PARTS = ("page", "readme")
"""The names of the files from which both are made, without suffixes."""


def check_site(gallery: Gallery) -> None:
    """Raise TrajvizError without Jinja2, which `Site.write` needs."""
    from trajviz.gallery.page import page

    page(gallery.title, gallery.introduction, [])
