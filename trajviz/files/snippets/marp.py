"""Marp: <video>, else <img>; its alt text is in its title too, as any other takes --html."""

from __future__ import annotations

from trajviz.files.snippets import Shown, Snippet
from trajviz.files.snippets.html import one_player

_ROOM = (1140, 500)
"""What a slide of 1280x720 has below its heading."""


def marp(shown: Shown) -> str:
    """Return the element for a slide."""
    return one_player(shown, "autoplay", _ROOM)


SNIPPET = Snippet(suffix="md", write=marp, place="slides")
