"""trajviz render: a race as animations and stills."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

import trajviz
from trajviz.cli._output import progress_bar, write_stdout
from trajviz.cli._parameters import AxisNames, Bytes, Name, Numbers
from trajviz.cli._race import asked, look_options, race_options, say_what_was_found
from trajviz.errors import TrajvizError
from trajviz.files.places import FILMS, PLACES, Facts, check_place, load_place

if TYPE_CHECKING:
    from pathlib import Path

    from trajviz.race import Race
    from trajviz.recipe.recipe import Recipe


_Job = tuple[str, str, int | None]
"""Target, format and step of a file to write."""


@click.command("render")
@race_options
@click.option(
    "-o", "--output", "outputs", multiple=True, metavar="FILE",
    help="Write this file; may be given several times. '-' writes to standard output. "
    "[default: SURFACE.gif]",
)  # fmt: skip
@click.option("--format", metavar="NAME", default="", help="The format where no suffix is.")
@click.option(
    "--at", type=Numbers("STEP,STEP,...", int, 0, ","), help="Stills of these steps (png svg pdf)."
)
@click.option(
    "--paths", metavar="FILE", multiple=True,
    help="Draw paths recorded elsewhere (.csv .json .npz, as `trajviz trace` writes them), "
    "alone or beside OPTIMIZERs; may be repeated.",
)  # fmt: skip
@look_options
@click.option("--axes", type=AxisNames(), help="Names of the axes, as in W,b.")
@click.option(
    "--view", type=Name("NAME", "view_names"), default="contour", show_default=True,
    help="How the surface is shown (see `trajviz list views`).",
)  # fmt: skip
@click.option(
    "--panel", "panels", multiple=True, type=Name("NAME", "panel_names"),
    help="A chart beside it (see `trajviz list panels`); may be repeated.",
)  # fmt: skip
@click.option(
    "--camera", type=Numbers("ELEV,AZIM", float, 2, ","),
    help="Where a relief is seen from, in degrees.",
)  # fmt: skip
@click.option(
    "--orbit", type=float, metavar="DEGREES", default=0, show_default=True,
    help="How far the camera turns.",
)  # fmt: skip
@click.option("--seconds", type=float, default=8, show_default=True, help="The moving part.")
@click.option("--hold", type=float, default=2, show_default=True, help="The pause at the end.")
@click.option("--fps", type=float, default=25, show_default=True, help="Frames a second.")
@click.option(
    "--loop", type=int, default=0, show_default=True, help="How often a GIF plays, 0 for ever."
)
@click.option("--animate", is_flag=True, help="Make an .svg move, as .anim.svg always does.")
@click.option(
    "--pix-fmt", "pixel_format", metavar="NAME", default="yuv420p", show_default=True,
    help="How an MP4 keeps its colours; yuv444p is sharper, but not played everywhere.",
)  # fmt: skip
@click.option(
    "--colors", type=int, metavar="N", default=256, show_default=True,
    help="The most colours of a GIF, WebP or APNG.",
)  # fmt: skip
@click.option(
    "--max-bytes", type=Bytes(), metavar="SIZE",
    help="The most bytes of each file, as in 1MB, 500kB, 2MiB: colours, then frames, then size are "
    "given up until it fits.",
)  # fmt: skip
@click.option(
    "--for", "place", type=Name("PLACE", "place_names"),
    help="Size, length and bytes that suit a place (see `trajviz list places`).",
)  # fmt: skip
@click.option(
    "--metadata/--no-metadata", default=True,
    help="Say in each file by which version and recipe it was made.  [default: yes]",
)  # fmt: skip
@click.option(
    "--bundle", is_flag=True,
    help="Write -o NAME as NAME.gif, NAME.mp4, NAME.png and the snippet that shows them.",
)  # fmt: skip
@click.option(
    "--as", "kind", metavar="NAME", default="html",
    help="Where a bundle's snippet goes (see `trajviz list snippets`).  [default: html]",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Lift the limits that only protect your time.")
@click.option(
    "--save-recipe", metavar="FILE.toml",
    help="Write what is rendered here as a recipe, rates included.",
)  # fmt: skip
@click.option("-q", "--quiet", is_flag=True, help="No progress, no facts about the result.")
def command(
    surface: str | None,
    optimizers: tuple[str, ...],
    recipe_file: str | None,
    save_recipe: str | None,
    place: str | None,
    bundle: bool,
    kind: str,
    force: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Render a race of OPTIMIZERs on SURFACE.

    SURFACE is a name, perhaps with parameters (see `trajviz list surfaces`), a formula in x and y,
    or the path of a .py file, which is run.
    An OPTIMIZER is a name, or NAME:key=value,... with its settings and a label or color;
    without any: sgd momentum rmsprop adam. A learning rate that is not given is tuned.
    torch.NAME, keras.NAME, optax.NAME and scipy.METHOD are those libraries' own, ./FILE.py:NAME
    yours.

    \b
      trajviz render beale
      trajviz render "x**2 + 20*y**2" sgd adam
      trajviz render beale sgd:lr=0.001 adam --start 1,1.6 -o beale.gif -o beale.mp4
      trajviz render beale -o post/beale --bundle
      trajviz render beale sgd adam --save-recipe beale.toml
      trajviz render --recipe beale.toml --theme dark
      trajviz render --recipe beale.gif -o beale.mp4
    """  # noqa: D301  # to click, the backspace says: leave these lines as they are
    from pathlib import Path

    from trajviz.race import bundle_targets, check_recipe_target

    _check_kind(bundle)
    goal = load_place(place) if place else None
    usual = goal.values if goal else None
    recipe, where = asked(surface, optimizers, recipe_file, options, usual)
    with where:
        chosen = trajviz.load_surface(recipe.surface, recipe.start, recipe.window)
        if bundle:
            recipe = recipe.changed(outputs=(_bundle_name(recipe, recipe_file, chosen.stem),))
            bundle_targets(recipe.outputs[0], kind)
        elif not recipe.outputs:
            recipe = recipe.changed(outputs=(_usual_output(recipe, recipe_file, chosen.stem),))
        jobs = list(_bundled(recipe) if bundle else _jobs(recipe))
        if goal:
            for _, name, _ in jobs:
                check_place(goal, _facts(recipe, name))
        if save_recipe:
            check_recipe_target(Path(save_recipe).expanduser(), recipe)
        with progress_bar("descending", quiet) as progress:
            race = trajviz.run(recipe, chosen, force=force, progress=progress)
    if not quiet:
        say_what_was_found(race.surface)
    if bundle:
        _write_bundle(race, recipe, kind, quiet)
    else:
        _write_each(race, recipe, jobs, quiet)
    if save_recipe:
        click.echo(str(race.save_recipe(save_recipe)), err="-" in recipe.outputs)


