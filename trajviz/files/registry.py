"""Packages in which every file is one thing of a kind, known by the file's name.

Such a file defines a dataclass by the name of the kind, as `FORMAT`, whose `name` and `summary` are
filled in here. The first line of its docstring says a name for people, a colon, and the summary. A
file whose name begins with an underscore only helps the others.

A file may be several things that one writer makes. Its name then ends in an underscore and the
package's, as in `imageio_formats.py`, and it defines the things by their names, each with a
`summary`, as `FORMATS`. That is a dictionary with its names written out: they are read from the
text, since loading what every `--help` names would make it slower.
"""

from __future__ import annotations

import ast
import functools
import importlib
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

from trajviz.docstrings import docstring_of
from trajviz.errors import unknown


@functools.cache
def names_in(package: str) -> tuple[str, ...]:
    """Return the names of all things in a package, sorted; a dot in a name is _ in a file's.

    >>> names_in("trajviz.files.formats")[:2]
    ('anim.pdf', 'anim.svg')
    """
    return tuple(sorted(_files_of(package)))


@functools.cache
def _files_of(package: str) -> dict[str, Path]:
    """Return the file that defines each thing of a package, by the thing's name."""
    folder, several = Path(importlib.import_module(package).__path__[0]), _several(package)
    files: dict[str, Path] = {}
    for path in folder.glob("[!_]*.py"):
        if path.stem.endswith(several):
            files |= dict.fromkeys(_keys(path, several[1:].upper()), path)
        else:
            files[path.stem.replace("_", ".")] = path
    return files


def _several(package: str) -> str:
    """Return how the names of files end that are several things: as "_formats"."""
    return f"_{package.rpartition('.')[2]}"


def _keys(path: Path, variable: str) -> list[str]:
    """Return the keys of a dictionary that a file defines, which is not run."""
    nodes = ast.parse(path.read_text(encoding="utf-8")).body
    values = {ast.unparse(n.targets[0]): n.value for n in nodes if isinstance(n, ast.Assign)}
    things = values[variable]
    assert isinstance(things, ast.Dict)
    return [ast.literal_eval(name) for name in things.keys if name]


def _module(package: str, path: Path) -> ModuleType:
    return importlib.import_module(f"{package}.{path.stem}")


def load_named(package: str, kind: str, name: str, other: str, other_kind: str) -> Any:
    """Return the thing of a name, be it one of its own or of a thing of another package.

    A thing of the other package says in its attribute `kind` which one of this belongs to it.

    Args:
        package: The package.
        kind: What its things are, as "snippet".
        name: The name, in any case.
        other: The other package.
        other_kind: What its things are, as "place".

    Raises:
        TrajvizError: There is none of this name in either.
    """
    plain, names = name.lower(), names_in(package)
    if plain not in names and plain in names_in(other):
        plain = getattr(load_from(other, other_kind, plain), kind)
    if plain not in names:
        raise unknown(kind, name, {*names, *names_in(other)})
    return load_from(package, kind, plain)


def load_from(package: str, kind: str, name: str) -> Any:
    """Return the thing of a name, complete.

    Args:
        package: The package.
        kind: What its things are, as "format".
        name: The name, in any case.

    Raises:
        TrajvizError: There is none of this name.
    """
    plain = name.lower()
    if plain not in names_in(package):
        raise unknown(kind, name, names_in(package))
    path = _files_of(package)[plain]
    module, several = _module(package, path), _several(package)
    if path.stem.endswith(several):
        return replace(getattr(module, several[1:].upper())[plain], name=plain)
    summary = docstring_of(module).split("\n")[0].partition(": ")[2]
    return replace(getattr(module, kind.upper()), name=plain, summary=summary)
