"""PyPI: <img>, its address to be absolute (--url), as a package index page hosts no files."""

from __future__ import annotations

from trajviz.files.snippets import Shown, Snippet
from trajviz.files.snippets.html import attribute, linked


def pypi(shown: Shown) -> str:
    """Return an image, with a link to the film where it does not move itself."""
    width, height = shown.picture.size
    picture = (
        f'<img src="{attribute(shown.picture.url)}" width="{width}" height="{height}" '
        f'alt="{attribute(shown.alt)}">'
    )
    return linked(picture, shown)


SNIPPET = Snippet(suffix="md", write=pypi)
