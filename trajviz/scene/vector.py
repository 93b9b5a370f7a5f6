"""A scene as vectors, drawn by matplotlib: for PDF, and to test our own pixels against.

Everything is drawn from the scene's values in pixels. matplotlib's settings are its defaults while
a file is written; the user's own are restored.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from trajviz.scene.color import RGB, hexed
from trajviz.scene.fonts import line_of, own_face, runs_of
from trajviz.scene.lettering import placed_parts
from trajviz.scene.marks import Box, Dot, Fill, Mark, Oval, Shape, Stroke, Text
from trajviz.scene.mathematics import Formula
from trajviz.scene.matplotlib_settings import settings
from trajviz.scene.outline import LINE, MOVE, Area, Areas, Raster, Rim
from trajviz.scene.plot import Plot
from trajviz.scene.scene import Scene
from trajviz.scene.theme import Theme
from trajviz.scene.track import FAINT, HIDDEN_HEAD, Flags, Line, Pen
from trajviz.surface import Points

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch, Rectangle

PIXELS_PER_INCH = 96  # as CSS has it
_EM = 1000
"""A size at which letters are as wide as their outlines."""
_POINT = 72 / PIXELS_PER_INCH
_SPACING = 3
"""How many pixels lie between the samples through which level lines go."""


def pdf(scene: Scene, step: int, subject: str) -> bytes:
    """Return a still as a PDF's bytes, the same every time.

    Args:
        scene: What is drawn.
        step: The step that is shown.
        subject: What the file says of itself, empty for nothing.
    """
    return _printed(lambda: [draw(scene, step)], subject)


def sheets(scene: Scene, texts: Sequence[Text], subject: str) -> bytes:
    """Return a PDF whose pages are what stands still in a scene, then each of some texts alone.

    Args:
        scene: What is drawn.
        texts: Lines of text, which share the fonts of the first page.
        subject: What the file says of itself, empty for nothing.
    """
    return _printed(lambda: [_standing(scene), *(_alone(text, scene) for text in texts)], subject)


def _printed(figures: Callable[[], Sequence[Figure]], subject: str) -> bytes:
    """Return figures as the pages of a PDF; they are made within matplotlib's own settings."""
    from matplotlib.backends.backend_pdf import PdfPages

    with settings({"pdf.fonttype": 42}, own=True):  # fonts go with the file
        file = io.BytesIO()  # what goes wrong on a disk would be lost inside matplotlib
        metadata = {"CreationDate": None, "Subject": subject or None}
        with PdfPages(file, metadata=metadata) as pages:
            for figure in figures():
                pages.savefig(figure, dpi=PIXELS_PER_INCH)
    return file.getvalue()


def _standing(scene: Scene) -> Figure:
    """Return what lies below the tracks of a scene, in all of its plots."""
    figure, axes = _sheet(scene, clear=scene.transparent)
    for plot in scene.plots:
        _draw_view(axes, plot, 0.0, _SPACING, scene.clear)
    for mark in scene.marks:
        _draw_mark(axes, mark)
    return figure


def _alone(text: Text, scene: Scene) -> Figure:
    figure, axes = _sheet(scene, clear=True)
    _draw_mark(axes, text)
    return figure


def _sheet(scene: Scene, *, clear: bool) -> tuple[Figure, Axes]:
    """Return an empty figure of a scene's size, and axes in which a unit is a pixel."""
    from matplotlib.figure import Figure

    width, height = scene.size
    figure = Figure(
        figsize=(width / PIXELS_PER_INCH, height / PIXELS_PER_INCH),
        dpi=PIXELS_PER_INCH,
        facecolor="none" if clear else hexed(scene.theme.background),
    )
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.set_axis_off()
    return figure, axes


def draw(scene: Scene, step: float, spacing: int = _SPACING) -> Figure:
    """Return a still as a figure of the scene's size, 96 pixels an inch.

    Args:
        scene: What is drawn.
        step: How many steps have been taken.
        spacing: Level lines go through samples that are so many pixels apart.
    """
    figure, axes = _sheet(scene, clear=scene.transparent)
    moments = [plot.shown_at(step) for plot in scene.plots]
    plots = [plot.at(at / scene.steps) for plot, at in zip(scene.plots, moments, strict=True)]
    for plot, moment in zip(plots, moments, strict=True):
        _draw_view(axes, plot, moment, spacing, scene.clear)
    for mark in (*scene.marks, *scene.passing(step)):
        _draw_mark(axes, mark)
    for plot, moment in zip(plots, moments, strict=True):
        _draw_tracks(axes, plot, scene.theme, moment)
    if scene.counter:
        for digit in scene.counter.digits(int(step)):
            _draw_mark(axes, digit)
    return figure


def _draw_view(axes: Axes, plot: Plot, step: float, spacing: int, clear: RGB | None) -> None:
    """Draw what lies below a plot's tracks, without what is of the colour of the clear paper."""
    for vector in plot.view.vectors(step, spacing, 0):
        if isinstance(vector, Areas):
            _draw_areas(axes, vector, plot.box)
        elif isinstance(vector, Raster):
            _draw_raster(axes, vector, clear)
        elif not (isinstance(vector, Fill) and vector.color == clear):
            _draw_mark(axes, vector)


