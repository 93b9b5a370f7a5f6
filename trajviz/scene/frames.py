"""Thin frames: around a lens, and around what it magnifies in the view."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from trajviz.scene.marks import Box, Stroke
from trajviz.scene.theme import Theme
from trajviz.scene.track import clip_segments
from trajviz.surface import Points, Window

if TYPE_CHECKING:
    from trajviz.scene.plot import MapView

_FINE = 24
"""In so many pieces each side of a frame goes over a relief."""
_COVERED, _SIGHT = 14.0, 8.0
"""How far from its middle a frame is lost below a star, and how long lines are that point at it."""


def around_box(box: Box, theme: Theme, width: float) -> list[Stroke]:
    """Return a frame just within a box of the picture."""
    inset = width / 2
    x0, y0, x1, y1 = box.x0 + inset, box.y0 + inset, box.x1 - inset, box.y1 - inset
    corners = ((x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0))
    return [Stroke(corners, width=width, color=theme.ink)]


def around_window(window: Window, view: MapView, theme: Theme, width: float) -> Iterator[Stroke]:
    """Yield the strokes of a frame around a part of the plane, as far as a view shows it.

    Args:
        window: What is framed.
        view: In which it is seen.
        theme: The colours.
        width: How wide the frame is, in pixels.
    """
    points = _outline(window)
    ink = Stroke((), width=width, color=theme.ink, rim=theme.background, rim_width=width)
    for corners in [*_seen_parts(points, view, width), *_sights(points, view, width)]:
        yield replace(ink, corners=tuple(map(tuple, corners.tolist())))


def _seen_parts(points: Points, view: MapView, width: float) -> Iterator[Points]:
    """Yield the pieces of an outline that a view shows, (n, 2) each, in pixels."""
    seen = view.visible(points)
    places = view.project(points)
    a, b, kept = clip_segments(places[:-1], places[1:], view.box, -width)
    drawn = seen[kept] & seen[kept + 1]
    begins = np.flatnonzero(drawn & ~np.append(False, drawn[:-1] & (np.diff(kept) == 1)))
    for begin in begins.tolist():
        end = begin
        while end + 1 < len(drawn) and drawn[end + 1] and kept[end + 1] == kept[end] + 1:
            end += 1
        yield np.concatenate([a[begin : begin + 1], b[begin : end + 1]])


def _sights(points: Points, view: MapView, width: float) -> Iterator[Points]:
    """Yield four short lines that point at a frame which a star may cover, (2, 2) each."""
    places = view.project(points)
    low, high = places.min(axis=0), places.max(axis=0)
    middle, half = (low + high) / 2, (high - low) / 2
    inside = (middle > view.box[:2]) & (middle < view.box[2:])
    if (half > _COVERED * width).any() or not (inside.all() and view.visible(points).any()):
        return
    for way in ((1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)):
        near = np.maximum(half + 3 * width, _COVERED * width)
        yield middle + np.multiply.outer([1.0, 1.0 + _SIGHT * width / near.max()], near * way)


def _outline(window: Window) -> Points:
    """Return points along the outline of a window, (n, 2), closed."""
    x0, x1, y0, y1 = window
    corners = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)])
    share = np.arange(_FINE)[:, None] / _FINE
    sides = [a + share * (b - a) for a, b in itertools.pairwise(corners)]
    return np.concatenate([*sides, corners[:1]])
