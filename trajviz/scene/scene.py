"""Compose: a surface and its trajectories become a background and tracks in pixels.

Everything that stands still is drawn here, once. What moves is left as values: in every plot one
line per track, for `animate` to turn into pixels and for vector formats to draw.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from trajviz.descent import Progress, Trajectory, no_progress
from trajviz.descent.basins import DIVERGED, ELSEWHERE, Basins, find_basins, minima_of
from trajviz.descent.noise import CUSTOMARY, Noise
from trajviz.descent.paths import Course, Recorded
from trajviz.errors import TrajvizError, unknown
from trajviz.recipe.recipe import CLOCKS, Look
from trajviz.recipe.spec import Spec
from trajviz.scene.chart import Chart, ChartView, median_of
from trajviz.scene.color import parse_color
from trajviz.scene.layout import Axes, Chip, Counter, Layout, Words, lay_out
from trajviz.scene.marks import Box, Mark
from trajviz.scene.paint import Picture, paint
from trajviz.scene.panels import PANELS, Run
from trajviz.scene.plot import Orbit, Plot, SurfaceView, Tracer, minima_stars
from trajviz.scene.theme import Theme, load_theme
from trajviz.scene.track import Pen
from trajviz.scene.views._horizon import Camera
from trajviz.scene.views.basins import BasinsView, cell_of, chips_of, span_of, starts_of
from trajviz.scene.views.contour import ContourView
from trajviz.scene.views.relief import ReliefView
from trajviz.surface import Surface, Window


@dataclass(frozen=True)
class View:
    """A way to show the surface: one or several pictures of it, or one for each optimizer.

    `noun` is what a sentence calls it, at its beginning.
    """

    summary: str
    noun: str
    pictures: tuple[str, ...] = ()


VIEWS = {
    "basins": View(
        "Which minimum each optimizer reaches from every pixel, and how fast.",
        "Basins of attraction",
    ),
    "contour": View("From above, shaded and lined by rank.", "Contour plot", ("contour",)),
    "relief": View("In 3-D, as a block, tracks behind hills faint.", "3-D relief", ("relief",)),
    "split": View(
        "From above and in 3-D, side by side.", "Contour plot and 3-D relief", ("contour", "relief")
    ),
}
"""The views by name."""


def view_names() -> list[str]:
    """Return the names of the views, sorted."""
    return sorted(VIEWS)


@dataclass(frozen=True)
class Scene:
    """A picture that waits for its tracks: `background` is all that stands still below them.

    The first of `plots` is the view. `marks` are the text and such around the plots, `words` what
    they say. `courses` are where the tracks went, in their order; basins have none. `steps` are
    what the `clock` counts. An `orbit` turns one of the plots.
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
    orbit: Orbit | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.background.shape[1], self.background.shape[0]

    @property
    def main(self) -> Plot:
        """The plot of the view, or of the first of its pictures."""
        return self.plots[0]


def check_room(
    surface: Surface,
    specs: Sequence[Spec],
    steps: int,
    window: Window,
    look: Look,
    paths: Sequence[Recorded] = (),
    starts: str = "",
    clock: str = "steps",
) -> None:
    """Raise TrajvizError, before any work, for a look that cannot be drawn or has no room."""
    if look.view not in VIEWS:
        raise unknown("view", look.view, VIEWS)
    for name in look.panels:
        if name not in PANELS:
            raise unknown("panel", name, PANELS)
    if look.orbit and "relief" not in VIEWS[look.view].pictures:
        turning = [name for name, view in VIEWS.items() if "relief" in view.pictures]
        raise TrajvizError(f"orbit turns a relief: choose the view {' or '.join(turning)}")
    theme = load_theme(look.theme)
    if _is_basins(look):
        beside = {"panels": look.panels, "starts": starts, "paths": paths}
        for what, given in beside.items():
            if given:
                raise TrajvizError(f"view 'basins' starts at every pixel: it takes no {what}")
        for spec in specs:
            if not spec.optimizer.batched:
                raise TrajvizError(
                    f"view 'basins' runs from every pixel at once, as {spec.optimizer.name} cannot"
                )
        everything = _known_chips(surface, theme)
        words = _words(surface, everything, "", steps, look, "steps")
        titled = [_titled(window, words.axes, spec.label) for spec in specs]
        lay_out(*look.size, words, titled, [], theme)
        return
    chips = [chip_for(spec, "", theme, index) for index, spec in enumerate(specs)]
    for index, swarm in enumerate(swarms(paths), len(chips)):
        chips.append(_path_chip(swarm[0], theme, index))
    words = _words(surface, chips, "", steps, look, clock)
    nobody = Run(surface, window, (), CUSTOMARY, words.axes)
    _lay_out(words, look, window, _charts(nobody, look), theme)


