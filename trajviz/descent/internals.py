"""What an optimizer saw and did at each step, beside where it went."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from trajviz.descent.noise import CUSTOMARY, Noise
from trajviz.descent.paths import Course
from trajviz.descent.trajectory import Trajectory
from trajviz.descent.walk import Counted, counted_walk
from trajviz.frozen import dataclass
from trajviz.recipe.clamp import NO_CLAMP
from trajviz.surface import Floats, Points
from trajviz.surface.definition import Subject

_TOGETHER = 64
"""So many steps are looked at at once, which may have many dimensions."""


def gradients(surface: Subject, trajectory: Course, noise: Noise = CUSTOMARY) -> Points:
    """Return the gradient at the point that each step leaves.

    It is the gradient that the race shows: of that step's mini-batch, or with that step's noise,
    those of the run's own seed, clipped where the track clips it.

    Args:
        surface: What was descended, a surface or a problem.
        trajectory: Whose steps they are, with places (steps + 1, d).
        noise: What made the gradients of the race inexact.

    Returns:
        The gradients, (steps, d).
    """
    noise = noise.of_seed(trajectory.seed)
    leaves = trajectory.places[:-1]
    clamp = trajectory.spec.clamp if isinstance(trajectory, Trajectory) else NO_CLAMP
    if not noise.facts(surface):
        return clamp.clipped(surface.gradient(leaves))
    slopes = np.empty(leaves.shape)
    for step, gradient in zip(range(len(leaves)), noise.gradients(surface), strict=False):
        slopes[step] = gradient(leaves[step])
    return clamp.clipped(slopes)


def effective_steps(surface: Subject, trajectory: Course, noise: Noise = CUSTOMARY) -> Floats:
    """Return each step's effective learning rate along each axis, |dw| / |gradient|.

    For SGD it is the learning rate itself. The gradient is taken at the point that the step leaves,
    also for an optimizer that looks ahead. Where it is 0, the rate is infinite for a step that
    moves, and NaN for one that does not.

    Args:
        surface: What was descended, a surface or a problem.
        trajectory: Whose steps they are, with places (steps + 1, d).
        noise: What made the gradients of the race inexact.

    Returns:
        The rates, (steps, d).
    """
    with np.errstate(all="ignore"):
        moved = np.diff(trajectory.places, axis=0)
        return np.asarray(np.abs(moved / gradients(surface, trajectory, noise)))


def gradient_lengths(surface: Subject, trajectory: Course, noise: Noise = CUSTOMARY) -> Floats:
    """Return the length of the gradient that each step saw, (steps,); arguments as `gradients`."""
    return _lengths(gradients(surface, trajectory, noise))


def step_lengths(trajectory: Course) -> Floats:
    """Return how far each step went, (steps,), in the units of the places, (steps + 1, d)."""
    parts = _parts(trajectory.places, 1)
    return np.concatenate([np.empty(0), *(_lengths(np.diff(part, axis=0)) for part in parts)])


def turns(trajectory: Course) -> Floats:
    """Return the angle between each step and the one before, (steps - 1,), in degrees.

    It is 0 straight on and 180 straight back; NaN where either step does not move.
    """
    return np.concatenate([np.empty(0), *map(_turns, _parts(trajectory.places, 2))])


def _turns(places: Floats) -> Floats:
    moved = np.diff(places, axis=0)
    with np.errstate(all="ignore"):
        ways = moved / _lengths(moved)[:, np.newaxis]
        # Of two unit vectors: exact also near 0 and 180, where the cosine is flat.
        apart, together = _lengths(ways[1:] - ways[:-1]), _lengths(ways[1:] + ways[:-1])
    return np.asarray(np.degrees(2 * np.arctan2(apart, together)))


def _parts(places: Floats, more: int) -> Iterator[Floats]:
    """Yield places, (n, d), some at a time, so that memory stays flat; each with `more` after."""
    for begin in range(0, len(places) - more, _TOGETHER):
        yield places[begin : begin + _TOGETHER + more]


def _lengths(vectors: Floats) -> Floats:
    """Return the lengths of vectors, (n, d) to (n,), also of those whose squares overflow."""
    largest = np.abs(vectors).max(axis=1, initial=0.0)
    with np.errstate(all="ignore"):
        scaled = np.where(largest > 0, largest, 1.0)
        return np.asarray(scaled * np.linalg.norm(vectors / scaled[:, np.newaxis], axis=1))


MOST_REPLAYED = 2000
"""Steps of which it is known what carries over: they are replayed all at once."""


@dataclass(frozen=True)
class _Replayed:
    """What a step saw, (2,), for as many walks, but for one of them, which sees nothing."""

    slope: Points
    walks: int
    blind: int

    def gradient(self, _points: Points) -> Points:
        """Return the gradients, (walks, 2)."""
        slopes = np.tile(self.slope, (self.walks, 1))
        slopes[self.blind] = 0.0
        return slopes


def carried(trajectory: Trajectory, slopes: Points, steps: int) -> Points | None:
    """Return what of each step carries over: the step as it would be if its gradient were 0.

    For the heavy ball it is beta times the step before, and nothing for SGD.

    Args:
        trajectory: Whose steps they are.
        slopes: The gradient of each step, (steps, 2), as `gradients` returns it.
        steps: How many steps the race has, by which a schedule goes.

    Returns:
        What carries over, (steps, 2), with NaN after MOST_REPLAYED steps; None for an optimizer
        that sees more than a gradient a step, or runs from one place alone.
    """
    points, count = trajectory.points, min(trajectory.steps, MOST_REPLAYED)
    plain = trajectory.counts[-1].tolist() == [trajectory.steps, 0, 0]
    if not (plain and count and trajectory.spec.optimizer.batched):
        return None
    seen: Iterator[Any] = (
        _Replayed(slope=slope, walks=count, blind=step) for step, slope in enumerate(slopes)
    )
    begin, found = np.tile(points[0], (count, 1)), np.full(slopes.shape, np.nan)
    with np.errstate(all="ignore"):
        walk = counted_walk(trajectory.spec, Counted(seen), begin, trajectory.settings, steps)
        for step, after in enumerate(itertools.islice(walk, count)):
            found[step] = after[step] - points[step]
    return found
