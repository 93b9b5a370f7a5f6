"""Markdown: ![alt](file), <picture> with a dark half; no size, still, film, as on GitHub."""

from __future__ import annotations

import re

from trajviz.files.snippets import Shown, Snippet
from trajviz.files.snippets.html import attribute, dark_source


def markdown(shown: Shown) -> str:
    """Return an image, with a link to the film where it does not move itself."""
    picture = _followed(shown) if shown.picture.dark else image(shown)
    return f"[{picture}]({shown.linked.url})" if shown.linked else picture


def image(shown: Shown) -> str:
    """Return the picture alone, with its alt text."""
    alt = re.sub(r"([\\\[\]*_`<>&~|${}])", r"\\\1", shown.alt)
    return f"![{alt}]({shown.picture.url})"


def _followed(shown: Shown) -> str:
    """Return the image in the element by which one on GitHub follows its reader.

    It is one line and so no block: a link may stand around it.
    """
    image = f'<img src="{attribute(shown.picture.url)}" alt="{attribute(shown.alt)}">'
    return f"<picture>{dark_source(shown.picture)}{image}</picture>"


SNIPPET = Snippet(suffix="md", write=markdown, place="github")
