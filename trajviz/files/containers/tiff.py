"""TIFF: a directory of tags (TIFF 6.0, section 2). The note is the image description."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from trajviz.files.containers import MOST_PARTS, Container, Data, Size

_WIDTH, _HEIGHT, _DESCRIPTION = 256, 257, 270
_SHORT = 3
"""A number of 16 bits; the other kind that a side may have takes 32."""


def _order(data: Data) -> Literal["little", "big"]:
    return "little" if data[:2] == b"II" else "big"


def tags(data: Data) -> Iterator[tuple[int, int, int, int]]:
    """Yield the tags of the first directory: number, type, count, and the place of the value."""
    order = _order(data)
    start = int.from_bytes(data[4:8], order)
    count = int.from_bytes(data[start : start + 2], order)
    for place in range(start + 2, start + 2 + 12 * min(count, MOST_PARTS), 12):
        number, kind = (int.from_bytes(data[p : p + 2], order) for p in (place, place + 2))
        yield number, kind, int.from_bytes(data[place + 4 : place + 8], order), place + 8


def _description(data: bytes) -> bytes | None:
    """Return the text, of which the tag tells where it stands unless it has four bytes."""
    for number, _, count, place in tags(data):
        if number == _DESCRIPTION:
            start = place if count <= 4 else int.from_bytes(data[place : place + 4], _order(data))
            return data[start : start + count].rstrip(b"\0") or None
    return None


def _sides(data: Data) -> Size:
    sides = {
        number: int.from_bytes(data[place : place + (2 if kind == _SHORT else 4)], _order(data))
        for number, kind, _, place in tags(data)
    }
    return sides.get(_WIDTH, 0), sides.get(_HEIGHT, 0)


TIFF = Container(rb"II\*\0|MM\0\*", _description, _sides)
