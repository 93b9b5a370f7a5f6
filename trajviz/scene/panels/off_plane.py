"""The panel of distances from the plane that is shown."""

from __future__ import annotations

import numpy as np

from trajviz.errors import TrajvizError
from trajviz.scene.chart import Chart
from trajviz.scene.panels import Panel
from trajviz.scene.run import Run
from trajviz.surface import Floats


def _charts(run: Run) -> list[Chart]:
    away = [course.off_plane for course in run.courses]
    known: list[Floats] = [each for each in away if each is not None]
    if len(known) < len(away):
        raise TrajvizError(
            "panel 'off-plane' is for problems in many dimensions, which are seen on a plane; "
            f"{run.surface.name} is no such"
        )
    # From 0 up: what lies on the plane is off it by rounding alone, which no scale is for.
    highest = max((float(np.nanmax(each, initial=0.0)) for each in known), default=0.0)
    return [Chart(run.language.say("off_plane"), tuple(known), bounds=(0.0, highest))]


PANEL = Panel(
    summary="Distance from the plane that is shown, for problems in many dimensions.",
    charts=_charts,
)
