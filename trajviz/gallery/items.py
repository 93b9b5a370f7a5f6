"""`gallery.toml`: what a gallery shows. An item is a recipe with a name, and words about it.

    title = "Optimizers in motion"

    [defaults]
    size = [800, 450]
    outputs = ["{name}.gif", "{name}.mp4", "{name}.png"]

    [[animation]]
    name = "valley"
    surface = "rosenbrock"
    caption = "Who follows the bend."

Keys are those of a recipe and of OWN; paths are relative to the file, outputs inside its folder.
`[[sweep]]` is many items at once, see `sweep`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from trajviz.errors import TrajvizError, unknown
from trajviz.files.formats import format_of, still_path
from trajviz.gallery.sweep import Point, count_points, each_point, filled, with_settings
from trajviz.recipe.recipe import Recipe
from trajviz.recipe.toml import load_toml, naming, read_recipe, recipe_keys, to_table
from trajviz.scene.panels import panel_names
from trajviz.scene.views import view_names

FILE = "gallery.toml"
"""The file that makes a folder a gallery."""
OWN = ("name", "section", "caption", "alt")
"""An item's keys beside its recipe's, all texts."""
RESERVED = ("index.html", "readme.md", FILE, "gallery.lock")
"""Files of the gallery's own, which no item may write."""
MOST_ITEMS = 100_000

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._=+-]{0,119}")
_HEAD = {
    "title": str,
    "introduction": str,
    "sections": list,
    "defaults": dict,
    "animation": list,
    "sweep": list,
}
"""The keys of the file and what they hold."""


@dataclass(frozen=True)
class Item:
    """One item: its recipe, and words about it.

    `table` is the recipe as `read_recipe` reads it, its paths from the gallery's folder. `jobs` are
    the files it becomes, with the step that each is a still of, None for the last.
    """

    name: str
    section: str
    caption: str
    alt: str
    recipe: Recipe
    table: Mapping[str, Any]
    jobs: tuple[tuple[str, int | None], ...]

    @property
    def files(self) -> tuple[str, ...]:
        """The files it becomes, relative to the gallery's folder."""
        return tuple(file for file, _ in self.jobs)


@dataclass(frozen=True)
class Gallery:
    """A folder with a `gallery.toml`; its items are read anew each time they are asked for.

    `sections` is the order in which they are shown, empty for that in which they come.
    """

    folder: Path
    title: str
    introduction: str
    sections: tuple[str, ...]
    defaults: Mapping[str, Any]
    animations: tuple[Mapping[str, Any], ...]
    sweeps: tuple[Mapping[str, Any], ...]

    def items(self) -> Iterator[Item]:
        """Yield every item, animations before sweeps; raises TrajvizError at the first mistake.

        A sweep is expanded as it is read, so that thousands of items need no room.
        """
        names: dict[str, str] = {}
        files: dict[str, str] = {}
        here = Path(os.path.relpath(self.folder))  # so that paths are the same wherever we are
        for where, point in self._points():
            with naming(where):
                item = _item(point, here)
                if self.sections and item.section not in self.sections:
                    raise unknown("section", item.section, self.sections)
                _claim(names, item.name, item.name, "name")
                for file in item.files:
                    _claim(files, file, item.name, "output")
            yield item

    def _points(self) -> Iterator[tuple[str, Point]]:
        """Yield the keys of each item, defaults included, and where they stand."""
        path = self.folder / FILE
        for number, table in enumerate(self.animations, 1):
            yield f"{path}: animation {number}", Point({**self.defaults, **table}, {}, {}, "")
        for number, table in enumerate(self.sweeps, 1):
            free = {key: value for key, value in self.defaults.items() if key not in table["grid"]}
            for point in each_point({**free, **table}):
                yield f"{path}: sweep {number}, {point.label}", point


