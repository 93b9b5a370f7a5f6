"""optax's optimizers: `optax.NAME` for every factory of theirs, as `optax.contrib.NAME`.

They have no default for most learning rates; those are tuned as ours are, all rates at once.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import numpy as np

from trajviz.errors import TrajvizError
from trajviz.optimizers import Optimizer
from trajviz.optimizers.adapters._errors import library_errors, no_such
from trajviz.optimizers.adapters._signature import Signature
from trajviz.surface import Number, Oracle, Points

RATE = "learning_rate"


def load(name: str) -> Optimizer:
    """Return an optimizer of optax; TrajvizError where there is none of this name."""
    with library_errors(f"optax.{name}", "optax"):
        import optax
        import optax.contrib
    factories = {
        place + key: value
        for place, module in (("", optax), ("contrib.", optax.contrib))
        for key, value in vars(module).items()
        if fits(value)
    }
    if name not in factories:
        raise no_such("optax", name, sorted(factories))
    return adapted(f"optax.{name}", f"{name.removeprefix('contrib.')} (optax)", factories[name])


def fits(thing: Any) -> bool:
    """Tell whether something is a function with a learning rate, as optax's factories are."""
    return inspect.isfunction(thing) and RATE in inspect.signature(thing).parameters


def adapted(name: str, title: str, factory: Any) -> Optimizer:
    """Return an optimizer that runs what a factory of optax's kind makes.

    The rate is an argument of the compiled step, so that a schedule may change it, and that as many
    rates as there are points run at once, each as if it were alone. It sees a point as one vector,
    or as a tuple of a problem's blocks.
    """
    signature = Signature.of(factory, RATE)

    def rule(surface: Oracle, w: Points, lr: Number = None, **settings: Any) -> Iterator[Points]:
        import jax

        def made(rate: Any) -> Any:
            rated = {} if lr is None else {RATE: rate}
            chain = factory(**{**signature.arguments(settings), **rated})
            if not (hasattr(chain, "init") and hasattr(chain, "update")):
                raise TrajvizError(f"{name} makes nothing that has init and update")
            return chain

        def parted(point: Any) -> Any:
            if not surface.blocks:
                return point
            ends = np.cumsum([block.size for block in surface.blocks])[:-1]
            parts = zip(jax.numpy.split(point, ends), surface.blocks, strict=True)
            return tuple(part.reshape(block.shape) for part, block in parts)

        def joined(parts: Any) -> Any:
            whole = [part.reshape(-1) for part in jax.tree.leaves(parts)]
            return jax.numpy.concatenate(whole)

        def begin(rate: Any, point: Any) -> Any:
            return made(rate).init(parted(point))

        def step(rate: Any, slope: Any, state: Any, point: Any) -> Any:
            change, state = made(rate).update(parted(slope), state, parted(point))
            return point + joined(change), state

        def rates() -> Any:
            each = np.zeros((*w.shape[:-1], 1)) if lr is None else np.asarray(lr, dtype=float)
            return jax.numpy.asarray(np.broadcast_to(each, w.shape)[..., 0].reshape(-1))

        def flat(array: Points) -> Any:
            return jax.numpy.asarray(array.reshape(-1, w.shape[-1]))

        with library_errors(name), jax.enable_x64(True):
            state = jax.vmap(begin)(rates(), flat(w))
            advance = jax.jit(jax.vmap(step))
        here = w
        while True:
            slopes = surface.gradient(here)
            with library_errors(name), jax.enable_x64(True):
                points, state = advance(rates(), flat(slopes), state, flat(here))
            here = np.array(points).reshape(w.shape)
            yield here

    return signature.optimizer(name, rule, title)
