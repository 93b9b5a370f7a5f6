"""trajviz trace: the same race as numbers, one row for each step of each optimizer."""

from __future__ import annotations

from typing import Any

import click

import trajviz
from trajviz.cli._options import GroupedCommand, OneValue
from trajviz.cli._output import progress_bar, say, stdout_is_terminal, write_stdout, write_text
from trajviz.cli._race import race_options, read_request, say_what_was_found
from trajviz.errors import TrajvizError, unknown


@click.command("trace", cls=GroupedCommand)
@race_options
@click.option(
    "-o", "--output", cls=OneValue, metavar="FILE", default="-",
    help="Write .csv, .json or .npz. [default: standard output]",
)  # fmt: skip
@click.option(
    "--format", "kind", cls=OneValue, metavar="csv|json|npz", default="",
    help="On standard output.",
)  # fmt: skip
@click.option(
    "--internals", is_flag=True,
    help="Add the gradient that each step saw and its effective learning rate along each axis.",
)  # fmt: skip
@click.option(
    "--project", is_flag=True,
    help="On a problem, write the tracks as they are on its plane; .json and .npz have both, and "
    "the plane: origin, axes, share of the variance.",
)  # fmt: skip
def command(
    surface: str | None,
    optimizers: tuple[str, ...],
    recipe_file: str | None,
    output: str,
    kind: str,
    internals: bool,
    project: bool,
    **options: Any,
) -> None:
    """Write the same race as numbers: one row for each step of each optimizer."""
    from trajviz.descent.trace import TRACES, trace_names

    if kind and kind not in TRACES:
        raise unknown("trace format", kind, trace_names())
    if output == "-" and stdout_is_terminal() and kind == "npz":
        raise TrajvizError("output '-' is a terminal: send npz to a file or a pipe")
    recipe, where = read_request(surface, optimizers, recipe_file, options)
    with where, progress_bar("descending", quiet=False) as progress:
        race = trajviz.run(recipe, progress=progress)
    say_what_was_found(race.surface, race.paths)
    if output == "-":
        data = race.trace(kind or "csv", internals, project)
        if kind == "npz":
            write_stdout(data)
        else:
            write_text(data.decode())
    else:
        say(str(race.save_trace(output, internals, project)))
