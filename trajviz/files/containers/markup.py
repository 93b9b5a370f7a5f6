"""SVG and HTML: the note is what one element says, known by its id.

In SVG it is a `<metadata>`, in HTML a `<script type="application/toml">`, which no browser runs.
"""

from __future__ import annotations

import re

from trajviz.files.containers import Container, Data, Size

_ID = "trajviz-recipe"
_ELEMENT = re.compile(rb'<(?:metadata|script)\b[^<>]* id="' + _ID.encode() + rb'">\n?([^<]*)</')
_HEAD = 1 << 16
"""Where the root element of an SVG must begin and end."""
_SIDES = ("width", "height")
_UNITS = {"": 1.0, "px": 1.0, "pt": 4 / 3, "in": 96.0, "cm": 96 / 2.54, "mm": 96 / 25.4}
"""CSS pixels in each."""


def svg_element(note: str) -> str:
    """Return the element for an SVG; nothing for no note."""
    return f'<metadata id="{_ID}">\n{note}</metadata>\n' if note else ""


def html_element(note: str) -> str:
    """Return the element for an HTML page; nothing for no note."""
    return f'<script type="application/toml" id="{_ID}">\n{note}</script>\n' if note else ""


def _find_element(data: bytes) -> bytes | None:
    found = _ELEMENT.search(data)
    return found[1] if found else None


def _root_size(data: Data) -> Size:
    """Return width and height of the first `<svg>`, or those of its view box."""
    root = re.search(rb"<svg\b[^>]*>", data[:_HEAD])
    if not root:
        return 0, 0
    tag = root[0].decode(errors="replace")
    sides = [re.search(rf"""\s{side}\s*=\s*["']\s*([\d.]+)(\w*)\s*["']""", tag) for side in _SIDES]
    if all(side and side[2] in _UNITS for side in sides):
        width, height = (round(float(side[1]) * _UNITS[side[2]]) for side in sides if side)
        return width, height
    box = re.search(r"""\sviewBox\s*=\s*["']([^"']*)["']""", tag)
    numbers = [float(number) for number in re.split(r"[\s,]+", box[1].strip())] if box else []
    return (round(numbers[2]), round(numbers[3])) if len(numbers) == 4 else (0, 0)


MARKUP = Container(rb"(\xef\xbb\xbf)?\s*<", _find_element, _root_size)
