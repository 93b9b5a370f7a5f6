"""A scene as vectors, drawn by matplotlib: for SVG and PDF, and as the judge of our own pixels.

Everything comes from the scene's values in pixels. matplotlib's settings are its defaults, in a
context that gives the user's own back.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from trajviz.scene import Scene
from trajviz.scene.contour import ContourView
from trajviz.scene.fonts import line_of, own_face, runs_of
from trajviz.scene.marks import Dot, Mark, Shape, Text
from trajviz.scene.theme import RGB

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PIXELS_PER_INCH = 96  # as CSS has it
_POINT = 72 / PIXELS_PER_INCH


def save(scene: Scene, step: int, path: Path, kind: str) -> None:
    """Write the picture after `step` steps as "svg" or "pdf", the same bytes every time."""
    import matplotlib

    undated = {"Date": None} if kind == "svg" else {"CreationDate": None}
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        # Text as outlines: whoever opens the file need not have the font.
        matplotlib.rcParams.update({"svg.hashsalt": "trajviz", "pdf.fonttype": 42})
        figure = draw(scene, step)
        file = io.BytesIO()  # what goes wrong on a disk would be lost inside matplotlib
        figure.savefig(file, format=kind, metadata=undated, dpi=PIXELS_PER_INCH)
    path.write_bytes(file.getvalue())


def draw(scene: Scene, step: float, spacing: int = 3) -> Figure:
    """Return the picture after `step` steps as a figure of the scene's size, 96 pixels an inch.

    Level lines are traced through samples `spacing` pixels apart.
    """
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

    width, height = scene.size
    figure = Figure(
        figsize=(width / PIXELS_PER_INCH, height / PIXELS_PER_INCH),
        dpi=PIXELS_PER_INCH,
        facecolor=_hex(scene.theme.background),
    )
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.set_axis_off()
    plot = scene.plot
    frame = Rectangle((plot.x0, plot.y0), plot.width, plot.height, transform=axes.transData)
    _draw_surface(axes, scene.view, frame, spacing)
    for mark in scene.marks:
        _draw_mark(axes, mark)
    _draw_tracks(axes, scene, step, frame)
    if scene.counter:
        for digit in scene.counter.digits(int(step)):
            _draw_mark(axes, digit)
    return figure


def _draw_surface(axes: Axes, view: ContourView, frame: object, spacing: int) -> None:
    """Fill from the lowest band up, each over all that lies higher, so that no seam shows."""
    from contourpy import FillType, LineType, contour_generator
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path as Outline

    box = view.box
    across = np.linspace(box.x0, box.x1, box.width // spacing + 1)
    down = np.linspace(box.y0, box.y1, box.height // spacing + 1)
    xs, ys = view.unproject(across, down)
    heights = np.ma.masked_invalid(view.surface.grid(xs, ys))
    lines = contour_generator(across, down, heights, line_type=LineType.SeparateCode)
    fills = contour_generator(across, down, heights, fill_type=FillType.OuterCode)
    bottoms = [float(heights.min()) - 1, *view.levels.tolist()]
    for bottom, shade in zip(bottoms, view.shades.tolist(), strict=True):
        for corners, codes in zip(*fills.filled(bottom, np.inf), strict=True):
            fill = PathPatch(Outline(corners, codes), facecolor=_hex(shade), linewidth=0)
            _add_clipped(axes, fill, frame)
    for level in view.levels.tolist():
        for corners, codes in zip(*lines.lines(level), strict=True):
            line = PathPatch(
                Outline(corners, codes),
                fill=False,
                edgecolor=_hex(view.theme.line),
                alpha=view.theme.line_alpha,
                linewidth=view.line_width * _POINT,
            )
            _add_clipped(axes, line, frame)


def _draw_mark(axes: Axes, mark: Mark) -> None:
    from matplotlib.patches import Circle, Polygon

    if isinstance(mark, Text):
        _draw_text(axes, mark)
    elif isinstance(mark, Dot):
        axes.add_patch(Circle((mark.x, mark.y), mark.radius, color=_hex(mark.color), linewidth=0))
    elif isinstance(mark, Shape):
        axes.add_patch(
            Polygon(
                mark.corners,
                facecolor=_hex(mark.fill),
                edgecolor=_hex(mark.rim),
                linewidth=mark.rim_width * _POINT,
                joinstyle="miter",
                zorder=3,
            )
        )


def _draw_text(axes: Axes, mark: Text) -> None:
    """Write a line in DejaVu, as matplotlib does by itself, or draw it in another font."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path as Outline

    x, y, color = round(mark.left), round(mark.y), _hex(mark.color)
    runs = runs_of(line_of(mark.text), mark.bold)
    if [face for face, _ in runs] == [own_face(mark.bold)]:
        axes.text(
            x, y, runs[0][1], color=color, fontsize=mark.size * _POINT,
            fontweight="bold" if mark.bold else "normal", family="DejaVu Sans", parse_math=False,
        )  # fmt: skip
        return
    from trajviz.scene.glyphs import outline

    corners, codes = outline(runs, mark.size, x, y)
    axes.add_patch(PathPatch(Outline(corners, codes), facecolor=color, linewidth=0))


def _draw_tracks(axes: Axes, scene: Scene, step: float, frame: object) -> None:
    """Lines with halos in order, then the foreground, then the heads in order."""
    from matplotlib.patches import Circle, PathPatch
    from matplotlib.path import Path as Outline

    pen, background = scene.pen, scene.theme.background
    heads = []
    for track in scene.tracks:
        path = track.until(step)
        heads.append(path[-1])
        for width, color in ((pen.line + 2 * pen.halo, background), (pen.line, track.color)):
            line = PathPatch(
                Outline(path), fill=False, edgecolor=_hex(color), linewidth=width * _POINT,
                capstyle="round", joinstyle="round", zorder=2,
            )  # fmt: skip
            _add_clipped(axes, line, frame)
    for shape in scene.foreground:
        _draw_mark(axes, shape)
    for track, (x, y) in zip(scene.tracks, heads, strict=True):
        if scene.plot.x0 <= x <= scene.plot.x1 and scene.plot.y0 <= y <= scene.plot.y1:
            for radius, color in ((pen.head + pen.rim, background), (pen.head, track.color)):
                disc = Circle((x, y), radius, color=_hex(color), linewidth=0, zorder=4)
                _add_clipped(axes, disc, frame)


def _add_clipped(axes: Axes, patch: object, frame: object) -> None:
    axes.add_patch(patch)  # type: ignore[arg-type]  # matplotlib's own types, loaded late
    patch.set_clip_path(frame)  # type: ignore[attr-defined]


def _hex(color: RGB | list[int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*color)
