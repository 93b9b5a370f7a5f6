"""Runs in many dimensions that any program recorded, read from files or given in Python."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from trajviz.descent.checkpoints import are_checkpoints, read_checkpoints
from trajviz.descent.recording import Reading, Recording
from trajviz.descent.run_files import RUN_READERS, as_runs
from trajviz.errors import TrajvizError, unknown
from trajviz.surface import Floats
from trajviz.untrusted import MOST_ARRAY_BYTES, MOST_TEXT_BYTES, read_bytes, user_path


def read_runs(text: str | Path) -> tuple[str, Reading]:
    """Return what files of runs are called, and what they hold.

    Args:
        text: A file of one of the suffixes in RUN_READERS, or checkpoints: a folder of them, a
            pattern as "sgd/ckpt_*.pt".

    Raises:
        TrajvizError: There is no such file, or it holds no runs; told with its name.
    """
    path, text = user_path(text), str(text)
    if are_checkpoints(text):
        return run_source(text), Reading([read_checkpoints(text)])
    kind = path.suffix[1:].lower()
    if kind not in RUN_READERS:
        known = [*(f".{known}" for known in RUN_READERS), ".pt", ".pth"]
        raise unknown(f"suffix of paths {text!r}:", path.suffix, known)
    if not path.is_file():
        raise TrajvizError(f"no file of paths {text!r}")
    most = MOST_ARRAY_BYTES if kind in ("npy", "npz") else MOST_TEXT_BYTES
    data = read_bytes(path, most, f"file of paths {text!r}")
    try:
        return path.name, RUN_READERS[kind](data, path.stem).checked()
    except TrajvizError as error:
        raise TrajvizError(f"paths {text!r}: {error}") from error


def run_source(text: str) -> str:
    """Return what a picture calls checkpoints: the last part of their path, or its last two.

    >>> run_source("runs/sgd/ckpt_*.pt"), run_source("sgd")
    ('sgd/ckpt_*.pt', 'sgd')
    """
    path = Path(text)
    return "/".join(path.parts[-2:]) if set("*?[") & set(path.name) else path.name


def runs_of(things: Iterable[Any]) -> list[Recording]:
    """Return the runs that objects of Python hold, in their order.

    Args:
        things: Each an array of weights, (steps + 1, d); a mapping of labels to such arrays, or to
            pairs of one and its losses, (steps + 1,); or what has a label, places and heights, as a
            Trajectory and a Recorded path. Arrays without a label are called "run", and numbered
            where there are several.

    Raises:
        TrajvizError: For what is none of these, weights that are not finite, and equal labels.
    """
    labelled = [run for thing in things for run in _labelled(thing)]
    nameless, numbers = sum(not label for label, _, _ in labelled), itertools.count(1)
    runs: list[Recording] = []
    for label, weights, losses in labelled:
        name = label or (f"run {next(numbers)}" if nameless > 1 else "run")
        runs += as_runs(weights, losses, name)
    return Reading(runs).checked().recordings if runs else []


def _labelled(thing: Any) -> Iterator[tuple[str, Floats, Floats | None]]:
    """Yield the runs of a thing: label or "", weights, and losses where it has them."""
    if hasattr(thing, "places"):
        yield thing.label, thing.places, thing.heights
    elif isinstance(thing, Mapping):
        for label, held in thing.items():
            pair = isinstance(held, tuple) and len(held) == 2
            weights, losses = held if pair else (held, None)
            yield str(label), _numbers(weights), None if losses is None else _numbers(losses)
    else:
        yield "", _numbers(thing), None


def _numbers(thing: Any) -> Floats:
    try:
        return np.asarray(thing, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TrajvizError(
            f"{type(thing).__name__} is no run: give an array (steps + 1, d), a mapping of labels "
            "to such arrays or to pairs (weights, losses), a Trajectory, or the name of a file"
        ) from error


def common_dimension(runs: Sequence[Recording]) -> int:
    """Return how many weights all runs have; TrajvizError where they differ."""
    dimensions = {run.points.shape[1]: run.label for run in runs}
    if len(dimensions) > 1:
        (d, label), (other, another), *_ = dimensions.items()
        raise TrajvizError(
            f"{label!r} has {d:,} weights and {another!r} {other:,}: one plane shows runs of one "
            "model"
        )
    return int(next(iter(dimensions)))
