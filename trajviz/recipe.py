"""What to render, as data: how it looks and how it plays."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from trajviz.errors import TrajvizError, unknown
from trajviz.surface import Floats

SMALLEST, LARGEST = (160, 120), (3840, 2160)
"""The sizes of a picture in pixels."""


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
        """Refuse a size that cannot be drawn."""
        width, height = self.size
        wide = SMALLEST[0] <= width <= LARGEST[0]
        if not (wide and SMALLEST[1] <= height <= LARGEST[1]):
            raise TrajvizError(
                f"size {width}x{height} is not from {SMALLEST[0]}x{SMALLEST[1]} "
                f"to {LARGEST[0]}x{LARGEST[1]}"
            )


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
