"""Choose one palette for many frames, and find each colour's place in it.

Colours are merged in pairs, always the pair whose merging adds the least error, weighted by how
often each occurs (pairwise nearest neighbour, Equitz 1989), then settled by k-means (Lloyd 1982).
Flat pictures have few colours, and this keeps them as they are. A colour that must stay exact gets
so much weight that no merging moves it.

Which pair is merged before which other makes no difference to two that are each other's nearest
(Ward's criterion is reducible: Murtagh 1983). So all such pairs are merged at once, round by round,
and the mergers are put into order afterwards: one tally of colours gives palettes of every size.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from trajviz.scene.color import RGB
from trajviz.scene.distinct import counted, distinct
from trajviz.surface import Ints

Packed: TypeAlias = npt.NDArray[np.uint32]
"""Colours as 0xRRGGBB."""

Floats: TypeAlias = npt.NDArray[np.float64]

_MERGED = 400
"""Colours that are merged in pairs; the rare ones join the nearest of these before."""
_ROUNDS = 2
"""Rounds of k-means."""
_LASTING = 16
"""How many times a colour counts that stays, since what a head leaves behind is seen for long."""
_IMMOVABLE = 1e9
"""How many times its weight a colour gets that must stay exact."""


def pack(colors: npt.NDArray[np.uint8]) -> Packed:
    """Return colours, (n, 3), as 0xRRGGBB, (n,)."""
    red, green, blue = colors.T
    packed: Packed = np.multiply(red, np.uint32(1 << 16), dtype=np.uint32)
    packed += np.multiply(green, np.uint32(1 << 8), dtype=np.uint32)
    packed += blue
    return packed


def unpack(packed: Packed) -> npt.NDArray[np.uint8]:
    """Return 0xRRGGBB, (n,), as colours, (n, 3)."""
    return np.stack([packed >> 16, packed >> 8, packed], axis=1).astype(np.uint8)


class _Mergers(NamedTuple):
    """How colours are merged, (n,) each: what goes into what, in ascending order of the cost."""

    gone: Ints
    into: Ints


class Tally:
    """How often each colour occurs, and which must stay exact."""

    def __init__(
        self,
        colors: npt.NDArray[np.uint8],
        pinned: Iterable[RGB],
        lasting: Packed | None = None,
    ) -> None:
        """Count colours.

        Args:
            colors: The colours of all pixels, (n, 3), each as often as it occurs.
            pinned: Colours that must be in every palette.
            lasting: Those among them that stay for long, (m,), which count many times.
        """
        self.known, self.counts = counted(pack(colors))
        if lasting is not None:
            known, counts = counted(lasting)
            self.counts[np.searchsorted(self.known, known)] += _LASTING * counts
        self.fixed = distinct(pack(np.array([*pinned], dtype=np.uint8).reshape(-1, 3)))
        self.wanted = distinct(np.concatenate([self.known, self.fixed]))
        """What a palette would need to lose nothing."""

    @functools.cached_property
    def _weights(self) -> Floats:
        """How much each wanted colour counts, (n,)."""
        weights = np.ones(len(self.wanted))
        weights[np.searchsorted(self.wanted, self.known)] = self.counts
        return weights

    @functools.cached_property
    def _exact(self) -> npt.NDArray[np.bool_]:
        """Which wanted colours must stay exact, (n,)."""
        exact = np.zeros(len(self.wanted), dtype=bool)
        exact[np.searchsorted(self.wanted, self.fixed)] = True
        return exact

    @functools.cached_property
    def _seeds(self) -> tuple[Floats, Floats]:
        """The colours that are merged in pairs, (n, 3), and their weights, (n,).

        The rare join the nearest of the common at once: pairs are only affordable among few.
        """
        points, exact, weights = _points(self.wanted), self._exact, self._weights
        order = np.argsort(-np.where(exact, np.inf, weights), kind="stable")
        common = np.sort(order[:_MERGED])
        place = _nearest(points, points[common])
        seeds = _centers(points, weights, place, len(common))
        heavy = np.bincount(place, weights, len(common))
        seeds[exact[common]] = points[common][exact[common]]
        return seeds, np.where(exact[common], heavy * _IMMOVABLE, heavy)

    @functools.cached_property
    def _mergers(self) -> _Mergers:
        return _merged(*self._seeds)

    def choose(self, size: int) -> Packed:
        """Return up to `size` colours, in ascending order."""
        if len(self.wanted) <= size:
            return self.wanted
        if len(self.fixed) >= size:
            return self.fixed[:size]
        points = _points(self.wanted)
        pull = np.where(self._exact, self._weights * _IMMOVABLE, self._weights)
        centers = self._cut(size)
        for _ in range(_ROUNDS):
            centers = _centers(points, pull, _nearest(points, centers), len(centers), centers)
        return distinct(pack(np.rint(centers).astype(np.uint8)))

    def _cut(self, size: int) -> Floats:
        """Return the centres of what is left when seeds are merged to so many."""
        seeds, weights = self._seeds
        cheapest = slice(max(len(seeds) - size, 0))
        whose = np.arange(len(seeds))
        whose[self._mergers.gone[cheapest]] = self._mergers.into[cheapest]
        while (whose != whose[whose]).any():
            whose = whose[whose]
        left = distinct(whose)
        return _centers(seeds, weights, np.searchsorted(left, whose), len(left))


class Palette:
    """Up to `size` colours, and the nearest of them for any colour."""

    def __init__(self, tally: Tally, size: int) -> None:
        """Choose a palette of at most `size` colours, those that must stay exact among them."""
        self.size = size
        self.wanted = len(tally.wanted)
        """How many colours a palette would need to lose nothing."""
        self.packed = tally.choose(size)
        known, counts = tally.known, tally.counts
        self._known, self._place = known[:0], np.empty(0, dtype=np.uint8)
        self._learn(known)
        offset = _points(known) - self.colors[self.index(known)]
        self.error = float(((offset**2).sum(axis=1) * counts).sum() / max(3 * counts.sum(), 1))
        """The mean squared error over all colours and channels."""

    @property
    def colors(self) -> npt.NDArray[np.uint8]:
        """The colours, (at most size, 3)."""
        return unpack(self.packed)

    def index(self, colors: Packed) -> npt.NDArray[np.uint8]:
        """Return the place of the nearest palette colour for each colour, (n,)."""
        if not len(colors):
            return np.empty(0, dtype=np.uint8)
        at = self._find(colors)
        strange = self._known[at] != colors
        if strange.any():
            self._learn(distinct(colors[strange]))
            at = self._find(colors)
        return self._place[at]

    def _find(self, colors: Packed) -> npt.NDArray[np.intp]:
        return np.minimum(np.searchsorted(self._known, colors), len(self._known) - 1)

    def _learn(self, new: Packed) -> None:
        """Look up the places of new colours, distinct and in ascending order."""
        at = np.searchsorted(self._known, new)
        place = _nearest(_points(new), self.colors).astype(np.uint8)
        self._known, self._place = (
            np.insert(self._known, at, new),
            np.insert(self._place, at, place),
        )


def _points(packed: Packed) -> Floats:
    return unpack(packed).astype(np.float64)


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


def _merged(points: Floats, weights: Floats) -> _Mergers:
    """Merge points, (n, 3), until one is left, by what each merger adds to the error."""
    points, weights = points.copy(), weights.copy()
    alive, gone, into, costs = np.arange(len(points)), [], [], []
    while len(alive) > 1:
        cost = _costs(points, weights)
        row = np.arange(len(points))
        partner = cost.argmin(axis=1)
        first = np.flatnonzero((partner[partner] == row) & (row < partner))
        second = partner[first]
        gone.append(alive[second])
        into.append(alive[first])
        costs.append(cost[first, second])
        a, b = weights[first, None], weights[second, None]
        points[first] = (points[first] * a + points[second] * b) / (a + b)
        weights[first] += weights[second]
        left = np.delete(row, second)
        points, weights, alive = points[left], weights[left], alive[left]
    order = np.argsort(np.concatenate([*costs, np.empty(0)]), kind="stable")
    nothing = alive[:0]
    return _Mergers(
        np.concatenate([nothing, *gone])[order], np.concatenate([nothing, *into])[order]
    )


def _costs(points: Floats, weights: Floats) -> Floats:
    """Return what merging each two points would add to the error, (n, n), infinite for one."""
    squares = (points * points).sum(axis=1)
    cost: Floats = np.maximum(squares[:, None] + squares - 2 * points @ points.T, 0)
    cost *= weights[:, None] * weights / (weights[:, None] + weights)
    cost.reshape(-1)[:: len(cost) + 1] = np.inf  # the diagonal; np.fill_diagonal takes long
    return cost


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

    def __init__(self, tally: Tally, size: int) -> None:
        """Choose a palette, as Palette does."""
        self._cells = np.zeros(1 << 18, dtype=np.uint8)
        self._met = np.zeros(1 << 18, dtype=bool)
        super().__init__(tally, size)
        self._met[:] = False
        self.index(tally.fixed)

    def index(self, colors: Packed) -> npt.NDArray[np.uint8]:
        """Return the place of a palette colour near each colour, (n,)."""
        cell = (colors >> 6 & 0x3F000) | (colors >> 4 & 0xFC0) | (colors >> 2 & 0x3F)
        new = np.flatnonzero(~self._met[cell])
        if len(new):
            fresh, first = _first_of_each(cell[new])
            self._cells[fresh] = super().index(colors[new[first]])
            self._met[fresh] = True
        return np.asarray(self._cells[cell])


def _first_of_each(cells: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[np.intp]]:
    """Return the distinct cells among some, (n,), in ascending order, and where each is first."""
    order = np.argsort(cells, kind="stable")
    ascending = cells[order]
    first = np.append(True, ascending[1:] != ascending[:-1])
    return ascending[first], order[first]
