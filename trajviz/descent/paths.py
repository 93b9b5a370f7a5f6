"""Trajectories that any program recorded, read from files as `trace` or others write them.

Only the points are read. A path's heights are those of the surface that it is drawn on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np

from trajviz.descent.array_files import MOST_BYTES, read_json, read_npy, read_npz
from trajviz.descent.recording import Reading, Recording
from trajviz.descent.table_files import read_table
from trajviz.descent.trajectory import Trajectory
from trajviz.errors import TrajvizError, unknown
from trajviz.surface import Floats, Points, Surface

MOST_PATHS = 4_000
"""The most paths that a file may hold."""


@dataclass(frozen=True)
class Recorded:
    """A path that was recorded elsewhere.

    Attributes:
        label: What the file calls it.
        source: The file's name.
        points: Where it went, (steps + 1, 2), in the surface's units.
        heights: The surface's heights there, (steps + 1,).
        number: Which of several paths of one label it is, from 0; None where there is one.
        length: How many steps the file has, of which `points` may hold fewer.
        joined: Whether a line joins its points; a member of a population is drawn as a point alone.
        note: What had to be understood to read the file, in words; "" for the documented form.
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
    diverged_at: None = None

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
    path = Path(path).expanduser()
    kind = path.suffix[1:].lower()
    if kind not in READERS:
        raise unknown(f"suffix of paths {str(path)!r}:", path.suffix, [f".{k}" for k in READERS])
    if not path.is_file():
        raise TrajvizError(f"no file of paths {str(path)!r}")
    with path.open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise TrajvizError(f"paths {str(path)!r} are longer than {MOST_BYTES:,} bytes")
    try:
        reading = READERS[kind](data, path.stem, surface.axes).checked(MOST_PATHS)
    except TrajvizError as error:
        raise TrajvizError(f"paths {str(path)!r}: {error}") from error
    note = f"{path.name}: {', '.join(reading.understood)}" if reading.understood else ""
    return [_recorded(path.name, one, surface, steps, note) for one in reading.grouped()]


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
