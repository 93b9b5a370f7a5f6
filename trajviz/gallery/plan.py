"""What a build must make and why, found without rendering or running anything."""

from __future__ import annotations

import contextlib
import dataclasses
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path

from trajviz.errors import unknown
from trajviz.frozen import dataclass
from trajviz.gallery.entry import Entry
from trajviz.gallery.gallery import Gallery, load_gallery
from trajviz.gallery.items import Item
from trajviz.gallery.lock import Lock, other_versions, why_stale
from trajviz.gallery.site import Site, entry_of
from trajviz.gallery.sources import Sources
from trajviz.gallery.versions import installed_versions
from trajviz.optimizers.own import nothing_run
from trajviz.recipe.recipe import Recipe
from trajviz.recipe.toml import naming
from trajviz.surface.catalogue import problem_names


@dataclass(frozen=True)
class Work:
    """Why an item must be made.

    Attributes:
        name: The item's name.
        sources: The digest of each of its sources, by the source's name.
        reasons: Why it must be made, at least one.
        long: Whether that takes many times as long as it usually does.
    """

    name: str
    sources: dict[str, str]
    reasons: tuple[str, ...]
    long: bool


@dataclass(frozen=True)
class PlannedItem:
    """An item in the plan of a build.

    Attributes:
        item: The item.
        sources: The digest of each of its sources, by the source's name.
        reasons: Why it must be made.
    """

    item: Item
    sources: dict[str, str]
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """What there is to make of a gallery. Each item has been looked at, once.

    Attributes:
        gallery: The gallery.
        lock: How its items were made.
        work: What is to be made, by the item's number.
        site: The page, with what it says of every item.
        force: Whether current items are made as well, without limits that protect the user's time.
        sources: The files that the items are made from, absolute; None where others may take part.
    """

    gallery: Gallery
    lock: Lock
    work: Mapping[int, Work]
    site: Site
    force: bool
    sources: Collection[Path] | None

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of all items."""
        return tuple(entry.name for entry in self.site.entries)

    @property
    def judged_by(self) -> list[str] | None:
        """Absolute paths of all items' files and sources, None where these are not all known."""
        if self.sources is None:
            return None
        here, entries = self.gallery.folder.absolute(), self.site.entries
        files = [f"{here}/{file}" for entry in entries for file in entry.files]
        return [*sorted(map(str, self.sources)), *files]

    @property
    def stale(self) -> dict[str, tuple[str, ...]]:
        """What is to be made, items by name and then "page", each with its reasons."""
        items = {work.name: work.reasons for work in self.work.values()}
        page = tuple(self.site.why_stale(self.lock))
        return {**items, "page": page} if page else items

    @property
    def items(self) -> Iterator[PlannedItem]:
        """The items to make, read anew one by one, so that thousands of them need no memory.

        What takes long comes first, or one worker would be busy with it when all others are done.
        """
        for long in (True, False):
            works = {number: work for number, work in self.work.items() if work.long == long}
            found = self.gallery.items(works) if works else ()
            for item, work in zip(found, works.values(), strict=True):
                yield PlannedItem(item, work.sources, work.reasons)

    @property
    def notes(self) -> list[str]:
        """What is worth knowing of the gallery although it makes nothing stale, a line each."""
        names = {*self.names}
        return [*_version_notes(self.lock, names), *_orphan_notes(self.lock, names)]

    @property
    def size(self) -> tuple[int, int, int]:
        """How many items the gallery has, and how many files and bytes its folder has now."""
        files = [path for path in self.gallery.folder.rglob("*") if path.is_file()]
        return len(self.names), len(files), sum(path.stat().st_size for path in files)


def plan_gallery(
    folder: str | Path,
    only: Collection[str] = (),
    force: bool = False,
    strict: bool = False,
    trust: bool = True,
) -> Plan:
    """Return what there is to make of a gallery.

    Args:
        folder: The gallery's folder.
        only: The names of the items to make; empty for all.
        force: Whether current items are made as well, without limits that protect the user's time.
        strict: Whether an item is stale that other versions made.
        trust: Whether Python files and modules may be run that optimizers are in.

    Raises:
        TrajvizError: The gallery is wrong, an item of it is, or one of its sources is missing.
    """
    gallery = load_gallery(folder)
    lock = Lock(gallery.folder)
    entries: list[Entry] = []
    work: dict[int, Work] = {}
    look = _Look(gallery=gallery, lock=lock, force=force, strict=strict)
    with contextlib.nullcontext() if trust else nothing_run():
        for number, item in enumerate(gallery.items()):
            entries.append(entry_of(item))
            found = look.at(item)
            if found.reasons and (not only or item.name in only):
                work[number] = found
    plan = Plan(
        gallery=gallery,
        lock=lock,
        work=work,
        site=Site(gallery, entries),
        force=force,
        sources=look.sources,
    )
    _check_names(only, plan.names)
    return plan


@dataclasses.dataclass
class _Look:
    """A look at the items of a gallery, one by one."""

    gallery: Gallery
    lock: Lock
    force: bool
    strict: bool

    def __post_init__(self) -> None:
        self._sources = Sources()
        self._problems = frozenset(problem_names())

    @property
    def sources(self) -> Collection[Path] | None:
        """The files that the items are made from, None where these are not all known."""
        return None if self._sources.foreign else self._sources.files

    def at(self, item: Item) -> Work:
        """Return why an item must be made, perhaps for no reason."""
        with naming(item.name):
            sources = self._sources.of(item)
        made = self.lock.items.get(item.name)
        reasons = why_stale(made, sources, item.files, self.gallery.folder)
        if self.strict:
            reasons += _version_reasons(self.lock, item.name)
        return Work(
            name=item.name,
            sources=sources,
            reasons=tuple(reasons or ["forced"] * self.force),
            long=self._takes_long(item.recipe),
        )

    def _takes_long(self, recipe: Recipe) -> bool:
        """Tell whether a race takes long: in many dimensions, or drawn anew for every frame."""
        return bool(recipe.look.orbit) or recipe.surface.partition(":")[0] in self._problems


def _version_reasons(lock: Lock, item: str) -> list[str]:
    if item not in lock.items:
        return []
    others = other_versions(lock.items[item], installed_versions())
    return [f"made with {name} {was or '?'}" for name, was in others.items()]


def _check_names(only: Collection[str], names: Collection[str]) -> None:
    """Raise TrajvizError for a name that no item has."""
    for name in {*only} - {*names}:
        near = get_close_matches(name, names, n=20, cutoff=0.3) if len(names) > 40 else names
        raise unknown("item", name, near)


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
