"""What is stale and why, found without drawing or running anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from trajviz.errors import unknown
from trajviz.gallery.items import Gallery, Item, load_gallery
from trajviz.gallery.lock import Lock, other_versions, why_stale
from trajviz.gallery.render import versions
from trajviz.gallery.site import why_page_stale
from trajviz.gallery.sources import made_from
from trajviz.recipe.toml import naming


@dataclass(frozen=True)
class Step:
    """An item, the digests of what it is to be made from, and why it must be made; perhaps not."""

    item: Item
    sources: dict[str, str]
    reasons: tuple[str, ...]


def steps_of(
    gallery: Gallery,
    lock: Lock,
    only: Collection[str] = (),
    force: bool = False,
    strict: bool = False,
) -> Iterator[Step]:
    """Yield the items of a gallery, or `only` some, each with why it is stale.

    `force` is a reason by itself, and with `strict` so are other versions.
    """
    here = versions()
    for item in gallery.items():
        if only and item.name not in only:
            continue
        with naming(f"{item.name}"):
            sources = made_from(item)
        made = lock.made.get(item.name)
        reasons = why_stale(made, sources, item.files, gallery.folder)
        if strict and made is not None:
            others = other_versions(made, here)
            reasons += [f"made with {name} {was or '?'}" for name, was in others.items()]
        yield Step(item, sources, tuple(reasons or ["forced"] * force))


def names_of(gallery: Gallery, only: Collection[str] = ()) -> list[str]:
    """Return the names of all items, each checked; TrajvizError for a name that is not there."""
    names = []
    for item in gallery.items():
        with naming(item.name):
            made_from(item)
        names.append(item.name)
    for name in only:
        if name not in names:
            near = get_close_matches(name, names, n=20, cutoff=0.3) if len(names) > 40 else names
            raise unknown("item", name, near)
    return names


def stale_of(
    folder: str | Path, only: Collection[str] = (), force: bool = False, strict: bool = False
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what is stale of a gallery, items by name and then its page, each with its reasons.

    Nothing is drawn. Raises TrajvizError, before anything else, for a gallery that is wrong.
    """
    gallery = load_gallery(folder)
    lock = Lock(gallery.folder)
    names_of(gallery, only)
    for step in steps_of(gallery, lock, only, force, strict):
        if step.reasons:
            yield step.item.name, step.reasons
    if reasons := why_page_stale(gallery, lock):
        yield "page", tuple(reasons)


def size_of(folder: str | Path) -> tuple[int, int, int]:
    """Return how many items a gallery has, and how many files and bytes its folder."""
    gallery = load_gallery(folder)
    files = [path for path in gallery.folder.rglob("*") if path.is_file()]
    items = sum(1 for _ in gallery.items())
    return items, len(files), sum(path.stat().st_size for path in files)


def notes_of(folder: str | Path) -> list[str]:
    """Return what is worth knowing and makes nothing stale: other versions, items that are gone."""
    gallery = load_gallery(folder)
    lock = Lock(gallery.folder)
    names = {item.name for item in gallery.items()}
    here = versions()
    others = Counter(
        (name, was)
        for item in lock.made.keys() & names
        for name, was in other_versions(lock.made[item], here).items()
    )
    notes = [
        f"{count} {'item was' if count == 1 else 'items were'} made with {name} {was or '?'}, here "
        f"is {here[name]} (stale only with --strict)"
        for (name, was), count in sorted(others.items())
    ]
    for item in sorted(lock.made.keys() - names):
        files = ", ".join(lock.made[item].outputs)
        notes.append(f"{item!r} is no item any more; nothing needs its files: {files}")
    return notes
