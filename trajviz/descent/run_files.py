"""Runs in any number of dimensions, read from files of arrays, texts and tables.

A run is an array of weights, (steps + 1, d), perhaps with a loss for each, (steps + 1,). Nothing is
guessed, as is done for points of a plane: with d dimensions the last axis is always the weights.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from trajviz.descent.array_files import Array, track_numbers
from trajviz.descent.recording import Reading, Recording, check_paths
from trajviz.descent.table_files import Row, table_rows
from trajviz.errors import TrajvizError
from trajviz.surface import Floats
from trajviz.surface.data_files import decoded, npy_array, npz_arrays
from trajviz.surface.numbers import read_number
from trajviz.untrusted import check_cells

LOSSES = ("losses", "loss", "heights", "f")
"""What losses are called, the documented word first; `trace` writes heights and f."""
_LABELS = ("optimizer", "label", "name", "names")
_WEIGHT = re.compile(r"([a-z]+)[ _]?(\d+)", re.IGNORECASE)


def read_npz_runs(data: bytes, name: str) -> Reading:
    """Return the runs of an NPZ.

    Either `points` are one run, (steps + 1, d), or several, (runs, steps + 1, d), with `losses` of
    the same shape without the last axis, and `labels` or a `name`; or each array is a run of its
    own name.

    Args:
        data: The file.
        name: What a run is called that has no label.

    Raises:
        TrajvizError: It holds no runs.
    """
    arrays = npz_arrays(data, "numbers and texts")
    if "points" not in arrays:
        check_paths(len(arrays))
        return Reading([run for key, array in arrays.items() for run in as_runs(array, None, key)])
    losses = next((arrays[word] for word in LOSSES if word in arrays), None)
    points = arrays["points"]
    tracks = len(points) if points.ndim == 3 else 1
    labels = _labels(arrays, tracks, name)
    runs = as_runs(points, losses, name)
    numbers = track_numbers(arrays.get("starts", arrays.get("seeds")), tracks)
    return Reading(
        [
            Recording(label, run.points, number, losses=run.losses)
            for label, run, number in zip(labels, runs, numbers, strict=True)
        ]
    )


def _labels(arrays: Mapping[str, Array], tracks: int, name: str) -> list[str]:
    """Return what runs are called: by `labels` or `name`, else by the file."""
    given = next((arrays[word] for word in ("labels", *_LABELS) if word in arrays), None)
    if given is None:
        return [name] if tracks == 1 else [f"{name} {number}" for number in range(1, tracks + 1)]
    if given.dtype.kind != "U" or given.size != tracks:
        raise TrajvizError(f"labels of shape {given.shape} are not one text for each of {tracks}")
    return [str(label) for label in given.ravel()]


def read_npy_runs(data: bytes, name: str) -> Reading:
    """Return the runs of one array in numpy's format, (steps + 1, d) or (runs, steps + 1, d)."""
    runs = as_runs(npy_array(data), None, name)
    if len(runs) == 1:
        return Reading(runs)
    numbered = enumerate(runs)
    return Reading([Recording(name, run.points, number) for number, run in numbered])


def read_json_runs(data: bytes, name: str) -> Reading:
    """Return the runs of a JSON file: trajectories as `trace` writes them, or labelled lists.

    Args:
        data: The file, in UTF-8.
        name: What a run is called that has no label.

    Raises:
        TrajvizError: It holds no runs.
    """
    check_cells(data, b",[{")
    try:
        facts = json.loads(decoded(data))
    except (RecursionError, ValueError) as error:
        raise TrajvizError(str(error)) from error
    tracks = facts.get("trajectories") if isinstance(facts, dict) else None
    if tracks is None:
        named = facts if isinstance(facts, dict) else {name: facts}
        tracks = [{"label": label, "points": points} for label, points in named.items()]
    if not isinstance(tracks, list):
        raise TrajvizError("its 'trajectories' are no list")
    check_paths(len(tracks))
    return Reading([_track(place, track) for place, track in enumerate(tracks)])


def _track(place: int, track: Any) -> Recording:
    where = f"trajectories[{place}]"
    if not (isinstance(track, dict) and isinstance(track.get("label"), str)):
        raise TrajvizError(f"{where} is no object with 'label' and 'points'")
    number = track.get("start", track.get("seed"))
    if number is not None and not (type(number) is int and number >= 0):
        raise TrajvizError(f"{where}: start {number!r} is not a whole number")
    losses = next((track[word] for word in LOSSES if track.get(word) is not None), None)
    points = _as_array(where, track.get("points"))
    given = None if losses is None else _as_array(where, losses)
    (run,) = as_runs(points, given, track["label"])
    return Recording(track["label"], run.points, number, losses=run.losses)


