"""Versions of what renders an item. A file may change with them although its sources do not."""

from __future__ import annotations

import functools
import platform
from importlib import metadata

import trajviz

_DISTRIBUTIONS = ("imageio-ffmpeg", "matplotlib", "numpy", "pillow")
"""Libraries whose version may change the bytes of a file."""


def installed_versions() -> dict[str, str]:
    """Return the versions of Python, trajviz and the drawing libraries in this process, by name."""
    ours = {"python": platform.python_version(), "trajviz": trajviz.__version__}
    return ours | _libraries()


@functools.cache
def _libraries() -> dict[str, str]:
    return {name: metadata.version(name) for name in _DISTRIBUTIONS}
