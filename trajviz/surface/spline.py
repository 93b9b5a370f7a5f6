"""A bicubic spline through heights on a grid, with the exact derivatives of its pieces.

It is the tensor product of cubic splines without a knot at the second and the last but one node
(de Boor 1978, A Practical Guide to Splines), so that a cubic is given back as it was. Between four
nodes it is a polynomial in Hermite's form, of their heights and slopes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from trajviz.surface import Floats, Number
from trajviz.surface.dual_number import plain

FEWEST = 4
"""Nodes along each axis that a cubic needs."""


@dataclass(frozen=True)
class Spline:
    """A function of x and y through heights on a grid; NaN outside it.

    Attributes:
        xs: The x of each column, ascending, (columns,).
        ys: The y of each row, ascending, (rows,).
        nodes: Height, slope along x, along y, and mixed second derivative of each node,
            (2, 2, rows, columns): [order along y, order along x].

    >>> grid = np.arange(5.0)
    >>> cubic = Spline.through(grid, grid, grid**3 + grid[:, None] ** 2)
    >>> float(cubic(1.5, 2.5))  # 1.5**3 + 2.5**2
    9.625
    """

    xs: Floats
    ys: Floats
    nodes: Floats

    @classmethod
    def through(cls, xs: Floats, ys: Floats, heights: Floats) -> Spline:
        """Return the spline through heights, (rows, columns), at least FEWEST of each."""
        along_x = slopes(xs, heights.T).T
        nodes = np.array([[heights, along_x], [slopes(ys, heights), slopes(ys, along_x)]])
        return cls(xs, ys, nodes)

    def __call__(self, x: Number, y: Number) -> Number:
        """Return the height at x and y: floats, arrays, or duals."""
        column, across = _weights(self.xs, x)
        row, up = _weights(self.ys, y)
        total: Number = 0.0
        for dy in (0, 1):
            for order_y in (0, 1):
                terms = (
                    across[dx][order_x] * self.nodes[order_y, order_x][row + dy, column + dx]
                    for dx in (0, 1)
                    for order_x in (0, 1)
                )
                total = total + up[dy][order_y] * sum(terms)
        return total


def _weights(nodes: Floats, place: Number) -> tuple[Any, list[list[Number]]]:
    """Return the cell in which a place lies, and what each end of it weighs there.

    The weights, [end][order], are of the end's value and of its slope. Outside all cells they are
    NaN.
    """
    here = plain(place)
    cell = np.clip(np.searchsorted(nodes, here, side="right") - 1, 0, len(nodes) - 2)
    width = np.diff(nodes)[cell]
    inside = (nodes[0] <= here) & (here <= nodes[-1])
    t = (place - nodes[cell]) / np.where(inside, width, np.nan)
    s = 1 - t
    return cell, [
        [s * s * (1 + 2 * t), s * s * t * width],
        [t * t * (1 + 2 * s), -(t * t) * s * width],
    ]


def slopes(nodes: Floats, values: Floats) -> Floats:
    """Return the slopes of the cubic splines through values, (nodes, k), at their nodes.

    Neighbouring cubics have the same second derivative at the node that they share, and the first
    two and the last two have the same third derivative as well.
    """
    width = np.diff(nodes)[:, None]
    rise = np.diff(values, axis=0) / width
    lower, upper = np.zeros((2, len(nodes), 1))
    middle, right = np.empty((len(nodes), 1)), np.empty(values.shape)
    lower[1:-1], upper[1:-1] = width[1:], width[:-1]
    middle[1:-1] = 2 * (width[:-1] + width[1:])
    right[1:-1] = 3 * (width[1:] * rise[:-1] + width[:-1] * rise[1:])
    middle[0], upper[0], right[0] = _end(width[0], width[1], rise[0], rise[1])
    middle[-1], lower[-1], right[-1] = _end(width[-1], width[-2], rise[-1], rise[-2])
    return _solved(lower, middle, upper, right)


def _end(near: Floats, far: Floats, first: Floats, second: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the equation of an end: its weight, its neighbour's weight, and the right side."""
    both = near + far
    return far, both, ((near + 2 * both) * far * first + near**2 * second) / both


def _solved(lower: Floats, middle: Floats, upper: Floats, right: Floats) -> Floats:
    """Return the solution of tridiagonal equations, (n, k), by elimination from the top."""
    middle, right = middle.copy(), right.copy()
    for row in range(1, len(right)):
        share = lower[row] / middle[row - 1]
        middle[row] -= share * upper[row - 1]
        right[row] -= share * right[row - 1]
    right[-1] /= middle[-1]
    for row in range(len(right) - 2, -1, -1):
        right[row] = (right[row] - upper[row] * right[row + 1]) / middle[row]
    return right
