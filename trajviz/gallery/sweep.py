"""A grid of values as many items: `[[sweep]]`.

    [[sweep]]
    name = "rates"
    surface = "beale"
    optimizers = ["sgd"]
    caption = "SGD at a rate of {lr}."
    grid = { lr = [0.001, 0.002], start = [[1, 1.6], [-1, 2]] }

is four items, from `rates-lr=0.001-start=1_1.6` on. A key of the grid is a recipe's, or else a
setting that every optimizer of the item takes. In its texts, a key in braces is the key's value.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from trajviz.errors import TrajvizError, unknown
from trajviz.optimizers import DEFAULT_OPTIMIZERS
from trajviz.recipe.recipe import Recipe
from trajviz.recipe.schedule import SCHEDULES, schedule_defaults
from trajviz.recipe.spec import DECAY, TRACK_KEYS, Spec, parse_spec, read_spec
from trajviz.recipe.toml import recipe_keys

_FIXED = ("name", "section", "caption", "alt", "title", "outputs", "at", "format")
"""Keys whose values make no other race or look."""
_PARAMETERS = {key for name in SCHEDULES for key in schedule_defaults(name)}


@dataclass(frozen=True)
class Point:
    """One item of a sweep: its `table` of keys, and `settings` for all of its optimizers.

    `words` are the values as texts may mention them, `label` is all of them in short.
    """

    table: dict[str, Any]
    settings: dict[str, Any]
    words: dict[str, str]
    label: str


def count_points(table: Mapping[str, Any]) -> int:
    """Return how many items a sweep is, or raise TrajvizError for a grid that is none."""
    return math.prod(len(values) for values in _grid(table).values())


def each_point(table: Mapping[str, Any]) -> Iterator[Point]:
    """Yield the items of a sweep, the grid's last key changing fastest."""
    grid, keys = _grid(table), recipe_keys()
    common = {key: value for key, value in table.items() if key != "grid"}
    base = str(common.get("name") or _slug(common.get("surface", "sweep")))
    for values in itertools.product(*grid.values()):
        point = dict(zip(grid, values, strict=True))
        label = "-".join(f"{key}={_slug(value)}" for key, value in point.items())
        settings = {key for key, value in point.items() if key not in keys or _is_rate(key, value)}
        yield Point(
            {
                **common,
                **{key: value for key, value in point.items() if key not in settings},
                "name": f"{base}-{label}",
            },
            {key: value for key, value in point.items() if key in settings},
            {key: _spoken(value) for key, value in point.items()},
            label,
        )


def _is_rate(key: str, value: Any) -> bool:
    """Return whether this is an optimizer's rate, and not the recipe's rule for rates."""
    return key == "lr" and not isinstance(value, str)


def _grid(table: Mapping[str, Any]) -> dict[str, list[Any]]:
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


def filled(text: str, words: Mapping[str, str]) -> str:
    """Return a text with each key in braces replaced; TrajvizError for one that is not there."""

    def word(found: re.Match[str]) -> str:
        if found[1] not in words:
            raise unknown("word in braces", found[1], words)
        return words[found[1]]

    return re.sub(r"\{(\w+)\}", word, text)


def with_settings(recipe: Recipe, settings: Mapping[str, Any]) -> Recipe:
    """Return the recipe with these settings on each of its optimizers; raises TrajvizError."""
    if not settings:
        return recipe
    specs = recipe.optimizers or tuple(map(parse_spec, DEFAULT_OPTIMIZERS))
    known = {key for spec in specs for key in (*spec.complete, DECAY, *TRACK_KEYS, *_PARAMETERS)}
    for key in settings:
        if key not in known:
            raise unknown("key of the grid", key, [*recipe_keys(), *known])
    return recipe.changed(optimizers=tuple(_with(spec, settings) for spec in specs))


def _with(spec: Spec, settings: Mapping[str, Any]) -> Spec:
    return read_spec({**spec.untuned.table, **settings})
