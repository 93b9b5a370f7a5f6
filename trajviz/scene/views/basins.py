"""The view of basins: every pixel in the colour of the minimum that is reached from there.

The fewer steps it takes, the stronger the colour, on a logarithmic scale that all plots share.
What has not arrived yet, or never does, is neutral; where runs overflow, there are stripes.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from trajviz.descent.basins import DIVERGED, ELSEWHERE, Basins, find_basins
from trajviz.frozen import dataclass
from trajviz.scene.color import RGB, mix
from trajviz.scene.language import Language
from trajviz.scene.layout import MINUS, Axes, Chip
from trajviz.scene.limits import Limits
from trajviz.scene.marks import Box
from trajviz.scene.outline import Raster, Vector
from trajviz.scene.paint import Picture
from trajviz.scene.plot import Draper, Plot, Reveal, minima_stars
from trajviz.scene.run import Run
from trajviz.scene.shading import Codes
from trajviz.scene.theme import Theme
from trajviz.scene.track import Pen
from trajviz.scene.views import Shown, View
from trajviz.scene.views._flat import Flat
from trajviz.surface import Points, Window

MOST_STARTS = 3 * 320 * 240
"""Where plots have more pixels than this in all, a start stands for a square of pixels."""
_SHADES = 16
"""Strengths of a colour."""
_FADED = 0.72
"""How much of the neutral colour is in the weakest."""
_STRIPE = 3
"""The width of a stripe in pixels."""


@dataclass(frozen=True)
class BasinsView(Flat):
    """The basins of one optimizer within a window, filling a box of the picture.

    Attributes:
        basins: What each start reaches, and when.
        window: The part of the plane that is shown.
        box: Where it lies in the picture.
        cell: A start stands for a square of so many pixels each way.
        span: The steps to a minimum at which a colour is strongest and weakest.
        theme: The colours.
    """

    basins: Basins
    window: Window
    box: Box
    cell: int
    span: tuple[int, int]
    theme: Theme

    def draw(self, picture: Picture) -> None:
        """Fill the box's part of a picture, (height, width, 3), as before all steps."""
        picture[:] = neutral(self.theme)

    def picture(self, step: float) -> Picture:
        """Return the box's part of the picture after `step` steps, (height, width, 3)."""
        arrival, colors = self.reveal
        unreached = np.array(neutral(self.theme), dtype=np.uint8)
        return np.where((arrival <= step)[..., None], colors, unreached)

    def vectors(self, step: float, _spacing: int, _margin: int) -> list[Vector]:
        """Return the picture after `step` steps."""
        return [Raster(self.picture(step), self.box)]

    @functools.cached_property
    def reveal(self) -> Reveal:
        """When each pixel gets its colour, and which."""
        return Reveal(self._enlarged(self.basins.arrival), self._colors())

    def _colors(self) -> Picture:
        reached = self._enlarged(self.basins.reached)
        picture = np.take(self._table(), self._enlarged(self._codes()), axis=0)
        picture[reached == ELSEWHERE] = neutral(self.theme)
        across, down = np.arange(self.box.width), np.arange(self.box.height)[:, None]
        stripes = (across + down) // _STRIPE % 2 == 0
        picture[reached == DIVERGED] = neutral(self.theme)
        picture[(reached == DIVERGED) & stripes] = stripe(self.theme)
        return picture

    def _codes(self) -> Codes:
        """Return each start's place in the table of colours, (rows, columns)."""
        low, high = self.span
        with np.errstate(divide="ignore"):
            share = np.log(np.maximum(self.basins.arrival, low) / low) / max(
                math.log(high / low), 1e-9
            )
        shade = np.rint(np.clip(share, 0, 1) * (_SHADES - 1)).astype(np.intp)
        return self.basins.reached.astype(np.intp) * _SHADES + shade

    def _table(self) -> Picture:
        """Return the colour of every code, (256 * _SHADES, 3)."""
        weaker = np.linspace(0, _FADED, _SHADES).tolist()
        colors = [self.theme.track(place) for place in range(ELSEWHERE + 1)]
        table = [mix(color, neutral(self.theme), share) for color in colors for share in weaker]
        return np.array(table, dtype=np.uint8)

    def _enlarged(self, lattice: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return for each pixel, (height, width), the value of its start, (rows, columns)."""
        pixels = lattice.repeat(self.cell, axis=0).repeat(self.cell, axis=1)
        return pixels[: self.box.height, : self.box.width]


def cell_of(boxes: Sequence[Box]) -> int:
    """Return how many pixels each way one start stands for in these plots.

    >>> cell_of([Box(0, 0, 320, 240)] * 3), cell_of([Box(0, 0, 320, 240)] * 4)
    (1, 2)
    """
    cell = 1
    while sum(-(-box.width // cell) * -(-box.height // cell) for box in boxes) > MOST_STARTS:
        cell += 1
    return cell


def starts_of(window: Window, box: Box, cell: int) -> Points:
    """Return where runs start: in the middle of each square of pixels, (rows, columns, 2).

    Args:
        window: The part of the plane that fills the box.
        box: Where it lies in the picture.
        cell: How many pixels a square has each way.
    """
    across = (np.arange(-(-box.width // cell)) + 0.5) * (cell / box.width)
    down = (np.arange(-(-box.height // cell)) + 0.5) * (cell / box.height)
    x = window.x0 + across * (window.x1 - window.x0)
    y = window.y1 - down * (window.y1 - window.y0)
    return np.stack(np.meshgrid(x, y), axis=-1)


def span_of(found: list[Basins]) -> tuple[int, int]:
    """Return the steps to a minimum that few runs undercut and few exceed, one in twenty each."""
    arrivals = [each.arrival[each.reached < DIVERGED] for each in found]
    some = np.concatenate([np.empty(0, dtype=np.int32), *arrivals])
    some = some[some > 0]
    few, many = np.quantile(some, [0.05, 0.95]).astype(int).tolist() if some.size else (1, 1)
    return few, many


def neutral(theme: Theme) -> RGB:
    """Return the colour of what arrives nowhere."""
    return mix(theme.background, theme.muted, 0.2)


def stripe(theme: Theme) -> RGB:
    """Return the colour of the stripes where runs overflow."""
    return mix(theme.background, theme.ink, 0.55)


def chips_of_places(
    minima: Points, theme: Theme, language: Language, places: set[int]
) -> list[Chip]:
    """Return the key's entries: minima, and what else the picture shows.

    Args:
        minima: Those that have a colour, (n, 2).
        theme: The colours.
        language: What the rest is called in.
        places: Which of ELSEWHERE and DIVERGED are in the picture.
    """
    rest = [
        (ELSEWHERE, Chip(neutral(theme), language.say("elsewhere"), "")),
        (DIVERGED, Chip(stripe(theme), language.say("diverged"), "", style=2)),
    ]
    named = [Chip(theme.track(k), _point(*minimum), "") for k, minimum in enumerate(minima)]
    return named + [chip for place, chip in rest if place in places]


def _point(x: float, y: float) -> str:
    return (
        "("
        + ", ".join(f"{v:.3g}" if abs(v) >= 5e-4 else "0" for v in (x, y)).replace("-", MINUS)
        + ")"
    )


def _axes(run: Run) -> list[Axes]:
    limits = _limits(run).within
    return [
        Axes(run.window, run.axes, f"{chip.name} {chip.remark}", limits=limits)
        for chip in run.chips
    ]


def _limits(run: Run) -> Limits:
    """Return what of the plane is shown: no start is marked that would need room.

    Narrow plots beside each other would show much that nobody looks for, at the cost of what is.
    """
    return replace(run.limits, starts=None, least=0.5)


def _chips(run: Run) -> list[Chip]:
    return chips_of_places(run.minima, run.theme, run.language, {ELSEWHERE, DIVERGED})


def _show(run: Run, boxes: Sequence[Box], draper: Draper) -> Shown:
    """Return one plot of basins for each optimizer."""
    cell = cell_of(boxes)
    windows = [_limits(run).within(box) for box in boxes]
    found = _found(run, [starts_of(*place, cell) for place in zip(windows, boxes, strict=True)])
    span = span_of(found)
    places = {place for each in found for place in np.unique(each.reached).tolist()}
    return Shown(
        plots=[
            _plot(
                BasinsView(
                    basins=basins, window=window, box=box, cell=cell, span=span, theme=run.theme
                ),
                run,
                draper.scale,
            )
            for basins, window, box in zip(found, windows, boxes, strict=True)
        ],
        about=_about(span, run.language),
        chips=chips_of_places(run.minima, run.theme, run.language, places),
    )


def _about(span: tuple[int, int], language: Language) -> str:
    """Say what the strength of colours means; nothing where all that arrives is equally fast."""
    fast, slow = span
    return language.say("strong_and_weak", fast=fast, slow=slow) if fast < slow else ""


def _found(run: Run, starts: Sequence[Points]) -> list[Basins]:
    """Return the basins of each optimizer, from starts of its own."""
    sizes = [each.size // 2 for each in starts]
    found: list[Basins] = []
    for place, (trajectory, each) in enumerate(zip(run.trajectories, starts, strict=True)):

        def advance(done: int, _total: int, place: int = place) -> None:
            run.progress(sum(sizes[:place]) + done, sum(sizes))

        found.append(
            find_basins(
                surface=run.surface,
                trajectory=trajectory,
                starts=each,
                steps=run.steps,
                minima=run.minima,
                window=run.window,
                noise=run.noise,
                progress=advance,
            )
        )
    return found


def _plot(view: BasinsView, run: Run, scale: float) -> Plot:
    points = tuple(map(tuple, run.minima.tolist()))
    stars = minima_stars(points, view, run.theme, max(scale, 0.7) * 0.8)
    return Plot(
        view=view,
        tracks=(),
        foreground=tuple(stars),
        pen=Pen.scaled(scale),
        reveal=view.reveal,
    )


VIEW = View(
    summary="Which minimum each optimizer reaches from every pixel, and how fast.",
    noun="Basins of attraction",
    axes=_axes,
    show=_show,
    chips=_chips,
    everywhere=True,
    repaints=True,
)
