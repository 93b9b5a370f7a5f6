"""Folders in which every file is one thing of a kind, known by the file's name.

The first line of such a file's docstring says its name, a colon, and what it is. A file whose name
begins with an underscore only helps the others.
"""

from __future__ import annotations

import functools
import importlib
from pathlib import Path
from types import ModuleType
from typing import Any


@functools.cache
def names_in(folder: Path) -> tuple[str, ...]:
    """Return the names of all things in a folder, sorted; a dot in a name is _ in a file's.

    >>> names_in(Path(__file__).parent / "formats")[:2]
    ('anim.svg', 'apng')
    """
    return tuple(sorted(path.stem.replace("_", ".") for path in folder.glob("[!_]*.py")))


def module_of(package: str, name: str) -> Any:
    """Return the module that defines a thing of a package."""
    return importlib.import_module(f"{package}.{name.replace('.', '_')}")


def summary_of(module: ModuleType) -> str:
    """Return what the first line of a docstring says behind the name."""
    return (module.__doc__ or "").split("\n")[0].partition(": ")[2]
