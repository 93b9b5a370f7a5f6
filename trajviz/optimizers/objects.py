"""Optimizers given as objects of Python: rules, classes, factories, and partials of them."""

from __future__ import annotations

import functools
import importlib
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from trajviz.errors import TrajvizError, shown
from trajviz.optimizers import Optimizer, Setting
from trajviz.optimizers.adapters import library_names
from trajviz.optimizers.adapters._signature import parts_of
from trajviz.optimizers.find import load_optimizer
from trajviz.optimizers.own import own_optimizer
from trajviz.surface.code_error import FILE_MODULE

KINDS = (
    "a text such as 'adam:lr=0.1', a mapping with a name, a generator function of gradient, w and "
    "perhaps lr, an optimizer class of torch or keras, a factory of optax's kind, or a "
    "functools.partial of one of these"
)
"""What an optimizer may be."""


def optimizer_of(thing: Any) -> tuple[Optimizer, dict[str, Setting]]:
    """Return the optimizer that an object is, and the settings that it holds already.

    Where the object has a name by which it could be asked for, as "torch.Adam" or "module:rule",
    it is asked for by it, so that a recipe can say it. Others have `nameable` False.

    Args:
        thing: A generator function as in `trajviz/optimizers/rules`, a class of torch's or keras's
            kind, a factory of optax's kind, or a `functools.partial` of one of them.

    Raises:
        TrajvizError: It is none of these, or a partial fixes what is no setting of it.
    """
    if isinstance(thing, functools.partial):
        return _partial(thing)
    title = getattr(thing, "__name__", "")
    optimizer = own_optimizer(title, title, thing) if callable(thing) and title else None
    if optimizer is None:
        raise TrajvizError(f"{shown(thing)} is no optimizer: give {KINDS}")
    name = _name_of(thing)
    return (load_optimizer(name) if name else optimizer), {}


def _name_of(thing: Any) -> str:
    """Return the name by which `load_optimizer` finds an object; "" where it has none."""
    module, name = getattr(thing, "__module__", None), getattr(thing, "__name__", "")
    if not isinstance(module, str):
        return ""
    library = module.partition(".")[0]
    if library in library_names():
        return _name_in(library, name)
    if module == "__main__" or module.startswith(FILE_MODULE) or not name.isidentifier():
        return ""
    if module.startswith(f"{__package__}.rules."):
        return name.replace("_", "-")
    return f"{module}:{name}" if _is_in(module, name, thing) else ""


def _name_in(library: str, name: str) -> str:
    for place in ("", "contrib."):
        try:
            return load_optimizer(f"{library}.{place}{name}").name
        except TrajvizError:
            continue
    return ""


def _is_in(module: str, name: str, thing: Any) -> bool:
    """Tell whether a module that can be imported has an object under its name."""
    try:
        return getattr(importlib.import_module(module), name, None) is thing
    except ImportError:
        return False


def _partial(given: functools.partial[Any]) -> tuple[Optimizer, dict[str, Setting]]:
    """Return an optimizer, with the settings that a partial of it fixes."""
    if given.args:
        raise TrajvizError(f"{shown(given)} fixes {given.args[0]!r} by place: name what it is")
    optimizer, held = optimizer_of(given.func)
    settings, rest = _settings(optimizer, given.keywords)
    if rest:
        bound = own_optimizer(optimizer.title, optimizer.title, _bound(given.func, rest))
        if bound is None or inspect.isgeneratorfunction(given.func):
            raise TrajvizError(
                f"{shown(given)} fixes {next(iter(rest))!r}, which is no setting of "
                f"{optimizer.name} ({', '.join(optimizer.defaults)})"
            )
        optimizer = bound
    return optimizer, {**held, **settings}


def _settings(
    optimizer: Optimizer, keywords: Mapping[str, Any]
) -> tuple[dict[str, Setting], dict[str, Any]]:
    """Return which keywords are settings of an optimizer, tuples taken apart, and the others.

    `betas=(0.9, 0.99)` is beta1 and beta2, as in an adapted optimizer's signature.
    """
    settings: dict[str, Setting] = {}
    rest: dict[str, Any] = {}
    for key, value in keywords.items():
        parts = parts_of(key, value) if isinstance(value, tuple) else {key: value}
        plain = all(isinstance(part, (bool, int, float, str)) for part in parts.values())
        if plain and parts.keys() <= {*optimizer.defaults, *optimizer.aliases}:
            settings |= parts
        else:
            rest[key] = value
    return settings, rest


def _bound(thing: Callable[..., Any], keywords: Mapping[str, Any]) -> Callable[..., Any]:
    """Return a class or function of the same kind and name with some keywords fixed."""
    if isinstance(thing, type):
        init = functools.partialmethod(thing.__init__, **keywords)  # type: ignore[misc]
        return type(thing.__name__, (thing,), {"__init__": init, "__module__": thing.__module__})

    @functools.wraps(thing)
    def bound(*args: Any, **settings: Any) -> Any:
        return thing(*args, **{**keywords, **settings})

    signature = inspect.signature(thing)
    kept = [p for key, p in signature.parameters.items() if key not in keywords]
    bound.__signature__ = signature.replace(parameters=kept)  # type: ignore[attr-defined]
    return bound
