"""An item of a gallery: a recipe with a name, and words about it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache, cached_property, lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

from trajviz.errors import TrajvizError, unknown
from trajviz.files.plan import PlannedFile, files_of
from trajviz.files.target import why_not_portable
from trajviz.frozen import dataclass
from trajviz.gallery.layout import RESERVED
from trajviz.gallery.sweep import GridPoint, fill_placeholders, with_settings
from trajviz.recipe.recipe import Recipe
from trajviz.recipe.toml import naming, read_recipe, recipe_keys, to_table
from trajviz.scene.panels import panel_names
from trajviz.scene.views import view_names

OWN = ("name", "section", "caption", "alt")
"""An item's keys beside those of its recipe; all of them are texts."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._=+-]{0,119}")


@dataclass(frozen=True)
class Item:
    """One item of a gallery.

    Attributes:
        name: What identifies it.
        section: The heading that it stands under, perhaps empty.
        caption: What it teaches, plain text.
        alt: What is to be seen, for those who do not see it, plain text.
        recipe: What is raced and drawn; its paths work from the current folder, all but outputs,
            which are relative to the gallery's folder.
        table: The recipe as `read_recipe` reads it, its paths relative to the gallery's folder.
        plan: The files to make, relative to the gallery's folder.
    """

    name: str
    section: str
    caption: str
    alt: str
    recipe: Recipe
    table: Mapping[str, Any]
    plan: tuple[PlannedFile, ...]

    @cached_property
    def files(self) -> tuple[str, ...]:
        """The paths of the files to make, relative to the gallery's folder, with slashes."""
        return tuple(file.target.replace(os.sep, "/") for file in self.plan)


def read_item(point: GridPoint, folder: Path) -> Item:
    """Return the item that a gallery describes.

    Args:
        point: Its keys, defaults included.
        folder: The gallery's folder, as the current folder calls it.

    Raises:
        TrajvizError: A key, a text, an output or the recipe is wrong.
    """
    table = {**dict.fromkeys((*OWN, "title"), ""), **point.table}
    check_keys(table)
    table |= _texts(table, point.placeholders)
    own = {key: table.pop(key) for key in OWN}
    outputs = _outputs(table)
    name = own["name"] = _checked_name(own["name"] or _derived_name(outputs[0], table))
    files = _files(outputs, name)
    recipe = with_settings(read_recipe({**table, "outputs": []}, name, folder), point.settings)
    with naming(name):
        _check_look(recipe)
    table = {**to_table(recipe, folder), "outputs": [*files]}
    recipe = replace(recipe, outputs=files)
    return Item(**own, recipe=recipe, table=table, plan=files_of(recipe))


def check_keys(table: Mapping[str, Any]) -> None:
    """Raise TrajvizError for a key that no item has."""
    known = _known_keys()
    for key in table:
        if key not in known:
            raise unknown("key", key, known)


@cache
def _known_keys() -> frozenset[str]:
    return frozenset({*recipe_keys(), *OWN} - {"format"})  # a suffix says it here


def _texts(table: Mapping[str, Any], placeholders: Mapping[str, str]) -> dict[str, str]:
    """Return the texts of an item; in those of a sweep, placeholders are filled."""
    texts = {key: table[key] for key in (*OWN, "title")}
    for key, text in texts.items():
        if not isinstance(text, str):
            raise TrajvizError(f"{key} {text!r} is not a text")
        if placeholders:
            texts[key] = fill_placeholders(text, placeholders)
    return texts


def _checked_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise TrajvizError(
            f"name {name!r} is not up to 120 letters, digits and ._=+-, the first of them a letter "
            "or a digit"
        )
    _check_portable("name", name, [name])
    return name


def _check_portable(what: str, path: str, parts: Iterable[str]) -> None:
    """Raise TrajvizError for a path that some system could not have, so that all have the same."""
    for part in parts:
        why = why_not_portable(part)
        if why:
            raise TrajvizError(f"{what} {path!r} is not for every system: {why}")


def _outputs(table: Mapping[str, Any]) -> list[str]:
    outputs = table.get("outputs", [])
    if not (isinstance(outputs, list) and outputs and all(isinstance(o, str) for o in outputs)):
        raise TrajvizError(f"outputs {outputs!r} is not a list of files' names, at least one")
    return [*map(_checked_output, outputs)]


@lru_cache(maxsize=64)  # all items of a sweep have the same, with their own name in it
def _checked_output(output: str) -> str:
    """Return an output by the one path that it has in the gallery's folder, on every system."""
    path = PurePosixPath(output)
    inside = not path.is_absolute() and ".." not in path.parts and output[:1] not in ("~", "-")
    if not inside or "\\" in output or "\0" in output or not path.name:
        raise TrajvizError(f"output {output!r} is no file in the gallery's folder")
    hidden = next((part for part in path.parts if part.startswith(".")), None)
    if hidden:  # as `.git`, and `.building`, which is removed at a build's end
        raise TrajvizError(f"output {output!r}: {hidden!r} is hidden, and for programs alone")
    _check_portable("output", output, PurePosixPath(output.replace("{name}", "x")).parts)
    return path.as_posix()


def _derived_name(output: str, table: Mapping[str, Any]) -> str:
    """Return the name of an item that gives none: that of its first file, else of its surface."""
    text = str(table.get("surface", "")).partition(":")[0] if "{name}" in output else output
    return PurePosixPath(text).stem


def _files(outputs: Sequence[str], name: str) -> tuple[str, ...]:
    """Return the files that outputs stand for."""
    files = tuple(output.replace("{name}", name) for output in outputs)
    for file in files:
        if file.lower() in RESERVED:
            raise TrajvizError(f"output {file!r} is a file of the gallery's own")
        if files.count(file) > 1:
            raise TrajvizError(f"output {file!r} is given twice")
    return files


def _check_look(recipe: Recipe) -> None:
    """Refuse at once what rendering would refuse later."""
    if recipe.look.view not in view_names():
        raise unknown("view", recipe.look.view, view_names())
    for panel in recipe.look.panels:
        if panel not in panel_names():
            raise unknown("panel", panel, panel_names())
