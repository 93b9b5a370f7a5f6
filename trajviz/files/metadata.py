"""What a rendered file says of itself: the version that made it, and the recipe to make it again.

The note is TOML, so that what `trajviz show` prints is a recipe file:

    # trajviz 0.1.0
    surface = "beale"
    ...

It is printable ASCII without <, > and &; other characters are escaped as TOML allows. So every
container holds it as it is, and nothing in it means anything to a terminal, a browser or a parser.
Files of the user's are named in it without their folders.
"""

from __future__ import annotations

import re
from dataclasses import field
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from trajviz import __version__
from trajviz.errors import TrajvizError
from trajviz.files.formats import all_containers
from trajviz.frozen import dataclass
from trajviz.optimizers.find import is_own, split_name
from trajviz.recipe import toml
from trajviz.recipe.recipe import Recipe
from trajviz.recipe.spec import BASE
from trajviz.recipe.toml import TARGETS, naming, portable_toml, read_recipe
from trajviz.untrusted import parse_toml, reading, user_path

BEFORE = {"pace": "uniform", "aspect": "fill"}
"""What a note means that has none of these keys, since it is older than their options."""
MOST_CHARACTERS = 24_000
"""No note is longer: what can be handed to a video encoder on every system."""
_WINDOW = 1 << 22
"""Only so many bytes of a file are looked at, from its beginning and again from its end."""

_UNSAFE = re.compile(r"[^\n -~]|[<>&]")
_SAFE = re.compile(r"# trajviz ([\w.+-]{1,40})\n[\n -~]*")
_ESCAPED = re.compile(r"\\(?:\\|u([0-9a-f]{4})|U([0-9a-f]{8}))")
_FILE = re.compile(r"\.(py|toml|npz|csv)\b", re.IGNORECASE)
_BASE = re.compile(rf"\b{BASE}\s*=\s*([^,]*)")
_PROGRAM = re.compile(r"\.py\b", re.IGNORECASE)


@dataclass(frozen=True)
class Note:
    """What a file says of itself.

    Attributes:
        version: The version of trajviz that made it.
        text: The note as it stands in the file.
        table: What the text says: the values of a recipe, by their keys in TOML.
    """

    version: str
    text: str
    table: dict[str, Any] = field(repr=False)

    @property
    def readable(self) -> str:
        """The text, in which characters that print are no longer escaped."""

        def restored(found: re.Match[str]) -> str:
            code = int(found[1] or found[2] or "0", 16)
            shown = code < 0x110000 and chr(code).isprintable() and chr(code) not in '"\\'
            return chr(code) if shown else found[0]

        return _ESCAPED.sub(restored, self.text)


def note_of(recipe: Recipe) -> str:
    """Return the note for a file of this recipe; what was made in Python it only names.

    Raises TrajvizError for a recipe that is too long.
    """
    head = f"# trajviz {__version__}\n"
    note = head + _UNSAFE.sub(_escaped, portable_toml(recipe))
    if len(note) > MOST_CHARACTERS:
        raise TrajvizError(
            f"the recipe is {len(note):,} characters long, and a file holds {MOST_CHARACTERS:,}: "
            "leave it out with --no-metadata (metadata=False)"
        )
    return note


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def read_note(path: str | Path) -> Note:
    """Return what a rendered file says of itself.

    Nothing of it is run, and no pixel is decoded.

    Args:
        path: A file of any format, whatever it is called.

    Returns:
        The note; what was made in Python it only names.

    Raises:
        TrajvizError: For a file that is not there or holds no recipe.
    """
    path = user_path(path)
    if not path.is_file():
        raise TrajvizError(f"no file {str(path)!r}")
    data = _ends(path)
    held = [container for container in all_containers() if container.holds(data)]
    for container in held:
        note = _parsed(container.note(data) or b"")
        if note:
            return note
    unable = ", and such a file has no place for one" * any(one.find_note is None for one in held)
    plain = ": it is no picture, and a plain recipe ends in .toml" * (not held)
    raise TrajvizError(f"{str(path)!r} holds no recipe{unable}{plain}")


