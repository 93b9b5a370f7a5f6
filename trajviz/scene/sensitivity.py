"""How the tuning objective depends on the learning rate: one curve for each optimizer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from trajviz.descent.noise import Noise
from trajviz.descent.tuning import Tuning
from trajviz.recipe.recipe import Look
from trajviz.scene.chart import Chart, ChartView
from trajviz.scene.key import chip_of_spec, noise_words
from trajviz.scene.language import Language, load_language
from trajviz.scene.layout import Axes, Words, lay_out
from trajviz.scene.marks import star
from trajviz.scene.paint import paint
from trajviz.scene.plot import Plot
from trajviz.scene.scene import Scene, blank
from trajviz.scene.theme import load_theme
from trajviz.scene.track import Line, Pen, Track
from trajviz.surface import Surface, Window

_HIGHEST_SHOWN = 0.5
"""Objectives above this are not drawn: such paths leave the window or leap about, all as bad."""


def compose_sensitivity(
    surface: Surface, tunings: Sequence[Tuning], look: Look, caption: str
) -> Scene:
    """Draw objective against learning rate, one curve for each optimizer.

    A star marks the rate that is chosen; a curve has a gap where rates diverge.

    Args:
        surface: What was descended, which gives the title.
        tunings: What was tried, at least one.
        look: How the picture looks; a title replaces ours.
        caption: What stands below (see `caption_of_rates`).

    Returns:
        A scene of one step, after which all of it is drawn.
    """
    theme, language = load_theme(look.theme), load_language(look.language)
    chips = [
        chip_of_spec(tuning.spec, f"{tuning.rate:g}", theme, index)
        for index, tuning in enumerate(tunings)
    ]
    axes = _axes(tunings, language)
    words = Words(
        title=look.title or language.say("rates_fare", title=surface.title),
        chips=tuple(chips),
        caption=caption,
        axes=("", ""),
        steps=None,
    )
    layout = lay_out(*look.size, words, [], [axes], theme)
    (box,) = layout.plots
    view = ChartView(Chart(axes.title, ()), axes, box)
    scale = max(layout.scale, 0.7)
    pen = Pen.scaled(layout.scale)
    tracks, stars = [], []
    for tuning, chip in zip(tunings, chips, strict=True):
        line = _line(tuning, view)
        tracks.append(Track(line, chip.color, tuning.spec.label, gone_knot=0.0))
        x, y = line.vertices[tuning.best].tolist()
        stars.append(star(x, y, 8.5 * scale, chip.color, theme.ink, 1.3 * scale))
    background = blank(look, theme)
    paint(background, layout.marks)
    pen = pen if theme.halo else replace(pen, halo=0.0)
    plot = Plot(view=view, tracks=tuple(tracks), foreground=tuple(stars), pen=pen)
    return Scene(
        background=background,
        plots=(plot,),
        theme=theme,
        counter=None,
        steps=1,
        marks=layout.marks,
        words=words,
        notes=layout.notes,
    )


def caption_of_rates(
    surface: Surface, tunings: Sequence[Tuning], look: Look, steps: int, noise: Noise
) -> str:
    """Return what stands below: how many rates were tried, for how long, and with what noise."""
    language = load_language(look.language)
    counts = sorted({len(tuning.rates) for tuning in tunings})
    count = "-".join(map(str, counts[:: max(1, len(counts) - 1)]))
    tried = language.say("tried", count=count, steps=steps)
    parts = filter(None, [tried, noise_words(noise, surface, language)])
    return language.say("between_parts").join(parts)


def _axes(tunings: Sequence[Tuning], language: Language) -> Axes:
    """Return the ranges of the chart: all rates, and the objectives up to _HIGHEST_SHOWN."""
    ends = np.log10([t.rates[[0, -1]] for t in tunings])
    first, last = float(ends[:, 0].min()), float(ends[:, 1].max())
    finite = np.concatenate([t.objectives[np.isfinite(t.objectives)] for t in tunings])
    low = float(finite.min(initial=_HIGHEST_SHOWN - 1))
    high = min(float(finite.max(initial=low + 1)), _HIGHEST_SHOWN)
    pad = 0.06 * (high - low)
    window = Window(first, last, low - pad, high + pad)
    names = language.say("learning_rate"), ""
    return Axes(window, names, language.say("objective"), powers=True)


def _line(tuning: Tuning, view: ChartView) -> Line:
    """Return the curve, complete after one step, with gaps where rates diverge."""
    lost = np.isinf(tuning.objectives)
    vertices = view.project(np.log10(tuning.rates), np.where(lost, 0.0, tuning.objectives))
    gap = lost | np.concatenate([[False], lost[:-1]])
    nowhere = np.zeros(len(gap), dtype=bool)
    return Line(vertices=vertices, knots=np.linspace(0, 1, len(gap)), hidden=nowhere, gap=gap)
