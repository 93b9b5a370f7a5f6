"""How large a picture or film is, read from its file without decoding a pixel."""

from __future__ import annotations

from pathlib import Path

from trajviz.files.containers import Data, Size, mapped
from trajviz.files.formats import all_containers
from trajviz.untrusted import reading


def size_of(path: Path) -> Size | None:
    """Return the size that a file says it has.

    Args:
        path: A file of any format, whatever it is called.

    Returns:
        Width and height in pixels; None for what is no such file, or does not say.
    """
    if not path.is_file():
        return None
    with reading(path), mapped(path) as data:
        return measured(data)


def measured(data: Data) -> Size | None:
    """Return the size that these bytes, or such a map of a file, say that they have."""
    held = (container for container in all_containers() if container.holds(data))
    return next((container.size(data) for container in held), None)
