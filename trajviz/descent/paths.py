"""Trajectories that any program recorded, read from files as `trace` or others write them.

A path's heights are those of the surface that it is drawn on, of which only the points are read. A
run in many dimensions has the losses of the problem, or of its file where there is no problem.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from trajviz.descent.recording import Recording
from trajviz.descent.trajectory import Trajectory
from trajviz.errors import TrajvizError, shown, unknown
from trajviz.frozen import dataclass
from trajviz.surface import Floats, Points, Surface
from trajviz.surface.problem import Problem
from trajviz.untrusted import MOST_ARRAY_BYTES, MOST_TEXT_BYTES, read_bytes, user_path


@dataclass(frozen=True, repr=False)
class Recorded:
    """A path that was recorded elsewhere.

    Attributes:
        label: What the file calls it.
        source: The file's name; "" for a path given in Python.
        points: Where it went, (steps + 1, 2), in the surface's units.
        heights: The surface's heights there, (steps + 1,).
        number: Which of several paths of one label it is, from 0; None where there is one.
        length: How many steps the file has, of which `points` may hold fewer.
        joined: Whether a line joins its points; a member of a population is drawn as a point alone.
        note: What had to be understood to read the file, in words; "" for the documented form.
        weights: The path itself where it has more than two dimensions, (steps + 1, d), of which
            `points` are the projection onto the plane that is shown; None in two dimensions.
        off_plane: How far the weights are from that plane, (steps + 1,); None in two dimensions.
        diverged_at: None: a recorded path is finite to its end.
        arrived_at: None: it ends where it ends.
    """

    label: str
    source: str
    points: Points
    heights: Floats
    number: int | None
    length: int
    joined: bool = True
    note: str = ""
    weights: Floats | None = None
    off_plane: Floats | None = None
    diverged_at: None = None
    arrived_at: None = None

    def __repr__(self) -> str:
        """Say in one line what it is called and where it is from."""
        return f"<Recorded path {self.label} of {self.steps} steps, {self.source or 'from Python'}>"

    @property
    def seed(self) -> None:
        """Which noise it saw: nobody knows."""
        return

    @property
    def is_bold(self) -> bool:
        """Whether it is drawn in full: always, for a path."""
        return True

    @property
    def places(self) -> Floats:
        """Where it really was, (steps + 1, d): its weights, or else its points."""
        return self.points if self.weights is None else self.weights

    @property
    def steps(self) -> int:
        """The last step."""
        return len(self.points) - 1

    def times(self, clock: str) -> Floats:
        """Return when each point is reached, (steps + 1,); the clock can only be "steps"."""
        assert clock == "steps"
        return np.arange(len(self.points), dtype=np.float64)


Course: TypeAlias = Trajectory | Recorded
"""Where an optimizer went, computed or recorded: all that pictures and traces show.

