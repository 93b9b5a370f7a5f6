"""trajviz tune: how learning rates fare, and which are chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

import trajviz
from trajviz.cli._options import GroupedCommand, OneValue, recipe_options_of
from trajviz.cli._output import say
from trajviz.cli._race import descent_options, read_request, say_notes, say_what_was_found
from trajviz.recipe.recipe import recipe_options
from trajviz.untrusted import target_path

if TYPE_CHECKING:
    from trajviz.descent.tuning import Tuning


LOOK = [recipe_options()[name] for name in ("theme", "language", "size", "title")]
"""What a chart of rates lets one choose of a picture."""


@click.command("tune", cls=GroupedCommand)
@descent_options
@click.option(
    "-o", "--output", cls=OneValue, metavar="FILE",
    help="Draw objective against rate for all of them, as .png, .svg or .pdf.",
)  # fmt: skip
@recipe_options_of(LOOK)
@click.option("--json", "as_json", is_flag=True, help="For machines: every rate that was tried.")
def command(
    surface: str | None,
    optimizers: tuple[str, ...],
    recipe_file: str | None,
    output: str | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Show how the learning rates of OPTIMIZERs on SURFACE are tuned.

    A row says the rate that is chosen, its objective, the first step at which it is within 1e-3 of
    the lowest known minimum (none where it goes lower), and how many of the rates that were tried
    diverge. The README says what the objective is.

    \b
      trajviz tune beale
      trajviz tune rosenbrock sgd momentum adam --steps 500 -o tune.png
    """  # noqa: D301  # to click, the backspace says: leave these lines as they are
    from trajviz.sensitivity import check_still

    recipe, where = read_request(surface, optimizers, recipe_file, options)
    if output:
        check_still(target_path(output))
    with where:
        found = trajviz.tune(recipe)
    say_what_was_found(found.surface)
    path = found.save(output) if output else None
    if as_json:
        _print_json(found.tunings)
    else:
        _print_table(found.tunings)
    if path:
        say(str(path), err=True)
        say_notes(found.scene.notes)


def _print_table(tunings: Sequence[Tuning]) -> None:
    rows = [("optimizer", "lr", "objective", "arrival", "diverged")]
    for t in tunings:
        arrival = "-" if t.arrival is None else str(t.arrival)
        lost = f"{t.diverged}/{len(t.rates)}"
        rows.append((t.spec.label, f"{t.rate:.6g}", f"{t.objective:.4f}", arrival, lost))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for name, *numbers in rows:
        cells = (f"{cell:>{width}}" for cell, width in zip(numbers, widths[1:], strict=True))
        say("  ".join([f"{name:{widths[0]}}", *cells]))


def _print_json(tunings: Sequence[Tuning]) -> None:
    import json
    import math

    def known(number: float) -> float | None:
        return number if math.isfinite(number) else None

    rows = [
        {
            "optimizer": t.spec.label,
            "lr": t.rate,
            "objective": known(t.objective),
            "arrival": t.arrival,
            "diverged": t.diverged,
            "rates": t.rates.tolist(),
            "objectives": [*map(known, t.objectives.tolist())],
        }
        for t in tunings
    ]
    say(json.dumps(rows, indent=1, allow_nan=False))
