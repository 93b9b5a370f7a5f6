"""PNG and APNG: the note is an uncompressed iTXt chunk (PNG specification, 11.3.3.4)."""

from __future__ import annotations

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEAD = b"trajviz\x00\x00\x00\x00\x00"
"""The keyword; not compressed; no language; no translated keyword."""


def text(note: str) -> bytes:
    """Return what is in the iTXt chunk that holds a note."""
    return _HEAD + note.encode("ascii")


def holds(data: bytes) -> bool:
    """Return whether these bytes begin a PNG."""
    return data.startswith(_SIGNATURE)


def find(data: bytes) -> bytes | None:
    """Return the text under our keyword."""
    place = len(_SIGNATURE)
    while place + 8 <= len(data):
        start, length = place + 8, int.from_bytes(data[place : place + 4], "big")
        if data[place + 4 : start] == b"iTXt" and data.startswith(_HEAD, start):
            return data[start + len(_HEAD) : start + length]
        place = start + length + 4
    return None
