"""What a user says of one track: `name:key=value,key=value`, or the same as a table of a recipe."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from typing import Any

from trajviz.errors import TrajvizError, unknown
from trajviz.frozen import dataclass
from trajviz.optimizers import RATE_RANGE, Optimizer, Setting
from trajviz.optimizers.find import load_optimizer, split_name
from trajviz.recipe.arrows import check_arrows
from trajviz.recipe.clamp import BOUNDS, CLAMP_KEYS, NO_CLAMP, Clamp, read_clamp
from trajviz.recipe.schedule import (
    SCHEDULES,
    Schedule,
    schedule_defaults,
    schedule_parameters,
    schedule_ranges,
)
from trajviz.surface.numbers import ANY, read_number
from trajviz.untrusted import check_text

TRACK_KEYS = ("label", "color", "arrows", "family")
"""Keys of a track that are no settings of its optimizer; their values are texts."""
MOST_RELATIVES = 12
"""No setting has more values, each a track of one family."""
TABLE_KEYS = ("name", "lr_rule")
"""Keys that a track has in a recipe's table alone."""
RATE_RULES = ("given", "tuned", "customary", "default", "equal")
"""How a learning rate may have been chosen: by the user, or by one of the race's rules."""
NO_RATES: Mapping[str, float] = {}
"""The customary rates of a surface that states none."""
DECAY = "decay"
"""The key that names a schedule of the learning rate."""
BASE = "base"
"""The key that names the optimizer that another one wraps."""
_SAID_FOR_LR = ("learning_rate", "learning-rate", "step_size", "eta")
"""Words that people have for the learning rate where its name is lr."""


@dataclass(frozen=True)
class Spec:
    """One track: an optimizer with its settings, and perhaps a label and a colour.

    Attributes:
        optimizer: Who runs.
        settings: The settings that were given, by name; default none.
        label: What the picture calls the track; default "", the optimizer's name.
        color: The track's colour; default "", one of the theme's.
        arrows: What arrows at its head show, one of ARROWS; default "", what those of all show.
        family: Tracks of one family that follow each other are shades of one colour; default "",
            none.
        rate_rule: How the learning rate among the settings was chosen, one of RATE_RULES; default
            "given".
        schedule: How the learning rate changes during the run; default None, not at all.
        clamp: How gradients are clipped, and within which bounds it stays; default not at all.
    """

    optimizer: Optimizer
    settings: Mapping[str, Setting] = field(default_factory=dict)
    label: str = ""
    color: str = ""
    family: str = ""
    rate_rule: str = "given"
    schedule: Schedule | None = None
    clamp: Clamp = NO_CLAMP
    arrows: str = ""

    def __post_init__(self) -> None:
        """Refuse a label that no picture shows, and arrows that there are not."""
        check_text("label", self.label)
        if self.arrows:
            check_arrows(self.arrows)
        check_text("family", self.family)

    @property
    def complete(self) -> dict[str, Setting]:
        """All hyperparameters, the given ones over the defaults.

        None is a rate to be tuned, or what another library leaves open.
        """
        return {**self.optimizer.defaults, **self.settings}

    @property
    def is_to_be_tuned(self) -> bool:
        """Whether there is a learning rate, and nobody says which."""
        return self.complete.get("lr", 0.0) is None and not self.optimizer.finds_rate

    @property
    def own(self) -> dict[str, Setting]:
        """The settings that the user gave: all but a rate that a rule chose."""
        given = self.rate_rule == "given"
        return {key: value for key, value in self.settings.items() if given or key != "lr"}

    @property
    def untuned(self) -> Spec:
        """The spec without a rate that a rule chose, so that it will be chosen again."""
        if self.rate_rule == "given":
            return self
        return replace(self, settings=self.own, rate_rule="given")

    def rated(self, rule: str, customary: Mapping[str, float] = NO_RATES) -> Spec:
        """Return the spec with the rate that a rule of the race gives it, if none was given.

        Args:
            rule: "equal:RATE", the same for all but those whose rate is only a factor; "default",
                the optimizer's `default_rate`; "customary", what `customary` has for it; or
                "tuned". What a rule leaves alone is tuned, unless it has a rate of its own.
            customary: The rates of the literature on the race's surface, by optimizer; default
                none.

        Raises:
            TrajvizError: The rule is none of these, or the optimizer has no default rate.

        >>> parse_spec("adam").rated("equal:0.01").settings
        {'lr': 0.01}
        """
        name, rate = check_rates(rule)
        if "lr" in self.settings or "lr" not in self.optimizer.defaults:
            return self
        if name == "customary":
            rate = customary.get(self.optimizer.name)
        elif name == "default":
            rate = self._default_rate()
        elif self.optimizer.rate_is_factor:
            rate = None
        if rate is None:
            return self
        return replace(self, settings={"lr": rate, **self.settings}, rate_rule=name)

    def _default_rate(self) -> float:
        rate, name = self.optimizer.default_rate, self.optimizer.name
        if rate is None:
            raise TrajvizError(f"{name} has no default lr: give it one, as in {name}:lr=0.01")
        return rate

    @property
    def table(self) -> dict[str, Setting]:
        """The spec as `read_spec` reads it.

        A setting that is not finite is left out: only a default can be so, and holds without.
        """
        settings = {key: value for key, value in self.settings.items() if _has_spelling(value)}
        rule = {"lr_rule": self.rate_rule} if "lr" in settings else {}
        changes: dict[str, Setting] = {}
        if self.schedule is not None:
            parameters = {key: float(value) for key, value in self.schedule.complete.items()}
            changes = {DECAY: self.schedule.name, **parameters}
        track = {key: getattr(self, key) for key in TRACK_KEYS if getattr(self, key)}
        rest = {**rule, **changes, **self.clamp.table, **track}
        return {"name": self.optimizer.name, **settings, **rest}


