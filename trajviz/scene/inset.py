"""What stands beside a view and is no chart of curves: a plot of another kind, with its axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from trajviz.frozen import dataclass
from trajviz.scene.layout import Axes
from trajviz.scene.marks import Box, Mark
from trajviz.surface import Window

if TYPE_CHECKING:
    from trajviz.scene.plot import Draper, Plot


@dataclass(frozen=True)
class Inset:
    """A plot beside the view.

    Attributes:
        axes: What stands around it.
        plot: Returns it in its box; the draper lays tracks over surfaces.
        framed: Returns what of the plane a plot in this box magnifies, which a frame in the view
            shows; None for what magnifies nothing.
        marks: Returns what stands still below its tracks, in pixels of the picture; None for
            nothing but what the plot's view has.
    """

    axes: Axes
    plot: Callable[[Box, Draper], Plot]
    framed: Callable[[Box], Window] | None = None
    marks: Callable[[Box], Sequence[Mark]] | None = None
