"""What comes from outside, perhaps from strangers: paths, files and texts, and how much is taken.

Whatever reads such a thing asks here first, so that what is too much is refused before any work on
it begins: within 2 s and 300 MB, whatever a file says.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Sized
from pathlib import Path
from typing import Any

from trajviz.errors import TrajvizError

MOST_LETTERS = 500
"""No title, label or name of an axis is longer, and no phrase of a language."""
MOST_TRACKS = 200
"""No recipe has more optimizers, and no file more labels: no picture has room for them."""
MOST_IN_LIST = 1_000
"""No list in a recipe or a theme is longer, as that of outputs, panels, colours."""
MOST_TOML_BYTES = 1_000_000
"""No recipe is longer, and no theme or language."""
MOST_TEXT_BYTES = 20_000_000
"""No table or JSON file of numbers is longer."""
MOST_CELLS = 1_000_000
"""No such file has more cells, or values."""
MOST_ARRAY_BYTES = 64_000_000
"""No file of arrays is longer, nor its arrays together, each number taken as a float64."""
MOST_ARRAYS = 5_000
"""No NPZ has more."""
_MOST_PARTS, _MOST_NESTING = 32, 32
"""Parts of a TOML key between dots, and brackets within brackets."""
_MOST_VALUES, _MOST_KEYS = 200_000, 1_000
"""Keys of a TOML file and items of its lists, together, and keys of one table."""
_LONGEST_VALUE = 50_000
"""Letters of a text in it: 2,000 starts."""
_WIDEST = 1 << 63
"""TOML's integers, positive and negative, end here."""

_CONTROL = re.compile(
    "[\0-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
"""What moves a cursor, turns what follows, or has no place in XML.

A line end is none, nor a tab: pictures and messages have blanks in their place.
"""

_STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+(?:""")?'
    r"|'''(?:[^']|'(?!''))*+(?:''')?"
    r'|"(?:[^"\\\n]|\\.)*+"?'
    r"|'[^'\n]*+'?"
    r"|\#[^\n]*+",
    re.DOTALL,
)
"""A text or a comment in TOML, closed or not: every letter is looked at once."""
_LONG_KEY = re.compile(rf"(?<![\w-])(?:[\w-]++[ \t]*+\.[ \t]*+){{{_MOST_PARTS}}}")


def user_path(given: str | Path) -> Path:
    """Return a path that a user gave, with the home that it may begin with.

    Raises:
        TrajvizError: It begins with the home of somebody who is not known here.
    """
    try:
        return Path(given).expanduser()
    except RuntimeError as error:
        raise TrajvizError(f"{str(given)!r} is in a home that is not known here") from error


def real_path(path: Path) -> Path:
    """Return where a path leads, links followed; where they go round in circles, some place there.

    Whoever opens such a place is told of the circle.
    """
    return Path(os.path.realpath(path))


def target_path(given: str | Path) -> Path:
    """Return a path to which a user wants a file written, as `user_path` does.

    Raises:
        TrajvizError: It ends as only a folder's does, which a path would no longer show.
    """
    text = str(given)
    if text.endswith(("/", os.sep)):
        raise TrajvizError(f"output {text!r} is no file's name, since it ends in {text[-1]!r}")
    return user_path(given)


@contextlib.contextmanager
def reading(path: Path) -> Iterator[None]:
    """Refuse a file that the system does not let us read, as one that is not there is refused."""
    try:
        yield
    except OSError as error:
        raise TrajvizError(f"{str(path)!r} cannot be read: {error.strerror or error}") from error


def read_bytes(path: Path, most: int, what: str, whose: str = "") -> bytes:
    """Return what is in a file; TrajvizError where it is longer than what is taken.

    Args:
        path: The file.
        most: How many bytes it may have.
        what: What a message calls it, as "the file".
        whose: Whose limit it is, as "a recipe's "; default nobody's in particular.
    """
    with reading(path), path.open("rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise TrajvizError(f"{what} is longer than {whose}{most:,} bytes")
    return data


def check_count(what: str, things: Sized, most: int = MOST_IN_LIST) -> None:
    """Raise TrajvizError for more things than are taken."""
    if len(things) > most:
        raise TrajvizError(f"{len(things):,} {what} are more than {most:,}")


def check_text(what: str, text: str, most: int = MOST_LETTERS) -> None:
    r"""Raise TrajvizError for a text that no picture can show: too long, or with what is no letter.

    Args:
        what: What a message calls it, as "title".
        text: The text.
        most: How many letters it may have.

    >>> check_text("title", "a" + chr(27))
    Traceback (most recent call last):
    trajviz.errors.TrajvizError: title 'a\x1b' has a control character, '\x1b'
    """
    if len(text) > most:
        raise TrajvizError(
            f"{what} {text[:20] + '…'!r} has {len(text):,} letters, more than {most:,}"
        )
    control = _CONTROL.search(text)
    if control:
        raise TrajvizError(f"{what} {text!r} has a control character, {control[0]!r}")


def visible(text: str) -> str:
    r"""Return a text as a terminal may show it: controls but line ends and tabs as their escapes.

    >>> print(visible("a" + chr(27) + "[31m"))
    a\x1b[31m
    """
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def check_cells(data: bytes, separators: bytes) -> None:
    """Raise TrajvizError for a text of more cells than are taken.

    Args:
        data: The text.
        separators: What parts its cells, each one byte.
    """
    cells = sum(data.count(separators[i : i + 1]) for i in range(len(separators)))
    if cells > MOST_CELLS:
        raise TrajvizError(
            f"it has {cells:,} values or lines, more than {MOST_CELLS:,}: an .npz may have more"
        )


def parse_toml(text: str) -> dict[str, Any]:
    """Return what a TOML text says.

    Raises:
        ValueError: It is no TOML, or has longer keys, deeper brackets or larger numbers than any
            file of ours.
        RecursionError: It has braces within braces that Python cannot follow.
    """
    import tomllib  # slow to load, and `--help` reads no file

    plain = _STRING.sub("k", text)
    if plain.count(",") + plain.count("=") > _MOST_VALUES:
        raise ValueError(f"it has more than {_MOST_VALUES:,} values")
    if _LONG_KEY.search(plain):
        raise ValueError(f"a key has more than {_MOST_PARTS} parts")
    depth = 0
    for found in re.finditer(r"[\[\]{}]", plain):
        depth += 1 if found[0] in "[{" else -1
        if depth > _MOST_NESTING:
            raise ValueError(f"it has more than {_MOST_NESTING} brackets within brackets")
    table = tomllib.loads(text)
    _check_values(table)
    return table


def without_texts(text: str) -> str:
    r"""Return a TOML text without its texts and comments; its line ends stay.

    >>> without_texts("a = '''\nb = 1'''\nc = 2 # d")
    'a = \n\nc = 2 '
    """
    return _STRING.sub(lambda found: "\n" * found[0].count("\n"), text)


def _check_values(table: dict[str, Any]) -> None:
    things: list[Any] = [table]
    for thing in things:  # it grows meanwhile
        if isinstance(thing, dict):
            things += [*thing, *thing.values()]
            if len(thing) > _MOST_KEYS:
                raise ValueError(f"a table has more than {_MOST_KEYS:,} keys")
        elif isinstance(thing, list):
            things += thing
        elif isinstance(thing, str) and len(thing) > _LONGEST_VALUE:
            raise ValueError(f"a text has more than {_LONGEST_VALUE:,} letters")
        elif type(thing) is int and not -_WIDEST <= thing < _WIDEST:
            raise ValueError("a whole number has more than 64 bits")
