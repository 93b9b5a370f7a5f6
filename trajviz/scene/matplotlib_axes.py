"""The contour view in a user's own matplotlib Axes, in data coordinates.

This is the bridge for people who annotate, combine and restyle. Everything that a user may set
stays theirs: fonts, sizes, line widths, and the colour cycle where it is not matplotlib's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from trajviz.descent.outcome import Outcome
from trajviz.descent.paths import Course
from trajviz.errors import TrajvizError
from trajviz.scene.color import hexed
from trajviz.scene.key import chips_of
from trajviz.scene.language import load_language
from trajviz.scene.layout import Chip
from trajviz.scene.run import leader_of, reach_of, swarms
from trajviz.scene.shading import Shading
from trajviz.scene.theme import Theme, load_theme
from trajviz.surface import Ranks

if TYPE_CHECKING:
    from matplotlib.axes import Axes as Axes  # what a race's `plot` takes and returns

_FAINT = 0.4
"""How opaque the past of a track is, where only its last steps are bright, and another seed."""
_THIN = 0.8
"""How wide the track of another seed is, in points."""
_SAMPLES = 241
"""Heights along each axis."""
_SURFACE, _TRACK, _MARK = 0.5, 2.0, 3.0
"""Whose layer lies above whose, in matplotlib's zorder; its own lines are at 2."""
_DASHES = ("-", "--", "-.", ":")
"""Line styles in the order in which they are taken when the colours are used up."""


def plot_on(
    outcome: Outcome, ax: Axes | None = None, at: int | None = None, cmap: Any = None
) -> Axes:
    """Draw the surface and the tracks, and return the Axes.

    Args:
        outcome: What there is to draw.
        ax: Where to; None for a new figure of pyplot's, with title and legend.
        at: Up to which step; None for the last.
        cmap: A colour map of matplotlib's, or its name; None for the theme's colours.

    Raises:
        TrajvizError: There is no such step.
    """
    if at is not None and not 0 <= at <= outcome.steps:
        raise TrajvizError(f"at {at} is not a step from 0 to {outcome.steps}")
    alone = ax is None
    if ax is None:
        import matplotlib.pyplot as plt

        ax = plt.figure().add_subplot()
    theme = load_theme(outcome.recipe.look.theme)
    _draw_surface(ax, outcome, theme, cmap)
    _draw_tracks(ax, outcome, theme, at)
    _draw_marks(ax, outcome, theme)
    _name_axes(ax, outcome)
    if alone:
        ax.set_title(outcome.recipe.look.title or outcome.surface.title)
        ax.legend()
    return ax


def _draw_surface(ax: Axes, outcome: Outcome, theme: Theme, cmap: Any) -> None:
    """Fill the window by rank, under everything else."""
    window = outcome.window
    xs = np.linspace(window.x0, window.x1, _SAMPLES)
    ys = np.linspace(window.y0, window.y1, _SAMPLES)
    heights = np.ma.masked_invalid(outcome.surface.grid(xs, ys))
    shading = Shading.of(Ranks.of(outcome.surface, window), theme)
    levels = [-np.inf, *shading.levels.tolist(), np.inf]
    if cmap is None:
        shades: dict[str, Any] = {"colors": [hexed(shade) for shade in shading.shades.tolist()]}
    else:
        shades = {"colors": _colors(cmap, len(levels) - 1)}
    ax.contourf(xs, ys, heights, levels, zorder=_SURFACE, **shades)
    lines = [hexed(line) for line in shading.lines.tolist()]
    ax.contour(
        xs, ys, heights, shading.levels, colors=lines, alpha=theme.line_alpha,
        linewidths=theme.line_width * 0.75, linestyles="solid", zorder=_SURFACE,
    )  # fmt: skip


def _colors(cmap: Any, count: int) -> list[Any]:
    """Return a colour map's colours at equal steps, since levels stand at equal steps of rank."""
    import matplotlib as mpl

    chosen = mpl.colormaps[cmap] if isinstance(cmap, str) else cmap
    return [chosen(share) for share in np.linspace(0, 1, count).tolist()]


def _draw_tracks(ax: Axes, outcome: Outcome, theme: Theme, at: int | None) -> None:
    chips = chips_of(outcome.courses, theme, load_language(outcome.recipe.look.language))
    colors = _cycle(chips)
    for swarm, chip, color in zip(swarms(outcome.courses), chips, colors, strict=True):
        for course in swarm:
            named = course is leader_of(swarm)
            _draw_track(ax, course, outcome, at, chip, color, named=named)


def _cycle(chips: Sequence[Chip]) -> list[Any]:
    """Return the tracks' colours: the user's cycle, or the theme's where they chose none."""
    import matplotlib as mpl

    cycle = mpl.rcParams["axes.prop_cycle"]
    if cycle == mpl.rcParamsDefault["axes.prop_cycle"] or "color" not in cycle.keys:
        return [hexed(chip.color) for chip in chips]
    colors = cycle.by_key()["color"]
    return [colors[index % len(colors)] for index in range(len(chips))]


def _draw_track(
    ax: Axes,
    course: Course,
    outcome: Outcome,
    at: int | None,
    chip: Chip,
    color: Any,
    *,
    named: bool,
) -> None:
    times = course.times(outcome.recipe.clock)
    reach = reach_of(course, outcome.recipe.look.trail)
    seen = np.flatnonzero(times <= (np.inf if at is None else at))
    x, y = course.points[seen].T
    label = " ".join(filter(None, [chip.name, chip.remark])) if named else "_"
    line = {"color": color, "linestyle": _DASHES[chip.style % len(_DASHES)], "zorder": _TRACK}
    if not course.is_bold:
        ax.plot(x, y, **line, label="_", alpha=_FAINT, linewidth=_THIN)
        return
    tail = seen[times[seen] >= times[seen[-1]] - reach]
    if len(tail) < len(seen) and course.joined:
        ax.plot(x, y, **line, label="_", alpha=_FAINT)
    ax.plot(*course.points[tail].T, **line, label=label)
    ax.plot(x[-1:], y[-1:], "o", color=color, markeredgecolor="white", zorder=_MARK)


def _draw_marks(ax: Axes, outcome: Outcome, theme: Theme) -> None:
    """Mark the start with a square and each known minimum with a star."""
    rim, shown = hexed(theme.ink), outcome.window
    begin = outcome.setup.begin.reshape(-1, 2)
    ax.plot(*begin.T, "s", color=hexed(theme.marker), markeredgecolor=rim, zorder=_MARK)
    minima = np.array(outcome.surface.minima, dtype=np.float64).reshape(-1, 2)
    x, y = minima[shown.contains(minima)].T
    ax.plot(x, y, "*", color=hexed(theme.star), markeredgecolor=rim, markersize=12, zorder=_MARK)


def _name_axes(ax: Axes, outcome: Outcome) -> None:
    across, up = outcome.recipe.look.axes or outcome.surface.axes
    window = outcome.window
    ax.set(xlim=(window.x0, window.x1), ylim=(window.y0, window.y1), xlabel=across, ylabel=up)
    if (outcome.recipe.look.aspect or outcome.surface.aspect) == "equal":
        ax.set_aspect("equal")
