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

from trajviz.descent.internals import (
    effective_steps,
    gradient_lengths,
    gradients,
    step_lengths,
    turns,
)
from trajviz.descent.outcome import Outcome
from trajviz.descent.paths import Course, Recorded
from trajviz.descent.section import losses
from trajviz.errors import TrajvizError
from trajviz.surface import Floats
from trajviz.surface.problem import Problem, is_curve, is_on_plane


def to_csv(outcome: Outcome, internals: bool = False, project: bool = False) -> bytes:
    """Return one row for each step of each track, with floats in full.

    The columns are optimizer, step, x, y, f and COUNTS. On a problem w1, w2 and so on stand in
    place of x and y, unless it is the projection that is asked for: then x, y and off_plane do. Of
    one variable there is no y. `optimizer` is the track's label; step 0 is the start; a track that
    diverges ends at its last finite step. Where there are several starts, a column `start` after
    the label says which one it is, from 0; of several seeds, a column `seed`.

    Args:
        outcome: What came of the race.
        internals: Whether the columns of INTERNALS follow, on a problem those of MOTION, and
            `accuracy` where data is classified.
        project: Whether the tracks are as they are on the plane on which a problem is seen.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for place, t in enumerate(outcome.courses):
        columns: dict[str, Any] = {**_where(outcome, t, project), "f": t.heights}
        columns |= _counts(outcome, t)
        if internals:
            columns |= _internals(outcome, t)
        which = _which(outcome, t)
        if place == 0:
            writer.writerow(["optimizer", *which, "step", *columns])
        rows = zip(*(column.tolist() for column in columns.values()), strict=True)
        for step, row in enumerate(rows):
            writer.writerow([t.label, *which.values(), step, *map(repr, row)])
    return text.getvalue().encode()


def to_json(outcome: Outcome, internals: bool = False, project: bool = False) -> bytes:
    """Return facts about the race, and for each track its facts, points, heights and COUNTS.

    A track's facts are its settings, how its rate was chosen, and where it diverged. On a problem
    points are weights, (steps + 1, d).

    Args:
        outcome: What came of the race.
        internals: Whether each track also has the columns of INTERNALS, on a problem those of
            MOTION, and `accuracy` where data is classified.
        project: Whether there is also `plane`, with its kind, origin, axes and share, and of each
            track `projected`, its points there, and `off_plane`, its distance.

    Returns:
        JSON in UTF-8, with null for what is not a finite number.
    """
    facts = _facts(outcome)
    if project:
        facts["plane"] = _plane(outcome)
    for track, t in zip(facts["trajectories"], outcome.courses, strict=True):
        track |= {"points": t.places.tolist(), "heights": _or_null(t.heights)}
        if project:
            track |= {name: array.tolist() for name, array in _projection(t).items()}
        if not isinstance(t, Recorded):
            track |= {name: column.tolist() for name, column in _counts(outcome, t).items()}
        if internals:
            for name, column in _internals(outcome, t).items():
                track[name] = _or_null(column)
    return (json.dumps(facts, indent=1, allow_nan=False) + "\n").encode()


def _or_null(column: Floats) -> list[float | None]:
    """Return numbers as JSON has them: none for what is not finite, such as a missing height."""
    return [value if math.isfinite(value) else None for value in column.tolist()]


def to_npz(outcome: Outcome, internals: bool = False, project: bool = False) -> bytes:
    """Return arrays in numpy's compressed format.

    `points` are (tracks, steps + 1, 2), on a problem (tracks, steps + 1, d), `heights` and COUNTS
    (tracks, steps + 1), all with NaN after a track's end. `labels` are (tracks,); where there are
    several starts, `starts`, (tracks,), says which one it is, of several seeds `seeds`. `settings`
    is a JSON text with all other facts.

    Args:
        outcome: What came of the race.
        internals: Whether the columns of INTERNALS, (tracks, steps + 1), are added, on a problem
            those of MOTION, and `accuracy` where data is classified.
        project: Whether there are also `projected`, the points on the plane on which a problem is
            seen, (tracks, steps + 1, 2), `off_plane`, their distance, (tracks, steps + 1), and the
            plane itself: `plane_origin`, (d,), `plane_axes`, (2, d), and `plane_share`, (2,), the
            share of the variance along each axis.
    """
    arrays: dict[str, npt.NDArray[Any]] = {}
    for row, t in enumerate(outcome.courses):
        columns = {"points": t.places, "heights": t.heights, **_counts(outcome, t)}
        if project:
            columns |= _projection(t)
        if internals:
            columns |= _internals(outcome, t)
        for name, column in columns.items():
            shape = (len(outcome.courses), outcome.steps + 1, *column.shape[1:])
            arrays.setdefault(name, np.full(shape, np.nan))[row, : t.steps + 1] = column
    if project:
        plane = _plane(outcome)
        arrays |= {f"plane_{name}": np.array(plane[name]) for name in ("origin", "axes", "share")}
    for t in outcome.courses[:1]:
        for name in _which(outcome, t):
            each = [_which(outcome, course)[name] for course in outcome.courses]
            arrays[f"{name}s"] = np.array(each)
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

    def __call__(self, outcome: Outcome, internals: bool = False, project: bool = False) -> bytes:
        """Return the bytes of the file.

        Args:
            outcome: What came of the race.
            internals: Whether the columns of INTERNALS are added, what each step saw and did.
            project: Whether the tracks are also as they are on the plane of a problem.
        """


TRACES: dict[str, TraceWriter] = {"csv": to_csv, "json": to_json, "npz": to_npz}
"""What writes a race as numbers, by suffix."""

COUNTS = ("gradients", "values", "hessians")
"""Columns: how many of each the optimizer had asked for when it came to a point."""

INTERNALS = ("gx", "gy", "step_x", "step_y")
"""Columns that describe the step to a point: the gradient at the point that it leaves, and the
effective learning rate along each axis. No step leads to the start, where they are NaN."""

MOTION = ("gradient_length", "step_length", "turn")
"""Columns on a problem, of the step to a point: the length of the gradient at the point that it
leaves, how far it went, and the angle to the step before, in degrees."""


def _which(outcome: Outcome, t: Course) -> dict[str, int]:
    """Return which of several starts, or which of several seeds, a track is of."""
    if t.seed is not None:
        return {"seed": t.seed}
    many = any(each.number is not None for each in outcome.courses)
    return {"start": t.number or 0} if many else {}


def _counts(outcome: Outcome, t: Course) -> dict[str, Any]:
    """Return the columns of COUNTS, NaN for a recorded path; none where all are recorded."""
    if not outcome.trajectories:
        return {}
    unknown = np.full((t.steps + 1, len(COUNTS)), np.nan)
    return dict(zip(COUNTS, (unknown if isinstance(t, Recorded) else t.counts).T, strict=True))


def _where(outcome: Outcome, t: Course, project: bool) -> dict[str, Floats]:
    """Return the columns that say where a track was, (steps + 1,) each."""
    if project:
        x, y = t.points.T
        return {"x": x, "y": y, "off_plane": _projection(t)["off_plane"]}
    names = ["x"] if is_curve(outcome.problem) else ["x", "y"]
    if is_on_plane(outcome.problem):
        names = [f"w{number}" for number in range(1, outcome.problem.dimension + 1)]
    return dict(zip(names, t.places.T, strict=True))


def _projection(t: Course) -> dict[str, Floats]:
    if t.off_plane is None:
        raise TrajvizError(
            "a projection is of a problem in many dimensions (`trajviz list problems`), which this "
            "race has not"
        )
    return {"projected": t.points, "off_plane": t.off_plane}


def _plane(outcome: Outcome) -> dict[str, Any]:
    """Return the plane on which a problem is seen, in plain values."""
    if outcome.plane is None:
        raise TrajvizError("a projection is of a problem in many dimensions: this race has two")
    plane = outcome.plane
    return {
        "kind": plane.kind,
        "origin": plane.origin.tolist(),
        "axes": plane.axes.tolist(),
        "share": list(plane.share),
    }


def _motion(problem: Problem, outcome: Outcome, t: Course) -> dict[str, Floats]:
    """Return the columns of MOTION, of what is known without a loss function the last two."""
    found = {"step_length": step_lengths(t), "turn": turns(t)}
    if not problem.recorded:
        found = {"gradient_length": gradient_lengths(problem, t, outcome.noise), **found}
    columns = {name: np.full(t.steps + 1, np.nan) for name in found}
    for name, values in found.items():
        columns[name][t.steps + 1 - len(values) :] = values
    shares = {"accuracy": problem.accuracy, "held_out_accuracy": problem.held_out_accuracy}
    shares["held_out"] = problem.held_out
    return columns | {
        name: losses(share, t.places) for name, share in shares.items() if share is not None
    }


def _internals(outcome: Outcome, t: Course) -> dict[str, Floats]:
    """Return the columns of INTERNALS, and the accuracy where there is one, (steps + 1,) each."""
    if outcome.problem is not None:
        return _motion(outcome.problem, outcome, t)
    slopes = gradients(outcome.surface, t, outcome.noise)
    effective = effective_steps(outcome.surface, t, outcome.noise)
    both = np.full((t.steps + 1, len(INTERNALS)), np.nan)
    both[1:] = np.concatenate([slopes, effective], axis=1)
    columns = dict(zip(INTERNALS, both.T, strict=True))
    if outcome.surface.accuracy is not None:
        columns["accuracy"] = np.asarray(outcome.surface.accuracy(*t.points.T), dtype=np.float64)
    return columns


def _facts(outcome: Outcome) -> dict[str, Any]:
    dimension = {"dimension": outcome.problem.dimension} if outcome.problem else {}
    return {
        "surface": outcome.surface.name,
        **dimension,
        "start": list(outcome.start)[: 1 if is_curve(outcome.problem) else 2],
        "window": list(outcome.window),
        "steps": outcome.steps,
        "clock": outcome.recipe.clock,
        "noise": outcome.noise.facts(outcome.surface),
        "trajectories": [_track(t) for t in outcome.courses],
    }


def _track(t: Course) -> dict[str, Any]:
    which: dict[str, Any] = {"label": t.label}
    which |= {} if t.number is None else {"start": t.number}
    which |= {} if t.seed is None else {"seed": t.seed, "median": t.is_bold}
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
