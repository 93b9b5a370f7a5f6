"""What the gallery's page shows of one item."""

from __future__ import annotations

from trajviz.frozen import dataclass


@dataclass(frozen=True)
class Entry:
    """One item of the gallery as its page shows it; all words are plain text.

    Attributes:
        name: Identifies it.
        section: The heading it stands under.
        title: The title of the picture.
        caption: The one thing that it teaches.
        alt: What the picture shows, for readers who do not see it.
        command: The command that makes it.
        size: Width and height in pixels.
        seconds: How long it plays, the pause at its end included; 0 for a still.
        files: Its outputs, relative to the gallery's folder, with slashes: "beale.gif",
            "beale.mp4" and the poster, "beale.png".
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
