"""Names beside the heads of tracks: where each has room, so that none jumps from frame to frame.

Every name has some places around its head. Which it takes at which moment is found for one name
after the other, by dynamic programming over the moments: to be in the way costs, and so does it to
change the place. What is found is smoothed, and a name that stands off its head gets a leader.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence

import numpy as np

from trajviz.frozen import dataclass
from trajviz.scene.color import RGB, mix
from trajviz.scene.lettering import text_width
from trajviz.scene.marks import Box, Shape, Stroke, Text
from trajviz.scene.movers import Mover, MovingStroke, MovingText, held, remembered
from trajviz.scene.theme import Theme
from trajviz.scene.track import Flags, Track
from trajviz.surface import Floats, Ints, Points

TYPE = 12.0
"""The size of names at 640x480."""
_ASCENT = 0.37
"""How far the middle of a name is above its baseline, in sizes."""
_INK = 0.3
"""How much of a name's colour is the ink's, so that it can be read."""
_ANGLES, _STANDOFFS = 16, (0.0, 1.1, 2.4, 4.0)
"""The places around a head: in how many directions, and how far off, in sizes."""
_NEAR = 0.75
"""How far beyond its nearest place a name may be without a leader, in sizes."""
_CELL = 3
"""The action is known by cells of so many pixels."""
_MOST = 240
"""Places are chosen at up to so many moments, and go evenly between them."""
_CALM, _SLOW = 3, 5
"""Names follow the mean of so many frames before and after; they change places in as many."""
_PUSHES = 6
"""How often names that lie on each other are moved apart."""
_REST = 0.8
"""How far off a name may be before it moves, in pixels."""
_BEYOND, _ON_HEAD, _ON_NAME, _ON_LINES = 6.0, 2.5, 4.0, 1.6
"""What it costs to be out of the plot (per size), on a head, on a name and on lines."""
_OFF, _LEFT, _CHANGE = 0.35, 0.12, 1.2
"""What it costs to stand off (per size), to stand at the left, and to change the place."""


@dataclass(frozen=True)
class Names:
    """The names of the heads in a plot.

    Attributes:
        tracks: The tracks that are named.
        texts: What they are called.
        layers: The place of each among the plot's layers.
        box: Where the plot lies.
        reach: How far a head reaches, in pixels.
        size: The size of the type.
        growth: Returns how much farther heads reach at some moments, (tracks, n).
        stars: What else names should not cover.
        from_step: The step from which on they are there.
        arrows: What else moves at the heads, which names should not cover.
    """

    tracks: tuple[Track, ...]
    texts: tuple[str, ...]
    layers: tuple[int, ...]
    box: Box
    reach: float
    size: float
    growth: Callable[[Floats], Floats]
    stars: tuple[Shape, ...] = ()
    from_step: float = 0.0
    arrows: tuple[MovingStroke, ...] = ()

    def movers(self, theme: Theme) -> list[Mover]:
        """Return the leaders, and the names over them."""
        middles = remembered(self.middles)

        def leader(place: int) -> MovingStroke:
            stroke = Stroke(
                (), width=self.size / 9, color=self._ink(place, theme),
                rim=theme.background, rim_width=self.size / 14,
            )  # fmt: skip
            return MovingStroke(
                stroke=stroke,
                ends=lambda steps: self._leaders(place, steps, middles(steps)[place]),
                layer=self.layers[place],
            )

        def name(place: int) -> MovingText:
            text = Text(
                0, 0, self.texts[place], size=self.size, color=self._ink(place, theme),
                bold=True, align="center", rim=theme.background, rim_width=self.size / 6,
            )  # fmt: skip
            drop = np.array([0.0, _ASCENT * self.size])
            return MovingText(
                text=text, places=lambda steps: middles(steps)[place] + drop,
                layer=self.layers[place],
            )  # fmt: skip

        places = range(len(self.tracks))
        return [*map(leader, places), *map(name, places)]

    def _ink(self, place: int, theme: Theme) -> RGB:
        return mix(self.tracks[place].color, theme.ink, _INK)

    def middles(self, steps: Floats) -> Points:
        """Return where the middles of names are at each moment, (names, n, 2); NaN for nowhere."""
        late = np.flatnonzero(steps >= self.from_step)
        if len(late) < len(steps):
            found = np.full((len(self.tracks), len(steps), 2), np.nan)
            found[:, late] = self.middles(steps[late]) if len(late) else np.nan
            return found
        heads = np.stack([self._heads(track, steps) for track in self.tracks])
        there = np.asarray(~np.isnan(heads).any(axis=2))
        known = np.stack([held(each) for each in heads])
        calm = _smooth(known, _CALM)
        kept = np.linspace(0, len(steps) - 1, min(len(steps), _MOST)).round().astype(int)
        reaches = self.reach + self.growth(steps[kept])
        spots = self._obstacles(steps[kept])
        offsets = self._offsets(calm[:, kept], known[:, kept], reaches, there[:, kept], spots)
        even = np.stack(
            [
                np.stack([np.interp(np.arange(len(steps)), kept, axis) for axis in each.T], axis=-1)
                for each in offsets
            ]
        )
        middles = self._apart(calm + _smooth(even, _SLOW), there)
        middles = _rested(self._inside(_smooth(middles, 1)))
        return np.where(there[..., None], middles, np.nan)

    def _heads(self, track: Track, steps: Floats) -> Points:
        """Return where a head is at each moment, (n, 2): at its mark when it has left for good."""
        places = track.at(steps)
        low, high = (self.box.x0, self.box.y0), (self.box.x1, self.box.y1)
        outside = ((places < low) | (places > high)).any(axis=1)
        places[outside | (steps < track.line.knots[0]) | (steps >= track.gone_knot)] = np.nan
        if track.mark is not None:
            places[steps >= track.mark_knot] = track.mark.mean(axis=(0, 1))
        return places

    @property
    def _sizes(self) -> Points:
        """How wide and how high names are, (names, 2)."""
        widths = [text_width(text, self.size, bold=True) for text in self.texts]
        return np.array([(width, 0.95 * self.size) for width in widths])

    def _apart(self, middles: Points, there: Flags) -> Points:
        """Return the middles of names moved up and down until none lies on another."""
        middles, sizes = middles.copy(), self._sizes
        pairs = list(itertools.combinations(range(len(sizes)), 2))
        for _ in range(_PUSHES if len(self.tracks) > 1 else 0):
            for one, other in pairs:
                shift = middles[other] - middles[one]
                room = (sizes[one] + sizes[other]) / 2 + 0.1 * self.size - np.abs(shift)
                both = there[one] & there[other] & (room > 0).all(axis=1)
                push = np.where(both, room[:, 1] / 2, 0.0) * np.where(shift[:, 1] < 0, -1, 1)
                middles[one, :, 1] -= push
                middles[other, :, 1] += push
        return middles

    def _inside(self, middles: Points) -> Points:
        """Return the middles of names moved so that all of these are in the plot."""
        half = self._sizes[:, None] / 2 + 0.2 * self.size
        low, high = np.array(self.box[:2]) + half, np.array(self.box[2:]) - half
        return np.clip(middles, np.minimum(low, high), high)

    def _obstacles(self, steps: Floats) -> Points:
        """Return the tips and the middles of arrows at each moment, (2 * arrows, n, 2)."""
        ends = [arrow.ends(steps) for arrow in self.arrows]
        places = [place for each in ends for place in (each[:, 1], each.mean(axis=1))]
        return np.array(places).reshape(-1, len(steps), 2)

    def _offsets(
        self, calm: Points, heads: Points, reaches: Floats, there: Flags, obstacles: Points
    ) -> Points:
        """Return how far from the calm heads the names' middles are, (names, n, 2)."""
        action = _Action.of(self.tracks, self.box)
        sizes, chosen = self._sizes, np.full(calm.shape, np.nan)
        for place in (*range(len(sizes)), *range(len(sizes))):
            spots = _spots(sizes[place], self.reach + 0.25 * self.size, self.size)
            middles = calm[place][:, None] + spots[None]
            cost = self._standing(place, middles, spots, action)
            for obstacle in obstacles:
                away = np.abs(middles - obstacle[:, None]) - sizes[place] / 2
                cost += _ON_HEAD * np.nan_to_num((away < self.reach).all(axis=2))
            for other, seen in enumerate(there):
                gap = np.abs(middles - heads[other][:, None]) - sizes[place] / 2
                far = np.hypot(*np.moveaxis(np.maximum(gap, 0), -1, 0))
                near = np.maximum(0, 1 - far / reaches[other][:, None])
                cost += seen[:, None] * _ON_HEAD * near
                if other != place:
                    free = np.abs(middles - (calm + chosen)[other][:, None])
                    both = (sizes[place] + sizes[other]) / 2 + 0.3 * self.size - free
                    over = np.nan_to_num(np.clip(both / self.size, 0, 1).prod(axis=2))
                    cost += seen[:, None] * _ON_NAME * over
            path = _cheapest(there[place][:, None] * cost, spots / self.size)
            chosen[place] = spots[path]
        return chosen

    def _standing(self, place: int, middles: Points, spots: Points, action: _Action) -> Floats:
        """Return what it costs a name to be at places, (n, spots, 2), whatever the others do."""
        half = self._sizes[place] / 2
        low, high = middles - half, middles + half
        out = np.maximum(self.box[:2] - low, 0) + np.maximum(high - self.box[2:], 0)
        cost = _BEYOND * out.sum(axis=2) / self.size + _ON_LINES * action.within(low, high)
        for star in self.stars:
            corners = np.array(star.corners)
            least, most = corners.min(axis=0), corners.max(axis=0)
            cost += _ON_HEAD * ((low < most) & (high > least)).all(axis=2)
        off = np.maximum(np.abs(spots) - half, 0).max(axis=1) / self.size
        return np.asarray(cost + _OFF * off + _LEFT * (spots[:, 0] < -half[0]))

    def _leaders(self, place: int, steps: Floats, middles: Points) -> Points:
        """Return the ends of a leader, from a name to its head, (n, 2, 2); NaN where it is near."""
        heads, half = self._heads(self.tracks[place], steps), self._sizes[place] / 2
        begin = np.clip(heads, middles - half, middles + half)
        away, reach = np.hypot(*(begin - heads).T), self.reach + self.growth(steps)[place]
        share = np.clip(reach / np.maximum(away, 1e-9), 0, 1)[:, None]
        ends = np.stack([begin, heads + share * (begin - heads)], axis=1)
        ends[~(away > reach + _NEAR * self.size)] = np.nan
        return ends