def _as_array(where: str, lists: Any) -> Floats:
    try:
        return np.array(lists, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise TrajvizError(f"{where}: no lists of numbers of one length: {error}") from error


def read_table_runs(data: bytes, _name: str) -> Reading:
    """Return the runs of a table with the columns optimizer, perhaps start and step, w1 to wd, f.

    Args:
        data: The file, in UTF-8, columns parted by commas, tabs, semicolons or blanks.

    Raises:
        TrajvizError: It is no such table; told with the line.
    """
    rows = table_rows(data)
    head = next(rows, Row(1, []))
    names = [cell.lower() for cell in head.cells]
    weights = _weight_columns(head)
    loss = next((names.index(word) for word in LOSSES if word in names), None)
    keys = [names.index(word) for word in (*_LABELS, "start", "seed") if word in names]
    found: dict[tuple[str, ...], list[list[float]]] = {}
    for row in rows:
        if len(row.cells) != len(names):
            raise TrajvizError(
                f"line {row.line}: {len(row.cells)} values are not the head's {len(names)}"
            )
        key = tuple(row.cells[place] for place in keys)
        check_paths(len(found))
        found.setdefault(key, []).append(_numbers(row, head, weights, loss))
    many = "start" in names or "seed" in names
    return Reading([_of_rows(key, table, many, _name) for key, table in found.items()])


def _weight_columns(head: Row) -> list[int]:
    """Return where the weights stand, w1 to wd, or those of the one other letter that is counted.

    >>> _weight_columns(Row(1, ["step", "w2", "w1", "top5"]))
    [2, 1]
    """
    counted: dict[str, dict[int, int]] = {}
    for place, cell in enumerate(head.cells):
        if found := _WEIGHT.fullmatch(cell):
            counted.setdefault(found[1].lower(), {}).setdefault(int(found[2]), place)
    usual = counted.get("w") or (next(iter(counted.values())) if len(counted) == 1 else {})
    numbers = sorted(usual)
    if not numbers or numbers != [*range(numbers[0], numbers[0] + len(numbers))]:
        raise TrajvizError(f"line {head.line}: no columns w1, w2 and so on have the weights")
    return [usual[number] for number in numbers]


def _numbers(row: Row, head: Row, weights: Sequence[int], loss: int | None) -> list[float]:
    """Return the weights of a row, and its loss at the end, NaN where there is none."""
    where = f"line {row.line}: "
    found = [read_number(where + head.cells[place], row.cells[place]) for place in weights]
    cell = "" if loss is None else row.cells[loss]
    known = cell.strip().lower() not in ("", "nan")
    return [*found, read_number(where + head.cells[loss or 0], cell) if known else np.nan]


def _of_rows(key: tuple[str, ...], rows: list[list[float]], many: bool, name: str) -> Recording:
    table = np.array(rows)
    label = key[0] if len(key) > many else name
    number = int(key[-1]) if many and key[-1].isdecimal() else None
    (run,) = as_runs(table[:, :-1], table[:, -1], label)
    return Recording(label, run.points, number, losses=run.losses)


def as_runs(points: Array, losses: Array | None, name: str) -> list[Recording]:
    """Return the runs of an array, each up to where NaN begin, with losses where there are any."""
    what = f"array {name!r} of shape {points.shape}"
    if points.dtype.kind not in "iuf" or points.ndim not in (2, 3) or not points.size:
        raise TrajvizError(f"{what}, {points.dtype}, is no run (steps + 1, d), nor several")
    if losses is not None and (losses.shape != points.shape[:-1] or losses.dtype.kind not in "iuf"):
        raise TrajvizError(
            f"losses of shape {losses.shape}, {losses.dtype}, are not a number for each of "
            f"{points.shape[:-1]} points"
        )
    runs = points if points.ndim == 3 else points[np.newaxis]
    check_paths(len(runs))
    heights: Iterator[Array | None] = itertools.repeat(None)
    if losses is not None:
        heights = iter(losses if points.ndim == 3 else losses[np.newaxis])
    return [_run(what, name, *pair) for pair in zip(runs, heights, strict=False)]


def _run(what: str, name: str, points: Array, losses: Array | None) -> Recording:
    run = points.astype(np.float64)
    missing = np.asarray(np.isnan(run).any(axis=1))
    end = int(np.argmax(missing)) if missing.any() else len(run)
    if not end or not missing[end:].all() or not np.isfinite(run[:end]).all():
        raise TrajvizError(f"{what} is not finite up to where it ends")
    return Recording(name, run[:end], losses=None if losses is None else losses[:end].astype(float))


RUN_READERS: dict[str, Callable[[bytes, str], Reading]] = {
    "csv": read_table_runs,
    "tsv": read_table_runs,
    "txt": read_table_runs,
    "json": read_json_runs,
    "npy": read_npy_runs,
    "npz": read_npz_runs,
}
"""What reads a file of runs in many dimensions, by suffix."""
