"""trajviz watch: a small preview of a recipe, rendered anew whenever its files change."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import trajviz
from trajviz.cli._output import say
from trajviz.errors import TrajvizError
from trajviz.untrusted import target_path, user_path

if TYPE_CHECKING:
    from trajviz.recipe.recipe import Recipe

_PAUSE = 0.3
"""Seconds between two looks at the files."""
_WIDTH = 480
"""The width of a preview, unless the recipe's is smaller."""
_FPS = 12
"""Frames a second of a preview at most."""


@click.command("watch")
@click.argument("recipe_file", metavar="RECIPE.toml")
@click.option(
    "-o", "--output", metavar="FILE", default="",
    help="The preview; its suffix names the format.  [default: RECIPE.preview.gif]",
)  # fmt: skip
@click.option("--once", is_flag=True, help="Render one preview, and end.")
def command(recipe_file: str, output: str, once: bool) -> None:
    """Render a small preview of RECIPE.toml, and again whenever it or a file that it names changes.

    It is 480 pixels wide at most, with 12 frames a second. A mistake in the recipe is told, and
    the preview stays until it is mended. Ctrl-C ends it.

    \b
      trajviz watch beale.toml
      trajviz watch beale.toml -o preview.png
    """  # noqa: D301  # as in render
    path = user_path(recipe_file)
    for _ in changes(path, time.sleep):
        try:
            _render(path, output)
        except TrajvizError as error:
            if once:
                raise
            say(f"Error: {error}", err=True)
        if once:
            return


def changes(path: Path, wait: Callable[[float], Any]) -> Iterator[None]:
    """Yield now, and whenever a recipe's file or a file that it names has changed and rests.

    Args:
        path: The recipe.
        wait: Waits for so many seconds, and is called between two looks.
    """
    before = settling = None
    while True:
        now = _state(path)
        if now != before and (before is None or now == settling):
            before = now
            yield
            continue
        settling = now  # an editor may be in the middle of writing
        wait(_PAUSE)


def _state(path: Path) -> dict[Path, tuple[int, int] | None]:
    """Return when each file that matters was changed, and how long it is."""
    return {file: _stamp(file) for file in (path, *_files(path))}


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_mtime_ns, facts.st_size


def _files(path: Path) -> list[Path]:
    """Return the files that a recipe names, as far as it can be read."""
    try:
        recipe = trajviz.load_recipe(path)
    except TrajvizError:
        return []
    look, names = recipe.look, [spec.optimizer.name for spec in recipe.optimizers]
    surface, *rules = (name.partition(".py:")[0] for name in (recipe.surface, *names))
    said = [surface, *rules, look.theme, look.language, *recipe.paths]
    files = [user_path(name) for text in said if text for name in (text, f"{text}.py")]
    return [file for file in files if file.is_file()]


def _render(path: Path, output: str) -> None:
    began = time.monotonic()
    recipe = preview_of(trajviz.load_recipe(path))
    suffix = "png" if recipe.look.strip else "gif"
    target = target_path(output or path.with_name(f"{path.stem}.preview.{suffix}"))
    trajviz.run(recipe).save(target)
    say(f"{target}  {time.monotonic() - began:.1f} s")


def preview_of(recipe: Recipe) -> Recipe:
    """Return a recipe whose picture is small and soon drawn."""
    width, height = recipe.look.size
    share = min(1.0, _WIDTH / width)
    size = (round(width * share), max(120, round(height * share)))
    return recipe.changed(
        size=size, fps=min(recipe.playback.fps, _FPS), outputs=(), at=(), max_bytes=None
    )
