"""GIF: the note is a comment extension (GIF89a specification, section 24)."""

from __future__ import annotations

_COMMENT = 0xFE
_LONGEST = 255


def extension(note: str) -> bytes:
    """Return the extension that holds a note; nothing for none."""
    data = note.encode("ascii")
    blocks = [data[place : place + _LONGEST] for place in range(0, len(data), _LONGEST)]
    parts = b"".join(bytes([len(block)]) + block for block in blocks)
    return b"!" + bytes([_COMMENT]) + parts + b"\x00" if data else b""


def holds(data: bytes) -> bool:
    """Return whether these bytes begin a GIF."""
    return data[:6] in (b"GIF87a", b"GIF89a")


def find(data: bytes) -> bytes | None:
    """Return the first comment that is a note."""
    place = 13 + _table(data[10])
    while True:
        kind, label = data[place], data[place + 1]
        if kind == ord("!"):
            block, place = _blocks(data, place + 2)
            if label == _COMMENT and block.startswith(b"# trajviz "):
                return block
        elif kind == ord(","):
            _, place = _blocks(data, place + 11 + _table(data[place + 9]))
        else:
            return None


def _table(flags: int) -> int:
    """Return how many bytes the colour table takes that such flags announce."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _blocks(data: bytes, place: int) -> tuple[bytes, int]:
    """Return what the blocks from here hold together, and the place after them."""
    parts = []
    while length := data[place]:
        parts.append(data[place + 1 : place + 1 + length])
        place += 1 + length
    return b"".join(parts), place + 1