@dataclass(frozen=True)
class _Action:
    """Where lines go in a plot, as sums over cells: of all above and to the left of each."""

    sums: Ints
    origin: tuple[int, int]

    @classmethod
    def of(cls, tracks: Sequence[Track], box: Box) -> _Action:
        rows, columns = (math.ceil(side / _CELL) + 1 for side in (box.height, box.width))
        cells = np.zeros((rows, columns), dtype=np.int64)
        for track in tracks:
            x, y = ((_along(track.vertices, box) - (box.x0, box.y0)) // _CELL).T.astype(int)
            kept = (x >= 0) & (y >= 0) & (x < columns) & (y < rows)
            cells[y[kept], x[kept]] = 1
        sums = np.pad(cells.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
        return cls(sums, (box.x0, box.y0))

    def within(self, low: Points, high: Points) -> Floats:
        """Return which share of rectangles, (..., 2) each, is in the way of lines, (...)."""
        most = np.array(self.sums.shape[::-1]) - 1
        (x0, y0), (x1, y1) = (
            np.moveaxis(np.clip((corner - self.origin) / _CELL, 0, most).astype(int), -1, 0)
            for corner in (low, high)
        )
        x1, y1 = np.maximum(x1, x0 + 1).clip(max=most[0]), np.maximum(y1, y0 + 1).clip(max=most[1])
        sums = self.sums
        count = sums[y1, x1] - sums[y0, x1] - sums[y1, x0] + sums[y0, x0]
        return np.asarray(np.sqrt(count / np.maximum((y1 - y0) * (x1 - x0), 1)))


def _along(vertices: Points, box: Box) -> Points:
    """Return points along a polyline, a cell apart, (n, 2), as far as it is near a box."""
    margin = 4 * _CELL
    near = np.clip(vertices, np.subtract(box[:2], margin), np.add(box[2:], margin))
    lengths = np.append(0.0, np.cumsum(np.hypot(*np.diff(near, axis=0).T)))
    places = np.arange(0, min(lengths[-1], 1e6) + _CELL, _CELL)
    return np.stack([np.interp(places, lengths, axis) for axis in near.T], axis=-1)


def _spots(size: Floats, reach: float, unit: float) -> Points:
    """Return where around a head the middle of a name may be, (spots, 2), the best first."""
    angles = 2 * np.pi * np.arange(_ANGLES) / _ANGLES
    ways = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    return np.concatenate([ways * (size / 2 + reach + off * unit) for off in _STANDOFFS])


def _cheapest(cost: Floats, spots: Points) -> Ints:
    """Return which spot to take at each moment, (n,), by the method of Viterbi (1967).

    Args:
        cost: What each spot costs at each moment, (n, spots).
        spots: Where they are, (spots, 2), in sizes: the farther a name moves, the more it costs.
    """
    apart = np.hypot(*np.moveaxis(spots[:, None] - spots[None], -1, 0))
    change = np.where(apart > 0, _CHANGE * (1 + apart), 0.0)
    total, before = cost[0], np.zeros(cost.shape, dtype=np.int64)
    for moment in range(1, len(cost)):
        ways = total[:, None] + change
        before[moment] = ways.argmin(axis=0)
        total = ways.min(axis=0) + cost[moment]
    path = np.empty(len(cost), dtype=np.int64)
    path[-1] = total.argmin()
    for moment in range(len(cost) - 1, 0, -1):
        path[moment - 1] = before[moment, path[moment]]
    return path


def _smooth(places: Points, reach: int) -> Points:
    """Return the mean of each place, (..., n, 2), and so many before and after; twice."""
    for _ in range(2):
        padding = [(0, 0)] * (places.ndim - 2) + [(reach, reach), (0, 0)]
        padded = np.pad(places, padding, mode="edge")
        windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=-2)
        places = windows.mean(axis=-1)
    return places


def _rested(places: Points) -> Points:
    """Return places, (names, n, 2), in whole pixels, that rest until they are too far off."""
    rested = np.rint(places)
    for name, moment in itertools.product(range(len(places)), range(1, places.shape[1])):
        before = rested[name, moment - 1]
        if (np.abs(places[name, moment] - before) < _REST).all():
            rested[name, moment] = before
    return rested
