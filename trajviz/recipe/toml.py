"""A recipe as a TOML file: flat, in the words of the command line, optimizers as tables.

    surface = "beale"
    start = [1, 1.6]
    outputs = ["beale.gif"]

    [[optimizers]]
    name = "rmsprop"
    beta = 0.95

`optimizers = ["sgd:lr=0.001", "adam"]` says the same shorter, and so `notes = ["20+2:a text"]` a
table of `[[notes]]` with step, text and pause. Paths are relative to the file.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import os
import re
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, get_args, get_origin

from trajviz.errors import TrajvizError, unknown
from trajviz.optimizers.find import is_own, split_name
from trajviz.recipe.notes import spelled_note
from trajviz.recipe.recipe import Recipe, recipe_options
from trajviz.recipe.spec import Spec, parse_spec, read_spec, relatives
from trajviz.surface.data_files import decoded
from trajviz.untrusted import (
    MOST_TOML_BYTES,
    MOST_TRACKS,
    check_count,
    parse_toml,
    read_bytes,
    real_path,
    user_path,
)

_FIELDS = {
    recipe_options()[name].key if name in recipe_options() else name: name
    for name in Recipe.kinds()
}
"""The field of each key."""
_NEEDED = [f.name for f in dataclasses.fields(Recipe) if f.default is dataclasses.MISSING]
TARGETS = ("outputs", "format", "metadata", "max_bytes")
"""What says where a picture goes, and not what it shows."""
_TOML = re.compile(r"(.+\.toml)()")
_SURFACE = re.compile(r"(.+(?i:\.py(?=$|:)|\.npz$|\.csv$))(|:.*)")
_PATHS = {"surface": _SURFACE, "theme": _TOML, "language": _TOML}
"""What holds a name or else a path, and how to tell: a path, and parameters that may follow it.

An optimizer's name is told as a surface's is."""


def recipe_keys() -> list[str]:
    """Return the keys of a recipe, in order."""
    return [*_FIELDS]


@contextmanager
def naming(where: str) -> Iterator[None]:
    """Put into each TrajvizError's message where the mistake stands."""
    try:
        yield
    except TrajvizError as error:
        raise TrajvizError(f"{where}: {error}") from error


def load_recipe(path: str | Path) -> Recipe:
    """Return the recipe that a TOML file or a pipe holds; raises TrajvizError.

    What comes through a pipe is relative to the current folder.
    """
    path = user_path(path)
    folder = Path() if path.is_fifo() else path.parent
    return read_recipe(load_toml(path), str(path), folder)


def load_toml(path: Path, what: str = "recipe") -> dict[str, Any]:
    """Return what a TOML file holds.

    Args:
        path: A file in UTF-8, or in UTF-16 with a byte order mark.
        what: What the file is to be, as messages call it.

    Raises:
        TrajvizError: There is no such file, or it is no TOML; with the line of the mistake.
    """
    if not (path.is_file() or path.is_fifo()):
        raise TrajvizError(f"no {what} file {str(path)!r}")
    data = read_bytes(path, MOST_TOML_BYTES, f"{path}", f"a {what}'s ")
    try:
        text = decoded(data)
        table = parse_toml(text)
    except TrajvizError as error:
        raise TrajvizError(f"{path}, {error}") from error
    except tomllib.TOMLDecodeError as error:
        what, _, place = str(error).rpartition(" (at ")
        found = re.match(r"line (\d+)", place)
        line = int(found[1]) if found else len(text.splitlines())
        raise TrajvizError(f"{path}, line {line}: {what}") from error
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits, brackets in brackets
        raise TrajvizError(f"{path} is no {what}: {error}") from error
    return table


def read_recipe(table: Mapping[str, Any], where: str, folder: Path) -> Recipe:
    """Return the recipe that a table says; its paths are relative to `folder`.

    Raises TrajvizError that names the table, `where`, and the key.
    """
    kinds = Recipe.kinds()
    if table.get("made_in_python"):
        said = read_value(table["made_in_python"], kinds["made_in_python"])
        raise TrajvizError(f"{where}: it cannot be rendered again: {made_in_python(said)}")
    for key in table:
        if key not in _FIELDS:
            raise unknown(f"key in {where}", key, _FIELDS)
    for name in _NEEDED:
        if name not in table and not table.get("paths"):  # recorded runs say what they are of
            raise TrajvizError(f"{where}: {name} is missing")
    values: dict[str, Any] = {"surface": ""}
    for key, value in table.items():
        name = _FIELDS[key]
        try:
            if name == "optimizers":
                values[name] = _specs(value, folder)
            elif name == "notes" and isinstance(value, list):
                values[name] = tuple(map(spelled_note, value))
            else:
                values[name] = read_value(value, kinds[name])
        except TrajvizError as error:
            raise TrajvizError(f"{where}: {key}: {error}") from error
    with naming(where):
        return Recipe.of(**_with_paths(values, _out_of(folder)))


