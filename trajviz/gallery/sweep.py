"""A grid of values as many items: `[[sweep]]`.

    [[sweep]]
    name = "rates"
    surface = "beale"
    optimizers = ["sgd"]
    caption = "SGD at a rate of {lr}."
    grid = { lr = [0.001, 0.002], start = [[1, 1.6], [-1, 2]] }

This is four items, the first of them `rates-lr=0.001-start=1_1.6`. A key of the grid is a key of a
recipe, or else a setting that every optimizer of the item takes. In an item's texts, a key of the
grid in braces is a placeholder for its value.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from typing import Any

from trajviz.errors import TrajvizError, unknown
from trajviz.frozen import dataclass
from trajviz.optimizers import DEFAULT_OPTIMIZERS
from trajviz.recipe.clamp import CLAMP_KEYS
from trajviz.recipe.recipe import Recipe
from trajviz.recipe.schedule import schedule_parameters
from trajviz.recipe.spec import DECAY, TRACK_KEYS, Spec, parse_spec, read_spec
from trajviz.recipe.toml import recipe_keys

_FIXED = ("name", "section", "caption", "alt", "title", "outputs", "at", "format")
"""Keys that change neither the race nor the look, so that a grid of them shows nothing."""


@dataclass(frozen=True)
class GridPoint:
    """One item as `gallery.toml` describes it; outside a sweep it has a table alone.

    Attributes:
        table: The keys of the item and of its recipe.
        settings: Settings for each of its optimizers.
        placeholders: What stands for a placeholder in its texts, by the placeholder's name.
        label: The values of the grid in short, as they stand in the item's name.
    """

    table: dict[str, Any]
    settings: dict[str, Any] = field(default_factory=dict)
    placeholders: dict[str, str] = field(default_factory=dict)
    label: str = ""


def count_points(table: Mapping[str, Any]) -> int:
    """Return how many items a sweep has; raises TrajvizError if its grid is wrong."""
    return math.prod(len(values) for values in _grid(table).values())


def each_point(table: Mapping[str, Any]) -> Iterator[GridPoint]:
    """Yield the items of a sweep, the grid's last key changing fastest.

    Args:
        table: The keys of the sweep, defaults included, and its grid.

    Raises:
        TrajvizError: The grid is wrong.
    """
    grid = _grid(table)
    common = {key: value for key, value in table.items() if key != "grid"}
    common["name"] = str(common.get("name") or _slug(common.get("surface", "sweep")))
    for values in itertools.product(*grid.values()):
        yield _point(common, dict(zip(grid, values, strict=True)))


def _point(common: Mapping[str, Any], values: Mapping[str, Any]) -> GridPoint:
    """Return the item that has these values of the grid beside what all items have in common."""
    label = "-".join(f"{key}={_slug(value)}" for key, value in values.items())
    settings = {key: value for key, value in values.items() if _is_setting(key, value)}
    keys = {key: value for key, value in values.items() if key not in settings}
    return GridPoint(
        table={**common, **keys, "name": f"{common['name']}-{label}"},
        settings=settings,
        placeholders={key: _spoken(value) for key, value in values.items()},
        label=label,
    )


def _is_setting(key: str, value: Any) -> bool:
    """Return whether a key of the grid belongs to the optimizers, and not to the recipe.

    `lr` belongs to either: a number is a rate, a text is the recipe's rule for rates.
    """
    return key not in recipe_keys() or (key == "lr" and not isinstance(value, str))


def _grid(table: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return the grid of a sweep, checked."""
    grid = table.get("grid")
    if not isinstance(grid, dict) or not grid:
        raise TrajvizError("grid is missing: a table of lists, as in grid = { lr = [0.1, 0.2] }")
    for key, values in grid.items():
        if key in _FIXED:
            raise TrajvizError(f"grid: {key} makes no other picture")
        if key in table:
            raise TrajvizError(f"grid: {key} is given beside the grid as well")
        if not (isinstance(values, list) and values):
            raise TrajvizError(f"grid: {key} {values!r} is not a list of values, at least one")
    return grid


def _spoken(value: Any) -> str:
    """Return a value as a caption says it.

    >>> _spoken([1, 1.6]), _spoken(1e-05)
    ('1, 1.6', '1e-05')
    """
    if isinstance(value, list):
        return ", ".join(map(_spoken, value))
    if isinstance(value, dict):
        return " ".join(map(_spoken, value.values()))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _slug(value: Any) -> str:
    """Return a value as a part of a file's name.

    >>> _slug([-1, 1.6]), _slug("x**2 + y"), _slug("rosenbrock:b=10")
    ('-1_1.6', 'x-2-y', 'rosenbrock-b=10')
    """
    if isinstance(value, list):
        return "_".join(map(_slug, value))
    if isinstance(value, str):
        return re.sub(r"[^A-Za-z0-9.=]+", "-", value).strip("-")
    return _slug(_spoken(value)) if isinstance(value, dict) else repr(value)


def fill_placeholders(text: str, values: Mapping[str, str]) -> str:
    """Return a text in which each key in braces is replaced by its value.

    Raises:
        TrajvizError: There is no value for a key.

    >>> fill_placeholders("SGD at {lr}.", {"lr": "0.1"})
    'SGD at 0.1.'
    """

    def value(found: re.Match[str]) -> str:
        if found[1] not in values:
            raise unknown("word in braces", found[1], values)
        return values[found[1]]

    return re.sub(r"\{(\w+)\}", value, text)


def with_settings(recipe: Recipe, settings: Mapping[str, Any]) -> Recipe:
    """Return the recipe with these settings on each of its optimizers.

    Raises:
        TrajvizError: No optimizer of the recipe has such a setting, or the value is wrong.
    """
    if not settings:
        return recipe
    specs = recipe.optimizers or tuple(map(parse_spec, DEFAULT_OPTIMIZERS))
    known = {key for spec in specs for key in _settings_of(spec)}
    for key in settings:
        if key not in known:
            raise unknown("key of the grid", key, [*recipe_keys(), *known])
    return replace(recipe, optimizers=tuple(_with(spec, settings) for spec in specs))


def _settings_of(spec: Spec) -> set[str]:
    """Return the names of all settings that an optimizer may be given."""
    return {*spec.complete, DECAY, *TRACK_KEYS, *CLAMP_KEYS, *schedule_parameters()}


def _with(spec: Spec, settings: Mapping[str, Any]) -> Spec:
    return read_spec({**spec.untuned.table, **settings})
