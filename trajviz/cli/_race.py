"""Which race is asked for: the arguments and options that commands share."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

import trajviz
from trajviz.cli._parameters import Name, Numbers
from trajviz.errors import TrajvizError

if TYPE_CHECKING:
    from trajviz.recipe.recipe import Recipe
    from trajviz.surface import Surface

Command = TypeVar("Command", bound=Callable[..., Any])


def race_options(command: Command) -> Command:
    """Add all that says which race it is: what render and trace share."""
    starts = click.option(
        "--starts", metavar="COLSxROWS|random:N", default="",
        help="Start each from all over the window, as in 7x7 or random:50.",
    )  # fmt: skip
    clock = click.option(
        "--clock", metavar="steps|evaluations", default="steps", show_default=True,
        help="What the race is timed by; evaluations are --steps many, of gradients and all else.",
    )  # fmt: skip
    rates = click.option(
        "--lr", metavar="tuned|default|equal:RATE", default="tuned", show_default=True,
        help="How learning rates that are not given are chosen.",
    )  # fmt: skip
    return descent_options(starts(clock(rates(command))))


def descent_options(command: Command) -> Command:
    """Add who descends where: surface and optimizers, start and steps, what disturbs them."""
    start = click.option(
        "--start", type=Numbers("X,Y", float, 2, ","), help="Where all start, as in 1,1.6."
    )
    steps = click.option("--steps", type=int, default=200, show_default=True, help="Steps each.")
    window = click.option(
        "--window",
        type=Numbers("X0,X1,Y0,Y1", float, 4, ","),
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
        "--recipe", "recipe_file", metavar="FILE",
        help="The race of this recipe, or of the recipe in this rendered file, in place of SURFACE "
        "and OPTIMIZERs; options override it.",
    )  # fmt: skip
    trust = click.option(
        "--trust", is_flag=True,
        help="Run the Python files and modules that a rendered file's recipe names.",
    )  # fmt: skip
    command = start(steps(window(noise(batch_size(seed(recipe(trust(command))))))))
    optimizer = Name("OPTIMIZER", "optimizer_names")
    command = click.argument("optimizers", nargs=-1, type=optimizer)(command)
    surface = Name("SURFACE", "surface_names")
    return click.argument("surface", required=False, metavar="SURFACE", type=surface)(command)


def look_options(command: Command) -> Command:
    """Add how any picture looks: theme, size and title."""
    theme = click.option(
        "--theme", default="light", show_default=True, type=Name("NAME|FILE.toml", "theme_names"),
        help="Colours.",
    )  # fmt: skip
    size = click.option(
        "--size", type=Numbers("WxH", int, 2, "x"), default="640x480", show_default=True,
        help="Size in pixels.",
    )  # fmt: skip
    title = click.option("--title", default="", metavar="TEXT", help="In place of the surface's.")
    return theme(size(title(command)))


def asked(
    surface: str | None,
    optimizers: tuple[str, ...],
    recipe_file: str | None,
    options: dict[str, Any],
    usual: dict[str, Any] | None = None,
) -> tuple[Recipe, contextlib.AbstractContextManager[None]]:
    """Return the recipe that is asked for, and what puts its file's name before an error.

    Only options that were given count, so that the others stay as the recipe has them. An error
    of a recipe that options changed may be theirs, and bears no file's name. `usual` are
    values, flat, for what no option says.
    """
    from trajviz.recipe.recipe import Recipe
    from trajviz.recipe.spec import parse_spec
    from trajviz.recipe.toml import naming

    source = click.get_current_context().get_parameter_source
    default = click.core.ParameterSource.DEFAULT
    kinds = Recipe.kinds()
    given = (usual or {}) | {
        k: v for k, v in options.items() if k in kinds and source(k) is not default
    }
    if recipe_file is None:
        if surface is None:
            raise click.UsageError("Missing argument 'SURFACE', or --recipe FILE.")
        recipe = Recipe.of(surface=surface, optimizers=tuple(map(parse_spec, optimizers)), **given)
        return recipe, contextlib.nullcontext()
    if surface is not None:
        raise TrajvizError(
            f"{surface!r} beside --recipe {recipe_file!r}: SURFACE and OPTIMIZERs are the recipe's"
        )
    recipe = trajviz.load_recipe(recipe_file, options["trust"]).changed(**given)
    return recipe, contextlib.nullcontext() if given else naming(recipe_file)


def say_what_was_found(surface: Surface) -> None:
    """Tell what nobody stated: a formula's window and start."""
    if surface.note:
        click.echo(f"  {surface.note}", err=True)
