"""The relief view: the surface in 3-D as a block, shaded and lined by rank like the contour view.

Nothing is triangulated: every pixel shows the first point of the surface on its ray (see `_horizon`
and `_rays`), and the same horizon tells which parts of a track a hill hides.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, NamedTuple

import numpy as np

from trajviz.frozen import dataclass
from trajviz.scene.layout import Axes
from trajviz.scene.lettering import shorten, text_width
from trajviz.scene.marks import Box, Shape, Text, around
from trajviz.scene.outline import Raster, Vector
from trajviz.scene.paint import Picture, paint
from trajviz.scene.plot import Draper, Plot
from trajviz.scene.run import Run
from trajviz.scene.theme import Theme
from trajviz.scene.track import Flags, Line
from trajviz.scene.views import Shown, View
from trajviz.scene.views._block import Block
from trajviz.scene.views._horizon import (
    CORNERS,
    HEIGHT,
    PLINTH,
    Camera,
    Horizon,
    Lattice,
    is_surface,
)
from trajviz.scene.views._labels import Corners, Labels, corners_of
from trajviz.scene.views._rays import Rays
from trajviz.scene.views._silhouette import soften
from trajviz.surface import Floats, Points, Surface, Window

AZIMUTHS = (-60, -30, -120, -150, 60, 30, 120, 150)
ELEVATIONS = (35, 45, 55)
"""Where the camera may stand when nobody says where; of equally good ones the first is taken."""
_SAMPLES, _DENSE = 384, 768
"""Samples of the surface along each axis; a block that turns is not interpolated, and has more."""
_FINE = 2
"""A still picture is drawn this many times finer in each direction, then averaged."""
_ROUGH = 96
"""Columns and depths that are enough to choose a camera."""
_TRIES = 6
"""How often the room for labels is measured again."""
_RIM = 1.2
"""Pixels: the least width of the line along a silhouette, so that it is in every column."""
_PIECE = 6.0
"""Tracks are laid over the surface in pieces of about so many pixels."""
_SHARP = 2
"""A vector's picture of the block has so many pixels in one of the scene's, each way."""
_NAME = 0.2
"""The most of a view's width that an axis' name takes."""
_TURN = 5
"""An orbit is fitted into its box every so many degrees."""
_ROUND = 360 // _TURN
_GLIDE = 2
"""Over how many of these fits, to each side, size and place of a block that turns are levelled."""
_NOWHERE = Box(0, 0, 0, 0)


class Draped(NamedTuple):
    """A trajectory laid over a block: where it is, how high, and after how many steps.

    `ground`, (n, 2), and `height`, (n,), are in the block's units.
    """

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
    scale_words: str
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
        scale_words: str,
        camera: Camera | None,
        paths: Sequence[Points],
        turning: bool,
    ) -> ReliefView:
        """Return a view that has no box yet.

        Args:
            surface: What is shown.
            window: The part of the plane that is shown.
            theme: The colours.
            scale: How much larger than at 640x480 lines and type are.
            axes: The names of the axes.
            scale_words: What is said of a logarithmic scale of heights.
            camera: From where it is seen; None for where most of the paths is seen.
            paths: Where tracks go, (n, 2) each.
            turning: Whether the camera will turn.
        """
        block = Block.of(
            surface=surface, window=window, theme=theme, samples=_DENSE if turning else _SAMPLES
        )
        first = camera or Camera(0, 0)
        view = cls(
            surface=surface,
            window=window,
            block=block,
            camera=first,
            theme=theme,
            scale=scale,
            axes=axes,
            scale_words=scale_words,
            turning=turning,
        )
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
        """Return the mean share of the tracks that is seen, plus a tenth of the surface's share."""
        lattice = Lattice.around(camera, _ROUGH, _ROUGH)
        horizon = lattice.horizon(self.block.heights)
        there = is_surface(horizon.rise)
        surface = (horizon.rise >= horizon.top)[there].mean()
        shares = [
            1 - lattice.hides(horizon, *camera.project(ground, height), 2 * lattice.column).mean()
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
        """Return the view placed in a box, as large as block and labels fit."""
        return self.placed(box, self.room(box))

    def room(self, box: Box) -> Corners:
        """Return the part of a box that is left to the block, so that its labels fit, too."""
        top = box.y0 + (1.5 * self._type_size if self.block.lift.logarithmic else 2)
        room = float(box.x0), float(top), float(box.x1), float(box.y1)
        # Labels keep their size, so what they take beyond the block has to be found by trying.
        beyond = (0.0, 0.0, 0.0, 0.0)
        for _ in range(_TRIES):
            view = self.placed(box, _less(room, beyond))
            (x, y), (left, low, right, high) = view.middle, self._extent
            unit = view.unit
            whole = x + unit * left, y - unit * high, x + unit * right, y - unit * low
            inked = around([whole, *map(corners_of, view._labels.edges())])
            # A smaller block may have other labels: the most that any took is kept free.
            beyond, before = around([beyond, _less(inked, whole)]), beyond
            if beyond == before:
                break
        return _less(room, beyond)

    def placed(self, box: Box, room: Corners, unit: float = math.inf) -> ReliefView:
        """Return the view placed in a part of a box, as large as it fits but at most `unit`."""
        left, low, right, high = self._extent
        x0, y0, x1, y1 = room
        unit = min(unit, max(min((x1 - x0) / (right - left), (y1 - y0) / (high - low)), 1.0))
        middle = (
            (x0 + x1) / 2 - unit * (left + right) / 2,
            (y0 + y1) / 2 + unit * (low + high) / 2,
        )
        return replace(self, box=box, middle=middle, unit=unit)

    def turned(self, degrees: float) -> ReliefView:
        """Return the view after the camera has turned by so many degrees."""
        elevation, azimuth = self.camera
        return replace(self, camera=Camera(elevation, azimuth + degrees))

    @functools.cached_property
    def _extent(self) -> Corners:
        """Left, low, right and high of the block, in its own units."""
        left, low, right = self._ground_extent(self.camera)
        heights = self.block.heights
        head = Lattice.around(self.camera, _ROUGH, _ROUGH).horizon(heights).top.max()
        # A rough lattice misses peaks, most of all at the corners.
        last = heights.width - 1
        ends = [heights.getpixel(at) for at in ((0, 0), (last, 0), (last, last), (0, last))]
        _, tops, _ = self.camera.project(CORNERS, np.array(ends))
        return left, low, right, max(float(head), float(tops.max())) + 0.01

    @staticmethod
    def _ground_extent(camera: Camera) -> tuple[float, float, float]:
        right, foot, _ = camera.project(CORNERS, np.full(4, -PLINTH))
        return right.min(), foot.min(), right.max()

    @property
    def _type_size(self) -> float:
        return type_size(self.scale)

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
        return self._placed(right, up)

    def _placed(self, right: Floats, up: Floats) -> Points:
        """Return where projected points of the block lie in the picture, (..., 2)."""
        x, y = self.middle
        place = np.empty((*up.shape, 2))
        place[..., 0], place[..., 1] = x + self.unit * right, y - self.unit * up
        return place

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
        """Lay a trajectory, (steps + 1, 2), over the surface, for all cameras."""
        bends, knots = self._pieces(points)
        ground, height = self._on_surface(bends)
        # What stays within a quarter of a pixel is one point.
        cells = np.floor(4 * self.unit * np.column_stack([ground, height]))
        moved = np.append(True, (np.diff(cells, axis=0) != 0).any(axis=1))
        moved[-1] = True
        return Draped(ground[moved], height[moved], knots[moved])

    def line(self, draped: Draped) -> Line:
        """Return a trajectory as a line, hidden parts marked."""
        return self.lines([draped])[0]

    def lines(self, draped: Sequence[Draped]) -> list[Line]:
        """Return trajectories as lines, hidden parts marked."""
        projected = [self.camera.project(each.ground, each.height) for each in draped]
        right, up, away = map(np.concatenate, zip(*projected, strict=True))
        begins = np.cumsum([0, *(len(each.knots) for each in draped[:-1])])
        hidden = self._hides(right, up, away)
        # A segment is hidden when both its ends are; each line's first vertex has none.
        both = hidden & np.append(False, hidden[:-1])
        both[begins] = hidden[begins]
        no = np.zeros(len(hidden), dtype=bool)
        places = self._placed(right, up)
        parts = (np.split(each, begins[1:]) for each in (places, both, no))
        return [
            Line(vertices=vertices, knots=each.knots, hidden=behind, gap=gap)
            for each, vertices, behind, gap in zip(draped, *parts, strict=True)
        ]

    def visible(self, points: Points) -> Flags:
        """Tell which points of the plane, (n, 2), are seen on the surface."""
        return ~self._hides(*self.camera.project(*self._on_surface(points)))

    def _hides(self, right: Floats, up: Floats, away: Floats) -> Flags:
        """Tell which projected points of the block something nearer hides, (n,)."""
        return self._lattice.hides(self._horizon, right, up, away, 1.0 / self.unit)

    def _pieces(self, points: Points) -> tuple[Points, Floats]:
        """Return a polyline in pieces short enough to follow the surface, (n, 2).

        After how many steps each piece ends is returned as well, (n,).
        """
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
        across = CORNERS @ self.camera.right
        columns = math.ceil(self.unit * self.fine * (across.max() - across.min()))
        depths = columns // 2 if self.turning else columns * 3 // 4
        return Lattice.around(
            camera=self.camera, columns=columns, depths=max(64, depths), smooth=not self.turning
        )

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
        left, low, right = self._ground_extent(self.camera)
        high = float(self._horizon.top[-1].max())
        x, y = self.middle[0] - self.box.x0, self.middle[1] - self.box.y0
        x0, y0 = math.floor(x + self.unit * left), math.floor(y - self.unit * high)
        x1, y1 = math.ceil(x + self.unit * right), math.ceil(y - self.unit * low)
        columns = (np.arange((x1 - x0) * fine) + 0.5) / fine + x0
        rows = (np.arange((y1 - y0) * fine) + 0.5) / fine + y0
        thin = 0.5 if self.theme.mesh else 1  # a mesh has more lines, and says less
        line_width = self.theme.line_width * max(self.scale, 0.75) * fine
        rays = Rays(
            block=self.block,
            lattice=self._lattice,
            horizon=self._horizon,
            right=(columns - x) / self.unit,
            up=(y - rows) / self.unit,
            line_width=thin * line_width,
            rim_width=max(line_width, _RIM * fine),
            mesh=self.theme.mesh,
        )
        colors = np.take(self.block.colors, rays.codes(), axis=0)
        if fine > 1:
            blocks = colors.reshape(y1 - y0, fine, x1 - x0, fine, 3)
            colors = np.rint(blocks.mean(axis=(1, 3), dtype=np.float32)).astype(np.uint8)
        else:
            for edges in rays.edges():
                soften(colors, edges)
            soften(colors, rays.sides(), upright=True)
        into = region[max(0, y0) : y1, max(0, x0) : x1]
        into[:] = colors[max(0, -y0) :, max(0, -x0) :][: into.shape[0], : into.shape[1]]
        return region

    def vectors(self, _step: float, _spacing: int, _margin: int) -> list[Vector]:
        """Return the block as a picture that is finer than the scene's, and its labels."""
        return [Raster(self.enlarged(_SHARP).block_picture(), self.box), *self.marks()]

    def marks(self) -> list[Text | Shape]:
        """Return the labels: both axes along the front, heights at the left and their scale."""
        return self._labels.all()

    @property
    def _labels(self) -> Labels:
        return Labels(
            place=self._place,
            camera=self.camera,
            window=self.window,
            names=self.axes,
            lift=self.block.lift,
            scale=self.scale_words,
            unit=self.unit,
            box=self.box,
            size=self._type_size,
            theme=self.theme,
        )


def type_size(scale: float) -> float:
    """Return the em of all labels, in pixels."""
    return max(round(11 * scale, 2), 8.0)


def _less(one: Corners, other: Corners) -> Corners:
    a, b, c, d = (x - y for x, y in zip(one, other, strict=True))
    return a, b, c, d


@dataclass(frozen=True)
class Orbit:
    """A relief that turns by so many degrees in all.

    `fits`, (n, 3), are the block's place and size, `middle` and `unit`, every `_TURN` degrees: it
    fills its box at every angle, and changes slowly.
    """

    first: ReliefView
    degrees: float
    fits: Floats

    @classmethod
    def of(cls, first: ReliefView, degrees: float, box: Box) -> Orbit:
        """Return the turn of a view that has no box yet."""
        count = min(_ROUND, 1 + math.ceil(abs(degrees) / _TURN))
        way = math.copysign(_TURN, degrees)
        views = [first.turned(way * place) for place in range(count)]
        inward = np.array([-1.0, -1.0, 1.0, 1.0])
        rooms = inward * _levelled(inward * [view.room(box) for view in views])
        placed = [view.placed(box, room) for view, room in zip(views, rooms.tolist(), strict=True)]
        units = _levelled(np.array([[view.unit] for view in placed]))
        placed = [
            view.placed(box, room, unit)
            for view, room, (unit,) in zip(views, rooms.tolist(), units.tolist(), strict=True)
        ]
        fits = np.array([[*view.middle, view.unit] for view in placed])
        return cls(first=replace(first, box=box), degrees=degrees, fits=fits)

    def view(self, share: float) -> ReliefView:
        """Return how the block is seen after a share of the animation, 0 to 1."""
        angle = self.degrees * share
        before, part = divmod(abs(angle) / _TURN, 1)
        place = int(before) % _ROUND
        one, other = self.fits[place], self.fits[(place + 1) % len(self.fits)]
        x, y, unit = (one + (other - one) * part if part else one).tolist()
        return replace(self.first.turned(angle), middle=(x, y), unit=unit)


@dataclass(frozen=True)
class Turning:
    """A relief that turns, its tracks laid over it once."""

    orbit: Orbit
    draper: Draper
    draped: Sequence[Draped]

    def __call__(self, share: float) -> Plot:
        """Return the block with its tracks, as after a share of the animation."""
        view = self.orbit.view(share)
        return self.draper.plot(view, view.lines(self.draped))


def _levelled(lows: Floats) -> Floats:
    """Return bounds that change slowly, each at most what it was, (n, columns)."""
    return np.asarray(_windows(_windows(lows).min(axis=1)).mean(axis=1))


def _windows(values: Floats) -> Floats:
    """Return each row of values with its neighbours, (n, 2 * _GLIDE + 1, columns)."""
    mode: Literal["wrap", "edge"] = "wrap" if len(values) == _ROUND else "edge"
    padded = np.pad(values, ((_GLIDE, _GLIDE), (0, 0)), mode=mode)
    spread = np.arange(len(values))[:, None] + np.arange(2 * _GLIDE + 1)
    return np.asarray(padded[spread])


def _axes(_run: Run) -> list[Axes]:
    return [Axes(None)]  # the block takes all the room there is, and labels itself


def _show(run: Run, boxes: Sequence[Box], draper: Draper) -> Shown:
    (box,) = boxes
    size = type_size(draper.scale)
    room = _NAME * box.width
    fit = all(text_width(name, size, bold=True) <= room for name in run.axes)
    names = [shorten(name, room, size, bold=True) for name in (run.axes if fit else run.short_axes)]
    notes = [
        f"axis cut to {short!r}"
        for short, name in zip(names, run.axes, strict=True)
        if short != name
    ]
    view = ReliefView.of(
        surface=run.surface,
        window=run.window,
        theme=run.theme,
        scale=draper.scale,
        axes=(names[0], names[1]),
        scale_words=run.language.say("above_lowest_log"),
        camera=Camera(*run.look.camera) if run.look.camera else None,
        paths=[course.points for course in run.courses],
        turning=bool(run.look.orbit),
    )
    if not run.look.orbit:
        return Shown([draper.plot(view.fitted(box))], notes=notes)
    orbit = Orbit.of(view, run.look.orbit, box)
    turning = Turning(orbit, draper, draper.drape(orbit.view(0)))
    return Shown([replace(turning(0), redrawn=turning)], notes=notes)


VIEW = View(
    summary="In 3-D, as a block, tracks behind hills faint.",
    noun="3-D relief",
    axes=_axes,
    show=_show,
    turns=True,
)
