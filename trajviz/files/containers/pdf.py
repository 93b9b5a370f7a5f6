"""PDF: the note is the subject in the document's information (ISO 32000-1, 14.3.3)."""

from __future__ import annotations

import re

from trajviz.files.containers import Container, Data, Size

_SUBJECT = re.compile(rb"/Subject \((# trajviz (?:\\.|[^\\()])*)\)", re.DOTALL)
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_PAGE = re.compile(rb"/MediaBox\s*\[\s*([\d.]+)\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)\s*\]")
_POINT = 4 / 3
"""CSS pixels in a point."""


def _find_subject(data: bytes) -> bytes | None:
    found = _SUBJECT.search(data)
    if not found:
        return None
    return _ESCAPED.sub(lambda one: b"\n" if one[1] == b"n" else one[1], found[1])


def _page_size(data: Data) -> Size:
    """Return the size of the first page that says one (ISO 32000-1, 7.7.3.3)."""
    page = _PAGE.search(data)
    if not page:
        return 0, 0
    left, bottom, right, top = map(float, page.groups())
    return round((right - left) * _POINT), round((top - bottom) * _POINT)


PDF = Container(rb"%PDF-", _find_subject, _page_size)
