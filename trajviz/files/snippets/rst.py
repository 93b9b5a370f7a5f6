"""docutils: The image directive; beale.* if a PDF and no PNG lies beside; no still, dark half."""

from __future__ import annotations

from trajviz.files.snippets import Medium, Shown, Snippet


def rst(shown: Shown) -> str:
    """Return an image directive, with a link to the film where the image does not move itself."""
    picture = shown.picture
    target = f"\n   :target: {shown.linked.url}" if shown.linked else ""
    return f"{directive(picture, any_kind(shown) or picture.url, shown.alt)}{target}"


def directive(picture: Medium, address: str, alt: str) -> str:
    """Return the directive for a picture, at an address."""
    width, height = picture.size
    return (
        f".. image:: {address}\n"
        f"   :alt: {alt}\n"
        f"   :width: {width}px\n"
        f"   :height: {height}px\n"
        f"   :loading: lazy"
    )


def any_kind(shown: Shown) -> str:
    """Return the address by which Sphinx takes the GIF for pages, and the PDF for LaTeX.

    It is "" where that cannot be said so: without either, and with a PNG or an SVG, which Sphinx
    would take for pages.
    """
    moving = shown.moving
    if not moving or not shown.printed or shown.still or "://" in moving.url:
        return ""
    gif = moving.format.media_type == "image/gif"
    return moving.url.removesuffix(moving.format.name) + "*" if gif else ""


SNIPPET = Snippet(suffix="rst", write=rst)
