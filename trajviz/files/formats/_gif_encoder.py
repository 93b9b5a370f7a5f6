"""A GIF of an animation: one palette, no dithering, each frame only what changed.

The container is written here (GIF89a specification, CompuServe 1990), because Pillow's writer
chooses a palette per frame and rounds delays down; the LZW compression is Pillow's.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from trajviz.animation import Animation
from trajviz.animation.cutout import Cutout, cutout_of
from trajviz.animation.raster import Change
from trajviz.descent import Progress
from trajviz.errors import TrajvizError
from trajviz.files.containers.gif import comment
from trajviz.files.formats._palette import Packed, Palette, RoughPalette, Tally, pack
from trajviz.files.formats._patches import pinned, sampled
from trajviz.files.formats._timing import ticks
from trajviz.recipe.recipe import Playback
from trajviz.scene.color import RGB
from trajviz.scene.marks import Box, around
from trajviz.scene.paint import Picture
from trajviz.surface import Ints

_LONGEST = 65535
"""Hundredths of a second that one image can be shown for."""
_SIZES = (63, 127)
"""Palettes that take a bit or two less for every run of pixels than one of 255 colours."""
_FAITHFUL, _FAITHFUL_IN_ALL = 16.0, 0.5
"""The mean squared errors up to which a small palette will do: 36 dB where something changes, and
51 dB over the whole picture."""
_SHORTEST = 2
"""The least hundredths of a second that browsers show an image for."""
_WORTH = 2000
"""Pixels less from which two small rectangles are better than one large."""
_OPAQUE, _TRANSPARENT, _ERASING = 0x04, 0x05, 0x09
"""Flags of an image: it is left in place when the next is drawn; one of its colours is clear; it
leaves nothing in its place."""
_CLEAR = np.uint32(1 << 24)
"""Stands for a colour where the paper is left out."""
_FAINT = 25
"""Up to so many 255ths of opacity a pixel is left out with the paper."""
_TURNING_COLORS = 63
"""The palette for frames that are drawn anew: what moves as a whole looks the same in 63 colours as
in 255, and takes a quarter less."""

Indices = npt.NDArray[np.uint8]


def delays(playback: Playback) -> list[int]:
    """Return each frame's delay in hundredths of a second, pauses added to the start and the end.

    Rounding errors are carried on, so that the sum is exact to the hundredth.

    >>> delays(Playback(fps=30, seconds=0.2, hold=0))
    [3, 4, 3, 3, 4, 3]
    """
    return ticks(playback, 100, _SHORTEST)


def encode(
    path: Path, animation: Animation, playback: Playback, progress: Progress, note: str
) -> None:
    """Write an animation; the note is a comment."""
    exact = pinned(animation.scene)
    cutout, all_waits = cutout_of(animation.scene, charts=True), delays(playback)
    if cutout and min(all_waits[1:], default=9) < 2 * _SHORTEST:
        raise TrajvizError(
            f"fps {playback.fps:g} leaves a transparent .gif no time to erase: at most 25"
        )
    waits = iter(all_waits)
    palette, changes = _prepare(animation, exact, playback.colors)
    with path.open("wb") as file:
        writer = _Writer(
            file=file,
            first=animation.first,
            pinned=exact,
            palette=palette,
            playback=playback,
            note=note,
            cutout=cutout,
        )
        writer.hold(next(waits))
        for count, (change, wait) in enumerate(zip(changes, waits, strict=True), 2):
            writer.show(change)
            writer.hold(wait)
            progress(count, len(all_waits))
        writer.close()


def _prepare(animation: Animation, exact: list[RGB], most: int) -> tuple[Palette, Iterable[Change]]:
    """Return the palette for all changes, and the changes."""
    colors, lasting, changes = sampled(animation)
    tally = Tally(colors, exact, lasting)
    if animation.scene.turning:
        return RoughPalette(tally, min(_TURNING_COLORS, most - 1)), changes
    share = len(lasting) / animation.first[..., 0].size
    return _shared_palette(tally, share, most - 1), changes


def _shared_palette(tally: Tally, share: float, most: int) -> Palette:
    """Return the smallest palette that will do for all changes.

    One that loses something is not taken where a larger one would lose nothing.

    Args:
        tally: The colours of all pixels that change.
        share: The share of the picture that they take.
        most: The most colours; the palette's last place stays free, for transparency.
    """
    exact = len(tally.wanted) <= most
    for size in _SIZES:
        if size >= most or (exact and len(tally.wanted) > size):
            continue
        palette = Palette(tally, size)
        if palette.error <= min(_FAITHFUL, _FAITHFUL_IN_ALL / max(share, 1e-9)):
            return palette
    return Palette(tally, most)


class _Writer:
    """Writes a GIF, always one frame behind, because a frame's delay may still grow.

    It keeps what a viewer sees so far, and sends only what changes that: the smallest rectangle
    around it, transparent where nothing changes. Where parts of the picture that lie apart change,
    as a plot and the step number do, each has a rectangle of its own.
    """

    def __init__(
        self,
        file: BinaryIO,
        first: Picture,
        pinned: list[RGB],
        palette: Palette,
        playback: Playback,
        note: str,
        cutout: Cutout | None,
    ) -> None:
        """Write the header, and keep the first picture, which has a palette of its own."""
        self.file, self.palette, self.cutout = file, palette, cutout
        self.bits = palette.size.bit_length()
        self.transparent = palette.size
        height, self.width = first.shape[:2]
        file.write(_header(self.width, height, palette, self.bits, playback.loop))
        file.write(comment(note))
        own = Palette(Tally(first.reshape(-1, 3), pinned), playback.colors - bool(cutout))
        index = _index_of_runs(own, pack(first.reshape(-1, 3)))
        self.shown = own.packed[index]
        own_bits = (playback.colors - 1).bit_length()
        flags, self.clear = _OPAQUE, self.transparent
        if cutout:
            flags, self.clear = _TRANSPARENT, own.size
            index = self._without_paper(index, np.arange(len(index)), first.reshape(-1, 3))
            self.shown[index == own.size] = _CLEAR
        self._await(flags, _image(0, 0, index.reshape(height, self.width), own_bits, own))
        self.clear = self.transparent
        self.delay = 0
        self.owed: list[Change] = []

    def _await(self, flags: int, image: bytes) -> None:
        """Let an image be the next that is written."""
        self.pending = flags, image, self.clear

    def hold(self, delay: int) -> None:
        """Let what is shown last be shown for so many hundredths of a second more."""
        self.delay += delay

    def show(self, change: Change) -> None:
        """Show a change; if no pixel of it would look different, nothing is sent.

        Without paper, parts of the picture that erase something take turns, frame by frame. These
        are few, since charts keep their paper here.
        """
        if not self.cutout:
            self._show(change)
            return
        plain: list[Change] = []
        erasing = [*self.owed]
        for part in _parts(change):
            (erasing if self._erases(part) else plain).append(part)
        self.owed = erasing[1:]
        if chosen := [*plain, *erasing[:1]]:
            pixels, colors, _ = zip(*chosen, strict=True)
            self._show(Change(np.concatenate(pixels), np.concatenate(colors)))

    def _erases(self, change: Change) -> bool:
        """Tell whether a change takes away something that is seen."""
        assert self.cutout is not None
        faint = self.cutout.cut(change.pixels, change.colors)[:, 3] <= _FAINT
        return bool((self.shown[change.pixels[faint]] != _CLEAR).any())

    def _show(self, change: Change) -> None:
        index = self.palette.index(pack(change.colors))
        color = self.palette.packed[index]
        if self.cutout:
            index = self._without_paper(index, change.pixels, change.colors)
            color = np.where(index == self.clear, _CLEAR, color)
        visible = np.flatnonzero(self.shown[change.pixels] != color)
        if not len(visible):
            return
        pixels, index = change.pixels[visible], index[visible]
        self.shown[pixels] = color[visible]
        if (color[visible] == _CLEAR).any():
            pixels, index = self._erased(pixels, index)
            y, x = np.divmod(pixels, self.width)
            self._lay(y, x, index, _around(y, x))
            return
        y, x = np.divmod(pixels, self.width)
        spans = _spans(y, x, np.searchsorted(visible, change.ends).tolist())
        timely = _cut(spans) if self.delay >= 2 * _SHORTEST else len(spans)
        end = spans[timely - 1].end
        if timely < len(spans):
            # What is around a plot comes a little before its time, so that the plot is in time.
            self.delay -= _SHORTEST
            self._lay(y[end:], x[end:], index[end:], _together(spans[timely:]))
            self.delay = _SHORTEST
        self._lay(y[:end], x[:end], index[:end], _together(spans[:timely]))

    def _without_paper(self, index: Indices, pixels: Ints, colors: Picture) -> Indices:
        """Return the palette's indices of pixels, (n,), that of clear where there is but paper."""
        assert self.cutout is not None
        faint = self.cutout.cut(pixels, colors)[:, 3] <= _FAINT
        return np.where(faint, np.uint8(self.clear), index)

    def _erased(self, pixels: Ints, index: Indices) -> tuple[Ints, Indices]:
        """Empty the rectangle around pixels, (n,), that are on paper, and return all to lay anew.

        What an image shows can only be taken away by the image itself, when its time is over. So
        one comes in between that shows nothing and leaves nothing.
        """
        assert self.cutout is not None
        loose = pixels[(index == self.clear) & ~self.cutout.ground[pixels]]
        x0, y0, x1, y1 = _around(*np.divmod(loose, self.width))
        self.delay -= _SHORTEST
        self._flush()
        nothing = np.full((y1 - y0, x1 - x0), self.transparent, dtype=np.uint8)
        self._await(_ERASING, _image(x0, y0, nothing, self.bits))
        self.delay = _SHORTEST
        rows, columns = np.arange(y0, y1), np.arange(x0, x1)
        emptied = (rows[:, None] * self.width + columns).ravel()
        emptied = emptied[self.shown[emptied] != _CLEAR]
        again = self.palette.index(self.shown[emptied])
        kept = index != self.clear
        return np.concatenate([emptied, pixels[kept]]), np.concatenate([again, index[kept]])

    def _lay(self, y: Ints, x: Ints, index: Indices, box: Box) -> None:
        """Lay the smallest rectangle around some pixels, (n,), over what is shown."""
        self._flush()
        x0, y0, x1, y1 = box
        indices = np.full((y1 - y0, x1 - x0), self.transparent, dtype=np.uint8)
        indices[y - y0, x - x0] = index
        self._await(_TRANSPARENT, _image(x0, y0, indices, self.bits))

    def close(self) -> None:
        """Write the frame that is pending, and the end of the file."""
        while self.owed:
            owed, self.owed, wait = self.owed[0], self.owed[1:], self.delay // 2
            self.delay -= wait
            self._show(owed)
            self.delay += wait
        self._flush()
        self.file.write(b";")

    def _flush(self) -> None:
        """Write the pending image, behind it invisible ones where its delay is too long for one."""
        while True:
            wait = min(self.delay, _LONGEST)
            flags, image, clear = self.pending
            control = struct.pack("<BHB", flags, wait, clear)
            self.file.write(b"\x21\xf9\x04" + control + b"\x00" + image)
            self.delay -= wait
            if not self.delay:
                return
            nothing = np.full((1, 1), self.transparent, dtype=np.uint8)
            self._await(_TRANSPARENT, _image(0, 0, nothing, self.bits))


