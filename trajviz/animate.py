"""A scene in motion: the first picture, then what changes from frame to frame."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from trajviz.errors import TrajvizError, unknown
from trajviz.raster import Change, Rasterizer, Stage
from trajviz.scene import Scene
from trajviz.scene.paint import Picture
from trajviz.surface import Floats, Ints

PIXEL_FORMATS = ("yuv420p", "yuv444p")
"""How a video may keep its colours: one chroma sample for four pixels, or for each."""
MOST_FRAMES = 100_000
LONGEST = 3600
"""Seconds of motion, and of the pause after it."""


@dataclass(frozen=True)
class Playback:
    """How an animation plays: seconds of motion, frames a second, the pause after it.

    `loop` is how many times a GIF plays, 0 for ever. `pixel_format` is how a video keeps its
    colours: yuv420p, which plays everywhere, or yuv444p, sharper where it plays at all.
    """

    fps: float = 25
    seconds: float = 8
    hold: float = 2
    loop: int = 0
    pixel_format: str = PIXEL_FORMATS[0]

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
        if self.pixel_format not in PIXEL_FORMATS:
            raise unknown("pixel format", self.pixel_format, PIXEL_FORMATS)

    @property
    def frames(self) -> int:
        """How many frames the moving part has, the first being the start, the last the end."""
        return max(1, round(self.fps * self.seconds))

    def positions(self, steps: int) -> Floats:
        """Return how many steps have been taken at each frame, (frames,), fractions included."""
        return np.linspace(0 if self.frames > 1 else steps, steps, self.frames)


@dataclass
class Animation:
    """A scene in motion: `first` is frame 0, `changes()` what each later frame changes.

    `positions`, (frames,), non-decreasing, says how many steps have been taken at each frame;
    between two steps the heads glide. Changes are computed anew by every call, in bounded memory.
    """

    scene: Scene
    positions: Floats
    first: Picture = field(init=False)
    _stage: Stage = field(init=False, repr=False)
    _numbers: Ints = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Draw frame 0."""
        self._stage = Stage(self.scene)
        self._numbers = shown_steps(self.positions)
        rasterizer = Rasterizer(self._stage, self.positions[:1], self._numbers[:1])
        self.first = self._stage.canvas.reshape(self.scene.background.shape).copy()
        change = next(rasterizer.changes())
        self.first.reshape(-1, 3)[change.pixels] = change.colors

    def changes(self) -> Iterator[Change]:
        """Yield what frames 1, 2, ... change."""
        changes = Rasterizer(self._stage, self.positions, self._numbers).changes()
        next(changes)
        return changes

    def frames(self) -> Iterator[Picture]:
        """Yield every frame, (height, width, 3); each is a copy of its own."""
        canvas = self.first.copy()
        yield canvas.copy()
        for change in self.changes():
            canvas.reshape(-1, 3)[change.pixels] = change.colors
            yield canvas.copy()


def still(scene: Scene, step: float) -> Picture:
    """Return the picture after `step` steps."""
    return Animation(scene, np.array([float(step)])).first


def shown_steps(positions: Floats) -> Ints:
    """Return the step number shown in each frame, (frames,): round ones, and at the end the last.

    Numbers that change with every frame cannot be read, and cost a GIF a quarter of its bytes:
    they tick in the least of 1, 2, 5, 10, 20, ... that leaves each for four frames.

    >>> shown_steps(np.linspace(0, 8, 9)).tolist()
    [0, 0, 0, 0, 0, 5, 5, 5, 8]
    """
    taken: Ints = np.floor(positions).astype(np.int64)
    least = 4 * positions[-1] / max(len(positions) - 1, 1)
    power = 10 ** max(0, math.floor(math.log10(max(least, 1))))
    tick = next(power * lead for lead in (1, 2, 5, 10) if power * lead >= least)
    shown: Ints = taken - taken % tick
    shown[-1] = taken[-1]
    return shown
