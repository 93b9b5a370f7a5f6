"""torch's optimizers: `torch.NAME` for every class of torch.optim.

A class of the user's may ask for more than a gradient. Where its code differentiates gradients, as
AdaHessian's does, they come with a graph. Where its `step` does not run without a closure, as that
of SAM does not, it gets one. Where it wraps another optimizer, as Lookahead does, `base=NAME` says
which, and the settings of both can be given. Random numbers of torch's are the same in every run.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from trajviz.errors import TrajvizError
from trajviz.optimizers import Optimizer
from trajviz.optimizers.adapters._errors import library_errors, no_such
from trajviz.optimizers.adapters._signature import Signature, derives_from
from trajviz.surface import Number, Oracle, Points

RATE = "lr"
BASES = ("optimizer", "base_optimizer")
"""What a class calls the optimizer that it wraps: one that is made, or the class of one."""

_DIFFERENTIATES = re.compile(r"create_graph|autograd\.grad\b|\bgrad_fn\b")


def load(name: str) -> Optimizer:
    """Return an optimizer of torch.optim; TrajvizError where there is none of this name."""
    with library_errors(f"torch.{name}", "torch"):
        import torch
    classes = {
        key: value
        for key, value in vars(torch.optim).items()
        if isinstance(value, type) and issubclass(value, torch.optim.Optimizer)
    }
    del classes["Optimizer"]
    if name not in classes:
        raise no_such("torch", name, sorted(classes))
    return adapted(f"torch.{name}", f"{name} (torch)", classes[name])


def fits(thing: Any) -> bool:
    """Tell whether something is a class of torch's optimizers, or derived from them."""
    return derives_from(thing, "torch")


def adapted(name: str, title: str, kind: Any) -> Optimizer:
    """Return an optimizer that runs a class of torch's kind, or is yet to be told its base."""
    signature = Signature.of(kind, RATE)

    def make(points: list[Any], settings: Mapping[str, Any]) -> Any:
        return kind(**_parameters(kind, points), **signature.arguments(settings))

    one = signature.optimizer(name, _rule(name, make, [kind]), title, batched=False)
    one = replace(one, library_class=kind)
    if not _base_words(kind):
        return one

    def wrapping(base: Optimizer) -> Optimizer:
        if not fits(base.library_class):
            raise TrajvizError(f"{name}: base {base.name!r} is no optimizer class of torch's kind")
        return _wrapped(one, base, signature)

    return replace(one, wrapping=wrapping)


def _wrapped(one: Optimizer, base: Optimizer, signature: Signature) -> Optimizer:
    """Return the optimizer that runs a class around another; settings that both have are its."""
    kind, inner = one.library_class, base.library_class
    of_inner = Signature.of(inner, RATE)

    def make(points: list[Any], settings: Mapping[str, Any]) -> Any:
        others = {key: value for key, value in settings.items() if key not in signature.words}
        arguments = of_inner.arguments({**base.defaults, **others})
        words, given = _base_words(kind), _parameters(kind, points)
        if "base_optimizer" in words:
            given["base_optimizer"], own = inner, signature.arguments(settings)
            return kind(**given, **{**arguments, **own})
        made = inner(**_parameters(inner, points), **arguments)
        return kind(**given, optimizer=made, **signature.arguments(settings))

    defaults = {**base.defaults, **one.defaults, "base": base.name}
    rule = _rule(one.name, make, [kind, inner])
    return replace(
        one,
        rule=rule,
        defaults=defaults,
        default_rate=defaults.get("lr"),
        finds_rate=one.finds_rate or base.finds_rate,
        wrapping=None,
    )


def _base_words(kind: Any) -> list[str]:
    return [word for word in BASES if word in inspect.signature(kind).parameters]


def _parameters(kind: Any, points: list[Any]) -> dict[str, Any]:
    """Return what a class needs and no user can say: what it is to train, and float64 throughout.

    It calls what it trains the parameters, or the model.
    """
    import torch

    parameters = inspect.signature(kind).parameters
    given: dict[str, Any] = {}
    if "model" in parameters:
        given["model"] = torch.nn.ParameterList(points)
    if "params" in parameters:
        given["params"] = points
    if not given and not _base_words(kind):
        given[next(iter(parameters))] = points
    exact = {key: torch.float64 for key, p in parameters.items() if p.default is torch.float32}
    return {**given, **exact}


def _rule(
    name: str, make: Callable[[list[Any], Mapping[str, Any]], Any], kinds: list[Any]
) -> Callable[..., Iterator[Points]]:
    """Return the generator function that runs what `make` makes of a point and settings.

    The rate of every step is written into the parameter groups.
    """

    def rule(surface: Oracle, w: Points, lr: Number = None, **settings: Any) -> Iterator[Points]:
        from trajviz.optimizers.adapters import _torch_steps as torch_steps

        def made(points: list[Any]) -> Any:
            optimizer = make(points, settings if lr is None else {"lr": float(lr), **settings})
            if hasattr(optimizer, "train"):  # a schedule-free one wants to be told
                optimizer.train()
            return optimizer

        random, graph = torch_steps.RandomNumbers(), any(map(_differentiates, kinds))
        whole, points = torch_steps.parameters_of(w, surface.blocks)
        with library_errors(name), random:
            advance = torch_steps.way_to_step(kinds[0], made, w, surface.blocks, graph)
            optimizer = made(points)
        while True:
            for group in getattr(optimizer, "param_groups", ()) if lr is not None else ():
                group["lr"] = float(lr)
            with library_errors(name), random:
                advance(optimizer, points, surface)
            here = whole.numpy()
            there = here.copy()
            yield there
            here[...] = there  # which bounds may have moved

    return rule


def _differentiates(kind: Any) -> bool:
    """Tell whether the code of a class or of one of its bases differentiates gradients."""
    return any(_DIFFERENTIATES.search(_source(one)) for one in kind.__mro__)


def _source(kind: Any) -> str:
    try:
        return inspect.getsource(kind)
    except (OSError, TypeError):
        return ""
