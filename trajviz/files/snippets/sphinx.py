"""Sphinx: As docutils, but for LaTeX and all but HTML the PDF or PNG; no dark half."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import indent

from trajviz.files.snippets import Medium, Shown, Snippet
from trajviz.files.snippets.rst import any_kind, directive


def sphinx(shown: Shown) -> str:
    """Return an image directive, or two of which each builder takes one."""
    return by_builder(shown, directive, _film(shown), _only)


def by_builder(
    shown: Shown,
    directive: Callable[[Medium, str, str], str],
    film: str,
    only: Callable[[str, str], str],
) -> str:
    """Return an image directive, or two of which each builder takes one.

    Args:
        shown: What is shown.
        directive: Writes the directive for a picture, at an address, with its alt text.
        film: The link to the film, "" for none.
        only: Writes what is for the builders of a tag alone: the tag, and what is for them.
    """
    still, picture = shown.printed or shown.still, shown.picture
    address = any_kind(shown)
    page = directive(picture, address or picture.url, shown.alt) + film
    if address or not shown.moving or not still:
        return page
    paper = directive(still, still.url, shown.alt)
    return f"{only('html', page)}\n\n{only('not html', paper)}"


def _only(tag: str, text: str) -> str:
    return f".. only:: {tag}\n\n{indent(text, '   ')}"


def _film(shown: Shown) -> str:
    """Return a link to the film where the image does not move itself; Sphinx copies what it is."""
    film = shown.linked
    return f"\n\n:download:`{film.name} <{film.url}>`" if film else ""


SNIPPET = Snippet(suffix="rst", write=sphinx, formats=("gif", "pdf"))
