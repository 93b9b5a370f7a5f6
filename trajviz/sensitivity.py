"""What tuning finds for the optimizers of a recipe, as a table and as a picture."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from pathlib import Path

from trajviz.descent.noise import Noise
from trajviz.descent.tuning import RATES, Tuning, tune_all
from trajviz.errors import TrajvizError
from trajviz.files.formats import format_of
from trajviz.files.target import check_target, replacing
from trajviz.race import specs_of
from trajviz.recipe.recipe import Recipe
from trajviz.scene import Scene
from trajviz.scene.sensitivity import compose_sensitivity
from trajviz.surface import Surface, check_point, check_window
from trajviz.surface.catalogue import load_surface


@dataclass(frozen=True)
class Sensitivity:
    """How objectives depend on rates, one Tuning for each optimizer whose rate is open."""

    surface: Surface
    tunings: tuple[Tuning, ...]
    asked: Recipe

    @functools.cached_property
    def scene(self) -> Scene:
        """The picture: objective against rate."""
        return compose_sensitivity(self.surface, self.tunings, self.asked.look, self._caption)

    @property
    def _caption(self) -> str:
        noise = Noise(self.asked.noise, self.asked.seed, self.asked.batch_size)
        about = f"{len(RATES)} rates and a refinement, {self.asked.steps} steps each"
        return ", ".join(filter(None, [about, noise.summary(self.surface)]))

    def save(self, path: str | Path) -> Path:
        """Write the picture in the format of its suffix, a still, and return its path."""
        path = Path(path).expanduser()
        check_still(path)
        with replacing(path) as temporary:
            format_of(path).write(temporary, self.scene, self.scene.steps, "")
        return path


def check_still(path: Path) -> None:
    """Raise TrajvizError unless this is a place for a still."""
    chosen = format_of(path)
    if chosen.kind != "still":
        raise TrajvizError(f"output {str(path)!r} would move, but a chart of rates stands still")
    check_target(path)


def tune(recipe: Recipe, surface: Surface | None = None) -> Sensitivity:
    """Tune the rates of a recipe's optimizers that are not given, as before its race.

    `surface` is the recipe's where it is loaded already. Raises TrajvizError where no rate is open.
    """
    surface = surface or load_surface(recipe.surface, recipe.start, recipe.window)
    specs = [spec.untuned for spec in specs_of(replace(recipe, lr="tuned"))]
    start = check_point(recipe.start or surface.start)
    window = check_window(check_window(recipe.window or surface.window).including(*start))
    noise = Noise(recipe.noise, recipe.seed, recipe.batch_size)
    noise.check(surface)
    tunings = tune_all(surface, specs, start, recipe.steps, window, noise)
    if not tunings:
        raise TrajvizError("there is no rate to tune: each is given, or the optimizer's own")
    return Sensitivity(surface, tuple(tunings), recipe)
