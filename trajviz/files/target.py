"""Where files go: whether one could be written there, and how it appears only when complete."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from trajviz.errors import TrajvizError
from trajviz.untrusted import real_path

_DEVICES = frozenset(
    ["aux", "con", "conin$", "conout$", "nul", "prn"]
    + [f"{port}{number}" for port in ("com", "lpt") for number in "0123456789\u00b9\u00b2\u00b3"]
)
"""Names of Windows's devices, which no file may have there, whatever its suffix."""


def why_not_portable(name: str) -> str:
    """Return why a file of this name could not be on every system; "" where it could.

    Args:
        name: The name of a file or a folder, without what it lies in.

    >>> why_not_portable("aux.gif"), why_not_portable("a:b"), why_not_portable("a b.gif")
    ('Windows keeps the name aux for a device', "Windows allows no ':' in a name", '')
    """
    forbidden = next((c for c in name if c in '<>:"/\\|?*' or ord(c) < 32), "")
    stem = name.partition(".")[0].rstrip(" ").lower()
    if forbidden:
        return f"Windows allows no {forbidden!r} in a name"
    if name != name.rstrip(". "):
        return f"Windows drops the {name[-1]!r} at a name's end"
    if stem in _DEVICES:
        return f"Windows keeps the name {stem} for a device"
    return ""


def still_path(path: Path, step: int | None) -> Path:
    """Return where the still of one step goes that is asked for as `path`; None is the last.

    >>> still_path(Path("beale.png"), 20).name
    'beale-20.png'
    """
    return path if step is None else path.with_stem(f"{path.stem}-{step}")


def check_target(path: Path) -> None:
    """Raise TrajvizError unless a file could be written here; nothing is left behind."""
    folder = path.parent
    try:
        if path.is_dir():
            raise TrajvizError(f"output {str(path)!r} is a folder")
        if _is_there(path) and not path.is_file():
            raise TrajvizError(f"output {str(path)!r} is not a regular file")
        if not folder.is_dir():
            raise TrajvizError(f"output {str(path)!r}: there is no folder {str(folder)!r}")
        with _temporary(path) as probe:
            probe.touch(exist_ok=False)
    except OSError as error:
        raise TrajvizError(f"output {str(path)!r} cannot be written: {error.strerror}") from error


def _is_there(path: Path) -> bool:
    """Return whether something is there; raise OSError for links that go round in circles."""
    try:
        path.stat()
    except FileNotFoundError:
        return False
    return True


@contextmanager
def replacing(path: Path, suffix: str = "") -> Iterator[Path]:
    """Give a temporary path beside `path`, and rename it when the block ends well.

    It has a suffix by which an encoder knows what to write: the given one, else the path's own.

    On any exception, an interrupt included, the old file is untouched and the temporary one gone.
    A symbolic link is written through. Permissions are the old file's, else the umask's.
    """
    target = real_path(path)
    with _temporary(target, suffix) as temporary:
        temporary.touch(exist_ok=False)  # as open() does, with the umask's permissions
        yield temporary
        with temporary.open("r+b") as file:  # Windows flushes only what is open for writing
            os.fsync(file.fileno())
        if target.exists():
            temporary.chmod(stat.S_IMODE(target.stat().st_mode))
        temporary.replace(target)


@contextmanager
def _temporary(path: Path, suffix: str = "") -> Iterator[Path]:
    """Give a free name beside a path, its suffix as above; what is there in the end is removed."""
    name = f".{path.stem[:80]}-{secrets.token_hex(6)}{suffix or path.suffix}"
    temporary = path.with_name(name)
    try:
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)
