"""Optimizers of other libraries, through the same door as ours: one file each, named after it.

A file defines `load(name)`, which returns the Optimizer that `LIBRARY.NAME` asks for, as
`torch.Adam` or `scipy.BFGS`. Where users may write optimizers of the library's kind, it defines
`fits(thing)`, whether something is of that kind, and `adapted(name, title, thing)`, the Optimizer
that runs it. A file dropped into this folder is found by its name. A library is imported when one
of its optimizers is asked for, and not before.

Points are float64, and what a library holds as its default is left as it was. The learning rate is
called `lr` here, whatever the library says, and its own word for it does as well. Beyond a rate
above 0, the ranges of the settings are the library's: what it refuses is told as it says it.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from trajviz.optimizers import Optimizer


def library_names() -> list[str]:
    """Return the libraries that have an adapter, sorted."""
    return sorted(path.stem for path in Path(__file__).parent.glob("[!_]*.py"))


def load_adapted(library: str, name: str) -> Optimizer:
    """Return an optimizer of another library.

    Args:
        library: One of `library_names()`.
        name: What the library calls the optimizer.

    Raises:
        TrajvizError: The library has none of this name, or is not installed.
    """
    optimizer: Optimizer = _adapter(library).load(name)
    return optimizer


def adapt(name: str, title: str, thing: Any) -> Optimizer | None:
    """Return the optimizer that runs a class or function of a library's kind, None for others.

    Args:
        name: What the user calls the optimizer.
        title: What a picture calls it.
        thing: What a file or module of the user's has under its name.
    """
    for adapter in map(_adapter, library_names()):
        if hasattr(adapter, "fits") and adapter.fits(thing):
            optimizer: Optimizer = adapter.adapted(name, title, thing)
            return optimizer
    return None


def _adapter(library: str) -> Any:
    return importlib.import_module(f"{__name__}.{library}")
