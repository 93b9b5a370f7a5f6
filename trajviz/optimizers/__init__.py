"""The optimizers: one file each, holding one generator function of the same name.

An optimizer `rule(gradient, w, lr, **hyperparameters)` receives the gradient function, the start
and the learning rate, and yields the point after each step. Its state is its local variables, so
that its body reads like the box in the paper. It is elementwise, or reduces over the last axis
alone: w may have any leading shape (..., 2), and lr may be an array that broadcasts against it. A
schedule sets that array anew before each step, so a rule keeps nothing that it computed from lr.
What it is given as `gradient` also answers by name, so that a rule that needs more than slopes
calls it `surface` and asks for value, gradient and hessian (see `surface.Oracle`).

The file's DEFAULT_LR is the rate that a library or the paper takes, for races by `--lr default`.
Its docstring is what listings show: title and summary, the formula, and the paragraphs Family,
Source, perhaps Note, and Elsewhere, which says where torch, keras and optax differ. A file dropped
into this folder is found by every listing, help text and test.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from trajviz.errors import unknown
from trajviz.surface import Points

Rule: TypeAlias = Callable[..., Iterator[Points]]
"""An optimizer's generator function."""

Setting: TypeAlias = Any
"""A hyperparameter: a number, or in another library perhaps a truth value or a text."""

FAMILIES = ("gradient descent", "momentum", "adaptive", "Adam", "sign", "curvature")
"""What optimizers are kin by, in the order in which they are listed."""

DEFAULT_OPTIMIZERS = ("sgd", "momentum", "rmsprop", "adam")
"""Who races when nobody is named."""


@dataclass(frozen=True)
class Optimizer:
    """A rule with what its signature and docstring say.

    `defaults` holds the hyperparameters in order, None where the signature gives no default; a
    learning rate without a default is tuned, and `default_rate` is what its authors or torch take.
    `follows_schedules` is false where the rate is but the length of the first step, as the rule's
    file then says with FOLLOWS_SCHEDULES. One of another library has a `heading` in place of a
    docstring; its settings may have `aliases`, its defaults say of what kind a setting is, any kind
    where they are None, and if it is not `batched`, it takes one point at a time.
    """

    name: str
    rule: Rule
    defaults: Mapping[str, Setting]
    default_rate: float | None = None
    follows_schedules: bool = True
    heading: str = ""
    aliases: Mapping[str, str] = field(default_factory=dict)
    batched: bool = True

    @property
    def title(self) -> str:
        """The name as people write it: the docstring up to its first colon."""
        return self.heading or self._text.partition(":")[0]

    @property
    def summary(self) -> str:
        """The rest of the docstring's first line."""
        return self._text.split("\n")[0].partition(": ")[2]

    @property
    def formula(self) -> str:
        """The docstring's second paragraph, its lines joined into one."""
        return "; ".join(self._text.split("\n\n")[1].split("\n"))

    @property
    def family(self) -> str:
        """One of FAMILIES."""
        return self._paragraph("Family").rstrip(".")

    @property
    def source(self) -> str:
        """Who published the rule, and what of the publication it is."""
        return self._paragraph("Source")

    @property
    def elsewhere(self) -> str:
        """What torch, keras and optax make of the rule."""
        return self._paragraph("Elsewhere")

    @property
    def _text(self) -> str:
        return inspect.getdoc(self.rule) or ""

    def _paragraph(self, name: str) -> str:
        found = re.search(rf"^{name}: (.*?)(?=\n\n|\n[A-Z][a-z]+: |\Z)", self._text, re.M | re.S)
        return " ".join(found[1].split()) if found else ""


def optimizer_names() -> list[str]:
    """Return the names of our own optimizers, sorted, with hyphens."""
    files = Path(__file__).parent.glob("[!_]*.py")
    return sorted(path.stem.replace("_", "-") for path in files)


def load_optimizer(name: str) -> Optimizer:
    """Return the optimizer of this name; TrajvizError if there is none.

    One of ours may be written with hyphens or underscores; for the others see `adapters`.
    """
    from trajviz.adapters import is_adapted, load_adapted

    return load_adapted(name) if is_adapted(name) else _load(name)


@functools.cache
def _load(name: str) -> Optimizer:
    plain = name.replace("_", "-")
    if plain not in optimizer_names():
        raise unknown("optimizer", name, optimizer_names())
    identifier = plain.replace("-", "_")
    module = importlib.import_module(f"{__name__}.{identifier}")
    rule: Rule = getattr(module, identifier)
    parameters = list(inspect.signature(rule).parameters.values())[2:]  # after gradient and w
    defaults = {
        p.name: None if p.default is inspect.Parameter.empty else float(p.default)
        for p in parameters
    }
    return Optimizer(
        plain,
        rule,
        defaults,
        getattr(module, "DEFAULT_LR", defaults.get("lr")),
        getattr(module, "FOLLOWS_SCHEDULES", True),
    )
