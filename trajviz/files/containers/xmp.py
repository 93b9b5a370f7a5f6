"""XMP (ISO 16684-1): in WebP and AVIF the note is the description in such a packet.

It is found by scanning for the packet, as that standard allows for any container.
"""

from __future__ import annotations

_BEFORE = b'<rdf:li xml:lang="x-default">'
_AFTER = b"</rdf:li>"
_PACKET = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    b"<dc:description><rdf:Alt>%b%b%b</rdf:Alt></dc:description>"
    b"</rdf:Description></rdf:RDF></x:xmpmeta>"
)


def packet(note: str) -> bytes:
    """Return the packet that holds a note; nothing for none."""
    return _PACKET % (_BEFORE, note.encode("ascii"), _AFTER) if note else b""


def description(data: bytes) -> bytes | None:
    """Return the first description that is a note; a file may hold others."""
    _, found, rest = data.partition(_BEFORE + b"# trajviz ")
    note, ended, _ = rest.partition(_AFTER)
    return b"# trajviz " + note if found and ended else None
