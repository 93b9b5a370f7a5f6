"""One drawing from two, light and dark, that follows what its reader's device is set to.

Both are the same but for their colours. What differs becomes a rule of a style sheet that holds in
the dark; pictures stand in the drawing twice. What knows no such rules shows the light one.
Files of pixels come in two halves: beale.gif, and beale.dark.gif beside it.
"""

from __future__ import annotations

import re
from itertools import zip_longest

from trajviz.errors import TrajvizError

DARK = "(prefers-color-scheme: dark)"
"""The media query of readers in the dark."""
_TAG = re.compile(r"(<[A-Za-z][^<>]*>)")
_ATTRIBUTE = re.compile(r'([\w:-]+)="([^"]*)"')
_PICTURES = ".lit{display:inline}.dim{display:none}"
_DARK_PICTURES = ".lit{display:none}.dim{display:inline}"


def dark_half(name: str, format_name: str) -> str:
    """Return the name of the file that is in the dark what another is in the light.

    >>> dark_half("beale.anim.svg", "anim.svg")
    'beale.dark.anim.svg'
    """
    stem = len(name) - len(format_name)
    return f"{name[:stem]}dark.{name[stem:]}"


def following(light: str, dark: str) -> str:
    """Return the drawing that follows its reader.

    Args:
        light: The text of an SVG, or of a page with one.
        dark: The same in other colours.

    Raises:
        TrajvizError: They differ in more than that.
    """
    rules: dict[str, str] = {}
    parts = [
        part if part == other else _both(part, other, rules)
        for part, other in zip_longest(_TAG.split(light), _TAG.split(dark), fillvalue="")
    ]
    style = "".join(f".{name}{{{rule}}}" for rule, name in rules.items())
    sheet = f"<style>{_PICTURES}@media{DARK}{{{_DARK_PICTURES}{style}}}</style>"
    head, end, rest = "".join(parts).rpartition("</svg>")
    page, close, body = head.partition("</head>")
    return f"{page}{sheet}{close}{body}{end}{rest}" if close else f"{head}{sheet}{end}{rest}"


def _both(light: str, dark: str, rules: dict[str, str]) -> str:
    """Return an element as it is in the light, with the rule by which it is dark."""
    if light.startswith("<image ") and dark.startswith("<image "):
        return _classed(light, "lit") + _classed(dark, "dim")
    rule = _rule(light, dark)
    return _classed(light, rules.setdefault(rule, f"dk{len(rules)}"))


def _rule(light: str, dark: str) -> str:
    if not light.startswith("<") or _ATTRIBUTE.sub("", light) != _ATTRIBUTE.sub("", dark):
        raise TrajvizError("this picture is not drawn alike in light and dark: choose one theme")
    pairs = zip(_ATTRIBUTE.findall(light), _ATTRIBUTE.findall(dark), strict=True)
    return ";".join(
        _declared(value) if name == "style" else f"{name}:{value}"
        for (_, before), (name, value) in pairs
        if before != value
    )


def _declared(style: str) -> str:
    """Return the declarations of a `style`, so that they hold against it."""
    return ";".join(f"{part.strip()}!important" for part in style.split(";") if part.strip())


def _classed(tag: str, name: str) -> str:
    if ' class="' in tag:
        return tag.replace(' class="', f' class="{name} ', 1)
    opening = re.match(r"<[\w:]+", tag)
    assert opening
    return f'{opening[0]} class="{name}"{tag[opening.end() :]}'