def swarms(courses: Sequence[Course]) -> list[tuple[Course, ...]]:
    """Return the courses, those of one label and source that follow each other together."""
    alike = itertools.groupby(courses, lambda course: (course.source, course.label))
    return [tuple(courses) for _, courses in alike]


def compose(
    surface: Surface,
    courses: Sequence[Course],
    steps: int,
    window: Window,
    look: Look,
    noise: Noise = CUSTOMARY,
    clock: str = "steps",
    about: str = "",
    progress: Progress = no_progress,
) -> Scene:
    """Draw everything that stands still, and project the trajectories.

    With the clock "evaluations", the scene's steps are evaluations. `about` is what the caption
    says of the starts. `progress` is called with how many basins are done and how many there are
    in all, where that is the view.
    """
    theme = load_theme(look.theme)
    groups = swarms(courses)
    ours = [group for group in groups if isinstance(group[0], Trajectory)]
    caption = ", ".join(filter(None, [_caption(groups, steps), about, noise.summary(surface)]))
    if _is_basins(look):
        trajectories = [t for (t,) in ours if isinstance(t, Trajectory)]
        return _compose_basins(surface, trajectories, steps, window, look, noise, caption, progress)
    keyed = [_chip_of(group, theme, index) for index, group in enumerate(groups)]
    words = _words(surface, keyed, caption, steps, look, clock)
    run = Run(surface, window, tuple(courses), noise, words.axes)
    charts = [median_of(chart, list(map(len, groups))) for chart in _charts(run, look)]
    layout = _lay_out(words, look, window, charts, theme)
    chips = [chip for chip, group in zip(keyed, groups, strict=True) for _ in group]
    colors, styles = tuple(chip.color for chip in chips), tuple(chip.style for chip in chips)
    several = len(courses) > len(groups)
    tracer = Tracer(surface, tuple(courses), colors, styles, theme, layout.scale, clock, several)
    medians = tracer.of_swarms(groups, keyed)
    background = blank(look, theme)
    plots: list[Plot] = []
    orbit = None
    for name, box in zip(VIEWS[look.view].pictures, layout.plots, strict=False):
        view = _view(name, tracer, window, box, words.axes, look)
        view.draw(background[box.y0 : box.y1, box.x0 : box.x1])
        draped = tracer.drape(view)
        if isinstance(view, ReliefView) and look.orbit:
            orbit = Orbit(len(plots), view, look.orbit, tracer, draped)
        plots.append(tracer.plot(view, draped))
    paint(background, layout.marks)
    times = () if clock == "steps" else tuple(t.times(clock) for t in medians.trajectories)
    for chart, axes, box in zip(
        charts, _axes(charts, words), layout.plots[len(plots) :], strict=True
    ):
        plots.append(medians.chart(ChartView(chart, axes, box, times)))
    return Scene(
        background, tuple(plots), theme, layout.counter, steps, layout.marks, words,
        tuple(courses), clock, orbit,
    )  # fmt: skip


def blank(look: Look, theme: Theme) -> Picture:
    """Return a picture of nothing but the theme's background."""
    width, height = look.size
    background = np.empty((height, width, 3), dtype=np.uint8)
    background[:] = theme.background
    return background


def _is_basins(look: Look) -> bool:
    return not VIEWS[look.view].pictures


