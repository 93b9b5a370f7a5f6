"""Paths in arrays and lists: NPZ and JSON as `trace` writes them, and plainer ones.

A path is an array (steps + 1, 2), or (2, steps + 1) where that can be told apart; several are
(paths, steps + 1, 2) or (paths, 2, steps + 1), or have a name each.
"""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from trajviz.descent.recording import Reading, Recording, check_paths
from trajviz.descent.table_files import MOST_COLUMNS, Row, read_rows
from trajviz.errors import TrajvizError
from trajviz.surface import Points
from trajviz.surface.data_files import decoded, npy_array, npz_arrays
from trajviz.untrusted import check_cells

POPULATION = "population"
"""How the name of an array begins that is many points a step; what follows is its label."""

Array: TypeAlias = npt.NDArray[Any]


def read_json(data: bytes, name: str, axes: Sequence[str] = ("x", "y")) -> Reading:
    """Return the paths of a JSON file: tracks, rows of a table, or lists of numbers.

    Args:
        data: The file, in UTF-8.
        name: What a path is called that has no label.
        axes: The names of the surface's axes, by which the columns of rows may be called too.

    Raises:
        TrajvizError: It holds no paths, or may be read in more than one way.
    """
    check_cells(data, b",[{")
    try:
        facts = json.loads(decoded(data))
    except json.JSONDecodeError as error:
        raise TrajvizError(f"line {error.lineno}, column {error.colno}: {error.msg}") from error
    except (RecursionError, ValueError) as error:  # too many nested brackets, too many digits
        raise TrajvizError(str(error)) from error
    if isinstance(facts, dict) and "trajectories" not in facts:
        check_paths(len(facts))
        return _of_arrays({key: _as_array(key, value) for key, value in facts.items()}, name)
    if isinstance(facts, list) and all(isinstance(row, dict) for row in facts) and facts:
        return _of_rows(facts, name, axes)
    if isinstance(facts, list):
        return _of_array(name, _as_array("it", facts), False)
    tracks = facts.get("trajectories") if isinstance(facts, dict) else None
    if not isinstance(tracks, list):
        raise TrajvizError("it has no list of 'trajectories', and is no list of points")
    check_paths(len(tracks))
    return Reading([_track(place, track) for place, track in enumerate(tracks)])


