"""Where files go: whether one could be written there, and how it appears only when complete."""

from __future__ import annotations

import errno
import functools
import os
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from trajviz.errors import TrajvizError
from trajviz.files.file_lock import locked
from trajviz.signals import finishing, undone_by
from trajviz.untrusted import real_path

_ATTEMPTS = 100
"""How often a file is begun anew that somebody has removed at once."""
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
        with _temporary(path):
            pass
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

    Raises:
        OSError: It cannot be written; the message names the file.
    """
    with replacing_all([path], suffix) as (temporary,), naming_target(path, temporary):
        yield temporary


@contextmanager
def replacing_all(paths: Sequence[Path], suffix: str = "") -> Iterator[list[Path]]:
    """Give temporary paths beside several, and rename all when the block ends well, or none.

    Each is as in `replacing`.
    """
    targets = [*map(real_path, paths)]
    with ExitStack() as stack:
        files: list[Path] = []
        for target, path in zip(targets, paths, strict=True):
            with naming_target(path):
                files.append(stack.enter_context(_temporary(target, suffix)))
        yield files
        for temporary, target, path in zip(files, targets, paths, strict=True):
            with naming_target(path, temporary):
                _complete(temporary, target)
        with finishing:
            _put_in_place([*zip(files, targets, strict=True)])


@contextmanager
def naming_target(path: Path, temporary: Path | None = None) -> Iterator[None]:
    """Name a file in errors of writing it: the system knows its number or another name of it.

    Args:
        path: The file as its user knows it.
        temporary: What it is called until it is complete, None for whatever an error names.
    """
    try:
        yield
    except OSError as error:
        other = temporary and error.filename not in (None, temporary, str(temporary))
        if other or isinstance(error, BrokenPipeError):  # nobody reads what we say
            raise
        named = OSError(f"output {str(path)!r} cannot be written: {error.strerror or error}")
        named.errno = error.errno
        raise named from error


def _complete(temporary: Path, target: Path) -> None:
    """Make sure that a file is on the disk, with the permissions that it is to have."""
    with temporary.open("r+b") as file:  # Windows flushes only what is open for writing
        os.fsync(file.fileno())
    if target.exists():
        temporary.chmod(stat.S_IMODE(target.stat().st_mode))


def _put_in_place(pairs: Sequence[tuple[Path, Path]]) -> None:
    """Rename files to their targets, or leave all targets as they were."""
    *others, last = pairs
    with ExitStack() as kept, ExitStack() as undo:
        for temporary, target in others:
            undo.callback(_restore, target, kept.enter_context(_kept(target)))
            _rename(temporary, target)
        _rename(*last)
        undo.pop_all()


def _rename(temporary: Path, target: Path) -> None:
    with naming_target(target):
        temporary.replace(target)


@contextmanager
def _kept(path: Path) -> Iterator[Path | None]:
    """Give a second name of a file, None where there is none."""
    if not path.exists():
        yield None
        return
    with _temporary(path) as second:
        second.unlink()
        try:
            second.hardlink_to(path)
        except OSError:  # not every disk has links
            import shutil  # it loads all that unpacks

            shutil.copy2(path, second)
        yield second


def _restore(path: Path, old: Path | None) -> None:
    if old is None:
        path.unlink(missing_ok=True)
    else:
        old.replace(path)


@contextmanager
def _temporary(path: Path, suffix: str = "") -> Iterator[Path]:
    """Give a new file beside a path, its suffix as above; it is removed in the end.

    What killed processes have left behind of the same path is removed, too.
    """
    ending = suffix or path.suffix
    _remove_left_behind(path, ending)
    with _begun(path, ending) as temporary, undone_by(functools.partial(_remove, temporary)):
        try:
            yield temporary
        finally:
            _remove(temporary)


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)


def _beginning(path: Path) -> str:
    return f".{path.stem[:80]}-"


def _is_temporary(name: str, path: Path) -> bool:
    """Return whether a name is one that `_begun` gives for a path."""
    known = re.escape(_beginning(path)) + r"[0-9a-f]{12}(\..*)?"
    return re.fullmatch(known, name, re.DOTALL) is not None


@contextmanager
def _begun(path: Path, ending: str) -> Iterator[Path]:
    """Create a file beside a path, which others can see to be in work."""
    for _ in range(_ATTEMPTS):
        temporary = path.with_name(f"{_beginning(path)}{os.urandom(6).hex()}{ending}")
        with ExitStack() as stack:
            file = stack.enter_context(_closing(temporary.open("xb")))
            if locked(file, wait=True) is None:
                file.close()  # Windows renames no open file
            if temporary.exists():  # or another took it for one that was left behind
                yield temporary
                return
    raise FileNotFoundError(errno.ENOENT, "What is written beside it is gone at once", str(path))


@contextmanager
def _closing(file: BinaryIO) -> Iterator[BinaryIO]:
    """Close a file that is only held, whatever the system says to it."""
    try:
        yield file
    finally:
        with suppress(OSError):
            file.close()


def _remove_left_behind(path: Path, ending: str) -> None:
    """Remove temporary files of a path in which nobody is at work any more."""
    with suppress(OSError):
        for other in [*path.parent.iterdir()]:
            ours = _is_temporary(other.name, path) and other.name.endswith(ending)
            if ours and other.is_file() and not other.is_symlink():
                _remove_unless_locked(other)


def _remove_unless_locked(path: Path) -> None:
    with suppress(OSError), path.open("r+b") as file:
        if locked(file, wait=False):
            path.unlink()