def _write_each(race: Race, recipe: Recipe, jobs: Sequence[_Job], quiet: bool) -> None:
    # All of them, before any file is written over.
    fitted = [race.fitted(name, step, recipe.max_bytes) for _, name, step in jobs]
    for (output, name, step), one in zip(jobs, fitted, strict=True):
        began = time.monotonic()
        with progress_bar(f"{output}", quiet) as progress:
            if output == "-":
                write_stdout(one.to_bytes(name, step, progress))
                continue
            path = one.save(output, step, name, progress)
        click.echo(str(path))
        if not quiet:
            _report(path, name, time.monotonic() - began, recipe, one.asked)


def _write_bundle(race: Race, recipe: Recipe, kind: str, quiet: bool) -> None:
    from trajviz.race import BUNDLED

    began, one = time.monotonic(), race.fitted_bundle()
    with progress_bar(recipe.outputs[0], quiet) as progress:
        paths = one.bundle(recipe.outputs[0], kind, progress=progress)
    took = time.monotonic() - began
    for path, name in zip(paths, (*BUNDLED, ""), strict=True):
        click.echo(str(path))
        if name and not quiet:
            _report(path, name, took, recipe, one.asked)


def _check_kind(bundle: bool) -> None:
    """Refuse --as where no snippet is written."""
    source = click.get_current_context().get_parameter_source("kind")
    if not bundle and source is not click.core.ParameterSource.DEFAULT:
        raise TrajvizError("--as says which snippet a --bundle has: add that, or leave both")


def _bundle_name(recipe: Recipe, recipe_file: str | None, stem: str) -> str:
    """Return the one name of a bundle: what -o says, else the surface's or the recipe file's."""
    from pathlib import Path

    for option, given in {"--format": recipe.format, "--at": recipe.at}.items():
        if given:
            raise TrajvizError(f"--bundle writes a GIF, an MP4 and a PNG: it takes no {option}")
    if len(recipe.outputs) > 1 or "-" in recipe.outputs:
        raise TrajvizError("--bundle writes several files, of one name: give one -o, and not '-'")
    return recipe.outputs[0] if recipe.outputs else Path(recipe_file or stem).stem


