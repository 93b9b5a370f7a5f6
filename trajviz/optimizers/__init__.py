"""What an optimizer is: a rule, and what its signature and docstring say of it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

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
