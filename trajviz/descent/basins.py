"""Basins of attraction: which minimum an optimizer reaches from everywhere, and in how many steps.

A run reaches the minimum that is nearest after its last step, if the distance is below TOLERANCE.
Distances are in window widths along x and in window heights along y. The run arrives at the first
step from which on it stays there. The minima are the surface's own; to these are added places where
runs of a coarse lattice come to rest, up to MOST_MINIMA in all.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from trajviz.descent import Progress
from trajviz.descent.noise import Noise
from trajviz.descent.trajectory import Trajectory
from trajviz.descent.walk import walk
from trajviz.frozen import dataclass
from trajviz.surface import Floats, Points, Surface, Window

TOLERANCE = 0.02
"""How near to a minimum counts as there, in window widths."""
MOST_MINIMA = 8
"""More colours than this cannot be told apart."""
ELSEWHERE, DIVERGED = 255, 254
"""What stands in place of a minimum's number: no minimum was reached, or the run overflowed."""

_PROBE_LATTICE = (32, 24)
"""Columns and rows of the lattice of starts that looks for places of rest."""
_REST_MOTION = 0.05
"""A run is at rest if it moves less than this in the last tenth of its steps, in tolerances."""
_LEAST_TRAVEL = 2
"""A run counts only if it ends farther than this from its start, in tolerances.

On a plain every run rests where it starts, which makes no minimum.
"""
_FEWEST_RUNS = 3
"""Fewer runs than this that end together make no place of rest."""
_CHUNK = 8192
"""How many runs are computed at once: few enough for the processor's cache, and for memory."""


@dataclass(frozen=True)
class Basins:
    """Where one optimizer gets from each start of a lattice, and when.

    Attributes:
        reached: A minimum's place in the list, ELSEWHERE or DIVERGED, (rows, columns).
        arrival: The step at which the run comes there to stay or overflows, 0 for a run that starts
            there, (rows, columns).
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
    """Run a trajectory's optimizer, with its settings, from every start of a lattice.

    Memory is that of a chunk of runs, whatever the number of steps.

    Args:
        surface: What is descended.
        trajectory: Who runs, and with which settings; where it went itself does not matter.
        starts: Where the runs start, (rows, columns, 2), in the surface's units.
        steps: How many steps each takes.
        minima: What may be reached, (n, 2), at most MOST_MINIMA.
        window: In whose width and height distances are measured.
        noise: What makes the gradients inexact.
        progress: Called with starts done and starts in all.
    """
    from concurrent.futures import ThreadPoolExecutor  # a plain race has no basins

    flat = starts.reshape(-1, 2)
    chunks = [slice(at, at + _CHUNK) for at in range(0, len(flat), _CHUNK)]
    reached = np.empty(len(flat), dtype=np.uint8)
    arrival = np.empty(len(flat), dtype=np.int32)

    def run(chunk: slice) -> None:
        w = flat[chunk]
        path = walk(surface, trajectory.spec, w, trajectory.settings, steps, noise)
        reached[chunk], arrival[chunk] = _reached(w, path, minima, window)

    # Threads suffice: numpy releases the interpreter's lock while it computes.
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


def _reached(
    w: Points, path: Iterator[Points], minima: Points, window: Window
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int32]]:
    """Return what runs from w, (n, 2), reach, and since which step they are there, both (n,)."""
    reached = _nearest(w, minima, window)
    arrival = np.zeros(len(w), dtype=np.int32)
    with np.errstate(all="ignore"):
        for step, w in enumerate(path, start=1):
            now = _nearest(w, minima, window)
            np.copyto(arrival, np.int32(step), where=now != reached)
            reached = now
    return reached, arrival


def _nearest(w: Points, minima: Points, window: Window) -> npt.NDArray[np.uint8]:
    """Return for each point, (n, 2), the nearest minimum within TOLERANCE, or why there is none."""
    x, y = w.T.copy()  # each in a row of its own, which numpy reads faster
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
    """Return the minima that basins are told apart by.

    Args:
        surface: What is descended.
        trajectories: Which optimizers run, one trajectory each.
        steps: How many steps each takes.
        window: Where minima are looked for.
        noise: What makes the gradients inexact.

    Returns:
        At most MOST_MINIMA points, (n, 2): first the surface's own within the window, then places
        of rest, the one where most runs end first.
    """
    known = np.array(surface.minima, dtype=np.float64).reshape(-1, 2)
    known = known[window.contains(known)][:MOST_MINIMA]
    starts = lattice(window, *_PROBE_LATTICE).reshape(-1, 2)
    ends = [_rest_places(surface, t, starts, steps, window, noise) for t in trajectories]
    found = _clustered(surface, np.concatenate(ends), known, window)
    return np.concatenate([known, found[: MOST_MINIMA - len(known)]])


def lattice(window: Window, columns: int, rows: int) -> Points:
    """Return the centres of a window's cells, (rows, columns, 2), the topmost row first.

    >>> lattice(Window(0, 4, 0, 2), columns=2, rows=1).tolist()
    [[[1.0, 1.0], [3.0, 1.0]]]
    """
    x = window.x0 + (np.arange(columns) + 0.5) / columns * (window.x1 - window.x0)
    y = window.y1 - (np.arange(rows) + 0.5) / rows * (window.y1 - window.y0)
    return np.stack(np.meshgrid(x, y), axis=-1)


def _rest_places(
    surface: Surface,
    trajectory: Trajectory,
    starts: Points,
    steps: int,
    window: Window,
    noise: Noise,
) -> Points:
    """Return where runs from these starts, (n, 2), come to rest within the window, (m, 2)."""
    watched_from, w = max(0, steps - max(2, steps // 10)), starts
    path = walk(surface, trajectory.spec, starts, trajectory.settings, steps, noise)
    low, high = starts, starts
    with np.errstate(all="ignore"):
        for step, w in enumerate(path, start=1):
            if step <= watched_from:
                low, high = w, w
            else:
                low, high = np.minimum(low, w), np.maximum(high, w)
        moved = ((high - low) / window.extent).max(axis=1)
        travelled = (np.abs(w - starts) / window.extent).max(axis=1)
        rests = (moved < _REST_MOTION * TOLERANCE) & (travelled > _LEAST_TRAVEL * TOLERANCE)
    places: Points = w[window.contains(w) & rests]
    return places


def _clustered(surface: Surface, places: Points, known: Points, window: Window) -> Points:
    """Return the lowest point of each cluster of places, (n, 2), the largest cluster first.

    Places near a known minimum are passed over.
    """
    places = places[_nearest(places, known, window) == ELSEWHERE]
    places = places[np.argsort(surface.value(places), kind="stable")]
    clusters: list[tuple[int, Points]] = []
    while len(places):
        near = _nearest(places, places[:1], window) == 0
        clusters.append((int(near.sum()), places[0]))
        places = places[~near]
    large = [(runs, place) for runs, place in clusters if runs >= _FEWEST_RUNS]
    large.sort(key=lambda cluster: -cluster[0])
    return np.array([place for _, place in large]).reshape(-1, 2)
