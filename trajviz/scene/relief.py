"""The relief view: the surface in 3-D as a block, shaded and lined by rank like the contour view.

The projection is orthographic. What is seen is decided column by column, from front to back, by
the floating horizon (Wright 1973): along a column's vertical plane a point of the surface is seen
when it lies higher in the picture than everything in front of it. The same horizon tells which
parts of a track a hill hides. Nothing is triangulated, and every pixel that is drawn is the first
point of the surface on its ray.

In the block's own coordinates the window is the square from -1/2 to 1/2 and heights are from 0 to
`HEIGHT`.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from trajviz.scene.layout import power_labels, tick_labels
from trajviz.scene.lettering import text_width
from trajviz.scene.marks import Box, Text
from trajviz.scene.paint import Picture, paint
from trajviz.scene.shading import Codes, Shading
from trajviz.scene.theme import Theme, mix
from trajviz.scene.track import Flags, Line
from trajviz.surface import Floats, Points, Ranks, Surface, Window

HEIGHT = 0.55
"""How high the block is, its sides being 1."""
PLINTH = 0.03
"""How far the block's sides reach below the lowest point."""
SKEWED = 0.15
"""Heights whose median lies below this share of their range are shown on a logarithmic scale."""
_SAMPLES, _DENSE = 384, 768
"""Samples of the surface along each axis, and those of one that turns, which interpolates none."""
_LIGHTS = 32
"""Shades of light on a slope."""
_AMBIENT = 0.72
_LIGHT = math.radians(60), math.radians(45)
"""Where the light comes from: left of the camera, and above."""
_AWAY = -9.0
"""A height for where there is no surface: below everything."""
_FINE = 2
"""A still picture is drawn this many times finer in each direction, then averaged."""
_ROUGH = 96
"""Columns and depths that are enough to choose a camera."""
_TRIES = 6
"""How often the room for labels is measured again."""
_PIECE = 6.0
"""Tracks are laid over the surface in pieces of about so many pixels."""
AZIMUTHS = (-60, -30, -120, -150, 60, 30, 120, 150)
ELEVATIONS = (35, 45, 55)
"""Where the camera may be put when nobody says: the first of equals is chosen."""

Field = npt.NDArray[np.float32]
"""A quantity sampled over something, (rows, columns)."""


@dataclass(frozen=True)
class Lift:
    """From heights to heights of the block: linear, or logarithmic above the lowest point.

    The logarithmic scale is log10(1 + (f - lowest) / unit), mirrored below the lowest.
    """

    lowest: float
    highest: float
    unit: float | None

    @classmethod
    def of(cls, heights: Floats) -> Lift:
        """Choose the scale on which the shape of these heights, finite and sorted, is readable."""
        lowest, highest = float(heights[0]), float(heights[-1])
        above = heights - lowest
        median, low = np.quantile(above, [0.5, 0.1])
        span = highest - lowest
        if not span or median >= SKEWED * span:
            return cls(lowest, highest, None)
        return cls(lowest, highest, max(float(low), 1e-9 * span))

    def __call__(self, heights: Floats) -> Floats:
        """Return the block's heights, 0 for the lowest and HEIGHT for the highest, any shape."""
        span = self.highest - self.lowest
        if not span:
            return np.zeros_like(heights)
        above = heights - self.lowest
        if self.unit is None:
            return np.asarray(HEIGHT * above / span)
        scaled = np.sign(above) * np.log10(1 + np.abs(above) / self.unit)
        return np.asarray(HEIGHT * scaled / math.log10(1 + span / self.unit))

    def ticks(self, most: float) -> list[tuple[float, str]]:
        """Return up to about `most` heights, each with its label.

        They are round, and on the logarithmic scale labelled with what they are above the lowest.
        """
        if self.highest == self.lowest:
            return []
        if self.unit is None:
            return tick_labels(self.lowest, self.highest, most)
        span = self.highest - self.lowest
        return [
            (self.lowest + 10.0**power, text)
            for power, text in power_labels(math.log10(self.unit), math.log10(span), most)
        ]

    @property
    def summary(self) -> str:
        """What to say beside the heights."""
        return "" if self.unit is None else "above lowest, log"


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
        """How far up the picture a step away and a step upwards lead."""
        e = math.radians(self.elevation)
        return math.sin(e), math.cos(e)

    def project(self, ground: Points, height: Floats) -> tuple[Floats, Floats, Floats]:
        """Return how far right, up and away points of the block lie, all (...)."""
        back, up = self.rise
        away = ground @ self.away
        return ground @ self.right, back * away + up * height, away


