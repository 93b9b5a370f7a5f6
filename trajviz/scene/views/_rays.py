"""What each pixel of a relief shows: the first thing that its ray meets."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

from trajviz.scene.track import Flags
from trajviz.scene.views._block import LIGHTS, Block
from trajviz.scene.views._horizon import Field, Horizon, Lattice, is_surface
from trajviz.scene.views._shading import Codes
from trajviz.surface import Floats


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
            mesh: How many lines a mesh has each way; 0 for level lines.
        """
        self.block, self.lattice = block, lattice
        self.line_width, self.mesh = line_width, mesh
        self.up = up.astype(np.float32)
        at = np.floor((right - lattice.left) / lattice.column).astype(np.intp)
        self.beside = (at < 0) | (at >= lattice.columns)
        self.at = np.clip(at, 0, lattice.columns - 1)
        # Fine pixels and lattice columns are equally wide; each pixel takes the one it lies in.
        self.top = horizon.top[:, self.at]
        self.rise = horizon.rise[:, self.at]
        self.front = horizon.front[self.at]
        self.foot = lattice.foot(horizon)[self.at].astype(np.float32)

    def codes(self) -> Codes:
        """Return the place of each pixel's colour in the view's table, (h, w)."""
        depths, width = self.rise.shape
        height = len(self.up)
        columns = np.arange(width, dtype=np.int32)
        head = self._row(self.top[-1])
        brink = self._row(self.rise[self.front, columns])
        foot = self._row(self.foot)
        row = np.arange(height, dtype=np.int32)[:, None]
        blank = self.beside[None, :]
        seen = np.flatnonzero((row >= head) & (row < brink) & ~blank)
        walls = (row >= np.maximum(brink, head)) & (row < foot) & ~blank
        codes = np.where(walls, self._faces()[None, :], 0).astype(np.intp)
        # How many depths of a column stay below a row: that many are passed by its ray.
        ends = self._row(self.top) * width + columns
        counts = np.bincount(ends.ravel(), minlength=(height + 1) * width)
        within = np.cumsum(counts.reshape(height + 1, width), axis=0, dtype=np.int32)
        passed = depths - within[:height]
        codes.ravel()[seen] = 3 + self._surface(seen, passed)
        return codes

    def _row(self, up: Field) -> npt.NDArray[np.int32]:
        """Return the first row, counted downwards, that lies at or below a height, any shape."""
        step = self.up[0] - self.up[1]
        rows = np.ceil((self.up[0] - up) / step - 1e-4)
        return np.asarray(np.clip(rows, 0, len(self.up)), dtype=np.int32)

    def _faces(self) -> Codes:
        """Return which of the two walls each column shows, 1 or 2."""
        lattice = self.lattice
        right = lattice.left + (self.at + 0.5) * lattice.column
        away = lattice.distances[self.front]
        ground = right[:, None] * lattice.camera.right + away[:, None] * lattice.camera.away
        return np.where(np.abs(ground[:, 0]) > np.abs(ground[:, 1]), 1, 2)

    def _surface(self, seen: Codes, passed: npt.NDArray[np.int32]) -> Codes:
        """Return the codes of the pixels, (n,) flat indices, that show the surface."""
        block = self.block
        depths, width = self.rise.shape
        row, column = np.divmod(seen, width)
        depth = np.minimum(passed.ravel()[seen], depths - 1)
        behind, before = depth * width + column, np.maximum(depth - 1, 0) * width + column
        rise = self.rise.ravel()
        high, low = rise[behind], rise[before]
        share = (self.up[row] - low) / np.maximum(high - low, 1e-9)
        share = np.clip(np.where(is_surface(low), share, 1), 0, 1)
        level = self._between(block.levels, before, behind, share)
        light = self._between(block.light(self.lattice.camera), before, behind, share)
        shade = np.clip(np.rint(light * (LIGHTS - 1)), 0, LIGHTS - 1).astype(np.intp)
        if self.mesh:
            band, upper, cover = self._mesh(seen, depth - 1 + share, level)
        else:
            band, upper, cover = self._level_lines(seen, level)
        return block.shading.codes(band, upper, cover) * LIGHTS + shade

    def _between(self, field: Image.Image, before: Floats, behind: Floats, share: Field) -> Field:
        """Return a quantity at the points that rays meet, between two depths of a column."""
        sampled = self.lattice.sample(field, 0.0)[:, self.at].ravel()
        near, far = sampled[before], sampled[behind]
        # Where there is no surface before, share is 1.
        return np.asarray(near + (far - near) * share, dtype=np.float32)

    def _level_lines(self, seen: Codes, level: Field) -> tuple[Codes, Flags, Floats]:
        """Return band, nearer level and cover."""
        band = np.floor(level).astype(np.intp)
        part = level - band
        upper = part > 0.5
        near = np.where(upper, 1 - part, part)
        return band, upper, self._cover(near, self._slope(seen, level))

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
        return np.asarray(np.sqrt(across * across + down * down).ravel()[seen])

    def _cover(self, near: Field, slope: Field) -> Floats:
        """Return how much of each pixel a line covers, 0 to 1.

        Both `near`, the distance to the line, and `slope` are in the line's own quantity.
        """
        with np.errstate(all="ignore"):
            share = self.line_width / 2 + 0.5 - near / slope
        share = np.nan_to_num(share, nan=0.0, posinf=0.0, neginf=0.0)
        return np.asarray(np.clip(share, 0, 1), dtype=np.float64)


def _least_change(values: Field) -> Field:
    """Return how much each value differs from the neighbour in its row that it is nearer to."""
    change = np.abs(values[:, 1:] - values[:, :-1])
    least = np.empty_like(values)
    least[:, 0], least[:, -1] = change[:, 0], change[:, -1]
    np.minimum(change[:, 1:], change[:, :-1], out=least[:, 1:-1])
    return least
