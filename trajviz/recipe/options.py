"""An option: one value of a recipe as people write it, and what it is for.

Each field of a recipe states its option once. The command line, recipe files, published commands
and the documentation are all read from there. Nothing here imports numpy, since `--help` reads it.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import NoneType, UnionType
from typing import Any, get_args, get_origin

from trajviz.errors import TrajvizError
from trajviz.frozen import dataclass

GROUPS = ("race", "picture", "motion", "file")
"""What an option decides, in the order in which help and documentation show them."""


@dataclass(frozen=True)
class Option:
    """How a value is written, and what it is for.

    Attributes:
        help: What it does, in a sentence or two.
        usual: What is done without it, where no default value says so.
        group: One of GROUPS.
        words: What stands for the value in help, as in "X,Y".
        between: What parts the numbers of a value.
        key: Its name in recipe files, where that is not the field's.
        flags: What it is called on the command line; by default `--` and the key.
        names: The public listing whose names the shell completes.
        read: What reads one value from a text, where its type does not say.
        unit: The unit of a number, as in "s".
        merged: What several values of it, given one by one, say in the fields of a recipe; by
            default only one is taken.
    """

    help: str
    group: str
    usual: str = ""
    words: str = ""
    between: str = ","
    key: str = ""
    flags: tuple[str, ...] = ()
    names: str = ""
    read: Callable[[str], Any] | None = None
    unit: str = ""
    merged: Callable[[Sequence[Any]], dict[str, Any]] | None = None


@dataclass(frozen=True)
class OptionField:
    """A field of a recipe with its option: its `name` in Python, its type and its default."""

    name: str
    kind: Any
    default: Any
    option: Option

    @property
    def key(self) -> str:
        """Its name in recipe files."""
        return self.option.key or self.name

    @property
    def flags(self) -> tuple[str, ...]:
        """What it is called on the command line, the last being the long name."""
        return self.option.flags or (f"--{self.key.replace('_', '-')}",)

    @property
    def type(self) -> Any:
        """The type of a value that is given: without None."""
        if not isinstance(self.kind, UnionType):
            return self.kind
        (kind,) = (one for one in get_args(self.kind) if one is not NoneType)
        return kind

    @property
    def repeated(self) -> bool:
        """Whether it is given once for each of several texts."""
        return bool(self.type == tuple[str, ...])

    @property
    def words(self) -> str:
        """What stands for its value in help, "" for a switch."""
        return "" if self.type is bool else self.option.words or _WORDS.get(self.type, "TEXT")

    @property
    def usual(self) -> str:
        """What is done without it, in words, "" where that is nothing."""
        if self.option.usual:
            return self.option.usual
        if self.type is bool:
            return "yes" if self.default else ""
        return (
            ""
            if self.default in (None, "", ())
            else spelled_value(self.default, self.option.between)
        )

    def parsed(self, text: str) -> Any:
        """Return the value that a text of the command line says; of several, one.

        Raises:
            TrajvizError: The text says no such value.
        """
        if self.option.read:
            return self.option.read(text)
        one, count = _parts(self.type)
        if one is str and count == 1:
            return text
        parts = text.lower().split(self.option.between) if one is not str else text.split(",")
        try:
            values = tuple(one(part.strip()) for part in parts)
        except ValueError:
            values = ()
        if not values or "" in values or (count and len(values) != count):
            raise TrajvizError(f"{text!r} is not {_spoken(self)}")
        return values[0] if count == 1 else values

    def spelled(self, value: Any) -> Iterator[str]:
        """Yield the words of a command line that say this value."""
        flag = self.flags[0]
        if self.type is bool:
            yield flag if value else flag.replace("--", "--no-", 1)
            return
        for one in value if self.repeated else [value]:
            text = spelled_value(one, self.option.between)
            if text.startswith("-") and flag.startswith("--"):
                yield f"{flag}={text}"
            else:
                yield from (flag, text)


def option(default: Any, help: str, group: str, **facts: Any) -> Any:  # noqa: A002
    """Return a dataclass's field with this default, whose option is described by the rest.

    Args:
        default: The field's default.
        help: What the option does.
        group: One of GROUPS.
        **facts: Further fields of Option.
    """
    described = Option(help=help, group=group, **facts)
    return dataclasses.field(default=default, metadata={"option": described})


def option_fields(owner: type, kinds: Mapping[str, Any]) -> Iterator[OptionField]:
    """Yield the fields of a dataclass that have an option, of these types."""
    for field in dataclasses.fields(owner):
        if "option" in field.metadata:
            yield OptionField(
                name=field.name,
                kind=kinds[field.name],
                default=field.default,
                option=field.metadata["option"],
            )


def parse_bytes(text: str) -> int:
    """Return how many bytes a text says.

    Args:
        text: A number and perhaps a unit: kB, MB or GB, KiB or MiB.

    Raises:
        TrajvizError: The text is no size.

    >>> parse_bytes("1MB"), parse_bytes("500 kB"), parse_bytes("2MiB"), parse_bytes("1.5e5")
    (1000000, 500000, 2097152, 150000)
    """
    found = re.fullmatch(r"\s*(\d{1,12}(?:\.\d{1,12})?(?:e\d{1,2})?)\s*([a-z]*)\s*", text.lower())
    if not found or found[2] not in _UNITS:
        raise TrajvizError(f"{text!r} is not a size in bytes, as in 1MB, 500kB, 2MiB or 100000")
    return round(float(found[1]) * _UNITS[found[2]])


def parse_trail(text: str) -> int:
    """Return how many steps a text says, 0 for "full", which is all of them.

    >>> parse_trail("20"), parse_trail("full")
    (20, 0)
    """
    if text.strip().lower() == "full":
        return 0
    try:
        return int(text)
    except ValueError:
        raise TrajvizError(f"{text!r} is neither a whole number of steps nor 'full'") from None


_UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20}
_WORDS = {int: "N", float: "NUMBER", str: "TEXT"}
_SPOKEN = {int: "a whole number", float: "a number"}


def _parts(kind: Any) -> tuple[type, int]:
    """Return of what type the parts of a value are, and how many it has, 0 for any number."""
    if get_origin(kind) is not tuple:
        return kind, 1
    first, *others = get_args(kind)
    if others == [...]:
        return first, int(first is str)  # texts are given one by one
    return first, 1 + len(others)


def _spoken(field: OptionField) -> str:
    return _SPOKEN.get(field.type) or field.words


def spelled_value(value: Any, between: str = ",") -> str:
    """Return a value as an option takes it, numbers as short as they can be.

    >>> spelled_value((1.0, 1.6), ","), spelled_value(1e-06, ","), spelled_value(0.1 + 0.2, ",")
    ('1,1.6', '1e-06', '0.30000000000000004')
    """
    if isinstance(value, (tuple, list)):
        return between.join(spelled_value(one, between) for one in value)
    if isinstance(value, float):
        return f"{value:g}" if float(f"{value:g}") == value else repr(value)
    return str(value)
