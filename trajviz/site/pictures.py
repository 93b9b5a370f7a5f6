"""The pictures that a page shows: whether each is there, and is what its recipe renders."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import trajviz
from trajviz.errors import TrajvizError
from trajviz.files.formats import find_format
from trajviz.files.likeness import alike
from trajviz.files.metadata import load_recipe, read_note
from trajviz.frozen import dataclass
from trajviz.race import run
from trajviz.untrusted import MOST_TEXT_BYTES, read_bytes, user_path

PAGES = (".md", ".rst", ".html", ".htm", ".qmd", ".markdown")
"""The suffixes of the pages that are looked for in a folder."""

_CODE = re.compile(r"(?ms)^ {0,3}(`{3,}|~{3,})(?!\{)[^\n]*\n.*?^ {0,3}\1[`~]*[ \t]*$|`[^`\n]+`")
"""Code that a page only shows; a fence that begins with a brace is for a tool."""
_COMMENT = re.compile(r"(?s)<!--.*?-->")
_SHOWN = re.compile(
    r"!\[[^\]]*\]\(\s*(?:<([^>\n]+)>|([^)\s]+))"  # Markdown
    r"|^ {0,3}\[[^\]\n]+\]:[ \t]*(\S+)"  # Markdown's images by reference
    r"|\b(?:src|srcset|poster)\s*=\s*[\"']([^\"'\s,]+)"  # HTML
    r"|^\s*\.\. (?:image|figure):: *(\S+)"  # reStructuredText
    r"|\{(?:image|figure)\} *(\S+)",  # MyST
    re.MULTILINE,
)


@dataclass(frozen=True)
class Fault:
    """A picture that is not as it should be.

    Attributes:
        where: The page and the line, as "README.md, line 12"; the file itself if no page was asked.
        path: The picture.
        reason: What is wrong with it.
        mend: The words of the command that mends it, empty where none can.
    """

    where: str
    path: Path
    reason: str
    mend: tuple[str, ...] = ()


def faults_of(files: list[Path], trust: bool = False) -> Iterator[Fault]:
    """Yield what is wrong with pictures, each once.

    What holds no recipe of ours is only asked to be there.

    Args:
        files: Pages, folders of pages, or pictures.
        trust: Whether Python may be run that a picture's recipe names.

    Raises:
        TrajvizError: A file is not there, or is no page and no picture.
    """
    seen: set[Path] = set()
    for where, path in _pictures(files):
        if path in seen:
            continue
        seen.add(path)
        fault = fault_of(path, trust)
        if fault:
            yield Fault(where, path, *fault)


def fault_of(path: Path, trust: bool = False) -> tuple[str, tuple[str, ...]] | None:
    """Return what is wrong with a picture, and what mends it; None where nothing is."""
    if not path.is_file():
        return "is not there", ()
    try:
        version = read_note(path).version
    except TrajvizError:
        return None
    mend = ("trajviz", "render", "--recipe", str(path), "-o", str(path), *["--trust"] * trust)
    if version != trajviz.__version__:
        return f"rendered by trajviz {version}, this is {trajviz.__version__}", mend
    try:
        current = _is_current(path, trust)
    except TrajvizError as error:
        return str(error).removeprefix(f"{path}: "), ()
    return None if current else ("is not what its recipe renders", mend)


def _is_current(path: Path, trust: bool) -> bool:
    """Return whether a rendered file shows what its recipe renders today."""
    recipe, chosen = load_recipe(path, trust), find_format(path)
    if chosen is None:
        return True
    step = recipe.at[0] if recipe.at and chosen.kind == "still" else None
    with tempfile.TemporaryDirectory() as folder:
        made = run(recipe).save(Path(folder, f"race.{chosen.name}"), step)
        return alike(path, made)


def _pictures(files: list[Path]) -> Iterator[tuple[str, Path]]:
    """Yield where each picture is shown, and its path."""
    for file in files:
        path = user_path(file)
        if path.is_dir():
            yield from _pictures(_pages_in(path))
        elif path.suffix.lower() in PAGES and not _is_ours(path):
            yield from _shown(path)
        elif find_format(path):
            yield str(path), path
        else:
            pages = ", ".join(PAGES)
            raise TrajvizError(f"{str(path)!r} is no page ({pages}) and no picture of ours")


def _pages_in(folder: Path) -> list[Path]:
    """Return the pages in a folder, but for those in folders whose name begins with a dot."""
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in PAGES)
    return [p for p in found if not any(n.startswith(".") for n in p.relative_to(folder).parts)]


def _is_ours(path: Path) -> bool:
    """Return whether a page is one of our own, on which a race runs."""
    try:
        return bool(path.suffix.lower() == ".html" and read_note(path))
    except TrajvizError:
        return False


def _shown(page: Path) -> Iterator[tuple[str, Path]]:
    if not page.is_file():
        raise TrajvizError(f"no file {str(page)!r}")
    text = read_bytes(page, MOST_TEXT_BYTES, str(page)).decode(errors="replace")
    plain = _COMMENT.sub(_blank, _CODE.sub(_blank, text))
    for found in _SHOWN.finditer(plain):
        address = next(filter(None, found.groups()))
        file = unquote(re.split("[?#]", address)[0])
        if _is_beside(address) and find_format(Path(file)):
            line = plain.count("\n", 0, found.end()) + 1
            yield f"{page}, line {line}", page.parent / file


def _blank(found: re.Match[str]) -> str:
    """Return nothing in place of what is not shown, but for its line ends, which are counted."""
    return "\n" * found[0].count("\n")


def _is_beside(address: str) -> bool:
    """Return whether an address is relative to the page, and no template's."""
    return not re.match(r"[A-Za-z][\w+.-]*:|/|\{|\$", address)
