"""The gallery's own two files, `index.html` and `README.md`: checked and written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from trajviz.files.target import replacing
from trajviz.gallery.command import command_of
from trajviz.gallery.entry import Entry
from trajviz.gallery.gallery import Gallery
from trajviz.gallery.items import Item
from trajviz.gallery.layout import PAGE_FILES
from trajviz.gallery.lock import Lock, LockEntry, digest, why_stale


def entries_of(gallery: Gallery, lock: Lock) -> list[Entry]:
    """Return what the page shows: every item that has been made, section by section."""
    made = (item for item in gallery.items() if item.name in lock.items)
    entries = [_entry(item, lock.items[item.name]) for item in made]
    order = gallery.sections
    return sorted(entries, key=lambda e: order.index(e.section)) if order else entries


def _entry(item: Item, made: LockEntry) -> Entry:
    playback = item.recipe.playback
    moves = any(file.format.kind == "animation" for file in item.plan)
    return Entry(
        name=item.name,
        section=item.section,
        title=made.title,
        caption=item.caption,
        alt=item.alt,
        command=command_of(item),
        size=item.recipe.look.size,
        seconds=playback.duration if moves else 0.0,
        files=item.files,
    )


def sources_of(gallery: Gallery, entries: Sequence[Entry]) -> dict[str, str]:
    """Return the digests of what the page is made from: the words, and the templates."""
    words = [gallery.title, gallery.introduction, *map(asdict, entries)]
    parts = [path for path in Path(__file__).parent.iterdir() if path.stem.split(".")[0] in _PARTS]
    texts = [path.read_bytes().replace(b"\r\n", b"\n") for path in sorted(parts)]
    return {
        "what it says": digest(json.dumps(words, sort_keys=True).encode()),
        "its template": digest(b"\0".join(texts)),
    }


_PARTS = ("page", "readme")
"""The names of the files from which both are made, without suffixes."""


def why_page_stale(gallery: Gallery, lock: Lock) -> list[str]:
    """Return why the two files must be written again; nothing where they are current."""
    return why_stale(
        lock.page, sources_of(gallery, entries_of(gallery, lock)), PAGE_FILES, gallery.folder
    )


def check_site(gallery: Gallery) -> None:
    """Raise TrajvizError without Jinja2, which `write_site` needs."""
    from trajviz.gallery.page import page

    page(gallery.title, gallery.introduction, [])


def write_site(gallery: Gallery, lock: Lock) -> None:
    """Write the two files; raises TrajvizError without Jinja2."""
    from trajviz.gallery.page import page, readme

    entries = entries_of(gallery, lock)
    outputs = {}
    for name, make in zip(PAGE_FILES, (page, readme), strict=True):
        data = make(gallery.title, gallery.introduction, entries).encode()
        path = gallery.folder / name
        if not path.is_file() or path.read_bytes() != data:
            with replacing(path) as temporary:
                temporary.write_bytes(data)
        outputs[name] = digest(data)
    sources = sources_of(gallery, entries)
    lock.record_page(LockEntry(title=gallery.title, sources=sources, outputs=outputs, versions={}))
