"""Folders in which each file is one thing of a kind, known by the file's name."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from trajviz.errors import TrajvizError, unknown
from trajviz.untrusted import user_path


def names_in(folders: Iterable[str]) -> list[str]:
    """Return the names of all things in some folders, sorted.

    Files whose names begin with an underscore are none; any other underscore is a hyphen.
    """
    return [*_names_in(tuple(folders))]


@functools.cache  # a gallery asks for each of its items
def _names_in(folders: tuple[str, ...]) -> tuple[str, ...]:
    files = (path for folder in folders for path in Path(folder).glob("[!_]*.py"))
    return tuple(sorted(path.stem.replace("_", "-") for path in files))


def load(kind: str, name: str, package: str, folders: Iterable[str]) -> Any:
    """Return a thing: what its file defines by the name of its kind in capitals.

    Args:
        kind: What it is, as "view".
        name: What it is called.
        package: The package that the folders belong to.
        folders: Where its file may lie.

    Raises:
        TrajvizError: There is none of this name.
    """
    known = names_in(folders)
    if name not in known:
        raise unknown(kind, name, known)
    module = importlib.import_module(f"{package}.{name.replace('-', '_')}")
    return getattr(module, kind.upper())


def toml_files(folders: Iterable[str]) -> dict[str, Path]:
    """Return the TOML files in some folders by the names of what they hold."""
    return dict(_toml_files(tuple(folders)))


@functools.cache
def _toml_files(folders: tuple[str, ...]) -> dict[str, Path]:
    return {path.stem: path for folder in folders for path in Path(folder).glob("*.toml")}


def find_toml(kind: str, given: str | Path, folders: Iterable[str]) -> Path:
    """Return the TOML file of a thing.

    Args:
        kind: What it is, as "theme".
        given: Its name, or the path of a .toml file.
        folders: Where the file of a name may lie.

    Raises:
        TrajvizError: There is none of this name, or no such file.
    """
    text = str(given)
    if not text.endswith(".toml"):
        named = toml_files(folders)
        if text not in named:
            raise unknown(kind, text, named)
        return named[text]
    path = user_path(text)
    if not path.is_file():
        raise TrajvizError(f"no {kind} file {text!r}")
    return path
