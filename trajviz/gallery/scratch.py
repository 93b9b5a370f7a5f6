"""The scratch folder of a build: where files are made, and what keeps two builds apart."""

from __future__ import annotations

import functools
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

from trajviz.errors import TrajvizError
from trajviz.files.file_lock import locked
from trajviz.gallery.layout import SCRATCH
from trajviz.signals import undone_by

LOCK = ".lock"
"""What a build locks in its scratch folder; no item can be called so."""
KEEPS_OPEN_FILES = os.name == "nt"
"""Whether the system removes no file that is open, as the lock is until the end."""


@contextmanager
def exclusive_scratch(folder: Path) -> Iterator[Path]:
    """Give the scratch folder of a gallery to one build at a time, and remove it at the end.

    It lies in the gallery's folder, so that finished files can be moved into place. It is empty at
    the beginning: what a build that was killed has left is removed, and so is a link that somebody
    has put there, which would lead our files elsewhere.

    Raises:
        TrajvizError: Another build has it, or it is a link.
    """
    scratch = folder / SCRATCH
    _refuse_link(scratch)
    scratch.mkdir(exist_ok=True)
    with ExitStack() as afterwards, _opened(scratch / LOCK) as file:
        if locked(file, wait=False) is False:  # where no file can be locked, two are not found out
            raise TrajvizError(f"another build is at work in {str(folder)!r}")
        if KEEPS_OPEN_FILES:
            afterwards.callback(shutil.rmtree, scratch, ignore_errors=True)
        remove = functools.partial(shutil.rmtree, scratch, ignore_errors=True)
        try:
            _empty(scratch)
            with undone_by(remove):
                yield scratch
        finally:
            remove()


def _refuse_link(path: Path) -> None:
    """Raise TrajvizError where a path of ours is a link: we have made none."""
    if path.is_symlink():
        raise TrajvizError(f"{str(path)!r} is a link, which no build makes: remove it")


def _opened(path: Path) -> IO[Any]:
    """Open the lock without emptying it, and never what a link of its name leads to."""
    _refuse_link(path)
    number = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)
    return os.fdopen(number, "r+b")


def _empty(scratch: Path) -> None:
    """Remove what is in the scratch folder, all but the lock; links are not followed."""
    for path in scratch.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != LOCK:
            path.unlink()
