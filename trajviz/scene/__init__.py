"""Compose: a surface and its trajectories become a background and tracks in pixels.

Everything that stands still is drawn here, once. What moves is left as values: one polyline per
track, one vertex per step, for `animate` to turn into pixels and for vector formats to draw.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trajviz.descent import Trajectory
from trajviz.recipe import Look
from trajviz.scene.contour import ContourView
from trajviz.scene.layout import Chip, Counter, Words, lay_out
from trajviz.scene.marks import Box, Mark, Shape, square, star
from trajviz.scene.paint import Picture, paint
from trajviz.scene.theme import RGB, Theme, load_theme, parse_color
from trajviz.spec import Spec
from trajviz.surface import Floats, Points, Surface, Window


@dataclass(frozen=True)
class Pen:
    """How tracks are drawn, in pixels: line and halo around it, head and rim around it."""

    line: float
    halo: float
    head: float
    rim: float

    @classmethod
    def scaled(cls, scale: float) -> Pen:
        """Return the pen for a picture's scale."""
        scale = max(scale, 0.7)
        return cls(line=2.2 * scale, halo=1.0 * scale, head=4.4 * scale, rim=1.1 * scale)


@dataclass(frozen=True)
class Track:
    """One trajectory in pixels: `vertices` (steps + 1, 2), one per step, unclipped."""

    vertices: Points
    color: RGB
    label: str

    def at(self, steps: Floats) -> Points:
        """Return where the track is after so many steps, (n,) to (n, 2); it stays at its end."""
        end = len(self.vertices) - 1
        place = np.minimum(steps, end)
        before = np.floor(place).astype(np.int64)
        share = (place - before)[:, None]
        a, b = self.vertices[before], self.vertices[np.minimum(before + 1, end)]
        return np.where(share == 0, a, a * (1 - share) + b * share)

    def until(self, step: float) -> Points:
        """Return the track's polyline after `step` steps, (n, 2)."""
        return np.concatenate([self.vertices[: int(step) + 1], self.at(np.array([step]))])


@dataclass(frozen=True)
class Scene:
    """A picture that waits for its tracks.

    `background` is all that stands still below the tracks; `foreground`, the shared start and the
    known minima, lies over the lines and under the heads. Tracks are drawn in order, the last on
    top, clipped to `plot`.
    """

    background: Picture
    tracks: tuple[Track, ...]
    foreground: tuple[Shape, ...]
    plot: Box
    pen: Pen
    theme: Theme
    counter: Counter | None
    steps: int
    marks: tuple[Mark, ...]
    view: ContourView

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.background.shape[1], self.background.shape[0]


def check_room(
    surface: Surface, specs: Sequence[Spec], steps: int, window: Window, look: Look
) -> None:
    """Raise TrajvizError, before any work, for a look that cannot be drawn or has no room."""
    theme = load_theme(look.theme)
    chips = [Chip(_color(spec, theme, i), _name(spec), "") for i, spec in enumerate(specs)]
    lay_out(*look.size, _words(surface, chips, "", steps, look), window, theme)


def compose(
    surface: Surface, trajectories: Sequence[Trajectory], steps: int, window: Window, look: Look
) -> Scene:
    """Draw everything that stands still, and project the trajectories."""
    theme = load_theme(look.theme)
    colors = [_color(t.spec, theme, index) for index, t in enumerate(trajectories)]
    chips = [
        Chip(color, _name(t.spec), _remark(t))
        for t, color in zip(trajectories, colors, strict=True)
    ]
    words = _words(surface, chips, _caption(trajectories), steps, look)
    width, height = look.size
    layout = lay_out(width, height, words, window, theme)
    view = ContourView.of(surface, window, layout, theme)
    background = np.empty((height, width, 3), dtype=np.uint8)
    background[:] = theme.background
    view.draw(background)
    paint(background, layout.marks)
    tracks = tuple(
        Track(view.project(t.points), color, t.label)
        for t, color in zip(trajectories, colors, strict=True)
    )
    return Scene(
        background,
        tracks,
        _foreground(surface, trajectories, view, layout.scale, theme),
        layout.plot,
        Pen.scaled(layout.scale),
        theme,
        layout.counter,
        steps,
        layout.marks,
        view,
    )


def _words(surface: Surface, chips: Sequence[Chip], caption: str, steps: int, look: Look) -> Words:
    title, axes = look.title or surface.title, look.axes or surface.axes
    return Words(title, tuple(chips), caption, axes, steps)


def _color(spec: Spec, theme: Theme, index: int) -> RGB:
    return parse_color(spec.color) if spec.color else theme.track(index)


def _name(spec: Spec) -> str:
    """Return a track's name in the key: the optimizer's as people write it, unless labelled."""
    name, *words = spec.label.split(" ")
    if name != spec.optimizer.name:
        return spec.label
    return " ".join([spec.optimizer.title, *(w for w in words if not w.startswith("lr="))])


def _remark(trajectory: Trajectory) -> str:
    """Return what the key adds to a name: the rate, or where it all ended."""
    if trajectory.diverged_at is not None:
        return f"diverged at step {trajectory.diverged_at}"
    return _rate(trajectory)


def _rate(trajectory: Trajectory) -> str:
    """Return the rate as it is, or to two digits where it was tuned."""
    rate = trajectory.settings.get("lr")
    if rate is None:
        return ""
    return f"{float(f'{rate:.2g}'):g}" if trajectory.rate_rule == "tuned" else f"{rate:g}"


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


def _foreground(
    surface: Surface,
    trajectories: Sequence[Trajectory],
    view: ContourView,
    scale: float,
    theme: Theme,
) -> tuple[Shape, ...]:
    """Return a star at each known minimum in the window and a square at the shared start."""
    scale = max(scale, 0.7)
    rim = 1.3 * scale
    minima = np.array(surface.minima, dtype=np.float64).reshape(-1, 2)
    seen = view.project(minima[view.window.contains(minima)])
    shapes = [star(x, y, 8.5 * scale, theme.star, theme.ink, rim) for x, y in seen.tolist()]
    x, y = view.project(trajectories[0].points[0]).tolist()
    return (*shapes, square(x, y, 4 * scale, theme.marker, theme.ink, rim))