def _specs(value: Any, folder: Path) -> tuple[Spec, ...]:
    if not isinstance(value, list):
        raise TrajvizError(f"{value!r} is neither a list of tables nor of texts")
    check_count("optimizers", value, MOST_TRACKS)
    specs = []
    for number, item in enumerate(value, 1):
        with naming(str(number)):
            if not isinstance(item, (str, dict)):
                raise TrajvizError(f"{item!r} is neither a table nor a text")
            if isinstance(item, str):
                specs += [_parsed(each) for each in relatives(_from(folder, item))]
            else:
                name = item.get("name")
                moved = {"name": _from(folder, name)} if isinstance(name, str) else {}
                specs.append(read_spec({**item, **moved}))
    return tuple(specs)


def _parsed(text: str) -> Spec:
    """Return the spec that a text describes; what would be run is run anew."""
    return parse_spec(text) if is_own(split_name(text)[0]) else _parsed_before(text)


_parsed_before = functools.lru_cache(maxsize=256)(parse_spec)
"""Remembers specs, since many items of a gallery have the same."""


def _from(folder: Path, optimizer: str) -> str:
    return _with_path(optimizer, _PATHS["surface"], _out_of(folder))


def _out_of(folder: Path) -> Callable[[str], str]:
    """Return what makes a path that is relative to a folder one of the current folder's."""
    return lambda path: path if _is_fixed(path) else str(folder / path)


def read_value(value: Any, kind: Any) -> Any:
    """Return a TOML value as what a field's type says.

    Args:
        value: What a file holds: a text, number, truth value or list.
        kind: str, int, float, bool, a tuple of these, or one of them or None.

    Raises:
        TrajvizError: The value is of another type; a truth value is no number.
    """
    if isinstance(kind, UnionType):
        (kind,) = (one for one in get_args(kind) if one is not NoneType)
    if not _fits(value, kind):
        raise TrajvizError(f"{value!r} is not {_named(kind)}")
    if isinstance(value, list):
        check_count("values", value)
    return tuple(value) if isinstance(value, list) else value


def _fits(value: Any, kind: Any) -> bool:
    if get_origin(kind) is tuple:
        first, *others = get_args(kind)
        ends = others == [...] or (isinstance(value, list) and len(value) == len(others) + 1)
        return isinstance(value, list) and ends and all(_fits(item, first) for item in value)
    if kind is float:
        return type(value) in (int, float) and abs(value) <= sys.float_info.max
    return type(value) is kind


_WORDS = {str: "text", int: "whole number", float: "finite number", bool: "truth value"}


def _named(kind: Any) -> str:
    """Return a type as people say it.

    >>> _named(int), _named(tuple[float, float]), _named(tuple[str, ...])
    ('a whole number', 'a list of 2 finite numbers', 'a list of texts')
    """
    if get_origin(kind) is not tuple:
        return f"a {_WORDS[kind]}"
    first, *others = get_args(kind)
    count = "" if others == [...] else f"{len(others) + 1} "
    return f"a list of {count}{_WORDS[first]}s"


def to_table(recipe: Recipe, folder: Path) -> dict[str, Any]:
    """Return the recipe as `read_recipe` reads it, in plain values, its paths from `folder`.

    Raises TrajvizError for what was made in Python.
    """
    if recipe.made_in_python:
        raise TrajvizError(f"a recipe cannot say it all: {made_in_python(recipe.made_in_python)}")
    return _table(recipe.values, lambda path: path if _is_fixed(path) else _relative(path, folder))


def made_in_python(things: Sequence[str]) -> str:
    """Return the sentence on what a recipe cannot say.

    >>> made_in_python(["the surface f(x, y)", "the optimizer mine"])
    'the surface f(x, y) and the optimizer mine were made in Python'
    """
    *first, last = things
    said = f"{', '.join(first)} and {last} were" if first else f"{last} was"
    return f"{said} made in Python"


