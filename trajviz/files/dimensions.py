"""How large a picture or film is, read from its file, which may be anybody's; no pixel is decoded.

Only what says the size is looked at, and no more than MOST_PARTS parts of a container.
"""

from __future__ import annotations

import itertools
import mmap
import re
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from trajviz.files.containers.ebml import elements
from trajviz.files.containers.iso import boxes

LARGEST = 1 << 16
"""Pixels along a side."""
MOST_PARTS = 1000
"""Boxes or elements of one level."""
_HEAD = 1 << 16
"""Where the root element of an SVG must begin and end."""
_UNITS = {"": 1.0, "px": 1.0, "pt": 4 / 3, "in": 96.0, "cm": 96 / 2.54, "mm": 96 / 25.4}
"""CSS pixels in each."""

Size = tuple[int, int]
"""Width and height in pixels."""


def size_of(path: Path) -> Size | None:
    """Return the size that a GIF, PNG, WebP, AVIF, MP4, WebM or SVG says it has, None for none."""
    if not (path.is_file() and path.stat().st_size):
        return None
    with (
        path.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
    ):
        return measured(data)


def measured(data: Any) -> Size | None:
    """Return the size that these bytes, or such a map of a file, say that they have."""
    for begins, read in _READERS.items():
        if re.match(begins, data[:16], re.DOTALL):
            try:
                width, height = read(data)
            except (IndexError, StopIteration, struct.error, ValueError, OverflowError):
                return None
            return (width, height) if 0 < width <= LARGEST and 0 < height <= LARGEST else None
    return None


def _gif(data: Any) -> Size:
    width, height = struct.unpack("<HH", data[6:10])
    return width, height


def _png(data: Any) -> Size:
    width, height = struct.unpack(">II", data[16:24])
    return width, height


def _webp(data: Any) -> Size:
    """Return what the first chunk says (RFC 9649, section 2)."""
    kind, content = data[12:16], data[20:30]
    if kind == b"VP8X":
        sides = (content[4:7], content[7:10])
        width, height = (int.from_bytes(side, "little") + 1 for side in sides)
        return width, height
    if kind == b"VP8L":
        bits = int.from_bytes(content[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack("<HH", content[6:10])
    return width & 0x3FFF, height & 0x3FFF


def _avif(data: Any) -> Size:
    """Return the largest of the sizes in the item properties (ISO/IEC 23008-12, 6.5.3)."""
    way = ((b"meta", 4), (b"iprp", 0), (b"ipco", 0), (b"ispe", 4))
    sizes = [struct.unpack(">II", data[at : at + 8]) for at, _ in _boxes(data, way, 0, len(data))]
    width, height = max(sizes)
    return width, height


def _mp4(data: Any) -> Size:
    """Return what the first track that is seen says, in 16.16 (ISO/IEC 14496-12, 8.3.2)."""
    way = ((b"moov", 0), (b"trak", 0), (b"tkhd", 0))
    for start, end in _boxes(data, way, 0, len(data)):
        at = start + (88 if data[start] == 1 else 76)  # in version 1, times take 64 bits
        width, height = struct.unpack(">II", data[at : min(at + 8, end)])
        if width and height:
            return width >> 16, height >> 16
    return 0, 0


def _boxes(
    data: Any, way: tuple[tuple[bytes, int], ...], start: int, end: int
) -> Iterator[tuple[int, int]]:
    """Yield the content of every box to which a way leads; each kind has a head to pass over."""
    if not way:
        yield start, end
        return
    (wanted, head), *rest = way
    for kind, begin, after in itertools.islice(boxes(data, start, end), MOST_PARTS):
        if kind == wanted:
            yield from _boxes(data, tuple(rest), begin + head, after)


def _webm(data: Any) -> Size:
    """Return what the first track that is seen says (RFC 9559, section 5.1.4.1.28)."""
    segment, tracks, track, video, width, height = 0x18538067, 0x1654AE6B, 0xAE, 0xE0, 0xB0, 0xBA
    place = (0, len(data))
    for wanted in (segment, tracks, track, video):
        found = (p for kind, *p in _elements(data, *place) if kind == wanted)
        start, end = next(found)
        place = (start, end)
    said = {
        kind: int.from_bytes(data[s : min(e, s + 8)], "big")
        for kind, s, e in _elements(data, *place)
    }
    return said.get(width, 0), said.get(height, 0)


def _elements(data: Any, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    return itertools.islice(elements(data, start, end), MOST_PARTS)


def _svg(data: Any) -> Size:
    """Return width and height of the root element, or those of its view box."""
    root = re.search(rb"<svg\b[^>]*>", data[:_HEAD])
    if not root:
        return 0, 0
    tag = root[0].decode(errors="replace")
    sides = [re.search(rf"""\s{side}\s*=\s*["']\s*([\d.]+)(\w*)\s*["']""", tag) for side in _SIDES]
    if all(side and side[2] in _UNITS for side in sides):
        width, height = (round(float(side[1]) * _UNITS[side[2]]) for side in sides if side)
        return width, height
    box = re.search(r"""\sviewBox\s*=\s*["']([^"']*)["']""", tag)
    numbers = [float(number) for number in re.split(r"[\s,]+", box[1].strip())] if box else []
    return (round(numbers[2]), round(numbers[3])) if len(numbers) == 4 else (0, 0)


_SIDES = ("width", "height")
_READERS: dict[bytes, Callable[[Any], Size]] = {
    rb"GIF8[79]a": _gif,
    rb"\x89PNG\r\n\x1a\n": _png,
    rb"RIFF....WEBP": _webp,
    rb"....ftypavi[fs]": _avif,
    rb"....ftyp": _mp4,
    rb"\x1a\x45\xdf\xa3": _webm,
    rb"(\xef\xbb\xbf)?\s*<": _svg,
}
"""How the files that begin so say their size."""
