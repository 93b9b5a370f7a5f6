"""MP4: the note is the comment tag, as ffmpeg writes it (ISO/IEC 14496-12, QuickTime metadata)."""

from __future__ import annotations

from collections.abc import Iterator

_WAY = ((b"moov", 0), (b"udta", 0), (b"meta", 4), (b"ilst", 0), (b"\xa9cmt", 0), (b"data", 8))
"""The boxes, each inside the one before, and what stands in each before what it holds."""


def holds(data: bytes) -> bool:
    """Return whether these bytes begin an MP4, and no picture of the same family."""
    return data[:2] == b"\x00\x00" and data[4:8] == b"ftyp" and data[8:11] != b"avi"


def find(data: bytes) -> bytes | None:
    """Return the comment."""
    start, end = 0, len(data)
    for wanted, skipped in _WAY:
        inside = (place for kind, *place in boxes(data, start, end) if kind == wanted)
        start, end = next(inside, (end, end))
        start += skipped
    return data[start:end] or None


def boxes(data: bytes | bytearray, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield the kind of each box in a part of the data, and where its content begins and ends."""
    while start + 8 <= end:
        length, head = int.from_bytes(data[start : start + 4], "big"), 8
        if length == 1:  # a size too large for 32 bits follows the name
            length, head = int.from_bytes(data[start + 8 : start + 16], "big"), 16
        length = max(length, head)
        yield bytes(data[start + 4 : start + 8]), start + head, min(start + length, end)
        start += length
