"""The panels: each a function from a race to the charts it shows.

A function added to PANELS is found by every listing, help text and test.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from trajviz.descent import Trajectory
from trajviz.errors import TrajvizError
from trajviz.internals import effective_steps
from trajviz.noise import Noise
from trajviz.scene.chart import Chart
from trajviz.surface import Surface

Panel: TypeAlias = Callable[[Surface, Sequence[Trajectory], Noise, tuple[str, str]], list[Chart]]
"""Takes a surface, its trajectories, the noise of their gradients and the axes' names."""


def loss(
    surface: Surface, trajectories: Sequence[Trajectory], _noise: Noise, _axes: tuple[str, str]
) -> list[Chart]:
    """Height above the lowest known minimum, or plain height where the surface has no bottom."""
    if not surface.minima:
        return [Chart("height", tuple(t.heights for t in trajectories))]
    lowest = float(surface.value(np.array(surface.minima)).min())
    curves = tuple(np.maximum(t.heights - lowest, 0) for t in trajectories)
    return [Chart("height above the minimum", curves)]


def step_size(
    surface: Surface, trajectories: Sequence[Trajectory], noise: Noise, axes: tuple[str, str]
) -> list[Chart]:
    """Effective step along each axis: how far a step goes for each unit of slope."""
    steps = [effective_steps(surface, t, noise) for t in trajectories]
    return [
        Chart(f"effective step in {name}", tuple(s[:, axis] for s in steps), first=1)
        for axis, name in enumerate(axes)
    ]


def accuracy(
    surface: Surface, trajectories: Sequence[Trajectory], _noise: Noise, _axes: tuple[str, str]
) -> list[Chart]:
    """Share of the data that is classified right, for surfaces that come from data."""
    if surface.accuracy is None:
        raise TrajvizError(f"surface {surface.name!r} has no accuracy: it does not classify data")
    share = surface.accuracy
    curves = tuple(share(t.points[:, 0], t.points[:, 1]) for t in trajectories)
    return [Chart("accuracy", curves)]


PANELS: dict[str, Panel] = {"accuracy": accuracy, "loss": loss, "step-size": step_size}
"""The panels by name."""


def panel_names() -> list[str]:
    """Return the names of the panels, sorted."""
    return sorted(PANELS)
