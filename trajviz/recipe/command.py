"""A recipe as the words of a command line, which says it again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trajviz.errors import TrajvizError
from trajviz.recipe.options import spelled_value
from trajviz.recipe.recipe import Recipe
from trajviz.recipe.spec import TABLE_KEYS, TRACK_KEYS, Spec, parse_spec


def render_command(recipe: Recipe, table: Mapping[str, Any]) -> list[str] | None:
    """Return the words of the `trajviz render` that asks for a recipe, None where none can.

    Args:
        recipe: The recipe; its surface has a name, a formula or a file.
        table: The recipe as `to_table` gives it, its paths as the command is to say them.
    """
    tables = table.get("optimizers", [])
    specs = [_spelled(*both) for both in zip(recipe.optimizers, tables, strict=True)]
    if None in specs:
        return None
    words = [table["surface"], *map(str, specs)]
    options = [word for field, _ in recipe.given() for word in field.spelled(table[field.key])]
    if words[0].startswith("-"):
        return ["trajviz", "render", *options, "--", *words]
    return ["trajviz", "render", *words, *options]


def spelled_spec(spec: Spec) -> str | None:
    """Return a spec in the command line's spelling, None where it has none."""
    return _spelled(spec, spec.table)


def track_words(spec: Spec) -> list[str]:
    """Return what a spec says of its track alone, each as `key=value`.

    >>> track_words(parse_spec("adam:lr=0.1,clip=1,label=mine"))
    ['label=mine']
    """
    return _pairs({key: value for key, value in spec.table.items() if key in TRACK_KEYS})


def _pairs(table: Mapping[str, Any]) -> list[str]:
    said = {key: value for key, value in table.items() if key not in TABLE_KEYS}
    return [f"{key}={_quoted(spelled_value(value))}" for key, value in said.items()]


def _spelled(spec: Spec, table: Mapping[str, Any]) -> str | None:
    settings = ",".join(_pairs(table))
    rest = f":{settings}" if settings else ""
    try:
        same = parse_spec(f"{spec.optimizer.name}{rest}").table == spec.table
    except TrajvizError:
        same = False
    return f"{table['name']}{rest}" if same else None


def _quoted(value: str) -> str:
    """Return a value in quotation marks where it would not be read whole without.

    >>> print(_quoted("mine"), _quoted("fast, but wild"), _quoted('5", 6"'))
    mine "fast, but wild" '5", 6"'
    """
    plain = value == value.strip() and "," not in value and value[:1] not in "\"'"
    mark = "'" if '"' in value else '"'
    return value if plain else f"{mark}{value}{mark}"
