"""What comes from outside, perhaps from strangers: paths, files and texts, and how much is taken.

Whatever reads such a thing asks here first, so that what is too much is refused before any work on
it begins.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from trajviz.errors import TrajvizError


def user_path(given: str | Path) -> Path:
    """Return a path that a user gave, with the home that it may begin with.

    Raises:
        TrajvizError: It begins with the home of somebody who is not known here.
    """
    try:
        return Path(given).expanduser()
    except RuntimeError as error:
        raise TrajvizError(f"{str(given)!r} is in a home that is not known here") from error


def real_path(path: Path) -> Path:
    """Return where a path leads, links followed; where they go round in circles, some place there.

    Whoever opens such a place is told of the circle.
    """
    return Path(os.path.realpath(path))


def target_path(given: str | Path) -> Path:
    """Return a path to which a user wants a file written, as `user_path` does.

    Raises:
        TrajvizError: It ends as only a folder's does, which a path would no longer show.
    """
    text = str(given)
    if text.endswith(("/", os.sep)):
        raise TrajvizError(f"output {text!r} is no file's name, since it ends in {text[-1]!r}")
    return user_path(given)


@contextlib.contextmanager
def reading(path: Path) -> Iterator[None]:
    """Refuse a file that the system does not let us read, as one that is not there is refused."""
    try:
        yield
    except OSError as error:
        raise TrajvizError(f"{str(path)!r} cannot be read: {error.strerror or error}") from error
