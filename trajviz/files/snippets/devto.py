"""dev.to: ![alt](file), its address to be that of the upload, or --url; no size, still, film."""

from __future__ import annotations

from trajviz.files.snippets import Shown, Snippet
from trajviz.files.snippets.markdown import image


def devto(shown: Shown) -> str:
    """Return an image, with a link to the film where it does not move itself."""
    return f"[{image(shown)}]({shown.linked.url})" if shown.linked else image(shown)


SNIPPET = Snippet(suffix="md", write=devto)
