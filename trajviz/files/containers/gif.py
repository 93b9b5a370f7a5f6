"""GIF: the note is a comment extension (GIF89a specification, section 24)."""

from __future__ import annotations

import struct

from trajviz.files.containers import Container, Data, Size

_EXTENSION, _IMAGE, _COMMENT = ord("!"), ord(","), 0xFE
_LONGEST = 255


def comment(note: str) -> bytes:
    """Return the extension that holds a note; nothing for none."""
    data = note.encode("ascii")
    blocks = [data[place : place + _LONGEST] for place in range(0, len(data), _LONGEST)]
    parts = b"".join(bytes([len(block)]) + block for block in blocks)
    return bytes([_EXTENSION, _COMMENT]) + parts + b"\x00" if data else b""


def _find_comment(data: bytes) -> bytes | None:
    """Return the first comment that is a note; a GIF may hold other comments."""
    place = 13 + _table_length(data[10])
    while True:
        kind, label = data[place], data[place + 1]
        if kind == _EXTENSION:
            block, place = _blocks(data, place + 2)
            if label == _COMMENT and block.startswith(b"# trajviz "):
                return block
        elif kind == _IMAGE:
            _, place = _blocks(data, place + 11 + _table_length(data[place + 9]))
        else:
            return None


def _table_length(flags: int) -> int:
    """Return how many bytes the colour table takes that such flags announce."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _blocks(data: bytes, place: int) -> tuple[bytes, int]:
    """Return what the blocks from here hold together, and the place after them."""
    parts = []
    while length := data[place]:
        parts.append(data[place + 1 : place + 1 + length])
        place += 1 + length
    return b"".join(parts), place + 1


def _screen_size(data: Data) -> Size:
    width, height = struct.unpack("<HH", data[6:10])
    return width, height


GIF = Container(rb"GIF8[79]a", _find_comment, _screen_size)
