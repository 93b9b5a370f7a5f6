"""From files to a snippet: which files belong together, where they will live, what they show.

Files belong together that lie side by side with one name, one size and no other recipe, as
beale.gif, beale.mp4 and beale.png do. A file's dark half, as beale.dark.gif, differs in its theme
alone. Alt text is computed: the recipe inside the file is run again, without drawing.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from trajviz.errors import TrajvizError, unknown
from trajviz.files.containers import Size
from trajviz.files.dimensions import size_of
from trajviz.files.following import dark_half
from trajviz.files.formats import Format, all_formats, find_format
from trajviz.files.metadata import load_recipe, read_note
from trajviz.files.snippets import (
    Snippet,
    checked_alt,
    checked_url,
    load_snippet,
    shown_by,
    snippet_names,
)
from trajviz.optimizers import DEFAULT_OPTIMIZERS
from trajviz.race import run
from trajviz.recipe.recipe import Playback, Recipe
from trajviz.recipe.starts import count_starts
from trajviz.untrusted import user_path

MOST_STEPS = 2_000_000
"""Steps of all tracks together that are run for an alt text."""


def embed(
    file: str | Path,
    kind: str = "html",
    *,
    alt: str | None = None,
    url: str = "",
    trust: bool = False,
) -> str:
    """Return the snippet that shows a file in a page.

    Args:
        file: A picture, a film, or a page on which the race runs. Those of the same name, size and
            recipe beside it are shown with it, each where a page can use it; a still is shown
            alone.
        kind: The place it is for, one of `snippet_names()`.
        alt: What the file shows, in words. None computes it from the recipe inside the file, which
            is run again without drawing.
        url: The address of the folder where the files will live. Empty if that is the page's own.
        trust: Whether a Python file or module may be run that the recipe names.

    Returns:
        The snippet, with a line end.

    Raises:
        TrajvizError: For a file that is not there or that no page shows, an unknown `kind`, an
            `alt` or `url` that cannot be used, and an `alt` that is missing and cannot be computed.
    """
    path = user_path(file)
    snippet = load_snippet(kind)
    if not path.is_file():
        raise TrajvizError(f"no file {str(path)!r}")
    chosen = _shown_format(path, snippet)
    if _size(path) is None:
        what = chosen.name.upper()
        raise TrajvizError(f"{str(path)!r} is no {what}, or does not say how large it is")
    prefix = checked_url(url)
    words = alt_text(path, chosen, trust) if alt is None else checked_alt(alt)
    return snippet.write(shown_by(_family(path, chosen), words, prefix, _fps(path))) + "\n"


def alt_text(path: Path, chosen: Format, trust: bool = False) -> str:
    """Return what a rendered file shows, in words; TrajvizError for a file that cannot tell."""
    try:
        recipe = load_recipe(path, trust)
        _check_patience(path, recipe)
        race = run(recipe)
    except TrajvizError as error:
        raise TrajvizError(f"{error}; or say what the picture shows: --alt TEXT (alt=)") from error
    return race.alt_text(recipe.at[0] if recipe.at and chosen.kind == "still" else None)


def _check_patience(path: Path, recipe: Recipe) -> None:
    tracks = len(recipe.optimizers or DEFAULT_OPTIMIZERS) * max(1, count_starts(recipe.starts))
    tracks *= recipe.seeds or 1
    if recipe.steps * tracks > MOST_STEPS:
        raise TrajvizError(
            f"the race in {str(path)!r} takes {recipe.steps * tracks:,} steps, more than "
            f"{MOST_STEPS:,}"
        )


def _fps(path: Path) -> float:
    """Return how many frames a second the recipe in a file asks for, 0 where it holds none."""
    try:
        return float(read_note(path).table.get("fps", Playback.fps))
    except TrajvizError:
        return 0.0


def _pages() -> list[Format]:
    """Return the formats that are pages, which belong to no picture."""
    return [one for one in all_formats() if one.role == "page"]


def _shown_format(path: Path, snippet: Snippet) -> Format:
    """Return a file's format, which the snippet shows in its place."""
    chosen, everything = find_format(path), all_formats()
    known = [one for one in everything if one.role != "print" or one.name in snippet.formats]
    if chosen in known:
        return chosen
    able = [
        name for name in snippet_names() if chosen and chosen.name in load_snippet(name).formats
    ]
    if able:
        raise TrajvizError(
            f"{str(path)!r} is a document for print, which {snippet.name} does not show: "
            f"take --as {' or '.join(able)} (kind={able[0]!r})"
        )
    raise unknown(f"suffix of {str(path)!r}:", path.suffix, [f".{one.name}" for one in known])


def _family(path: Path, chosen: Format) -> list[tuple[str, str, Size]]:
    """Return a file and those that belong to it.

    A still, being what was asked for, is alone. To a page belong the pictures that stand for it.
    """
    others = [one for one in all_formats() if one not in (chosen, *_pages())]
    if chosen.kind == "still" or chosen.role == "page":
        others = [one for one in others if chosen.role == "page" and one.role != "film"]
    stem = path.name[: -len(chosen.name) - 1]
    family = [(path, chosen)]
    for other in others:
        sibling = path.with_name(f"{stem}.{other.name}")
        if _alike(path, sibling, "at"):
            family.append((sibling, other))
    for light, one in tuple(family):
        half = light.with_name(dark_half(light.name, one.name))
        if _alike(light, half, "at", "theme"):
            family.append((half, one))
    return [(file.name, one.name, size) for file, one in family if (size := _size(file))]


def _alike(path: Path, other: Path, *but: str) -> bool:
    """Return whether another file is there of the same size and recipe, but for some keys."""
    own, size = _size(path), _size(other)
    if not own or not size or not _same_size(size, own):
        return False
    return len({_recipe(path, but), _recipe(other, but)} - {None}) < 2


def _same_size(size: Size, own: Size) -> bool:
    """Return whether sizes are the same but for the pixel by which the sides of a film are even."""
    return all(abs(a - b) <= 1 for a, b in zip(size, own, strict=True))


def _recipe(path: Path, but: Collection[str]) -> str | None:
    """Return the recipe in a file, but for some keys; None where it holds none."""
    try:
        table = read_note(path).table
    except TrajvizError:
        return None
    return repr({key: value for key, value in table.items() if key not in but})


def _size(path: Path) -> Size | None:
    try:
        return size_of(path)
    except OSError:
        return None
