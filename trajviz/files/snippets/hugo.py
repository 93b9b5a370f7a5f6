"""Hugo: The figure shortcode, as Hugo drops HTML unless `unsafe`; no still, film, dark half."""

from __future__ import annotations

import re

from trajviz.files.snippets import Shown, Snippet


def hugo(shown: Shown) -> str:
    """Return a figure, with a link to the film where its picture does not move itself."""
    picture = shown.picture
    width, height = picture.size
    link = f' link="{shown.linked.url}"' if shown.linked else ""
    return (
        f'{{{{< figure src="{picture.url}"{link} alt={_parameter(shown.alt)} '
        f'width="{width}" height="{height}" loading="lazy" >}}}}'
    )


def _parameter(text: str) -> str:
    """Return a text as a shortcode's parameter; in backticks Hugo reads everything as it stands.

    >>> print(_parameter("a 'b'"), _parameter('a "b" `c`'))
    "a 'b'" `a "b" 'c'`
    """
    return f'"{text}"' if not re.search(r'["\\]', text) else f"`{text.replace('`', chr(39))}`"


SNIPPET = Snippet(suffix="md", write=hugo)
