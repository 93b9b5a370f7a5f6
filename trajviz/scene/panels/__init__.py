"""The panels, one file each; a file dropped into this folder is found by everything.

A panel's file defines `PANEL`. The names are listed without numpy, since help and completion ask
for them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from trajviz.frozen import dataclass
from trajviz.scene.registry import load, names_in

if TYPE_CHECKING:
    from trajviz.scene.chart import Chart
    from trajviz.scene.inset import Inset
    from trajviz.scene.run import Run


def _nothing(_run: Run) -> tuple[()]:
    return ()


@dataclass(frozen=True)
class Panel:
    """What may stand beside a view: one chart or several, or plots of another kind.

    Attributes:
        summary: What `trajviz list panels` says of it.
        charts: Returns its charts, one curve in each for each course of the run. It is asked before
            the race as well, when there are no courses, and raises TrajvizError for a surface of
            which it can show nothing.
        insets: Returns its plots that are no charts; it is asked before the race as well.
        noun: What a sentence calls its plots, "" for charts.
        live: Whether a page that runs the race itself has the same chart.
        empty: Whether it never has a chart, so that no word is lost on it.
    """

    summary: str
    charts: Callable[[Run], Sequence[Chart]] = _nothing
    insets: Callable[[Run], Sequence[Inset]] = _nothing
    noun: str = ""
    live: bool = False
    empty: bool = False

    @property
    def has_charts(self) -> bool:
        """Whether it has any charts."""
        return not (self.noun or self.empty)


def panel_names() -> list[str]:
    """Return the names of the panels, sorted."""
    return names_in(__path__)


def load_panel(name: str) -> Panel:
    """Return the panel of this name; TrajvizError if there is none."""
    panel: Panel = load("panel", name, __name__, __path__)
    return panel