def _bundled(recipe: Recipe) -> Iterator[_Job]:
    """Yield target and format of the pictures of a bundle."""
    from trajviz.race import BUNDLED

    for name in BUNDLED:
        yield f"{recipe.outputs[0]}.{name}", name, None


def _usual_output(recipe: Recipe, recipe_file: str | None, stem: str) -> str:
    """Return the file where none is asked for: named after the surface or the recipe's file.

    A rendered file is rendered again in its own format, but not over itself.
    """
    from pathlib import Path

    from trajviz.files.metadata import is_rendered

    if recipe_file is None:
        return f"{stem}.{recipe.format or 'gif'}"
    file = Path(recipe_file).expanduser()
    if not is_rendered(file):
        return f"{file.stem}.{recipe.format or 'gif'}"
    stem = file.stem.removesuffix("".join(f"-{step}" for step in recipe.at[:1]))
    output = Path(f"{stem}.{recipe.format or file.suffix[1:]}")
    if file.resolve() in (output.resolve(), Path(file.name).resolve()):
        raise TrajvizError(f"{recipe_file!r} would be written over: say with -o where to write")
    return str(output)


def _jobs(recipe: Recipe) -> Iterator[_Job]:
    """Yield target, format and step of every file to write; refuse the request as a whole."""
    from pathlib import Path

    from trajviz.files.formats import check_target, format_of, load_format, still_path

    kind, outputs, at = recipe.format, recipe.outputs, recipe.at
    if kind:
        load_format(kind)
    targets: set[Path] = set()
    for output in outputs:
        path = Path(output)
        if not path.name:
            raise TrajvizError(f"output {output!r} is no file's name")
        if output == "-" and not kind:
            raise TrajvizError("output '-' needs --format, as in --format gif")
        if output == "-" and sys.stdout.isatty():
            raise TrajvizError("output '-' is a terminal: send it to a file or a pipe")
        chosen = load_format(kind) if kind and not path.suffix else format_of(path)
        if kind and path.suffix and chosen.name != kind.lower():
            raise TrajvizError(f"output {output!r} is not what --format {kind} says")
        chosen = chosen.animated if recipe.animate else chosen
        chosen.check_look(recipe.look)
        for step in at or (None,):
            chosen.check(recipe.playback, step, recipe.steps)
            target = still_path(path, step)
            if output == "-":
                if len(at) > 1 or len(outputs) > 1:
                    raise TrajvizError(
                        "output '-' takes one picture: no other -o, one step in --at"
                    )
                yield "-", chosen.name, step
                continue
            check_target(target.expanduser())
            if target.resolve() in targets:
                raise TrajvizError(f"output {str(target)!r} is given twice")
            targets.add(target.resolve())
            yield str(target), chosen.name, step


def _facts(recipe: Recipe, name: str, size: int = 0) -> Facts:
    """Return what a place may ask of a file."""
    from trajviz.files.formats import load_format

    play = recipe.playback
    if load_format(name).kind == "still":
        return Facts(name, recipe.look.size, 1, 0.0, "", size)
    seconds = play.seconds + play.hold
    frames = max(play.frames, round(seconds * play.fps)) if name in FILMS else play.frames
    return Facts(name, recipe.look.size, frames, seconds, play.pixel_format, size)


def _report(path: Path, name: str, took: float, before: Recipe, after: Recipe) -> None:
    """Say what was written, what was given up for it, and where it would be refused."""
    from trajviz.recipe.budget import told

    facts, given_up = _facts(after, name, path.stat().st_size), told(before, after)
    width, height = facts.size
    frames = f"{facts.frames} frames, {facts.seconds:g} s, " if facts.seconds else ""
    size = f"{facts.bytes / 1000:,.0f} kB"
    click.echo(f"  {width}x{height}, {frames}{size}, drawn in {took:.1f} s", err=True)
    if given_up:
        click.echo(f"  to fit: {given_up}", err=True)
    for place in PLACES.values():
        for reason in place.refusals(facts):
            click.echo(f"  {place.name} would refuse it: {reason}", err=True)
