"""A lock on a file, which holds until the file is closed, as it is when its process dies."""

from __future__ import annotations

from typing import IO, Any


def locked(file: IO[Any], wait: bool) -> bool | None:
    """Lock a file.

    Args:
        file: An open file.
        wait: Whether to wait until nobody else has locked it.

    Returns:
        Whether nobody else has locked it; None where files cannot be locked, which some systems and
        some disks cannot.
    """
    try:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except (ImportError, OSError):
        return None
    return True
