"""What an item is made from: its recipe, and the files in which surface, optimizers and look stand.

Each gets a digest, so that a build knows what has changed. The code that runs, draws and encodes a
race is not among them: that is trajviz itself, and counts as a version.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from trajviz.errors import TrajvizError
from trajviz.gallery.items import Item
from trajviz.optimizers import DEFAULT_OPTIMIZERS
from trajviz.optimizers.find import load_optimizer
from trajviz.recipe.recipe import Recipe
from trajviz.recipe.schedule import SCHEDULES
from trajviz.recipe.toml import to_table
from trajviz.scene.themes import find_theme
from trajviz.surface.catalogue import find_definition
from trajviz.surface.formula import read_formula


def digest(data: bytes) -> str:
    """Return what tells these bytes from all others."""
    return hashlib.sha256(data).hexdigest()[:32]


def made_from(item: Item) -> dict[str, str]:
    """Return the digest of everything an item is made from, by what it is.

    Texts count without regard to how their lines end. Raises TrajvizError for what is not there.
    """
    recipe = item.recipe
    digests = {"recipe": _of_recipe(item.table)}
    definition = find_definition(recipe.surface)
    if definition is None:
        read_formula(recipe.surface)  # a mistake in it is told before anything is drawn
    else:
        digests["surface"] = _of_texts(definition[0])
    names = () if recipe.optimizers or recipe.paths else DEFAULT_OPTIMIZERS
    for optimizer in (*(s.optimizer for s in recipe.optimizers), *map(load_optimizer, names)):
        name = optimizer.name
        own = re.match(r"(.+\.py)(:|$)", name)
        rule = Path(own[1]).expanduser() if own else Path(inspect.getfile(optimizer.rule))
        digests[f"optimizer {rule.name if own else name}"] = _of_texts(*_with_helpers(rule))
    for schedule in {spec.schedule.name for spec in recipe.optimizers if spec.schedule}:
        digests[f"schedule {schedule}"] = digest(inspect.getsource(SCHEDULES[schedule]).encode())
    digests[f"theme {Path(recipe.look.theme).name}"] = _of_texts(find_theme(recipe.look.theme))
    for path in map(Path, recipe.paths):
        if not path.expanduser().is_file():
            raise TrajvizError(f"no file of paths {str(path)!r}")
        digests[f"file {path.name}"] = _of_texts(path.expanduser())
    return digests


def _of_recipe(table: Mapping[str, Any]) -> str:
    """Return the digest of what a recipe says beyond the defaults, however it is spelled.

    A key that a later trajviz adds leaves it as it is. Files are not part of it: one that is added
    is simply missing.
    """
    plain = to_table(Recipe(table["surface"]), Path())
    said = {key: value for key, value in table.items() if value != plain.get(key)}
    said["surface"] = table["surface"]
    said.pop("outputs", None)
    numbers_alike = json.loads(json.dumps(said), parse_int=float)  # 1 is 1.0
    return digest(json.dumps(numbers_alike, sort_keys=True).encode())


def _with_helpers(path: Path) -> Iterator[Path]:
    """Yield a rule's file, then those of the helpers that it shares with others."""
    yield path
    text = path.read_text(encoding="utf-8")
    for name in re.findall(r"^from trajviz\.optimizers\.(_\w+) import", text, re.MULTILINE):
        yield from _with_helpers(path.with_name(f"{name}.py"))


def _of_texts(*paths: Path) -> str:
    return digest(b"\0".join(path.read_bytes().replace(b"\r\n", b"\n") for path in paths))
