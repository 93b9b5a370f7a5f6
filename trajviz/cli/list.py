"""trajviz list: what there is to choose from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import click

from trajviz.cli._listing import LISTINGS
from trajviz.cli._output import say
from trajviz.errors import unknown


@click.command("list")
@click.argument(
    "what",
    required=False,
    metavar=f"[{'|'.join(LISTINGS)}]",
)
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def command(what: str | None, as_json: bool) -> None:
    """List what there is: surfaces, problems, optimizers, schedules and all else."""
    if what is not None and what not in LISTINGS:
        raise unknown("listing", what, LISTINGS)
    facts = {name: LISTINGS[name]() for name in ([what] if what else LISTINGS)}
    if as_json:
        import json

        say(json.dumps(facts, indent=1))
        return
    for name, rows in facts.items():
        click.secho(name, bold=True)
        width = max(len(row["name"]) for row in rows)
        family = None
        for row in rows:
            if row.get("family") != family:
                family = row["family"]
                say(f"  {family}:")
            details = [text for text in row.values() if isinstance(text, str)][1:]
            say(f"  {row['name']:{width}}  {details[0]}")
            for line in _details(row):
                say(f"  {'':{width}}  {line}")


def _details(row: dict[str, Any]) -> Iterator[str]:
    """Yield the lines below a row's first in a listing for people."""
    if "window" in row:
        minima = " ".join(_point(point) for point in row["minima"]) or "none, unbounded below"
        yield f"window {_point(row['window'])}  start {_point(row['start'])}  minima {minima}"
    if "dimension" in row:
        shapes = [f"{name} {'x'.join(map(str, shape))}" for name, shape in row["blocks"]]
        yield ": ".join([f"{row['dimension']:,} weights", *([", ".join(shapes)] if shapes else [])])
    if row.get("parameters"):
        yield ", ".join(f"{key}={value:g}" for key, value in row["parameters"].items())
    if row.get("aspect"):
        limited = f", nothing beyond {_point(row['domain'])}" if row["domain"] else ""
        yield f"axes {row['aspect']}{limited}"
    if row.get("rates"):
        rates = ", ".join(f"{name} {rate:g}" for name, rate in row["rates"].items())
        yield f"{row['rates_by']}'s learning rates: {rates}"
    if row.get("samples"):
        size = row["batch_size"]
        yield f"{row['samples']} samples, " + (f"mini-batches of {size}" if size else "all at once")
    if "formula" in row:
        yield row["formula"]
    if row.get("settings"):
        yield ", ".join(
            f"{key} tuned (default {row['default_lr']:g})" if value is None else f"{key}={value:g}"
            for key, value in row["settings"].items()
        )
    if "settings" in row:
        yield row["source"]
    if "max_bytes" in row:
        width, height = row["size"]
        opens = ", opens with its end" if row["first"] == "end" else ""
        limit = f"at most {row['max_bytes'] / 1e6:g} MB{opens}"
        yield f"{width}x{height}, {row['seconds']} s, {limit}"
        others = [name for name in row["snippets"] if name != row["snippet"]]
        yield f"--as {row['snippet']}" + (f"; also for {', '.join(others)}" if others else "")


def _point(numbers: Sequence[float]) -> str:
    return ",".join(f"{number:.6g}" for number in numbers)
