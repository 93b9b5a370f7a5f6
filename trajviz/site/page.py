"""Where a block stands in a page, and in which of its lines the mistake is that a message tells.

A message that begins with a key of the body, or tells a value of one, is told with the key's line;
any other with that of the fence, as are the words and the options of a tool.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field, replace
from pathlib import Path
from typing import Any

from trajviz.errors import TrajvizError
from trajviz.frozen import dataclass
from trajviz.untrusted import without_texts

_KEY = re.compile(r"(?m)^[ \t]*(?:\[\[?[ \t]*)?([\w-]+)[ \t]*[=.\]]")
_TOLD = re.compile(r"(?:unknown (?:key )?)?'?([\w-]+)(?:: (\d+))?")
"""A message's key, and which of several tables of that name it is about."""
_VALUE = re.compile(r"'([^']*)'")


@dataclass(frozen=True)
class Page:
    """Where a block stands.

    Attributes:
        name: The page's file, as messages call it.
        line: The line in which the block begins, counted from 1.
        folder: The folder to which paths in the block relate.
        body_line: The line in which its body begins; by default the one after `line`.
        lines: The lines of its body in which each key stands, the first being 1.
        values: What each key says.
    """

    name: str
    line: int
    folder: Path
    body_line: int = 0
    lines: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def where(self) -> str:
        """The block's place, as messages begin."""
        return f"{self.name}, line {self.line}"

    def line_of_body(self, line: int) -> str:
        """Return the place of a line of the body, the first being 1."""
        return f"{self.name}, line {(self.body_line or self.line + 1) + line - 1}"

    def with_body(self, body: str, values: Mapping[str, Any]) -> Page:
        """Return the page with what is known of the block's body, and what its keys say."""
        return replace(self, lines=_lines(body, values), values=values)

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Put into each TrajvizError's message the page, and the line of the mistake."""
        try:
            yield
        except TrajvizError as error:
            text = str(error).removeprefix(f"{self.where}: ")
            raise TrajvizError(f"{self._place(text)}: {text}") from error

    def _place(self, text: str) -> str:
        """Return where the mistake stands that a text tells."""
        key, number = self._meant(text)
        lines = self.lines.get(key, ())
        return self.line_of_body(lines[min(number, len(lines)) - 1]) if lines else self.where

    def _meant(self, text: str) -> tuple[str, int]:
        """Return the key that a text is about, "" for none, and which table of that name."""
        told, value = _TOLD.match(text), _VALUE.search(text)
        if told and told[1] in self.lines:
            return told[1], int(told[2] or 1)
        saying = [key for key in self.lines if value and value[1] in _texts(self.values[key])]
        return (saying[0], 1) if len(saying) == 1 else ("", 1)


def _lines(body: str, values: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    r"""Return in which lines each key stands; a table's own keys are none of the body's.

    >>> _lines("a = 1\n[[b]]\na = 2\n[[b]]\n", {"a": 1, "b": [{"a": 2}, {}]})
    {'a': (1,), 'b': (2, 4)}
    """
    lines: dict[str, tuple[int, ...]] = {}
    within = False
    plain = without_texts(body)
    for found in _KEY.finditer(plain):
        within |= "[" in found[0]
        if found[1] in values and ("[" in found[0] or not within):
            lines[found[1]] = (*lines.get(found[1], ()), plain.count("\n", 0, found.start(1)) + 1)
    return lines


def _texts(value: Any) -> Iterator[str]:
    """Yield all texts in a value of TOML."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)
