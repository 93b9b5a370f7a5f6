"""What tuning finds for the optimizers of a recipe, as a table and as a picture."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from trajviz.descent.noise import Noise
from trajviz.descent.setup import settle
from trajviz.descent.tuning import Tuning, tune_rates
from trajviz.errors import TrajvizError
from trajviz.files.formats import format_of
from trajviz.files.target import check_target, replacing
from trajviz.frozen import dataclass
from trajviz.recipe.recipe import Look, Recipe
from trajviz.recipe.spec import parse_specs
from trajviz.scene.scene import Scene
from trajviz.scene.sensitivity import caption_of_rates, compose_sensitivity
from trajviz.surface import Formula, Surface, check_point, check_window
from trajviz.surface.catalogue import name_or_surface
from trajviz.untrusted import target_path


@dataclass(frozen=True, repr=False)
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

    def __repr__(self) -> str:
        """Say in one line what was tuned, and the rates that were chosen."""
        rates = ", ".join(f"{tuning.spec.label} {tuning.rate:g}" for tuning in self.tunings)
        return f"<Sensitivity on {self.surface.name}: {rates}>"

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
        path = target_path(path)
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


def tune(
    surface: str | Path | Surface | Formula | Recipe,
    optimizers: Iterable[Any] = (),
    *,
    start: Sequence[float] | None = Recipe.start,
    steps: int = Recipe.steps,
    window: Sequence[float] | None = Recipe.window,
    noise: float = Recipe.noise,
    seed: int = Recipe.seed,
    batch_size: int | None = Recipe.batch_size,
    size: tuple[int, int] = Look.size,
    theme: str | Path = Look.theme,
    title: str = Look.title,
    language: str | Path = Look.language,
) -> Sensitivity:
    """Tune the learning rates of optimizers on a surface, as their race does before it begins.

    Rates that are given are left alone.

    Args:
        surface: As `compare` takes it, or a recipe, which says all there is to say. A recipe's
            rates that were tuned before, or that its `lr` would set in place of tuning, are tuned
            anew; how it looks is how the picture of the result looks.
        optimizers: As `compare` takes them.
        start: From where, x and y; by default the surface's start.
        steps: Steps of each optimizer.
        window: What heights and lengths are relative to, X0, X1, Y0, Y1; by default the surface's.
        noise: Standard deviation of the Gaussian noise that is added to every gradient.
        seed: Which noise, which mini-batches.
        batch_size: Samples in a mini-batch, for surfaces over data; by default the surface's.
        size: Width and height of the picture, in pixels.
        theme: Its colours: a theme's name, or a file.
        title: Its title; by default the surface's.
        language: Its own words: a language's name, or a file.

    Returns:
        What was tried and what is chosen, for each optimizer whose rate is open.

    Raises:
        TrajvizError: Where no rate is open, and for what a race refuses.

    >>> tune(lambda x, y: x**2 + 4 * y**2, ["sgd"], start=(2, 1), steps=50)
    <Sensitivity on f(x, y): sgd 0.082>
    """
    if isinstance(surface, Recipe):
        return _tuned(surface)
    name, own = name_or_surface(surface, start, window)
    recipe = Recipe.of(
        surface=name,
        optimizers=tuple(parse_specs(optimizers)),
        start=None if start is None else check_point(start),
        steps=steps,
        window=None if window is None else check_window(window),
        noise=noise,
        seed=seed,
        batch_size=batch_size,
        size=(size[0], size[1]),
        theme=str(theme),
        title=title,
        language=str(language),
    )
    return _tuned(recipe, own)


def _tuned(recipe: Recipe, surface: Surface | None = None) -> Sensitivity:
    setup = settle(recipe.changed(lr="tuned"), surface)
    if setup.problem is not None:
        raise TrajvizError(
            f"{setup.problem.name} is tuned by halving, so that most rates never run to the end: "
            "there is no chart of them (a race says which rates it has)"
        )
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
