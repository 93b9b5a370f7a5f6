"""reveal.js: A slide with the <video>, which plays while it is seen, else <img>."""

from __future__ import annotations

from trajviz.files.snippets import Shown, Snippet
from trajviz.files.snippets.html import html, one_player

_ROOM = (912, 560)
"""What a slide of 960x700 has below its heading."""


def reveal(shown: Shown) -> str:
    """Return a slide, whose film begins whenever the deck comes to it."""
    inside = html(shown) if shown.page else one_player(shown, "data-autoplay", _ROOM)
    return "\n".join(["<section>", *(f"  {line}" for line in inside.split("\n")), "</section>"])


SNIPPET = Snippet(suffix="embed.html", write=reveal, place="slides")
