"""What the command line always prints alike: its help and its listings, kept by the build.

To print a help takes click, and to collect a listing most of the package, with numpy. The build
therefore writes each such text into a file of the package, with a digest of all the code and data
that they come from. They are read from there as long as nothing has changed since. Otherwise, as
in a checkout, the command itself is asked; so it is wherever a text might look otherwise.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # of `typing`, which takes longer to import than all else here
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PACKAGE = os.path.dirname(__file__)  # noqa: PTH120  # pathlib takes long to import, too
TEXTS = os.path.join(PACKAGE, "texts")  # noqa: PTH118
"""The folder of the package in which the texts are, each in a file named after its arguments."""
DIGEST = "digest"

WIDEST = 100
"""Columns that a help takes at most."""
USUAL = 80
"""Columns where there is no terminal."""

BOLD, PLAIN = "\x1b[1m", "\x1b[0m"
"""The only styles of a text, which are for terminals."""


def print_kept(words: Sequence[str]) -> bool:
    """Print what the command prints for these arguments if it is kept; return whether it was.

    What cannot be written is left to the command, which fails likewise and says so.
    """
    out = sys.stdout
    if out is None or out.encoding != "utf-8" or "_TRAJVIZ_COMPLETE" in os.environ:
        return False
    styled = out.isatty()
    text = None if styled and os.name == "nt" else _kept(words)
    if text is None:
        return False
    try:
        out.write(text if styled else text.replace(BOLD, "").replace(PLAIN, ""))
        out.flush()
    except OSError:
        return False
    return True


def name_of(words: Sequence[str], columns: int | None = None) -> str:
    """Return the name of the file for these arguments; of a help, for so many columns.

    >>> name_of(["render", "-h"], 120)
    'render --help 100.txt'
    """
    help_last = [*words[:-1], "--help"] if not words or words[-1] == "-h" else words
    return " ".join([*help_last, *([str(min(columns, WIDEST))] if columns else [])]) + ".txt"


def _kept(words: Sequence[str]) -> str | None:
    """Return the text that is kept for these arguments; None where it may be out of date."""
    names = os.listdir(TEXTS) if os.path.isdir(TEXTS) else ()  # noqa: PTH112, PTH208
    for name in (name_of(words), name_of(words, _columns())):
        if name in names and _read(DIGEST) == digest().encode():
            return _read(name).decode()
    return None


def _read(name: str) -> bytes:
    with open(f"{TEXTS}/{name}", "rb") as file:  # noqa: PTH123
        return file.read()


def _columns() -> int:
    """Return what `shutil.get_terminal_size` does, without the archives that it imports."""
    try:
        columns = int(os.environ.get("COLUMNS", ""))
    except ValueError:
        columns = 0
    if columns > 0:
        return columns
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or USUAL  # type: ignore[union-attr]
    except (AttributeError, ValueError, OSError):
        return USUAL


def digest() -> str:
    """Return the check sum of every file that a text may come from, surfaces and click included."""
    import zlib  # it takes a tenth of what hashlib takes to import

    files = dict(
        [
            *_files(PACKAGE, "trajviz"),
            *_files(f"{PACKAGE}/../surfaces", "trajviz/surfaces"),  # once built, they are inside
            *_files(_click(), "click"),
        ]
    )
    found = 0
    for name in sorted(files):
        with open(files[name], "rb", buffering=0) as file:  # noqa: PTH123
            found = zlib.crc32(file.read(), zlib.crc32(name.encode(), found))
    return f"{found:08x}"


def _click() -> str:
    """Return the folder of click, which is found without being imported."""
    folders = (f"{folder or '.'}/click" for folder in sys.path)
    found = (path for path in folders if os.path.isfile(f"{path}/__init__.py"))  # noqa: PTH113
    return next(found, "")


def _files(folder: str, inside: str) -> Iterator[tuple[str, str]]:
    """Yield each file of a folder, by its name in what is installed, with its path."""
    for entry in os.scandir(folder) if os.path.isdir(folder) else ():  # noqa: PTH112
        if entry.is_dir():
            yield from _files(entry.path, f"{inside}/{entry.name}")
        elif entry.name.endswith((".py", ".toml", ".npz")):
            yield f"{inside}/{entry.name}", entry.path
