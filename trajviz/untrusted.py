"""What comes from outside, perhaps from strangers: paths, files and texts, and how much is taken.

Whatever reads such a thing asks here first, so that what is too much is refused before any work on
it begins.
"""

from __future__ import annotations

import os
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
