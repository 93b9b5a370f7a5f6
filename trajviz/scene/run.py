"""A run as what there is to show of it: who went where on which surface, and how it looks."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from trajviz.descent import Progress, no_progress
from trajviz.descent.basins import minima_of
from trajviz.descent.noise import CUSTOMARY, Noise
from trajviz.descent.paths import Course
from trajviz.descent.trajectory import Trajectory
from trajviz.frozen import dataclass
from trajviz.recipe.notes import Note
from trajviz.recipe.recipe import MEMBERS_TRAIL, Look
from trajviz.scene.language import Language
from trajviz.scene.layout import Chip, picture_scale
from trajviz.scene.limits import MANY_MARGIN, MARGIN, Limits
from trajviz.scene.rings import ring_reach
from trajviz.scene.theme import Theme
from trajviz.scene.track import Pen
from trajviz.surface import Points, Surface, Window
from trajviz.surface.problem import Problem, is_on_plane

if TYPE_CHECKING:
    from trajviz.descent.plane import Plane

_FEW = 4
"""So many tracks of one optimizer are none too many to be drawn in full width."""


@dataclass(frozen=True)
class Run:
    """What views and panels show.

    Before the race there are no courses yet, only what is needed to see whether there is room.

    Attributes:
        surface: What is raced on, or the loss of a problem on its plane.
        window: The part of the plane that is raced on, and shown at least.
        steps: How many of what the clock counts each optimizer takes.
        look: How the picture is to look.
        theme: The look's theme, loaded.
        language: The look's language, loaded.
        chips: The entries in the key for the tracks, one for each optimizer.
        courses: Where the tracks went, those of one optimizer one after the other.
        noise: What makes gradients inexact.
        clock: What times the race: "steps" or "evaluations".
        notes: What is said from a step on.
        progress: What a view calls that takes long, with how much is done and how much there is.
        problem: What is raced on in d dimensions; None where the surface is.
        plane: On which plane that is seen; None for a surface, and before the race.
    """

    surface: Surface
    window: Window
    steps: int
    look: Look
    theme: Theme
    language: Language
    chips: tuple[Chip, ...]
    courses: tuple[Course, ...] = ()
    noise: Noise = CUSTOMARY
    clock: str = "steps"
    notes: tuple[Note, ...] = ()
    progress: Progress = no_progress
    problem: Problem | None = None
    plane: Plane | None = None

    @property
    def axes(self) -> tuple[str, str]:
        """The names of the axes: the user's, or else the surface's; of a plane with its shares."""
        if self.look.axes or not is_on_plane(self.problem):
            return self.look.axes or self.surface.axes
        x, y = self.plane.share if self.plane else (1.0, 1.0)
        say = self.language.say
        return (
            say("plane_axis", number=1, percent=whole_percent(x)),
            say("plane_axis", number=2, percent=whole_percent(y)),
        )

    @property
    def short_axes(self) -> tuple[str, str]:
        """The names of the axes where there is less room: those of a plane without its shares."""
        if self.look.axes or not is_on_plane(self.problem):
            return self.axes
        x, y = (self.language.say("plane_axis_alone", number=number) for number in (1, 2))
        return x, y

    @property
    def bold(self) -> list[Course]:
        """The courses that are drawn in full: all, but of several seeds the median alone."""
        return [course for course in self.courses if course.is_bold]

    @property
    def several(self) -> bool:
        """Whether an optimizer has more than a few tracks, which then are finer."""
        return max(map(len, swarms(self.bold)), default=0) > _FEW

    @functools.cached_property
    def limits(self) -> Limits:
        """What of the plane a plot seen from above shows, as its shape asks."""
        rings = ring_reach(len(self.bold), Pen.scaled(1.0)) if self.courses else 0.0
        margin = MANY_MARGIN if self.several else max(MARGIN, rings)
        return Limits(
            surface=self.surface,
            window=self.window,
            aspect=self.look.aspect,
            starts=_around([course.points[0] for course in self.courses]),
            margin=margin * max(picture_scale(*self.look.size), 0.7),
        )

    @property
    def trajectories(self) -> list[Trajectory]:
        """The courses that our optimizers ran."""
        return [course for course in self.courses if isinstance(course, Trajectory)]

    @property
    def bounds(self) -> list[tuple[float, float, float, float]]:
        """The bounds within which optimizers stay, each once."""
        of_each = [t.spec.clamp.bounds for t in self.trajectories]
        return [bounds for bounds in dict.fromkeys(of_each) if bounds]

    @functools.cached_property
    def minima(self) -> Points:
        """The minima that basins are told apart by, (n, 2); before the race those that are known.

        To find the others takes a race from a coarse lattice of starts.
        """
        if not self.courses:
            return np.array(self.surface.minima, dtype=np.float64).reshape(-1, 2)
        return minima_of(self.surface, self.trajectories, self.steps, self.window, self.noise)


def whole_percent(share: float) -> str:
    """Return a share in percent, without digits unless there would be but one.

    >>> whole_percent(0.544), whole_percent(0.0123), whole_percent(0.00004)
    ('54', '1.2', '0.004')
    """
    return f"{100 * share:.0f}" if share >= 0.095 else f"{100 * share:.2g}"


def _around(points: Sequence[Points]) -> Window | None:
    """Return the rectangle around points, (2,) each; None around none."""
    if not points:
        return None
    (x0, y0), (x1, y1) = np.min(points, axis=0).tolist(), np.max(points, axis=0).tolist()
    return Window(x0, x1, y0, y1)


def swarms(courses: Sequence[Course]) -> list[tuple[Course, ...]]:
    """Return the courses in groups: those of one label and source that follow each other."""
    alike = itertools.groupby(courses, lambda course: (course.source, course.label))
    return [tuple(group) for _, group in alike]


def told_of(courses: Sequence[Course]) -> list[tuple[Course, ...]]:
    """Return the courses in groups that numbers are given of: of several seeds the median's."""
    return [tuple(course for course in swarm if course.is_bold) for swarm in swarms(courses)]


def leader_of(swarm: Sequence[Course]) -> Course:
    """Return the first of a swarm that is drawn in full: of several seeds the median."""
    return next(course for course in swarm if course.is_bold)


def reach_of(course: Course, trail: int | None) -> float:
    """Return how many of a course's last steps are bright.

    Args:
        course: A line, or a member of a population.
        trail: What was asked for, as a Look has it.
    """
    usual = 0 if course.joined else MEMBERS_TRAIL
    return float(usual if trail is None else trail) or np.inf
