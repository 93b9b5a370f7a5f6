"""Colours: as numbers from 0 to 255, as people write them, and between each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from trajviz.errors import TrajvizError, unknown

RGB: TypeAlias = tuple[int, int, int]
"""Red, green and blue, 0 to 255."""
_STOPS = 33
"""Stops by which a colour map is followed so closely that nobody sees a difference."""


def parse_color(text: object) -> RGB:
    """Return a colour that is written as #rgb, #rrggbb or a CSS name.

    Raises:
        TrajvizError: It is none of these.

    >>> parse_color("#fa0"), parse_color("teal")
    ((255, 170, 0), (0, 128, 128))
    """
    from PIL import ImageColor

    try:
        color = ImageColor.getrgb(text) if isinstance(text, str) else ()
    except ValueError:
        color = ()
    if len(color) != 3:
        raise TrajvizError(f"{text!r} is not a colour: write #rrggbb, #rgb or a CSS name")
    return color


def hexed(color: Sequence[int]) -> str:
    """Return a colour in the shortest form that SVG, CSS and matplotlib read.

    Args:
        color: Red, green and blue, 0 to 255.

    >>> hexed((255, 0, 128)), hexed((255, 0, 136))
    ('#ff0080', '#f08')
    """
    plain = "#{:02x}{:02x}{:02x}".format(*color)
    pairs = plain[1::2], plain[2::2]
    return f"#{pairs[0]}" if pairs[0] == pairs[1] else plain


def mix(a: RGB, b: RGB, share: float) -> RGB:
    """Return the colour that lies `share` of the way from a to b.

    >>> mix((0, 0, 0), (100, 200, 50), 0.5)
    (50, 100, 25)
    """
    red, green, blue = (round(x + (y - x) * share) for x, y in zip(a, b, strict=True))
    return red, green, blue


def blend(stops: Sequence[RGB], share: float) -> RGB:
    """Return the colour that lies `share` of the way along evenly spread stops.

    >>> blend([(0, 0, 0), (100, 0, 0), (100, 100, 0)], 0.75)
    (100, 50, 0)
    """
    if len(stops) == 1:
        return stops[0]
    place = share * (len(stops) - 1)
    below = min(int(place), len(stops) - 2)
    return mix(stops[below], stops[below + 1], place - below)


def color_map(name: str) -> tuple[RGB, ...]:
    """Return one of matplotlib's colour maps as evenly spread stops.

    Raises:
        TrajvizError: There is no map of this name.
    """
    from matplotlib import colormaps

    if name not in colormaps:
        raise unknown("colour map", name, colormaps)
    colors = colormaps[name]([place / (_STOPS - 1) for place in range(_STOPS)]).tolist()
    return tuple((round(255 * r), round(255 * g), round(255 * b)) for r, g, b, _ in colors)
