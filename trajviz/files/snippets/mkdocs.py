"""MkDocs: An image, whose address it mends, sized by attr_list; no still, film, dark half."""

from __future__ import annotations

import re

from trajviz.files.snippets import Shown, Snippet


def mkdocs(shown: Shown) -> str:
    """Return an image in Markdown: MkDocs leaves the addresses in HTML as they are, and wrong."""
    picture = shown.picture
    width, height = picture.size
    size = f'{{ width="{width}" height="{height}" loading="lazy" }}'
    image = f"![{_words(shown.alt)}]({picture.url}){size}"
    return f"[{image}]({shown.linked.url})" if shown.linked else image


def _words(text: str) -> str:
    """Return a text in which no extension of Python-Markdown finds a sign of its own.

    >>> print(_words("Beale's $m$ [1]"))
    Beale's &#36;m&#36; &#91;1&#93;
    """
    return re.sub(r"[^\w\s.,;()'/+=-]|_", lambda found: f"&#{ord(found[0])};", text)


SNIPPET = Snippet(suffix="md", write=mkdocs)
