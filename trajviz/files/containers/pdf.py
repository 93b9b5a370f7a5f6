"""PDF: the note is the subject in the document's information (ISO 32000-1, 14.3.3)."""

from __future__ import annotations

import re

_SUBJECT = re.compile(rb"/Subject \((# trajviz (?:\\.|[^\\()])*)\)", re.DOTALL)
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)


def holds(data: bytes) -> bool:
    """Return whether these bytes begin a PDF."""
    return data.startswith(b"%PDF-")


def find(data: bytes) -> bytes | None:
    """Return the subject."""
    found = _SUBJECT.search(data)
    if not found:
        return None
    return _ESCAPED.sub(lambda one: b"\n" if one[1] == b"n" else one[1], found[1])
