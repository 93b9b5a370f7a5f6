"""BMP: a header and pixels (Microsoft, "Bitmap Storage"). It has no place for a note."""

from __future__ import annotations

import struct

from trajviz.files.containers import Container, Data, Size

_BEGINS = rb"BM.{4}\0{4}.{4}[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0"
"""The name, and the length of the second header, which has grown over the years."""
_OLDEST = 12
"""The length of the header whose sides have 16 bits."""


def _header_size(data: Data) -> Size:
    """Return width and height; a picture whose rows go downwards says that by a height below 0."""
    if data[14] == _OLDEST:
        width, height = struct.unpack("<HH", data[18:22])
    else:
        width, height = struct.unpack("<ii", data[18:26])
    return width, abs(height)


BMP = Container(_BEGINS, None, _header_size)
