"""MyST: The image directive, for LaTeX and all but HTML the PDF or PNG; no dark half."""

from __future__ import annotations

import re

from trajviz.files.snippets import Medium, Shown, Snippet
from trajviz.files.snippets.rst import any_kind

_PLAIN = re.compile(r"\w(?:[\w .,;()'/+=-]|:(?! |$))*")
"""A value of a directive's option that means itself without quotes."""


def myst(shown: Shown) -> str:
    """Return a directive, or two of which each builder takes one.

    Sphinx copies the files that it names; of those that HTML names it knows nothing.
    """
    still, picture = shown.printed or shown.still, shown.picture
    address = any_kind(shown)
    page = _directive(picture, address or picture.url, shown.alt) + _film(shown)
    if address or not shown.moving or not still:
        return page
    paper = _directive(still, still.url, shown.alt)
    return "\n\n".join(
        f"````{{only}} {which}\n{one}\n````" for which, one in (("html", page), ("not html", paper))
    )


def _directive(picture: Medium, address: str, alt: str) -> str:
    width, height = picture.size
    return (
        f"```{{image}} {address}\n"
        f":alt: {_value(alt)}\n"
        f":width: {width}px\n"
        f":height: {height}px\n"
        f":loading: lazy\n"
        "```"
    )


def _value(text: str) -> str:
    """Return a text as the value of an option.

    >>> print(_value("plain"), _value("a: b"))
    plain "a: b"
    """
    if _PLAIN.fullmatch(text):
        return text
    quoted = re.sub(r'(["\\])', r"\\\1", text)
    return f'"{quoted}"'


def _film(shown: Shown) -> str:
    film = shown.linked
    return f"\n\n{{download}}`{film.name} <{film.url}>`" if film else ""


SNIPPET = Snippet(suffix="md", write=myst, formats=("gif", "pdf"))
