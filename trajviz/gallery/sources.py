"""The sources of an item: its recipe, and the files that define surface, optimizers and look.

Each source has a digest, by which a build knows what has changed. The code that runs, draws and
encodes a race is no source: that is trajviz itself, and counts as a version.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from trajviz.errors import TrajvizError
from trajviz.gallery.items import Item
from trajviz.gallery.lock import digest
from trajviz.optimizers import DEFAULT_OPTIMIZERS, Optimizer
from trajviz.optimizers.find import load_optimizer
from trajviz.recipe.recipe import Look, Recipe
from trajviz.recipe.schedule import SCHEDULES
from trajviz.recipe.toml import to_table
from trajviz.scene.languages import find_language
from trajviz.scene.theme import light_and_dark
from trajviz.scene.themes import find_theme
from trajviz.surface.catalogue import find_definition
from trajviz.surface.definition import needed_files
from trajviz.surface.formula import read_formula
from trajviz.untrusted import user_path


def item_sources(item: Item) -> dict[str, str]:
    """Return the digest of each source of an item, by the source's name.

    Texts that differ only in how their lines end have the same digest.

    Raises:
        TrajvizError: A file is missing, or the surface's formula is wrong.
    """
    recipe = item.recipe
    return {
        "recipe": _recipe_digest(item.table),
        **_surface_source(recipe.surface),
        **dict(map(_optimizer_source, _optimizers(recipe))),
        **dict(map(_schedule_source, _schedules(recipe))),
        f"theme {Path(recipe.look.theme).name}": _theme_digest(recipe.look.theme),
        **_language_source(recipe.look.language),
        **dict(map(_paths_source, map(Path, recipe.paths))),
    }


def _recipe_digest(table: Mapping[str, Any]) -> str:
    """Return the digest of what a recipe says beyond the defaults, however it is spelled.

    It stays the same when a later trajviz adds a key. The names of files are left out, since a file
    that is added to an item is simply missing.
    """
    defaults = to_table(Recipe(table["surface"]), Path())
    said = {key: value for key, value in table.items() if value != defaults.get(key)}
    said["surface"] = table["surface"]
    said.pop("outputs", None)
    numbers_alike = json.loads(json.dumps(said), parse_int=float)  # 1 is 1.0
    return digest(json.dumps(numbers_alike, sort_keys=True).encode())


def _surface_source(surface: str) -> dict[str, str]:
    """Return the source of a surface, none for a formula, which the recipe holds in full."""
    definition = find_definition(surface)
    if definition is None:
        read_formula(surface)  # raises for a mistake, before anything is rendered
        return {}
    return {"surface": _text_digest(*needed_files(definition[0]))}


def _optimizers(recipe: Recipe) -> Iterator[Optimizer]:
    if not recipe.optimizers and not recipe.paths:
        yield from map(load_optimizer, DEFAULT_OPTIMIZERS)
    yield from (spec.optimizer for spec in recipe.optimizers)


def _optimizer_source(optimizer: Optimizer) -> tuple[str, str]:
    own = re.match(r"(.+\.py)(:|$)", optimizer.name)
    rule = user_path(own[1]) if own else Path(inspect.getfile(optimizer.rule))
    name = rule.name if own else optimizer.name
    return f"optimizer {name}", _text_digest(*needed_files(rule))


def _schedules(recipe: Recipe) -> dict[str, None]:
    """Return the names of a recipe's schedules, each once."""
    return dict.fromkeys(spec.schedule.name for spec in recipe.optimizers if spec.schedule)


def _schedule_source(name: str) -> tuple[str, str]:
    return f"schedule {name}", digest(inspect.getsource(SCHEDULES[name]).encode())


def _theme_digest(theme: str) -> str:
    """Return the digest of a theme, and of the two that it takes where it follows its reader."""
    return _text_digest(*map(find_theme, (theme, *(light_and_dark(theme) or ()))))


def _language_source(language: str) -> dict[str, str]:
    """Return the source of the picture's own words; none for ours, which count as a version."""
    if language == Look.language:
        return {}
    return {f"language {Path(language).name}": _text_digest(find_language(language))}


def _paths_source(path: Path) -> tuple[str, str]:
    if not user_path(path).is_file():
        raise TrajvizError(f"no file of paths {str(path)!r}")
    return f"file {path.name}", _text_digest(user_path(path))


def _text_digest(*paths: Path) -> str:
    return digest(b"\0".join(path.read_bytes().replace(b"\r\n", b"\n") for path in paths))
