"""MyST: The image directive, for LaTeX and all but HTML the PDF or PNG; no dark half."""

from __future__ import annotations

import re

from trajviz.files.snippets import Medium, Shown, Snippet
from trajviz.files.snippets.sphinx import by_builder

_PLAIN = re.compile(r"\w(?:[\w .,;()'/+=-]|:(?! |$))*")
"""A value of a directive's option that means itself without quotes."""


def myst(shown: Shown) -> str:
    """Return a directive, or two of which each builder takes one.

    Sphinx copies the files that it names; of those that HTML names it knows nothing.
    """
    return by_builder(shown, _directive, _film(shown), _only)


def _only(tag: str, text: str) -> str:
    return f"````{{only}} {tag}\n{text}\n````"


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