def _as_array(what: str, value: Any) -> Array:
    """Return nested lists as an array of numbers."""
    try:
        array = np.array(value, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise TrajvizError(f"{what} is neither tracks nor lists of numbers: {error}") from error
    if np.isinf(array).any():  # NaN and null end a path
        raise TrajvizError(f"{what} has a number that is not finite")
    return array


def _of_rows(rows: list[dict[str, Any]], name: str, axes: Sequence[str]) -> Reading:
    """Return the paths of rows that each say their columns' names."""
    if "points" in rows[0]:
        check_paths(len(rows))
        return Reading([_track(place, track) for place, track in enumerate(rows)])
    keys = list(rows[0])
    if len(keys) > MOST_COLUMNS:
        raise TrajvizError(f"its rows have more than {MOST_COLUMNS:,} columns")
    cells = (Row(line, [_cell(row.get(key)) for key in keys]) for line, row in enumerate(rows, 2))
    reading = read_rows(itertools.chain([Row(1, keys)], cells), ",", name, axes)
    return Reading(reading.recordings, ["rows taken for those of a table", *reading.understood])


def _cell(value: Any) -> str:
    """Return a value of JSON as a table has it."""
    return "" if value is None else str(value).strip()


def _track(place: int, track: Any) -> Recording:
    where = f"trajectories[{place}]"
    if not isinstance(track, dict):
        raise TrajvizError(f"{where} is no object with 'label' and 'points'")
    label, number = track.get("label"), track.get("start", track.get("seed"))
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
        if not all(abs(value) <= sys.float_info.max for value in point):
            raise TrajvizError(f"{where}: point {step} is not finite")
    return Recording(label, np.array(points, dtype=np.float64), number)


def read_npy(data: bytes, name: str, _axes: Sequence[str] = ()) -> Reading:
    """Return the paths of one array in numpy's format; raise TrajvizError where it holds none."""
    return _of_array(name, npy_array(data), False)


def read_npz(data: bytes, name: str, _axes: Sequence[str] = ()) -> Reading:
    """Return the paths of arrays in numpy's format; raise TrajvizError where it holds none."""
    arrays = npz_arrays(data, "numbers and texts")
    if "projected" in arrays:
        return _of_projected(arrays)
    if "points" in arrays or "labels" in arrays:
        _check_flat(arrays.get("points"))
        return _of_tracks(arrays)
    crowds = {key: array for key, array in arrays.items() if key.startswith(POPULATION)}
    if not crowds:
        return _of_arrays(arrays, name)
    members = [one for key, array in crowds.items() for one in _members(key, array, name)]
    return Reading(members)


def _members(key: str, array: Array, name: str) -> list[Recording]:
    """Return the members of a population, (steps + 1, members, 2), one path each."""
    if array.ndim != 3 or array.shape[2] != 2 or not array.size or array.dtype.kind not in "iuf":
        raise TrajvizError(
            f"array {key!r} of shape {array.shape}, {array.dtype}, is no population "
            "(steps + 1, members, 2)"
        )
    check_paths(array.shape[1])
    label = key.removeprefix(POPULATION).strip("_") or name
    paths = enumerate(array.astype(np.float64, copy=False).swapaxes(0, 1))
    return [
        Recording(
            label=label,
            points=until_missing(f"member {number} of {key!r}", path),
            number=number,
            joined=False,
        )
        for number, path in paths
    ]


def _check_flat(points: Array | None) -> None:
    """Say of runs in many dimensions where they can be drawn."""
    if points is not None and points.ndim > 1 and points.shape[-1] > 2:
        raise TrajvizError(
            f"points of shape {points.shape} are runs in {points.shape[-1]:,} dimensions: name the "
            "problem that they are of, or no surface at all"
        )


def _of_tracks(arrays: Mapping[str, Array]) -> Reading:
    """Return the tracks that `points` and `labels` are, as `trace` writes them."""
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
    check_paths(len(points))
    keys = zip(
        labels.tolist(),
        track_numbers(arrays.get("starts", arrays.get("seeds")), len(labels)),
        strict=True,
    )
    paths = zip(keys, points.astype(np.float64, copy=False), strict=True)
    return Reading(
        [
            Recording(label, until_missing(f"points[{place}]", path), number)
            for place, ((label, number), path) in enumerate(paths)
        ]
    )


def _of_projected(arrays: Mapping[str, Array]) -> Reading:
    """Return runs in many dimensions by their projection, as `trace --project` writes them."""
    tracks = _of_tracks({**arrays, "points": arrays["projected"]}).recordings
    return Reading([_with_run(arrays, place, track) for place, track in enumerate(tracks)])


def _with_run(arrays: Mapping[str, Array], place: int, track: Recording) -> Recording:
    """Return a track with its weights, losses and distances from the plane, as far as there."""
    end = len(track.points)
    own: dict[str, Any] = {}
    words = {"weights": "points", "losses": "heights", "off_plane": "off_plane"}
    shape = arrays["projected"].shape[:2]
    for name, word in words.items():
        array = arrays.get(word)
        if array is None:
            continue
        if array.shape[:2] != shape or array.ndim != 2 + (name == "weights"):
            raise TrajvizError(f"{word} of shape {array.shape} does not go with projected {shape}")
        if array.dtype.kind not in "iuf":
            raise TrajvizError(f"{word} are {array.dtype}, no numbers")
        own[name] = array[place, :end].astype(np.float64)
    if "weights" in own and not np.isfinite(own["weights"]).all():
        raise TrajvizError(f"points[{place}] are not finite up to where projected ends")
    return replace(track, **own)


def track_numbers(starts: Array | None, tracks: int) -> Sequence[int | None]:
    """Return which of several starts each track has, None where there is one."""
    if starts is None:
        return [None] * tracks
    if starts.shape != (tracks,) or starts.dtype.kind not in "iu" or (starts < 0).any():
        raise TrajvizError("starts are not one whole number for each track")
    numbers: list[int] = starts.tolist()
    return numbers


def _of_arrays(arrays: Mapping[str, Array], name: str) -> Reading:
    """Return the paths of arrays that have a name each, or of the columns x and y."""
    if {"x", "y"} == {key.lower() for key in arrays}:
        x, y = (array for _, array in sorted(arrays.items(), key=lambda pair: pair[0].lower()))
        if x.shape == y.shape and x.ndim == 1 and len(x):
            one = until_missing("x and y", np.stack([x, y], axis=-1).astype(np.float64))
            return Reading([Recording(name, one)], ["x and y taken for one path"])
    check_paths(len(arrays))
    readings = [_of_array(key, array, True) for key, array in arrays.items()]
    return Reading(
        [recording for reading in readings for recording in reading.recordings],
        list(dict.fromkeys(phrase for reading in readings for phrase in reading.understood)),
    )


def _of_array(name: str, array: Array, named: bool) -> Reading:
    """Return the paths of one array; `named` where the file itself calls it so."""
    what = f"array {name!r} of shape {array.shape}" if named else f"an array of shape {array.shape}"
    if array.dtype.kind not in "iuf" or array.ndim not in (2, 3) or not array.size:
        raise TrajvizError(f"{what}, {array.dtype}, is no path (steps + 1, 2), nor several")
    if array.shape == (2, 2):
        raise TrajvizError(
            f"{what}: are its rows two points, or x and y? As (1, 2, 2) rows are points"
        )
    if array.shape[-1] != 2 and array.shape[-2] != 2:
        raise TrajvizError(f"{what}: which axis is x and y? None has length 2")
    rows, understood = array.astype(np.float64, copy=False), []
    if array.shape[-1] != 2:
        rows, understood = np.swapaxes(rows, -1, -2), ["x and y taken from the axis of length 2"]
    if rows.ndim == 2 or len(rows) == 1:
        return Reading([Recording(name, until_missing(what, rows.reshape(-1, 2)))], understood)
    check_paths(len(rows))
    paths = [Recording(name, until_missing(what, path), number) for number, path in enumerate(rows)]
    return Reading(paths, [*understood, f"{len(paths)} paths of one label"])


def until_missing(what: str, points: Points) -> Points:
    """Return the points of a path without the NaN after its end."""
    missing = np.asarray(np.isnan(points).any(axis=1))
    end = int(np.argmax(missing)) if missing.any() else len(points)
    if not end or not missing[end:].all() or not np.isfinite(points[:end]).all():
        raise TrajvizError(f"{what} are not finite numbers up to where they end")
    return points[:end]
