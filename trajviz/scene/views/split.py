"""The split view: the surface from above and in 3-D, side by side or one below the other."""

from __future__ import annotations

from collections.abc import Sequence

from trajviz.scene.layout import Axes
from trajviz.scene.marks import Box
from trajviz.scene.plot import Draper
from trajviz.scene.run import Run
from trajviz.scene.views import Shown, View, contour, relief

_PARTS = contour.VIEW, relief.VIEW


def _axes(run: Run) -> list[Axes]:
    return [axes for part in _PARTS for axes in part.axes(run)]


def _show(run: Run, boxes: Sequence[Box], draper: Draper) -> Shown:
    pairs = zip(_PARTS, boxes, strict=True)
    shown = [part.show(run, [box], draper) for part, box in pairs]
    return Shown(
        plots=[plot for each in shown for plot in each.plots],
        notes=[note for each in shown for note in each.notes],
    )


VIEW = View(
    summary="From above and in 3-D, side by side.",
    noun="Contour plot and 3-D relief",
    axes=_axes,
    show=_show,
    turns=True,
    live=True,
)