def load_gallery(folder: str | Path) -> Gallery:
    """Return the gallery of a folder; raises TrajvizError for what is wrong with it as a whole."""
    folder = Path(folder).expanduser()
    path = folder / FILE
    if not path.is_file():
        raise TrajvizError(f"{str(folder)!r} is no gallery: there is no {str(path)!r}")
    head = load_toml(path)
    for key, value in head.items():
        if key not in _HEAD:
            raise unknown(f"key in {path}", key, _HEAD)
        if not isinstance(value, _HEAD[key]):
            raise TrajvizError(f"{path}: {key} is not {_SPELLING[_HEAD[key]]}")
    tables = {key: tuple(head.get(key, ())) for key in ("animation", "sweep")}
    for key, given in tables.items():
        if not all(isinstance(table, dict) for table in given):
            raise TrajvizError(f"{path}: {key} is not a list of tables, as in [[sweep]]")
    if not any(tables.values()):
        raise TrajvizError(f"{path} has neither [[animation]] nor [[sweep]]")
    sections = head.get("sections", [])
    if not all(isinstance(section, str) for section in sections):
        raise TrajvizError(f"{path}: sections {sections!r} is not a list of texts")
    defaults = head.get("defaults", {})
    with naming(f"{path}: defaults"):
        _check_keys(defaults)
    count = len(tables["animation"])
    for number, table in enumerate(tables["sweep"], 1):
        with naming(f"{path}: sweep {number}"):
            count += count_points(table)
    if count > MOST_ITEMS:
        raise TrajvizError(f"{path}: {count:,} items are more than {MOST_ITEMS:,}")
    return Gallery(
        folder,
        head.get("title", "Gallery"),
        head.get("introduction", ""),
        tuple(sections),
        defaults,
        **{f"{key}s": given for key, given in tables.items()},
    )


_SPELLING = {str: "a text", dict: "a table, [defaults]", list: "a list"}


def _claim(taken: dict[str, str], value: str, name: str, what: str) -> None:
    """Note what an item takes for itself, or say who has it; case tells no two files apart."""
    key = value.casefold()
    if key in taken:
        raise TrajvizError(f"{what} {value!r} is also that of {taken[key]!r}")
    taken[key] = name


def _check_keys(table: Mapping[str, Any]) -> None:
    known = {*recipe_keys(), *OWN} - {"format"}  # a suffix says it here
    for key in table:
        if key not in known:
            raise unknown("key", key, known)


def _item(point: Point, folder: Path) -> Item:
    table = {**dict.fromkeys((*OWN, "title"), ""), **point.table}
    _check_keys(table)
    for key in (*OWN, "title"):
        if not isinstance(table[key], str):
            raise TrajvizError(f"{key} {table[key]!r} is not a text")
        if point.words:
            table[key] = filled(table[key], point.words)
    own = {key: table.pop(key) for key in OWN}
    outputs = _outputs(table)
    name = own["name"] = own["name"] or _derived(outputs[0], table)
    if not _NAME.fullmatch(name):
        raise TrajvizError(
            f"name {name!r} is not up to 120 letters, digits and ._=+-, the first of them a letter "
            "or a digit"
        )
    table["outputs"] = [output.replace("{name}", name) for output in outputs]
    recipe = with_settings(read_recipe(table, name, folder), point.settings)
    with naming(name):
        _check_look(recipe)
    jobs = tuple(
        (still_path(Path(output), step).as_posix(), step)
        for output in table["outputs"]
        for step in _steps(output, recipe)
    )
    return Item(**own, recipe=recipe, table=to_table(recipe, folder), jobs=jobs)


def _outputs(table: Mapping[str, Any]) -> list[str]:
    outputs = table.get("outputs", [])
    if not (isinstance(outputs, list) and outputs and all(isinstance(o, str) for o in outputs)):
        raise TrajvizError(f"outputs {outputs!r} is not a list of files' names, at least one")
    for output in outputs:
        path = PurePosixPath(output)
        inside = not path.is_absolute() and ".." not in path.parts and output[:1] not in ("~", "-")
        if not inside or "\\" in output or "\0" in output or path.name[:1] in ("", "."):
            raise TrajvizError(f"output {output!r} is no file in the gallery's folder")
    return outputs


def _derived(output: str, table: Mapping[str, Any]) -> str:
    """Return the name that an item without one has: its first file's, else its surface's."""
    text = str(table.get("surface", "")).partition(":")[0] if "{name}" in output else output
    return PurePosixPath(text).stem


def _steps(output: str, recipe: Recipe) -> tuple[int | None, ...]:
    """Return the steps that an output shows alone, and refuse what it cannot show."""
    path = Path(output)
    if path.as_posix().lower() in RESERVED:
        raise TrajvizError(f"output {output!r} is a file of the gallery's own")
    chosen = format_of(path)
    steps = recipe.at or (None,)
    for step in steps:
        chosen.check(recipe.playback, step, recipe.steps)
    return steps


def _check_look(recipe: Recipe) -> None:
    """Refuse at once what drawing would refuse later."""
    if recipe.look.view not in view_names():
        raise unknown("view", recipe.look.view, view_names())
    for panel in recipe.look.panels:
        if panel not in panel_names():
            raise unknown("panel", panel, panel_names())
