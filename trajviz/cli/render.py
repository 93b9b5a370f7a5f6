"""trajviz render: a race of optimizers on a surface, as animations and stills."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

import trajviz
from trajviz.cli._options import GroupedCommand, Name, OwnOption, fields_of, recipe_options_of
from trajviz.cli._output import progress_bar, say, stdout_is_terminal, write_stdout
from trajviz.cli._race import race_options, read_request, say_notes, say_what_was_found
from trajviz.errors import TrajvizError
from trajviz.files.places import Place, check_place, load_place, place_names
from trajviz.untrusted import real_path, target_path, user_path

if TYPE_CHECKING:
    from pathlib import Path

    from trajviz.descent import Progress
    from trajviz.files.plan import PlannedFile
    from trajviz.race import Race, Written
    from trajviz.recipe.recipe import Recipe
    from trajviz.surface.definition import Subject


@click.command("render", cls=GroupedCommand)
@race_options
@recipe_options_of(fields_of("picture", "motion", "file"))
@click.option(
    "--for", "place", type=Name("PLACE", "place_names", "snippet_names"),
    cls=OwnOption, group="file",
    help="Size, length and bytes that suit a place (see `trajviz list places`), with the same "
    "names as --as.",
)  # fmt: skip
@click.option(
    "--bundle", is_flag=True, cls=OwnOption, group="file",
    help="Write -o NAME as NAME.gif, NAME.mp4, NAME.png, or what --as shows instead, and the "
    "snippet; with --theme auto NAME.dark.gif and so on, too.",
)  # fmt: skip
@click.option(
    "--as", "kind", type=Name("NAME", "snippet_names", "place_names"),
    cls=OwnOption, group="file",
    help="Where a bundle's snippet goes (see `trajviz list snippets`).  [default: as --for, else "
    "html]",
)  # fmt: skip
@click.option(
    "--save-recipe", metavar="FILE.toml", cls=OwnOption, group="file",
    help="Write what is rendered here as a recipe, rates included.",
)  # fmt: skip
@click.option(
    "--cache", is_flag=True,
    help="Keep the loss on a problem's plane in .trajviz-cache/ beside the recipe, or here, and "
    "take it from there.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Lift the limits that only protect your time.")
@click.option("-q", "--quiet", is_flag=True, help="No progress, no facts about the result.")
def command(
    surface: str | None,
    optimizers: tuple[str, ...],
    recipe_file: str | None,
    save_recipe: str | None,
    place: str | None,
    bundle: bool,
    kind: str | None,
    cache: bool,
    force: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Render a race of OPTIMIZERs on SURFACE.

    SURFACE is a name, perhaps with parameters (see `trajviz list surfaces`), a formula in x and y,
    or the path of a grid of numbers (.npz, .csv) or of a .py file, which is run.
    An OPTIMIZER is a name, or NAME:key=value,... with its settings and a label or color;
    without any: sgd momentum rmsprop adam. A learning rate that is not given is tuned.
    torch.NAME, keras.NAME, optax.NAME and scipy.METHOD are those libraries' own, ./FILE.py:NAME
    yours: while it is tuned it sees all rates at once, points as an array (rates, 2).

    \b
      trajviz render beale
      trajviz render "x**2 + 20*y**2" sgd adam
      trajviz render beale sgd:lr=0.001 adam --start 1,1.6 -o beale.gif -o beale.mp4
      trajviz render beale -o post/beale --bundle
      trajviz render beale sgd adam --save-recipe beale.toml
      trajviz render --recipe beale.toml --theme dark
      trajviz render --recipe beale.gif -o beale.mp4
    """  # noqa: D301  # to click, the backspace says: leave these lines as they are
    if kind and not bundle:
        raise TrajvizError("--as says which snippet a --bundle has: add that, or leave both")
    kind = kind or place or "html"
    goal = load_place(place) if place else None
    usual = goal.values if goal else None
    recipe, where = read_request(surface, optimizers, recipe_file, options, usual)
    with where:
        chosen = _subject_of(recipe)
        stem = chosen.stem if chosen else _recorded_stem(recipe)
        recipe, files = (
            _planned_bundle(recipe, recipe_file, stem, kind)
            if bundle
            else _planned(recipe, recipe_file, stem)
        )
        _check_files(files, recipe, goal)
        if bundle:
            _check_snippet(recipe, kind)
        if save_recipe:
            _check_saved(save_recipe, recipe)
        with progress_bar("descending", quiet) as progress:
            folder = _cache_beside(recipe_file) if cache else None
            race = trajviz.run(recipe, chosen, cache=folder, force=force, progress=progress)
    if not quiet:
        say_what_was_found(race.surface, race.paths)
    if bundle:
        _write_bundle(race, files, kind, quiet)
    else:
        _write_each(race, files, quiet)
    if not quiet and files[0].target != "-":
        say(f"  {race.outcome_text()}", err=True)
    if save_recipe:
        say(str(race.save_recipe(save_recipe)), err="-" in recipe.outputs)


