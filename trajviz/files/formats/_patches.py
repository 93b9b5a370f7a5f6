"""An animation as the rectangles that change, and how long each is shown.

A frame in which nothing visible changes gives no rectangle: the one before is shown for longer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from trajviz.animation import Animation
from trajviz.animation.cutout import Cutout
from trajviz.animation.raster import Change
from trajviz.files.formats._palette import Packed, Palette, RoughPalette, Tally, pack
from trajviz.files.formats._timing import milliseconds
from trajviz.frozen import dataclass
from trajviz.recipe.recipe import MOST_COLORS, Playback
from trajviz.scene.color import RGB
from trajviz.scene.paint import Picture
from trajviz.scene.scene import Scene
from trajviz.surface import Ints

_FAITHFUL = 1.0
"""The mean squared error up to which one palette will do for all pictures: 48 dB."""
_SAMPLED_FRAMES, _TURNING_FRAMES = 256, 12
"""Frames from which a palette is chosen: all of an ordinary animation, a share of a long one, few
of one whose frames are drawn anew, since each has the colours of the whole."""


@dataclass(frozen=True)
class Patch:
    """A rectangle that is laid over a picture, and how long the result is shown.

    Attributes:
        x: Its left column.
        y: Its upper row.
        colors: Its colours, uint8, (height, width, 3).
        opaque: Where it covers the picture below, (height, width).
        whole: What the rectangle shows afterwards, its transparent places included.
        milliseconds: How long it is shown.
    """

    x: int
    y: int
    colors: Picture
    opaque: npt.NDArray[np.bool_]
    whole: Picture
    milliseconds: int


def pinned(scene: Scene) -> list[RGB]:
    """Return the colours that must be exact: tracks, flat background, text, and marks that turn."""
    theme = scene.theme
    marks = [theme.star, theme.marker] if scene.turning else []
    tracks = [track.color for track in scene.main.tracks]
    return [*tracks, theme.background, theme.ink, theme.muted, *marks]


class Sample(NamedTuple):
    """What an animation changes, and from which of it to choose a palette.

    Attributes:
        colors: The colours of all pixels that change in some frames, (n, 3).
        lasting: The packed colours that these pixels are left with, (m,), one for each.
        changes: Every change, in order.
    """

    colors: Picture
    lasting: Packed
    changes: Iterable[Change]


def sampled(animation: Animation) -> Sample:
    """Return what an animation changes.

    Of a long animation only some frames are looked at, so that its changes need not be kept.
    """
    most = _TURNING_FRAMES if animation.scene.turning else _SAMPLED_FRAMES
    stride = -(-len(animation.positions) // most)
    if stride == 1:
        changes: Iterable[Change] = list(animation.changes())
        sample = changes
    else:
        changes = animation.changes()
        sample = animation.thinned(stride).changes()
    pixels, colors, _ = zip(*sample, strict=True) if len(animation.positions) > stride else [()] * 3
    every = np.concatenate([np.empty((0, 3), dtype=np.uint8), *colors])
    there = np.uint32(1 << 24)
    left = np.zeros(animation.first[..., 0].size, dtype=np.uint32)
    left[np.concatenate([np.empty(0, dtype=np.int64), *pixels])] = pack(every) | there
    return Sample(every, left[left > 0] ^ there, changes)


def common_palette(animation: Animation, most: int) -> tuple[Palette | None, Iterable[Change]]:
    """Return one palette for all pictures, and all changes.

    A scene that turns has too many colours for any palette, and gets a rough one.

    Args:
        animation: The animation.
        most: The most colours, transparency included.

    Returns:
        The palette, and every change in order. The palette is None if it would not be faithful and
        the user has not asked for fewer colours than usual.
    """
    colors, _, changes = sampled(animation)
    every = np.concatenate([animation.first.reshape(-1, 3), colors])
    if animation.scene.transparent:
        return None, changes
    kind = RoughPalette if animation.scene.turning else Palette
    palette = kind(Tally(every, pinned(animation.scene)), most - 1)
    faithful = animation.scene.turning or most < MOST_COLORS or palette.error <= _FAITHFUL
    return palette if faithful else None, changes


def patches(
    animation: Animation,
    changes: Iterable[Change],
    playback: Playback,
    snapped: Callable[[Picture], Picture],
    longest: int,
    done: Callable[[], None],
) -> Iterator[Patch]:
    """Yield the first picture, then what is to be laid over it, at even places.

    Args:
        animation: The animation.
        changes: All its changes, in order.
        playback: How it plays.
        snapped: Returns colours, (n, 3), as they will be shown.
        longest: The most milliseconds of one patch; what is shown for longer is followed by patches
            in which nothing is opaque.
        done: Called after each frame.
    """
    height, width = animation.first.shape[:2]
    shown = snapped(animation.first.reshape(-1, 3)).copy()
    waits = iter(milliseconds(playback))
    pending, wait = _whole(shown.reshape(height, width, 3)), next(waits)
    done()
    for change, more in zip(changes, waits, strict=True):
        colors = snapped(change.colors)
        visible = np.flatnonzero((shown[change.pixels] != colors).any(axis=1))
        if len(visible):
            yield from _lasting(pending, wait, longest)
            pixels, wait = change.pixels[visible], 0
            shown[pixels] = colors[visible]
            pending = _around(pixels, shown.reshape(height, width, 3))
        wait += more
        done()
    yield from _lasting(pending, wait, longest)


def _whole(picture: Picture) -> Patch:
    copy = picture.copy()
    opaque = np.ones(picture.shape[:2], dtype=bool)
    return Patch(x=0, y=0, colors=copy, opaque=opaque, whole=copy, milliseconds=0)


def _around(pixels: Ints, shown: Picture) -> Patch:
    """Return the smallest patch that begins at an even place and has all these pixels."""
    rows, columns = np.divmod(pixels, shown.shape[1])
    x, y = int(columns.min()) // 2 * 2, int(rows.min()) // 2 * 2
    whole = shown[y : int(rows.max()) + 1, x : int(columns.max()) + 1].copy()
    opaque = np.zeros(whole.shape[:2], dtype=bool)
    opaque[rows - y, columns - x] = True
    colors = np.where(opaque[..., None], whole, np.uint8(0))
    return Patch(x=x, y=y, colors=colors, opaque=opaque, whole=whole, milliseconds=0)


def _lasting(patch: Patch, wait: int, longest: int) -> Iterator[Patch]:
    """Yield a patch for `wait` milliseconds, behind it invisible ones where that is too long."""
    corner = patch.whole[:1, :1]
    nothing = replace(patch, colors=corner * 0, opaque=np.zeros((1, 1), dtype=bool), whole=corner)
    yield replace(patch, milliseconds=min(wait, longest))
    while (wait := wait - longest) > 0:
        yield replace(nothing, milliseconds=min(wait, longest))


def true_colors(patch: Patch, cutout: Cutout | None) -> tuple[Picture, bool]:
    """Return the pixels of a patch, (height, width, 4), and whether they replace what was there.

    They do where paper comes back in their place; else they lie over it, clear where nothing
    changes.
    """
    if cutout is None:
        alpha = np.where(patch.opaque, np.uint8(255), np.uint8(0))[..., None]
        return np.concatenate([patch.colors, alpha], axis=2), False
    pixels = cutout.part(patch.x, patch.y, patch.whole)
    if (pixels[patch.opaque, 3] < 255).any():
        return pixels, True
    return np.where(patch.opaque[..., None], pixels, np.uint8(0)), False


def snap_to(palette: Palette | None) -> Callable[[Picture], Picture]:
    """Return the function that gives colours, (n, 3), as a palette shows them.

    Without a palette they stay as they are.
    """
    if palette is None:
        return lambda colors: colors
    shades = palette.colors
    return lambda colors: shades[palette.index(pack(colors))]
