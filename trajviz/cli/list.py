"""trajviz list: what there is to choose from."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import click

import trajviz
from trajviz.errors import unknown


@click.command("list")
@click.argument(
    "what",
    required=False,
    metavar="[surfaces|optimizers|schedules|views|panels|themes|languages|formats|places|snippets]",
)
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def command(what: str | None, as_json: bool) -> None:
    """List what there is: surfaces, optimizers, learning-rate schedules and all else."""
    listings: dict[str, Callable[[], list[dict[str, Any]]]] = {
        "surfaces": lambda: _surfaces(in_full=as_json),
        "optimizers": _optimizers,
        "schedules": _schedules,
        "views": _views,
        "panels": _panels,
        "themes": _themes,
        "languages": _languages,
        "formats": _formats,
        "places": _places,
        "snippets": _snippets,
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


def _surfaces(*, in_full: bool) -> list[dict[str, Any]]:
    """Return what is known of each surface, and in full what takes time to find out too."""
    from trajviz.surface.traced import gradient_by

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
                "aspect": surface.aspect,
                "domain": list(surface.domain) if surface.domain else None,
                "samples": surface.samples,
                "batch_size": surface.batch_size,
                "parameters": dict(surface.parameters),
                "source": surface.source,
                "rates": dict(surface.rates),
                "rates_by": surface.rates_by,
            }
        )
        if in_full:
            rows[-1]["gradient_by"] = gradient_by(surface)
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
                "default_lr": optimizer.default_rate,
                "source": optimizer.source,
            }
        )
    return sorted(rows, key=lambda row: FAMILIES.index(row["family"]))


def _schedules() -> list[dict[str, Any]]:
    from trajviz.recipe.schedule import (
        SCHEDULES,
        schedule_defaults,
        schedule_names,
        schedule_source,
    )

    return [
        {
            "name": name,
            "summary": (SCHEDULES[name].__doc__ or "").split("\n")[0],
            "settings": schedule_defaults(name),
            "source": schedule_source(name),
        }
        for name in schedule_names()
    ]


def _views() -> list[dict[str, Any]]:
    from trajviz.scene.views import load_view

    return [{"name": name, "summary": load_view(name).summary} for name in trajviz.view_names()]


def _panels() -> list[dict[str, Any]]:
    from trajviz.scene.panels import load_panel

    return [{"name": name, "summary": load_panel(name).summary} for name in trajviz.panel_names()]


def _themes() -> list[dict[str, Any]]:
    from trajviz.scene.theme import load_theme

    return [{"name": name, "summary": load_theme(name).summary} for name in trajviz.theme_names()]


def _languages() -> list[dict[str, Any]]:
    from trajviz.scene.language import load_language

    names = trajviz.language_names()
    return [{"name": name, "summary": load_language(name).summary} for name in names]


def _formats() -> list[dict[str, Any]]:
    from trajviz.files.formats import load_format

    formats = [load_format(name) for name in trajviz.format_names()]
    return [{"name": f.name, "summary": f.summary, "kind": f.kind} for f in formats]


def _places() -> list[dict[str, Any]]:
    from trajviz.files.places import load_place

    return [dataclasses.asdict(load_place(name)) for name in trajviz.place_names()]


def _snippets() -> list[dict[str, Any]]:
    from trajviz.files.snippets import load_snippet

    snippets = [load_snippet(name) for name in trajviz.snippet_names()]
    return [{"name": snippet.name, "summary": snippet.summary} for snippet in snippets]


def _details(row: dict[str, Any]) -> Iterator[str]:
    """Yield the lines below a row's first in a listing for people."""
    if "window" in row:
        minima = " ".join(_point(point) for point in row["minima"]) or "none, unbounded below"
        yield f"window {_point(row['window'])}  start {_point(row['start'])}  minima {minima}"
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
        yield f"{width}x{height}, {row['seconds']} s, at most {row['max_bytes'] / 1e6:g} MB"


def _point(numbers: Sequence[float]) -> str:
    return ",".join(f"{number:.6g}" for number in numbers)