def _cache_beside(recipe_file: str | None) -> Path:
    """Return the folder of what is kept: beside the recipe, or here where it comes from no file."""
    from trajviz.descent.kept_losses import FOLDER

    file = user_path(recipe_file or "")
    return (file.parent if file.is_file() else user_path(".")) / FOLDER


def _subject_of(recipe: Recipe) -> Subject | None:
    """Return what is raced on; None where only recorded runs are drawn, which say it themselves."""
    if not recipe.surface and recipe.paths:
        return None
    return trajviz.load_subject(recipe.surface, recipe.start, recipe.window)


def _recorded_stem(recipe: Recipe) -> str:
    """Return how a file of recorded runs is called: as the first of theirs."""
    from trajviz.descent.checkpoints import run_label

    return run_label(recipe.paths[0])


def _planned(
    recipe: Recipe, recipe_file: str | None, stem: str
) -> tuple[Recipe, tuple[PlannedFile, ...]]:
    """Return the recipe with its outputs, and the files that they are."""
    from trajviz.files.plan import plan_files

    if not recipe.outputs:
        recipe = recipe.changed(outputs=(_usual_output(recipe, recipe_file, stem),))
    return recipe, plan_files(recipe)


def _planned_bundle(
    recipe: Recipe, recipe_file: str | None, stem: str, kind: str
) -> tuple[Recipe, tuple[PlannedFile, ...]]:
    """Return the recipe with a bundle's one name as its output, and the bundle's pictures."""
    from trajviz.files.plan import check_looks, plan_bundle

    recipe = recipe.changed(outputs=(_bundle_name(recipe, recipe_file, stem),))
    files = plan_bundle(recipe.outputs[0], recipe.look.theme, kind)
    check_looks(files, recipe.look)
    return recipe, files


def _check_files(files: Sequence[PlannedFile], recipe: Recipe, goal: Place | None) -> None:
    """Refuse what could not be written, or what the place would not take."""
    from trajviz.files.plan import check_plan

    if files[0].target == "-" and stdout_is_terminal():
        raise TrajvizError("output '-' is a terminal: send it to a file or a pipe")
    if goal:
        for file in files:
            check_place(goal, file.facts(recipe))
    check_plan(files)


def _check_snippet(recipe: Recipe, kind: str) -> None:
    from trajviz.files.plan import snippet_target
    from trajviz.files.target import check_target

    check_target(snippet_target(recipe.outputs[0], kind))


def _check_saved(target: str, recipe: Recipe) -> None:

    from trajviz.race import check_recipe_target

    check_recipe_target(target_path(target), recipe)


def _write_each(race: Race, files: Sequence[PlannedFile], quiet: bool) -> None:
    """Write every file, a bar for each, and say what was written when it is there."""
    bars = _Bars(quiet)
    if files[0].target == "-":
        file = files[0]
        with bars:
            data = race.to_bytes(file.format.name, file.step, bars.next(file))
        write_stdout(data)
        if not quiet:
            say_notes(race.notes)
        return
    with bars:
        for file, written in zip(files, race.write_planned(files, bars.next), strict=True):
            bars.close()
            say(str(written.path))
            if not quiet:
                _report(file, written, bars.seconds, race.request)


