"""The objects of a PDF: those of a file of matplotlib's, changed and joined by more.

A file is a list of numbered objects and a table of where each begins (ISO 32000-1, 7.5). Only what
matplotlib writes is read here: one such table, and no object inside another.
"""

from __future__ import annotations

import re
import zlib

_TABLE = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*\Z")
_TRAILER = re.compile(rb"trailer\s*<<.*?(/Root \d+ 0 R).*?(/Info \d+ 0 R)", re.DOTALL)
_ENTRY = re.compile(rb"(\d{10}) \d{5} n")
_HEADER = b"%PDF-1.4\n%\xac\xdc \xab\xba\n"
"""The version, and bytes by which a program sees that the file is no text."""


class Objects:
    """All objects of a PDF by their numbers, from 1 on."""

    def __init__(self, data: bytes) -> None:
        """Read a file that matplotlib has written."""
        table, trailer = _TABLE.search(data), _TRAILER.search(data)
        assert table
        assert trailer
        end = int(table[1])
        begins = [int(entry) for entry in _ENTRY.findall(data, end)]
        ends = dict(zip(sorted(begins), [*sorted(begins)[1:], end], strict=True))
        self._bodies = [_body(data[begin : ends[begin]]) for begin in begins]
        self._trailer = b" ".join(trailer.groups())

    def __getitem__(self, number: int) -> bytes:
        """Return an object without its number."""
        return self._bodies[number - 1]

    def __setitem__(self, number: int, body: bytes) -> None:
        """Put an object in another's place."""
        self._bodies[number - 1] = body

    def add(self, body: bytes) -> int:
        """Add an object and return its number."""
        self._bodies.append(body)
        return len(self._bodies)

    def add_stream(self, data: bytes, facts: str = "") -> int:
        """Add a stream, compressed, with what its dictionary says of it."""
        packed = zlib.compress(data, 9)
        head = f"<< {facts}/Filter /FlateDecode /Length {len(packed)} >>\nstream\n"
        return self.add(head.encode() + packed + b"\nendstream")

    def written(self) -> bytes:
        """Return the whole file."""
        parts, places, end = [_HEADER], [], len(_HEADER)
        for number, body in enumerate(self._bodies, 1):
            parts.append(b"%d 0 obj\n%b\nendobj\n" % (number, body))
            places.append(end)
            end += len(parts[-1])
        count = len(places) + 1
        entries = b"".join(b"%010d 00000 n \n" % place for place in places)
        table = b"xref\n0 %d\n0000000000 65535 f \n%b" % (count, entries)
        trailer = b"trailer\n<< /Size %d %b >>\n" % (count, self._trailer)
        return b"".join([*parts, table, trailer, b"startxref\n%d\n%%%%EOF\n" % end])


def _body(numbered: bytes) -> bytes:
    """Return what stands between an object's number and its end."""
    return numbered.partition(b" obj\n")[2].rpartition(b"\nendobj")[0]
