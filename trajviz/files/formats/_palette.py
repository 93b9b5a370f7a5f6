"""Choose one palette for many frames, and find each colour's place in it.

Colours are merged in pairs, always the pair whose merging adds the least error, weighted by how
often each occurs (pairwise nearest neighbour, Equitz 1989), then settled by k-means (Lloyd 1982).
Flat pictures have few colours, and this keeps them as they are. A colour that must stay exact gets
so much weight that no merging moves it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from trajviz.scene.color import RGB

Packed: TypeAlias = npt.NDArray[np.uint32]
"""Colours as 0xRRGGBB."""

Floats: TypeAlias = npt.NDArray[np.float64]

_MERGED = 400
"""Colours that are merged in pairs; the rare ones join the nearest of these before."""
_ROUNDS = 2
"""Rounds of k-means."""
_IMMOVABLE = 1e9
"""How many times its weight a colour gets that must stay exact."""


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
        """Choose a palette.

        Args:
            colors: The colours of all pixels, (n, 3), each as often as it occurs.
            pinned: Colours that must be in the palette.
            size: How many colours it has at most.
        """
        self.size = size
        known, counts = np.unique(pack(colors), return_counts=True)
        fixed = np.unique(pack(np.array([*pinned], dtype=np.uint8).reshape(-1, 3)))[:size]
        wanted = np.union1d(known, fixed).astype(np.uint32)
        self.wanted = len(wanted)
        """How many colours a palette would need to lose nothing."""
        if self.wanted <= size:
            self.packed: Packed = wanted
        else:
            self.packed = _choose(known, counts, fixed, size)
        self._known = np.empty(0, dtype=np.uint32)
        self._place = np.empty(0, dtype=np.uint8)
        self._learn(known)
        offset = unpack(known).astype(np.float64) - self.colors[self.index(known)]
        self.error = float(((offset**2).sum(axis=1) * counts).sum() / max(3 * counts.sum(), 1))
        """The mean squared error over all colours and channels."""

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


def _choose(known: Packed, counts: npt.NDArray[np.int64], fixed: Packed, size: int) -> Packed:
    """Return `size` colours for those known, (n,), of which the fixed ones are exact."""
    packed = np.union1d(known, fixed).astype(np.uint32)
    weights = np.ones(len(packed))
    weights[np.searchsorted(packed, known)] = counts
    exact = np.isin(packed, fixed)
    points = unpack(packed).astype(np.float64)
    # The rare join the nearest of the common at once: pairs are only affordable among few.
    order = np.argsort(-np.where(exact, np.inf, weights), kind="stable")
    common = np.sort(order[:_MERGED])
    seeds = _centers(points, weights, _nearest(points, points[common]), len(common))
    heavy = np.bincount(_nearest(points, seeds), weights, len(common)).astype(np.float64)
    heavy = np.where(exact[common], heavy * _IMMOVABLE, np.maximum(heavy, 1e-9))
    seeds[exact[common]] = points[common][exact[common]]
    centers = _merge(seeds, heavy, size)
    for _ in range(_ROUNDS):
        pull = np.where(exact, weights * _IMMOVABLE, weights)
        centers = _centers(points, pull, _nearest(points, centers), len(centers), centers)
    return np.unique(pack(np.rint(centers).astype(np.uint8)))


def _centers(
    points: Floats,
    weights: Floats,
    place: npt.NDArray[np.intp],
    count: int,
    otherwise: Floats | None = None,
) -> Floats:
    """Return the weighted mean of the points in each place, (count, 3)."""
    total = np.bincount(place, weights, count)
    sums = [np.bincount(place, weights * channel, count) for channel in points.T]
    means = np.stack(sums, axis=1) / np.maximum(total, 1e-300)[:, None]
    return means if otherwise is None else np.where(total[:, None] > 0, means, otherwise)


def _merge(points: Floats, weights: Floats, size: int) -> Floats:
    """Merge points, (n, 3), until `size` are left, by what each merger adds to the error."""
    points, weights = points.copy(), weights.copy()
    count = len(points)
    squares = (points * points).sum(axis=1)
    distance = np.maximum(squares[:, None] + squares - 2 * points @ points.T, 0)
    cost = distance * (weights[:, None] * weights / (weights[:, None] + weights))
    np.fill_diagonal(cost, np.inf)
    partner = cost.argmin(axis=1)
    best = cost[np.arange(count), partner]
    alive = np.ones(count, dtype=bool)
    for _ in range(count - size):
        i = int(best.argmin())
        j = int(partner[i])
        both = weights[i] + weights[j]
        points[i] = (points[i] * weights[i] + points[j] * weights[j]) / both
        weights[i] = both
        alive[j], cost[j], cost[:, j], best[j] = False, np.inf, np.inf, np.inf
        offset = points - points[i]
        row = (offset * offset).sum(axis=1) * (weights * both / (weights + both))
        row[~alive] = row[i] = np.inf
        cost[i], cost[:, i] = row, row
        closer = row < best
        best[closer], partner[closer] = row[closer], i
        lost = np.flatnonzero(alive & ((partner == j) | (partner == i) & ~closer))
        partner[lost] = cost[lost].argmin(axis=1)
        best[lost] = cost[lost, partner[lost]]
    return points[alive]


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


class RoughPalette(Palette):
    """A palette for pictures of countless colours, in which colours that hardly differ are one.

    Colours are told apart by six bits of each channel, so that finding a place is one look into a
    table. Of colours that are alike in these bits, the first that is looked for decides on their
    place; the pinned ones are looked for before all others.
    """

    def __init__(self, colors: npt.NDArray[np.uint8], pinned: Iterable[RGB], size: int) -> None:
        """Choose a palette, as Palette does."""
        fixed = [*pinned]
        self._cells = np.zeros(1 << 18, dtype=np.uint8)
        self._met = np.zeros(1 << 18, dtype=bool)
        super().__init__(colors, fixed, size)
        self._met[:] = False
        self.index(pack(np.array(fixed, dtype=np.uint8).reshape(-1, 3)))

    def index(self, colors: Packed) -> npt.NDArray[np.uint8]:
        """Return the place of a palette colour near each colour, (n,)."""
        cell = (colors >> 6 & 0x3F000) | (colors >> 4 & 0xFC0) | (colors >> 2 & 0x3F)
        new = np.flatnonzero(~self._met[cell])
        if len(new):
            fresh, first = np.unique(cell[new], return_index=True)
            self._cells[fresh] = super().index(colors[new[first]])
            self._met[fresh] = True
        return np.asarray(self._cells[cell])
