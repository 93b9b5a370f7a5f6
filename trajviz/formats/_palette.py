"""Choose one palette for many frames, and find each colour's place in it.

Weighted k-means (Lloyd 1982) over the colours that occur, started from Pillow's median cut, with
the colours that must stay exact held in place.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from PIL import Image

from trajviz.scene.theme import RGB

Packed = npt.NDArray[np.uint32]
"""Colours as 0xRRGGBB."""

_ROUNDS = 3


def pack(colors: npt.NDArray[np.uint8]) -> Packed:
    """Return colours, (n, 3), as 0xRRGGBB, (n,)."""
    wide = colors.astype(np.uint32)
    return np.asarray((wide[:, 0] << 16) | (wide[:, 1] << 8) | wide[:, 2], dtype=np.uint32)


def unpack(packed: Packed) -> npt.NDArray[np.uint8]:
    """Return 0xRRGGBB, (n,), as colours, (n, 3)."""
    return np.stack([packed >> 16, packed >> 8, packed], axis=1).astype(np.uint8)


class Palette:
    """Up to `size` colours, and the nearest of them for any colour."""

    def __init__(self, colors: npt.NDArray[np.uint8], pinned: Iterable[RGB], size: int) -> None:
        """Choose for colours, (n, 3), each as heavy as it is frequent."""
        known, counts = np.unique(pack(colors), return_counts=True)
        fixed = np.unique(pack(np.array([*pinned], dtype=np.uint8).reshape(-1, 3)))[:size]
        if len(np.union1d(known, fixed)) <= size:
            self.packed: Packed = np.union1d(known, fixed).astype(np.uint32)
        else:
            self.packed = _k_means(known, counts, fixed, size)
        self._known = np.empty(0, dtype=np.uint32)
        self._place = np.empty(0, dtype=np.uint8)
        self._learn(known)

    @property
    def colors(self) -> npt.NDArray[np.uint8]:
        """The colours, (at most size, 3)."""
        return unpack(self.packed)

    def index(self, colors: Packed) -> npt.NDArray[np.uint8]:
        """Return the place of the nearest palette colour for each colour, (n,)."""
        at = self._find(colors)
        strange = self._known[at] != colors
        if strange.any():
            self._learn(colors[strange])
            at = self._find(colors)
        return self._place[at]

    def _find(self, colors: Packed) -> npt.NDArray[np.intp]:
        return np.minimum(np.searchsorted(self._known, colors), len(self._known) - 1)

    def _learn(self, colors: Packed) -> None:
        known = np.union1d(self._known, colors)
        new = np.setdiff1d(known, self._known, assume_unique=True)
        place = np.empty(len(known), dtype=np.uint8)
        place[np.searchsorted(known, self._known)] = self._place
        place[np.searchsorted(known, new)] = _nearest(unpack(new), self.colors)
        self._known, self._place = known, place


def _k_means(known: Packed, counts: npt.NDArray[np.int64], fixed: Packed, size: int) -> Packed:
    points, weights = unpack(known).astype(np.float32), counts.astype(np.float64)
    # What is seen most must not drift either: half of the free places go to the commonest.
    common = known[np.argsort(-counts, kind="stable")[: (size - len(fixed)) // 2]]
    held = np.union1d(fixed, common)
    rest = Image.fromarray(unpack(known)[None])
    seeds = rest.quantize(size - len(held), Image.Quantize.MEDIANCUT).getpalette()
    free = np.array(seeds, dtype=np.float32).reshape(-1, 3)[: size - len(held)]
    centers = np.concatenate([unpack(held).astype(np.float32), free])
    for _ in range(_ROUNDS):
        place = _nearest(points, centers)
        weight = np.bincount(place, weights, len(centers))
        filled = np.flatnonzero(weight[len(held) :]) + len(held)
        for channel in range(3):
            mean = np.bincount(place, weights * points[:, channel], len(centers))
            centers[filled, channel] = mean[filled] / weight[filled]
    rounded = pack(np.rint(centers).astype(np.uint8))
    return np.unique(np.concatenate([held, rounded])).astype(np.uint32)


def _nearest(
    points: npt.NDArray[np.floating] | npt.NDArray[np.uint8],
    centers: npt.NDArray[np.floating] | npt.NDArray[np.uint8],
) -> npt.NDArray[np.intp]:
    """Return the index of the nearest centre for each point, (n,)."""
    p, c = points.astype(np.float32), centers.astype(np.float32)
    place = np.empty(len(p), dtype=np.intp)
    for start in range(0, len(p), 8192):  # bounds the table of distances
        part = p[start : start + 8192]
        place[start : start + 8192] = ((c * c).sum(axis=1) - 2 * (part @ c.T)).argmin(axis=1)
    return place
