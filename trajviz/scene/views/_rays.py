"""What each pixel of a relief shows: the first thing that its ray meets."""

from __future__ import annotations

import functools
import itertools
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from trajviz.scene.shading import Codes
from trajviz.scene.track import Flags
from trajviz.scene.views._block import BACKGROUND, LIGHTS, RIM, SURFACE, Block
from trajviz.scene.views._horizon import PLINTH, Field, Horizon, Lattice, is_surface
from trajviz.scene.views._silhouette import Edges, along, pieces
from trajviz.surface import Floats

Rows: TypeAlias = npt.NDArray[np.int32]
"""Rows of a picture, or depths of a lattice, any shape."""

_LEAP = 6
"""Depths: where two pixels of a column, one above the other, show more of them, an edge hides."""


class Rays:
    """The pixels of a picture, each with what its ray meets first."""

    def __init__(
        self,
        block: Block,
        lattice: Lattice,
        horizon: Horizon,
        right: Floats,
        up: Floats,
        line_width: float,
        rim_width: float,
        mesh: int,
    ) -> None:
        """Take a block, and where the pixels look at it.

        Args:
            block: What is seen.
            lattice: How it was sampled.
            horizon: What hides what on the lattice.
            right: How far right of the block's centre pixel centres lie, (w,), in its units.
            up: How far above it, (h,).
            line_width: How wide level lines are, in pixels.
            rim_width: How wide the line along the silhouette is, at least 1 pixel.
            mesh: How many lines a mesh has each way; 0 for level lines.
        """
        self.block, self.lattice = block, lattice
        self.line_width, self.rim_width, self.mesh = line_width, rim_width, mesh
        self.right, self.up = right, up.astype(np.float32)
        at = np.floor((right - lattice.left) / lattice.column).astype(np.intp)
        self.beside = (at < 0) | (at >= lattice.columns)
        self.at = np.clip(at, 0, lattice.columns - 1)
        # Fine pixels and lattice columns are equally wide; each pixel takes the one it lies in.
        self.top = horizon.top[:, self.at]
        self.rise = horizon.rise[:, self.at]
        self.front = horizon.front[self.at]
        there = is_surface(self.rise)
        self.last = len(self.rise) - 1 - np.argmax(there[::-1], axis=0)
        self.head, self.brink, self.foot = self._outline()

    def codes(self) -> Codes:
        """Return the place of each pixel's colour in the view's table, (h, w)."""
        height = len(self.up)
        head, brink, foot = map(self._row, (self.head, self.brink, self.foot))
        row = np.arange(height, dtype=np.int32)[:, None]
        blank = self.beside[None, :]
        seen = np.flatnonzero((row >= head) & (row < brink) & ~blank)
        walls = (row >= np.maximum(brink, head)) & (row < foot) & ~blank
        codes = np.where(walls, self._faces()[None, :], np.intp(BACKGROUND))
        codes.ravel()[seen] = SURFACE + self._surface(seen)
        self._draw_rim(codes, head, foot)
        return codes

    def _draw_rim(self, codes: Codes, head: Rows, foot: Rows) -> None:
        """Draw the line along the silhouette, from where it begins in each column, in place."""
        end = np.minimum(np.ceil(self._rim).astype(np.int32), foot)
        count = np.where(self.beside, 0, np.maximum(end - head, 0))
        column = np.repeat(np.arange(len(count)), count)
        below = np.arange(len(column)) - np.repeat(np.cumsum(count) - count, count)
        codes[head[column] + below, column] = RIM

    def _outline(self) -> tuple[Field, Field, Field]:
        """Return how far up the picture surface ends and begins, and the walls' feet, (w,) each.

        Depths are too coarse for that: a block ends between two of them.
        """
        lattice = self.lattice
        back, up = lattice.camera.rise
        middles = lattice.left + (self.at.astype(np.float64) + 0.5) * lattice.column
        near, far = lattice.span(middles)
        ends = self._continued(self.last, self.last - 1, far)
        brink = self._continued(self.front, self.front + 1, near)
        outline = np.maximum(ends, self.top[-1]), brink, back * near - up * PLINTH
        # Where it is steep, the columns of the lattice are too coarse.
        head, brink, foot = (np.interp(self.right, middles, values) for values in outline)
        return _field(head), _field(brink), _field(foot)

    def _continued(self, depth: Codes, inner: Codes, edge: Floats) -> Floats:
        """Return how high the surface reaches at an edge of the block, (w,), in the picture.

        Args:
            depth: The last depth in each column that lies on the surface, (w,).
            inner: The one before it.
            edge: How far away the edge is, (w,).
        """
        lattice, columns = self.lattice, np.arange(self.rise.shape[1])
        at = self.rise[depth, columns].astype(np.float64)
        before = self.rise[np.clip(inner, 0, len(self.rise) - 1), columns]
        back, _ = lattice.camera.rise
        slope = np.where(is_surface(before), (at - before) * (depth - inner) / lattice.depth, back)
        return np.asarray(at + slope * (edge - lattice.distances[depth]))

    @functools.cached_property
    def _rim(self) -> Field:
        """The row, a fraction, at which the line along the silhouette ends, (w,)."""
        head = along(self._place(self.head))
        return np.asarray(head.place + self.rim_width * np.hypot(1, head.steep))

    @functools.cached_property
    def _passed(self) -> Rows:
        """How many depths of its column each pixel's ray passes, (h, w)."""
        depths, width = self.rise.shape
        height = len(self.up)
        # That many stay below its row.
        ends = self._row(self.top) * width + np.arange(width, dtype=np.int32)
        counts = np.bincount(ends.ravel(), minlength=(height + 1) * width).astype(np.int32)
        within = counts.reshape(height + 1, width)[:height]
        for above, row in itertools.pairwise(within):  # in half the time of np.cumsum
            row += above
        return np.asarray(depths - within)

    def edges(self) -> tuple[Edges, Edges]:
        """Return the edges of the block and of its hills before what they hide.

        The inner edge of the line along the silhouette is apart, and comes before the outer one,
        which lies so near to it.
        """
        head, brink, foot = map(self._place, (self.head, self.brink, self.foot))
        others = [*map(along, (head, brink, foot)), self._ridges(head)]
        return self._shown([along(self._rim)]), self._shown(others)

    def sides(self) -> Edges:
        """Return the upright edges at both sides of a block, columns and rows exchanged."""
        lattice, height = self.lattice, len(self.up)
        ends = np.array([lattice.left, lattice.left + lattice.columns * lattice.column])
        place = (ends - self.right[0]) / (self.right[1] - self.right[0])
        return Edges(
            column=np.tile(np.arange(height), 2),
            place=np.repeat(place.astype(np.float32), height),
            steep=np.zeros(2 * height, dtype=np.float32),
        )

    def _shown(self, parts: list[Edges]) -> Edges:
        """Return what of some edges lies in columns that the block is in."""
        column, place, steep = map(np.concatenate, zip(*parts, strict=True))
        there = ~self.beside[column]
        return Edges(column[there], place[there], steep[there])

    def _ridges(self, head: Field) -> Edges:
        """Return the edges of hills, below the silhouette, (w,): there the sight leaps."""
        passed = self._passed
        leaps = np.flatnonzero(passed[:-1] - passed[1:] > _LEAP)
        row, column = np.divmod(leaps, passed.shape[1])
        order = np.argsort(column, kind="stable")
        row, column = row[order], column[order]
        inner = row + 1 > head[column] + 1
        column, row = column[inner], row[inner]
        place = self._place(self.top[passed[row, column] - 1, column])
        return pieces(column, place)

    def _place(self, up: Field) -> Field:
        """Return the row, a fraction, at which a height in the picture lies, any shape."""
        return np.asarray((self.up[0] - up) / (self.up[0] - self.up[1]), dtype=np.float32)

    def _row(self, up: Field) -> Rows:
        """Return the first row, counted downwards, that lies at or below a height, any shape."""
        rows = np.ceil(self._place(up) - np.float32(1e-4))
        return np.asarray(np.clip(rows, 0, len(self.up)), dtype=np.int32)

    def _faces(self) -> Codes:
        """Return which of the two walls each column shows, 1 or 2."""
        lattice = self.lattice
        right = lattice.left + (self.at + 0.5) * lattice.column
        away = lattice.distances[self.front]
        ground = right[:, None] * lattice.camera.right + away[:, None] * lattice.camera.away
        return np.where(np.abs(ground[:, 0]) > np.abs(ground[:, 1]), 1, 2)

    def _surface(self, seen: Codes) -> Codes:
        """Return the codes of the pixels, (n,) flat indices, that show the surface."""
        block, lattice = self.block, self.lattice
        width = self.rise.shape[1]
        row = seen // width
        column = seen - row * width  # in a third of the time of np.divmod
        depth = np.minimum(self._passed.ravel()[seen], self.last[column])
        behind = depth * width + column
        before = np.maximum(behind - width, column)  # no nearer than the first depth
        rise = self.rise.ravel()
        high, low = rise[behind], rise[before]
        share = (self.up[row] - low) / np.maximum(high - low, 1e-9)
        share = np.clip(np.where(is_surface(low), share, 1), 0, 1)
        # The same on the lattice, which may have other columns.
        column = self.at[column]
        behind = depth * lattice.columns + column
        before = np.maximum(behind - lattice.columns, column)
        level = self._between(block.levels, before, behind, share)
        light = self._between(block.light(lattice.camera), before, behind, share)
        shade = np.clip(np.rint(light * (LIGHTS - 1)), 0, LIGHTS - 1).astype(np.int32)
        if self.mesh:
            band, upper, cover = self._mesh(seen, depth - 1 + share, level)
        else:
            band, upper, cover = self._level_lines(seen, level)
        return block.shading.codes(band, upper, cover) * LIGHTS + shade

    def _between(self, field: Image.Image, before: Codes, behind: Codes, share: Field) -> Field:
        """Return a quantity at the points that rays meet, between two places of the lattice."""
        sampled = self.lattice.sample(field, 0.0).ravel()
        near, far = sampled[before], sampled[behind]
        # Where there is no surface before, share is 1.
        return np.asarray(near + (far - near) * share, dtype=np.float32)

    def _level_lines(self, seen: Codes, level: Field) -> tuple[Codes, Flags, Floats]:
        """Return band, nearer level and cover."""
        below = np.floor(level)
        part = level - below
        upper = part > 0.5
        near = np.minimum(part, 1 - part).astype(np.float64)
        return below.astype(np.int32), upper, self._cover(near, self._slope(seen, level))

    def _mesh(self, seen: Codes, depth: Field, level: Field) -> tuple[Codes, Flags, Floats]:
        """Return band, nearer level and cover of a mesh's lines in place of the levels'."""
        lattice, count = self.lattice, self.mesh
        column = seen % self.rise.shape[1]
        right = lattice.left + (self.at[column] + 0.5) * lattice.column
        away = lattice.nearest + (depth + 0.5) * lattice.depth
        cover = np.zeros(len(seen))
        for axis in (0, 1):
            place = right * lattice.camera.right[axis] + away * lattice.camera.away[axis]
            place = (place * count).astype(np.float32)
            near = np.abs(place - np.rint(place))
            cover = np.maximum(cover, self._cover(near, self._slope(seen, place)))
        band = np.floor(level).astype(np.intp)
        return band, np.zeros(len(band), dtype=bool), cover

    def _slope(self, seen: Codes, values: Field) -> Field:
        """Return how much a quantity changes from pixel to pixel, on the side where it is less."""
        canvas = np.full((len(self.up), self.rise.shape[1]), 1e3, dtype=np.float32)
        canvas.ravel()[seen] = values
        across, down = _least_change(canvas), _least_change(canvas.T).T
        across, down = across.ravel()[seen], down.ravel()[seen]
        return np.asarray(np.sqrt(across * across + down * down))

    def _cover(self, near: Field | Floats, slope: Field) -> Floats:
        """Return how much of each pixel a line covers, 0 to 1.

        Both `near`, the distance to the line, and `slope` are in the line's own quantity.
        """
        with np.errstate(all="ignore"):
            share = self.line_width / 2 + 0.5 - near / slope
        share = np.fmin(np.fmax(share, 0), 1)  # 0 for what is no number
        return np.asarray(share, dtype=np.float64)


def _field(values: Floats) -> Field:
    return np.asarray(values, dtype=np.float32)


def _least_change(values: Field) -> Field:
    """Return how much each value differs from the neighbour in its row that it is nearer to."""
    change = np.abs(values[:, 1:] - values[:, :-1])
    least = np.empty_like(values)
    least[:, 0], least[:, -1] = change[:, 0], change[:, -1]
    np.minimum(change[:, 1:], change[:, :-1], out=least[:, 1:-1])
    return least
