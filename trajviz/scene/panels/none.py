"""The panel that is none: nothing beside the view, where a problem would have its loss there."""

from __future__ import annotations

from trajviz.scene.panels import Panel

PANEL = Panel(
    summary="Nothing, where a problem in many dimensions would have its loss beside it.",
    charts=lambda _run: [],
    live=True,
    empty=True,
)
