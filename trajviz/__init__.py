"""trajviz: how optimizers behave on a surface, as an animation worth publishing."""

from __future__ import annotations

TYPE_CHECKING = False  # of `typing`, which takes half as long to import as Python takes to start
if TYPE_CHECKING:
    from typing import Any

    from trajviz.descent.trajectory import Trajectory
    from trajviz.embedding import embed
    from trajviz.errors import TrajvizError
    from trajviz.files.formats import format_names
    from trajviz.files.metadata import load_recipe, read_note
    from trajviz.files.places import place_names
    from trajviz.files.snippets import snippet_names
    from trajviz.optimizers.find import load_optimizer, optimizer_names
    from trajviz.race import Race, compare, run
    from trajviz.recipe.recipe import Recipe
    from trajviz.recipe.schedule import schedule_names
    from trajviz.scene.languages import language_names
    from trajviz.scene.panels import panel_names
    from trajviz.scene.themes import theme_names
    from trajviz.scene.views import view_names
    from trajviz.sensitivity import Sensitivity, tune
    from trajviz.surface import Surface
    from trajviz.surface.catalogue import (
        load_subject,
        load_surface,
        problem_names,
        subject_names,
        surface_names,
    )
    from trajviz.surface.problem import Problem

__version__ = "0.1.0"

_HOME = {
    "Problem": "surface.problem",
    "Race": "race",
    "Recipe": "recipe.recipe",
    "Surface": "surface",
    "Trajectory": "descent.trajectory",
    "Sensitivity": "sensitivity",
    "TrajvizError": "errors",
    "compare": "race",
    "embed": "embedding",
    "format_names": "files.formats",
    "language_names": "scene.languages",
    "load_optimizer": "optimizers.find",
    "load_recipe": "files.metadata",
    "load_subject": "surface.catalogue",
    "load_surface": "surface.catalogue",
    "optimizer_names": "optimizers.find",
    "panel_names": "scene.panels",
    "place_names": "files.places",
    "problem_names": "surface.catalogue",
    "read_note": "files.metadata",
    "run": "race",
    "schedule_names": "recipe.schedule",
    "snippet_names": "files.snippets",
    "subject_names": "surface.catalogue",
    "surface_names": "surface.catalogue",
    "theme_names": "scene.themes",
    "tune": "sensitivity",
    "view_names": "scene.views",
}
"""Public names and the module each comes from, imported when first asked for."""

__all__ = [
    "Problem",
    "Race",
    "Recipe",
    "Sensitivity",
    "Surface",
    "Trajectory",
    "TrajvizError",
    "__version__",
    "compare",
    "embed",
    "format_names",
    "language_names",
    "load_optimizer",
    "load_recipe",
    "load_subject",
    "load_surface",
    "optimizer_names",
    "panel_names",
    "place_names",
    "problem_names",
    "read_note",
    "run",
    "schedule_names",
    "snippet_names",
    "subject_names",
    "surface_names",
    "theme_names",
    "tune",
    "view_names",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that `--help` loads no numpy (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module 'trajviz' has no attribute {name!r}")
    import importlib

    value = getattr(importlib.import_module(f"trajviz.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
