"""Markdown: ![alt](file): the GIF, everywhere; no size, no still. GitHub strips <video>."""

from __future__ import annotations

import re

from trajviz.files.snippets import Shown, Snippet


def markdown(shown: Shown) -> str:
    """Return an image, with a link to the film where it does not move itself."""
    alt = re.sub(r"([\\\[\]*_`<>&~|${}])", r"\\\1", shown.alt)
    picture = f"![{alt}]({shown.picture.url})"
    return f"[{picture}]({shown.linked.url})" if shown.linked else picture


SNIPPET = Snippet(suffix="md", write=markdown)
