"""JPEG: segments before the picture (ITU-T T.81, annex B). The note is a comment, COM."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from trajviz.files.containers import MOST_PARTS, Container, Data, Size

_MARKER, _COMMENT, _SCAN = 0xFF, 0xFE, 0xDA
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
"""What begins a frame, whatever its coding; the three are tables and a reserved marker."""


def segments(data: Data) -> Iterator[tuple[int, int, int]]:
    """Yield the kind of each segment before the picture, where its content begins and ends.

    The end is what the segment says, which may be beyond the data. Raises IndexError where the data
    end before the picture.
    """
    place = 2
    for _ in range(MOST_PARTS):
        kind = data[place + 1]
        if data[place] != _MARKER or kind == _SCAN:
            return
        if kind == _MARKER:  # any marker may be preceded by such bytes
            place += 1
            continue
        length = int.from_bytes(data[place + 2 : place + 4], "big")
        yield kind, place + 4, place + 2 + length
        place += 2 + max(length, 2)


def _find_comment(data: bytes) -> bytes | None:
    """Return the first comment that is a note; a JPEG may hold others."""
    comments = (data[start:end] for kind, start, end in segments(data) if kind == _COMMENT)
    return next((text for text in comments if text.startswith(b"# trajviz ")), None)


def _frame_size(data: Data) -> Size:
    frames = (start for kind, start, _ in segments(data) if kind in _FRAMES)
    start = next(frames, len(data))
    height, width = struct.unpack(">HH", data[start + 1 : start + 5])
    return width, height


JPEG = Container(rb"\xff\xd8\xff", _find_comment, _frame_size)
