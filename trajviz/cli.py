"""The command line: parse, call the library, report."""

from __future__ import annotations

import contextlib
import inspect
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from types import FrameType
from typing import TYPE_CHECKING, Any, TypeVar

import click

import trajviz
from trajviz.errors import TrajvizError, unknown

if TYPE_CHECKING:
    from pathlib import Path

    from trajviz.race import Race
    from trajviz.recipe import Recipe

WRONG_REQUEST, FAILED, INTERRUPTED, TERMINATED = 2, 3, 130, 143
"""Exit codes."""

Command = TypeVar("Command", bound=Callable[..., Any])


class _Terminated(BaseException):
    """SIGTERM, as an exception, so that what is half done is cleaned up."""


def main() -> None:
    """Run the command line, and turn every outcome into a message and an exit code."""
    signal.signal(signal.SIGTERM, _terminate)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # our matrices are too small to share out
    try:
        cli.main(prog_name="trajviz", standalone_mode=False)
    except click.ClickException as error:
        _fail(error.format_message() + _about_minus(error), WRONG_REQUEST)
    except TrajvizError as error:
        _fail(str(error), WRONG_REQUEST)
    except (click.Abort, KeyboardInterrupt):
        _fail("interrupted", INTERRUPTED)
    except _Terminated:
        _fail("terminated", TERMINATED)
    except SystemExit as error:  # click's own way out when nobody reads our output any more
        sys.exit(FAILED if error.code else 0)
    except OSError as error:
        _fail(str(error), FAILED)


def _about_minus(error: click.ClickException) -> str:
    """Return what to do about a formula that was taken for options, else nothing."""
    option = error.option_name if isinstance(error, click.NoSuchOption) else ""
    formula = re.compile(r"-[^-].*[xy*/(]|-[xy]")
    words = [word for word in sys.argv[1:] if word[:2] == option and formula.match(word)]
    if not words:
        return ""
    return (
        f" A formula that begins with a minus sign needs parentheses, '({words[0]})', "
        "or -- before it and all options before that."
    )


