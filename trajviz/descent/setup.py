"""What a descent needs: everything that a recipe says, and everything that it leaves open.

Racing, tuning and drawing all begin with `settle`, so that they descend from the same place, within
the same window and through the same noise.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from trajviz.descent.noise import CUSTOMARY, Noise
from trajviz.descent.paths import Recorded, load_paths, load_recorded, paths_of
from trajviz.errors import TrajvizError
from trajviz.frozen import dataclass
from trajviz.optimizers import DEFAULT_OPTIMIZERS
from trajviz.recipe.clamp import BOUNDS
from trajviz.recipe.recipe import Recipe
from trajviz.recipe.spec import Spec, labelled, parse_spec
from trajviz.recipe.starts import certain_starts, spread
from trajviz.surface import Floats, Points, Ranks, Surface, Window, check_point, check_window
from trajviz.surface.catalogue import load_subject
from trajviz.surface.definition import Subject
from trajviz.surface.problem import Problem, is_curve

if TYPE_CHECKING:
    from trajviz.descent.plane import Plane


@dataclass(frozen=True)
class Setup:
    """Who descends where, with everything decided but the learning rates that are to be tuned.

    Attributes:
        surface: What is descended, or the section of the problem that is.
        specs: Who descends, each with its label; a rate that a spec leaves open is tuned.
        start: Where all start, in the surface's units; rates are tuned from here.
        steps: How many steps each takes. By the clock "evaluations", how many evaluations of the
            surface each may use.
        window: The part of the plane that is shown, and in which heights are ranked.
        noise: What makes the gradients inexact.
        starts: Where each optimizer starts in place of `start`, (n, 2); None where it does not.
        clock: What the race is timed by, "steps" or "evaluations".
        paths: Trajectories that were recorded elsewhere.
        problem: What is descended in d dimensions; None where the surface is. Before the race its
            surface, start and window only stand in for those on the plane.
        plane: On which plane a problem is seen; None before the race.
        until: So near to a known minimum a track ends; None for never.
        seeds: With how many seeds each runs, the noise's own being the first.

    Raises:
        TrajvizError: For noise that the surface cannot have, for several seeds without any, for a
            start where its value or gradient is not finite or that is out of bounds, and for
            `starts` none of which has a finite value.
    """

    surface: Surface
    specs: Sequence[Spec]
    start: tuple[float, float]
    steps: int
    window: Window
    noise: Noise = CUSTOMARY
    starts: Points | None = None
    clock: str = "steps"
    paths: tuple[Recorded, ...] = ()
    problem: Problem | None = None
    plane: Plane | None = None
    until: float | None = None
    seeds: int = 1

    def __post_init__(self) -> None:
        """Refuse noise that is not for the surface, and starts from which nothing can run."""
        self.noise.check(self.subject)
        self._check_seeds()
        if self.until is not None and not self.surface.minima:
            raise TrajvizError(
                f"until {self.until:g} is how near to a minimum a track ends, and of "
                f"{self.subject.name or 'this surface'} none is known"
            )
        if self.problem is not None:
            if self.specs:
                _check_start(self.problem, self.begin)
            return
        here = np.array(self.start, dtype=np.float64)
        value, slope = self.surface.value, self.surface.gradient
        if not (math.isfinite(value(here)) and np.isfinite(slope(here)).all()):
            raise TrajvizError(
                f"the surface has no finite value and slope at the start {self.start}"
            )
        for spec in self.specs if self.starts is None else ():
            if not np.array_equal(spec.clamp.within(here), here):
                raise TrajvizError(
                    f"the start {self.start} is out of the bounds of {spec.label}, "
                    f"{spec.clamp.table[BOUNDS]}"
                )
        if not self.begin.size:
            raise TrajvizError("the surface has no finite value at any of the starts")

    def _check_seeds(self) -> None:
        """Refuse several seeds where all runs would be one, or where their seeds run out."""
        if self.seeds == 1:
            return
        if self.paths:
            raise TrajvizError("seeds run one optimizer several times: they take no paths")
        if not self.noise.facts(self.subject):
            raise TrajvizError(
                f"seeds {self.seeds}: this race has no noise, so that one seed is all seeds; noise "
                "is --noise SIGMA (noise=SIGMA) or, on a surface over data, --batch-size N"
            )
        replace(self.noise, seed=self.noise.seed + self.seeds - 1)  # which refuses what is too much

    @property
    def noises(self) -> list[Noise]:
        """What makes the gradients inexact, seed by seed."""
        first = self.noise.seed
        return [self.noise.of_seed(first + place) for place in range(self.seeds)]

    @property
    def subject(self) -> Subject:
        """What is descended: a problem in d dimensions, or else the surface."""
        return self.problem or self.surface

    @functools.cached_property
    def begin(self) -> Floats:
        """Where each optimizer starts.

        It is (2,), or those of `starts` with a finite value, (n, 2); on a problem (d,).
        """
        if self.problem is not None:
            return np.array(self.problem.start(self.noise.seed), dtype=np.float64)
        if self.starts is None:
            return np.array(self.start, dtype=np.float64)
        return self.starts[np.isfinite(self.surface.value(self.starts))]

    @property
    def budget(self) -> float:
        """How many evaluations of the surface each optimizer may use: infinitely many by steps."""
        return self.steps if self.clock == "evaluations" else math.inf

    @functools.cached_property
    def ranks(self) -> Ranks:
        """How heights compare within the window, which tuning needs."""
        return Ranks.of(self.surface, self.window)


def settle(recipe: Recipe, surface: Subject | None = None, paths: Sequence[Any] = ()) -> Setup:
    """Decide all that a recipe leaves open: its surface does, or the default optimizers race.

    The window is widened to hold the starts that are named, and the first point of each recorded
    path.

    Args:
        recipe: Which race it is.
        surface: The recipe's surface or problem, where it is loaded already.
        paths: Recorded paths beside those of the recipe's files, as `paths_of` takes them; default
            none.

    Raises:
        TrajvizError: For a surface or a file of paths that cannot be read, a rate that an
            optimizer or the surface does not have, two labels that are the same, a window that
            floats cannot resolve, and what a Setup refuses.
    """
    if surface is None and not recipe.surface:
        problem, runs = load_recorded(recipe.paths, paths, recipe.steps)
        return _settle_problem(recipe, problem, runs)
    surface = surface or load_subject(recipe.surface, recipe.start, recipe.window)
    if isinstance(surface, Problem):
        files = [p for file in recipe.paths for p in load_paths(file, surface, recipe.steps)]
        runs = [*files, *paths_of(paths, surface, recipe.steps)]
        return _settle_problem(recipe, surface, runs)
    _check_flat(recipe, surface)
    files = [p for file in recipe.paths for p in load_paths(file, surface, recipe.steps)]
    courses = (*files, *paths_of(paths, surface, recipe.steps))
    specs = _specs_of(recipe, surface, alone=not courses)
    start = check_point(recipe.start or surface.start)
    window = check_window(recipe.window or surface.window)
    starts = spread(recipe.starts, window, recipe.seed) if recipe.starts else None
    named = _named_starts(recipe, surface) if recipe.starts else [start]
    shared = named if specs else []
    return Setup(
        surface=surface,
        specs=specs,
        start=start,
        steps=recipe.steps,
        window=_widened(window, [*shared, *(path.points[0].tolist() for path in courses)]),
        noise=Noise.of(recipe),
        starts=starts,
        clock=recipe.clock,
        paths=courses,
        until=recipe.until,
        seeds=recipe.seeds or 1,
    )


def _settle_problem(recipe: Recipe, problem: Problem, runs: Sequence[Recorded]) -> Setup:
    """Decide what a recipe leaves open of a race in d dimensions; the rest follows from its paths.

    The specs are those of a surface that states no rates.
    """
    if is_curve(problem):
        return _settle_curve(recipe, problem, runs)
    for what, given in {"start": recipe.start, "starts": recipe.starts}.items():
        if given:
            raise TrajvizError(
                f"{what} {given!r} is a place of two dimensions: {problem.name} starts in "
                f"{problem.dimension}, from where --seed N (seed=N) says"
            )
    from trajviz.descent.plane import check_plane  # nothing of this in two dimensions
    from trajviz.descent.section import check_data, stand_in

    check_data(problem, recipe.data)
    surface = stand_in(problem)
    specs = _specs_of(recipe, surface, alone=not runs)
    check_plane(recipe.plane, [*(s.label for s in specs), *(run.label for run in runs)])
    for spec in specs:
        if spec.clamp.bounds:
            raise TrajvizError(
                f"bounds of {spec.label} are of two dimensions: {problem.name} has "
                f"{problem.dimension}"
            )
    return Setup(
        surface=surface,
        specs=specs,
        start=surface.start,
        steps=_steps(recipe, problem, runs),
        window=check_window(recipe.window or surface.window),
        noise=Noise.of(recipe),
        clock=recipe.clock,
        paths=tuple(runs),
        problem=problem,
        until=recipe.until,
        seeds=recipe.seeds or 1,
    )


def _settle_curve(recipe: Recipe, problem: Problem, runs: Sequence[Recorded]) -> Setup:
    """Decide what a recipe leaves open of a race of one variable."""
    from trajviz.surface.curve import curve_of, started

    if problem.recorded:
        raise TrajvizError(
            "of recorded runs of one number no function is known, whose curve to draw"
        )
    refused = {
        "starts": recipe.starts,
        "field": recipe.look.field,
        "data": recipe.data != Recipe.data,
    }
    refused["plane"] = recipe.plane != Recipe.plane
    for what, given in refused.items():
        if given:
            raise TrajvizError(f"{problem.name} is of one variable: it takes no {what}")
    if recipe.start is not None:
        if len(recipe.start) != 1:
            raise TrajvizError(f"{problem.name} is of one variable: start {recipe.start} has two")
        problem = started(problem, recipe.start)
    specs = _specs_of(recipe, _nowhere(problem), alone=not runs)
    for spec in specs:
        if spec.clamp.bounds:
            raise TrajvizError(f"bounds of {spec.label} are of two dimensions, not of one variable")
    if recipe.look.has_arrows(specs):
        raise TrajvizError(f"{problem.name} is of one variable: it takes no arrows")
    begin = problem.start(recipe.seed)
    _check_start(problem, begin)
    surface = curve_of(problem, float(begin[0]), recipe.window and check_window(recipe.window))
    return Setup(
        surface=surface,
        specs=specs,
        start=surface.start,
        steps=recipe.steps,
        window=surface.window,
        noise=Noise.of(recipe),
        clock=recipe.clock,
        paths=tuple(runs),
        problem=problem,
        seeds=recipe.seeds or 1,
        until=recipe.until,
    )


def _nowhere(problem: Problem) -> Surface:
    """Return a surface that states no rates, whose name messages say."""
    from trajviz.descent.section import stand_in

    return stand_in(problem)


def _steps(recipe: Recipe, problem: Problem, runs: Sequence[Recorded]) -> int:
    """Return how many steps are shown: no more than recorded runs have, where nobody else runs."""
    if not problem.recorded:
        return recipe.steps
    return max(1, min(recipe.steps, max(run.steps for run in runs)))


def _check_flat(recipe: Recipe, surface: Surface) -> None:
    """Refuse what only a problem in d dimensions takes."""
    for what, usual in {"plane": Recipe.plane, "data": Recipe.data}.items():
        given = getattr(recipe, what)
        if given != usual:
            raise TrajvizError(
                f"{what} {given!r} is for a problem in d dimensions (`trajviz list problems`): "
                f"{surface.name or 'this surface'} has two"
            )


def _check_start(problem: Problem, start: Floats) -> None:
    """Refuse a start from which no race on a problem can begin, and recorded runs for one."""
    if problem.recorded:
        raise TrajvizError("of recorded runs no loss is known, on which an optimizer could run")
    if start.shape != (problem.dimension,):
        raise TrajvizError(
            f"{problem.name}: its start has shape {start.shape}, not ({problem.dimension},)"
        )
    slope = problem.gradient(start)
    if not (math.isfinite(problem.value(start)) and np.isfinite(slope).all()):
        raise TrajvizError(f"{problem.name} has no finite loss and gradient at its start")


def _named_starts(recipe: Recipe, surface: Surface) -> list[tuple[float, float]]:
    """Return the points from which a recipe starts each optimizer, if it names them."""
    named = certain_starts(recipe.starts)
    for start in named:
        if not math.isfinite(surface.value(np.array(start))):
            raise TrajvizError(f"the surface has no finite value at the start {start}")
    return named


def _specs_of(recipe: Recipe, surface: Surface, *, alone: bool) -> list[Spec]:
    """Return the specs of a recipe: where it names none, the default ones if they race alone."""
    rule = recipe.lr or surface.lr
    if rule == "customary" and not surface.rates:
        raise TrajvizError(
            f"lr 'customary' is for a surface that states rates of the literature, which "
            f"{surface.name or 'this one'} does not (`trajviz list surfaces` says which do)"
        )
    given = recipe.optimizers
    if not given and alone:
        given = tuple(map(parse_spec, DEFAULT_OPTIMIZERS))
    return [spec.rated(rule, surface.rates) for spec in labelled(given)]


def _widened(window: Window, points: Iterable[Sequence[float]]) -> Window:
    for x, y in points:
        window = check_window(window.including(x, y))
    return window