def to_toml(recipe: Recipe, folder: Path) -> bytes:
    """Return the recipe as TOML whose paths work from `folder`.

    Raises TrajvizError for what was made in Python, and for what is not Unicode.
    """
    try:
        return _text(to_table(recipe, folder)).encode()
    except UnicodeEncodeError as error:
        raise TrajvizError(f"{error.object!r} is no Unicode, as a recipe must be") from error


def portable_toml(recipe: Recipe) -> str:
    """Return the recipe as TOML for whoever gets the picture: without where it went.

    It is the same wherever it is run: of paths only the name is left, since the folders of a user's
    machine are nobody's business, and 1 is 1.0 where a field holds fractions.
    """
    kinds = Recipe.kinds()
    values = {
        key: _uniform(value, kinds[key])
        for key, value in recipe.values.items()
        if key not in TARGETS and value is not None
    }
    return _text(_table(values, lambda path: Path(path).name))


def _uniform(value: Any, kind: Any) -> Any:
    """Return whole numbers as fractions, where a field holds these.

    >>> _uniform((1, 2), tuple[float, float] | None), _uniform(1, int | None)
    ((1.0, 2.0), 1)
    """
    inner = {kind, *get_args(kind), *(deep for one in get_args(kind) for deep in get_args(one))}
    if float not in inner:
        return value
    return tuple(map(float, value)) if isinstance(value, tuple) else float(value)


def _table(values: Mapping[str, Any], move: Callable[[str], str]) -> dict[str, Any]:
    """Return values, flat, as a recipe's table with each path moved."""
    moved = _with_paths(values, move)
    specs = [spec.table for spec in moved.pop("optimizers") if spec.optimizer.nameable]
    for spec in specs:
        spec["name"] = _with_path(spec["name"], _PATHS["surface"], move)
    for name in ("surface", "made_in_python"):  # one or the other may be empty
        moved[name] = moved[name] or None
    said = {key: moved[name] for key, name in _FIELDS.items() if moved.get(name) is not None}
    plain = {key: list(value) if isinstance(value, tuple) else value for key, value in said.items()}
    return {**plain, "optimizers": specs} if specs else plain


def _text(table: Mapping[str, Any]) -> str:
    """Return a recipe's table as TOML."""
    values = dict(table)
    specs = values.pop("optimizers", [])
    lines = [f"{key} = {_written(value)}" for key, value in values.items()]
    for spec in specs:
        lines += ["", "[[optimizers]]"]
        lines += [f"{key} = {_written(value)}" for key, value in spec.items()]
    return "\n".join(lines) + "\n"


def _written(value: Any) -> str:
    """Return a value in JSON's spelling, which is TOML's but for the delete character.

    >>> _written(("W", 1e-5))
    '["W", 1e-05]'
    """
    text = json.dumps(value, ensure_ascii=False, default=lambda number: number.item())  # numpy's
    return text.replace("\x7f", "\\u007f")


def _with_paths(values: Mapping[str, Any], move: Callable[[str], str]) -> dict[str, Any]:
    """Return a recipe's values, flat, with each path among them moved that a folder changes."""
    moved = dict(values)
    for key, pattern in _PATHS.items():
        if key in values:
            moved[key] = _with_path(values[key], pattern, move)
    for key in {"outputs", "paths"} & values.keys():
        moved[key] = tuple(_moved(path, move) for path in values[key])
    return moved


def _with_path(text: str, pattern: re.Pattern[str], move: Callable[[str], str]) -> str:
    """Return a text with the path that it begins with, if it does, moved."""
    found = pattern.fullmatch(text)
    return _moved(found[1], move) + found[2] if found else text


def _moved(path: str, move: Callable[[str], str]) -> str:
    """Leave alone what is no file: standard output."""
    if "\0" in path:
        raise TrajvizError(f"{path!r} is no path")
    return path if path in ("-", "") else move(path)


def _is_fixed(path: str) -> bool:
    """Return whether a path is the same from every folder: absolute, or in a home."""
    return path[:1] == "~" or Path(path).is_absolute()


def _relative(path: str, folder: Path) -> str:
    """Return a path of the current folder as it is called from another; links lead nowhere else."""
    here = Path(path)
    real = real_path(here.parent) / here.name
    return Path(os.path.relpath(real, real_path(folder))).as_posix()
