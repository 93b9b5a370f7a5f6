"""A recipe as the words of a command line, which says it again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trajviz.errors import TrajvizError
from trajviz.recipe.options import spelled_value
from trajviz.recipe.recipe import Recipe
from trajviz.recipe.spec import Spec, parse_spec


def render_command(recipe: Recipe, table: Mapping[str, Any]) -> list[str] | None:
    """Return the words of the `trajviz render` that asks for a recipe, None where none can.

    Args:
        recipe: The recipe; its surface has a name, a formula or a file.
        table: The recipe as `to_table` gives it, its paths as the command is to say them.
    """
    tables = table.get("optimizers", [])
    specs = [_spec(*both) for both in zip(recipe.optimizers, tables, strict=True)]
    if None in specs:
        return None
    words = [table["surface"], *map(str, specs)]
    options = [word for field, _ in recipe.given() for word in field.spelled(table[field.key])]
    if words[0].startswith("-"):
        return ["trajviz", "render", *options, "--", *words]
    return ["trajviz", "render", *words, *options]


def _spec(spec: Spec, table: Mapping[str, Any]) -> str | None:
    """Return a spec in the command line's spelling, None where it has none."""
    said = {key: value for key, value in table.items() if key not in ("name", "lr_rule")}
    settings = ",".join(f"{key}={_quoted(spelled_value(value))}" for key, value in said.items())
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
