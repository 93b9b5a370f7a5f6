"""What to render, as data: which race, how it looks, how it plays, and where it goes."""

from __future__ import annotations

import dataclasses
import functools
import math
from dataclasses import dataclass
from typing import Any, get_type_hints

import numpy as np

from trajviz.errors import TrajvizError, unknown
from trajviz.recipe.spec import Spec, check_rates
from trajviz.recipe.starts import check_starts
from trajviz.surface import Floats, check_point, check_window

SMALLEST, LARGEST = (160, 120), (3840, 2160)
"""The sizes of a picture in pixels."""
LOWEST = 5
"""A camera's least elevation in degrees."""
MOST_ORBIT = 3600
"""How far a camera may turn, in degrees."""


@dataclass(frozen=True)
class Look:
    """How a picture looks: size in pixels, theme by name or path, and words that replace ours.

    `view` is how the surface is shown, `panels` which charts stand beside it. `camera` is where a
    relief is seen from, elevation and azimuth in degrees (None: where most of the paths is seen),
    and `orbit` by how many degrees it turns during the animation.
    """

    size: tuple[int, int] = (640, 480)
    theme: str = "light"
    title: str = ""
    axes: tuple[str, str] | None = None
    view: str = "contour"
    panels: tuple[str, ...] = ()
    camera: tuple[float, float] | None = None
    orbit: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a size that cannot be drawn, and a camera where none can be."""
        width, height = self.size
        wide = SMALLEST[0] <= width <= LARGEST[0]
        if not (wide and SMALLEST[1] <= height <= LARGEST[1]):
            raise TrajvizError(
                f"size {width}x{height} is not from {SMALLEST[0]}x{SMALLEST[1]} "
                f"to {LARGEST[0]}x{LARGEST[1]}"
            )
        elevation, azimuth = self.camera or (LOWEST, 0.0)
        if not (LOWEST <= elevation <= 90 and math.isfinite(azimuth)):
            raise TrajvizError(
                f"camera {elevation:g},{azimuth:g} is not an elevation from {LOWEST} to 90 "
                "and a finite azimuth, in degrees"
            )
        if not abs(self.orbit) <= MOST_ORBIT:
            raise TrajvizError(f"orbit {self.orbit:g} must be from -{MOST_ORBIT} to {MOST_ORBIT}")


CLOCKS = {"steps": "step", "evaluations": "evaluation"}
"""What a race may be timed by, and what one of it is called.

