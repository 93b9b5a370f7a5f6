"""Compose: a surface and its trajectories become a background and tracks in pixels.

Everything that stands still is drawn here, once. What moves is left as values: in every plot one
line per track, for `animate` to turn into pixels and for vector formats to draw.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import numpy as np

from trajviz.descent import Progress, no_progress
from trajviz.descent.outcome import Outcome
from trajviz.descent.paths import Course, Recorded
from trajviz.errors import TrajvizError
from trajviz.frozen import dataclass
from trajviz.recipe.recipe import Look, Recipe
from trajviz.recipe.spec import Spec
from trajviz.scene.arrivals import arrivals
from trajviz.scene.chart import Chart, ChartView, median_of
from trajviz.scene.color import RGB
from trajviz.scene.frames import around_box, around_window
from trajviz.scene.inset import Inset
from trajviz.scene.key import caption_of, chips_before, chips_of, with_fates
from trajviz.scene.language import Language, load_language
from trajviz.scene.layout import Axes, Counter, Layout, Listing, Subtitle, Words, lay_out
from trajviz.scene.marks import Box, Mark
from trajviz.scene.paint import Picture, paint
from trajviz.scene.panels import load_panel
from trajviz.scene.plot import Draper, MapView, Plot
from trajviz.scene.run import Run, swarms
from trajviz.scene.theme import Theme, load_theme
from trajviz.scene.views import Shown, View, load_view, view_names, view_of_curves
from trajviz.surface import Surface, Window
from trajviz.surface.problem import Problem, is_curve

_TRIES = 3
"""How often the key is laid out anew for what is shown."""


@dataclass(frozen=True)
class Scene:
    """A picture that waits for its tracks.

    Attributes:
        background: All that stands still below the tracks.
        plots: The plots of the view, then the charts.
        theme: The colours.
        counter: The step number, None where it has no room.
        steps: How many of what the clock counts the tracks take.
        marks: The text and such around the plots; it is in the background, too.
        words: What the marks say.
        courses: Where the tracks went, in their order; none for a view without tracks.
        clock: What times the race: "steps" or "evaluations".
        notes: What of the words was cut or left out for lack of room, one line each.
        finale: What is seen after the last step alone, outside the plots.
        subtitles: What is said from a step on until the next, outside the plots.
        transparent: Whether files leave out the paper.
    """

    background: Picture
    plots: tuple[Plot, ...]
    theme: Theme
    counter: Counter | None
    steps: int
    marks: tuple[Mark, ...]
    words: Words
    courses: tuple[Course, ...] = ()
    clock: str = "steps"
    notes: tuple[str, ...] = ()
    finale: tuple[Mark, ...] = ()
    subtitles: tuple[Subtitle, ...] = ()
    transparent: bool = False

    def passing(self, step: float) -> tuple[Mark, ...]:
        """Return what is seen outside the plots for a while only, as it is after `step` steps."""
        said = [subtitle.marks for subtitle in self.subtitles if subtitle.step <= step]
        return (*(said[-1] if said else ()), *(self.finale if step >= self.steps else ()))

    @property
    def clear(self) -> RGB | None:
        """The colour of the paper where it is left out, None where it is not."""
        return self.theme.background if self.transparent else None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.background.shape[1], self.background.shape[0]

    @property
    def main(self) -> Plot:
        """The first plot of the view."""
        return self.plots[0]

    @property
    def turning(self) -> bool:
        """Whether any of the plots is drawn anew for every frame."""
        return any(plot.redrawn is not None for plot in self.plots)


def check_room(
    recipe: Recipe,
    surface: Surface,
    window: Window,
    specs: Sequence[Spec],
    paths: Sequence[Recorded],
    problem: Problem | None = None,
) -> None:
    """Check before any work that a picture can be drawn.

    Args:
        recipe: What is asked for: its look, clock, starts and steps.
        surface: What is to be raced on.
        window: The part of the plane that is to be shown.
        specs: The optimizers.
        paths: Trajectories that were recorded elsewhere.
        problem: What is to be raced on in d dimensions; None where the surface is.

    Raises:
        TrajvizError: A name is unknown, the view does not take what goes with it, or the picture
            has no room.
    """
    look = recipe.look
    view = _view_of(look)
    for name in look.panels:
        load_panel(name)
    _check_variables(look, view, problem)
    _check_orbit(look, view)
    if recipe.starts and look.has_arrows(specs):
        raise TrajvizError("arrows are for heads that start at one place: they take no starts")
    theme, language = load_theme(look.theme), load_language(look.language)
    language.check_fonts()
    if view.everywhere:
        _check_everywhere(recipe, specs, paths, problem)
    chips = chips_before(specs, paths, theme)
    run = Run(
        surface=surface,
        window=window,
        steps=recipe.steps,
        look=look,
        theme=theme,
        language=language,
        chips=tuple(chips),
        clock=recipe.clock,
        notes=recipe.playback.said,
        problem=problem,
    )
    expected = _listing([f"{chip.name} {10**6}" for chip in chips], run)
    _lay_out(_words(run, view, "", expected), run, view.axes(run), _charts(run))


def _view_of(look: Look) -> View:
    view = load_view(look.view)
    if not look.strip:
        return view
    from trajviz.scene.strip import as_strip

    return as_strip(view, look.strip)


def _check_variables(look: Look, view: View, problem: Problem | None) -> None:
    """Refuse a view that is for another number of variables."""
    if view.of_curve != is_curve(problem):
        has = (
            f"one variable, whose view is {view_of_curves()!r}"
            if is_curve(problem)
            else "more than one variable"
        )
        raise TrajvizError(f"view {look.view!r} is not for this race, which has {has}")


def _check_orbit(look: Look, view: View) -> None:
    if look.orbit and not view.turns:
        turning = [name for name in view_names() if load_view(name).turns]
        raise TrajvizError(f"orbit turns a relief: choose the view {' or '.join(turning)}")
    if look.orbit and look.field:
        raise TrajvizError("the field is part of a background, which an orbit has not")
    if look.orbit and look.labels == "heads":
        raise TrajvizError("labels 'heads' are for a view that stands still: choose 'end' or 'key'")


def _check_everywhere(
    recipe: Recipe, specs: Sequence[Spec], paths: Sequence[Recorded], problem: Problem | None
) -> None:
    """Refuse what does not go with a view for which optimizers run from every pixel."""
    look, name = recipe.look, recipe.look.view
    if problem is not None:
        raise TrajvizError(
            f"view {name!r} runs from every pixel, and {problem.name} has {problem.dimension} "
            "dimensions: a plane is no place to run on"
        )
    if recipe.clock != "steps":
        raise TrajvizError(f"clock {recipe.clock!r} takes no view {name!r}: they go by steps")
    beside = {
        "panels": look.panels, "starts": recipe.starts, "paths": paths, "trail": look.trail,
        "until": recipe.until, "seeds": (recipe.seeds or 1) > 1,
        "labels": look.labels != "key", "arrows": look.has_arrows(specs),
        "field": look.field,
    }  # fmt: skip
    for what, given in beside.items():
        if given:
            raise TrajvizError(f"view {name!r} starts at every pixel: it takes no {what}")
    for spec in specs:
        if not spec.optimizer.batched:
            raise TrajvizError(
                f"view {name!r} runs from every pixel at once, as {spec.optimizer.name} cannot"
            )


def compose(outcome: Outcome, progress: Progress = no_progress) -> Scene:
    """Draw everything that stands still, and lay the tracks over it.

    Args:
        outcome: What came of a race; its recipe says how it is to look.
        progress: Called by a view that takes long, with how much is done and how much there is.
    """
    run = _run_of(outcome, progress)
    view = _view_of(run.look)
    axes, words = view.axes(run), _words(run, view, caption_of(outcome, run.language), None)
    charts = [_of_groups(chart, swarms(run.courses), run.language) for chart in _charts(run)]
    seen = run.window
    if not view.everywhere:
        words, seen = _with_fates(words, run, axes, charts)
    if run.look.outcome:
        words = replace(words, outcome=_listing(arrivals(outcome, seen, run.language), run))
    layout = _lay_out(words, run, axes, charts)
    draper = Draper.of(run, layout.scale)
    background = blank(run.look, run.theme)
    shown = view.show(run, layout.plots[: len(axes)], draper)
    words, layout = _settled(words, layout, run, axes, charts, shown)
    boxes = layout.plots[len(axes) :]
    plots = (*shown.plots, *_chart_plots(run, draper, charts, boxes))
    for plot in plots:
        box = plot.box
        plot.view.draw(background[box.y0 : box.y1, box.x0 : box.x1])
    field = _fields(shown.plots, run, layout.scale)
    marks = (*field, *layout.marks, *_beside(shown.plots, charts, boxes, run.theme, layout.scale))
    paint(background, marks)
    return Scene(
        background=background,
        plots=plots,
        theme=run.theme,
        counter=layout.counter,
        steps=run.steps,
        marks=marks,
        words=words,
        courses=() if view.everywhere else run.courses,
        clock=run.clock,
        notes=tuple(dict.fromkeys([*layout.notes, *shown.notes])),
        finale=layout.finale,
        subtitles=layout.subtitles,
        transparent=run.look.transparent,
    )


def _fields(plots: Sequence[Plot], run: Run, scale: float) -> list[Mark]:
    """Return the field of steepest descent over each plot of the view, where it is asked for."""
    if not run.look.field:
        return []
    from trajviz.scene.field import field_over

    views = [cast(MapView, plot.view) for plot in plots]
    large = max(scale, 0.7)
    return [arrow for view in views for arrow in field_over(view, run.surface, run.theme, large)]


def _beside(
    plots: Sequence[Plot],
    charts: Sequence[Chart | Inset],
    boxes: Sequence[Box],
    theme: Theme,
    scale: float,
) -> list[Mark]:
    """Return what belongs to plots that are no charts: what stands still in them, and frames.

    What is magnified has one in each view that does not turn, and so has the lens.
    """
    marks: list[Mark] = []
    for chart, box in zip(charts, boxes, strict=True):
        if isinstance(chart, Inset) and chart.marks:
            marks += chart.marks(box)
        if isinstance(chart, Inset) and chart.framed:
            window, width = chart.framed(box), max(scale, 0.7)
            marks += around_box(box, theme, width)
            for plot in plots:
                if plot.redrawn is None and plot.reveal is None:
                    marks += around_window(window, cast(MapView, plot.view), theme, width)
    return marks


def _run_of(outcome: Outcome, progress: Progress) -> Run:
    look = outcome.recipe.look
    theme, language = load_theme(look.theme), load_language(look.language)
    return Run(
        surface=outcome.surface,
        window=outcome.window,
        steps=outcome.steps,
        look=look,
        theme=theme,
        language=language,
        chips=tuple(chips_of(outcome.courses, theme, language)),
        courses=outcome.courses,
        noise=outcome.noise,
        clock=outcome.recipe.clock,
        notes=outcome.recipe.playback.said,
        progress=progress,
        problem=outcome.problem,
        plane=outcome.plane,
    )


def _listing(parts: Sequence[str], run: Run) -> Listing | None:
    """Return the outcome as it is listed, None where it is not asked for."""
    if not run.look.outcome:
        return None
    say = run.language.say
    more = [say("outcome_more", count=count + 1) for count in range(len(parts))]
    return Listing(tuple(parts), say("between_parts"), tuple(more))


def _words(run: Run, view: View, caption: str, outcome: Listing | None) -> Words:
    return Words(
        title=run.look.title or run.surface.title,
        chips=tuple(view.chips(run)),
        caption=caption,
        axes=run.axes,
        steps=None if run.look.strip else run.steps,
        around_step=run.language.counter(f"count_{run.clock}", run.steps),
        outcome=outcome,
        notes=tuple((note.step, note.text) for note in run.notes),
    )


def _charts(run: Run) -> list[Chart | Inset]:
    """Return what stands beside the view, panel by panel."""
    beside: list[Chart | Inset] = []
    for panel in map(load_panel, run.look.panels):
        beside += panel.charts(run)
        beside += panel.insets(run)
    return beside


def _of_groups(
    chart: Chart | Inset, groups: Sequence[Sequence[Course]], language: Language
) -> Chart | Inset:
    """Return a chart with one curve for each swarm, of several seeds in a band."""
    if not isinstance(chart, Chart):
        return chart
    if any(group[0].seed is not None for group in groups):
        from trajviz.scene.bands import banded

        return banded(chart, groups)
    return median_of(chart, [len(group) for group in groups], language)


def _lay_out(
    words: Words, run: Run, axes: Sequence[Axes], charts: Sequence[Chart | Inset]
) -> Layout:
    beside = [_axes_of(chart, run) for chart in charts]
    return lay_out(*run.look.size, words, axes, beside, run.theme)


def _axes_of(chart: Chart | Inset, run: Run) -> Axes:
    if isinstance(chart, Inset):
        return chart.axes
    return chart.axes(run.steps, run.language.say(run.clock))


def _with_fates(
    words: Words, run: Run, axes: Sequence[Axes], charts: Sequence[Chart | Inset]
) -> tuple[Words, Window]:
    """Return words whose key says what became of the tracks in what is shown, and what that is.

    What is shown has all of the window. It may depend on the plot's shape, and this on how many
    rows the key has.
    """
    window = run.window
    for _ in range(_TRIES):
        chips = with_fates(run.chips, run.courses, window, run.clock, run.language)
        words = replace(words, chips=tuple(chips))
        if not any(chip.fates for chip in chips):
            break
        before, window = window, _shown(run, axes, _lay_out(words, run, axes, charts))
        if window == before:
            break
    return words, window


def _shown(run: Run, axes: Sequence[Axes], layout: Layout) -> Window:
    """Return the part of the plane that the view's first plot shows in a layout."""
    return axes[0].within(layout.plots[0]).window or run.window