def _draw_areas(axes: Axes, areas: Areas, box: Box) -> None:
    """Fill areas in order, then draw the lines along their rims over all of them."""
    frame = _frame(axes, box)
    for area in areas.areas:
        for inside in _filled(area):
            _add_clipped(axes, inside, frame)
    for area in areas.areas:
        for line in _lined(area.rim, areas) if area.rim else ():
            _add_clipped(axes, line, frame)


def _filled(area: Area) -> list[Patch]:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    return [
        PathPatch(Path(*outline), facecolor=hexed(area.color), linewidth=0)
        for outline in area.outlines
    ]


def _lined(rim: Rim, areas: Areas) -> list[Patch]:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    return [
        PathPatch(
            Path(*outline),
            fill=False,
            edgecolor=hexed(rim.color),
            alpha=areas.line_alpha,
            linewidth=areas.line_width * _POINT,
        )
        for outline in rim.outlines
    ]


def _draw_raster(axes: Axes, raster: Raster, clear: RGB | None) -> None:
    (x0, y0, x1, y1), picture = raster.box, raster.picture
    if clear:
        opacity = 255 * (picture != clear).any(axis=2, keepdims=True)
        picture = np.concatenate([picture, opacity.astype(np.uint8)], axis=2)
    axes.imshow(picture, extent=(x0, x1, y1, y0), aspect="auto", interpolation="nearest", zorder=0)


def _draw_mark(axes: Axes, mark: Mark, zorder: float = 3) -> None:
    from matplotlib.patches import Circle, Ellipse, Polygon

    if isinstance(mark, Text):
        _draw_text(axes, mark, zorder)
    elif isinstance(mark, Dot):
        axes.add_patch(Circle((mark.x, mark.y), mark.radius, color=hexed(mark.color), linewidth=0))
    elif isinstance(mark, Fill):
        rectangle = _frame(axes, mark.box)
        rectangle.set(facecolor=hexed(mark.color), linewidth=0)
        axes.add_patch(rectangle)
    elif isinstance(mark, Stroke):
        _draw_stroke(axes, mark, zorder)
    elif isinstance(mark, Oval):
        wide, high = 2 * mark.across, 2 * mark.up
        oval = Ellipse((mark.x, mark.y), wide, high, fill=False, edgecolor=hexed(mark.color))
        oval.set(linewidth=mark.width * _POINT, zorder=zorder)
        axes.add_patch(oval)
    elif isinstance(mark, Shape):
        axes.add_patch(
            Polygon(
                mark.corners,
                facecolor=hexed(mark.fill),
                edgecolor=hexed(mark.rim),
                linewidth=mark.rim_width * _POINT,
                joinstyle="miter",
                zorder=zorder,
            )
        )


def _draw_stroke(axes: Axes, mark: Stroke, zorder: float) -> None:
    """Draw a polyline and its tip, what is around them first."""
    from matplotlib.patches import PathPatch, Polygon
    from matplotlib.path import Path

    for color, more in mark.passes:
        ink, wide = hexed(color), (mark.width + 2 * more) * _POINT
        axes.add_patch(
            PathPatch(
                Path(mark.shaft), fill=False, edgecolor=ink, linewidth=wide,
                capstyle="round", joinstyle="round", zorder=zorder,
            )
        )  # fmt: skip
        if mark.tip:
            around = 2 * more * _POINT
            axes.add_patch(
                Polygon(mark.barbs, facecolor=ink, edgecolor=ink, linewidth=around, zorder=zorder)
            )


def _draw_text(axes: Axes, mark: Text, zorder: float = 3) -> None:
    """Write a line part by part."""
    for pen, part in placed_parts(mark.text, _EM, mark.bold):
        x, y = round(mark.left) + pen * mark.size / _EM, round(mark.y)
        if isinstance(part, Formula):
            corners = part.outline(mark.size, x, y)
            _draw_outline(axes, corners, part.codes, mark, zorder)
        else:
            _draw_plain(axes, mark, part, x, y, zorder)


def _draw_outline(
    axes: Axes, corners: ArrayLike, codes: ArrayLike, mark: Text, zorder: float
) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    letters = PathPatch(Path(corners, codes), facecolor=hexed(mark.color), linewidth=0)
    letters.set(zorder=zorder, path_effects=_around(mark))
    axes.add_patch(letters)


def _around(mark: Text) -> Any:
    """Return matplotlib's effects for what is around letters; None for nothing."""
    if mark.rim is None:
        return None
    from matplotlib.patheffects import Normal, Stroke

    width = 2 * mark.rim_width * _POINT
    return [Stroke(linewidth=width, foreground=hexed(mark.rim), joinstyle="round"), Normal()]


