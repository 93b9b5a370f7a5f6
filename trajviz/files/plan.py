"""Which files a recipe makes: one plan for the command line, for Python and for galleries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from trajviz.errors import TrajvizError
from trajviz.files.following import dark_half
from trajviz.files.formats import Format, format_names, format_of, load_format
from trajviz.files.places import Facts
from trajviz.files.snippets import load_snippet, snippet_names
from trajviz.files.target import check_target, still_path
from trajviz.frozen import dataclass
from trajviz.recipe.recipe import Look, Recipe
from trajviz.scene.theme import light_and_dark
from trajviz.untrusted import real_path, target_path, user_path

STANDARD_OUTPUT = "-"
"""The output that is no file."""


@dataclass(frozen=True)
class PlannedFile:
    """A file that a recipe makes.

    Attributes:
        target: Its path, or STANDARD_OUTPUT.
        format: Its format.
        step: The step that a still shows, None for the last.
        theme: The theme it is drawn in, empty for the recipe's.
    """

    target: str
    format: Format
    step: int | None = None
    theme: str = ""

    def facts(self, recipe: Recipe, size: int = 0) -> Facts:
        """Return what a place may ask of the file.

        Args:
            recipe: What it is made from.
            size: Its bytes, 0 as long as nobody knows.
        """
        play, pixels = self.format.played(recipe.playback), recipe.look.size
        if self.format.kind == "still":
            return Facts(format=self.format, size=pixels, frames=1, seconds=0.0, bytes=size)
        frames = play.film_frames if self.format.repeats else len(play.order)
        return Facts(
            format=self.format,
            size=pixels,
            frames=frames,
            seconds=play.duration,
            pixel_format=play.pixel_format,
            bytes=size,
        )


def plan_files(recipe: Recipe) -> tuple[PlannedFile, ...]:
    """Return the files that a recipe's `outputs` ask for, in order; nothing is touched.

    Args:
        recipe: The recipe, with at least one output. With `at`, an output is a still of each of
            these steps; with `animate`, what can move or stand still moves. In a theme that follows
            its reader, "beale.gif" and "beale.dark.gif" are its light and its dark half.

    Raises:
        TrajvizError: A format cannot hold what is asked for, or two files have one name.
    """
    files = files_of(recipe)
    taken: set[Path] = set()
    for file in files:
        if len(files) > 1 and file.target == STANDARD_OUTPUT:
            raise TrajvizError("output '-' takes one picture: no other -o, one step in --at")
        place = real_path(user_path(file.target))
        if place in taken:
            raise TrajvizError(f"output {file.target!r} is given twice")
        taken.add(place)
    return files


def files_of(recipe: Recipe) -> tuple[PlannedFile, ...]:
    """Return the files as `plan_files` does, wherever they lie, so that two may be one."""
    return tuple(file for output in recipe.outputs for file in _files_of(output, recipe))


def _files_of(output: str, recipe: Recipe) -> Iterator[PlannedFile]:
    chosen = _format_named(output, recipe)
    light, theme = _half(output, chosen, recipe)
    chosen.check_look(replace(recipe.look, theme=theme) if theme else recipe.look)
    for step in recipe.at or (None,):
        chosen.check(recipe.playback, step, recipe.steps)
        still = output != STANDARD_OUTPUT
        target = str(still_path(Path(light), step)) if still else output
        target = target if light == output else dark_half(target, chosen.name)
        yield PlannedFile(target=target, format=chosen, step=step, theme=theme)


def _half(output: str, chosen: Format, recipe: Recipe) -> tuple[str, str]:
    """Return the light one of the two halves that an output is one of, and the output's theme.

    It is the output itself and no theme where it is a whole.
    """
    halves = {light: dark_half(light, chosen.name) for light in recipe.outputs}
    for light, dark in halves.items():
        if dark in halves and output in (light, dark) and not chosen.follows:
            sides = light_and_dark(recipe.look.theme)
            return (light, sides[output == dark]) if sides else (output, "")
    return output, ""


def format_for(output: str, recipe: Recipe) -> Format:
    """Return the format of an output: that of its suffix, else the recipe's.

    Raises:
        TrajvizError: Nothing names a format, two different ones are named, or it cannot hold the
            recipe's look.
    """
    chosen = _format_named(output, recipe)
    chosen.check_look(recipe.look)
    return chosen


def _format_named(output: str, recipe: Recipe) -> Format:
    path, name = target_path(output), recipe.format
    if name:
        load_format(name)
    if not path.name:
        raise TrajvizError(f"output {output!r} is no file's name")
    if output == STANDARD_OUTPUT and not name:
        raise TrajvizError("output '-' needs --format, as in --format gif")
    chosen = load_format(name) if name and not path.suffix else format_of(path)
    if name and path.suffix and chosen.name != name.lower():
        raise TrajvizError(f"output {output!r} is not what --format {name} says")
    return chosen.animated if recipe.animate else chosen


def plan_bundle(
    path: str | Path, theme: str = Look.theme, kind: str = "html"
) -> tuple[PlannedFile, ...]:
    """Return the pictures of a bundle, the dark halves of all behind them if there are any.

    Args:
        path: A name without suffix, as "post/beale".
        theme: What they are drawn in. One that follows its reader makes two of each.
        kind: The snippet's name, which says in which formats they are.

    Raises:
        TrajvizError: The name has the suffix of a format or a snippet, or there is no such theme
            or snippet.
    """
    plain = target_path(path)
    taken = {*format_names(), *(load_snippet(name).suffix for name in snippet_names())}
    if not plain.name or plain.suffix[1:].lower() in taken:
        raise TrajvizError(f"bundle {str(path)!r} is no name without suffix, as in 'post/beale'")
    light, dark = light_and_dark(theme) or ("", "")
    formats = map(load_format, load_snippet(kind).formats)
    files = [PlannedFile(f"{plain}.{one.name}", one, theme=light) for one in formats]
    halves = [replace(f, target=dark_half(f.target, f.format.name), theme=dark) for f in files]
    return (*files, *halves) if dark else tuple(files)


def check_looks(files: Sequence[PlannedFile], look: Look) -> None:
    """Raise TrajvizError unless every file can show a look."""
    for file in files:
        file.format.check_look(replace(look, theme=file.theme) if file.theme else look)


def snippet_target(path: str | Path, kind: str) -> Path:
    """Return where the snippet of a bundle goes.

    Args:
        path: The bundle's name, as for plan_bundle.
        kind: A snippet's name.

    Raises:
        TrajvizError: There is no snippet of this name.
    """
    return Path(f"{user_path(path)}.{load_snippet(kind).suffix}")


def check_plan(files: Sequence[PlannedFile]) -> None:
    """Raise TrajvizError unless every file could be written; nothing is left behind."""
    for file in files:
        file.format.check_ready()
        if file.target != STANDARD_OUTPUT:
            check_target(user_path(file.target))
