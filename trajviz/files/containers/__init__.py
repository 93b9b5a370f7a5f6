"""Containers: how kinds of files begin, and where in their bytes a note and a size stand.

One file here for each kind or family of kinds. They need the standard library alone and decode no
pixel. The bytes may be anybody's, so every reader comes to an end whatever it is given.
"""

from __future__ import annotations

import mmap
import os
import re
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias, TypeVar

from trajviz.frozen import dataclass

Data: TypeAlias = bytes | bytearray | mmap.mmap
"""The bytes of a file, or such a map of it."""
Size: TypeAlias = tuple[int, int]
"""Width and height in pixels."""
Kind = TypeVar("Kind")
"""How a container names its parts."""

MOST_PARTS = 1000
"""Parts of one level that are looked at: no file of ours has so many."""
LARGEST = 1 << 16
"""Pixels along a side: whatever says more says nothing."""
_HEAD = 4096
"""Bytes of a file by which its container is known."""
_BROKEN = (IndexError, ValueError, OverflowError, struct.error)
"""What a reader raises where the bytes end too soon, or are none of its kind."""


@dataclass(frozen=True)
class Container:
    """A kind of file, known by how it begins.

    `begins` is a regular expression for its first bytes. `find_note` returns the note that stands
    in the bytes, None for none; it is None itself for a kind of file that has no place for a note.
    `find_size` returns the picture's width and height. Either may raise one of _BROKEN.
    """

    begins: bytes
    find_note: Callable[[bytes], bytes | None] | None
    find_size: Callable[[Data], Size]

    def holds(self, data: Data) -> bool:
        """Return whether a file that begins with these bytes is of this kind."""
        return re.match(self.begins, data[:_HEAD], re.DOTALL) is not None

    def note(self, data: bytes) -> bytes | None:
        """Return the note in a file of this kind, None where there is none."""
        try:
            return self.find_note(data) if self.find_note else None
        except _BROKEN:
            return None

    def size(self, data: Data) -> Size | None:
        """Return the size that a file of this kind says it has, None where it says none."""
        try:
            width, height = self.find_size(data)
        except _BROKEN:
            return None
        return (width, height) if 0 < width <= LARGEST and 0 < height <= LARGEST else None


def inside(
    parts: Callable[[Data, int, int], Iterator[tuple[Kind, int, int]]],
    data: Data,
    path: Sequence[Kind],
    start: int = 0,
    end: int | None = None,
) -> Iterator[tuple[int, int]]:
    """Yield the content of each part to which a path leads.

    Args:
        parts: Yields kind, begin and end of each part that lies side by side in some bytes.
        data: The bytes.
        path: Kinds of parts, each inside the one before.
        start: Where in the bytes the outermost parts begin.
        end: Where they end; None for the end of the bytes.
    """
    end = len(data) if end is None else end
    if not path:
        yield start, end
        return
    for kind, begin, after in parts(data, start, end):
        if kind == path[0]:
            yield from inside(parts, data, path[1:], begin, min(after, end))


@contextmanager
def mapped(path: Path) -> Iterator[Data]:
    """Give the bytes of a file, which are read when they are looked at."""
    with path.open("rb") as file:
        if not os.fstat(file.fileno()).st_size:  # an empty file cannot be mapped
            yield b""
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            yield data
