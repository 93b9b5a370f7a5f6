"""A size in bytes that a file is to keep, and the ladder by which it is made to.

Down the ladder go first the colours, where the format has a palette (128, 64, 32), then the frames
a second (a half, a third), then width and height (80, 65, 50, 40, 30 %). Each rung keeps what those
above it gave up, unless that saved nothing; the first that fits is taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from trajviz.recipe.recipe import SMALLEST, Recipe

_COLORS = (128, 64, 32)
_SLOWER = (2, 3)
_SMALLER = (0.8, 0.65, 0.5, 0.4, 0.3)


def ladder(recipe: Recipe, palette: bool, moving: bool) -> Iterator[dict[str, Any]]:
    """Yield the values, flat, that each rung changes, the first changing nothing."""
    yield {}
    for colors in _COLORS if palette else ():
        if colors < recipe.playback.colors:
            yield {"colors": colors}
    for divisor in _SLOWER if moving else ():
        yield {"fps": recipe.playback.fps / divisor}
    width, height = recipe.look.size
    for share in _SMALLER:
        size = (round(width * share / 2) * 2, round(height * share / 2) * 2)
        if size[0] >= SMALLEST[0] and size[1] >= SMALLEST[1]:
            yield {"size": size}


def given_up(before: Recipe, after: Recipe) -> str:
    """Return in words what was given up from one recipe to the other; nothing if nothing was."""
    parts = []
    if after.playback.colors != before.playback.colors:
        parts.append(f"{after.playback.colors} colours")
    if after.playback.fps != before.playback.fps:
        parts.append(f"{after.playback.fps:.3g} frames a second")
    if after.look.size != before.look.size:
        parts.append(f"{after.look.size[0]}x{after.look.size[1]} pixels")
    return ", ".join(parts)
