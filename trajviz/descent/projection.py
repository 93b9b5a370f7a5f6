"""A race in d dimensions laid on a plane: points, window, start and the loss there.

What was run stays as it is: the weights, the losses and the counts of a trajectory are its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from trajviz.descent.plane import Paths, find_plane
from trajviz.descent.section import fitted_window, section_of
from trajviz.descent.setup import Setup
from trajviz.descent.trajectory import Trajectory
from trajviz.recipe.recipe import Recipe
from trajviz.surface import check_window


def projected(
    recipe: Recipe,
    setup: Setup,
    trajectories: Sequence[Trajectory],
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> tuple[Setup, list[Trajectory]]:
    """Return setup and trajectories as they are on the plane; on a surface, as they are.

    Args:
        recipe: Which plane it is, what part of it is shown, and whose loss.
        setup: What was descended.
        trajectories: What has run, with weights.
        progress: Called with how many points of the plane are done and how many there are.

    Raises:
        TrajvizError: The plane goes through a track that is not there, or through points on a line.
    """
    problem = setup.problem
    if problem is None:
        return setup, [*trajectories]
    paths = Paths(
        weights=[t.places for t in trajectories],
        losses=[t.heights for t in trajectories],
        labels=[t.label for t in trajectories],
        blocks=problem.blocks,
        seed=setup.noise.seed,
    )
    plane = find_plane(recipe.plane, paths)
    laid = [
        replace(t, points=plane.project(t.places), off_plane=plane.off(t.places))
        for t in trajectories
    ]
    counted = zip(laid, paths.counted(), strict=True)
    window = fitted_window(plane, [t.points[there] for t, there in counted])
    if recipe.window is not None:
        window = check_window(recipe.window)
    x, y = laid[0].points[0].tolist()
    window = check_window(window.including(x, y))
    surface = section_of(
        problem,
        plane,
        window=window,
        start=(x, y),
        data=recipe.data,
        equal=recipe.look.aspect == "equal",
        progress=progress,
    )
    on_plane = replace(setup, surface=surface, start=(x, y), window=window, plane=plane)
    return on_plane, laid
