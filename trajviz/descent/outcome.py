"""What came of a recipe: values alone, which pictures, numbers and words are made from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from trajviz.descent.noise import Noise
from trajviz.descent.paths import Course, Recorded
from trajviz.descent.setup import Setup
from trajviz.descent.trajectory import Trajectory
from trajviz.frozen import dataclass
from trajviz.recipe.recipe import Recipe
from trajviz.recipe.spec import Spec
from trajviz.surface import Surface, Window
from trajviz.surface.problem import Problem, is_curve, is_on_plane

if TYPE_CHECKING:
    from trajviz.descent.plane import Plane


@dataclass(frozen=True)
class Outcome:
    """What was asked, how it was set up, and where everybody went.

    Attributes:
        recipe: What was asked for, as it was given.
        setup: Who ran where: the recipe with what it leaves open decided.
        trajectories: Where our optimizers went. With several starts, the trajectories of an
            optimizer follow each other.
    """

    recipe: Recipe
    setup: Setup
    trajectories: tuple[Trajectory, ...]

    @property
    def surface(self) -> Surface:
        """What was descended, or the loss of a problem on the plane."""
        return self.setup.surface

    @property
    def problem(self) -> Problem | None:
        """What was descended in d dimensions; None where the surface was."""
        return self.setup.problem

    @property
    def plane(self) -> Plane | None:
        """On which plane a problem is seen; None for a surface."""
        return self.setup.plane

    @property
    def start(self) -> tuple[float, float]:
        """Where all started, and where rates were tuned from."""
        return self.setup.start

    @property
    def window(self) -> Window:
        """The part of the plane that is shown."""
        return self.setup.window

    @property
    def noise(self) -> Noise:
        """What made the gradients inexact."""
        return self.setup.noise

    @property
    def paths(self) -> tuple[Recorded, ...]:
        """Trajectories that were recorded elsewhere."""
        return self.setup.paths

    @property
    def courses(self) -> tuple[Course, ...]:
        """All that is drawn: our trajectories, then paths from elsewhere."""
        return (*self.trajectories, *self.paths)

    @property
    def steps(self) -> int:
        """How many steps each optimizer was to take, or evaluations by that clock."""
        return self.setup.steps

    @property
    def starts(self) -> int:
        """From how many starts each optimizer ran; 0 where no optimizer ran."""
        return sum(t.label == self.trajectories[0].label for t in self.trajectories)

    def _is_first(self, trajectory: Trajectory) -> bool:
        """Tell whether a trajectory is the first of its optimizer's."""
        return not trajectory.number and trajectory.seed in (None, self.noise.seed)

    @property
    def _settled_start(self) -> tuple[float, ...] | None:
        """Where all started as a recipe says it: of a curve the x, of other problems nothing."""
        if self.problem is None:
            return self.start
        return self.start[:1] if is_curve(self.problem) else None

    @property
    def settled(self) -> Recipe:
        """The recipe, complete: start, window, words, settings and rates as they were used."""
        look, on_plane = self.recipe.look, is_on_plane(self.problem)
        return replace(
            self.recipe,
            optimizers=tuple(_settled(t) for t in self.trajectories if self._is_first(t)),
            start=self._settled_start,
            # What of a plane is shown, and how its axes are called, follows from the paths.
            window=self.recipe.window if on_plane else self.window,
            lr=self.recipe.lr or self.surface.lr,
            batch_size=self.noise.batch(self.surface) or None,
            look=replace(
                look,
                title=look.title or self.surface.title,
                axes=look.axes or (None if on_plane else self.surface.axes),
                aspect=look.aspect or self.surface.aspect or None,
            ),
        )


def _settled(trajectory: Trajectory) -> Spec:
    """Return the spec with all settings as they were used, and with a label only where it needs it.

    A label that is the optimizer's name is left out, since that is what it would be called anyway.
    """
    spec = trajectory.spec
    return replace(
        spec,
        settings=trajectory.settings,
        rate_rule=trajectory.rate_rule,
        label="" if spec.label == spec.optimizer.name else spec.label,
    )