_NOWHERE = Box(0, 0, 0, 0)
_CORNERS = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]])


class Horizon(NamedTuple):
    """What hides what, on a lattice of depths (rows, from front to back) and columns.

    `top` is the highest that anything up to this depth reaches up the picture, `rise` what the
    surface reaches right there, _AWAY where there is none.
    """

    top: Field
    rise: Field


@dataclass(frozen=True)
class Lattice:
    """The columns and depths at which a camera looks at the block, in the block's units."""

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
        across, away = _CORNERS @ camera.right, _CORNERS @ camera.away
        return cls(
            camera,
            across.min(),
            away.min(),
            (across.max() - across.min()) / columns,
            (away.max() - away.min()) / depths,
            columns,
            depths,
            smooth,
        )

    @property
    def distances(self) -> Floats:
        """How far away each row is, (depths,)."""
        return np.asarray(self.nearest + (np.arange(self.depths) + 0.5) * self.depth)

    def sample(self, field: Field, outside: float) -> Field:
        """Return a quantity of the block, sampled over the window, on the lattice."""
        count = len(field)
        (rx, ry), (ax, ay) = self.camera.right, self.camera.away
        # From lattice to window, both from 0: Pillow's affine map takes places of the result.
        origin = self.left * self.camera.right + self.nearest * self.camera.away + 0.5
        matrix = (
            rx * self.column * count, ax * self.depth * count, origin[0] * count,
            ry * self.column * count, ay * self.depth * count, origin[1] * count,
        )  # fmt: skip
        image = Image.fromarray(field).transform(
            (self.columns, self.depths),
            Image.Transform.AFFINE,
            matrix,
            Image.Resampling.BILINEAR if self.smooth else Image.Resampling.NEAREST,
            fillcolor=outside,
        )
        return np.asarray(image)

    def horizon(self, heights: Field) -> Horizon:
        """Return what is in front of what, for heights of the block over the window."""
        back, up = self.camera.rise
        lifted = self.sample(heights, _AWAY)
        distances = (back * self.distances).astype(np.float32)[:, None]
        rise = np.where(lifted > _AWAY / 2, distances + np.float32(up) * lifted, np.float32(_AWAY))
        return Horizon(np.maximum.accumulate(rise, axis=0), rise)

    def hides(self, horizon: Horizon, ground: Points, height: Floats, slack: float) -> Flags:
        """Tell which points, (n, 2) and (n,), something nearer hides, by more than `slack`."""
        right, rise, away = self.camera.project(ground, height)
        column = np.floor((right - self.left) / self.column)
        # The point's own surroundings do not count.
        depth = np.floor((away - self.nearest) / self.depth) - 1
        inside = (column >= 0) & (column < self.columns) & (depth >= 0)
        at = np.where(inside, column, 0).astype(np.intp)
        front = np.where(inside, np.minimum(depth, self.depths - 1), 0).astype(np.intp)
        hidden = horizon.top[front, at] > rise + slack
        # Rays may pass below the block.
        first = np.argmax(horizon.rise > _AWAY / 2, axis=0)
        base = self.camera.rise[0] * self.distances[first] - self.camera.rise[1] * PLINTH
        return np.asarray(inside & hidden & (rise > base[at]))


