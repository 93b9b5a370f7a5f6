"""A strip: one view several times in one still, each plot after so many steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from trajviz.errors import TrajvizError
from trajviz.scene.layout import Axes
from trajviz.scene.marks import Box
from trajviz.scene.plot import Draper
from trajviz.scene.run import Run
from trajviz.scene.views import Shown, View


def as_strip(view: View, steps: Sequence[int]) -> View:
    """Return the view that shows another one after each of these steps."""

    def axes(run: Run) -> Sequence[Axes]:
        shown = view.axes(run)
        if len(shown) != 1:
            raise TrajvizError(
                f"strip shows a view of one plot several times, and this one has {len(shown)}: "
                "choose another view or one optimizer"
            )
        return [replace(shown[0], title=_heading(run, step)) for step in steps]

    def show(run: Run, boxes: Sequence[Box], draper: Draper) -> Shown:
        shown = [view.show(run, [box], draper) for box in boxes]
        plots = [
            replace(plot, moment=step)
            for step, one in zip(steps, shown, strict=True)
            for plot in one.plots
        ]
        return shown[-1]._replace(plots=plots)

    return replace(view, axes=axes, show=show)


def _heading(run: Run, step: int) -> str:
    before, after = run.language.counter(f"count_{run.clock}", run.steps)
    return f"{before}{step}{after}"
