"""The edges in a picture of a block, and how they are smoothed: by the share of a pixel they cover.

An edge is known column by column: at which row, in fractions of one, what lies below it begins.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from trajviz.scene.paint import Picture
from trajviz.scene.views._horizon import Field
from trajviz.surface import Ints

STEEPEST = 12.0
"""Rows a column beyond which an edge is taken to be no steeper."""


class Edges(NamedTuple):
    """Points of edges: in which column, (n,), at which row, (n,), and how steep, (n,).

    Rows are fractions, counted between the centres of pixels. `steep` is in rows a column.
    """

    column: Ints
    place: Field
    steep: Field


def along(place: Field) -> Edges:
    """Return the edge that goes through all columns, at these rows, (width,)."""
    change = np.abs(np.diff(place))
    return Edges(
        column=np.arange(len(place)),
        place=place,
        steep=_steep(np.append(np.inf, change), np.append(change, np.inf)),
    )


def pieces(column: Ints, place: Field) -> Edges:
    """Return edges that begin and end anywhere.

    Args:
        column: In which column each point lies, (n,), ascending.
        place: At which row, (n,), ascending within a column.
    """
    before, after = (_nearest(column, place, side) for side in (-1, 1))
    return Edges(
        column=column,
        place=place,
        steep=_steep(_apart(place, before, after), _apart(place, after, before)),
    )


def _nearest(column: Ints, place: Field, side: int) -> Ints:
    """Return which point in the next column on a side is nearest to each, (n,); -1 for none."""
    # One number for both orders: places of different columns are further apart than any rows.
    apart = np.float64(4 * (place.max(initial=0) + 1))
    keys = column * apart + place
    sought = keys + side * apart
    above = np.searchsorted(keys, sought)
    padded = np.concatenate([[-np.inf], keys, [np.inf]])
    nearest = above - (sought - padded[above] <= padded[above + 1] - sought)
    there = (nearest >= 0) & (nearest < len(keys))
    nearest = np.where(there, nearest, -1)
    return np.where(there & (column[nearest] == column + side), nearest, -1)


def _apart(place: Field, neighbor: Ints, back: Ints) -> Field:
    """Return how many rows points are from their neighbours, (n,), to which they must be nearest.

    Where they are not, one edge ends beside another, and the distance is infinite.
    """
    mutual = (neighbor >= 0) & (back[neighbor] == np.arange(len(place)))
    return np.where(mutual, np.abs(place[neighbor] - place), np.float32(np.inf))


def _steep(before: Field, after: Field) -> Field:
    """Return the steepness by the gentler of two neighbours, so that a corner stays sharp."""
    gentler = np.minimum(before, after)
    return np.where(gentler <= STEEPEST, gentler, 0).astype(np.float32)


def soften(picture: Picture, edges: Edges, upright: bool = False) -> None:
    """Smooth edges in place: each pixel near one is mixed of what lies on its two sides.

    Args:
        picture: What has the edges, (height, width, 3), contiguous.
        edges: Where they are.
        upright: Whether their columns are the picture's rows, and their rows its columns.
    """
    height = picture.shape[1 if upright else 0]
    column, place, steep = edges
    row = np.ceil(place).astype(np.intp)
    kept = (row > 0) & (row < height)
    column, place, row = column[kept], place[kept], row[kept]
    across = np.hypot(1, steep[kept])  # how many rows the edge takes to cross a pixel
    first = np.maximum(np.floor(place - across / 2).astype(np.intp) + 1, 0)
    beyond = np.minimum(np.ceil(place + across / 2).astype(np.intp), height)
    count = beyond - first
    item = np.repeat(np.arange(len(count)), count)
    at = first[item] + np.arange(len(item)) - np.repeat(np.cumsum(count) - count, count)
    below = np.clip(0.5 + (at - place[item]) / across[item], 0, 1)
    column, row = column[item], row[item]
    lower = at >= row
    # By flat indices: numpy takes whole pixels by one in a fraction of the time it takes by two.
    flat = picture.reshape(-1, 3)
    down, right = (1, picture.shape[1]) if upright else (picture.shape[1], 1)
    here, beside = (rows * down + column * right for rows in (at, np.where(lower, row - 1, row)))
    own = flat.take(here, axis=0).astype(np.float32)
    other = flat.take(beside, axis=0)
    share = np.where(lower, 1 - below, below)[:, None]
    flat[here] = np.rint(own + (other - own) * share)
