"""The optimizers: one file each, holding one generator function of the same name.

An optimizer `rule(gradient, w, lr, **hyperparameters)` receives the gradient function, the start
and the learning rate, and yields the point after each step. Its state is its local variables, so
that its body reads like the box in the paper. It is elementwise: w may have any leading shape
(..., 2), and lr may be an array that broadcasts against it. A schedule sets that array anew before
each step, so a rule keeps nothing that it computed from lr. A file dropped into this folder is
found by every listing, help text and test.
"""

from __future__ import annotations

import functools
import importlib
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from trajviz.errors import unknown
from trajviz.surface import Points

Rule: TypeAlias = Callable[..., Iterator[Points]]
"""An optimizer's generator function."""

DEFAULT_OPTIMIZERS = ("sgd", "momentum", "rmsprop", "adam")
"""Who races when nobody is named."""


@dataclass(frozen=True)
class Optimizer:
    """A rule with what its signature and docstring say.

    `defaults` holds the hyperparameters in order, None where the signature gives no default; a
    learning rate without a default is tuned.
    """

    name: str
    rule: Rule
    defaults: Mapping[str, float | None]

    @property
    def title(self) -> str:
        """The name as people write it: the docstring up to its first colon."""
        return inspect.getdoc(self.rule).partition(":")[0]  # type: ignore[union-attr]  # all have one

    @property
    def summary(self) -> str:
        """The rest of the docstring's first line."""
        first = inspect.getdoc(self.rule).split("\n")[0]  # type: ignore[union-attr]
        return first.partition(": ")[2]


def optimizer_names() -> list[str]:
    """Return the names of our own optimizers, sorted, with hyphens."""
    files = Path(__file__).parent.glob("[!_]*.py")
    return sorted(path.stem.replace("_", "-") for path in files)


@functools.cache
def load_optimizer(name: str) -> Optimizer:
    """Return the optimizer of this name (hyphens or underscores); TrajvizError if there is none."""
    plain = name.replace("_", "-")
    if plain not in optimizer_names():
        raise unknown("optimizer", name, optimizer_names())
    identifier = plain.replace("-", "_")
    rule: Rule = getattr(importlib.import_module(f"{__name__}.{identifier}"), identifier)
    parameters = list(inspect.signature(rule).parameters.values())[2:]  # after gradient and w
    defaults = {
        p.name: None if p.default is inspect.Parameter.empty else float(p.default)
        for p in parameters
    }
    return Optimizer(plain, rule, defaults)
