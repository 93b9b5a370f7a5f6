"""Where one optimizer went, step by step."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trajviz.frozen import dataclass
from trajviz.optimizers import Setting
from trajviz.recipe.spec import Spec
from trajviz.surface import Floats, Ints, Points


@dataclass(frozen=True, repr=False)
class Trajectory:
    """One run of one optimizer: where it was after each step, and what the surface was asked.

    A run that overflows ends at its last finite step.

    Attributes:
        spec: Who ran, as the user said it.
        points: Where it was, (steps + 1, 2), in the surface's units; the first row is the start.
        heights: The surface's exact heights there, (steps + 1,).
        settings: Every hyperparameter by name, as it was used.
        rate_rule: How the learning rate was chosen: "given", "tuned", "customary", "equal", or
            "default" for a rule that brings its own.
        diverged_at: The first step that is not finite, which `points` no longer holds; None where
            all are finite.
        counts: How many gradients, heights and Hessians had been asked for at each point,
            (steps + 1, 3). Runs that are computed at once ask together.
        number: Which of several starts this is, from 0; None where all start at one place.
        weights: The run itself where it has more than two dimensions, (steps + 1, d), of which
            `points` are the projection onto the plane that is shown; None in two dimensions.
        off_plane: How far the weights are from that plane, (steps + 1,); None in two dimensions.
        arrived_at: The step at which it ended, having come as near to a minimum as was asked for;
            None where it did not.
        seed: Which noise or mini-batches it saw; None for those of the race.
        is_bold: Whether it is drawn in full: of several seeds the median alone.
    """

    spec: Spec
    points: Points
    heights: Floats
    settings: Mapping[str, Setting]
    rate_rule: str
    diverged_at: int | None
    counts: Ints
    number: int | None = None
    weights: Floats | None = None
    off_plane: Floats | None = None
    arrived_at: int | None = None
    seed: int | None = None
    is_bold: bool = True

    def __repr__(self) -> str:
        """Say in one line who ran, and from where to where."""
        (x0, y0), (x1, y1) = self.points[[0, -1]]
        way = f"from ({x0:.4g}, {y0:.4g}) to ({x1:.4g}, {y1:.4g}) in {self.steps} steps"
        lost = "" if self.diverged_at is None else f", diverged at step {self.diverged_at}"
        return f"<Trajectory of {self.label}: {way}{lost}>"

    @property
    def label(self) -> str:
        """The track's label: the optimizer's name unless the user gave one."""
        return self.spec.label

    @property
    def source(self) -> str:
        """The file that it was read from: "", since it was computed."""
        return ""

    @property
    def joined(self) -> bool:
        """Whether a line joins its points: always, for an optimizer."""
        return True

    @property
    def places(self) -> Floats:
        """Where it really was, (steps + 1, d): its weights, or else its points."""
        return self.points if self.weights is None else self.weights

    @property
    def steps(self) -> int:
        """The last step that is finite."""
        return len(self.points) - 1

    @property
    def evaluations(self) -> int:
        """How many gradients it took to come to the last point."""
        return int(self.counts[-1, 0])

    @property
    def value_evaluations(self) -> int:
        """How many heights it took to come to the last point."""
        return int(self.counts[-1, 1])

    @property
    def hessian_evaluations(self) -> int:
        """How many Hessians it took to come to the last point."""
        return int(self.counts[-1, 2])

    def times(self, clock: str) -> Floats:
        """Return when each point is reached, (steps + 1,).

        Args:
            clock: "steps", or "evaluations" of gradients, heights and Hessians together.
        """
        by_step = np.arange(len(self.points)) if clock == "steps" else self.counts.sum(axis=1)
        return by_step.astype(np.float64)
