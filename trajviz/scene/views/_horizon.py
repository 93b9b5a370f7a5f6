"""What a camera sees of a block: column by column, from front to back.

The projection is orthographic. Along a column's vertical plane a point of the surface is seen when
it lies higher in the picture than everything in front of it: the floating horizon (Wright 1973).

In the block's own coordinates the window is the square from -1/2 to 1/2 and heights are from 0 to
`HEIGHT`.
"""

from __future__ import annotations

import math
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from trajviz.frozen import dataclass
from trajviz.scene.track import Flags
from trajviz.surface import Floats, Points

HEIGHT = 0.55
"""How high the block is, its sides being 1."""
PLINTH = 0.03
"""How far the block's sides reach below the lowest point."""
CORNERS = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]])
"""The corners of the block on the ground, (4, 2)."""
NO_SURFACE = -9.0
"""A height for where there is no surface: far below everything that a block has."""

Field: TypeAlias = npt.NDArray[np.float32]
"""A quantity sampled over something, (rows, columns)."""


def is_surface(heights: Field) -> Flags:
    """Tell where there is a surface, any shape.

    Next to its edge an interpolated height is partly NO_SURFACE, and does not count.
    """
    return np.asarray(heights > NO_SURFACE / 2)


class Camera(NamedTuple):
    """Where the block is seen from: elevation and azimuth in degrees, as matplotlib has them."""

    elevation: float
    azimuth: float

    @property
    def right(self) -> Floats:
        """The direction, (2,), of the ground that points to the right in the picture."""
        a = math.radians(self.azimuth)
        return np.array([-math.sin(a), math.cos(a)])

    @property
    def away(self) -> Floats:
        """The direction, (2,), of the ground that points away from the camera."""
        a = math.radians(self.azimuth)
        return np.array([-math.cos(a), -math.sin(a)])

    @property
    def rise(self) -> tuple[float, float]:
        """How far up the picture a step away leads, and a step upwards."""
        e = math.radians(self.elevation)
        return math.sin(e), math.cos(e)

    def project(self, ground: Points, height: Floats) -> tuple[Floats, Floats, Floats]:
        """Return how far right, up and away points of the block lie, all (...)."""
        back, up = self.rise
        away = ground @ self.away
        return ground @ self.right, back * away + up * height, away


class Horizon(NamedTuple):
    """What hides what, on a lattice of depths (rows, from front to back) and columns.

    `top` is the highest that anything up to this depth reaches up the picture. `rise` is what the
    surface reaches right there, NO_SURFACE where there is none. `front`, (columns,), is the depth
    at which each column's surface begins.
    """

    top: Field
    rise: Field
    front: npt.NDArray[np.intp]


@dataclass(frozen=True)
class Lattice:
    """The columns and depths at which a camera looks at the block, in the block's units.

    Attributes:
        camera: Who looks.
        left: Where the first column begins.
        nearest: Where the first depth begins.
        column: How wide a column is.
        depth: How deep a row is.
        columns: How many columns there are.
        depths: How many rows there are.
        smooth: Whether samples are interpolated.
    """

    camera: Camera
    left: float
    nearest: float
    column: float
    depth: float
    columns: int
    depths: int
    smooth: bool = True

    @classmethod
    def around(cls, camera: Camera, columns: int, depths: int, smooth: bool = True) -> Lattice:
        """Return the lattice that spans the block; it interpolates if it is to be `smooth`."""
        across, away = CORNERS @ camera.right, CORNERS @ camera.away
        return cls(
            camera=camera,
            left=across.min(),
            nearest=away.min(),
            column=(across.max() - across.min()) / columns,
            depth=(away.max() - away.min()) / depths,
            columns=columns,
            depths=depths,
            smooth=smooth,
        )

    @property
    def distances(self) -> Floats:
        """How far away each row is, (depths,)."""
        return np.asarray(self.nearest + (np.arange(self.depths) + 0.5) * self.depth)

    def sample(self, field: Image.Image, outside: float, smooth: bool = False) -> Field:
        """Return a quantity of the block on the lattice, and the value `outside` beyond it."""
        count = field.width
        (rx, ry), (ax, ay) = self.camera.right, self.camera.away
        # From lattice to window, both from 0: Pillow's affine map takes places of the result.
        origin = self.left * self.camera.right + self.nearest * self.camera.away + 0.5
        matrix = (
            rx * self.column * count, ax * self.depth * count, origin[0] * count,
            ry * self.column * count, ay * self.depth * count, origin[1] * count,
        )  # fmt: skip
        image = field.transform(
            (self.columns, self.depths),
            Image.Transform.AFFINE,
            matrix,
            Image.Resampling.BILINEAR if smooth or self.smooth else Image.Resampling.NEAREST,
            fillcolor=outside,
        )
        return np.asarray(image)

    def horizon(self, heights: Image.Image) -> Horizon:
        """Return what hides what, for the block's heights."""
        back, up = self.camera.rise
        lifted = self.sample(heights, NO_SURFACE, smooth=True)  # or silhouettes are rough
        distances = (back * self.distances).astype(np.float32)[:, None]
        rise = np.where(
            lifted > NO_SURFACE / 2, distances + np.float32(up) * lifted, np.float32(NO_SURFACE)
        )
        front = np.argmax(rise > NO_SURFACE / 2, axis=0)
        return Horizon(np.maximum.accumulate(rise, axis=0), rise, front)

    def span(self, right: Floats) -> tuple[Floats, Floats]:
        """Return how far away the block begins and ends, (n,) each, so far to the right, (n,)."""
        near, far = np.full(len(right), -np.inf), np.full(len(right), np.inf)
        for across, along in zip(self.camera.right, self.camera.away, strict=True):
            if abs(along) > 1e-9:
                ends = (np.array([[-0.5], [0.5]]) - right * across) / along
                near, far = np.maximum(near, ends.min(axis=0)), np.minimum(far, ends.max(axis=0))
        return near, far

    def foot(self, horizon: Horizon) -> Floats:
        """Return how far up the picture the lower edge of the block's front lies, (columns,)."""
        back, up = self.camera.rise
        return np.asarray(back * self.distances[horizon.front] - up * PLINTH)

    def hides(
        self, horizon: Horizon, right: Floats, rise: Floats, away: Floats, slack: float
    ) -> Flags:
        """Tell which points of the block something nearer hides.

        Args:
            horizon: What hides what.
            right: How far right points lie, (n,), as the camera projects them.
            rise: How far up, (n,).
            away: How far away, (n,).
            slack: By how much they have to be hidden to count.
        """
        column = np.floor((right - self.left) / self.column)
        # The point's own surroundings do not count.
        depth = np.floor((away - self.nearest) / self.depth) - 1
        inside = (column >= 0) & (column < self.columns) & (depth >= 0)
        at = np.where(inside, column, 0).astype(np.intp)
        front = np.where(inside, np.minimum(depth, self.depths - 1), 0).astype(np.intp)
        hidden = horizon.top[front, at] > rise + slack
        base = self.foot(horizon)  # below which rays pass by
        return np.asarray(inside & hidden & (rise > base[at]))
