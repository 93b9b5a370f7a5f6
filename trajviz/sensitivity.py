"""What tuning finds for the optimizers of a recipe, as a table and as a picture."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from trajviz.descent.noise import Noise
from trajviz.descent.setup import settle
from trajviz.descent.tuning import Tuning, tune_rates
from trajviz.errors import TrajvizError
from trajviz.files.formats import format_of
from trajviz.files.target import check_target, replacing
from trajviz.recipe.recipe import Recipe
from trajviz.scene.scene import Scene
from trajviz.scene.sensitivity import caption_of_rates, compose_sensitivity
from trajviz.surface import Surface


@dataclass(frozen=True)
class Sensitivity:
    """How the tuning objective depends on the learning rate, for the optimizers of a recipe.

    Attributes:
        surface: What they descend.
        tunings: What was tried and what is chosen, one for each optimizer whose rate is open.
        request: The recipe as it was given.
    """

    surface: Surface
    tunings: tuple[Tuning, ...]
    request: Recipe

    @functools.cached_property
    def scene(self) -> Scene:
        """The picture: objective against learning rate."""
        look = self.request.look
        caption = caption_of_rates(
            self.surface, self.tunings, look, self.request.steps, Noise.of(self.request)
        )
        return compose_sensitivity(self.surface, self.tunings, look, caption)

    def save(self, path: str | Path) -> Path:
        """Write the picture, a still, and return its path.

        Args:
            path: Where to; the suffix says the format, as .png, .svg or .pdf.

        Raises:
            TrajvizError: For a suffix that is no still's, and a place where nothing can be written.
        """
        path = Path(path).expanduser()
        check_still(path)
        with replacing(path) as temporary:
            format_of(path).write(temporary, self.scene, self.scene.steps, "")
        return path


def check_still(path: Path) -> None:
    """Raise TrajvizError unless the suffix is a still's and a file can be written here."""
    chosen = format_of(path)
    if chosen.kind != "still":
        raise TrajvizError(f"output {str(path)!r} would move, but a chart of rates stands still")
    check_target(path)


def tune(recipe: Recipe, surface: Surface | None = None) -> Sensitivity:
    """Tune the learning rates of a recipe's optimizers, as its race does before it begins.

    Rates that were given are left alone. One that was tuned before, or that the recipe's `lr` would
    set in place of tuning, is tuned anew.

    Args:
        recipe: Which race it is: surface, start, steps, window, noise and optimizers. How it looks
            is how the picture of the result looks.
        surface: The recipe's surface, where it is loaded already.

    Returns:
        What was tried and what is chosen, for each optimizer whose rate is open.

    Raises:
        TrajvizError: Where no rate is open, and for a surface, start, window, noise or path that a
            race refuses.
    """
    setup = settle(recipe.changed(lr="tuned"), surface)
    tunings = tune_rates(
        surface=setup.surface,
        specs=setup.specs,
        start=setup.start,
        steps=setup.steps,
        window=setup.window,
        noise=setup.noise,
    )
    if not tunings:
        raise TrajvizError("there is no rate to tune: each is given, or the optimizer's own")
    return Sensitivity(setup.surface, tuple(tunings), recipe)
