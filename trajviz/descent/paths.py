"""Trajectories that any program recorded, read from files as `trace` writes them.

Only the points are read. A path's heights are those of the surface that it is drawn on.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from trajviz.descent.trajectory import Trajectory
from trajviz.errors import TrajvizError, shown, unknown
from trajviz.surface import Floats, Points, Surface
from trajviz.surface.numbers import read_number

MOST_BYTES = 100_000_000
"""The most that a file of paths may take, an NPZ also when it is unpacked."""
MOST_PATHS = 4_000
"""The most paths that a file may hold."""
_COLUMNS = ("optimizer", "step", "x", "y")
"""The columns that a CSV must have; a column `start` may tell paths of one optimizer apart."""


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
        diverged_at: None: a recorded path is finite to its end.
    """

    label: str
    source: str
    points: Points
    heights: Floats
    number: int | None
    length: int
    diverged_at: None = None

    def __repr__(self) -> str:
        """Say in one line what it is called and where it is from."""
        return f"<Recorded path {self.label} of {self.steps} steps, {self.source or 'from Python'}>"

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

_Key: TypeAlias = tuple[str, int | None]
"""A path's label, and its number among those of this label."""
_Found: TypeAlias = dict[_Key, Points]
"""The points of each path of a file, (steps + 1, 2)."""


def load_paths(path: str | Path, surface: Surface, steps: int) -> list[Recorded]:
    """Return the paths that a file holds; those of one label follow each other.

    Args:
        path: A .csv, .json or .npz file.
        surface: What the paths are drawn on, which gives their heights.
        steps: How many steps of each path are kept.

    Raises:
        TrajvizError: For a file that is missing, too long or no file of paths. The message names
            the file, and where it can the line or the path.
    """
    path = Path(path).expanduser()
    kind = path.suffix[1:].lower()
    if kind not in _READERS:
        raise unknown(f"suffix of paths {str(path)!r}:", path.suffix, [f".{k}" for k in _READERS])
    if not path.is_file():
        raise TrajvizError(f"no file of paths {str(path)!r}")
    with path.open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise TrajvizError(f"paths {str(path)!r} are longer than {MOST_BYTES:,} bytes")
    try:
        found = _READERS[kind](data)
        if not found:
            raise TrajvizError("there is no path in it")
        if len(found) > MOST_PATHS:
            raise TrajvizError(f"{len(found):,} paths are more than {MOST_PATHS:,}")
    except TrajvizError as error:
        raise TrajvizError(f"paths {str(path)!r}: {error}") from error
    return [_recorded(path.name, key, found[key], surface, steps) for key in _grouped(found)]


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
    found: _Found = {}
    for label, points in labelled:
        name = label or (f"path {next(numbers)}" if nameless > 1 else "path")
        if (name, None) in found:
            raise TrajvizError(f"two paths are called {name!r}: give them labels that differ")
        found[name, None] = points
    return [_recorded("", key, found[key], surface, steps) for key in found]


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
    return _until_missing(f"the points of {what}", points.copy())


def _grouped(found: _Found) -> list[_Key]:
    """Return the keys in the file's order, but those of one label next to each other."""
    labels = {label: place for place, (label, _) in reversed([*enumerate(found)])}
    return sorted(found, key=lambda key: labels[key[0]])


def _recorded(source: str, key: _Key, points: Points, surface: Surface, steps: int) -> Recorded:
    shown = points[: steps + 1]
    return Recorded(
        label=key[0],
        source=source,
        points=shown,
        heights=surface.value(shown),
        number=key[1],
        length=len(points) - 1,
    )


def _from_csv(data: bytes) -> _Found:
    rows = csv.reader(io.StringIO(_decoded(data), newline=""), strict=True)
    head = _next_row(rows)
    places = _places(head)
    start = head.index("start") if "start" in head else None
    found: dict[_Key, list[tuple[float, float]]] = {}
    while row := _next_row(rows):
        line = rows.line_num
        if len(row) != len(head):
            raise TrajvizError(f"line {line}: {len(row)} values are not the head's {len(head)}")
        label, step, x, y = (row[place] for place in places)
        number = None if start is None else _whole(row[start], "start", line)
        points = found.setdefault((label, number), [])
        if _whole(step, "step", line) != len(points):
            raise TrajvizError(
                f"line {line}: step {step} of {label!r} comes after {len(points)} steps, "
                f"where step {len(points)} is due (the first is 0)"
            )
        points.append((read_number(f"line {line}: x", x), read_number(f"line {line}: y", y)))
    return {_labelled(key): np.array(points) for key, points in found.items()}


def _places(head: list[str]) -> list[int]:
    """Return where each of _COLUMNS stands; raise TrajvizError for one that is not there once."""
    for name in _COLUMNS:
        if head.count(name) != 1:
            raise TrajvizError(
                f"line 1: column {name!r} is {'missing' if name not in head else 'there twice'}: "
                "optimizer,step,x,y are needed"
            )
    return [head.index(name) for name in _COLUMNS]


