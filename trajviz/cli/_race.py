"""Which race is asked for: the arguments and options that commands share."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

import trajviz
from trajviz.cli._options import Command, Name, OwnOption, fields_of, recipe_options_of
from trajviz.cli._output import say
from trajviz.errors import TrajvizError
from trajviz.recipe.recipe import recipe_options

if TYPE_CHECKING:
    from trajviz.descent.paths import Recorded
    from trajviz.recipe.recipe import Recipe
    from trajviz.surface import Surface


def race_options(command: Command) -> Command:
    """Add all that says which race it is: what render and trace share."""
    return _from_recipe(recipe_options_of(fields_of("race"))(command))


def descent_options(command: Command) -> Command:
    """Add who descends where: surface and optimizers, start and steps, what disturbs them."""
    fields = fields_of("race", but=("starts", "seeds", "clock", "lr", "paths", "plane", "data"))
    return _from_recipe(recipe_options_of(fields)(command))


def _from_recipe(command: Command) -> Command:
    """Add surface and optimizers, or the recipe that names them."""
    recipe = click.option(
        "--recipe", "recipe_file", metavar="FILE", cls=OwnOption, group="race",
        help="The race of this recipe, or of the recipe in this rendered file, in place of SURFACE "
        "and OPTIMIZERs; options override it.",
    )  # fmt: skip
    trust = click.option(
        "--trust", is_flag=True, cls=OwnOption, group="race",
        help="Run the Python files and modules that a rendered file's recipe names.",
    )  # fmt: skip
    optimizer = Name("OPTIMIZER", "optimizer_names")
    command = click.argument("optimizers", nargs=-1, type=optimizer)(recipe(trust(command)))
    surface = Name("SURFACE", "subject_names")
    return click.argument("surface", required=False, metavar="SURFACE", type=surface)(command)


def read_request(
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
    from trajviz.recipe.spec import parse_spec, relatives
    from trajviz.recipe.toml import naming

    source = click.get_current_context().get_parameter_source
    default = click.core.ParameterSource.DEFAULT
    kinds = Recipe.kinds()
    said = {k: v for k, v in options.items() if k in kinds and source(k) is not default}
    given = (usual or {}) | _merged(said)
    if recipe_file is None:
        if surface is None and not given.get("paths"):
            raise click.UsageError("Missing argument 'SURFACE', or --recipe FILE.")
        recipe = Recipe.of(
            surface=surface or "",
            optimizers=tuple(parse_spec(each) for one in optimizers for each in relatives(one)),
            **given,
        )
        return recipe, contextlib.nullcontext()
    if surface is not None:
        raise TrajvizError(
            f"{surface!r} beside --recipe {recipe_file!r}: SURFACE and OPTIMIZERs are the recipe's"
        )
    recipe = trajviz.load_recipe(recipe_file, options["trust"]).changed(**given)
    return recipe, contextlib.nullcontext() if given else naming(recipe_file)


def say_notes(notes: Iterable[str]) -> None:
    """Tell what there was no room for in a picture."""
    for note in notes:
        say(f"  no room: {note}", err=True)


def _merged(said: dict[str, Any]) -> dict[str, Any]:
    """Return options as the fields of a recipe: several values of one may say several fields."""
    fields, given = recipe_options(), dict(said)
    for name, value in said.items():
        merged = fields[name].option.merged
        if merged is None or not isinstance(value, list):
            continue
        for key, part in merged(value).items():
            if key != name and key in said:
                both = f"{fields[name].flags[-1]} several times and {fields[key].flags[-1]}"
                raise TrajvizError(f"{both} both say where each starts: give one of them")
            given[key] = part
    return given


def say_what_was_found(surface: Surface, paths: Iterable[Recorded] = ()) -> None:
    """Tell what nobody stated: a formula's window and start, and how files of paths were read."""
    for note in dict.fromkeys([surface.note, *(path.note for path in paths)]):
        if note:
            say(f"  {note}", err=True)
