"""Basins of attraction: which minimum an optimizer reaches from everywhere, and in how many steps.

A run has reached the minimum that it is nearest to after its last step, if that is nearer than
TOLERANCE, distances along each axis being measured in window widths; it arrived at the first step
from which on it stayed there. The minima are the surface's own, and besides them, up to
MOST_MINIMA in all, places where runs of a coarse lattice came to rest.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trajviz.descent import Progress
from trajviz.descent.noise import Noise
from trajviz.descent.trajectory import Trajectory
from trajviz.descent.walk import walk
from trajviz.surface import Floats, Points, Surface, Window

TOLERANCE = 0.02
"""How near counts as reached, in window widths."""
MOST_MINIMA = 8
"""More colours than this cannot be told apart."""
ELSEWHERE, DIVERGED = 255, 254
"""In place of a minimum: none was reached, or the run overflowed."""

_COARSE = (32, 24)
"""Columns and rows of the lattice that looks for places of rest."""
_RESTED = 0.05
"""What stays within this share of the tolerance in the last tenth of its steps is at rest."""
_LEAST, _CAME = 3, 2
"""So many runs of the lattice make a place of rest, if they came from farther than so many
tolerances: on a plain, all rest where they start."""
_CHUNK = 4096
"""Runs computed at once: few enough for the processor's cache, and for memory."""


@dataclass(frozen=True)
class Basins:
    """Where one optimizer gets from each start of a lattice, and when; both (rows, columns).

    `reached` is a minimum's place in the list, ELSEWHERE or DIVERGED; `arrival` the step at which
    the run came there to stay, or overflowed, 0 for a run that started there.
    """

    reached: npt.NDArray[np.uint8]
    arrival: npt.NDArray[np.int32]


def find_basins(
    surface: Surface,
    trajectory: Trajectory,
    starts: Points,
    steps: int,
    minima: Points,
    window: Window,
    noise: Noise,
    progress: Progress,
) -> Basins:
    """Run a trajectory's optimizer from all starts, (rows, columns, 2), towards minima, (n, 2).

    Memory is that of a chunk of runs, whatever the number of steps. `progress` is called with
    starts done and starts in all.
    """
    flat = starts.reshape(-1, 2)
    chunks = [slice(at, at + _CHUNK) for at in range(0, len(flat), _CHUNK)]
    reached = np.empty(len(flat), dtype=np.uint8)
    arrival = np.empty(len(flat), dtype=np.int32)

    def run(chunk: slice) -> None:
        w = flat[chunk]
        path = walk(surface, trajectory.spec, w, trajectory.settings, steps, noise)
        reached[chunk], arrival[chunk] = _follow(w, path, minima, window)

    # Threads will do: numpy leaves the interpreter to the others while it computes.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        work = [pool.submit(run, chunk) for chunk in chunks]
        try:
            for chunk, each in zip(chunks, work, strict=True):
                each.result()
                progress(min(chunk.stop, len(flat)), len(flat))
        finally:
            for each in work:
                each.cancel()
    shape = starts.shape[:-1]
    return Basins(reached.reshape(shape), arrival.reshape(shape))


def _follow(
    w: Points, path: Iterator[Points], minima: Points, window: Window
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int32]]:
    """Return what runs from w, (n, 2), reach and since which step they are there, both (n,)."""
    reached = _nearest(w, minima, window)
    arrival = np.zeros(len(w), dtype=np.int32)
    with np.errstate(all="ignore"):
        for step, w in enumerate(path, start=1):
            now = _nearest(w, minima, window)
            np.copyto(arrival, np.int32(step), where=now != reached)
            reached = now
    return reached, arrival


def _nearest(w: Points, minima: Points, window: Window) -> npt.NDArray[np.uint8]:
    """Return where points, (n, 2), are: at the minimum that is nearest and near, or at none."""
    x, y = w[:, 0], w[:, 1]
    found = np.where(np.isfinite(x + y), np.uint8(ELSEWHERE), np.uint8(DIVERGED))
    least: Floats = np.full(len(w), TOLERANCE**2)
    width, height = window.extent.tolist()
    for place, (at_x, at_y) in enumerate(minima.tolist()):
        distance = ((x - at_x) / width) ** 2 + ((y - at_y) / height) ** 2
        nearer = distance < least
        np.copyto(least, distance, where=nearer)
        np.copyto(found, np.uint8(place), where=nearer)
    return found


def minima_of(
    surface: Surface, trajectories: Sequence[Trajectory], steps: int, window: Window, noise: Noise
) -> Points:
    """Return the minima that basins are told apart by, (n, 2), the surface's own first."""
    known = np.array(surface.minima, dtype=np.float64).reshape(-1, 2)
    known = known[window.contains(known)][:MOST_MINIMA]
    starts = lattice(window, *_COARSE).reshape(-1, 2)
    places = [_resting(surface, t, starts, steps, window, noise) for t in trajectories]
    found = _clustered(surface, np.concatenate(places), known, window)
    return np.concatenate([known, found[: MOST_MINIMA - len(known)]])


def lattice(window: Window, columns: int, rows: int) -> Points:
    """Return the centres of a window's cells, (rows, columns, 2), the topmost row first."""
    x = window.x0 + (np.arange(columns) + 0.5) / columns * (window.x1 - window.x0)
    y = window.y1 - (np.arange(rows) + 0.5) / rows * (window.y1 - window.y0)
    return np.stack(np.meshgrid(x, y), axis=-1)


def _resting(
    surface: Surface,
    trajectory: Trajectory,
    starts: Points,
    steps: int,
    window: Window,
    noise: Noise,
) -> Points:
    """Return where runs from these starts, (n, 2), came to rest within the window, (m, 2)."""
    late, w = max(0, steps - max(2, steps // 10)), starts
    path = walk(surface, trajectory.spec, starts, trajectory.settings, steps, noise)
    low, high = starts, starts
    with np.errstate(all="ignore"):
        for step, w in enumerate(path, start=1):
            low, high = (w, w) if step <= late else (np.minimum(low, w), np.maximum(high, w))
        moved = ((high - low) / window.extent).max(axis=1)
        came = (np.abs(w - starts) / window.extent).max(axis=1)
        rested = (moved < _RESTED * TOLERANCE) & (came > _CAME * TOLERANCE)
    resting: Points = w[window.contains(w) & rested]
    return resting


def _clustered(surface: Surface, places: Points, known: Points, window: Window) -> Points:
    """Return the lowest point of each heap of places, (n, 2), the largest heap first.

    Those near a known minimum are passed over.
    """
    places = places[_nearest(places, known, window) == ELSEWHERE]
    places = places[np.argsort(surface.value(places), kind="stable")]
    heaps: list[tuple[int, Points]] = []
    while len(places):
        near = _nearest(places, places[:1], window) == 0
        heaps.append((int(near.sum()), places[0]))
        places = places[~near]
    heaps = sorted((heap for heap in heaps if heap[0] >= _LEAST), key=lambda heap: -heap[0])
    return np.array([place for _, place in heaps]).reshape(-1, 2)
