"""A picture as the planes of a video frame, which changes of pixels keep up to date.

Colours are those of ITU-R BT.709 in its limited range, which players expect. In yuv420p a chroma
sample is the mean of four pixels, and is only computed again if one of them changes. Everything is
computed in whole numbers, exactly: each factor of BT.709 is a fraction over a common denominator.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from trajviz.scene.paint import Picture
from trajviz.surface import Ints

Samples: TypeAlias = npt.NDArray[np.uint8]

_BITS = 10
"""Bits of a channel in a packed pixel, so that four pixels can be added up in one go."""


class _Sample(NamedTuple):
    """A sample as red, green and blue times whole factors, over a denominator, plus an offset."""

    red: int
    green: int
    blue: int
    over: int
    offset: int

    def of(self, channels: tuple[Any, Any, Any]) -> Samples:
        """Return the samples, (n,), of red, green and blue, (n,) each, rounded, halves down."""
        red, green, blue = channels
        total: npt.NDArray[np.int32] = np.multiply(red, np.int32(self.red), dtype=np.int32)
        total += np.multiply(green, np.int32(self.green), dtype=np.int32)
        total += np.multiply(blue, np.int32(self.blue), dtype=np.int32)
        total += np.int32(self.offset * self.over + (self.over - 1) // 2)
        total //= np.int32(self.over)
        return total.astype(np.uint8)


# BT.709: Y = 0.2126 R + 0.7152 G + 0.0722 B, Cb = (B - Y) / 1.8556, Cr = (R - Y) / 1.5748, luma in
# 219 and chroma in 224 steps of 255.
_LUMA = _Sample(2126 * 219, 7152 * 219, 722 * 219, over=10_000 * 255, offset=16)


def _chroma(pixels: int) -> tuple[_Sample, _Sample]:
    """Return the chroma samples, Cb and Cr, of what so many pixels, 1 or 4, add up to."""
    share = 224 // pixels
    return (
        _Sample(-1063 * share, -3576 * share, 4639 * share, over=9278 * 255, offset=128),
        _Sample(3937 * share, -3576 * share, -361 * share, over=7874 * 255, offset=128),
    )


class Planes:
    """The Y, Cb and Cr planes of a picture of even size, as one buffer that an encoder takes."""

    def __init__(self, picture: Picture, pixel_format: str) -> None:
        """Convert a whole picture.

        Args:
            picture: Its pixels, uint8, (height, width, 3), both sides even.
            pixel_format: "yuv420p", or "yuv444p" with a chroma sample for each pixel.
        """
        self.height, self.width = picture.shape[:2]
        self.halved = pixel_format == "yuv420p"
        size = self.height * self.width
        chroma = size // 4 if self.halved else size
        self.buffer = np.empty(size + 2 * chroma, dtype=np.uint8)
        self.luma = self.buffer[:size]
        self.cb = self.buffer[size : size + chroma]
        self.cr = self.buffer[size + chroma :]
        self.samples = _chroma(4 if self.halved else 1)
        if self.halved:
            self.packed = np.empty(size, dtype=np.uint32)
        flat, rows = picture.reshape(-1, 3), 2 * self.width
        step = -(-(1 << 16) // rows) * rows  # whole blocks, in pieces that stay in the cache
        for start in range(0, size, step):
            pixels = np.arange(start, min(start + step, size))
            self.update(pixels, flat[pixels[0] : pixels[-1] + 1])

    def update(self, pixels: Ints, colors: Picture) -> None:
        """Give pixels, (n,) flat indices, new colours, (n, 3)."""
        red, green, blue = colors.T
        self.luma[pixels] = _LUMA.of((red, green, blue))
        if not self.halved:
            self._set_chroma(pixels, (red, green, blue))
            return
        packed = np.multiply(red, np.uint32(1 << 2 * _BITS), dtype=np.uint32)
        packed += np.multiply(green, np.uint32(1 << _BITS), dtype=np.uint32)
        packed += blue
        self.packed[pixels] = packed
        self._mix(self._touched(pixels))

    def _touched(self, pixels: Ints) -> Ints:
        """Return the blocks of four in which any of these pixels lie."""
        row, column = np.divmod(pixels.astype(np.int32), np.int32(self.width))
        touched = np.zeros(len(self.cb), dtype=bool)
        touched[(row >> 1) * np.int32(self.width // 2) + (column >> 1)] = True
        return np.flatnonzero(touched)

    def _mix(self, blocks: Ints) -> None:
        """Compute the chroma of blocks of four pixels."""
        row = blocks // (self.width // 2)
        first = 2 * (blocks + row * (self.width // 2))
        total = self.packed[first]
        for neighbour in (1, self.width, self.width + 1):
            total += self.packed[first + neighbour]
        low = np.uint32((1 << _BITS) - 1)
        self._set_chroma(blocks, (total >> 2 * _BITS, total >> _BITS & low, total & low))

    def _set_chroma(self, places: Ints, channels: tuple[Any, Any, Any]) -> None:
        channels = tuple(channel.astype(np.int32) for channel in channels)
        blue, red = self.samples
        self.cb[places] = blue.of(channels)
        self.cr[places] = red.of(channels)