def _known_chips(surface: Surface, theme: Theme) -> list[Chip]:
    known = np.array(surface.minima, dtype=np.float64).reshape(-1, 2)
    return chips_of(known, theme, {ELSEWHERE, DIVERGED})


def _titled(window: Window, names: tuple[str, str], title: str) -> Axes:
    return Axes(window, names, title)


def _compose_basins(
    surface: Surface,
    trajectories: Sequence[Trajectory],
    steps: int,
    window: Window,
    look: Look,
    noise: Noise,
    caption: str,
    progress: Progress,
) -> Scene:
    """Draw one panel of basins for each optimizer."""
    theme = load_theme(look.theme)
    minima = minima_of(surface, trajectories, steps, window, noise)
    chips = chips_of(minima, theme, {ELSEWHERE, DIVERGED})
    words = _words(surface, chips, caption, steps, look, "steps")
    titles = [" ".join([name_of(t.spec), _remark([t])]) for t in trajectories]
    axes = [_titled(window, words.axes, title) for title in titles]
    layout = lay_out(*look.size, words, axes, [], theme)
    cell = cell_of(layout.plots)
    starts = [starts_of(window, box, cell) for box in layout.plots]
    sizes = [each.size // 2 for each in starts]
    found: list[Basins] = []
    for place, (t, each) in enumerate(zip(trajectories, starts, strict=True)):

        def advance(done: int, _total: int, place: int = place) -> None:
            progress(sum(sizes[:place]) + done, sum(sizes))

        found.append(find_basins(surface, t, each, steps, minima, window, noise, advance))
    span = span_of(found)
    # What is not in the picture is not in its key, unless that would move everything.
    places = {place for each in found for place in np.unique(each.reached).tolist()}
    speed = f"strong colour: {span[0]} steps, weak: {span[1]}"
    words = replace(words, caption=", ".join([speed, caption]))
    fewer = replace(words, chips=tuple(chips_of(minima, theme, places)))
    final = lay_out(*look.size, fewer, axes, [], theme)
    if final.plots != layout.plots:
        final = lay_out(*look.size, words, axes, [], theme)
    background = blank(look, theme)
    plots = []
    for basins, box in zip(found, layout.plots, strict=True):
        view = BasinsView(basins, window, box, cell, span, theme)
        view.draw(background[box.y0 : box.y1, box.x0 : box.x1])
        points = tuple(map(tuple, minima.tolist()))
        stars = minima_stars(points, view, theme, max(layout.scale, 0.7) * 0.8)
        plots.append(Plot(view, (), tuple(stars), Pen.scaled(layout.scale)))
    paint(background, final.marks)
    return Scene(background, tuple(plots), theme, final.counter, steps, final.marks, words)


def _view(
    name: str, tracer: Tracer, window: Window, box: Box, axes: tuple[str, str], look: Look
) -> SurfaceView:
    surface, theme, scale = tracer.surface, tracer.theme, tracer.scale
    if name == "contour":
        return ContourView.of(surface, window, box, theme, scale)
    paths = [t.points for t in tracer.trajectories]
    camera = Camera(*look.camera) if look.camera else None
    turning = bool(look.orbit)
    return ReliefView.of(surface, window, theme, scale, axes, camera, paths, turning).fitted(box)


def _charts(run: Run, look: Look) -> list[Chart]:
    return [chart for name in look.panels for chart in PANELS[name](run)]


def _axes(charts: Sequence[Chart], words: Words) -> list[Axes]:
    assert words.steps is not None
    return [chart.axes(words.steps, words.unit) for chart in charts]


def _lay_out(
    words: Words, look: Look, window: Window, charts: Sequence[Chart], theme: Theme
) -> Layout:
    flat, bare = Axes(window, words.axes), Axes(None)
    views = [flat if name == "contour" else bare for name in VIEWS[look.view].pictures]
    return lay_out(*look.size, words, views, _axes(charts, words), theme)


def _words(
    surface: Surface, chips: Sequence[Chip], caption: str, steps: int, look: Look, clock: str
) -> Words:
    title, axes = look.title or surface.title, look.axes or surface.axes
    return Words(title, tuple(chips), caption, axes, steps, CLOCKS[clock])


def chip_for(spec: Spec, remark: str, theme: Theme, index: int) -> Chip:
    """Return a track's entry in the key; colours that are used up come again in another style."""
    if spec.color:
        return Chip(parse_color(spec.color), name_of(spec), remark)
    style = index // len(theme.tracks)
    return Chip(theme.track(index), name_of(spec), remark, style)


def name_of(spec: Spec) -> str:
    """Return a track's name in the key: the optimizer's as people write it, unless labelled."""
    name, *words = spec.label.split(" ")
    if name != spec.optimizer.name:
        return spec.label
    return " ".join([spec.optimizer.title, *(w for w in words if not w.startswith(_IN_REMARK))])


_IN_REMARK = ("lr=", "decay=", "rate=", "every=")
"""Words of an automatic label that the remark beside it says as well."""


def _chip_of(swarm: Sequence[Course], theme: Theme, index: int) -> Chip:
    """Return the one entry in the key for all tracks of an optimizer."""
    first = swarm[0]
    if isinstance(first, Recorded):
        return _path_chip(first, theme, index)
    return chip_for(first.spec, _remark(swarm), theme, index)


def _path_chip(first: Course, theme: Theme, index: int) -> Chip:
    style = index // len(theme.tracks)
    return Chip(theme.track(index), first.label, first.source, style)


def _remark(swarm: Sequence[Course]) -> str:
    """Return what the key adds to a name: the rate, or where it all ended."""
    first = swarm[0]
    assert isinstance(first, Trajectory)
    if len(swarm) == 1 and first.diverged_at is not None:
        return f"diverged at step {first.diverged_at}"
    diverged = sum(t.diverged_at is not None for t in swarm)
    lost = f"{diverged} of {len(swarm)} diverged" if diverged else ""
    return ", ".join(filter(None, [_rate(first), lost]))


def _rate(trajectory: Trajectory) -> str:
    """Return the rate as it is, or to two digits where it was tuned, and how it falls."""
    rate = trajectory.settings.get("lr")
    if rate is None:
        return ""
    shown = f"{float(f'{rate:.2g}'):g}" if trajectory.rate_rule == "tuned" else f"{rate:g}"
    schedule = trajectory.spec.schedule
    return shown if schedule is None else f"{shown} {schedule.summary}"


def _caption(groups: Sequence[Sequence[Course]], steps: int) -> str:
    """Say how the learning rates were chosen, and where paths come from."""
    ours = [t for t, *_ in groups if isinstance(t, Trajectory)]
    return ", ".join(filter(None, [_rates(ours), _sources(groups, steps)]))


def _rates(trajectories: Sequence[Trajectory]) -> str:
    labels = {
        rule: [t.label for t in trajectories if t.rate_rule == rule]
        for rule in ("tuned", "equal", "given", "default")
    }
    if not trajectories:
        return ""
    main, *others = [rule for rule, of in labels.items() if of]
    if not others:
        words = {
            "tuned": "tuned, one rule for all", "equal": "equal",
            "given": "as given", "default": "by default",
        }  # fmt: skip
        return f"learning rates {words[main]}"
    words = {
        "tuned": "tuned by one rule",
        "equal": "equal",
        "given": "given",
        "default": "the default",
    }
    exceptions = " and ".join(f"{words[rule]} for {', '.join(labels[rule])}" for rule in others)
    return f"learning rates {words[main]}, but {exceptions}"


def _sources(groups: Sequence[Sequence[Course]], steps: int) -> str:
    recorded = [t for group in groups for t in group if isinstance(t, Recorded)]
    if not recorded:
        return ""
    longest = max(t.length for t in recorded)
    cut = f", their first {steps} of {longest} steps" if longest > steps else ""
    return f"paths from {', '.join(dict.fromkeys(t.source for t in recorded))}{cut}"
