"""What a build must make and why, found without rendering or running anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from trajviz.errors import unknown
from trajviz.gallery.gallery import Gallery, load_gallery
from trajviz.gallery.items import Item
from trajviz.gallery.lock import Lock, other_versions, why_stale
from trajviz.gallery.site import why_page_stale
from trajviz.gallery.sources import item_sources
from trajviz.gallery.versions import installed_versions
from trajviz.recipe.toml import naming


@dataclass(frozen=True)
class PlannedItem:
    """An item in the plan of a build.

    Attributes:
        item: The item.
        sources: The digest of each of its sources, by the source's name.
        reasons: Why it must be made, none if it is current.
    """

    item: Item
    sources: dict[str, str]
    reasons: tuple[str, ...]


def plan_items(
    gallery: Gallery,
    lock: Lock,
    only: Collection[str] = (),
    force: bool = False,
    strict: bool = False,
) -> Iterator[PlannedItem]:
    """Yield the items of a gallery, each with the reasons to make it.

    Args:
        gallery: The gallery.
        lock: How its items were made.
        only: The names of the items to yield; empty for all.
        force: Whether an item that is current is made as well.
        strict: Whether other versions are a reason.

    Raises:
        TrajvizError: An item is wrong, or one of its sources is missing.
    """
    for item in gallery.items():
        if only and item.name not in only:
            continue
        with naming(item.name):
            sources = item_sources(item)
        reasons = why_stale(lock.items.get(item.name), sources, item.files, gallery.folder)
        if strict:
            reasons += _version_reasons(lock, item.name)
        yield PlannedItem(item, sources, tuple(reasons or ["forced"] * force))


def _version_reasons(lock: Lock, item: str) -> list[str]:
    if item not in lock.items:
        return []
    others = other_versions(lock.items[item], installed_versions())
    return [f"made with {name} {was or '?'}" for name, was in others.items()]


def item_names(gallery: Gallery, only: Collection[str] = ()) -> list[str]:
    """Return the names of all items, having checked every item and its sources.

    Args:
        gallery: The gallery.
        only: Names that must be among them.

    Raises:
        TrajvizError: An item is wrong, one of its sources is missing, or there is no such name.
    """
    names = []
    for item in gallery.items():
        with naming(item.name):
            item_sources(item)
        names.append(item.name)
    for name in only:
        if name not in names:
            near = get_close_matches(name, names, n=20, cutoff=0.3) if len(names) > 40 else names
            raise unknown("item", name, near)
    return names


def stale_of(
    folder: str | Path, only: Collection[str] = (), force: bool = False, strict: bool = False
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what is stale of a gallery, items by name and then "page", each with its reasons.

    Args:
        folder: The gallery's folder.
        only: The names of the items to look at; empty for all.
        force: Whether an item that is current is named as well.
        strict: Whether other versions are a reason.

    Raises:
        TrajvizError: The gallery is wrong; this is found before anything is yielded.
    """
    gallery = load_gallery(folder)
    lock = Lock(gallery.folder)
    item_names(gallery, only)
    for planned in plan_items(gallery, lock, only, force, strict):
        if planned.reasons:
            yield planned.item.name, planned.reasons
    if reasons := why_page_stale(gallery, lock):
        yield "page", tuple(reasons)


def size_of(folder: str | Path) -> tuple[int, int, int]:
    """Return how many items a gallery has, and how many files and bytes its folder."""
    gallery = load_gallery(folder)
    files = [path for path in gallery.folder.rglob("*") if path.is_file()]
    items = sum(1 for _ in gallery.items())
    return items, len(files), sum(path.stat().st_size for path in files)


def notes_of(folder: str | Path) -> list[str]:
    """Return what is worth knowing of a gallery although it makes nothing stale, a line each."""
    gallery = load_gallery(folder)
    lock = Lock(gallery.folder)
    names = {item.name for item in gallery.items()}
    return [*_version_notes(lock, names), *_orphan_notes(lock, names)]


def _version_notes(lock: Lock, names: Collection[str]) -> Iterator[str]:
    """Yield how many of the items other versions made."""
    installed = installed_versions()
    entries = [entry for name, entry in lock.items.items() if name in names]
    others = Counter(pair for e in entries for pair in other_versions(e, installed).items())
    for (name, was), count in sorted(others.items()):
        items = "item was" if count == 1 else "items were"
        yield (
            f"{count} {items} made with {name} {was or '?'}, here is {installed[name]} "
            "(stale only with --strict)"
        )


def _orphan_notes(lock: Lock, names: Collection[str]) -> Iterator[str]:
    """Yield the files of items that are in the lock and no longer in the gallery."""
    for name in sorted(lock.items.keys() - names):
        files = ", ".join(lock.items[name].outputs)
        yield f"{name!r} is no item any more; nothing needs its files: {files}"