def _next_row(rows: Any) -> list[str]:
    """Return the next row that is not empty, or [] at the end."""
    try:
        return next((row for row in rows if row), [])
    except csv.Error as error:
        raise TrajvizError(f"line {rows.line_num}: {error}") from error


def _whole(text: str, name: str, line: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise TrajvizError(f"line {line}: {name} {text!r} is not a whole number")
    return int(text)


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise TrajvizError(f"line {line}: not UTF-8") from error


def _from_json(data: bytes) -> _Found:
    try:
        facts = json.loads(_decoded(data))
    except json.JSONDecodeError as error:
        raise TrajvizError(f"line {error.lineno}, column {error.colno}: {error.msg}") from error
    except (RecursionError, ValueError) as error:  # too many nested brackets, too many digits
        raise TrajvizError(str(error)) from error
    tracks = facts.get("trajectories") if isinstance(facts, dict) else None
    if not isinstance(tracks, list):
        raise TrajvizError("it has no list of 'trajectories'")
    return _collected(_json_track(place, track) for place, track in enumerate(tracks))


def _json_track(place: int, track: Any) -> tuple[_Key, Points]:
    where = f"trajectories[{place}]"
    if not isinstance(track, dict):
        raise TrajvizError(f"{where} is no object with 'label' and 'points'")
    label, number = track.get("label"), track.get("start")
    if not isinstance(label, str):
        raise TrajvizError(f"{where}: 'label' is not a text")
    if number is not None and not (type(number) is int and number >= 0):
        raise TrajvizError(f"{where}: start {number!r} is not a whole number")
    points = track.get("points")
    if not isinstance(points, list) or not points:
        raise TrajvizError(f"{where}: 'points' is not a list of pairs of numbers")
    for step, point in enumerate(points):
        pair = isinstance(point, list) and len(point) == 2
        if not (pair and all(type(value) in (int, float) for value in point)):
            raise TrajvizError(f"{where}: point {step} is not a pair of numbers")
        if not all(map(_is_float, point)):
            raise TrajvizError(f"{where}: point {step} is not finite")
    return (label, number), np.array(points, dtype=np.float64)


def _is_float(value: float) -> bool:
    return abs(value) <= sys.float_info.max


def _from_npz(data: bytes) -> _Found:
    arrays = _arrays(data)
    for name in ("points", "labels"):
        if name not in arrays:
            raise TrajvizError(f"array {name!r} is missing")
    points, labels = arrays["points"], arrays["labels"]
    if points.ndim != 3 or points.shape[2] != 2 or points.dtype.kind not in "iuf":
        raise TrajvizError(
            f"points of shape {points.shape}, {points.dtype}, are no numbers (tracks, steps + 1, 2)"
        )
    if labels.shape != points.shape[:1] or labels.dtype.kind != "U":
        raise TrajvizError("labels are not one text for each track")
    keys = zip(labels.tolist(), _numbers(arrays.get("starts"), len(labels)), strict=True)
    return _collected(
        (key, _until_missing(f"points[{place}]", path.astype(np.float64)))
        for place, (key, path) in enumerate(zip(keys, points, strict=True))
    )


def _arrays(data: bytes) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of an NPZ that say where tracks went, those that it has."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            unpacked = sum(member.file_size for member in packed.infolist())
        if unpacked > MOST_BYTES:
            raise TrajvizError(f"unpacked it is longer than {MOST_BYTES:,} bytes")
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            return {name: file[name] for name in ("points", "labels", "starts") if name in file}
    except TrajvizError:
        raise
    except Exception as error:  # whatever zipfile, zlib and numpy make of a broken file
        raise TrajvizError(f"it is no NPZ file of numbers and texts: {error}") from error


def _numbers(starts: npt.NDArray[Any] | None, tracks: int) -> Sequence[int | None]:
    """Return which of several starts each track has, None where there is one."""
    if starts is None:
        return [None] * tracks
    if starts.shape != (tracks,) or starts.dtype.kind not in "iu" or (starts < 0).any():
        raise TrajvizError("starts are not one whole number for each track")
    numbers: list[int] = starts.tolist()
    return numbers


def _until_missing(what: str, points: Points) -> Points:
    """Return the points of a track without the NaN after its end."""
    missing = np.asarray(np.isnan(points).any(axis=1))
    end = int(np.argmax(missing)) if missing.any() else len(points)
    if not end or not missing[end:].all() or not np.isfinite(points[:end]).all():
        raise TrajvizError(f"{what} are not finite numbers up to where they end")
    return points[:end]


def _collected(tracks: Iterable[tuple[_Key, Points]]) -> _Found:
    found: _Found = {}
    for key, points in tracks:
        if _labelled(key) in found:
            raise TrajvizError(f"label {key[0]!r} is there twice: 'start' must tell them apart")
        found[key] = points
    return found


def _labelled(key: _Key) -> _Key:
    if not key[0].strip():
        raise TrajvizError("a path has no label")
    return key


_READERS: dict[str, Callable[[bytes], _Found]] = {
    "csv": _from_csv,
    "json": _from_json,
    "npz": _from_npz,
}
"""What reads a file of paths, by suffix."""
