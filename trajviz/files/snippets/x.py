"""X: The alt text alone, cut to the 1000 characters of the field beside a picture."""

from __future__ import annotations

from trajviz.files.snippets import Shown, Snippet

MOST = 1000
"""Characters that X takes."""


def x(shown: Shown) -> str:
    """Return the words, without those at the end that are too many."""
    if len(shown.alt) <= MOST:
        return shown.alt
    head, space, _ = shown.alt[:MOST].rpartition(" ")
    return f"{head if space else shown.alt[: MOST - 1]}…"


SNIPPET = Snippet(suffix="txt", write=x)
