"""A race as numbers: CSV, JSON or NPZ."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from trajviz.descent.internals import effective_steps, gradients
from trajviz.descent.outcome import Outcome
from trajviz.descent.paths import Course, Recorded
from trajviz.surface import Floats


def to_csv(outcome: Outcome, internals: bool = False) -> bytes:
    """Return one row for each step of each track, with floats in full.

    The columns are optimizer, step, x, y, f and COUNTS. `optimizer` is the track's label; step 0 is
    the start; a track that diverges ends at its last finite step. Where there are several starts, a
    column `start` after the label says which one it is, from 0.

    Args:
        outcome: What came of the race.
        internals: Whether the columns of INTERNALS follow, and `accuracy` on a surface that
            classifies.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    many = _many(outcome)
    for place, t in enumerate(outcome.courses):
        columns: dict[str, Any] = {"x": t.points[:, 0], "y": t.points[:, 1], "f": t.heights}
        columns |= _counts(outcome, t)
        if internals:
            columns |= _internals(outcome, t)
        if place == 0:
            writer.writerow(["optimizer", *(["start"] if many else []), "step", *columns])
        which = [t.number or 0] if many else []
        rows = zip(*(column.tolist() for column in columns.values()), strict=True)
        for step, row in enumerate(rows):
            writer.writerow([t.label, *which, step, *map(repr, row)])
    return text.getvalue().encode()


def to_json(outcome: Outcome, internals: bool = False) -> bytes:
    """Return facts about the race, and for each track its facts, points, heights and COUNTS.

    A track's facts are its settings, how its rate was chosen, and where it diverged.

    Args:
        outcome: What came of the race.
        internals: Whether each track also has the columns of INTERNALS, and `accuracy` on a surface
            that classifies.

    Returns:
        JSON in UTF-8, with null for what is not a finite number.
    """
    facts = _facts(outcome)
    for track, t in zip(facts["trajectories"], outcome.courses, strict=True):
        track |= {"points": t.points.tolist(), "heights": _or_null(t.heights)}
        if not isinstance(t, Recorded):
            track |= {name: column.tolist() for name, column in _counts(outcome, t).items()}
        if internals:
            for name, column in _internals(outcome, t).items():
                track[name] = _or_null(column)
    return (json.dumps(facts, indent=1, allow_nan=False) + "\n").encode()


def _or_null(column: Floats) -> list[float | None]:
    """Return numbers as JSON has them: none for what is not finite, such as a missing height."""
    return [value if math.isfinite(value) else None for value in column.tolist()]


def to_npz(outcome: Outcome, internals: bool = False) -> bytes:
    """Return arrays in numpy's compressed format.

    `points` are (tracks, steps + 1, 2), `heights` and COUNTS (tracks, steps + 1), all with NaN
    after a track's end. `labels` are (tracks,); where there are several starts, `starts`,
    (tracks,), says which one it is. `settings` is a JSON text with all other facts.

    Args:
        outcome: What came of the race.
        internals: Whether the columns of INTERNALS, (tracks, steps + 1), are added, and `accuracy`
            on a surface that classifies.
    """
    arrays: dict[str, npt.NDArray[Any]] = {}
    for row, t in enumerate(outcome.courses):
        columns = {"points": t.points, "heights": t.heights, **_counts(outcome, t)}
        if internals:
            columns |= _internals(outcome, t)
        for name, column in columns.items():
            shape = (len(outcome.courses), outcome.steps + 1, *column.shape[1:])
            arrays.setdefault(name, np.full(shape, np.nan))[row, : t.steps + 1] = column
    if _many(outcome):
        arrays["starts"] = np.array([t.number or 0 for t in outcome.courses])
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        **arrays,  # type: ignore[arg-type]  # numpy's stub takes a keyword of its own for them all
        labels=np.array([t.label for t in outcome.courses]),
        settings=np.array(json.dumps(_facts(outcome), allow_nan=False)),
    )
    return buffer.getvalue()


class TraceWriter(Protocol):
    """Writes a race as numbers, in one format."""

    def __call__(self, outcome: Outcome, internals: bool = False) -> bytes:
        """Return the bytes of the file.

        Args:
            outcome: What came of the race.
            internals: Whether the columns of INTERNALS are added, what each step saw and did.
        """


TRACES: dict[str, TraceWriter] = {"csv": to_csv, "json": to_json, "npz": to_npz}
"""What writes a race as numbers, by suffix."""

COUNTS = ("gradients", "values", "hessians")
"""Columns: how many of each the optimizer had asked for when it came to a point."""

INTERNALS = ("gx", "gy", "step_x", "step_y")
"""Columns that describe the step to a point: the gradient at the point that it leaves, and the
effective learning rate along each axis. No step leads to the start, where they are NaN."""


def _many(outcome: Outcome) -> bool:
    return any(t.number is not None for t in outcome.courses)


def _counts(outcome: Outcome, t: Course) -> dict[str, Any]:
    """Return the columns of COUNTS, NaN for a recorded path; none where all are recorded."""
    if not outcome.trajectories:
        return {}
    unknown = np.full((t.steps + 1, len(COUNTS)), np.nan)
    return dict(zip(COUNTS, (unknown if isinstance(t, Recorded) else t.counts).T, strict=True))


def _internals(outcome: Outcome, t: Course) -> dict[str, Floats]:
    """Return the columns of INTERNALS, and the accuracy where there is one, (steps + 1,) each."""
    slopes = gradients(outcome.surface, t, outcome.noise)
    effective = effective_steps(outcome.surface, t, outcome.noise)
    both = np.full((t.steps + 1, len(INTERNALS)), np.nan)
    both[1:] = np.concatenate([slopes, effective], axis=1)
    columns = dict(zip(INTERNALS, both.T, strict=True))
    if outcome.surface.accuracy is not None:
        columns["accuracy"] = np.asarray(outcome.surface.accuracy(*t.points.T), dtype=np.float64)
    return columns


def _facts(outcome: Outcome) -> dict[str, Any]:
    return {
        "surface": outcome.surface.name,
        "start": list(outcome.start),
        "window": list(outcome.window),
        "steps": outcome.steps,
        "clock": outcome.recipe.clock,
        "noise": outcome.noise.facts(outcome.surface),
        "trajectories": [_track(t) for t in outcome.courses],
    }


def _track(t: Course) -> dict[str, Any]:
    which = {"label": t.label} if t.number is None else {"label": t.label, "start": t.number}
    if isinstance(t, Recorded):
        return {**which, "source": t.source}
    schedule = t.spec.schedule
    return {
        **which,
        "optimizer": t.spec.optimizer.name,
        "settings": dict(t.settings),
        "decay": schedule and {"name": schedule.name, **schedule.complete},
        **t.spec.clamp.table,
        "lr_rule": t.rate_rule,
        "diverged_at": t.diverged_at,
        "evaluations": t.evaluations,
        "value_evaluations": t.value_evaluations,
        "hessian_evaluations": t.hessian_evaluations,
    }


def trace_names() -> Sequence[str]:
    """Return the suffixes that a trace may have, sorted."""
    return sorted(TRACES)
