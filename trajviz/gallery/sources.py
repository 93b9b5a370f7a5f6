"""The sources of an item: its recipe, and the files that define surface, optimizers and look.

A block in a page of a site has the same.

Each source has a digest, by which a build knows what has changed. The code that runs, draws and
encodes a race is no source: that is trajviz itself, and counts as a version.
"""

from __future__ import annotations

import functools
import inspect
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from trajviz.descent.checkpoints import are_checkpoints, checkpoint_files
from trajviz.descent.runs import run_source
from trajviz.errors import TrajvizError
from trajviz.gallery.lock import digest
from trajviz.optimizers import DEFAULT_OPTIMIZERS, Optimizer, rules
from trajviz.optimizers.find import load_optimizer
from trajviz.recipe.recipe import Look, Recipe
from trajviz.recipe.schedule import SCHEDULES
from trajviz.recipe.toml import to_table
from trajviz.scene.languages import find_language
from trajviz.scene.theme import light_and_dark
from trajviz.scene.themes import find_theme
from trajviz.surface.catalogue import find_definition
from trajviz.surface.catalogue import folder as catalogue_folder
from trajviz.surface.definition import needed_files
from trajviz.surface.formula import read_formula
from trajviz.untrusted import user_path


class Sourced(Protocol):
    """What is made from a recipe.

    Attributes:
        recipe: The recipe; its paths work from the current folder.
        table: The recipe as a file says it.
    """

    @property
    def recipe(self) -> Recipe: ...  # noqa: D102
    @property
    def table(self) -> Mapping[str, Any]: ...  # noqa: D102


class Sources:
    """Finds the digests of sources. Each file is read once, and taken to stay as it is.

    Attributes:
        files: The files that were read.
        foreign: Whether others may take part: by Python of somebody else's, which reads what it
            likes, or in a folder of checkpoints.
    """

    def __init__(self) -> None:
        """Begin without knowing any file."""
        self.files: set[Path] = set()
        self.foreign = False
        self._surface = functools.cache(self._surface_source)
        self._schedule = functools.cache(_schedule_source)
        self._theme = functools.cache(lambda theme: self._digests(_theme_files(theme)))
        self._language = functools.cache(lambda name: self._digests(_language_files(name)))
        self._paths = functools.cache(self._paths_source)
        self._optimizers: dict[str, dict[str, str]] = {}

    def of(self, item: Sourced) -> dict[str, str]:
        """Return the digest of each source of an item, by the source's name.

        Texts that differ only in how their lines end have the same digest.

        Raises:
            TrajvizError: A file is missing, or the surface's formula is wrong.
        """
        recipe = item.recipe
        found = {"recipe": _recipe_digest(item.table)}
        found |= self._surface(recipe.surface)
        for optimizer in _optimizers(recipe):
            found |= self._optimizer(optimizer)
        for schedule in _schedules(recipe):
            found |= self._schedule(schedule)
        found |= self._theme(recipe.look.theme)
        found |= self._language(recipe.look.language)
        for path in recipe.paths:
            found |= self._paths(path)
        return found

    def _optimizer(self, optimizer: Optimizer) -> dict[str, str]:
        name = optimizer.name
        if name not in self._optimizers:
            self.foreign |= not optimizer.rule.__module__.startswith(rules.__name__)
            self._optimizers[name] = self._digests(_optimizer_files(optimizer))
        return self._optimizers[name]

    def _surface_source(self, surface: str) -> dict[str, str]:
        """Return the source of a surface, none for a formula, which the recipe holds in full.

        Recorded runs have none beside their files.
        """
        if not surface:
            return {}
        definition = find_definition(surface)
        if definition is None:
            read_formula(surface)  # raises for a mistake, before anything is rendered
            return {}
        path, _ = definition
        self.foreign |= path.suffix == ".py" and path.parent != catalogue_folder()
        return self._digests({"surface": needed_files(path)})

    def _paths_source(self, text: str) -> dict[str, str]:
        self.foreign |= are_checkpoints(text)
        return self._digests(_paths_files(text))

    def _digests(self, sources: Mapping[str, Sequence[Path]]) -> dict[str, str]:
        """Return the digest of each source, which may be of several files."""
        for files in sources.values():
            self.files.update(map(Path.absolute, files))
        return {name: _text_digest(*files) for name, files in sources.items()}


def _recipe_digest(table: Mapping[str, Any]) -> str:
    """Return the digest of what a recipe says beyond the defaults, however it is spelled.

    It stays the same when a later trajviz adds a key. The names of files are left out, since a file
    that is added to an item is simply missing.
    """
    defaults = _default_table()
    said = {key: value for key, value in table.items() if value != defaults.get(key)}
    said["surface"] = table.get("surface", "")
    said.pop("outputs", None)
    return digest(json.dumps(_numbers_alike(said), sort_keys=True).encode())


def _numbers_alike(value: Any) -> Any:
    """Return a recipe's value with each number a fraction: 1 is 1.0."""
    if isinstance(value, dict):
        return {key: _numbers_alike(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [*map(_numbers_alike, value)]
    return float(value) if type(value) is int else value


@functools.cache
def _default_table() -> dict[str, Any]:
    """Return what a recipe says that says nothing; of what surface does not matter."""
    return to_table(Recipe("x"), Path())


def _optimizers(recipe: Recipe) -> Iterator[Optimizer]:
    if not recipe.optimizers and not recipe.paths:
        yield from map(load_optimizer, DEFAULT_OPTIMIZERS)
    yield from (spec.optimizer for spec in recipe.optimizers)


def _optimizer_files(optimizer: Optimizer) -> dict[str, list[Path]]:
    own = re.match(r"(.+\.py)(:|$)", optimizer.name)
    rule = user_path(own[1]) if own else Path(inspect.getfile(optimizer.rule))
    name = rule.name if own else optimizer.name
    return {f"optimizer {name}": needed_files(rule)}


def _schedules(recipe: Recipe) -> dict[str, None]:
    """Return the names of a recipe's schedules, each once."""
    return dict.fromkeys(spec.schedule.name for spec in recipe.optimizers if spec.schedule)


def _schedule_source(name: str) -> dict[str, str]:
    return {f"schedule {name}": digest(inspect.getsource(SCHEDULES[name]).encode())}


def _theme_files(theme: str) -> dict[str, list[Path]]:
    """Return the file of a theme, with the two that it takes where it follows its reader."""
    files = map(find_theme, (theme, *(light_and_dark(theme) or ())))
    return {f"theme {Path(theme).name}": [*files]}


def _language_files(language: str) -> dict[str, list[Path]]:
    """Return the file of the picture's own words; none for ours, which count as a version."""
    if language == Look.language:
        return {}
    return {f"language {Path(language).name}": [find_language(language)]}


def _paths_files(text: str) -> dict[str, list[Path]]:
    path = user_path(text)
    if are_checkpoints(text):
        return {f"checkpoints {run_source(text)}": [*checkpoint_files(text)]}
    if not path.is_file():
        raise TrajvizError(f"no file of paths {text!r}")
    return {f"file {path.name}": [path]}


def _text_digest(*paths: Path) -> str:
    return digest(b"\0".join(path.read_bytes().replace(b"\r\n", b"\n") for path in paths))
