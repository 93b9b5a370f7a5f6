"""What a library's signature says of its settings, and how it is called with them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from trajviz.frozen import dataclass
from trajviz.optimizers import RATE_RANGE, Optimizer, Rule, Setting

_NO_SETTINGS = ("self", "params", "model", "optimizer", "base_optimizer", "name", "args", "kwargs")
_PLAIN = (bool, int, float, str, type(None))


@dataclass(frozen=True)
class Signature:
    """The settings of a library's optimizer: its numbers, truth values and texts.

    Attributes:
        defaults: The library's defaults, by the words that users write: `lr` for the learning rate,
            `beta1` and `beta2` for the parts of `betas`.
        words: The library's parameter for each of these words.
        tuples: The length of each parameter that is a tuple.
        finds_rate: Whether the learning rate's default is None, which is no rate: the library then
            finds one.
    """

    defaults: Mapping[str, Setting]
    words: Mapping[str, str]
    tuples: Mapping[str, int]
    finds_rate: bool = False

    @classmethod
    def of(cls, function: Callable[..., Any], rate: str) -> Signature:
        """Read the signature of a function or a class.

        Args:
            function: What makes the library's optimizer.
            rate: The library's parameter for the learning rate.
        """
        defaults: dict[str, Setting] = {}
        words: dict[str, str] = {}
        tuples: dict[str, int] = {}
        parameters = inspect.signature(function).parameters
        for name, parameter in parameters.items():
            value = parameter.default
            if name in _NO_SETTINGS or parameter.kind is parameter.VAR_KEYWORD:
                continue
            if value is parameter.empty:
                value = None
            if isinstance(value, tuple) and all(type(part) in (int, float) for part in value):
                tuples[name] = len(value)
                for word, part in parts_of(name, value).items():
                    defaults[word], words[word] = part, name
            elif isinstance(value, _PLAIN):
                word = "lr" if name == rate else name
                defaults[word], words[word] = value, name
        finds_rate = rate in parameters and parameters[rate].default is None
        return cls(defaults=defaults, words=words, tuples=tuples, finds_rate=finds_rate)

    def arguments(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Return the settings by the library's parameters, without those that are None."""
        given: dict[str, Any] = {}
        for word, name in self.words.items():
            value = settings.get(word)
            if name in self.tuples:
                given.setdefault(name, ())
                given[name] += (value,)
            elif value is not None:
                given[name] = whole(value, self.defaults[word])
        return given

    def optimizer(self, name: str, rule: Rule, heading: str, batched: bool = True) -> Optimizer:
        """Return a rule as an optimizer with these settings.

        The library's own word for the learning rate is an alias.

        Args:
            name: What a user calls it.
            rule: The generator function that runs the library's optimizer.
            heading: What a picture calls it.
            batched: Whether the rule takes many points at once; default True.
        """
        rate = self.words.get("lr", "lr")
        return Optimizer(
            name=name,
            rule=rule,
            defaults=self.defaults,
            default_rate=self.defaults.get("lr"),
            heading=heading,
            aliases={} if rate == "lr" else {rate: "lr"},
            batched=batched,
            ranges={"lr": RATE_RANGE},
            finds_rate=self.finds_rate,
        )


def parts_of(name: str, values: tuple[Any, ...]) -> dict[str, Any]:
    """Return the parts of a tuple by the words that users write.

    >>> parts_of("betas", (0.9, 0.99))
    {'beta1': 0.9, 'beta2': 0.99}
    """
    return {f"{name.removesuffix('s')}{place}": part for place, part in enumerate(values, 1)}


def whole(value: Any, default: Any) -> Any:
    """Return a number as an int where the library may count with it.

    >>> whole(20.0, 5), whole(20.0, None), whole(20.0, 0.5), whole(True, False)
    (20, 20, 20.0, True)
    """
    counts = isinstance(value, float) and not isinstance(default, float)
    return int(value) if counts and value.is_integer() else value


def derives_from(thing: Any, library: str) -> bool:
    """Tell whether something is a class that derives from a library's Optimizer."""
    bases = thing.__mro__ if isinstance(thing, type) else ()
    return any(
        base.__name__ == "Optimizer" and base.__module__.partition(".")[0] == library
        for base in bases
    )
