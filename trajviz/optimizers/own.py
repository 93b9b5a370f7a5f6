"""Optimizers of the user's own: `package.module:NAME` and `./file.py:NAME`. Either is run.

NAME is a generator function like those in `trajviz/optimizers/rules`, an optimizer class of torch's
or keras's kind, or a factory like those of optax.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import re
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import replace
from typing import Any

import numpy as np

from trajviz.docstrings import docstring_of
from trajviz.errors import TrajvizError, unknown
from trajviz.optimizers import Optimizer
from trajviz.optimizers.adapters import adapt
from trajviz.optimizers.adapters._errors import library_errors
from trajviz.optimizers.rules import rule_names
from trajviz.surface import Oracle, Points
from trajviz.surface.code_error import explained, explained_in
from trajviz.surface.definition import run_file
from trajviz.untrusted import user_path

_nothing_is_run: ContextVar[bool] = ContextVar("_nothing_is_run", default=False)

OWN = re.compile(r"(?P<place>.+\.py|[\w.]+):(?P<name>[A-Za-z_]\w*)")
"""A name in a file or in a module."""


@contextlib.contextmanager
def nothing_run() -> Iterator[None]:
    """Refuse within the block whatever would run a module or a file of somebody's own."""
    token = _nothing_is_run.set(True)
    try:
        yield
    finally:
        _nothing_is_run.reset(token)


def load_own(text: str) -> Optimizer:
    """Return the optimizer that a module or a file has under a name.

    Args:
        text: The module or the path, a colon and the name, as "./mine.py:rule".

    Raises:
        TrajvizError: There is no such place or name, the place fails when it is run, told with file
            and line, what it has there is no optimizer, or `nothing_run` holds.
    """
    from trajviz.optimizers.adapters.keras import on_torch

    found = OWN.fullmatch(text)
    if not found:
        raise TrajvizError(f"optimizer {text!r} is no NAME of a file or module: ./FILE.py:NAME")
    if _nothing_is_run.get():
        raise TrajvizError(f"{text!r} would be run: if you trust that, add --trust")
    place, name = found["place"], found["name"]
    with on_torch():
        module = _file(place) if place.endswith(".py") else _module(place)
    if not hasattr(module, name):
        names = [key for key, value in vars(module).items() if callable(value)]
        raise unknown(f"name in {place}:", name, names)
    optimizer = _made(text, name, getattr(module, name))
    if optimizer is None:
        raise TrajvizError(
            f"{text} is neither a generator function of gradient, w and perhaps lr, nor an "
            "optimizer class of torch or keras, nor a factory of optax's kind with a learning_rate"
        )
    return optimizer


def own_optimizer(name: str, title: str, thing: Any) -> Optimizer | None:
    """Return the optimizer that an object is, which no recipe can name; None for other objects.

    Args:
        name: What a message calls it.
        title: What a picture calls it.
        thing: A generator function, a class or a factory.
    """
    optimizer = _made(name, title, thing)
    return optimizer and replace(optimizer, nameable=False)


def _made(text: str, name: str, thing: Any) -> Optimizer | None:
    if inspect.isgeneratorfunction(thing):
        return _generator(text, name, thing)
    return adapt(text, name, thing)


def _file(place: str) -> Any:
    path = user_path(place)
    if not path.is_file():
        raise TrajvizError(f"no optimizer file {place!r}")
    with explained(path):
        return run_file(path)


def _module(place: str) -> Any:
    try:
        with library_errors(place):
            return importlib.import_module(place)
    except TrajvizError as error:
        cause = error.__cause__
        if isinstance(cause, ModuleNotFoundError) and f"{place}.".startswith(f"{cause.name}."):
            raise unknown("optimizer or module", place, rule_names()) from cause
        raise


def _generator(text: str, name: str, thing: Any) -> Optimizer:
    """Return a generator function as an optimizer; where it ends early it holds its last point."""
    place = text.partition(f":{name}")[0]

    def rule(surface: Oracle, w: Points, **settings: Any) -> Iterator[Points]:
        with explained_run():
            walk = thing(surface, w.copy(), **settings)
        last = w
        while True:
            with explained_run():
                here = next(walk, last)
                last = np.array(here, dtype=np.float64)
            if last.shape != w.shape:
                raise TrajvizError(
                    f"{text} yields an array of shape {last.shape} for points of shape {w.shape}"
                )
            yield last
            if isinstance(here, np.ndarray) and here.flags.writeable:
                here[...] = last  # which bounds may have moved

    def explained_run() -> contextlib.AbstractContextManager[None]:
        if place.endswith(".py"):
            return explained(user_path(place))
        return explained_in(thing)

    title, colon, _ = docstring_of(thing).split("\n")[0].partition(": ")
    heading = title if colon else name
    return Optimizer.of(text, thing, rule=rule, heading=heading, written=thing)
