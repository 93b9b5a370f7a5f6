"""A section: the loss of a problem on a plane, as a surface that every view can draw.

The loss is taken at the nodes of a grid over the window, some points at a time, with a bicubic
spline between them. So heights in a picture are those of the plane, while the heights of a track
are its own. Of a race with mini-batches it is the loss of all samples.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from trajviz.descent.plane import Plane
from trajviz.descent.progress import Progress, no_progress
from trajviz.errors import TrajvizError
from trajviz.frozen import dataclass
from trajviz.recipe.recipe import DATA
from trajviz.surface import Floats, Number, Points, Surface, Window, check_window
from trajviz.surface.problem import Problem
from trajviz.surface.spline import Spline

FEWEST_NODES, MOST_NODES = 65, 129
"""Nodes along each axis: as many as the work allows."""
_WORK = 4e8
"""How many weights times samples are multiplied on the grid, unless it has the fewest nodes."""
_TOGETHER = 64
"""At so many points the loss is taken at once, so that memory stays flat."""
MARGIN = 0.08
"""The room around the tracks in a window, on each side, as a share of what they take."""
_NARROW = 0.2
"""A window's shorter side is at least this share of its longer one."""
_EQUAL = 1.8
"""How much longer a plot's one side may be than its other where axes are asked to be equal."""


def losses(function: Callable[[Floats], Floats], weights: Floats) -> Floats:
    """Return the losses at weights, (n, d) to (n,), some at a time."""
    found = np.empty(len(weights))
    for at in range(0, len(weights), _TOGETHER):
        found[at : at + _TOGETHER] = function(weights[at : at + _TOGETHER])
    return found


def check_data(problem: Problem, data: str) -> None:
    """Raise TrajvizError for the loss of data that a problem does not have."""
    if data == "held-out" and problem.held_out is None:
        raise TrajvizError(
            f"data 'held-out' is for a problem that holds data out, which {problem.name} does not"
        )


def fitted_window(plane: Plane, points: Iterable[Points]) -> Window:
    """Return a window around points of the plane, (n, 2) each, with a margin."""
    all_points = np.concatenate(
        [*points, np.full((1, 2), plane.reach), np.full((1, 2), -plane.reach)]
    )
    low, high = all_points.min(axis=0), all_points.max(axis=0)
    extent = high - low
    wanted = np.maximum(extent, _NARROW * extent.max() or 1.0) * (1 + 2 * MARGIN)
    (x0, y0), (x1, y1) = ((low + high - wanted) / 2).tolist(), ((low + high + wanted) / 2).tolist()
    return check_window((x0, x1, y0, y1))


@dataclass(frozen=True, eq=False)
class _Height:
    """The height on the plane, a spline through losses on a grid."""

    spline: Spline

    def __call__(self, x: Number, y: Number) -> Number:
        return self.spline(x, y)


def section_of(
    problem: Problem,
    plane: Plane,
    *,
    window: Window,
    start: tuple[float, float],
    data: str = "training",
    equal: bool = False,
    cache: Path | None = None,
    progress: Progress = no_progress,
) -> Surface:
    """Return the loss on a plane as a surface; of recorded runs a flat one, whose loss none knows.

    Args:
        problem: Whose loss.
        plane: Where.
        window: The part of the plane that is shown.
        start: Where the race begins, on the plane.
        data: Whose loss, of the "training" data or of that "held-out".
        equal: Whether axes are to be equal, for which more of the plane is needed.
        cache: The folder in which the losses are kept for the next time; None to keep none.
        progress: Called with how many points are done and how many there are.

    Raises:
        TrajvizError: The loss is nowhere finite on the plane.
    """
    if problem.recorded:
        return replace(stand_in(problem), window=window, start=start)
    ground = _for_equal_axes(window) if equal else window
    nodes = node_count(problem)
    xs, ys = np.linspace(*ground[:2], nodes), np.linspace(*ground[2:], nodes)
    function = problem.held_out if data == DATA[1] else problem.loss
    assert function is not None

    def taken() -> Floats:
        heights = np.empty((nodes, nodes))
        for row, y in enumerate(ys.tolist()):
            points = np.stack([xs, np.full(nodes, y)], axis=-1)
            heights[row] = losses(function, plane.place(points))
            progress((row + 1) * nodes, nodes**2)
        return heights

    if cache is None:
        heights = taken()
    else:
        from trajviz.descent.kept_losses import kept_losses

        some = [0, nodes // 2, -1]
        probes = plane.place(np.array([(x, y) for x in xs[some] for y in ys[some]]))
        heights = kept_losses(cache, function, probes, (nodes, nodes), taken)
        progress(nodes**2, nodes**2)
    return Surface(
        formula=_Height(Spline.through(xs, ys, _filled(heights))),
        window=window,
        start=start,
        axes=("axis 1", "axis 2"),
        aspect="fill",
        domain=ground,
        **problem.facts,
    )


def node_count(problem: Problem) -> int:
    """Return how many nodes a grid has along each axis, an odd number."""
    nodes = math.isqrt(int(_WORK / (max(problem.samples, 1) * problem.dimension)))
    return min(max(nodes, FEWEST_NODES), MOST_NODES) | 1


def _for_equal_axes(window: Window) -> Window:
    """Return the part of the plane that a plot of equal axes may show, whatever its shape."""
    extent = np.maximum(window.extent, _EQUAL * window.extent[::-1])
    middle = np.array([window.x0 + window.x1, window.y0 + window.y1]) / 2
    (x0, y0), (x1, y1) = (middle - extent / 2).tolist(), (middle + extent / 2).tolist()
    return Window(x0, x1, y0, y1)


def _filled(heights: Floats) -> Floats:
    """Return heights with the highest in place of what is not finite, which no spline takes."""
    finite = np.isfinite(heights)
    if not finite.any():
        raise TrajvizError("the loss is nowhere finite on the plane of the paths")
    return np.where(finite, heights, heights[finite].max())


def stand_in(problem: Problem) -> Surface:
    """Return what stands for a section before the race, which gives the plane: words alone."""
    return Surface(
        formula=_nothing,
        window=Window(-1.0, 1.0, -1.0, 1.0),
        start=(0.0, 0.0),
        title=problem.title,
        name=problem.name,
        axes=("axis 1", "axis 2"),
        samples=problem.samples,
        batch_size=problem.batch_size,
        phrase=problem.phrase,
        note=problem.note,
        aspect="fill",
    )


def _nothing(x: Number, y: Number) -> Number:
    return 0.0 * (x + y)