class _Bars(contextlib.ExitStack):
    """One bar after the other, a file's beginning when it is drawn, and how long that took."""

    def __init__(self, quiet: bool) -> None:
        super().__init__()
        self.quiet, self.began = quiet, time.monotonic()

    def next(self, file: PlannedFile) -> Progress:
        """Begin the bar of a file."""
        self.close()
        self.began = time.monotonic()
        return self.enter_context(progress_bar(file.target, self.quiet))

    @property
    def seconds(self) -> float:
        """How long the last file has taken."""
        return time.monotonic() - self.began


def _write_bundle(race: Race, files: Sequence[PlannedFile], kind: str, quiet: bool) -> None:
    from trajviz.race import Written

    name = race.request.outputs[0]
    began, one = time.monotonic(), race.fitted_bundle(kind)
    with progress_bar(name, quiet) as progress:
        *pictures, page = one.bundle(name, kind, progress=progress)
    took = time.monotonic() - began
    for file, path in zip(files, pictures, strict=True):
        say(str(path))
        if not quiet:
            _report(file, Written(path, file.format.name, one), took, race.request)
    say(str(page))


def _bundle_name(recipe: Recipe, recipe_file: str | None, stem: str) -> str:
    """Return the one name of a bundle: what -o says, else the surface's or the recipe file's."""
    for option, given in {"--format": recipe.format, "--at": recipe.at}.items():
        if given:
            raise TrajvizError(f"--bundle writes what its snippet shows: it takes no {option}")
    if len(recipe.outputs) > 1 or "-" in recipe.outputs:
        raise TrajvizError("--bundle writes several files, of one name: give one -o, and not '-'")
    return recipe.outputs[0] if recipe.outputs else _plain_stem(recipe_file, stem)


def _usual_output(recipe: Recipe, recipe_file: str | None, stem: str) -> str:
    """Return the file where none is asked for: named after the surface or the recipe's file.

    A rendered file is rendered again in its own format, but not over itself.
    """
    from pathlib import Path

    from trajviz.files.metadata import is_rendered

    file = user_path(recipe_file or "")
    if not is_rendered(file):
        usual = "png" if recipe.look.strip else "gif"
        return f"{_plain_stem(recipe_file, stem)}.{recipe.format or usual}"
    stem = file.stem.removesuffix("".join(f"-{step}" for step in recipe.at[:1]))
    output = Path(f"{stem}.{recipe.format or file.suffix[1:]}")
    if real_path(file) in (real_path(output), real_path(Path(file.name))):
        raise TrajvizError(f"{recipe_file!r} would be written over: say with -o where to write")
    return str(output)


def _plain_stem(recipe_file: str | None, stem: str) -> str:
    """Return how a recipe's file is called, `stem` where a pipe or nothing is in its place."""
    file = user_path(recipe_file or "")
    return file.stem if file.is_file() else stem


def _report(file: PlannedFile, written: Written, took: float, before: Recipe) -> None:
    """Say what was written, what was given up for it, and where it would be refused."""
    from trajviz.files.dimensions import size_of
    from trajviz.recipe.budget import given_up

    after = written.race.request
    facts, lost = file.facts(after, written.path.stat().st_size), given_up(before, after)
    width, height = size_of(written.path) or facts.size  # a film's sides are even
    frames = f"{facts.frames} frames, {facts.seconds:g} s, " if facts.seconds else ""
    size = f"{facts.bytes / 1000:,.0f} kB"
    say(f"  {width}x{height}, {frames}{size}, drawn in {took:.1f} s", err=True)
    if lost:
        say(f"  to fit: {lost}", err=True)
    say_notes(written.race.notes)
    for place in place_names():
        for reason in load_place(place).refusals(facts):
            say(f"  {place} would refuse it: {reason}", err=True)
