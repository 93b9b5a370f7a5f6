"""A gallery: a folder with a `gallery.toml` that describes its items.

    title = "Optimizers in motion"

    [defaults]
    size = [800, 450]
    outputs = ["{name}.gif", "{name}.mp4", "{name}.png"]

    [[animation]]
    name = "valley"
    surface = "rosenbrock"
    caption = "Who follows the bend."

The keys of an item are those of a recipe and those of `items.OWN`. Paths are relative to the file,
outputs lie in its folder. `[[sweep]]` describes many items at once, see `sweep`.
"""

from __future__ import annotations

import os
from collections.abc import Container, Iterator, Mapping
from pathlib import Path
from typing import Any

from trajviz.errors import TrajvizError, unknown
from trajviz.frozen import dataclass
from trajviz.gallery.items import Item, check_keys, read_item
from trajviz.gallery.layout import GALLERY_FILE
from trajviz.gallery.sweep import GridPoint, count_points, each_point
from trajviz.recipe.toml import load_toml, naming
from trajviz.untrusted import user_path

MOST_ITEMS = 100_000
"""No gallery has more items."""

_KEYS = {
    "title": (str, "a text"),
    "introduction": (str, "a text"),
    "sections": (list, "a list"),
    "defaults": (dict, "a table, [defaults]"),
    "animation": (list, "a list"),
    "sweep": (list, "a list"),
}
"""The keys of the file, what each holds, and what that is called."""


@dataclass(frozen=True)
class Gallery:
    """What a gallery's file says. Its items are read anew each time they are asked for.

    Attributes:
        folder: Where the file is, and all files of the items.
        title: The heading of the page.
        introduction: Paragraphs below the heading, parted by blank lines.
        sections: The order in which sections are shown; empty for that in which they come.
        defaults: Keys of every item that does not say otherwise.
        animations: The keys of each item that stands alone.
        sweeps: The keys and the grid of each sweep.
    """

    folder: Path
    title: str
    introduction: str
    sections: tuple[str, ...]
    defaults: Mapping[str, Any]
    animations: tuple[Mapping[str, Any], ...]
    sweeps: tuple[Mapping[str, Any], ...]

    def items(self, numbers: Container[int] | None = None) -> Iterator[Item]:
        """Yield every item, animations before sweeps.

        A sweep is expanded as it is read, so that thousands of items need no memory.

        Args:
            numbers: Which items are read, counted from 0; default None, all.

        Raises:
            TrajvizError: An item is wrong, or two of them share a name or a file.
        """
        names: dict[str, str] = {}
        files: dict[str, str] = {}
        here = Path(os.path.relpath(self.folder))  # so that paths are the same wherever we are
        for number, (where, point) in enumerate(self._points()):
            if numbers is not None and number not in numbers:
                continue
            with naming(where):
                item = read_item(point, here)
                if self.sections and item.section not in self.sections:
                    raise unknown("section", item.section, self.sections)
                _claim(names, item.name, item.name, "name")
                for file in item.files:
                    _claim(files, file, item.name, "output")
            yield item

    def _points(self) -> Iterator[tuple[str, GridPoint]]:
        """Yield what the file says of each item, defaults included, and where it says so."""
        path = self.folder / GALLERY_FILE
        for number, table in enumerate(self.animations, 1):
            yield f"{path}: animation {number}", GridPoint({**self.defaults, **table})
        for number, table in enumerate(self.sweeps, 1):
            free = {key: value for key, value in self.defaults.items() if key not in table["grid"]}
            for point in each_point({**free, **table}):
                yield f"{path}: sweep {number}, {point.label}", point


def load_gallery(folder: str | Path) -> Gallery:
    """Return the gallery of a folder. Its items are checked when they are read.

    Raises:
        TrajvizError: The folder has no `gallery.toml`, or the file is wrong as a whole.
    """
    folder = user_path(folder)
    path = folder / GALLERY_FILE
    if not path.is_file():
        raise TrajvizError(f"{str(folder)!r} is no gallery: there is no {str(path)!r}")
    table = load_toml(path)
    _check_table(table, path)
    gallery = Gallery(
        folder=folder,
        title=table.get("title", "Gallery"),
        introduction=table.get("introduction", ""),
        sections=tuple(table.get("sections", ())),
        defaults=table.get("defaults", {}),
        animations=tuple(table.get("animation", ())),
        sweeps=tuple(table.get("sweep", ())),
    )
    _check_count(gallery, path)
    return gallery


def _check_table(table: Mapping[str, Any], path: Path) -> None:
    for key, value in table.items():
        if key not in _KEYS:
            raise unknown(f"key in {path}", key, _KEYS)
        kind, called = _KEYS[key]
        if not isinstance(value, kind):
            raise TrajvizError(f"{path}: {key} is not {called}")
    for key in ("animation", "sweep"):
        if not all(isinstance(item, dict) for item in table.get(key, ())):
            raise TrajvizError(f"{path}: {key} is not a list of tables, as in [[sweep]]")
    if not (table.get("animation") or table.get("sweep")):
        raise TrajvizError(f"{path} has neither [[animation]] nor [[sweep]]")
    sections = table.get("sections", [])
    if not all(isinstance(section, str) for section in sections):
        raise TrajvizError(f"{path}: sections {sections!r} is not a list of texts")
    with naming(f"{path}: defaults"):
        check_keys(table.get("defaults", {}))


def _check_count(gallery: Gallery, path: Path) -> None:
    """Refuse a wrong grid, and more items than anybody wants."""
    count = len(gallery.animations)
    for number, sweep in enumerate(gallery.sweeps, 1):
        with naming(f"{path}: sweep {number}"):
            count += count_points(sweep)
    if count > MOST_ITEMS:
        raise TrajvizError(f"{path}: {count:,} items are more than {MOST_ITEMS:,}")


def _claim(taken: dict[str, str], value: str, name: str, what: str) -> None:
    """Note that an item takes a name or a file; TrajvizError if another has it.

    Upper and lower case are the same, since some file systems do not tell them apart.
    """
    key = value.casefold()
    if key in taken:
        raise TrajvizError(f"{what} {value!r} is also that of {taken[key]!r}")
    taken[key] = name
