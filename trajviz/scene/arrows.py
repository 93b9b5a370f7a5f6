"""Arrows at the heads: minus the gradient, the step that follows, and what of it carries over.

A needle of one length points where minus the gradient does. The step is the longer the larger it
is, by the cube root: an eighth of the race's longest step is half as long an arrow. With what
carries over, all three arrows of a head are on one scale, so that the sum of two is the step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from trajviz.descent.internals import carried, gradients
from trajviz.descent.noise import Noise
from trajviz.descent.paths import Course
from trajviz.descent.trajectory import Trajectory
from trajviz.frozen import dataclass
from trajviz.scene.color import RGB, mix
from trajviz.scene.marks import Stroke
from trajviz.scene.movers import MovingStroke, remembered
from trajviz.scene.theme import Theme
from trajviz.scene.track import Flags, Pen, Track
from trajviz.surface import Floats, Points, Surface

LONGEST, LONGEST_OF_THREE, NEEDLE = 62.0, 84.0, 30.0
"""How far the longest arrow reaches beyond its head, alone or one of three, and a needle; at
640x480."""
_SHORTEST = 2.0
"""An arrow that reaches less far beyond its head is left out, in pixels at 640x480."""
_BOLD, _MIDDLE, _THIN = 2.6, 2.0, 1.3
"""How wide the arrows of step, of what carries over and of the gradient are, at 640x480."""
_TIPS = {_BOLD: 9.0, _MIDDLE: 8.0, _THIN: 6.5}
"""How long their tips are."""
_PALE, _QUIET = 0.45, 0.25
"""How much the background is in the colours of what carries over, and of the gradient."""
_SMALL = 1e-4
"""By which share of the picture a place is moved to see which way that is there."""


@dataclass(frozen=True)
class Pushes:
    """What moves a head at each point that it leaves, in the surface's units, (steps, 2) each.

    Attributes:
        shown: What of it is shown, one of ARROWS.
        steps: The steps.
        down: Minus the gradients; None where they are not known.
        carried: What of the steps carries over; None where that is not known or not shown.
    """

    shown: str
    steps: Points
    down: Points | None
    carried: Points | None

    @classmethod
    def of(cls, course: Course, shown: str, surface: Surface, noise: Noise, race: int) -> Pushes:
        """Return what moves the head of a course.

        Args:
            course: Where it goes; in d dimensions its gradients are not those of the plane.
            shown: What is shown of it.
            surface: What it descends.
            noise: What makes gradients inexact.
            race: How many steps the race has.
        """
        steps, down, over = np.diff(course.points, axis=0), None, None
        if course.off_plane is None and len(steps):
            slopes = gradients(surface, course, noise)
            down = -np.asarray(slopes)
            if shown == "velocity" and isinstance(course, Trajectory):
                over = carried(course, slopes, race)
        return cls(shown=shown, steps=steps, down=down, carried=over)


def pushes_of(
    courses: Sequence[Course], usual: str, surface: Surface, noise: Noise, race: int
) -> list[Pushes | None]:
    """Return what moves each head whose arrows are shown, None for the others.

    Args:
        courses: Where the heads go.
        usual: What arrows show of a track that does not say it, one of ARROWS.
        surface: What is descended.
        noise: What makes gradients inexact.
        race: How many steps the race has.
    """
    found = []
    for course in courses:
        own = course.spec.arrows if isinstance(course, Trajectory) else ""
        has_head = course.joined and course.steps and course.is_bold
        shown = (own or usual) if has_head else "none"
        pushes = None if shown == "none" else Pushes.of(course, shown, surface, noise, race)
        found.append(pushes)
    return found


@dataclass(frozen=True)
class Arrows:
    """The arrows at the head of a track.

    Attributes:
        pushes: What moves it.
        points: Where it is before each step, (steps, 2), in the surface's units.
        times: When it leaves each of these, (steps,), and when it arrives at the last point.
        track: The track in pixels.
        layer: Its place among the plot's layers.
        project: Returns where points of the plane lie in the picture.
        extent: How large what is shown of the plane is, (2,).
    """

    pushes: Pushes
    points: Points
    times: Floats
    track: Track
    layer: int
    project: Callable[[Points], Points]
    extent: Floats

    def longest(self) -> float:
        """Return how long the longest of its steps is in the picture, in pixels."""
        lengths = np.hypot(*self._in_pixels(self.pushes.steps).T)
        return float(lengths.max(initial=0.0))

    def movers(self, longest: float, pen: Pen, scale: float, theme: Theme) -> list[MovingStroke]:
        """Return the arrows, the step's last.

        Args:
            longest: How long the race's longest step is, in pixels.
            pen: How large heads are.
            scale: How much larger than at 640x480 arrows are.
            theme: The colours.
        """
        color, around = self.track.color, theme.background
        quiet, pale = mix(theme.ink, around, _QUIET), mix(color, around, _PALE)
        parts = self._parts(longest, pen.head, scale)
        inks = {"gradient": (quiet, _THIN), "velocity": (pale, _MIDDLE), "step": (color, _BOLD)}
        least = pen.head + pen.rim
        return [
            self._mover(part, least, scale, *inks[name], around) for name, part in parts.items()
        ]

    def _parts(self, longest: float, head: float, scale: float) -> dict[str, Points]:
        """Return the arrows by what they show, (steps, 4): from the head to both ends."""
        shown, pushes = self.pushes.shown, self.pushes
        steps = self._in_pixels(pushes.steps)
        if shown == "velocity" and pushes.carried is not None:
            over = self._in_pixels(pushes.carried)
            three = np.stack([over, steps - over, steps])
            over, rest, steps = three * _grown(three, longest, head, LONGEST_OF_THREE * scale)
            return {
                "velocity": _from(np.zeros_like(over), over),
                "gradient": _from(over, over + rest),
                "step": _from(np.zeros_like(over), steps),
            }
        parts = {}
        if pushes.down is not None:
            down = self._in_pixels(pushes.down)
            length = np.maximum(np.hypot(*down.T), 1e-300)[:, None]
            parts["gradient"] = _from(np.zeros_like(down), down / length * (head + NEEDLE * scale))
        if shown != "gradient":
            grown = steps * _grown(steps[None], longest, head, LONGEST * scale)
            parts["step"] = _from(np.zeros_like(steps), grown)
        return parts

    def _in_pixels(self, vectors: Points) -> Points:
        """Return vectors of the plane, (steps, 2), as they lie in the picture there."""
        with np.errstate(all="ignore"):
            size = np.abs(vectors / self.extent).max(axis=1, keepdims=True) / _SMALL
            size = np.where(size > 0, size, 1.0)
            moved = self.project(self.points + vectors / size) - self.project(self.points)
            return np.nan_to_num(moved * size, nan=0.0, posinf=0.0, neginf=0.0)

    def _mover(
        self, part: Points, least: float, scale: float, color: RGB, width: float, around: RGB
    ) -> MovingStroke:
        stroke = Stroke(
            (), width=width * scale, color=color, tip=_TIPS[width] * scale,
            rim=around, rim_width=0.9 * scale,
        )  # fmt: skip
        ends = remembered(lambda steps: self._ends(part, least, _SHORTEST * scale, steps))
        return MovingStroke(stroke=stroke, ends=ends, layer=self.layer)

    def _ends(self, part: Points, least: float, shortest: float, steps: Floats) -> Points:
        """Return both ends of an arrow in the picture at each moment, (n, 2, 2).

        Between two points it goes from one's arrow to the other's. It begins where its head ends.
        """
        after = np.concatenate([part, part[-1:]])
        shift = np.stack([np.interp(steps, self.times, axis) for axis in after.T], axis=-1)
        begin, end = shift[:, :2], shift[:, 2:]
        way = end - begin
        length = np.maximum(np.hypot(*way.T), 1e-9)[:, None]
        inside = np.clip(least - np.hypot(*begin.T)[:, None], 0, length)
        ends = np.stack([begin + inside * way / length, end], axis=1)
        there = (length - inside)[:, 0] >= shortest
        there &= (steps < self.times[-1]) & self._seen(steps)
        return np.where(there[:, None, None], self.track.at(steps)[:, None] + ends, np.nan)

    def _seen(self, steps: Floats) -> Flags:
        line = self.track.line
        there = (steps >= line.knots[0]) & (steps < self.track.gone_knot)
        return np.asarray(there & ~line.hidden[line.ending(steps)])


def _grown(vectors: Points, longest: float, head: float, most: float) -> Floats:
    """Return by how much the arrows of each step are enlarged, (steps, 1).

    Args:
        vectors: Some for each step, (k, steps, 2), in pixels, all to be enlarged by the same.
        longest: How long the longest is that there is.
        head: How far heads reach, from where arrows are seen.
        most: How far beyond that the longest arrow is to reach.
    """
    lengths = np.hypot(*np.moveaxis(vectors, -1, 0)).max(axis=0)
    share = np.clip(lengths / max(longest, 1e-300), 0, 1)
    wanted = np.where(lengths > 0, head + most * np.cbrt(share), 0.0)
    return np.asarray(np.divide(wanted, lengths, out=np.zeros_like(wanted), where=lengths > 0))[
        :, None
    ]


def _from(begin: Points, end: Points) -> Points:
    return np.concatenate([begin, end], axis=1)
