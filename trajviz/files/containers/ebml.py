"""Matroska, and WebM, which is a part of it: elements inside elements (RFC 9559; EBML, RFC 8794).

The note is the comment tag, as ffmpeg writes it (RFC 9559, section 5.1.8).
"""

from __future__ import annotations

from collections.abc import Iterator

from trajviz.files.containers import MOST_PARTS, Container, Data, Size, inside

SEGMENT = 0x18538067
"""The element that holds all that follows the header."""
_TAG = (SEGMENT, 0x1254C367, 0x7373, 0x67C8)
_NAME, _VALUE = 0x45A3, 0x4487
_VIDEO = (SEGMENT, 0x1654AE6B, 0xAE, 0xE0)
_WIDTH, _HEIGHT = 0xB0, 0xBA
"""The elements that lead to a tag and to what a track says of its picture, and what is in each."""
_LONGEST = 1 << 15
"""Bytes of an element that are read: more than any note has."""


def elements(data: Data, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield the identity of each element, where its content begins, and where it ends.

    The end is what the element says, which may be beyond the data. Raises IndexError where the data
    end before an element says that.
    """
    for _ in range(MOST_PARTS):
        if start >= end:
            return
        kind, start = _number(data, start, keep=True)
        length, start = _number(data, start, keep=False)
        yield kind, start, start + length
        start += length


def _number(data: Data, place: int, keep: bool) -> tuple[int, int]:
    """Return a number of variable length, with or without its marker, and the place after it."""
    first = data[place]
    width = 9 - first.bit_length()
    number = int.from_bytes(data[place : place + width], "big")
    return number if keep else number & (1 << 7 * width) - 1, place + width


def _contents(data: Data, start: int, end: int) -> dict[int, bytes]:
    """Return what the elements in a part of the data hold, by their identities."""
    return {
        kind: bytes(data[begin : min(after, begin + _LONGEST)])
        for kind, begin, after in elements(data, start, end)
    }


def _comment(data: bytes) -> bytes | None:
    for start, end in inside(elements, data, _TAG):
        tag = _contents(data, start, end)
        if tag.get(_NAME, b"").upper() == b"COMMENT":
            return tag.get(_VALUE)
    return None


def _video_size(data: Data) -> Size:
    """Return what the first track that is seen says (RFC 9559, section 5.1.4.1.28)."""
    video = _contents(data, *next(inside(elements, data, _VIDEO), (0, 0)))
    width, height = (int.from_bytes(video.get(side, b""), "big") for side in (_WIDTH, _HEIGHT))
    return width, height


MATROSKA = Container(rb"\x1a\x45\xdf\xa3", _comment, _video_size)
