"""What the gallery's page shows of one item."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One item of the gallery as its page shows it.

    `name` identifies it, `section` is the heading it stands under, `title` what the picture says
    of itself. `caption` teaches one thing and `alt` describes the picture to those who do not see
    it, both plain text. `command` makes the item, `size` is its width and height in pixels and
    `seconds` how long it plays, the pause at its end included. `files` are its outputs relative
    to the gallery's folder, with slashes: "beale.gif", "beale.mp4" and the poster, "beale.png".
    """

    name: str
    section: str
    title: str
    caption: str
    alt: str
    command: str
    size: tuple[int, int]
    seconds: float
    files: tuple[str, ...]
