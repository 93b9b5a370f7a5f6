"""A picture as the planes of a video frame, which changes of pixels keep up to date.

Colours are those of ITU-R BT.709 in its limited range, which players expect. In yuv420p a chroma
sample is the mean of four pixels, and is only computed again if one of them changes.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from trajviz.scene.paint import Picture
from trajviz.surface import Ints

_RED, _BLUE = 0.2126, 0.0722
_LUMA = np.array([_RED, 1 - _RED - _BLUE, _BLUE]) * (219 / 255)
# BT.709: Cb = (B - Y') / (2 - 2 Kb), Cr = (R - Y') / (2 - 2 Kr).
_CB = (np.array([0, 0, 1]) - _LUMA * (255 / 219)) / (2 - 2 * _BLUE) * (224 / 255)
_CR = (np.array([1, 0, 0]) - _LUMA * (255 / 219)) / (2 - 2 * _RED) * (224 / 255)


class Planes:
    """The Y, Cb and Cr planes of a picture of even size, as one buffer that an encoder takes."""

    def __init__(self, picture: Picture, pixel_format: str) -> None:
        """Convert a whole picture.

        Args:
            picture: Its pixels, uint8, (height, width, 3), both sides even.
            pixel_format: "yuv420p", or "yuv444p" with a chroma sample for each pixel.
        """
        self.height, self.width = picture.shape[:2]
        self.rgb = picture.reshape(-1, 3).copy()
        self.halved = pixel_format == "yuv420p"
        size = self.height * self.width
        chroma = size // 4 if self.halved else size
        self.buffer = np.empty(size + 2 * chroma, dtype=np.uint8)
        self.luma = self.buffer[:size]
        self.cb = self.buffer[size : size + chroma]
        self.cr = self.buffer[size + chroma :]
        if self.halved:
            # Of each pixel the block of four that it lies in, and of each block its first pixel.
            blocks = np.arange(chroma, dtype=np.int32).reshape(-1, self.width // 2)
            self.block = np.repeat(np.repeat(blocks, 2, axis=0), 2, axis=1).ravel()
            whole = np.arange(size, dtype=np.int32).reshape(-1, self.width)
            self.corner = whole[::2, ::2].ravel()
        for start in range(0, size, 1 << 18):  # bounds the arrays of floats
            self._convert(np.arange(start, min(start + (1 << 18), size)))

    def update(self, pixels: Ints, colors: Picture) -> None:
        """Give pixels, (n,) flat indices, new colours, (n, 3)."""
        self.rgb[pixels] = colors
        self._convert(pixels)

    def _convert(self, pixels: Ints) -> None:
        colors = self.rgb[pixels].astype(np.float64)
        self.luma[pixels] = np.rint(16 + colors @ _LUMA)
        if not self.halved:
            self._set_chroma(pixels, colors)
            return
        touched = np.zeros(len(self.cb), dtype=bool)
        touched[self.block[pixels]] = True
        blocks = np.flatnonzero(touched)
        first = self.corner[blocks]
        total = np.zeros((len(blocks), 3), dtype=np.uint16)
        for neighbour in (0, 1, self.width, self.width + 1):
            total += self.rgb[first + neighbour]
        self._set_chroma(blocks, total / 4)

    def _set_chroma(self, places: Ints, colors: npt.NDArray[np.float64]) -> None:
        self.cb[places] = np.rint(128 + colors @ _CB)
        self.cr[places] = np.rint(128 + colors @ _CR)
