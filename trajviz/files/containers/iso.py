"""MP4, QuickTime and AVIF: boxes inside boxes (ISO/IEC 14496-12).

The note of an MP4 is the comment tag, as ffmpeg writes it (QuickTime metadata), that of a QuickTime
film the comment in its user data (QuickTime File Format, "User data atoms"); that of an AVIF is in
an XMP packet.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from trajviz.files.containers import MOST_PARTS, Container, Data, Size, inside, xmp

_COMMENT = (b"moov", b"udta", b"meta", b"ilst", b"\xa9cmt", b"data")
_USER_COMMENT = (b"moov", b"udta", b"\xa9cmt")
_TRACK = (b"moov", b"trak", b"tkhd")
_PICTURE = (b"meta", b"iprp", b"ipco", b"ispe")
"""The boxes that lead to the comment of an MP4 and of a QuickTime film, to what a track says of
itself, and to a picture's size."""
_HEADS = {b"meta": 4, b"ispe": 4, b"data": 8}
"""Bytes in some boxes before their content: version and flags, or kind and language."""


def boxes(data: Data, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield the kind of each box, where its content begins, and where it ends.

    The end is what the box says, which may be beyond the data.
    """
    for _ in range(MOST_PARTS):
        if start + 8 > end:
            return
        length, head = int.from_bytes(data[start : start + 4], "big"), 8
        if length == 1:  # a size too large for 32 bits follows the name
            length, head = int.from_bytes(data[start + 8 : start + 16], "big"), 16
        kind = bytes(data[start + 4 : start + 8])
        after = start + max(length, head)
        yield kind, start + head + _HEADS.get(kind, 0), after
        start = after


def _comment(data: bytes) -> bytes | None:
    start, end = next(inside(boxes, data, _COMMENT), (0, 0))
    return data[start:end] or None


def _user_comment(data: bytes) -> bytes | None:
    """Return the text of a comment, before which stand its length and its language."""
    start, end = next(inside(boxes, data, _USER_COMMENT), (0, 0))
    length = int.from_bytes(data[start : start + 2], "big")
    return data[start + 4 : min(start + 4 + length, end)] or None


def _track_size(data: Data) -> Size:
    """Return what the first track that is seen says, in 16.16 (ISO/IEC 14496-12, 8.3.2)."""
    for start, end in inside(boxes, data, _TRACK):
        place = start + (88 if data[start] == 1 else 76)  # in version 1, times take 64 bits
        width, height = struct.unpack(">II", data[place : min(place + 8, end)])
        if width and height:
            return width >> 16, height >> 16
    return 0, 0


def _picture_size(data: Data) -> Size:
    """Return the largest of the sizes in the item properties (ISO/IEC 23008-12, 6.5.3)."""
    places = inside(boxes, data, _PICTURE)
    width, height = max(struct.unpack(">II", data[start : start + 8]) for start, _ in places)
    return width, height


MP4 = Container(rb"\0\0..ftyp(?!avi[fs]|qt  )", _comment, _track_size)
MOV = Container(rb"\0\0..ftypqt  ", _user_comment, _track_size)
AVIF = Container(rb"\0\0..ftypavi[fs]", xmp.description, _picture_size)
