"""Notebook: A code cell that keeps the GIF, the light one; GitHub strips <video> from notebooks."""

from __future__ import annotations

import re

from trajviz.files.snippets import Shown, Snippet


def notebook(shown: Shown) -> str:
    """Return the code of a cell; a picture that lives elsewhere is only pointed to."""
    picture = shown.picture
    width, height = picture.size
    place = "url" if re.match("https?:", picture.url) else "filename"
    value = picture.url if place == "url" else picture.name
    return (
        "from IPython.display import Image\n\n"
        f"Image({place}={value!r}, width={width}, height={height}, alt={shown.alt!r})"
    )


SNIPPET = Snippet(suffix="py", write=notebook)
