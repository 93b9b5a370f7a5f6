"""What a page says in the language of its picture, as HTML and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import Any

from trajviz.scene.language import Language

_KEYS = {"{shift}": "<kbd>Shift</kbd>", "{zero}": "<kbd>0</kbd>"}
"""What stands for keys of a keyboard in words."""


def page_words(language: Language) -> dict[str, str]:
    """Return all of a language's words by their keys, and its code as `lang`."""
    return {"lang": language.code, **{key: _html(text) for key, text in language.words.items()}}


def script_data(data: Mapping[str, Any]) -> str:
    """Return data as JSON for a <script>, which nothing in it can end."""
    text = json.dumps(data, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _html(text: str) -> str:
    text = escape(text)
    for field, key in _KEYS.items():
        text = text.replace(field, key)
    return text
