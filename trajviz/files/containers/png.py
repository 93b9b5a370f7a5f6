"""PNG and APNG: the note is an uncompressed iTXt chunk (PNG specification, 11.3.3.4)."""

from __future__ import annotations

import struct

from trajviz.files.containers import Container, Data, Size

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEYWORD = b"trajviz\x00\x00\x00\x00\x00"
"""The keyword; then: not compressed, no language, no translated keyword."""


def text(note: str) -> bytes:
    """Return what is in the iTXt chunk that holds a note."""
    return _KEYWORD + note.encode("ascii")


def _find_text(data: bytes) -> bytes | None:
    """Return the text under our keyword; a PNG may hold others."""
    place = len(SIGNATURE)
    while place + 8 <= len(data):
        start, length = place + 8, int.from_bytes(data[place : place + 4], "big")
        if data[place + 4 : start] == b"iTXt" and data.startswith(_KEYWORD, start):
            return data[start + len(_KEYWORD) : start + length]
        place = start + length + 4
    return None


def _header_size(data: Data) -> Size:
    """Return what the first chunk says (PNG specification, 11.2.1)."""
    width, height = struct.unpack(">II", data[16:24])
    return width, height


PNG = Container(rb"\x89PNG\r\n\x1a\n", _find_text, _header_size)
