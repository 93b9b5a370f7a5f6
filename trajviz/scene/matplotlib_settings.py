"""matplotlib's settings, which are one for all threads: who draws with others has them alone.

Without that, two threads that write files at once take each other's settings for the user's own:
files differ, and what is restored in the end is not what the user had set.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

_ALONE = threading.RLock()
"""Held while they are others; by one thread several times, since a figure may hold a formula."""


@contextmanager
def settings(values: Mapping[Any, Any], *, own: bool = False) -> Iterator[None]:
    """Draw with other settings, then restore those that were.

    Args:
        values: What differs, by matplotlib's names.
        own: Whether all others are matplotlib's own, as if the user had set none.
    """
    import matplotlib

    with _ALONE, matplotlib.rc_context():
        if own:
            matplotlib.rcdefaults()
        matplotlib.rcParams.update(values)
        yield
