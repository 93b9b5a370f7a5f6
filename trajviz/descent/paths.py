"""Trajectories that any program recorded, read from files as `trace` or others write them.

Only the points are read. A path's heights are those of the surface that it is drawn on.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from trajviz.descent.array_files import read_json, read_npy, read_npz, until_missing
from trajviz.descent.recording import Reading, Recording
from trajviz.descent.table_files import read_table
from trajviz.descent.trajectory import Trajectory
from trajviz.errors import TrajvizError, shown, unknown
from trajviz.frozen import dataclass
from trajviz.surface import Floats, Points, Surface
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

    def __repr__(self) -> str:
        """Say in one line what it is called and where it is from."""
        return f"<Recorded path {self.label} of {self.steps} steps, {self.source or 'from Python'}>"

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


def load_paths(path: str | Path, surface: Surface, steps: int) -> list[Recorded]:
    """Return the paths that a file holds; those of one label follow each other.

    Args:
        path: A file of one of the suffixes in READERS.
        surface: What the paths are drawn on, which gives their heights.
        steps: How many steps of each path are kept.

    Raises:
        TrajvizError: For a file that is missing, too long or no file of paths. The message names
            the file, and where it can the line or the path.
    """
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
        found = READERS[kind](data, path.stem, surface.axes).checked()
    except TrajvizError as error:
        raise TrajvizError(f"paths {str(path)!r}: {error}") from error
    note = f"{path.name}: {', '.join(found.understood)}" if found.understood else ""
    return [_recorded(path.name, one, surface, steps, note) for one in found.grouped()]


def sorted_paths(paths: Any) -> tuple[tuple[str, ...], list[Any]]:
    """Return the names of files among paths, and the objects.

    Args:
        paths: Names of files and objects as `paths_of` takes them, or a single one of these.
    """
    single = isinstance(paths, (str, Path, Mapping, np.ndarray, Trajectory, Recorded))
    things = [paths] if single else [*paths]
    files = tuple(str(thing) for thing in things if isinstance(thing, (str, Path)))
    return files, [thing for thing in things if not isinstance(thing, (str, Path))]


def paths_of(things: Iterable[Any], surface: Surface, steps: int) -> list[Recorded]:
    """Return the paths that objects of Python hold, in their order.

    Args:
        things: Each an array of points, (steps + 1, 2); a mapping of labels to such arrays; a
            `Trajectory`; or a Recorded path. Arrays without a label are called "path", and
            numbered where there are several.
        surface: What the paths are drawn on, which gives their heights.
        steps: How many steps of each path are kept.

    Raises:
        TrajvizError: For what is none of these, and for points that are not finite.
    """
    labelled = [pair for thing in things for pair in _labelled_arrays(thing)]
    nameless = sum(not label for label, _ in labelled)
    numbers = itertools.count(1)
    found: dict[str, Recording] = {}
    for label, points in labelled:
        name = label or (f"path {next(numbers)}" if nameless > 1 else "path")
        if name in found:
            raise TrajvizError(f"two paths are called {name!r}: give them labels that differ")
        found[name] = Recording(name, points)
    return [_recorded("", one, surface, steps, "") for one in found.values()]


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
    return Recorded(
        label=one.label,
        source=source,
        points=shown,
        heights=surface.value(shown),
        number=one.number,
        length=one.length,
        joined=one.joined,
        note=note,
    )


READERS: dict[str, Callable[..., Reading]] = {
    "csv": read_table,
    "tsv": read_table,
    "txt": read_table,
    "json": read_json,
    "npy": read_npy,
    "npz": read_npz,
}
"""What reads a file of paths, by suffix."""