def _settled(
    words: Words,
    layout: Layout,
    run: Run,
    axes: Sequence[Axes],
    charts: Sequence[Chart | Inset],
    shown: Shown,
) -> tuple[Words, Layout]:
    """Return words and layout with what is known only when the view has been drawn.

    What is not in the picture is not in its key, unless that would move the plots.
    """
    if shown.about:
        parts = filter(None, [shown.about, words.caption])
        words = replace(words, caption=run.language.say("between_parts").join(parts))
        layout = _lay_out(words, run, axes, charts)
    if shown.chips is not None:
        fewer = replace(words, chips=tuple(shown.chips))
        other = _lay_out(fewer, run, axes, charts)
        if other.plots == layout.plots:
            return fewer, other
    return words, layout


def _chart_plots(
    run: Run, draper: Draper, charts: Sequence[Chart | Inset], boxes: Sequence[Box]
) -> list[Plot]:
    """Return the charts with their curves, of several tracks of one optimizer the median."""
    medians = draper.of_medians(run.chips)
    times = tuple(course.times(run.clock) for course in medians.courses)
    plots = []
    for chart, box in zip(charts, boxes, strict=True):
        if isinstance(chart, Inset):
            plots.append(chart.plot(box, draper))
            continue
        view = ChartView(
            chart=chart,
            axes=_axes_of(chart, run),
            box=box,
            times=() if run.clock == "steps" else times,
        )
        plots.append(medians.chart(view))
    return plots


def blank(look: Look, theme: Theme) -> Picture:
    """Return a picture of nothing but the theme's background, (height, width, 3)."""
    width, height = look.size
    background = np.empty((height, width, 3), dtype=np.uint8)
    background[:] = theme.background
    return background
