"""Compose: a surface and its trajectories become a background and tracks in pixels.

Everything that stands still is drawn here, once. What moves is left as values: in every plot one
line per track, for `animate` to turn into pixels and for vector formats to draw.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trajviz.descent import Trajectory
from trajviz.errors import TrajvizError, unknown
from trajviz.noise import CUSTOMARY, Noise
from trajviz.recipe import Look
from trajviz.scene.chart import Chart, ChartView
from trajviz.scene.contour import ContourView
from trajviz.scene.horizon import Camera
from trajviz.scene.layout import Axes, Chip, Counter, Layout, Words, lay_out
from trajviz.scene.marks import Box, Mark
from trajviz.scene.paint import Picture, paint
from trajviz.scene.panels import PANELS, Run
from trajviz.scene.plot import Orbit, Plot, SurfaceView, Tracer
from trajviz.scene.relief import ReliefView
from trajviz.scene.theme import Theme, load_theme, parse_color
from trajviz.spec import Spec
from trajviz.surface import Surface, Window


@dataclass(frozen=True)
class View:
    """A way to show the surface: one or several pictures of it."""

    summary: str
    pictures: tuple[str, ...]


VIEWS = {
    "contour": View("From above, shaded and lined by rank.", ("contour",)),
    "relief": View("In 3-D, as a block, tracks behind hills faint.", ("relief",)),
    "split": View("From above and in 3-D, side by side.", ("contour", "relief")),
}
"""The views by name."""


def view_names() -> list[str]:
    """Return the names of the views, sorted."""
    return sorted(VIEWS)


@dataclass(frozen=True)
class Scene:
    """A picture that waits for its tracks: `background` is all that stands still below them.

    The first of `plots` is the view. `marks` are the text and such around the plots. An `orbit`
    turns one of the plots.
    """

    background: Picture
    plots: tuple[Plot, ...]
    theme: Theme
    counter: Counter | None
    steps: int
    marks: tuple[Mark, ...]
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
    surface: Surface, specs: Sequence[Spec], steps: int, window: Window, look: Look
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
    chips = [_chip(spec, "", theme, index) for index, spec in enumerate(specs)]
    words = _words(surface, chips, "", steps, look)
    nobody = Run(surface, window, (), CUSTOMARY, words.axes)
    _lay_out(words, look, window, _charts(nobody, look), theme)


def compose(
    surface: Surface,
    trajectories: Sequence[Trajectory],
    steps: int,
    window: Window,
    look: Look,
    noise: Noise = CUSTOMARY,
) -> Scene:
    """Draw everything that stands still, and project the trajectories."""
    theme = load_theme(look.theme)
    chips = [_chip(t.spec, _remark(t), theme, index) for index, t in enumerate(trajectories)]
    caption = ", ".join(filter(None, [_caption(trajectories), noise.summary(surface)]))
    words = _words(surface, chips, caption, steps, look)
    charts = _charts(Run(surface, window, tuple(trajectories), noise, words.axes), look)
    layout = _lay_out(words, look, window, charts, theme)
    colors, styles = tuple(chip.color for chip in chips), tuple(chip.style for chip in chips)
    tracer = Tracer(surface, tuple(trajectories), colors, styles, theme, layout.scale)
    width, height = look.size
    background = np.empty((height, width, 3), dtype=np.uint8)
    background[:] = theme.background
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
    for chart, axes, box in zip(
        charts, _axes(charts, steps), layout.plots[len(plots) :], strict=True
    ):
        plots.append(tracer.chart(ChartView(chart, axes, box)))
    return Scene(background, tuple(plots), theme, layout.counter, steps, layout.marks, orbit)


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


def _axes(charts: Sequence[Chart], steps: int) -> list[Axes]:
    return [chart.axes(steps) for chart in charts]


def _lay_out(
    words: Words, look: Look, window: Window, charts: Sequence[Chart], theme: Theme
) -> Layout:
    flat, bare = Axes(window, words.axes), Axes(None)
    views = [flat if name == "contour" else bare for name in VIEWS[look.view].pictures]
    return lay_out(*look.size, words, views, _axes(charts, words.steps), theme)


def _words(surface: Surface, chips: Sequence[Chip], caption: str, steps: int, look: Look) -> Words:
    title, axes = look.title or surface.title, look.axes or surface.axes
    return Words(title, tuple(chips), caption, axes, steps)


def _chip(spec: Spec, remark: str, theme: Theme, index: int) -> Chip:
    """Return a track's entry in the key; colours that are used up come again in another style."""
    if spec.color:
        return Chip(parse_color(spec.color), _name(spec), remark)
    style = index // len(theme.tracks)
    return Chip(theme.track(index), _name(spec), remark, style)


def _name(spec: Spec) -> str:
    """Return a track's name in the key: the optimizer's as people write it, unless labelled."""
    name, *words = spec.label.split(" ")
    if name != spec.optimizer.name:
        return spec.label
    return " ".join([spec.optimizer.title, *(w for w in words if not w.startswith(_IN_REMARK))])


_IN_REMARK = ("lr=", "decay=", "rate=", "every=")
"""Words of an automatic label that the remark beside it says as well."""


def _remark(trajectory: Trajectory) -> str:
    """Return what the key adds to a name: the rate, or where it all ended."""
    if trajectory.diverged_at is not None:
        return f"diverged at step {trajectory.diverged_at}"
    return _rate(trajectory)


def _rate(trajectory: Trajectory) -> str:
    """Return the rate as it is, or to two digits where it was tuned, and how it falls."""
    rate = trajectory.settings.get("lr")
    if rate is None:
        return ""
    shown = f"{float(f'{rate:.2g}'):g}" if trajectory.rate_rule == "tuned" else f"{rate:g}"
    schedule = trajectory.spec.schedule
    return shown if schedule is None else f"{shown} {schedule.summary}"


def _caption(trajectories: Sequence[Trajectory]) -> str:
    """Say how the learning rates were chosen."""
    labels = {
        rule: [t.label for t in trajectories if t.rate_rule == rule]
        for rule in ("tuned", "given", "default")
    }
    main, *others = [rule for rule, of in labels.items() if of]
    if not others:
        words = {"tuned": "tuned, one rule for all", "given": "as given", "default": "by default"}
        return f"learning rates {words[main]}"
    words = {"tuned": "tuned by one rule", "given": "given", "default": "the default"}
    exceptions = " and ".join(f"{words[rule]} for {', '.join(labels[rule])}" for rule in others)
    return f"learning rates {words[main]}, but {exceptions}"
