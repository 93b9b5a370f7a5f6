"""What there is to choose from, as facts. To collect them takes most of the package, with numpy."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import trajviz
from trajviz.docstrings import docstring_of

Rows = list[dict[str, Any]]


def _surfaces() -> Rows:
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
                "gradient_by": gradient_by(surface),
            }
        )
    return rows


def _problems() -> Rows:
    rows = []
    for name in trajviz.problem_names():
        problem = trajviz.load_subject(name)
        assert isinstance(problem, trajviz.Problem)
        rows.append(
            {
                "name": name,
                "summary": problem.summary,
                "dimension": problem.dimension,
                "blocks": [[block.name, list(block.shape)] for block in problem.blocks],
                "samples": problem.samples,
                "batch_size": problem.batch_size,
                "held_out": problem.held_out is not None,
                "accuracy": problem.accuracy is not None,
                "lowest": problem.lowest,
                "parameters": dict(problem.parameters),
                "source": problem.source,
            }
        )
    return rows


def _optimizers() -> Rows:
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


def _schedules() -> Rows:
    from trajviz.recipe.schedule import (
        SCHEDULES,
        schedule_defaults,
        schedule_names,
        schedule_source,
    )

    return [
        {
            "name": name,
            "summary": docstring_of(SCHEDULES[name]).split("\n")[0],
            "settings": schedule_defaults(name),
            "source": schedule_source(name),
        }
        for name in schedule_names()
    ]


def _views() -> Rows:
    from trajviz.scene.views import load_view

    return [{"name": name, "summary": load_view(name).summary} for name in trajviz.view_names()]


def _panels() -> Rows:
    from trajviz.scene.panels import load_panel

    return [{"name": name, "summary": load_panel(name).summary} for name in trajviz.panel_names()]


def _themes() -> Rows:
    from trajviz.scene.theme import load_theme

    return [{"name": name, "summary": load_theme(name).summary} for name in trajviz.theme_names()]


def _languages() -> Rows:
    from trajviz.scene.language import load_language

    names = trajviz.language_names()
    return [{"name": name, "summary": load_language(name).summary} for name in names]


def _formats() -> Rows:
    from trajviz.files.formats import load_format

    formats = [load_format(name) for name in trajviz.format_names()]
    return [{"name": f.name, "summary": f.summary, "kind": f.kind} for f in formats]


def _places() -> Rows:
    from trajviz.files.places import load_place
    from trajviz.files.snippets import load_snippet

    places = [load_place(name) for name in trajviz.place_names()]
    told = {name: load_place(name).name for name in trajviz.snippet_names()}
    return [
        dataclasses.asdict(place)
        | {
            "snippet": load_snippet(place.name).name,
            "snippets": [name for name, limits in told.items() if limits == place.name],
        }
        for place in places
    ]


def _snippets() -> Rows:
    from trajviz.files.places import load_place
    from trajviz.files.snippets import load_snippet

    snippets = [load_snippet(name) for name in trajviz.snippet_names()]
    return [
        {
            "name": one.name,
            "summary": one.summary,
            "formats": [*one.formats],
            "place": load_place(one.name).name,
        }
        for one in snippets
    ]


LISTINGS: dict[str, Callable[[], Rows]] = {
    "surfaces": _surfaces,
    "problems": _problems,
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
"""What collects the rows of each listing; the order is that in which they are shown."""
