"""What an optimizer is: a rule, and what its signature and docstring say of it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from typing import Any, TypeAlias

from trajviz.docstrings import docstring_of
from trajviz.errors import TrajvizError
from trajviz.frozen import dataclass
from trajviz.surface import Points
from trajviz.surface.numbers import Range, read_number, stated_ranges

Rule: TypeAlias = Callable[..., Iterator[Points]]
"""An optimizer's generator function."""

Setting: TypeAlias = Any
"""A hyperparameter: a number, or in another library perhaps a truth value or a text."""

FAMILIES = ("gradient descent", "momentum", "adaptive", "Adam", "sign", "curvature")
"""The groups of related optimizers, in the order in which they are listed."""

DEFAULT_OPTIMIZERS = ("sgd", "momentum", "rmsprop", "adam")
"""Who races when nobody is named."""

RATE_RANGE = Range(above=0)
"""What every learning rate must be, whatever a rule states of it."""


@dataclass(frozen=True)
class Optimizer:
    """A rule with what its signature and docstring say.

    Attributes:
        name: What a user calls it, as "adam" or "torch.Adam".
        rule: Its generator function, which yields the point after each step.
        defaults: Its settings in order, each with its default. A learning rate without a default,
            None, is tuned; another setting that is None is left to the library that has it.
        default_rate: The learning rate that its authors or torch take; None if nobody says one.
        follows_schedules: Whether its learning rate may fall during a run; default True. It is
            False where the rate is only the length of the first step.
        heading: Its title where it has no docstring of our form; default "".
        aliases: Other words for its settings, with the words that `defaults` has for them; default
            none.
        batched: Whether it runs from many starts at once, default True, or takes one point at a
            time.
        rate_is_factor: Whether it finds the length of its steps itself, so that its learning rate
            is a factor of 1 by design and "the same rate for all" is not meant for it; default
            False.
        ranges: The range of each setting that has one; default none, every finite number.
        finds_rate: Whether it takes no learning rate for "find one": a rate that is not given is
            left out then, not tuned; default False.
        keeps_to_bounds: Whether it can be kept within bounds: it goes on from wherever its last
            point is moved to; default True.
        takes_bounds: Whether its rule takes `bounds` as a setting and keeps to them by itself;
            default False.
        library_class: The class of another library that it runs; default None.
        wrapping: For a class that wraps another optimizer, and cannot run without: returns it
            around the one that is given; default None.
        nameable: Whether a recipe can say it by its name; default True. It is False for one that
            was given as an object of Python.
        written: The generator function as its author wrote it, where `rule` only calls it; default
            None, `rule` is it.
    """

    name: str
    rule: Rule
    defaults: Mapping[str, Setting]
    default_rate: float | None = None
    follows_schedules: bool = True
    heading: str = ""
    aliases: Mapping[str, str] = field(default_factory=dict)
    batched: bool = True
    rate_is_factor: bool = False
    ranges: Mapping[str, Range] = field(default_factory=dict)
    finds_rate: bool = False
    keeps_to_bounds: bool = True
    takes_bounds: bool = False
    library_class: Any = None
    wrapping: Callable[[Optimizer], Optimizer] | None = field(default=None, compare=False)
    nameable: bool = True
    written: Rule | None = field(default=None, compare=False)

    @classmethod
    def of(cls, name: str, function: Rule, **facts: Any) -> Optimizer:
        """Return a generator function as an optimizer, with the settings of its signature.

        Args:
            name: What a user calls it.
            function: Its first two parameters are the gradient and the start. Each other one has a
                number as its default, which a learning rate `lr` may lack, and may state its range.
            facts: Further fields of the optimizer, in place of what its signature says.

        Raises:
            TrajvizError: A parameter has no number as its default, or one out of its range.
        """
        defaults = _defaults(name, function)
        ranges = _ranges(name, function, defaults)
        read = {"rule": function, "default_rate": defaults.get("lr"), "ranges": ranges}
        return cls(name=name, defaults=defaults, **{**read, **facts})

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
        return docstring_of(self.rule)

    def _paragraph(self, name: str) -> str:
        found = re.search(rf"^{name}: (.*?)(?=\n\n|\n[A-Z][a-z]+: |\Z)", self._text, re.M | re.S)
        return " ".join(found[1].split()) if found else ""


def _defaults(name: str, function: Rule) -> dict[str, float | None]:
    """Return a generator function's settings in order, each with its default."""
    defaults = {}
    for parameter in list(inspect.signature(function).parameters.values())[2:]:
        key, value = parameter.name, parameter.default
        number = type(value) in (int, float)
        if not number and not (key == "lr" and value is parameter.empty):
            raise TrajvizError(f"{name}: parameter {key!r} has no number as its default")
        defaults[key] = float(value) if number else None
    return defaults


def _ranges(name: str, function: Rule, defaults: Mapping[str, float | None]) -> dict[str, Range]:
    """Return the ranges of a generator function's settings; refuse a default out of its own."""
    ranges = {key: r for key, r in stated_ranges(function).items() if key in defaults}
    if "lr" in defaults:
        ranges["lr"] = RATE_RANGE
    for key, allowed in ranges.items():
        value = defaults[key]
        if value is not None:
            read_number(f"{name}: {key}", value, " by default", allowed)
    return ranges
