"""GIF: plays everywhere; one palette, no dithering, each frame only what changed.

The container is written here (GIF89a specification, CompuServe 1990), because Pillow's writer
chooses a palette per frame and rounds delays down; the LZW compression is Pillow's.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
from PIL import Image

from trajviz.animate import Animation, Change, Timing
from trajviz.descent import Progress
from trajviz.formats._palette import Packed, Palette, pack
from trajviz.scene import Scene
from trajviz.scene.theme import RGB

KIND = "animation"

MOST_FPS = 50
"""Browsers play delays under two hundredths of a second five times too slowly."""
_LONGEST = 65535
_TRANSPARENT = 255
_SAMPLED_FRAMES = 256
"""Frames from which the palette is chosen: all of an ordinary animation, a share of a long one."""

Indices = npt.NDArray[np.uint8]


def delays(timing: Timing) -> list[int]:
    """Return each frame's delay in hundredths of a second, the hold added to the last.

    Rounding errors are carried on, so that the sum is exact to the hundredth.

    >>> delays(Timing(fps=30, seconds=0.2, hold=0))
    [3, 4, 3, 3, 4, 3]
    """
    frames = timing.frames
    ends = [round(100 * frame / timing.fps) for frame in range(1, frames)]
    ends.append(max(round(100 * (timing.seconds + timing.hold)), [0, *ends][-1] + 2))
    return [end - begin for begin, end in zip([0, *ends[:-1]], ends, strict=True)]


def write(path: Path, animation: Animation, timing: Timing, progress: Progress) -> None:
    """Write an animation."""
    pinned = _pinned(animation.scene)
    height, width = animation.first.shape[:2]
    first = pack(animation.first.reshape(-1, 3))
    own = Palette(animation.first.reshape(-1, 3), pinned, 256)
    shared = Palette(_changing_colors(animation), pinned, _TRANSPARENT)
    with path.open("wb") as file:
        _write_header(file, width, height, shared, timing.loop)
        writer = _FrameWriter(file)
        waits = iter(delays(timing))
        picture = own.index(first).reshape(height, width)
        writer.add(_Frame(0, 0, picture, own), next(waits))
        screen = _Screen(own.packed[picture.reshape(-1)], width)
        for count, (change, wait) in enumerate(zip(animation.changes(), waits, strict=True), 2):
            frame = screen.update(change, shared)
            if frame is None:
                writer.lengthen(wait)
            else:
                writer.add(frame, wait)
            progress(count, timing.frames)
        writer.close()


def _pinned(scene: Scene) -> list[RGB]:
    """Return the colours that must be exact: tracks, flat background, text."""
    theme = scene.theme
    return [*(track.color for track in scene.tracks), theme.background, theme.ink, theme.muted]


def _changing_colors(animation: Animation) -> npt.NDArray[np.uint8]:
    """Return the colours that frames after the first bring, (n, 3), as often as they come."""
    stride = -(-len(animation.positions) // _SAMPLED_FRAMES)
    sample = animation if stride == 1 else Animation(animation.scene, animation.positions[::stride])
    colors = [change.colors for change in sample.changes()]
    return np.concatenate([np.empty((0, 3), dtype=np.uint8), *colors])


@dataclass(frozen=True)
class _Frame:
    """A rectangle of the picture as palette indices; `table` where it has a palette of its own."""

    x: int
    y: int
    indices: Indices
    table: Palette | None = None


class _Screen:
    """What a viewer sees so far, so that only what it would see change is sent."""

    def __init__(self, shown: Packed, width: int) -> None:
        self.shown, self.width = shown, width

    def update(self, change: Change, palette: Palette) -> _Frame | None:
        """Return the smallest frame that makes a change visible, None where none would be."""
        index = palette.index(pack(change.colors))
        color = palette.packed[index]
        visible = np.flatnonzero(self.shown[change.pixels] != color)
        if not len(visible):
            return None
        pixels = change.pixels[visible]
        self.shown[pixels] = color[visible]
        y, x = np.divmod(pixels, self.width)
        x0, y0 = int(x.min()), int(y.min())
        shape = (int(y.max()) - y0 + 1, int(x.max()) - x0 + 1)
        indices = np.full(shape, _TRANSPARENT, dtype=np.uint8)
        indices[y - y0, x - x0] = index[visible]
        return _Frame(x0, y0, indices)


class _FrameWriter:
    """Writes frames one behind, because a frame's delay may still grow."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.frame: _Frame | None = None
        self.delay = 0

    def add(self, frame: _Frame, delay: int) -> None:
        self._flush()
        self.frame, self.delay = frame, delay

    def lengthen(self, delay: int) -> None:
        self.delay += delay

    def close(self) -> None:
        self._flush()
        self.file.write(b";")

    def _flush(self) -> None:
        """Write the frame; what its delay cannot hold follows as invisible frames."""
        while self.frame is not None:
            wait = min(self.delay, _LONGEST)
            _write_frame(self.file, self.frame, wait)
            self.delay -= wait
            blank = _Frame(0, 0, np.full((1, 1), _TRANSPARENT, dtype=np.uint8))
            self.frame = blank if self.delay else None


def _write_header(file: BinaryIO, width: int, height: int, palette: Palette, loop: int) -> None:
    file.write(b"GIF89a" + struct.pack("<HHBBB", width, height, 0xF7, 0, 0) + _table(palette))
    if loop != 1:  # the block counts repeats: none at all means once
        repeats = loop - 1 if loop else 0
        file.write(b"\x21\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<H", repeats) + b"\x00")


def _write_frame(file: BinaryIO, frame: _Frame, delay: int) -> None:
    height, width = frame.indices.shape
    # Left in place when the next is drawn (disposal 1); transparent unless it has its own table.
    flags = 0x04 if frame.table else 0x05
    file.write(b"\x21\xf9\x04" + struct.pack("<BHB", flags, delay, _TRANSPARENT) + b"\x00")
    packed = 0x87 if frame.table else 0
    file.write(b"," + struct.pack("<HHHHB", frame.x, frame.y, width, height, packed))
    if frame.table:
        file.write(_table(frame.table))
    file.write(b"\x08" + Image.fromarray(frame.indices).tobytes("gif", "L", 8, 0) + b"\x00")


def _table(palette: Palette) -> bytes:
    """Return a colour table of 256 entries."""
    return palette.colors.tobytes().ljust(768, b"\x00")
