"""Packages in which every file is one thing of a kind, known by the file's name.

Such a file defines a dataclass by the name of the kind, as `FORMAT`, whose `name` and `summary` are
filled in here. The first line of its docstring says a name for people, a colon, and the summary. A
file whose name begins with an underscore only helps the others.
"""

from __future__ import annotations

import functools
import importlib
from dataclasses import replace
from pathlib import Path
from typing import Any

from trajviz.errors import unknown


@functools.cache
def names_in(package: str) -> tuple[str, ...]:
    """Return the names of all things in a package, sorted; a dot in a name is _ in a file's.

    >>> names_in("trajviz.files.formats")[:2]
    ('anim.svg', 'apng')
    """
    folder = Path(importlib.import_module(package).__path__[0])
    return tuple(sorted(path.stem.replace("_", ".") for path in folder.glob("[!_]*.py")))


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
    module = importlib.import_module(f"{package}.{plain.replace('.', '_')}")
    summary = (module.__doc__ or "").split("\n")[0].partition(": ")[2]
    return replace(getattr(module, kind.upper()), name=plain, summary=summary)
