"""The scratch folder of a build: where files are made, and what keeps two builds apart."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

from trajviz.errors import TrajvizError
from trajviz.gallery.layout import SCRATCH

KEEPS_OPEN_FILES = os.name == "nt"
"""Whether the system removes no file that is open, as the lock is until the end."""


@contextmanager
def exclusive_scratch(folder: Path) -> Iterator[Path]:
    """Give the scratch folder of a gallery to one build at a time, and remove it at the end.

    It lies in the gallery's folder, so that finished files can be moved into place. What is in it
    from a build that was killed is removed at the end as well.

    Raises:
        TrajvizError: Another build has it.
    """
    scratch = folder / SCRATCH
    scratch.mkdir(exist_ok=True)
    with ExitStack() as afterwards, (scratch / "lock").open("w") as file:
        if not _lock(file):
            raise TrajvizError(f"another build is at work in {str(folder)!r}")
        if KEEPS_OPEN_FILES:
            afterwards.callback(shutil.rmtree, scratch, ignore_errors=True)
        try:
            yield scratch
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def _lock(file: IO[Any]) -> bool:
    """Lock a file until it is closed; False if another process has locked it.

    Some systems and some disks cannot lock files. There, two builds at once are not found out.
    """
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
