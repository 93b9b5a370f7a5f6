"""What became of a track: where it ends, when it is near a minimum, outside, lower, or lost.

Near is within about a hundredth of the window's shorter side. A time is the first from which on
something holds to the end.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from typing import Self

import numpy as np

from trajviz.descent import no_progress
from trajviz.descent.basins import DIVERGED as LOST
from trajviz.descent.basins import ELSEWHERE, find_basins, lattice, minima_of
from trajviz.descent.floor import floor_of, nearness
from trajviz.descent.outcome import Outcome
from trajviz.descent.paths import Course, Recorded
from trajviz.descent.trajectory import Trajectory
from trajviz.frozen import dataclass
from trajviz.scene.departure import since
from trajviz.scene.key import name_of
from trajviz.scene.run import swarms
from trajviz.scene.track import Flags
from trajviz.surface import Floats, Points, Window

MOST_IN_LABEL = 24
"""How many characters of a label are kept."""
_SAMPLES = (32, 24)
"""Columns and rows of the lattice of starts from which shares of basins are estimated."""


@dataclass(frozen=True, eq=False)
class Fate:
    """One track as far as it is shown: its points, (n, 2), and when it comes to each, (n,)."""

    name: str
    points: Points
    heights: Floats
    times: Floats
    ends: int
    diverged_at: int | None

    def since(self, holds: Flags) -> int | None:
        """Return the time from which on something, (n,), holds to the end; None if it does not."""
        step = since(holds)
        return None if step is None else int(self.times[step])

    def distances(self, minima: Points) -> Floats:
        """Return how far each point is from each minimum, (n, minima)."""
        with np.errstate(all="ignore"):
            away = self.points[:, None] - minima
            return np.asarray(np.hypot(away[..., 0], away[..., 1]))


def fates_of(outcome: Outcome, at: int | None = None) -> list[list[Fate]]:
    """Return what became of the tracks of each optimizer.

    Args:
        outcome: What came of the race.
        at: How far of it is looked at, a step of its clock; None for all of it.
    """
    names = names_of(outcome.courses)
    return [
        [_fate(outcome, course, names[course.source, course.label], at) for course in swarm]
        for swarm in swarms(outcome.courses)
    ]


def _fate(outcome: Outcome, course: Course, name: str, at: int | None) -> Fate:
    times = course.times(outcome.recipe.clock)
    shown = len(times) if at is None else int(np.searchsorted(times, at, side="right"))
    lost = course.diverged_at if at is None or at > times[-1] else None
    ends = outcome.steps if at is None else at
    if course.arrived_at is not None:
        ends = min(ends, int(course.times(outcome.recipe.clock)[-1]))
    if isinstance(course, Recorded):
        ends = min(ends, course.steps)
    return Fate(
        name=name,
        points=course.points[:shown],
        heights=course.heights[:shown],
        times=times[:shown],
        ends=ends,
        diverged_at=lost,
    )


@dataclass(frozen=True)
class Judge:
    """Judges what became of tracks, given the known minima, (n, 2).

    What is near goes by the `window` on which is raced; what is outside is so of what is `shown`.
    Below `floor` a height is lower than that of the lowest known minimum.
    """

    window: Window
    shown: Window
    minima: Points
    floor: float

    @classmethod
    def of(cls, outcome: Outcome, shown: Window | None = None) -> Self:
        """Return the judge of a race.

        Args:
            outcome: What came of it.
            shown: The part of the plane that is inside; None for that on which is raced.
        """
        return cls(
            window=outcome.window,
            shown=shown or outcome.window,
            minima=np.array(outcome.surface.minima).reshape(-1, 2),
            floor=floor_of(outcome.surface, outcome.window),
        )

    @property
    def near(self) -> float:
        """The distance that counts as near."""
        return nearness(self.window)

    def arrival(self, fate: Fate) -> tuple[int, int | None]:
        """Return which minimum a track ends nearest to, and since when it is near, if it is."""
        if not len(self.minima):
            return 0, None
        distances = fate.distances(self.minima)
        place = int(np.argmin(distances[-1]))
        return place, fate.since(distances[:, place] <= self.near)

    def visit(self, fate: Fate) -> int | None:
        """Return when a track first comes near a minimum, None if it never does."""
        near = (fate.distances(self.minima) <= self.near).any(axis=1)
        return int(fate.times[np.argmax(near)]) if near.any() else None

    def departure(self, fate: Fate) -> int | None:
        """Return since when a track is outside the window, None if it ends inside."""
        return fate.since(~self.shown.contains(fate.points))

    def distance(self, fate: Fate) -> float:
        """Return how far a track ends from the minimum that is nearest to it."""
        return float(fate.distances(self.minima)[-1].min())

    def is_lower(self, fate: Fate) -> bool:
        """Tell whether a track ends lower than the lowest known minimum."""
        return bool(fate.heights[-1] < self.floor)

    def arrived_at(self, fate: Fate) -> int | None:
        """Return since when a track is at a minimum for good; None if it is not, or diverges."""
        return None if fate.diverged_at is not None else self.arrival(fate)[1]

    def has_arrived(self, fate: Fate) -> bool:
        """Tell whether a track ends near a minimum."""
        return self.arrived_at(fate) is not None


def basin_shares(outcome: Outcome) -> tuple[list[tuple[str, float]], int]:
    """Return from how much of the window each optimizer reaches a minimum, in percent.

    It is estimated by runs from a lattice of starts. How many minima there are is returned as well.
    """
    ours = [course for course in outcome.courses if isinstance(course, Trajectory)]
    minima = minima_of(outcome.surface, ours, outcome.steps, outcome.window, outcome.noise)
    starts = lattice(outcome.window, *_SAMPLES)
    shares = []
    for course, name in zip(ours, names_of(ours).values(), strict=True):
        found = find_basins(
            surface=outcome.surface,
            trajectory=course,
            starts=starts,
            steps=outcome.steps,
            minima=minima,
            window=outcome.window,
            noise=outcome.noise,
            progress=no_progress,
        )
        reached = np.isin(found.reached, (ELSEWHERE, LOST), invert=True).mean()
        shares.append((name, 100 * float(reached)))
    return shares, len(minima)


def names_of(courses: Iterable[Course]) -> dict[tuple[str, str], str]:
    """Return each track's name by source and label: that in the key, unless two share it."""
    first = {(course.source, course.label): course for course in courses}
    names = {
        key: course.label if isinstance(course, Recorded) else name_of(course.spec)
        for key, course in first.items()
    }
    times = Counter(names.values())
    told = {key: name if times[name] == 1 else key[1] for key, name in names.items()}
    return {key: plain(name, MOST_IN_LABEL) or "a track" for key, name in told.items()}


def plain(text: str, most: int) -> str:
    """Return a user's words in one line, shortened, without what does not print."""
    words = "".join(c if c.isprintable() else " " for c in text).split()
    line = " ".join(words)
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def number(value: float) -> str:
    """Return a number to three digits."""
    return f"{value:.3g}"


def beyond(distance: float, near: float) -> str:
    """Return a distance to two digits, rounded up where it would seem to be near."""
    shown = f"{distance:.2g}"
    if float(shown) > near or not math.isfinite(distance):
        return f"{float(shown):g}"
    unit = 10.0 ** (math.floor(math.log10(distance)) - 1)
    return f"{(math.floor(distance / unit) + 1) * unit:.2g}"
