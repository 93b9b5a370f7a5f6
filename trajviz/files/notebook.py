"""What a notebook shows: HTML that holds its files itself, so that it needs no network."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from html import escape

_CONTROLS, _ROW = 190, 42
"""How high a player's page is below the picture, in pixels: without tracks, and for each."""


def moving_picture(gif: bytes, png: bytes, size: tuple[int, int], alt: str) -> str:
    """Return an animation as an element; who asks for less motion sees the still in its place.

    Where a viewer knows no more than images, as GitHub does, the animation is left.
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
    """A page that plays a race, for a notebook to show; `size` is that of its picture."""

    page: str = field(repr=False)
    size: tuple[int, int]
    tracks: int
    title: str

    def _repr_html_(self) -> str:
        """Show the page in a frame of its own, so that neither meets the other's styles."""
        width, height = self.size[0] + 50, self.size[1] + _CONTROLS + _ROW * self.tracks
        return (
            f'<iframe width="{width}" height="{height}" style="border:0;max-width:100%" '
            f'title="{escape(self.title)}" srcdoc="{escape(self.page)}"></iframe>'
        )