def _has_spelling(value: Setting) -> bool:
    """Tell whether a recipe can say a setting: infinity and NaN have no place in it."""
    return not isinstance(value, float) or math.isfinite(value)


def check_rates(rule: str) -> tuple[str, float | None]:
    """Return the name and the rate of a rule for learning rates that are not given.

    Args:
        rule: "tuned", "customary", "default" or "equal:RATE".

    Returns:
        The name, and the rate of "equal", else None.

    Raises:
        TrajvizError: The rule is none of these, or its rate not above 0.

    >>> check_rates("equal:0.01"), check_rates("tuned")
    (('equal', 0.01), ('tuned', None))
    """
    name, colon, rate = rule.partition(":")
    if name == "equal" and rate:
        return name, read_number("lr", rate, f" in {rule!r}", RATE_RANGE)
    if name not in ("tuned", "customary", "default") or colon:
        raise TrajvizError(
            f"lr {rule!r} is not tuned, customary, default or equal:RATE, as in equal:0.01"
        )
    return name, None


def parse_spec(text: str) -> Spec:
    """Return the track that `name:key=value,key=value` describes.

    Args:
        text: An optimizer's name, as `load_optimizer` takes it. After a colon follow settings of
            the optimizer, `label`, `color` and `arrows`, `decay` with settings of the schedule that
            it names, and `clip`, `clip_value` and `bounds`. A key that both have is the
            optimizer's. A value with a comma in it stands in quotation marks.

    Raises:
        TrajvizError: The text is not of this form, or a name, a key or a value is not allowed.

    >>> spec = parse_spec("rmsprop:lr=0.1,label=mine")
    >>> spec.optimizer.name, spec.settings, spec.label
    ('rmsprop', {'lr': 0.1}, 'mine')
    >>> parse_spec('adam:label="fast, but wild"').label
    'fast, but wild'
    """
    name, colon, rest = split_name(text)
    if not name.strip():
        raise TrajvizError(f"optimizer {text!r} has no name: write NAME or NAME:key=value,...")
    if colon and not rest.strip():
        raise TrajvizError(f"optimizer {text!r} has no settings after the colon: key=value,...")
    given = _pairs(rest, text) if colon else {}
    optimizer = _wrapping(load_optimizer(name.strip()), given.get(BASE))
    return _spec(optimizer, given, TRACK_KEYS, f" in {text!r}")


