"""From files to a snippet: which files belong together, where they will live, what they show.

Files belong together that lie side by side with one name, one size and no other recipe, as
beale.gif, beale.mp4 and beale.png do. Alt text is computed: the recipe inside the file is run
again, without drawing.
"""

from __future__ import annotations

from pathlib import Path

from trajviz.errors import TrajvizError, unknown
from trajviz.files.dimensions import Size, size_of
from trajviz.files.metadata import load_recipe, read_note
from trajviz.files.snippets import (
    FILMS,
    MOVING,
    SNIPPETS,
    STILLS,
    checked_alt,
    checked_url,
    shown_by,
)
from trajviz.optimizers import DEFAULT_OPTIMIZERS
from trajviz.race import run
from trajviz.recipe.recipe import Recipe
from trajviz.recipe.starts import count_starts

MOST_STEPS = 2_000_000
"""Steps of all tracks together that are run for an alt text."""
_SUFFIXES = (*FILMS, *MOVING, *STILLS)


def embed(
    file: str | Path,
    kind: str = "html",
    *,
    alt: str | None = None,
    url: str = "",
    trust: bool = False,
) -> str:
    """Return the snippet that shows a file in a page, for a place named in SNIPPETS.

    Without `alt`, the text is computed from the recipe inside the file; a Python file that it names
    is only run with `trust`. `url` is the address of the folder where the files will live; without
    it they lie beside the page. Raises TrajvizError.
    """
    path = Path(file).expanduser()
    if kind not in SNIPPETS:
        raise unknown("snippet", kind, SNIPPETS)
    if not path.is_file():
        raise TrajvizError(f"no file {str(path)!r}")
    suffix = _suffix(path)
    if _measured(path) is None:
        raise TrajvizError(f"{str(path)!r} is no {suffix.upper()}, or does not say how large it is")
    prefix = checked_url(url)
    words = alt_text(path, suffix, trust) if alt is None else checked_alt(alt)
    return SNIPPETS[kind].write(shown_by(_family(path, suffix), words, prefix)) + "\n"


def alt_text(path: Path, suffix: str, trust: bool = False) -> str:
    """Return what a rendered file shows, in words; TrajvizError for a file that cannot tell."""
    try:
        if not read_note(path).table:
            raise TrajvizError(f"{str(path)!r} was rendered from a surface made in Python")
        recipe = load_recipe(path, trust)
        _check_patience(path, recipe)
        race = run(recipe)
    except TrajvizError as error:
        raise TrajvizError(f"{error}; or say what the picture shows: --alt TEXT (alt=)") from error
    return race.alt_text(recipe.at[0] if recipe.at and suffix in STILLS else None)


def _check_patience(path: Path, recipe: Recipe) -> None:
    tracks = len(recipe.optimizers or DEFAULT_OPTIMIZERS) * max(1, count_starts(recipe.starts))
    if recipe.steps * tracks > MOST_STEPS:
        raise TrajvizError(
            f"the race in {str(path)!r} takes {recipe.steps * tracks:,} steps, more than "
            f"{MOST_STEPS:,}"
        )


def _suffix(path: Path) -> str:
    for suffix in sorted(_SUFFIXES, key=len, reverse=True):
        if path.name.lower().endswith(f".{suffix}"):
            return suffix
    raise unknown(f"suffix of {str(path)!r}:", path.suffix, [f".{suffix}" for suffix in _SUFFIXES])


def _family(path: Path, suffix: str) -> list[tuple[str, str, Size]]:
    """Return a file and those that belong to it; a still, being what was asked for, is alone."""
    own = _measured(path)
    assert own is not None
    family = [(path.name, suffix, own)]
    if suffix in STILLS:
        return family
    stem = path.name[: -len(suffix) - 1]
    for other in _SUFFIXES:
        sibling = path.with_name(f"{stem}.{other}")
        size = _measured(sibling) if other != suffix else None
        if size and _belongs(size, own) and len({_told(path), _told(sibling)} - {None}) < 2:
            family.append((sibling.name, other, size))
    return family


def _belongs(size: Size, own: Size) -> bool:
    """Return whether sizes are the same, or a pixel longer, since the sides of a film are even."""
    return all(abs(a - b) <= 1 for a, b in zip(size, own, strict=True))


def _told(path: Path) -> str | None:
    """Return what a file says of what it shows, None where it says nothing."""
    try:
        table = read_note(path).table
    except TrajvizError:
        return None
    return repr({key: value for key, value in table.items() if key != "at"})


def _measured(path: Path) -> Size | None:
    try:
        return size_of(path)
    except OSError:
        return None