The words that one would expect are taken: a trajectory is our own, a path is recorded or a file's,
and a track is what is drawn.
"""


def load_paths(path: str | Path, subject: Surface | Problem, steps: int) -> list[Recorded]:
    """Return the paths that a file holds; those of one label follow each other.

    Args:
        path: A file of one of the suffixes in READERS; on a problem also checkpoints.
        subject: What the paths are drawn on, which gives their heights.
        steps: How many steps of each path are kept.

    Raises:
        TrajvizError: For a file that is missing, too long or no file of paths. The message names
            the file, and where it can the line or the path.
    """
    from trajviz.descent.path_files import READERS  # which races without such files do without

    if isinstance(subject, Problem):
        from trajviz.descent.runs import read_runs

        source, reading = read_runs(path)
        return [_run_on(subject, source, one, steps) for one in reading.grouped()]
    path = user_path(path)
    kind = path.suffix[1:].lower()
    if kind not in READERS:
        raise unknown(f"suffix of paths {str(path)!r}:", path.suffix, [f".{k}" for k in READERS])
    if not path.is_file():
        raise TrajvizError(f"no file of paths {str(path)!r}")
    binary = kind in ("npy", "npz")
    most = MOST_ARRAY_BYTES if binary else MOST_TEXT_BYTES
    data = read_bytes(path, most, f"file of paths {str(path)!r}")
    try:
        found = READERS[kind](data, path.stem, subject.axes).checked()
    except TrajvizError as error:
        raise TrajvizError(f"paths {str(path)!r}: {error}") from error
    note = f"{path.name}: {', '.join(found.understood)}" if found.understood else ""
    return [_recorded(path.name, one, subject, steps, note) for one in found.grouped()]


def load_recorded(
    files: Sequence[str], things: Iterable[Any], steps: int
) -> tuple[Problem, list[Recorded]]:
    """Return runs that no loss function is known of, and the problem that they are of.

    Args:
        files: Files as `load_paths` takes them on a problem.
        things: Runs as objects, as `runs_of` takes them.
        steps: How many steps of each are kept.

    Returns:
        A problem that is `recorded`: it has a dimension and a start, but no loss. Heights are the
        losses in the files, NaN where there are none.

    Raises:
        TrajvizError: As for `read_runs` and `runs_of`, for no run, and for runs of several models.
    """
    from trajviz.descent.runs import read_runs, runs_of

    read = [(source, one) for source, reading in map(read_runs, files) for one in reading.grouped()]
    found = [*read, *(("", one) for one in runs_of(things))]
    if not found:
        raise TrajvizError("there is no surface and no path: name a surface, or give --paths FILE")
    problem = recorded_problem([one for _, one in found], files)
    return problem, [_run_on(problem, source, one, steps) for source, one in found]


def recorded_problem(runs: Sequence[Recording], files: Sequence[str] = ()) -> Problem:
    """Return what runs were recorded of, of which no loss function is known.

    Args:
        runs: At least one; all have as many weights.
        files: Where they are from, which names it.

    Raises:
        TrajvizError: They have different numbers of weights, or one alone.
    """
    from trajviz.descent.checkpoints import run_label
    from trajviz.descent.runs import common_dimension

    def no_loss(*_args: Any) -> Floats:
        raise TrajvizError("of recorded runs no loss is known: nobody can run on it")

    dimension, first = common_dimension(runs), runs[0].points[0]
    if dimension < 2:
        raise TrajvizError("runs of one weight have no plane: give at least two weights")
    name = run_label(files[0]) if len(files) == 1 else ""
    return Problem(
        loss=no_loss,
        gradient=no_loss,
        start=lambda _seed: first,
        dimension=dimension,
        name=name or "recorded",
        title=(name or "recorded runs").replace("-", " ").replace("_", " ").capitalize(),
        phrase=f"runs of a model with {dimension:,} weights",
        recorded=True,
    )


def _run_on(problem: Problem, source: str, one: Recording, steps: int) -> Recorded:
    """Return a run on a problem; its points wait for the plane, which is known after the race."""
    weights = one.until(steps)
    if weights.shape[1] != problem.dimension:
        raise TrajvizError(
            f"paths {source or one.label!r}: {one.label!r} has {weights.shape[1]:,} weights, and "
            f"{problem.name} {problem.dimension:,}"
        )
    own = np.full(len(weights), np.nan) if one.losses is None else one.losses[: len(weights)]
    return Recorded(
        label=one.label,
        source=source,
        points=weights[:, :2],
        heights=own if problem.recorded else problem.value(weights),
        number=one.number,
        length=one.length,
        weights=weights,
    )


def sorted_paths(paths: Any) -> tuple[tuple[str, ...], list[Any]]:
    """Return the names of files among paths, and the objects.

    Args:
        paths: Names of files and objects as `paths_of` takes them, or a single one of these.
    """
    single = isinstance(paths, (str, Path, Mapping, np.ndarray, Trajectory, Recorded))
    things = [paths] if single else [*paths]
    files = tuple(str(thing) for thing in things if isinstance(thing, (str, Path)))
    return files, [thing for thing in things if not isinstance(thing, (str, Path))]


def paths_of(things: Iterable[Any], subject: Surface | Problem, steps: int) -> list[Recorded]:
    """Return the paths that objects of Python hold, in their order.

    Args:
        things: Each an array of points, (steps + 1, 2); a mapping of labels to such arrays; a
            `Trajectory`; or a Recorded path. Arrays without a label are called "path", and
            numbered where there are several. On a problem, what `runs_of` takes.
        subject: What the paths are drawn on, which gives their heights.
        steps: How many steps of each path are kept.

    Raises:
        TrajvizError: For what is none of these, and for points that are not finite.
    """
    if isinstance(subject, Problem):
        from trajviz.descent.runs import runs_of

        return [_run_on(subject, "", one, steps) for one in runs_of(things)]
    labelled = [pair for thing in things for pair in _labelled_arrays(thing)]
    nameless = sum(not label for label, _ in labelled)
    numbers = itertools.count(1)
    found: dict[str, Recording] = {}
    for label, points in labelled:
        name = label or (f"path {next(numbers)}" if nameless > 1 else "path")
        if name in found:
            raise TrajvizError(f"two paths are called {name!r}: give them labels that differ")
        found[name] = Recording(name, points)
    return [_recorded("", one, subject, steps, "") for one in found.values()]


def _labelled_arrays(thing: Any) -> Iterator[tuple[str, Points]]:
    if isinstance(thing, (Trajectory, Recorded)):
        yield thing.label, thing.points
    elif isinstance(thing, Mapping):
        for label, points in thing.items():
            yield str(label), _points(points, f"path {label!r}")
    else:
        yield "", _points(thing, "a path")


def _points(thing: Any, what: str) -> Points:
    """Return an array of finite points, (n, 2), up to where NaN begin."""
    from trajviz.descent.array_files import until_missing

    try:
        points = np.asarray(thing, dtype=np.float64)
    except (TypeError, ValueError):
        points = np.empty(0)
    if points.ndim != 2 or points.shape[1] != 2 or not len(points):
        raise TrajvizError(
            f"{shown(thing)} is no path: give an array (steps + 1, 2), a mapping of "
            "labels to such arrays, a Trajectory, or the name of a file"
        )
    return until_missing(f"the points of {what}", points.copy())


def _recorded(source: str, one: Recording, surface: Surface, steps: int, note: str) -> Recorded:
    shown = one.until(steps)
    own = {name: getattr(one, name) for name in ("weights", "off_plane", "losses")}
    kept = {name: None if each is None else each[: len(shown)] for name, each in own.items()}
    losses, projected = kept.pop("losses"), one.weights is not None
    return Recorded(
        label=one.label,
        source=source,
        points=shown,
        heights=losses if projected and losses is not None else surface.value(shown),
        number=one.number,
        length=one.length,
        joined=one.joined,
        note=note,
        **kept,
    )