def relatives(text: str) -> list[str]:
    """Return the texts of a family of tracks: one for each value that stands between bars.

    Args:
        text: As `parse_spec` takes it, but that one setting may have several values.

    Raises:
        TrajvizError: Several settings have several values, or one has too many.

    >>> relatives("sgd:lr=0.01|0.1,clip=1")
    ['sgd:lr=0.01,clip=1,family=sgd lr', 'sgd:lr=0.1,clip=1,family=sgd lr']
    """
    name, _, rest = split_name(text)
    items = _ITEM.findall(rest) if "|" in rest else []
    several = [place for place, item in enumerate(items) if _values(item)]
    if not several:
        return [text]
    if len(several) > 1:
        raise TrajvizError(f"{text!r} has several settings of several values: vary one at a time")
    key, values = items[several[0]].partition("=")[0].strip(), _values(items[several[0]])
    if len(values) > MOST_RELATIVES:
        raise TrajvizError(f"{len(values)} values in {text!r} are more than {MOST_RELATIVES}")
    if not any(item.partition("=")[0].strip() == "family" for item in items):
        items.append(f"family={name.strip()} {key}")
    return [f"{name}:{','.join(_chosen(items, several[0], value))}" for value in values]


def _values(item: str) -> list[str]:
    """Return the several numbers that a `key=value` has; none where it has one, or a text."""
    values = [value.strip() for value in item.partition("=")[2].split("|")]
    return values if len(values) > 1 and all(map(_is_number, values)) else []


def _chosen(items: Iterable[str], place: int, value: str) -> Iterator[str]:
    """Yield items, the one at a place with one of its values, and a label with it behind."""
    for number, item in enumerate(items):
        key, _, said = item.partition("=")
        if number == place:
            yield f"{key}={value}"
        elif key.strip() == "label":
            quoted = _QUOTED.fullmatch(said.strip())
            yield f'{key}="{quoted[2] if quoted else said.strip()} {value}"'
        else:
            yield item


def spec_of(thing: Any) -> Spec:
    """Return the track that a text, a table or an object of Python describes.

    Args:
        thing: A text, as `parse_spec` takes it; a mapping, as `read_spec` takes it, whose `name`
            may be an object; or an object, as `optimizer_of` takes it.

    Raises:
        TrajvizError: It is none of these, or a name, a key or a value is not allowed.

    >>> spec_of({"name": "sgd", "lr": 0.1}).settings
    {'lr': 0.1}
    """
    if isinstance(thing, Spec):
        return thing
    if isinstance(thing, str):
        return parse_spec(thing)
    if isinstance(thing, Mapping):
        return read_spec(thing)
    from trajviz.optimizers.objects import optimizer_of

    optimizer, settings = optimizer_of(thing)
    return _spec(_wrapping(optimizer, None), settings, ())


def _pairs(rest: str, text: str) -> dict[str, str]:
    """Return what `key=value,key=value` says, the end of `text`."""
    given: dict[str, str] = {}
    for item in _ITEM.findall(rest):
        key, equals, value = (part.strip() for part in item.partition("="))
        if not (key and equals and value):
            raise TrajvizError(f"setting {item!r} in {text!r} is not key=value")
        if key in given:
            raise TrajvizError(f"setting {key!r} is given twice in {text!r}")
        quoted = _QUOTED.fullmatch(value)
        given[key] = quoted[2] if quoted else value
    return given


_QUOTED = re.compile(r"""(["'])(.*)\1""", re.DOTALL)
_ITEM = re.compile(r"""(?:^|(?<=,))(?:[^,=]*=\s*(?:"[^"]*"|'[^']*')\s*|[^,]*)(?=,|$)""", re.DOTALL)
"""One of several settings between commas, of which one in quotation marks may have some."""


def _wrapping(optimizer: Optimizer, base: Any) -> Optimizer:
    """Return an optimizer, none of whose settings has the name of another key of a recipe.

    `base` names the one that it wraps, where it wraps one.
    """
    name = optimizer.name
    if optimizer.wrapping is not None:
        if not isinstance(base, str):
            raise TrajvizError(f"{name} wraps an optimizer: {BASE}=NAME, as in {BASE}=torch.SGD")
        optimizer = optimizer.wrapping(load_optimizer(base))
    for key in (*TABLE_KEYS, *TRACK_KEYS):
        if key in optimizer.defaults:
            raise TrajvizError(
                f"{optimizer.name}: parameter {key!r} needs another name: a track has that key"
            )
    return optimizer


