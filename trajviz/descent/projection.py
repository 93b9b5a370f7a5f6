"""A race in d dimensions laid on a plane: points, window, start and the loss there.

What was run stays as it is: the weights, the losses and the counts of a trajectory are its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from trajviz.descent.paths import Course, Recorded
from trajviz.descent.plane import Paths, Plane, find_plane
from trajviz.descent.progress import Progress, no_progress
from trajviz.descent.section import fitted_window, section_of
from trajviz.descent.setup import Setup
from trajviz.descent.trajectory import Trajectory
from trajviz.recipe.recipe import Recipe
from trajviz.surface import Window, check_window
from trajviz.surface.problem import Problem, is_curve

_Course = TypeVar("_Course", Trajectory, Recorded)


def projected(
    recipe: Recipe,
    setup: Setup,
    trajectories: Sequence[Trajectory],
    cache: Path | None = None,
    progress: Progress = no_progress,
) -> tuple[Setup, list[Trajectory]]:
    """Return setup and trajectories of a problem as they are on the plane.

    Args:
        recipe: Which plane it is, what part of it is shown, and whose loss.
        setup: What was descended, and paths that were recorded elsewhere.
        trajectories: What has run, with weights.
        cache: The folder in which the losses on the plane are kept; None to keep none.
        progress: Called with how many points of the plane are done and how many there are.

    Raises:
        TrajvizError: The plane goes through a track that is not there, or through points on a line.
    """
    problem = setup.problem
    assert problem is not None
    if is_curve(problem):
        on_curve = [_on_curve(each) for each in trajectories]
        return replace(setup, paths=tuple(map(_on_curve, setup.paths))), on_curve
    paths = _paths(problem, [*trajectories, *setup.paths], setup.noise.seed)
    plane = find_plane(recipe.plane, paths)
    laid = [_laid(plane, each) for each in trajectories]
    recorded = tuple(_laid(plane, each) for each in setup.paths)
    window = _window(recipe, plane, paths)
    x, y = plane.project(paths.start).tolist()
    surface = section_of(
        problem,
        plane,
        window=window,
        start=(x, y),
        data=recipe.data,
        equal=recipe.look.aspect == "equal",
        cache=cache,
        progress=progress,
    )
    return replace(
        setup, surface=surface, start=(x, y), window=window, plane=plane, paths=recorded
    ), laid


def _on_curve(course: _Course) -> _Course:
    """Return a course of one variable as points (x, f(x))."""
    return replace(course, points=np.column_stack([course.places[:, 0], course.heights]))


def _paths(problem: Problem, courses: Sequence[Course], seed: int) -> Paths:
    """Return what a plane is found from."""
    return Paths(
        weights=[course.places for course in courses],
        losses=[course.heights for course in courses],
        labels=[course.label for course in courses],
        blocks=problem.blocks,
        seed=seed,
    )


def _laid(plane: Plane, course: _Course) -> _Course:
    """Return a course on the plane; all that start at one place do so to the last bit."""
    places = course.places
    points = plane.project(places)
    points[0] = plane.project(places[0])
    return replace(course, points=points, off_plane=plane.off(places))


def _window(recipe: Recipe, plane: Plane, paths: Paths) -> Window:
    """Return what of a plane is shown: what is asked for, or what holds the paths, and starts."""
    points = [plane.project(weights) for weights in paths.weights]
    counted = zip(points, paths.counted(), strict=True)
    window = fitted_window(plane, [each[there] for each, there in counted])
    if recipe.window is not None:
        window = check_window(recipe.window)
    for each in points:
        x, y = each[0].tolist()
        window = window.including(x, y)
    return check_window(window)
