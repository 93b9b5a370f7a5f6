"""Memory as a short process deals with it: what it has it keeps, since all ends with it soon."""

from __future__ import annotations

import gc
import sys

_SELDOM = 100_000
"""How many more things there may be before Python looks for garbage among them.

A plain render ends before. With the 700 of Python 3.11 it looks 63 times, for a fifteenth of its
time.
"""
_OPTIONS = {-3: 32 << 20, -1: 64 << 20}
"""What glibc is told: from how many bytes on a block is the system's own, and given back as soon as
it is free (M_MMAP_THRESHOLD, the most there may be), and how many free bytes it gives back
(M_TRIM_THRESHOLD). By default arrays of a picture's size come and go page by page: 4,800 of the
16,300 page faults of a plain render.
"""


def keep_memory() -> None:
    """Look for garbage seldom, and keep what is freed; where there is no glibc only the first."""
    gc.set_threshold(_SELDOM)
    if sys.platform == "linux":
        import ctypes  # which numpy loads, too

        library = ctypes.CDLL(None)
        if hasattr(library, "mallopt"):
            for option, value in _OPTIONS.items():
                library.mallopt(option, value)