def read_spec(table: Mapping[str, Any]) -> Spec:
    """Return the track that a table of a recipe describes.

    Args:
        table: `name`, or in Python the optimizer itself, and keys as in `parse_spec`; and perhaps
            `lr_rule`, one of RATE_RULES, which says how `lr` was chosen; default "given". A rate
            that is said to be tuned and is not there will be tuned.

    Raises:
        TrajvizError: A key is missing or unknown, or a value is not allowed.

    >>> read_spec({"name": "sgd", "lr": 0.1, "lr_rule": "tuned"}).rate_rule
    'tuned'
    """
    given = dict(table)
    name, rule = given.pop("name", None), given.pop("lr_rule", "given")
    if name is None or isinstance(name, (bool, int, float, list, dict)):  # all that TOML has
        raise TrajvizError("name is missing" if name is None else f"name {name!r} is not a text")
    held: dict[str, Setting] = {}
    if isinstance(name, str):
        optimizer = load_optimizer(name)
    else:
        from trajviz.optimizers.objects import optimizer_of

        optimizer, held = optimizer_of(name)
    given = {**held, **given}
    optimizer = _wrapping(optimizer, given.get(BASE))
    for key, value in given.items():
        _check_type(optimizer, key, value)
    spec = _spec(optimizer, given, (*TABLE_KEYS, *TRACK_KEYS))
    if rule not in RATE_RULES:
        raise unknown("lr_rule", str(rule), RATE_RULES)
    rateless = spec.complete.get("lr") is None
    if "lr_rule" in table and rateless and (rule != "tuned" or "lr" not in optimizer.defaults):
        raise TrajvizError(f"lr_rule {rule!r} speaks of an lr that is not there")
    return replace(spec, rate_rule=rule) if rule != spec.rate_rule else spec


def _check_type(optimizer: Optimizer, key: str, value: Any) -> None:
    """Raise TrajvizError for a value of a recipe that is not of its key's type, if it is a key."""
    texts = (DECAY, *TRACK_KEYS)
    if key in optimizer.defaults:
        kinds, word = _kinds(optimizer, key)
    elif key in texts:
        kinds, word = (str,), "text"
    elif key == BOUNDS:
        kinds, word = (str, list), "text, nor a list of four numbers"
    elif key in (*CLAMP_KEYS, *schedule_parameters()):
        kinds, word = (int, float), "number"
    else:
        return
    if type(value) not in kinds:
        raise TrajvizError(f"{key} {value!r} is not a {word}")


def _spec(
    optimizer: Optimizer, given: Mapping[str, Any], others: Iterable[str], where: str = ""
) -> Spec:
    """Return the track of an optimizer and these keys, each checked.

    `others` are the keys that may stand beside the settings, `where` is what a message adds.
    """
    rest = {}
    for key, value in given.items():
        word = optimizer.aliases.get(key, key)
        if word in rest:
            raise TrajvizError(f"settings {word!r} and {key!r}{where} are the same")
        rest[word] = value
    track = {key: rest.pop(key) for key in TRACK_KEYS if key in rest}
    own = {key: rest.pop(key) for key in list(rest) if key in optimizer.defaults}
    if BOUNDS in rest and not optimizer.keeps_to_bounds:
        raise TrajvizError(f"{optimizer.name} cannot be kept within bounds{where}")
    clamp = read_clamp({key: rest.pop(key) for key in CLAMP_KEYS if key in rest}, where)
    schedule = _schedule(optimizer, rest, [*CLAMP_KEYS, *others], where)
    settings = {key: _setting(optimizer, key, value, where) for key, value in own.items()}
    return Spec(optimizer, settings, **track, schedule=schedule, clamp=clamp)


def _schedule(
    optimizer: Optimizer, given: dict[str, Any], others: Iterable[str], where: str
) -> Schedule | None:
    """Return the schedule that these keys describe; raise TrajvizError for one that does not."""
    known = [*optimizer.defaults, *optimizer.aliases, *others]
    name = ""
    if "lr" in optimizer.defaults and optimizer.follows_schedules:
        known.append(DECAY)
        name = given.pop(DECAY, "").replace("_", "-")
    parameters = schedule_defaults(name) if name else {}
    for key in given:
        if key in parameters:
            continue
        if "lr" in known and key in _SAID_FOR_LR and not name:
            raise TrajvizError(f"unknown setting of {optimizer.name} {key!r}, did you mean 'lr'?")
        if DECAY in known and not name and key in schedule_parameters():
            raise TrajvizError(
                f"setting {key!r}{where} needs {DECAY}=NAME, one of {', '.join(SCHEDULES)}"
            )
        beside = f" with {DECAY}={name}" if name else ""
        raise unknown(f"setting of {optimizer.name}{beside}", key, [*known, *parameters])
    return Schedule(name, _parameters(name, given, where)) if name else None