def _draw_plain(axes: Axes, mark: Text, part: str, x: float, y: float, zorder: float) -> None:
    """Write a line in DejaVu, as matplotlib does by itself, or draw it in another font."""
    color = hexed(mark.color)
    runs = runs_of(line_of(part), mark.bold)
    if [face for face, _ in runs] == [own_face(mark.bold)]:
        axes.text(
            x, y, runs[0][1], color=color, fontsize=mark.size * _POINT, zorder=zorder,
            fontweight="bold" if mark.bold else "normal", family="DejaVu Sans", parse_math=False,
            path_effects=_around(mark),
        )  # fmt: skip
        return
    from trajviz.scene.glyphs import outline

    corners, codes = outline(runs, mark.size, x, y)
    _draw_outline(axes, corners, codes, mark, zorder)


def _draw_tracks(axes: Axes, plot: Plot, theme: Theme, step: float) -> None:
    """Lines with halos in order, marks, the foreground, heads in order, stars."""
    from matplotlib.patches import Circle

    pen, box, frame = plot.pen, plot.box, _frame(axes, plot.box)
    halo = theme.background if theme.halo else None
    for layer in plot.layers:
        lines = [track.lasting.until(step) for track in layer]
        _draw_lines(axes, lines, pen, layer[0].color, halo, frame)
    for layer in plot.layers:
        tails = [tail for track in layer if (tail := track.tail(step))]
        _draw_lines(axes, tails, pen, layer[0].color, halo, frame)
    for layer in plot.layers:
        marks = [_mark(track.mark) for track in layer if track.is_marked(step)]
        _draw_strokes(axes, marks, plot.pen, layer[0].color, halo, frame)
    for shape in plot.under_heads:
        _draw_mark(axes, shape)
    growth = iter(plot.growth(np.array([float(step)]))[:, 0].tolist())
    for layer in plot.layers:
        heads = [(track, next(growth), *track.at(np.array([step]))[0]) for track in layer]
        for radius, color in ((pen.head + pen.rim, theme.edge), (pen.head, layer[0].color)):
            for track, more, x, y in heads:
                within = box.x0 <= x <= box.x1 and box.y0 <= y <= box.y1
                if not (within and track.line.knots[0] <= step < track.gone_knot):
                    continue
                behind = track.line.hidden[track.line.ending(np.array([step]))[0]]
                disc = Circle((x, y), radius + more, color=hexed(color), linewidth=0, zorder=4)
                disc.set_alpha(HIDDEN_HEAD if behind else 1)
                _add_clipped(axes, disc, frame)
    for mark in (*plot.over_heads, *plot.moved(step)):
        _draw_mark(axes, mark, zorder=5)


def _draw_lines(
    axes: Axes, lines: Sequence[Line], pen: Pen, color: RGB, halo: RGB | None, frame: Patch
) -> None:
    """Draw the lines of a layer: what is hidden faintly, then what is seen."""
    for line in lines:
        _stroke(axes, line, line.hidden & ~line.gap, pen.faint, color, frame, FAINT)
    seen = [(line, ~line.hidden & ~line.gap) for line in lines]
    _draw_strokes(axes, seen, pen, color, halo, frame)


def _draw_strokes(
    axes: Axes,
    strokes: Sequence[tuple[Line, Flags]],
    pen: Pen,
    color: RGB,
    halo: RGB | None,
    frame: Patch,
) -> None:
    """Draw the chosen segments of lines, all halos first, where there are any."""
    for line, seen in strokes if halo else ():
        _stroke(axes, line, seen, pen.line + 2 * pen.halo, halo or color, frame)
    for line, seen in strokes:
        _stroke(axes, line, seen, pen.line, color, frame)


def _mark(strokes: Points | None) -> tuple[Line, Flags]:
    """Return strokes, (n, 2, 2), as a line, and which segments are theirs, (2 n,)."""
    assert strokes is not None
    line = Line.through(strokes.reshape(-1, 2))
    return line, np.arange(len(line.knots)) % 2 == 1


def _stroke(
    axes: Axes, line: Line, chosen: Flags, width: float, color: RGB, frame: Patch, alpha: float = 1
) -> None:
    """Draw the segments of a line whose ends are chosen, (n,), as one path."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    ends = np.flatnonzero(chosen[1:]) + 1
    if not len(ends):
        return
    begins = np.append(True, np.diff(ends) > 1)
    vertices, codes = [], []
    for end, begin in zip(ends.tolist(), begins.tolist(), strict=True):
        if begin:
            vertices.append(line.vertices[end - 1])
            codes.append(MOVE)
        vertices.append(line.vertices[end])
        codes.append(LINE)
    path = PathPatch(
        Path(vertices, codes), fill=False, edgecolor=hexed(color), linewidth=width * _POINT,
        capstyle="round", joinstyle="round", zorder=2, alpha=alpha,
    )  # fmt: skip
    _add_clipped(axes, path, frame)


def _frame(axes: Axes, box: Box) -> Rectangle:
    from matplotlib.patches import Rectangle

    return Rectangle((box.x0, box.y0), box.width, box.height, transform=axes.transData)


def _add_clipped(axes: Axes, patch: Patch, frame: Patch) -> None:
    axes.add_patch(patch)
    patch.set_clip_path(frame)