@dataclass(frozen=True)
class Block:
    """A surface within a window as a block, sampled once, whoever looks at it.

    `heights` of the block; `levels`, in which level k of the shading stands at k + 1; `normal`,
    (3, rows, columns), of its surface. Rows go with y, columns with x. `colors` holds a colour
    for every code: background, two walls, then the shading's under each light, (codes, 3).
    """

    lift: Lift
    shading: Shading
    colors: Picture
    heights: Field
    levels: Field
    normal: Field

    @classmethod
    def of(cls, surface: Surface, window: Window, theme: Theme, samples: int) -> Block:
        """Sample the surface at the centres of samples x samples cells."""
        cells = (np.arange(samples) + 0.5) / samples
        heights = surface.grid(
            window.x0 + cells * (window.x1 - window.x0), window.y0 + cells * (window.y1 - window.y0)
        )
        ranks = Ranks.of(surface, window)
        lift = Lift.of(ranks.heights)
        # What is not finite stands as high as the highest.
        heights = np.where(np.isfinite(heights), heights, ranks.heights[-1])
        shading = Shading.of_relief(ranks, theme)
        lifted = np.clip(lift(heights), 0, HEIGHT).astype(np.float32)
        slope_y, slope_x = np.gradient(lifted, np.float32(1 / samples))
        normal = np.stack([-slope_x, -slope_y, np.ones_like(lifted)])
        normal /= np.sqrt((normal**2).sum(axis=0))
        stride = max(1, samples // _SAMPLES)  # light changes slowly
        normal = np.ascontiguousarray(normal[:, ::stride, ::stride])
        levels = _levels(shading, ranks, heights)
        return cls(lift, shading, _colors(shading, theme), lifted, levels, normal)

    def light(self, camera: Camera) -> Field:
        """Return how bright the surface is, 0 to 1, with the light left of the camera."""
        turn, elevation = math.radians(camera.azimuth) - _LIGHT[0], _LIGHT[1]
        flat = math.cos(elevation)
        toward = flat * math.cos(turn), flat * math.sin(turn), math.sin(elevation)
        x, y, z = (np.float32(part) * axis for part, axis in zip(toward, self.normal, strict=True))
        return np.asarray(x + y + z)


def _colors(shading: Shading, theme: Theme) -> Picture:
    flat = shading.table().astype(np.float64)[:, None, :]
    light = np.linspace(0, 1, _LIGHTS)[None, :, None]
    lit = flat * (1 - 0.8 * np.clip(_AMBIENT - light, 0, 0.5))
    lit += (255 - lit) * 0.5 * np.clip(light - _AMBIENT, 0, 1)
    walls = [mix(theme.background, theme.ink, share) for share in (0.0, 0.13, 0.2)]
    return np.concatenate([np.array(walls), np.rint(lit).reshape(-1, 3)]).astype(np.uint8)


def _levels(shading: Shading, ranks: Ranks, heights: Floats) -> Field:
    """Return heights as places among the levels; below the first and above the last to a half."""
    count = len(shading.levels)
    places = [0.5, *range(1, count + 1), count + 0.5]
    below = min(float(ranks.heights[0]), float(shading.levels[0]))
    above = max(float(ranks.heights[-1]), float(shading.levels[-1]))
    found = np.interp(heights, [below, *shading.levels, above], places)
    return np.asarray(found, dtype=np.float32)


class Draped(NamedTuple):
    """A trajectory laid over a block: ground, (n, 2), heights and the steps taken there, (n,)."""

    ground: Points
    height: Floats
    knots: Floats


@dataclass(frozen=True)
class ReliefView:
    """A block seen by a camera, in a box of the picture with its labels around it.

    `middle` is the place in the picture, x and y, at which the block's centre on the ground lies,
    and `unit` how many pixels its side is long.
    """

    surface: Surface
    window: Window
    block: Block
    camera: Camera
    theme: Theme
    scale: float
    axes: tuple[str, str]
    turning: bool
    box: Box = _NOWHERE
    middle: tuple[float, float] = (0.0, 0.0)
    unit: float = 1.0

    @classmethod
    def of(
        cls,
        surface: Surface,
        window: Window,
        theme: Theme,
        scale: float,
        axes: tuple[str, str],
        camera: Camera | None,
        paths: Sequence[Points],
        turning: bool,
    ) -> ReliefView:
        """Return a view that has no box yet, by default from where most of the paths is seen."""
        block = Block.of(surface, window, theme, _DENSE if turning else _SAMPLES)
        first = camera or Camera(0, 0)
        view = cls(surface, window, block, first, theme, scale, axes, turning)
        return view if camera else replace(view, camera=view._best_camera(paths))

    def _best_camera(self, paths: Sequence[Points]) -> Camera:
        """Return the camera that sees most of the paths, (n, 2) each, within the window.

        Tracks count alike, their pieces by their length. Among cameras that see nearly as much,
        the one that sees more of the surface counts, then the first.
        """
        places = [self._on_surface(self._spread(path)) for path in paths]
        cameras = [Camera(high, round_) for high in ELEVATIONS for round_ in AZIMUTHS]
        return max(cameras, key=lambda camera: round(self._share_seen(camera, places), 2))

    def _share_seen(self, camera: Camera, places: Sequence[tuple[Points, Floats]]) -> float:
        """Return the mean over tracks of the share that is seen, and a tenth of the surface's."""
        lattice = Lattice.around(camera, _ROUGH, _ROUGH)
        horizon = lattice.horizon(self.block.heights)
        there = horizon.rise > _AWAY / 2
        surface = (horizon.rise >= horizon.top)[there].mean()
        shares = [
            1 - lattice.hides(horizon, ground, height, 2 * lattice.column).mean()
            for ground, height in places
            if len(ground)
        ]
        return float(np.mean(shares or [0.0]) + 0.1 * surface)

    def _spread(self, points: Points) -> Points:
        """Return points evenly spread along a path, (n, 2), within the window."""
        ground = np.clip(self._ground(points), -2, 2)
        reach = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(ground, axis=0).T))])
        places = np.linspace(0, reach[-1], _ROUGH)
        spread = np.stack([np.interp(places, reach, axis) for axis in points.T], axis=1)
        return spread[self.window.contains(spread)]

    @property
    def fine(self) -> int:
        """How many times finer than the picture the block is drawn, to be averaged."""
        return 1 if self.turning else _FINE

    def fitted(self, box: Box) -> ReliefView:
        """Return the view placed in a box, so that it fits from wherever it is seen if it turns."""
        azimuths = range(0, 360, 5) if self.turning else [self.camera.azimuth]
        turned = [replace(self, camera=self.camera._replace(azimuth=a)) for a in azimuths]
        left, low, right, high = _around([self._extent(view.camera) for view in turned])
        # Labels keep their size, so what they take beyond the block has to be found by trying.
        view, beyond = self, (0.0, 0.0, 0.0, 0.0)
        for _ in range(_TRIES):
            x0, y0, x1, y1 = _less(box, beyond)
            unit = max(min((x1 - x0) / (right - left), (y1 - y0) / (high - low)), 1.0)
            middle = (
                (x0 + x1) / 2 - unit * (left + right) / 2,
                (y0 + y1) / 2 + unit * (low + high) / 2,
            )
            view = replace(self, box=box, middle=middle, unit=unit)
            whole = (
                middle[0] + unit * left, middle[1] - unit * high,
                middle[0] + unit * right, middle[1] - unit * low,
            )  # fmt: skip
            views = [replace(view, camera=other.camera) for other in turned]
            inked = _around([whole, *(_ink(mark) for v in views for mark in v.marks())])
            # A smaller block may have other labels: the most that any took is kept free.
            beyond, before = _around([beyond, _less(inked, whole)]), beyond
            if beyond == before:
                break
        return view

    def turned(self, degrees: float) -> ReliefView:
        """Return the view after the camera has turned by so many degrees."""
        elevation, azimuth = self.camera
        return replace(self, camera=Camera(elevation, azimuth + degrees))

    @staticmethod
    def _extent(camera: Camera) -> Corners:
        """Return left, low, right and high of all that the block may reach, in its own units."""
        right, foot, _ = camera.project(_CORNERS, np.full(4, -PLINTH))
        _, head, _ = camera.project(_CORNERS, np.full(4, HEIGHT))
        return right.min(), foot.min(), right.max(), head.max()

    @property
    def _type_size(self) -> float:
        return max(round(11 * self.scale, 2), 8.0)

    # Where points lie.

    def _ground(self, points: Points) -> Points:
        """Return the block's coordinates of points of the plane, (..., 2)."""
        x0, x1, y0, y1 = self.window
        points = np.clip(points, -1e280, 1e280)
        return np.stack(
            [(points[..., 0] - x0) / (x1 - x0) - 0.5, (points[..., 1] - y0) / (y1 - y0) - 0.5],
            axis=-1,
        )

    def _place(self, ground: Points, height: Floats) -> Points:
        """Return where points of the block lie in the picture, (..., 2)."""
        right, up, _ = self.camera.project(ground, height)
        x, y = self.middle
        return np.stack([x + self.unit * right, y - self.unit * up], axis=-1)

    def project(self, points: Points) -> Points:
        """Return where points of the plane, (..., 2), lie on the surface in the picture."""
        ground, height = self._on_surface(points)
        return self._place(ground, height)

    def _on_surface(self, points: Points) -> tuple[Points, Floats]:
        with np.errstate(all="ignore"):
            height = self.block.lift(self.surface.value(points))
        height = np.nan_to_num(height, nan=HEIGHT, posinf=1e6, neginf=-1e6)
        return np.clip(self._ground(points), -1e6, 1e6), np.clip(height, -1e6, 1e6)

    def drape(self, points: Points) -> Draped:
        """Lay a trajectory, (steps + 1, 2), over the surface; it stays so when the camera turns."""
        bends, knots = self._pieces(points)
        ground, height = self._on_surface(bends)
        # What stays within a quarter of a pixel is one point.
        cells = np.floor(4 * self.unit * np.column_stack([ground, height]))
        moved = np.append(True, (np.diff(cells, axis=0) != 0).any(axis=1))
        moved[-1] = True
        return Draped(ground[moved], height[moved], knots[moved])

    def line(self, draped: Draped) -> Line:
        """Return a trajectory as a line, hidden parts marked."""
        ground, height, knots = draped
        hidden = self._hides(ground, height)
        # A segment is hidden when both its ends are.
        hidden[1:] &= hidden[:-1].copy()
        no = np.zeros(len(knots), dtype=bool)
        return Line(self._place(ground, height), knots, hidden, no)

    def visible(self, points: Points) -> Flags:
        """Tell which points of the plane, (n, 2), are seen on the surface."""
        return ~self._hides(*self._on_surface(points))

    def _hides(self, ground: Points, height: Floats) -> Flags:
        return self._lattice.hides(self._horizon, ground, height, 1.0 / self.unit)

    def _pieces(self, points: Points) -> tuple[Points, Floats]:
        """Return a polyline cut into pieces that follow the surface, and the steps they end at."""
        ends = np.clip(self._ground(points), -2, 2)
        length = self.unit * np.hypot(*np.diff(ends, axis=0).T)
        count = np.clip(np.ceil(length / _PIECE), 1, 256).astype(np.int64)
        starts = np.repeat(np.arange(len(count)), count)
        part = np.arange(len(starts)) - np.repeat(np.cumsum(count) - count, count)
        knots = np.append(starts + part / count[starts], float(len(points) - 1))
        share = (part / count[starts])[:, None]
        bends = points[:-1][starts] * (1 - share) + points[1:][starts] * share
        return np.concatenate([bends, points[-1:]]), knots

    # What is drawn.

    @functools.cached_property
    def _lattice(self) -> Lattice:
        across = _CORNERS @ self.camera.right
        columns = math.ceil(self.unit * self.fine * (across.max() - across.min()))
        return Lattice.around(self.camera, columns, max(64, columns * 3 // 4), not self.turning)

    @functools.cached_property
    def _blank(self) -> Picture:
        row = np.full((self.box.width, 3), self.theme.background, dtype=np.uint8)
        return np.repeat(row[None], self.box.height, axis=0)

    @functools.cached_property
    def _horizon(self) -> Horizon:
        return self._lattice.horizon(self.block.heights)

    def draw(self, picture: Picture) -> None:
        """Draw the block and its labels into the box's part of a picture, (height, width, 3)."""
        picture[:] = self.block_picture()
        paint(picture, [mark.moved(-self.box.x0, -self.box.y0) for mark in self.marks()])

    def enlarged(self, times: int) -> ReliefView:
        """Return the view for a picture so many times as large."""
        (x, y), (x0, y0, x1, y1) = self.middle, self.box
        return replace(
            self,
            box=Box(x0 * times, y0 * times, x1 * times, y1 * times),
            middle=(x * times, y * times),
            unit=self.unit * times,
            scale=self.scale * times,
        )

    def block_picture(self) -> Picture:
        """Return the block without labels, (height, width, 3)."""
        fine = self.fine
        region = self._blank.copy()
        # The block's rectangle in fine pixels, whole pixels of the picture at both ends.
        left, low, right, high = self._extent(self.camera)
        x, y = self.middle[0] - self.box.x0, self.middle[1] - self.box.y0
        x0, y0 = math.floor(x + self.unit * left), math.floor(y - self.unit * high)
        x1, y1 = math.ceil(x + self.unit * right), math.ceil(y - self.unit * low)
        columns = (np.arange((x1 - x0) * fine) + 0.5) / fine + x0
        rows = (np.arange((y1 - y0) * fine) + 0.5) / fine + y0
        codes = _Rays(self, self._lattice, self._horizon, columns - x, y - rows).codes()
        colors = np.take(self.block.colors, codes, axis=0)
        if fine > 1:
            blocks = colors.reshape(y1 - y0, fine, x1 - x0, fine, 3)
            colors = np.rint(blocks.mean(axis=(1, 3), dtype=np.float32)).astype(np.uint8)
        into = region[max(0, y0) : y1, max(0, x0) : x1]
        into[:] = colors[max(0, -y0) :, max(0, -x0) :][: into.shape[0], : into.shape[1]]
        return region

    def marks(self) -> list[Text]:
        """Return the labels around the block: both axes along its front, heights at its left."""
        return [*self._axis_labels(0), *self._axis_labels(1), *self._height_labels()]

    def _axis_labels(self, axis: int) -> list[Text]:
        """Return the ticks and the name along the front edge of an axis."""
        size, other = self._type_size, 1 - axis
        # The front edge is the one at which the other axis comes nearest to the camera.
        side = -0.5 if self.camera.away[other] > 0 else 0.5
        edge = np.full((2, 2), side)
        edge[:, axis] = [-0.5, 0.5]
        ends = self._place(edge, np.full(2, -PLINTH))
        run = ends[1] - ends[0]
        length = float(np.hypot(*run))
        if length < 3 * size:
            return []
        outward = np.array([run[1], -run[0]]) / length
        outward *= 1 if outward[1] > 0 else -1
        low, high = self.window[2 * axis], self.window[2 * axis + 1]
        labels: list[Text] = []
        name = self.axes[axis]
        for value, text in tick_labels(low, high, length / (4.5 * size)):
            share = (value - low) / (high - low)
            if not 0.06 < share < 0.8:
                continue  # the corner belongs to both axes, and the far end to the name
            labels.append(self._label(ends[0] + share * run, outward, text, size, False))
        labels.append(self._label(ends[0] + 0.9 * run, outward, name, size, True))
        return labels

    def _label(self, place: Floats, outward: Floats, text: str, size: float, bold: bool) -> Text:
        """Return a text beside a place on an edge, on its outer side."""
        width = text_width(text, size, bold)
        reach = 0.5 * size + 0.5 * (abs(outward[0]) * width + abs(outward[1]) * size)
        x, y = place + outward * reach
        color = self.theme.ink if bold else self.theme.muted
        return Text(x, y + 0.36 * size, text, size, color, bold, align="center")

    def _height_labels(self) -> list[Text]:
        """Return the heights along the leftmost upright edge of the block."""
        size = self._type_size
        corner = _CORNERS[np.argmin(_CORNERS @ self.camera.right)]
        lift = self.block.lift
        labels: list[Text] = []
        above, start = math.inf, self.box.x0 + 0.6 * size
        # What they mean stands where it stays when the block turns.
        summary = Text(start, self.box.y0 + size, lift.summary, size, self.theme.muted)
        for height, text in lift.ticks(max(2.0, self.unit * HEIGHT / (2.5 * size))):
            block = float(lift(np.array(height)))
            x, y = self._place(corner, np.array(block))
            if not 0 <= block <= HEIGHT or y > above - 1.3 * size:
                continue
            above = y
            x, y = x - 0.6 * size, y + 0.36 * size
            label = Text(x, y, text, size, self.theme.muted, align="right")
            if not (lift.summary and _meet(_ink(label), _ink(summary))):
                labels.append(label)
        return [*labels, summary] if lift.summary else labels


Corners: TypeAlias = tuple[float, float, float, float]
"""Two opposite corners of a rectangle: x, y, x, y."""


def _around(rectangles: Sequence[Corners]) -> Corners:
    """Return the smallest rectangle around some, the first two of each being its least."""
    x0, y0, x1, y1 = zip(*rectangles, strict=True)
    return min(x0), min(y0), max(x1), max(y1)


def _less(one: Corners, other: Corners) -> Corners:
    a, b, c, d = (x - y for x, y in zip(one, other, strict=True))
    return a, b, c, d


def _meet(one: Corners, other: Corners) -> bool:
    across = one[0] < other[2] and other[0] < one[2]
    return across and one[1] < other[3] and other[1] < one[3]


def _ink(text: Text) -> Corners:
    """Return the rectangle that a text may cover."""
    return text.left - 1, text.y - text.size, text.right + 1, text.y + 0.3 * text.size


class _Rays:
    """The pixels of a picture, each with what its ray meets first."""

    def __init__(
        self, view: ReliefView, lattice: Lattice, horizon: Horizon, right: Floats, up: Floats
    ) -> None:
        """Take pixel centres in pixels right of and above the block's centre, (w,) and (h,)."""
        self.view, self.lattice = view, lattice
        self.up = (up / view.unit).astype(np.float32)
        at = np.floor((right / view.unit - lattice.left) / lattice.column).astype(np.intp)
        self.beside = (at < 0) | (at >= lattice.columns)
        self.at = np.clip(at, 0, lattice.columns - 1)
        # Fine pixels and lattice columns are equally wide; each pixel takes the one it lies in.
        self.top = horizon.top[:, self.at]
        self.rise = horizon.rise[:, self.at]
        self.front = np.argmax(self.rise > _AWAY / 2, axis=0)

    def codes(self) -> Codes:
        """Return the place of each pixel's colour in the view's table, (h, w)."""
        depths, width = self.rise.shape
        height = len(self.up)
        columns = np.arange(width, dtype=np.int32)
        head = self._row(self.top[-1])
        brink = self._row(self.rise[self.front, columns])
        away = self.lattice.distances[self.front]
        back, up = self.lattice.camera.rise
        foot = self._row((back * away - up * PLINTH).astype(np.float32))
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
        block, view = self.view.block, self.view
        depths, width = self.rise.shape
        row, column = np.divmod(seen, width)
        depth = np.minimum(passed.ravel()[seen], depths - 1)
        behind, before = depth * width + column, np.maximum(depth - 1, 0) * width + column
        rise = self.rise.ravel()
        high, low = rise[behind], rise[before]
        share = (self.up[row] - low) / np.maximum(high - low, 1e-9)
        share = np.clip(np.where(low > _AWAY / 2, share, 1), 0, 1)
        level = self._between(block.levels, before, behind, share)
        light = self._between(block.light(view.camera), before, behind, share)
        shade = np.clip(np.rint(light * (_LIGHTS - 1)), 0, _LIGHTS - 1).astype(np.intp)
        if view.theme.mesh:
            band, upper, cover = self._mesh(seen, depth - 1 + share, level)
        else:
            band, upper, cover = self._level_lines(seen, level)
        return block.shading.codes(band, upper, cover) * _LIGHTS + shade

    def _between(self, field: Field, before: Floats, behind: Floats, share: Field) -> Field:
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
        lattice, count = self.lattice, self.view.theme.mesh
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
        """Return how much a quantity changes from pixel to pixel, on the side it changes less."""
        canvas = np.full((len(self.up), self.rise.shape[1]), 1e3, dtype=np.float32)
        canvas.ravel()[seen] = values
        across, down = _least_change(canvas), _least_change(canvas.T).T
        return np.asarray(np.sqrt(across * across + down * down).ravel()[seen])

    def _cover(self, near: Field, slope: Field) -> Floats:
        """Return how much of each pixel a line covers that is `near` away."""
        view = self.view
        width = view.theme.line_width * max(view.scale, 0.75) * view.fine
        with np.errstate(all="ignore"):
            share = width / 2 + 0.5 - near / slope
        share = np.nan_to_num(share, nan=0.0, posinf=0.0, neginf=0.0)
        return np.asarray(np.clip(share, 0, 1), dtype=np.float64)


def _least_change(values: Field) -> Field:
    """Return how much each value differs from its neighbours in the row, whichever is nearer."""
    change = np.abs(values[:, 1:] - values[:, :-1])
    least = np.empty_like(values)
    least[:, 0], least[:, -1] = change[:, 0], change[:, -1]
    np.minimum(change[:, 1:], change[:, :-1], out=least[:, 1:-1])
    return least
