"""Optimizers of the user's own: `package.module:NAME` and `./file.py:NAME`. A file is run.

NAME is a generator function like those in `trajviz/optimizers`, an optimizer class of torch's or
keras's kind, or a factory like those of optax.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from trajviz.errors import TrajvizError, unknown
from trajviz.optimizers import Optimizer
from trajviz.optimizers.adapters import OWN, _signature
from trajviz.optimizers.adapters import keras as keras_adapter
from trajviz.optimizers.adapters import optax as optax_adapter
from trajviz.optimizers.adapters import torch as torch_adapter
from trajviz.surface import Oracle, Points
from trajviz.surface.definition import explained, run_file


def load(text: str, rules: Sequence[str]) -> Optimizer:
    """Return the optimizer that a module or a file has under a name; TrajvizError if it has none.

    An error of a file's own is told with file and line.
    """
    found = OWN.fullmatch(text)
    if not found:
        raise TrajvizError(f"optimizer {text!r} is no NAME of a file or module: ./FILE.py:NAME")
    place, name = found["place"], found["name"]
    module = _file(place) if place.endswith(".py") else _module(place, rules)
    if not hasattr(module, name):
        names = [key for key, value in vars(module).items() if callable(value)]
        raise unknown(f"name in {place}:", name, names)
    return _adapted(text, name, getattr(module, name))


def _file(place: str) -> Any:
    path = Path(place).expanduser()
    if not path.is_file():
        raise TrajvizError(f"no optimizer file {place!r}")
    with explained(path):
        return run_file(path)


def _module(place: str, rules: Sequence[str]) -> Any:
    try:
        with _signature.explained(place):
            return importlib.import_module(place)
    except TrajvizError as error:
        cause = error.__cause__
        if isinstance(cause, ModuleNotFoundError) and f"{place}.".startswith(f"{cause.name}."):
            raise unknown("optimizer or module", place, rules) from cause
        raise


def _adapted(text: str, name: str, thing: Any) -> Optimizer:
    if inspect.isgeneratorfunction(thing):
        return _generator(text, name, thing)
    if isinstance(thing, type):
        for base in thing.__mro__:
            library = base.__module__.partition(".")[0]
            if base.__name__ == "Optimizer" and library == "torch":
                return torch_adapter.adapted(text, name, thing)
            if base.__name__ == "Optimizer" and library == "keras":
                return keras_adapter.adapted(text, name, thing)
    if inspect.isfunction(thing) and optax_adapter.RATE in inspect.signature(thing).parameters:
        return optax_adapter.adapted(text, name, thing)
    raise TrajvizError(
        f"{text} is neither a generator function of gradient, w and perhaps lr, nor an optimizer "
        "class of torch or keras, nor a factory of optax's kind with a learning_rate"
    )


def _generator(text: str, name: str, thing: Any) -> Optimizer:
    """Return a generator function as an optimizer; where it ends early it holds its last point."""
    parameters = list(inspect.signature(thing).parameters.values())[2:]
    defaults = {}
    for p in parameters:
        number = type(p.default) in (int, float)
        if not number and not (p.name == "lr" and p.default is p.empty):
            raise TrajvizError(f"{text}: parameter {p.name!r} has no number as its default")
        defaults[p.name] = float(p.default) if number else None
    place = text.partition(f":{name}")[0]

    def rule(surface: Oracle, w: Points, **settings: Any) -> Iterator[Points]:
        with explained_run():
            walk = thing(surface, w.copy(), **settings)
        last = w
        while True:
            with explained_run():
                last = np.array(next(walk, last), dtype=np.float64)
            if last.shape != w.shape:
                raise TrajvizError(
                    f"{text} yields an array of shape {last.shape} for points of shape {w.shape}"
                )
            yield last

    def explained_run() -> contextlib.AbstractContextManager[None]:
        if place.endswith(".py"):
            return explained(Path(place).expanduser())
        return _signature.explained(text)

    heading = (inspect.getdoc(thing) or "").split("\n")[0].partition(": ")
    title = heading[0] if heading[1] else name
    return Optimizer(text, rule, defaults, defaults.get("lr"), heading=title)