def _parts(change: Change) -> list[Change]:
    """Return a change of each part of the picture by itself."""
    spans = itertools.pairwise([0, *change.ends])
    pixels, colors = change.pixels, change.colors
    return [Change(pixels[a:b], colors[a:b]) for a, b in spans if a < b]


def _index_of_runs(palette: Palette, colors: Packed) -> Indices:
    """Return the places of a picture's colours, (n,), of which neighbours are often alike."""
    starts = np.append(0, np.flatnonzero(colors[1:] != colors[:-1]) + 1)
    return np.repeat(palette.index(colors[starts]), np.diff(starts, append=len(colors)))


class _Span(NamedTuple):
    """Of the pixels that change those of one part of the picture: where they end, and their box."""

    end: int
    box: Box


def _spans(y: Ints, x: Ints, ends: Sequence[int]) -> list[_Span]:
    """Return the parts of the picture that change.

    Args:
        y: The rows of pixels, (n,), those of the first part of the picture first.
        x: Their columns, (n,).
        ends: Where parts end.
    """
    pairs = itertools.pairwise([0, *ends, len(y)])
    return [_Span(b, _around(y[a:b], x[a:b])) for a, b in pairs if a < b]


def _cut(spans: Sequence[_Span]) -> int:
    """Return how many parts to show apart from the others, so that rectangles are small; or all."""
    whole = len(spans)
    areas = {k: _area(spans[:k]) + _area(spans[k:]) + _WORTH for k in range(1, whole)}
    areas[whole] = _area(spans)
    return min(areas, key=lambda k: (areas[k], k % whole))


