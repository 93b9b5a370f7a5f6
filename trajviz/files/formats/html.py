"""HTML: a page that plays the race: pause, step, hide tracks, read values; one file, no network."""

from __future__ import annotations

from typing import Any

from trajviz.files.containers.markup import MARKUP
from trajviz.files.formats import Format


def write(*request: Any) -> None:
    """Write a page that plays an animation."""
    from trajviz.files.formats._player import write_page

    write_page(*request)


FORMAT = Format(
    kind="animation",
    write=write,
    container=MARKUP,
    tag="a",
    media_type="text/html",
    paths=True,
    follows=True,
)
