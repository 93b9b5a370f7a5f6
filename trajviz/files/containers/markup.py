"""SVG and HTML: the note is what one element says, known by its id.

In SVG it is a `<metadata>`, in HTML a `<script type="application/toml">`, which no browser runs.
"""

from __future__ import annotations

import re

ID = "trajviz-recipe"
_ELEMENT = re.compile(rb'<(?:metadata|script)\b[^<>]* id="' + ID.encode() + rb'">\n?([^<]*)</')


def svg_element(note: str) -> str:
    """Return the element for an SVG; nothing for no note."""
    return f'<metadata id="{ID}">\n{note}</metadata>\n' if note else ""


def html_element(note: str) -> str:
    """Return the element for an HTML page; nothing for no note."""
    return f'<script type="application/toml" id="{ID}">\n{note}</script>\n' if note else ""


def holds(data: bytes) -> bool:
    """Return whether these bytes begin markup."""
    return data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")


def find(data: bytes) -> bytes | None:
    """Return what our element says."""
    found = _ELEMENT.search(data)
    return found[1] if found else None