def _terminate(_number: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one must not stop the cleaning up
    raise _Terminated


def _fail(message: str, code: int) -> None:
    click.echo(f"Error: {' '.join(message.split())}", err=True)
    sys.exit(code)


class _Numbers(click.ParamType):  # type: ignore[type-arg]  # generic in newer clicks only
    """Numbers with something between them: 1,1.6 or 640x480."""

    def __init__(self, name: str, kind: type[float] | type[int], count: int, between: str) -> None:
        self.name, self.kind, self.count, self.between = name, kind, count, between

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[float, ...]:
        parts = value.lower().split(self.between) if isinstance(value, str) else value
        try:
            numbers = tuple(self.kind(part) for part in parts)
        except ValueError:
            numbers = ()
        if not numbers or (self.count and len(numbers) != self.count):
            self.fail(f"{value!r} is not {self.name}", param, ctx)
        return numbers


class _Axes(click.ParamType):  # type: ignore[type-arg]  # as above
    name = "NAME,NAME"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[str, str]:
        names = tuple(part.strip() for part in value.split(","))
        if len(names) != 2 or not all(names):
            self.fail(f"{value!r} is not two names, as in W,b", param, ctx)
        return names[0], names[1]


class _Name(click.ParamType):  # type: ignore[type-arg]  # as above
    """A name that the shell can complete from a listing of the library."""

    def __init__(self, name: str, listing: str) -> None:
        self.name, self.listing = name, listing

    def shell_complete(self, _ctx: Any, _param: Any, incomplete: str) -> list[Any]:
        names = getattr(trajviz, self.listing)()
        return [
            click.shell_completion.CompletionItem(name)
            for name in names
            if name.startswith(incomplete)
        ]


@click.group(
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(trajviz.__version__, message="trajviz %(version)s")
@click.pass_context
def cli(context: click.Context) -> None:
    """Show how optimizers behave on a surface, as an animation worth publishing."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def _race_options(command: Command) -> Command:
    """Add what says which race it is: the arguments and options render and trace share."""
    start = click.option(
        "--start", type=_Numbers("X,Y", float, 2, ","), help="Where all start, as in 1,1.6."
    )
    starts = click.option(
        "--starts", metavar="COLSxROWS|random:N", default="",
        help="Start each from all over the window, as in 7x7 or random:50.",
    )  # fmt: skip
    steps = click.option("--steps", type=int, default=200, show_default=True, help="Steps each.")
    window = click.option(
        "--window",
        type=_Numbers("X0,X1,Y0,Y1", float, 4, ","),
        help="What part of the plane is shown.",
    )
    noise = click.option(
        "--noise", type=float, default=0, metavar="SIGMA",
        help="Add Gaussian noise to every gradient, the same for all; for surfaces without data.",
    )  # fmt: skip
    batch_size = click.option(
        "--batch-size", type=int, metavar="N",
        help="Samples in a mini-batch, for surfaces over data; all of them make it exact.",
    )  # fmt: skip
    seed = click.option(
        "--seed", type=int, default=0, show_default=True, help="Which noise, which mini-batches."
    )
    recipe = click.option(
        "--recipe", "recipe_file", metavar="FILE.toml",
        help="The race of this recipe, in place of SURFACE and OPTIMIZERs; options override it.",
    )  # fmt: skip
    command = start(starts(steps(window(noise(batch_size(seed(recipe(command))))))))
    command = click.argument("optimizers", nargs=-1, type=_Name("OPTIMIZER", "optimizer_names"))(
        command
    )
    surface = _Name("SURFACE", "surface_names")
    return click.argument("surface", required=False, metavar="SURFACE", type=surface)(command)


@cli.command()
@_race_options
@click.option(
    "-o", "--output", "outputs", multiple=True, metavar="FILE",
    help="Write this file; may be given several times. '-' writes to standard output. "
    "[default: SURFACE.gif]",
)  # fmt: skip
@click.option("--format", metavar="NAME", default="", help="The format where no suffix is.")
@click.option(
    "--at", type=_Numbers("STEP,STEP,...", int, 0, ","), help="Stills of these steps (png svg pdf)."
)
@click.option(
    "--paths", metavar="FILE", multiple=True,
    help="Draw paths recorded elsewhere (.csv .json .npz, as `trajviz trace` writes them), "
    "alone or beside OPTIMIZERs; may be repeated.",
)  # fmt: skip
@click.option(
    "--theme", default="light", show_default=True, type=_Name("NAME|FILE.toml", "theme_names"),
    help="Colours.",
)  # fmt: skip
@click.option(
    "--size", type=_Numbers("WxH", int, 2, "x"), default="640x480", show_default=True,
    help="Size in pixels.",
)  # fmt: skip
@click.option("--title", default="", metavar="TEXT", help="In place of the surface's.")
@click.option("--axes", type=_Axes(), help="Names of the axes, as in W,b.")
@click.option(
    "--view", type=_Name("NAME", "view_names"), default="contour", show_default=True,
    help="How the surface is shown (see `trajviz list views`).",
)  # fmt: skip
@click.option(
    "--panel", "panels", multiple=True, type=_Name("NAME", "panel_names"),
    help="A chart beside it (see `trajviz list panels`); may be repeated.",
)  # fmt: skip
@click.option(
    "--camera", type=_Numbers("ELEV,AZIM", float, 2, ","),
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
@click.option(
    "--pix-fmt", "pixel_format", metavar="NAME", default="yuv420p", show_default=True,
    help="How an MP4 keeps its colours; yuv444p is sharper, but not played everywhere.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Lift the limits that only protect your time.")
@click.option(
    "--save-recipe", metavar="FILE.toml",
    help="Write what is rendered here as a recipe, rates included.",
)  # fmt: skip
@click.option("-q", "--quiet", is_flag=True, help="No progress, no facts about the result.")
def render(
    surface: str | None,
    optimizers: tuple[str, ...],
    recipe_file: str | None,
    save_recipe: str | None,
    force: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Render a race of OPTIMIZERs on SURFACE.

    SURFACE is a name, perhaps with parameters (see `trajviz list surfaces`), a formula in x and y,
    or the path of a .py file, which is run.
    An OPTIMIZER is a name, or NAME:key=value,... with its settings and a label or color;
    without any: sgd momentum rmsprop adam. A learning rate that is not given is tuned.

    \b
      trajviz render beale
      trajviz render "x**2 + 20*y**2" sgd adam
      trajviz render beale sgd:lr=0.001 adam --start 1,1.6 -o beale.gif -o beale.mp4
      trajviz render beale sgd adam --save-recipe beale.toml
      trajviz render --recipe beale.toml --theme dark
    """  # noqa: D301  # to click, the backspace says: leave these lines as they are
    from pathlib import Path

    from trajviz.race import check_recipe_target

    recipe, where = _asked(surface, optimizers, recipe_file, options)
    with where:
        chosen = trajviz.load_surface(recipe.surface, recipe.start, recipe.window)
        if not recipe.outputs:
            stem = Path(recipe_file).stem if recipe_file else chosen.stem
            recipe = recipe.changed(outputs=(f"{stem}.{recipe.format or 'gif'}",))
        jobs = list(_jobs(recipe))
        if save_recipe:
            check_recipe_target(Path(save_recipe).expanduser(), recipe)
        with _progress("descending", quiet) as progress:
            race = trajviz.run(recipe, chosen, force=force, progress=progress)
    if not quiet:
        _say_what_was_found(race)
    for output, name, step in jobs:
        began = time.monotonic()
        with _progress(f"{output}", quiet) as progress:
            if output == "-":
                _write_stdout(race.to_bytes(name, step, progress))
                continue
            path = race.save(output, step, name, progress)
        click.echo(str(path))
        if not quiet:
            _report(path, time.monotonic() - began, race)
    if save_recipe:
        click.echo(str(race.save_recipe(save_recipe)), err="-" in recipe.outputs)


def _asked(
    surface: str | None,
    optimizers: tuple[str, ...],
    recipe_file: str | None,
    options: dict[str, Any],
) -> tuple[Recipe, contextlib.AbstractContextManager[None]]:
    """Return the recipe that is asked for, and what puts its file's name before an error.

    Only options that were given count, so that the others stay as the recipe has them. An error
    of a recipe that options changed may be theirs, and bears no file's name.
    """
    from trajviz.recipe import Recipe
    from trajviz.spec import parse_spec
    from trajviz.toml import naming

    source = click.get_current_context().get_parameter_source
    default = click.core.ParameterSource.DEFAULT
    kinds = Recipe.kinds()
    given = {k: v for k, v in options.items() if k in kinds and source(k) is not default}
    if recipe_file is None:
        if surface is None:
            raise click.UsageError("Missing argument 'SURFACE', or --recipe FILE.toml.")
        recipe = Recipe.of(surface=surface, optimizers=tuple(map(parse_spec, optimizers)), **given)
        return recipe, contextlib.nullcontext()
    if surface is not None:
        raise TrajvizError(
            f"{surface!r} beside --recipe {recipe_file!r}: SURFACE and OPTIMIZERs are the recipe's"
        )
    recipe = trajviz.load_recipe(recipe_file).changed(**given)
    return recipe, contextlib.nullcontext() if given else naming(recipe_file)


def _jobs(recipe: Recipe) -> Iterator[tuple[str, str, int | None]]:
    """Yield target, format and step of every file to write; refuse the request as a whole."""
    from pathlib import Path

    from trajviz.formats import check_target, format_of, load_format

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
        for step in at or (None,):
            chosen.check(recipe.playback, step, recipe.steps)
            target = path if step is None else path.with_stem(f"{path.stem}-{step}")
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


def _say_what_was_found(race: Race) -> None:
    if race.surface.note:
        click.echo(f"  {race.surface.note}", err=True)


def _report(path: Path, took: float, race: Race) -> None:
    width, height = race.look.size
    size = path.stat().st_size
    click.echo(f"  {width}x{height}, {size / 1000:,.0f} kB, drawn in {took:.1f} s", err=True)


@contextlib.contextmanager
def _progress(label: str, quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """Give a callback that shows a bar on a terminal's standard error after a second."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    began = time.monotonic()
    bar: Any = None

    def advance(done: int, total: int) -> None:
        nonlocal bar
        if bar is not None and bar.length != total:  # another kind of work has begun
            bar.length, bar.pos = total, 0
        if bar is None and time.monotonic() - began > 1:
            bar = click.progressbar(length=total, label=label, file=sys.stderr)
            bar.__enter__()
        if bar is not None:
            bar.update(done - bar.pos)

    try:
        yield advance
    finally:
        if bar is not None:
            bar.__exit__(None, None, None)


def _write_stdout(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


@cli.command()
@_race_options
@click.option(
    "-o", "--output", metavar="FILE", default="-",
    help="Write .csv, .json or .npz. [default: standard output]",
)  # fmt: skip
@click.option("--format", "kind", metavar="csv|json|npz", default="", help="On standard output.")
@click.option(
    "--internals", is_flag=True,
    help="Add the gradient that each step saw and its effective learning rate along each axis.",
)  # fmt: skip
def trace(
    surface: str | None,
    optimizers: tuple[str, ...],
    recipe_file: str | None,
    output: str,
    kind: str,
    internals: bool,
    **options: Any,
) -> None:
    """Write the same race as numbers: one row for each step of each optimizer."""
    from trajviz.trace import TRACES, trace_names

    if kind and kind not in TRACES:
        raise unknown("trace format", kind, trace_names())
    if output == "-" and kind == "npz" and sys.stdout.isatty():
        raise TrajvizError("output '-' is a terminal: send npz to a file or a pipe")
    recipe, where = _asked(surface, optimizers, recipe_file, options)
    with where, _progress("descending", quiet=False) as progress:
        race = trajviz.run(recipe, progress=progress)
    _say_what_was_found(race)
    if output == "-":
        _write_stdout(race.trace(kind or "csv", internals))
    else:
        click.echo(str(race.save_trace(output, internals)))


@cli.command("list")
@click.argument(
    "what", required=False, metavar="[surfaces|optimizers|schedules|views|panels|themes|formats]"
)
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def list_(what: str | None, as_json: bool) -> None:
    """List what there is: surfaces, optimizers, learning-rate schedules and all else."""
    listings: dict[str, Callable[[], list[dict[str, Any]]]] = {
        "surfaces": _surfaces,
        "optimizers": _optimizers,
        "schedules": _schedules,
        "views": _views,
        "panels": _panels,
        "themes": _themes,
        "formats": _formats,
    }
    if what is not None and what not in listings:
        raise unknown("listing", what, listings)
    facts = {name: make() for name, make in listings.items() if what in (None, name)}
    if as_json:
        import json

        click.echo(json.dumps(facts, indent=1))
        return
    for name, rows in facts.items():
        click.secho(name, bold=True)
        width = max(len(row["name"]) for row in rows)
        family = None
        for row in rows:
            if row.get("family") != family:
                family = row["family"]
                click.echo(f"  {family}:")
            details = [text for text in row.values() if isinstance(text, str)][1:]
            click.echo(f"  {row['name']:{width}}  {details[0]}")
            for line in _details(row):
                click.echo(f"  {'':{width}}  {line}")


def _surfaces() -> list[dict[str, Any]]:
    rows = []
    for name in trajviz.surface_names():
        surface = trajviz.load_surface(name)
        rows.append(
            {
                "name": name,
                "summary": surface.summary,
                "window": list(surface.window),
                "start": list(surface.start),
                "minima": [list(point) for point in surface.minima],
                "axes": list(surface.axes),
                "samples": surface.samples,
                "batch_size": surface.batch_size,
                "parameters": dict(surface.parameters),
                "source": surface.source,
            }
        )
    return rows


def _optimizers() -> list[dict[str, Any]]:
    from trajviz.optimizers import FAMILIES

    rows = []
    for name in trajviz.optimizer_names():
        optimizer = trajviz.load_optimizer(name)
        rows.append(
            {
                "name": name,
                "summary": optimizer.summary,
                "family": optimizer.family,
                "formula": optimizer.formula,
                "settings": dict(optimizer.defaults),
                "source": optimizer.source,
            }
        )
    return sorted(rows, key=lambda row: FAMILIES.index(row["family"]))


def _schedules() -> list[dict[str, Any]]:
    from trajviz.schedule import SCHEDULES, schedule_defaults, schedule_names

    return [
        {
            "name": name,
            "summary": (SCHEDULES[name].__doc__ or "").split("\n")[0],
            "settings": schedule_defaults(name),
        }
        for name in schedule_names()
    ]


def _views() -> list[dict[str, Any]]:
    from trajviz.scene import VIEWS

    return [{"name": name, "summary": VIEWS[name].summary} for name in trajviz.view_names()]


def _panels() -> list[dict[str, Any]]:
    from trajviz.scene.panels import PANELS

    summaries = {name: inspect.getdoc(panel) for name, panel in PANELS.items()}
    return [{"name": name, "summary": summaries[name]} for name in trajviz.panel_names()]


def _themes() -> list[dict[str, Any]]:
    from trajviz.scene.theme import load_theme

    return [{"name": name, "summary": load_theme(name).summary} for name in trajviz.theme_names()]


def _formats() -> list[dict[str, Any]]:
    from trajviz.formats import load_format

    formats = [load_format(name) for name in trajviz.format_names()]
    return [{"name": f.name, "summary": f.summary, "kind": f.kind} for f in formats]


def _details(row: dict[str, Any]) -> Iterator[str]:
    """Yield the lines below a row's first in a listing for people."""
    if "window" in row:
        minima = " ".join(_point(point) for point in row["minima"]) or "none, unbounded below"
        yield f"window {_point(row['window'])}  start {_point(row['start'])}  minima {minima}"
    if row.get("parameters"):
        yield ", ".join(f"{key}={value:g}" for key, value in row["parameters"].items())
    if row.get("samples"):
        size = row["batch_size"]
        yield f"{row['samples']} samples, " + (f"mini-batches of {size}" if size else "all at once")
    if "formula" in row:
        yield row["formula"]
    if row.get("settings"):
        yield ", ".join(
            f"{key} tuned" if value is None else f"{key}={value:g}"
            for key, value in row["settings"].items()
        )
    if "formula" in row:
        yield row["source"]


def _point(numbers: Sequence[float]) -> str:
    return ",".join(f"{number:.6g}" for number in numbers)
