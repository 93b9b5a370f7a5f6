"""GitHub: <picture>: its dark half in the dark, the PNG where motion is unwanted; no film."""

from __future__ import annotations

from trajviz.files.snippets import Shown, Snippet
from trajviz.files.snippets.html import attribute, linked, picture_sources


def github(shown: Shown) -> str:
    """Return the picture in one line, with a link to the film where it does not move itself.

    Its height is left out, which GitHub would keep where it makes a picture narrower.
    """
    (width, _), source, alt = shown.picture.size, shown.picture.url, attribute(shown.alt)
    picture = f'<img src="{attribute(source)}" width="{width}" alt="{alt}">'
    sources = "".join(picture_sources(shown))
    return linked(f"<picture>{sources}{picture}</picture>" if sources else picture, shown)


SNIPPET = Snippet(suffix="md", write=github)