An evaluation is one gradient, one height or one Hessian of the surface, and all cost the same.
"""

PIXEL_FORMATS = ("yuv420p", "yuv444p")
"""How a video may keep its colours: one chroma sample for four pixels, or for each."""
FEWEST_COLORS, MOST_COLORS = 16, 256
"""What a palette may have: a picture needs a few for itself, and a byte says no more."""
MOST_FRAMES = 100_000
LONGEST = 3600
"""Seconds of motion, and of the pause after it."""


@dataclass(frozen=True)
class Playback:
    """How an animation plays: seconds of motion, frames a second, the pause after it.

    `loop` is how many times a GIF plays, 0 for ever, and `colors` how many colours the palette of a
    GIF, WebP or APNG has at most. `pixel_format` is how a video keeps its
    colours: yuv420p, which plays everywhere, or yuv444p, sharper where it plays at all.
    """

    fps: float = 25
    seconds: float = 8
    hold: float = 2
    loop: int = 0
    pixel_format: str = PIXEL_FORMATS[0]
    colors: int = MOST_COLORS

    def __post_init__(self) -> None:
        """Refuse what cannot be played."""
        if not (math.isfinite(self.fps) and self.fps > 0):
            raise TrajvizError(f"fps {self.fps:g} must be a finite number above 0")
        if not 0 < self.seconds <= LONGEST:
            raise TrajvizError(f"seconds {self.seconds:g} must be above 0 and at most {LONGEST}")
        if not 0 <= self.hold <= LONGEST:
            raise TrajvizError(f"hold {self.hold:g} must be from 0 to {LONGEST} seconds")
        if not 0 <= self.loop <= 65535:
            raise TrajvizError(f"loop {self.loop} must be from 0 (for ever) to 65535 times")
        if self.fps * self.seconds > MOST_FRAMES:
            raise TrajvizError(
                f"fps {self.fps:g} for {self.seconds:g} seconds is more than {MOST_FRAMES} frames"
            )
        if not FEWEST_COLORS <= self.colors <= MOST_COLORS:
            raise TrajvizError(
                f"colors {self.colors} must be from {FEWEST_COLORS} to {MOST_COLORS}"
            )
        if self.pixel_format not in PIXEL_FORMATS:
            raise unknown("pixel format", self.pixel_format, PIXEL_FORMATS)

    @property
    def frames(self) -> int:
        """How many frames the moving part has, the first being the start, the last the end."""
        return max(1, round(self.fps * self.seconds))

    def positions(self, steps: int) -> Floats:
        """Return how many steps have been taken at each frame, (frames,), fractions included."""
        return np.linspace(0 if self.frames > 1 else steps, steps, self.frames)


@dataclass(frozen=True)
class Recipe:
    """A complete request: which race, how it is shown, and the files it becomes.

    `surface` is a name or a path, empty for a Surface made in Python, which no file can name.
    Without `optimizers` the default ones race; `start` and `window` replace the surface's. `noise`,
    `seed` and `batch_size` disturb the gradients. With `starts`, as in "7x7" or "random:50", each
    optimizer runs from so many places of the window, at the rate that is tuned from `start`.
    `paths` are files of trajectories that were recorded elsewhere; with them and without
    `optimizers`, nobody else races. `outputs` are files, `format` names the format
    where a file's suffix does not, `at` asks for stills of these steps, and `animate` for motion
    where a format can be either. `clock` is one of CLOCKS; by evaluations, `steps` and `at` count
    those. `lr` is how rates that are not given are chosen: "tuned", "default" or, one for all,
    "equal:RATE". With `metadata` each file says by which version and recipe it was made. No file is
    longer than `max_bytes`: to keep to it, colours, frames and size are given up (see budget).
    """

    surface: str
    optimizers: tuple[Spec, ...] = ()
    start: tuple[float, float] | None = None
    steps: int = 200
    window: tuple[float, float, float, float] | None = None
    noise: float = 0.0
    seed: int = 0
    batch_size: int | None = None
    starts: str = ""
    paths: tuple[str, ...] = ()
    look: Look = Look()
    playback: Playback = Playback()
    outputs: tuple[str, ...] = ()
    format: str = ""
    at: tuple[int, ...] = ()
    animate: bool = False
    clock: str = "steps"
    lr: str = "tuned"
    metadata: bool = True
    max_bytes: int | None = None

    def __post_init__(self) -> None:
        """Refuse what no surface can make good."""
        if not (isinstance(self.steps, int) and self.steps >= 1):
            raise TrajvizError(f"steps {self.steps!r} is not a whole number of at least 1")
        check_rates(self.lr)
        if self.clock not in CLOCKS:
            raise unknown("clock", self.clock, CLOCKS)
        if self.clock != "steps":
            for what, given in {"starts": self.starts, "paths": self.paths}.items():
                if given:
                    raise TrajvizError(f"clock {self.clock!r} takes no {what}: they go by steps")
        if self.max_bytes is not None and self.max_bytes < 1:
            raise TrajvizError(f"max_bytes {self.max_bytes} must be at least 1")
        if self.start is not None:
            check_point(self.start)
        if self.window is not None:
            check_window(self.window)
        if self.starts:
            check_starts(self.starts)

    @staticmethod
    def kinds() -> dict[str, Any]:
        """Return the types of all values, flat: those of look and playback in their places."""
        flat: dict[str, Any] = {}
        for name, kind in _hints(Recipe).items():
            flat |= _hints(kind) if _is_part(kind) else {name: kind}
        return flat

    @classmethod
    def of(cls, **values: Any) -> Recipe:
        """Return the recipe of these values, flat."""
        parts = {
            name: kind(**{key: values.pop(key) for key in _hints(kind) if key in values})
            for name, kind in _hints(Recipe).items()
            if _is_part(kind)
        }
        return cls(**values, **parts)

    @property
    def values(self) -> dict[str, Any]:
        """All values, flat, in the order of `kinds`."""
        parts = {**vars(self), **vars(self.look), **vars(self.playback)}
        return {key: parts[key] for key in self.kinds()}

    def changed(self, **values: Any) -> Recipe:
        """Return the recipe with some of its values, flat, replaced.

        A rate that was tuned for this race is left out where that makes it another race.
        """
        form = {"outputs", "format", "at", "animate", "metadata", "max_bytes"}
        race = set(_hints(Recipe)) - form
        if values.keys() & race and "optimizers" not in values:
            values["optimizers"] = tuple(spec.untuned for spec in self.optimizers)
        return Recipe.of(**{**self.values, **values})


def _is_part(kind: Any) -> bool:
    return dataclasses.is_dataclass(kind)


@functools.cache
def _hints(kind: type) -> dict[str, Any]:
    """Return the types of a class's values; to find them takes longer than to read a recipe."""
    return get_type_hints(kind)
