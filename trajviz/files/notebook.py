"""What a notebook shows: HTML that holds its files itself, so that it needs no network."""

from __future__ import annotations

import base64
from dataclasses import field
from html import escape

from trajviz.frozen import dataclass

_CONTROLS, _ROW = 230, 42
"""Pixels below the picture of a player: of its controls, and of one row of its table."""


def moving_picture(gif: bytes, png: bytes, size: tuple[int, int], alt: str) -> str:
    """Return an element that shows an animation, or a still to readers who ask for less motion.

    A viewer that strips `<picture>`, as GitHub does, shows the animation.

    Args:
        gif: The bytes of the animation.
        png: The bytes of the still.
        size: Width and height of both in pixels.
        alt: What they show, in words.
    """
    width, height = size
    return (
        f'<picture><source media="(prefers-reduced-motion: reduce)" srcset="{_inside(png, "png")}">'
        f'<img width="{width}" height="{height}" src="{_inside(gif, "gif")}" alt="{escape(alt)}">'
        "</picture>"
    )


def _inside(data: bytes, kind: str) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


@dataclass(frozen=True)
class Player:
    """A page that plays a race, for a notebook to show.

    Attributes:
        page: The page, as HTML.
        size: Width and height of its picture in pixels.
        tracks: How many rows its table has.
        title: What it shows, in words.
    """

    page: str = field(repr=False)
    size: tuple[int, int]
    tracks: int
    title: str

    def _repr_html_(self) -> str:
        """Return the page in an `<iframe>`, so that its styles and the notebook's stay apart."""
        width, height = self.size[0] + 50, self.size[1] + _CONTROLS + _ROW * self.tracks
        return (
            f'<iframe width="{width}" height="{height}" style="border:0;max-width:100%" '
            f'title="{escape(self.title)}" srcdoc="{escape(self.page)}"></iframe>'
        )
