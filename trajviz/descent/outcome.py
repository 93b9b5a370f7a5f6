"""What came of a recipe: values alone, which pictures, numbers and words are made from."""

from __future__ import annotations

from dataclasses import dataclass, replace

from trajviz.descent.noise import Noise
from trajviz.descent.paths import Course, Recorded
from trajviz.descent.trajectory import Trajectory
from trajviz.recipe.recipe import Recipe
from trajviz.recipe.spec import Spec
from trajviz.surface import Surface, Window


@dataclass(frozen=True)
class Outcome:
    """Trajectories on a surface, from one shared start or from many.

    `paths` are trajectories that were recorded elsewhere, `recipe` what was asked for.
    """

    surface: Surface
    start: tuple[float, float]
    window: Window
    trajectories: tuple[Trajectory, ...]
    recipe: Recipe
    paths: tuple[Recorded, ...] = ()

    @property
    def courses(self) -> tuple[Course, ...]:
        """All that is drawn: our trajectories, then paths from elsewhere."""
        return (*self.trajectories, *self.paths)

    @property
    def steps(self) -> int:
        """How many steps each optimizer was to take."""
        return self.recipe.steps

    @property
    def starts(self) -> int:
        """From how many starts each optimizer ran; 0 where there is none."""
        return sum(t.label == self.trajectories[0].label for t in self.trajectories)

    @property
    def noise(self) -> Noise:
        """What makes the gradients inexact."""
        return Noise(self.recipe.noise, self.recipe.seed, self.recipe.batch_size)

    @property
    def settled(self) -> Recipe:
        """The recipe, complete: start, window, words, settings and rates as they were used."""
        look = self.recipe.look
        return replace(
            self.recipe,
            optimizers=tuple(_settled(t) for t in self.trajectories if not t.number),
            start=self.start,
            window=self.window,
            batch_size=self.noise.batch(self.surface) or None,
            look=replace(
                look,
                title=look.title or self.surface.title,
                axes=look.axes or self.surface.axes,
            ),
        )


def _settled(trajectory: Trajectory) -> Spec:
    """Return the spec of a trajectory with all settings, labelled where its name does not do."""
    spec = trajectory.spec
    return replace(
        spec,
        settings=trajectory.settings,
        rate_rule=trajectory.rate_rule,
        label="" if spec.label == spec.optimizer.name else spec.label,
    )
