"""A language: the picture's own words, read from a TOML file.

What a file leaves out is said in English, whose file has all words.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trajviz.errors import TrajvizError, unknown
from trajviz.frozen import dataclass
from trajviz.recipe.toml import load_toml, naming
from trajviz.scene.languages import find_language
from trajviz.scene.lettering import text_width
from trajviz.untrusted import check_text

PAGE = "page_"
"""How keys of what only pages say begin: letters of a reader's own fonts, which draw no picture."""
_CODE = re.compile("[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
"""The code of a language as the web writes it (BCP 47)."""
_FIELD = re.compile(r"\{(\w+)\}")
"""What is filled in: a word in braces."""


@dataclass(frozen=True)
class Language:
    """The words of one language.

    Attributes:
        summary: What `trajviz list languages` says of it.
        words: Each phrase by its key; a word in braces is filled in.
        code: What pages give as their language.
    """

    summary: str
    words: Mapping[str, str]
    code: str = "en"

    def say(self, key: str, **values: object) -> str:
        """Return a phrase with its fields filled in.

        Args:
            key: Which phrase.
            **values: What stands in place of each field.
        """
        return _FIELD.sub(lambda found: str(values[found[1]]), self.words[key])

    def counter(self, key: str, steps: int) -> tuple[str, str]:
        """Return what stands before and after the step number, which alone changes.

        Args:
            key: Which phrase: that of the clock.
            steps: The last step.
        """
        before, _, after = self.say(key, step="\0", steps=steps).partition("\0")
        return before, after

    def check_fonts(self) -> None:
        """Raise TrajvizError unless this machine has fonts for all words."""
        with naming(f"language of {self.summary.rstrip('.')}"):
            for key, word in self.words.items():
                if not key.startswith(PAGE):
                    text_width(word, 12)


def load_language(language: str | Path) -> Language:
    """Return a language.

    Args:
        language: A name, or the path of a .toml file, which is named by the language's code.

    Raises:
        TrajvizError: There is no language of this name, no such file, or the file is none.
    """
    path, english = find_language(language), _english()
    table = english if path == find_language("en") else load_toml(path, "language")
    for key, value in table.items():
        try:
            _check(key, value, english)
        except TrajvizError as error:
            raise TrajvizError(f"{path}{_line_of(key, path)}: {error}") from error
    words = {**english, **table}
    code = path.stem if _CODE.fullmatch(path.stem) else "en"
    return Language(words.pop("summary"), words, code)


@functools.cache
def _english() -> Mapping[str, Any]:
    return load_toml(find_language("en"), "language")


def _check(key: str, value: Any, english: Mapping[str, str]) -> None:
    """Refuse a phrase that English does not have, and one with other fields than there."""
    if key not in english:
        raise unknown("key", key, english)
    if not isinstance(value, str) or not value:
        raise TrajvizError(f"{key}: {value!r} is not a text")
    check_text(key, value)
    wanted, found = (sorted(_FIELD.findall(text)) for text in (english[key], value))
    if wanted != found or re.search("[{}]", _FIELD.sub("", value)):
        fields = ", ".join(f"{{{name}}}" for name in wanted) or "nothing"
        raise TrajvizError(f"{key}: {value!r} must have {fields} in braces, each once")


def _line_of(key: str, path: Path) -> str:
    """Return in words in which line of a file a key stands, "" where that is not to be seen."""
    lines = path.read_text("utf-8-sig").splitlines()
    starts = re.compile(rf"""\s*\[*["']?{re.escape(key)}["']?\s*[=\]]""")
    return next((f", line {n}" for n, line in enumerate(lines, 1) if starts.match(line)), "")