def _area(spans: Sequence[_Span]) -> int:
    box = _together(spans)
    return box.width * box.height


def _together(spans: Sequence[_Span]) -> Box:
    """Return the smallest rectangle around some parts."""
    return Box(*around(span.box for span in spans))


def _around(y: Ints, x: Ints) -> Box:
    """Return the smallest rectangle around pixels, (n,)."""
    return Box(int(x.min()), int(y.min()), int(x.max()) + 1, int(y.max()) + 1)


def _header(width: int, height: int, palette: Palette, bits: int, loop: int) -> bytes:
    screen = struct.pack("<HHBBB", width, height, 0xF0 | (bits - 1), 0, 0)
    header = b"GIF89a" + screen + _table(palette, bits)
    if loop == 1:  # the block counts repeats: none at all means once
        return header
    repeats = struct.pack("<H", loop - 1 if loop else 0)
    return header + b"\x21\xff\x0bNETSCAPE2.0\x03\x01" + repeats + b"\x00"


def _image(x: int, y: int, indices: Indices, bits: int, own: Palette | None = None) -> bytes:
    """Return an image block, compressed, with its own table where it has one."""
    height, width = indices.shape
    place = struct.pack("<HHHHB", x, y, width, height, 0x80 | (bits - 1) if own else 0)
    table = _table(own, bits) if own else b""
    data = Image.fromarray(indices).tobytes("gif", "L", bits, 0)
    return b"," + place + table + bytes([bits]) + data + b"\x00"


def _table(palette: Palette, bits: int) -> bytes:
    """Return a colour table of 2 ** bits entries."""
    return palette.colors.tobytes().ljust(3 * 2**bits, b"\x00")
