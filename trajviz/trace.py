"""A race as numbers: CSV, JSON or NPZ."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from trajviz.descent import Trajectory

if TYPE_CHECKING:
    from trajviz.race import Race


def to_csv(race: Race) -> bytes:
    """Return one row for each step of each track: optimizer,step,x,y,f, floats in full.

    `optimizer` is the track's label; step 0 is the start; a diverged track ends at its last
    finite step.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["optimizer", "step", "x", "y", "f"])
    for t in race.trajectories:
        rows = zip(t.points.tolist(), t.heights.tolist(), strict=True)
        for step, ((x, y), f) in enumerate(rows):
            writer.writerow([t.label, step, repr(x), repr(y), repr(f)])
    return text.getvalue().encode()


def to_json(race: Race) -> bytes:
    """Return the settings, how each rate was chosen, where a track diverged, and all points."""
    return (json.dumps(_facts(race, points=True), indent=1) + "\n").encode()


def to_npz(race: Race) -> bytes:
    """Return arrays in numpy's format.

    `points` (tracks, steps + 1, 2) and `heights` (tracks, steps + 1), NaN after a track's end;
    `labels` (tracks,); `settings`, a JSON text with everything else.
    """
    shape = (len(race.trajectories), race.steps + 1)
    points, heights = np.full((*shape, 2), np.nan), np.full(shape, np.nan)
    for row, t in enumerate(race.trajectories):
        points[row, : t.steps + 1], heights[row, : t.steps + 1] = t.points, t.heights
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        points=points,
        heights=heights,
        labels=np.array([t.label for t in race.trajectories]),
        settings=np.array(json.dumps(_facts(race, points=False))),
    )
    return buffer.getvalue()


TRACES: dict[str, Callable[[Race], bytes]] = {"csv": to_csv, "json": to_json, "npz": to_npz}
"""How a race is written as numbers, by suffix."""


def _facts(race: Race, points: bool) -> dict[str, Any]:
    return {
        "surface": race.surface.name,
        "start": list(race.start),
        "window": list(race.window),
        "steps": race.steps,
        "trajectories": [_track(t, points) for t in race.trajectories],
    }


def _track(t: Trajectory, points: bool) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "label": t.label,
        "optimizer": t.spec.optimizer.name,
        "settings": dict(t.settings),
        "lr_rule": t.rate_rule,
        "diverged_at": t.diverged_at,
        "evaluations": t.evaluations,
        "value_evaluations": t.value_evaluations,
        "hessian_evaluations": t.hessian_evaluations,
    }
    if points:
        facts |= {"points": t.points.tolist(), "heights": t.heights.tolist()}
    return facts


def trace_names() -> Sequence[str]:
    """Return the suffixes that `trace` writes."""
    return sorted(TRACES)
