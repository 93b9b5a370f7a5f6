"""The panels: each a function from a race to the charts it shows.

A function added to PANELS is found by every listing, help text and test.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from trajviz.descent.internals import effective_steps
from trajviz.descent.noise import Noise
from trajviz.descent.paths import Course
from trajviz.errors import TrajvizError
from trajviz.scene.chart import Chart
from trajviz.surface import Ranks, Surface, Window


@dataclass(frozen=True)
class Run:
    """What a panel may show: who went where on which surface, within which window."""

    surface: Surface
    window: Window
    trajectories: tuple[Course, ...]
    noise: Noise
    axes: tuple[str, str]


Panel: TypeAlias = Callable[[Run], list[Chart]]
"""A function from a run to charts."""


def loss(run: Run) -> list[Chart]:
    """Height above the lowest known minimum, or plain height where the surface has no bottom."""
    surface = run.surface
    heights = [t.heights for t in run.trajectories]
    if not surface.minima:
        # What has left the window downwards would flatten all that is seen in it.
        low, high = Ranks.of(surface, run.window).heights[[0, -1]].tolist()
        shown = np.clip(np.concatenate([[high], *heights]), low, high)
        bounds = float(shown.min()), float(shown.max())
        return [Chart("height", tuple(heights), bounds=bounds, lost=math.inf)]
    lowest = float(surface.value(np.array(surface.minima)).min())
    above = tuple(np.maximum(h - lowest, 0) for h in heights)
    return [Chart("height above minimum", above, lost=math.inf)]


def step_size(run: Run) -> list[Chart]:
    """Effective step along each axis: how far a step goes for each unit of slope."""
    steps = [effective_steps(run.surface, t, run.noise) for t in run.trajectories]
    return [
        Chart(f"effective step in {name}", tuple(s[:, axis] for s in steps), first=1)
        for axis, name in enumerate(run.axes)
    ]


def accuracy(run: Run) -> list[Chart]:
    """Share of the data that is classified right, for surfaces that come from data."""
    share = run.surface.accuracy
    if share is None:
        raise TrajvizError(
            f"panel 'accuracy' is for surfaces over data that is classified, as noisy-moons is, "
            f"not for {run.surface.name}"
        )
    shares = tuple(share(*t.points.T) for t in run.trajectories)
    return [Chart("accuracy", shares, lost=-math.inf)]


PANELS: dict[str, Panel] = {"accuracy": accuracy, "loss": loss, "step-size": step_size}
"""The panels by name."""


def panel_names() -> list[str]:
    """Return the names of the panels, sorted."""
    return sorted(PANELS)
