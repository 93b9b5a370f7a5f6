"""docutils: The image directive, sized, lazily loaded (docutils 0.21); no still, dark half."""

from __future__ import annotations

from trajviz.files.snippets import Shown, Snippet


def rst(shown: Shown) -> str:
    """Return an image directive, with a link to the film where the image does not move itself."""
    picture = shown.picture
    width, height = picture.size
    target = f"\n   :target: {shown.linked.url}" if shown.linked else ""
    return (
        f".. image:: {picture.url}\n"
        f"   :alt: {shown.alt}\n"
        f"   :width: {width}px\n"
        f"   :height: {height}px\n"
        f"   :loading: lazy{target}"
    )


SNIPPET = Snippet(suffix="rst", write=rst)
