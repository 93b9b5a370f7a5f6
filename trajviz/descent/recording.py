"""A path as a file has it, before it lies on any surface."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field

import numpy as np

from trajviz.errors import TrajvizError
from trajviz.frozen import dataclass
from trajviz.surface import Floats, Ints, Points
from trajviz.untrusted import MOST_TRACKS, check_count, check_text

MOST_PATHS = 4_000
"""The most paths that a file may hold."""


@dataclass(frozen=True)
class Recording:
    """One path of a file.

    Attributes:
        label: What the file calls it.
        points: Where it went, (n, 2), n at least 1; the weights of a run, (n, d).
        number: Which of several paths of one label it is, from 0; None where there is one.
        steps: At which step it was at each point, rising from 0, (n,); None for 0, 1, 2 and so on.
        joined: Whether a line joins its points; a member of a population is drawn as a point alone.
        losses: The loss at each point, (n,), NaN where it is not known; None for no loss at all.
        weights: The run itself, (n, d), where the points are its projection; else None.
        off_plane: How far the weights are from the plane then, (n,); None where it is not known.
    """

    label: str
    points: Points
    number: int | None = None
    steps: Ints | None = None
    joined: bool = True
    losses: Floats | None = None
    weights: Floats | None = None
    off_plane: Floats | None = None

    def __post_init__(self) -> None:
        """Refuse a label that no picture shows."""
        check_text("label", self.label)

    @property
    def length(self) -> int:
        """The last step."""
        return len(self.points) - 1 if self.steps is None else int(self.steps[-1])

    def until(self, last: int) -> Points:
        """Return where it was at each step up to the last, (steps + 1, 2).

        Between two points that are steps apart it is taken to have gone straight.
        """
        if self.steps is None:
            return self.points[: last + 1]
        taken = np.arange(min(last, self.length) + 1)
        return np.stack([np.interp(taken, self.steps, along) for along in self.points.T], axis=-1)


@dataclass(frozen=True)
class Reading:
    """What a file holds, and what had to be understood to read it.

    Attributes:
        recordings: The paths, in the file's order.
        understood: Phrases about what the file does not say in the documented form.
    """

    recordings: list[Recording]
    understood: list[str] = field(default_factory=list)

    def checked(self) -> Reading:
        """Return it if it has paths that can be told apart, not too many; else raise."""
        if not self.recordings:
            raise TrajvizError("there is no path in it")
        check_paths(len(self.recordings))
        _check_labels(self.recordings)
        return self

    def grouped(self) -> list[Recording]:
        """Return the paths in the file's order, but those of one label next to each other."""
        places = {r.label: place for place, r in reversed([*enumerate(self.recordings)])}
        return sorted(self.recordings, key=lambda recording: places[recording.label])


def check_paths(count: int) -> None:
    """Raise TrajvizError for more paths than a file may hold, best before they are made."""
    if count > MOST_PATHS:
        raise TrajvizError(f"{count:,} paths are more than {MOST_PATHS:,}")


def _check_labels(recordings: Iterable[Recording]) -> None:
    recordings = [*recordings]
    check_count("labels", {recording.label for recording in recordings}, MOST_TRACKS)
    taken: set[tuple[str, int | None]] = set()
    for recording in recordings:
        if not recording.label.strip():
            raise TrajvizError("a path has no label")
        key = (recording.label, recording.number)
        if key in taken:
            raise TrajvizError(
                f"label {recording.label!r} is there twice: 'start' must tell them apart"
            )
        taken.add(key)
