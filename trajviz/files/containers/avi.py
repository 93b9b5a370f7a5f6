"""AVI: chunks inside lists in a RIFF file (Microsoft, "AVI RIFF File Reference").

The note is the comment in the list of information, ICMT.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from trajviz.files.containers import MOST_PARTS, Container, Data, Size, inside

_COMMENT = (b"AVI ", b"INFO", b"ICMT")
_HEADER = (b"AVI ", b"hdrl", b"avih")
"""The lists that lead to the comment and to the main header, and what is in each."""
_LISTS = (b"RIFF", b"LIST")


def chunks(data: Data, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield the kind of each chunk, where its content begins, and where it ends.

    The kind of a list is the name behind its length. The end is what the chunk says, which may be
    beyond the data.
    """
    for _ in range(MOST_PARTS):
        if start + 8 > end:
            return
        kind, head = bytes(data[start : start + 4]), 8
        length = int.from_bytes(data[start + 4 : start + 8], "little")
        if kind in _LISTS:
            kind, head = bytes(data[start + 8 : start + 12]), 12
        yield kind, start + head, start + 8 + length
        start += 8 + length + length % 2


def _comment(data: bytes) -> bytes | None:
    start, end = next(inside(chunks, data, _COMMENT), (0, 0))
    return data[start:end].rstrip(b"\0") or None


def _header_size(data: Data) -> Size:
    """Return the width and height that the main header says."""
    start, end = next(inside(chunks, data, _HEADER), (0, 0))
    width, height = struct.unpack("<II", data[start + 32 : min(start + 40, end)])
    return width, height


AVI = Container(rb"RIFF....AVI ", _comment, _header_size)
