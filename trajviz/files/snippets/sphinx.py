"""Sphinx: As docutils, but for LaTeX and all but HTML the PDF or PNG; no dark half."""

from __future__ import annotations

from textwrap import indent

from trajviz.files.snippets import Shown, Snippet
from trajviz.files.snippets.rst import any_kind, directive


def sphinx(shown: Shown) -> str:
    """Return an image directive, or two of which each builder takes one."""
    still, picture = shown.printed or shown.still, shown.picture
    address = any_kind(shown)
    page = directive(picture, address or picture.url, shown.alt) + _film(shown)
    if address or not shown.moving or not still:
        return page
    paper = directive(still, still.url, shown.alt)
    return "\n\n".join(
        f".. only:: {which}\n\n{indent(one, '   ')}"
        for which, one in (("html", page), ("not html", paper))
    )


def _film(shown: Shown) -> str:
    """Return a link to the film where the image does not move itself; Sphinx copies what it is."""
    film = shown.linked
    return f"\n\n:download:`{film.name} <{film.url}>`" if film else ""


SNIPPET = Snippet(suffix="rst", write=sphinx, formats=("gif", "pdf"))
