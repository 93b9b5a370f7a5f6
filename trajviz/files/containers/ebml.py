"""WebM: the note is the comment tag (Matroska, RFC 9559, section 5.1.8; EBML, RFC 8794)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

_HEAD, _SEGMENT, _TAGS, _TAG = 0x1A45DFA3, 0x18538067, 0x1254C367, 0x7373
_SIMPLE, _NAME, _VALUE = 0x67C8, 0x45A3, 0x4487


def holds(data: bytes) -> bool:
    """Return whether these bytes begin a WebM or Matroska file."""
    return data.startswith(_HEAD.to_bytes(4, "big"))


def find(data: bytes) -> bytes | None:
    """Return the comment."""
    for start, end in _inside(data, (_SEGMENT, _TAGS, _TAG, _SIMPLE), 0, len(data)):
        said = {kind: data[s:e] for kind, s, e in elements(data, start, end)}
        if said.get(_NAME, b"").upper() == b"COMMENT":
            return said.get(_VALUE)
    return None


def _inside(data: bytes, way: Sequence[int], start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the places of all elements to which a way leads, each inside the one before."""
    if not way:
        yield start, end
        return
    for kind, begin, after in elements(data, start, end):
        if kind == way[0]:
            yield from _inside(data, way[1:], begin, after)


def declared_end(head: bytes) -> int:
    """Return where a file ends that begins so, by what its segment says of its length.

    Raises IndexError where the beginning itself is cut short.
    """
    place = 0
    for _ in ("the header", "the segment"):
        _, place = _number(head, place, keep=True)
        length, place = _number(head, place, keep=False)
        place += length
    return place


def elements(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield the identity of each element, and where its content begins and ends."""
    while start < end:
        kind, start = _number(data, start, keep=True)
        length, start = _number(data, start, keep=False)
        yield kind, start, min(start + length, end)
        start += length


def _number(data: bytes, place: int, keep: bool) -> tuple[int, int]:
    """Return a number of variable length, with or without its marker, and the place after it."""
    first = data[place]
    width = 9 - first.bit_length()
    number = int.from_bytes(data[place : place + width], "big")
    return number if keep else number & (1 << 7 * width) - 1, place + width
