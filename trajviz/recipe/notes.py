"""Notes: lines that are said below the plots from a step on, which may stop the film.

In a recipe a note is a text, as on the command line, or a table.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from trajviz.errors import TrajvizError, unknown
from trajviz.frozen import dataclass
from trajviz.untrusted import check_text

LONGEST_PAUSE = 60
"""For so many seconds at most a note may stop the film."""
MOST_NOTES = 40
"""No film has more."""
_FORM = re.compile(
    r"(?P<step>\d{1,9})(?:\+(?P<pause>\d{1,3}(?:\.\d{1,6})?))?:(?P<text>.*)", re.DOTALL
)
_KEYS = ("step", "text", "pause")


@dataclass(frozen=True)
class Note:
    """A line that appears at a step and stays until the next one.

    Attributes:
        step: From which step on it is there.
        text: What it says; nothing ends the note before it.
        pause: For how many seconds the film stops at this step.
    """

    step: int
    text: str
    pause: float = 0.0

    def __str__(self) -> str:
        """Return the note as the command line takes it."""
        pause = f"+{self.pause:g}" if self.pause else ""
        return f"{self.step}{pause}:{self.text}"


def parse_note(text: str) -> Note:
    """Return the note that a text says.

    Raises:
        TrajvizError: It says none, or what it says cannot be shown.

    >>> parse_note("20+1.5:RMSProp has found the valley")
    Note(step=20, text='RMSProp has found the valley', pause=1.5)
    """
    found = _FORM.fullmatch(text)
    if not found:
        raise TrajvizError(f"{text!r} is no note, as in 20:TEXT, or 20+2:TEXT, which stops for 2 s")
    note = Note(int(found["step"]), found["text"].strip(), float(found["pause"] or 0))
    check_text("note", note.text)
    if note.pause > LONGEST_PAUSE:
        raise TrajvizError(f"note {text!r} stops for more than {LONGEST_PAUSE} s")
    return note


def spelled_note(given: Any) -> str:
    """Return a note as the command line takes it.

    Args:
        given: Such a text; a table of step, text and perhaps pause; or these three in a row.

    Raises:
        TrajvizError: It is no note.
    """
    if isinstance(given, str):
        return given
    if isinstance(given, Mapping):
        for key in given:
            if key not in _KEYS:
                raise unknown("key of a note", str(key), _KEYS)
    elif isinstance(given, (tuple, list)) and 2 <= len(given) <= len(_KEYS):
        given = dict(zip(_KEYS, given, strict=False))
    else:
        raise TrajvizError(f"{given!r} is no note: a step, a text and perhaps a pause")
    for key in _KEYS[:2]:
        if key not in given:
            raise TrajvizError(f"{key} is missing in the note {dict(given)!r}")
    step, text, pause = given["step"], given["text"], given.get("pause", 0)
    if type(step) is not int or step < 0:
        raise TrajvizError(f"step {step!r} of a note is not a whole number of at least 0")
    if not isinstance(text, str):
        raise TrajvizError(f"text {text!r} of a note is no text")
    if type(pause) not in (int, float) or not (math.isfinite(pause) and pause >= 0):
        raise TrajvizError(f"pause {pause!r} of a note is not a number of seconds, at least 0")
    return str(Note(step, text, float(pause)))


def notes_in_order(texts: Iterable[str]) -> tuple[Note, ...]:
    """Return the notes that texts say, by their steps.

    Raises:
        TrajvizError: One says none, two are of one step, or there are too many.
    """
    notes = sorted(map(parse_note, texts), key=lambda note: note.step)
    if len(notes) > MOST_NOTES:
        raise TrajvizError(f"{len(notes)} notes are more than {MOST_NOTES}")
    for before, after in itertools.pairwise(notes):
        if before.step == after.step:
            raise TrajvizError(
                f"two notes are of step {after.step}: {str(before)!r}, {str(after)!r}"
            )
    return tuple(notes)