def load_recipe(path: str | Path, trust: bool = False) -> Recipe:
    """Return the recipe of a TOML file, or the one that a rendered file holds.

    Args:
        path: A .toml file or a pipe, or a rendered file of any format, whatever it is called. Files
            that a rendered file names are looked for beside it, then in the current folder.
        trust: Whether Python files and modules may be run that a rendered file names; those of
            a plain recipe always may.

    Raises:
        TrajvizError: For a file that is not there or holds no recipe, for a recipe that is wrong,
            and for one that would run a file that is not trusted.
    """
    path = user_path(path)
    if _is_plain(path):
        return toml.load_recipe(path)
    note = read_note(path)
    if not note.table:
        raise TrajvizError(
            f"{str(path)!r} was rendered by trajviz {note.version} from a surface made in Python, "
            "which no recipe can name"
        )
    before = {} if BEFORE.keys() & note.table.keys() else BEFORE
    table = before | {key: value for key, value in note.table.items() if key not in TARGETS}
    files, run = _files(table), programs(table)
    with naming(str(path)):
        for name in files:
            _check_name(name)
        if run and not trust:
            raise TrajvizError(
                f"it names {run[0]!r}, which would be run: if you trust that, add --trust "
                "(trust=True)"
            )
    return read_recipe(table, str(path), _home(files, path.parent))


def _is_plain(path: Path) -> bool:
    """Return whether a path is a plain recipe's, which may run what it names.

    What it says decides nothing: a text that is called race.gif comes as a picture, and is to be
    as harmless as one.
    """
    return path.is_fifo() or (path.suffix.lower() == ".toml" and not is_rendered(path))


def is_rendered(path: str | Path) -> bool:
    """Return whether this is a file of one of our formats, and no TOML."""
    path = user_path(path)
    if not path.is_file():
        return False
    with reading(path), path.open("rb") as file:
        head = file.read(4096)
    return any(container.holds(head) for container in all_containers())


def _ends(path: Path) -> bytes:
    """Return the beginning and the end of a file, the whole of a small one."""
    size = path.stat().st_size
    with reading(path), path.open("rb") as file:
        head = file.read(_WINDOW)
        file.seek(max(len(head), size - _WINDOW))
        return head + file.read(_WINDOW)


def _parsed(found: bytes) -> Note | None:
    """Return the note that these bytes are, if they are one."""
    text = found.decode("ascii", errors="replace")
    fits = _SAFE.fullmatch(text) if len(text) <= MOST_CHARACTERS else None
    if not fits:
        return None
    try:
        table = parse_toml(text)
    except (ValueError, RecursionError):
        return None
    return Note(fits[1], text, table)


def _files(table: dict[str, Any]) -> list[str]:
    """Return the files that a table names; what is of a wrong type is refused later."""
    keys = ("surface", "theme", "language")
    named = [*_optimizers(table), *_wrapped(table)]
    names = [*named, *(str(table.get(key)) for key in keys)]
    paths = table.get("paths")
    return [name for name in names if _FILE.search(name)] + [
        str(path) for path in (paths if isinstance(paths, list) else [])
    ]


def programs(table: dict[str, Any]) -> list[str]:
    """Return what would be run: Python files, and modules that an optimizer comes from."""
    names = [*_optimizers(table), *_wrapped(table)]
    own = [name for name in names if is_own(name) or _PROGRAM.search(name)]
    surface = str(table.get("surface"))
    return [*own, surface] if _PROGRAM.search(surface) else own


def _optimizers(table: dict[str, Any]) -> list[str]:
    """Return the names of the optimizers, without the settings that may follow them in a text."""
    return [
        str(one.get("name")) if isinstance(one, dict) else split_name(str(one))[0]
        for one in _specs(table)
    ]


def _wrapped(table: dict[str, Any]) -> list[str]:
    """Return the names of the optimizers that others wrap."""
    tables = [one for one in _specs(table) if isinstance(one, dict) and BASE in one]
    texts = [split_name(str(one))[2] for one in _specs(table) if not isinstance(one, dict)]
    said = [base for text in texts for base in _BASE.findall(text)]
    return [*(str(one[BASE]) for one in tables), *(base.strip("\"' ") for base in said)]


def _specs(table: dict[str, Any]) -> list[Any]:
    specs = table.get("optimizers")
    return specs if isinstance(specs, list) else []


def _home(files: list[str], beside: Path) -> Path:
    """Return the folder where all these files are; if there is none, the picture's own."""
    plain = [re.sub(r"(\.py):.*", r"\1", name) for name in files]
    folders = (beside, Path())
    return next((f for f in folders if all((f / name).is_file() for name in plain)), beside)


def _check_name(name: str) -> None:
    """Raise TrajvizError for a file in a folder, which no note of ours names."""
    names = {PurePosixPath(name).name, PureWindowsPath(name).name}
    if names != {name} or name[:1] == "~":
        raise TrajvizError(f"it names {name!r}, and a rendered file may name no folders")
