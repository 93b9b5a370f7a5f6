"""WebP: chunks in a RIFF file (RFC 9649). The note is in an XMP packet."""

from __future__ import annotations

import struct

from trajviz.files.containers import Container, Data, Size, xmp


def _picture_size(data: Data) -> Size:
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


WEBP = Container(rb"RIFF....WEBP", xmp.description, _picture_size)
