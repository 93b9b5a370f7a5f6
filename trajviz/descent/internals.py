"""What an optimizer saw and did at each step, beside where it went."""

from __future__ import annotations

import numpy as np

from trajviz.descent.noise import CUSTOMARY, Noise
from trajviz.descent.paths import Course
from trajviz.descent.trajectory import Trajectory
from trajviz.recipe.clamp import NO_CLAMP
from trajviz.surface import Floats, Points, Surface


def gradients(surface: Surface, trajectory: Course, noise: Noise = CUSTOMARY) -> Points:
    """Return the gradient at the point that each step leaves.

    It is the gradient that the race shows: of that step's mini-batch, or with that step's noise,
    clipped where the track clips it.

    Args:
        surface: What was descended.
        trajectory: Whose steps they are, with points (steps + 1, 2).
        noise: What made the gradients of the race inexact.

    Returns:
        The gradients, (steps, 2).
    """
    leaves = trajectory.points[:-1]
    clamp = trajectory.spec.clamp if isinstance(trajectory, Trajectory) else NO_CLAMP
    if not noise.facts(surface):
        return clamp.clipped(surface.gradient(leaves))
    slopes = np.empty(leaves.shape)
    for step, gradient in zip(range(len(leaves)), noise.gradients(surface), strict=False):
        slopes[step] = gradient(leaves[step])
    return clamp.clipped(slopes)


def effective_steps(surface: Surface, trajectory: Course, noise: Noise = CUSTOMARY) -> Floats:
    """Return each step's effective learning rate along each axis, |dw| / |gradient|.

    For SGD it is the learning rate itself. The gradient is taken at the point that the step leaves,
    also for an optimizer that looks ahead. Where it is 0, the rate is infinite for a step that
    moves, and NaN for one that does not.

    Args:
        surface: What was descended.
        trajectory: Whose steps they are, with points (steps + 1, 2).
        noise: What made the gradients of the race inexact.

    Returns:
        The rates, (steps, 2).
    """
    with np.errstate(all="ignore"):
        moved = np.diff(trajectory.points, axis=0)
        return np.asarray(np.abs(moved / gradients(surface, trajectory, noise)))
