"""What a user says of one track: `name:key=value,key=value`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from trajviz.errors import TrajvizError, unknown
from trajviz.optimizers import Optimizer, load_optimizer

TRACK_KEYS = ("label", "color")
"""Keys that belong to the track, not to the rule."""

_POSITIVE: tuple[str, Callable[[float], bool]] = ("above 0", lambda value: value > 0)
_NOT_NEGATIVE: tuple[str, Callable[[float], bool]] = ("at least 0", lambda value: value >= 0)
_SHARE: tuple[str, Callable[[float], bool]] = ("at least 0 and below 1", lambda v: 0 <= v < 1)
_INSIDE: tuple[str, Callable[[float], bool]] = ("above 0 and below 1", lambda v: 0 < v < 1)
_RANGES = {
    "lr": _POSITIVE,
    "beta": _SHARE,
    "beta1": _SHARE,
    "beta2": _SHARE,
    "rho": _SHARE,
    "momentum": _SHARE,
    "eps": _NOT_NEGATIVE,
    "psi": _NOT_NEGATIVE,
    "weight_decay": _NOT_NEGATIVE,
    "threshold": ("at least 4", lambda value: value >= 4),
    "shrink": _INSIDE,
    "grow": ("at least 1", lambda value: value >= 1),
    "min_step": _POSITIVE,
    "max_step": _POSITIVE,
    "c1": _INSIDE,
    "c2": _INSIDE,
}
"""What a hyperparameter's name promises of its value, whichever optimizer it belongs to."""


@dataclass(frozen=True)
class Spec:
    """One track: an optimizer, the settings that were given, and perhaps a label and a colour."""

    optimizer: Optimizer
    settings: Mapping[str, float] = field(default_factory=dict)
    label: str = ""
    color: str = ""

    @property
    def complete(self) -> dict[str, float | None]:
        """All hyperparameters, the given ones over the defaults; None for a rate to be tuned."""
        return {**self.optimizer.defaults, **self.settings}


def parse_spec(text: str) -> Spec:
    """Return what `name:key=value,key=value` says, or raise TrajvizError.

    >>> spec = parse_spec("rmsprop:lr=0.1,label=mine")
    >>> spec.optimizer.name, spec.settings, spec.label
    ('rmsprop', {'lr': 0.1}, 'mine')
    """
    name, colon, rest = text.partition(":")
    if not name.strip():
        raise TrajvizError(f"optimizer {text!r} has no name: write NAME or NAME:key=value,...")
    if colon and not rest.strip():
        raise TrajvizError(f"optimizer {text!r} has no settings after the colon: key=value,...")
    optimizer = load_optimizer(name.strip())
    given: dict[str, str] = {}
    for item in rest.split(",") if colon else ():
        key, equals, value = (part.strip() for part in item.partition("="))
        if not (key and equals and value):
            raise TrajvizError(f"setting {item!r} in {text!r} is not key=value")
        if key in given:
            raise TrajvizError(f"setting {key!r} is given twice in {text!r}")
        if key not in optimizer.defaults and key not in TRACK_KEYS:
            raise unknown(f"setting of {optimizer.name}", key, [*optimizer.defaults, *TRACK_KEYS])
        given[key] = value
    track = {key: given.pop(key) for key in TRACK_KEYS if key in given}
    settings = {key: _number(key, value, text) for key, value in given.items()}
    return Spec(optimizer, settings, **track)


def _number(key: str, value: str, text: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise TrajvizError(f"{key}={value} in {text!r} is not a finite number")
    allowed, holds = _RANGES.get(key, ("", lambda _: True))
    if not holds(number):
        raise TrajvizError(f"{key}={value} in {text!r} must be {allowed}")
    return number


def parse_specs(texts: Iterable[str]) -> list[Spec]:
    """Return the specs with labels that tell them apart.

    A label is the user's, else the optimizer's name; where a name runs several times, the given
    settings follow it, and a count where even those are the same. Raises TrajvizError for a label
    that is given twice.

    >>> [spec.label for spec in parse_specs(["sgd", "adam:lr=1", "adam:lr=0.5"])]
    ['sgd', 'adam lr=1', 'adam lr=0.5']
    """
    specs = [parse_spec(text) for text in texts]
    names = [spec.optimizer.name for spec in specs if not spec.label]
    taken: set[str] = set()
    for spec in specs:
        if spec.label and spec.label in taken:
            raise TrajvizError(f"label {spec.label!r} is given twice")
        taken.add(spec.label)
    labelled = []
    for spec in specs:
        if not spec.label:
            spec = replace(spec, label=_free(_automatic(spec, names), taken))
            taken.add(spec.label)
        labelled.append(spec)
    return labelled


def _automatic(spec: Spec, names: list[str]) -> str:
    name = spec.optimizer.name
    if names.count(name) == 1:
        return name
    return " ".join([name, *(f"{key}={value:g}" for key, value in spec.settings.items())])


def _free(label: str, taken: set[str]) -> str:
    if label not in taken:
        return label
    count = 2
    while f"{label} ({count})" in taken:
        count += 1
    return f"{label} ({count})"
