"""The views, one file each; a file dropped into this folder is found by everything.

A view's file defines `VIEW`. Files whose names begin with an underscore serve several views. The
names are listed without numpy, since help and completion ask for them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from trajviz.frozen import dataclass
from trajviz.scene.registry import load, names_in

if TYPE_CHECKING:
    from trajviz.scene.layout import Axes, Chip
    from trajviz.scene.limits import Limits
    from trajviz.scene.marks import Box
    from trajviz.scene.plot import Draper, Plot, TrackView
    from trajviz.scene.run import Run
    from trajviz.scene.theme import Theme
    from trajviz.scene.views._frame import Bounds


class Shown(NamedTuple):
    """A view's plots, and what can be said of them only when they are there.

    `about` is what the caption says first. `chips` is what of the key is in the picture, None for
    all of it. `notes` is what was cut for lack of room, one line each.
    """

    plots: Sequence[Plot]
    about: str = ""
    chips: Sequence[Chip] | None = None
    notes: Sequence[str] = ()


def _tracks_chips(run: Run) -> Sequence[Chip]:
    return run.chips


@dataclass(frozen=True)
class View:
    """A way to show the surface: one plot of it or several.

    Attributes:
        summary: What `trajviz list views` says of it.
        noun: What a sentence calls it, at its beginning.
        axes: Returns what stands around each of its plots. It is asked before the race as well.
        show: Returns its plots, one for each box. The draper lays tracks over them.
        chips: Returns the entries of the key, by default those of the tracks. It is asked before
            the race as well.
        turns: Whether it takes an orbit.
        everywhere: Whether each optimizer runs from every pixel, all at once. Such a view has no
            tracks, takes no panels, starts or paths, goes by steps and needs optimizers that run
            from many points at once.
        live: Whether tracks can be laid over it by a page, which then runs the race itself: a plot
            of it is seen from above, where a start can be held.
        part: Returns a part of the surface as it lies in a box, seen from above, over which a panel
            lays tracks: by the part, the box, theme, scale and bounds. None where it has no such.
        of_curve: Whether it shows a function of one variable, and nothing else.
        repaints: Whether any pixel may change from frame to frame, so that it cannot be shown as
            paths over one background.
    """

    summary: str
    noun: str
    axes: Callable[[Run], Sequence[Axes]]
    show: Callable[[Run, Sequence[Box], Draper], Shown]
    chips: Callable[[Run], Sequence[Chip]] = _tracks_chips
    turns: bool = False
    everywhere: bool = False
    live: bool = False
    part: Callable[[Limits, Box, Theme, float, Sequence[Bounds]], TrackView] | None = None
    of_curve: bool = False
    repaints: bool = False


def view_names() -> list[str]:
    """Return the names of the views, sorted."""
    return names_in(__path__)


def view_of_curves() -> str:
    """Return the name of the view that shows functions of one variable."""
    return next(name for name in view_names() if load_view(name).of_curve)


def load_view(name: str) -> View:
    """Return the view of this name; TrajvizError if there is none."""
    view: View = load("view", name, __name__, __path__)
    return view
