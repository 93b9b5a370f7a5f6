"""Optimizers of other libraries and of the user's own, through the same door as ours.

One file each, named after the library: `torch.NAME`, `optax.NAME`, `keras.NAME`, `scipy.METHOD`; a
file dropped into this folder is found by its name. It defines `load(name)`, which returns the
Optimizer that the rest of the name says. `_own` does so for `package.module:NAME` and
`./file.py:NAME`. A library is imported when one of its optimizers is asked for, and not before.

Points are float64, and what a library holds as its default is left as it was. The learning rate is
called `lr` here, whatever the library says, and its own word for it does as well.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from trajviz.errors import unknown
from trajviz.optimizers import Optimizer

OWN = re.compile(r"(?P<place>.+\.py|[\w.]+):(?P<name>[A-Za-z_]\w*)")
"""A name in a file or in a module."""


def library_names() -> list[str]:
    """Return the libraries that have an adapter, sorted."""
    return sorted(path.stem for path in Path(__file__).parent.glob("[!_]*.py"))


def load_adapted(name: str, rules: Sequence[str]) -> Optimizer:
    """Return the optimizer that a name of another library, a module or a file says.

    `rules` are the names of our own, one of which may have been meant. Raises TrajvizError for what
    is not there, and for a library that is not installed.
    """
    library, _, rest = name.partition(".")
    own = library not in library_names() or ":" in name
    module: Any = importlib.import_module(f"{__name__}.{'_own' if own else library}")
    optimizer: Optimizer = module.load(name, rules) if own else module.load(rest)
    return optimizer


def no_such(library: str, name: str, allowed: list[str]) -> Exception:
    """Return the error for a name that a library does not have."""
    return unknown("optimizer", f"{library}.{name}", [f"{library}.{one}" for one in allowed])
