"""The command that makes an item, to be copied from the page: a real `trajviz render`."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from trajviz.errors import TrajvizError
from trajviz.gallery.items import Item
from trajviz.recipe.recipe import Recipe
from trajviz.recipe.spec import Spec, parse_spec
from trajviz.recipe.toml import to_table

_OPTIONS = {"outputs": "-o", "panels": "--panel"}
"""Options that are not called as their key is."""
_REPEATED = ("outputs", "panels", "paths")
"""What is given once for each of its values."""


def command_of(item: Item) -> str:
    """Return the command that makes an item's files, to be run in the gallery's folder.

    Where no command line can say what the recipe says, it is that of the gallery itself.
    """
    tables = item.table.get("optimizers", [])
    specs = [_spelled(*both) for both in zip(item.recipe.optimizers, tables, strict=True)]
    if None in specs:
        return shlex.join(["trajviz", "gallery", "build", ".", "--only", item.name, "--force"])
    words = [item.table["surface"], *map(str, specs)]
    options = [*_options(item.table)]
    if words[0].startswith("-"):
        return shlex.join(["trajviz", "render", *options, "--", *words])
    return shlex.join(["trajviz", "render", *words, *options])


def _options(table: Mapping[str, Any]) -> Iterator[str]:
    """Yield an option for each value that is not the default."""
    plain = to_table(Recipe(table["surface"]), Path())
    for key, value in table.items():
        if key in ("surface", "optimizers") or value == plain.get(key):
            continue
        name = _OPTIONS.get(key, f"--{key.replace('_', '-')}")
        for one in value if key in _REPEATED else [value]:
            text = _text(one, "x" if key == "size" else ",")
            if text.startswith("-") and name != "-o":
                yield f"{name}={text}"
            else:
                yield from (name, text)


def _spelled(spec: Spec, table: Mapping[str, Any]) -> str | None:
    """Return a spec in the command line's spelling, None where it has none."""
    said = {key: value for key, value in table.items() if key not in ("name", "lr_rule")}
    settings = ",".join(f"{key}={_text(value)}" for key, value in said.items())
    rest = f":{settings}" if settings else ""
    try:
        same = parse_spec(f"{spec.optimizer.name}{rest}") == spec
    except TrajvizError:
        same = False
    return f"{table['name']}{rest}" if same else None


def _text(value: Any, between: str = ",") -> str:
    """Return a value as an option takes it, numbers as short as they can be.

    >>> _text([1.0, 1.6]), _text(1e-06), _text(0.1 + 0.2)
    ('1,1.6', '1e-06', '0.30000000000000004')
    """
    if isinstance(value, list):
        return between.join(map(_text, value))
    if isinstance(value, float):
        return f"{value:g}" if float(f"{value:g}") == value else repr(value)
    return str(value)