def _parameters(name: str, given: Mapping[str, Any], where: str) -> tuple[tuple[str, float], ...]:
    """Return the parameters of a schedule that were given, in its own order, each in its range."""
    ranges = schedule_ranges(name)
    return tuple(
        (key, read_number(key, given[key], where, ranges.get(key, ANY)))
        for key in schedule_defaults(name)
        if key in given
    )


_TRUTH = {"true": True, "false": False}


def _kinds(optimizer: Optimizer, key: str) -> tuple[tuple[type, ...], str]:
    """Return of which types a setting's value in a recipe may be, and their name."""
    default = optimizer.defaults[key]
    if isinstance(default, (bool, str)):
        return (type(default),), "truth value" if isinstance(default, bool) else "text"
    if default is None and key != "lr":  # another library leaves open what it may be
        return (int, float, bool, str), "number, truth value or text"
    return (int, float), "number"


def _setting(optimizer: Optimizer, key: str, value: Setting, where: str) -> Setting:
    """Return a setting as what its default is: a number, a truth value or a text."""
    kinds, _ = _kinds(optimizer, key)
    if bool in kinds and str(value).lower() in _TRUTH:
        return _TRUTH[str(value).lower()]
    if kinds == (bool,):
        raise TrajvizError(f"{key}={value}{where} must be true or false")
    if kinds == (str,) or (str in kinds and not _is_number(value)):
        return value
    return read_number(key, value, where, optimizer.ranges.get(key, ANY))


def _is_number(value: str | float) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True


def parse_specs(things: Iterable[Any]) -> list[Spec]:
    """Return the tracks that texts, tables or objects describe, with labels that differ.

    Args:
        things: Each as `spec_of` takes it.

    Raises:
        TrajvizError: As `spec_of` and `labelled`.

    >>> [spec.label for spec in parse_specs(["sgd", "adam:lr=1", "adam:lr=0.5"])]
    ['sgd', 'adam lr=1', 'adam lr=0.5']
    """
    every = [each for one in things for each in (relatives(one) if isinstance(one, str) else [one])]
    return labelled(map(spec_of, every))


def labelled(specs: Iterable[Spec]) -> list[Spec]:
    """Return the specs with labels that tell them apart.

    A label is the user's, else the optimizer's name. Where a name runs several times, the settings
    that were given follow it, and a count where even those are the same.

    Raises:
        TrajvizError: A label is given twice.
    """
    specs = list(specs)
    names = [spec.optimizer.name for spec in specs if not spec.label]
    taken: set[str] = set()
    for spec in specs:
        if spec.label and spec.label in taken:
            raise TrajvizError(f"label {spec.label!r} is given twice")
        taken.add(spec.label)
    named = []
    for spec in specs:
        if not spec.label:
            spec = replace(spec, label=_distinct(_default_label(spec, names), taken))
            taken.add(spec.label)
        named.append(spec)
    return named


def _default_label(spec: Spec, names: list[str]) -> str:
    """Return the optimizer's name, and its settings where it is several times among the names."""
    name = spec.optimizer.name
    if names.count(name) == 1:
        return name
    words = [f"{key}={_shown(value)}" for key, value in spec.own.items()]
    if spec.schedule is not None:
        words.append(f"{DECAY}={spec.schedule.name}")
        words += [f"{key}={value:g}" for key, value in spec.schedule.settings]
    words += [f"{key}={_shown(value)}" for key, value in spec.clamp.table.items()]
    return " ".join([name, *words])


def _shown(value: Setting) -> str:
    """Return a setting as a user writes it.

    >>> _shown(0.1), _shown(True), _shown("strong_wolfe")
    ('0.1', 'true', 'strong_wolfe')
    """
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else f"{value:g}"


def _distinct(label: str, taken: set[str]) -> str:
    """Return a label that is not taken, with a count if need be."""
    if label not in taken:
        return label
    count = 2
    while f"{label} ({count})" in taken:
        count += 1
    return f"{label} ({count})"
