"""A bicubic spline through heights on a grid, with the exact derivatives of its pieces.

It is the tensor product of cubic splines without a knot at the second and the last but one node
(de Boor 1978, A Practical Guide to Splines), so that a cubic is given back as it was. Between four
nodes it is a polynomial in Hermite's form, of their heights and slopes.
"""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np

from trajviz.frozen import dataclass
from trajviz.surface import Floats, Number
from trajviz.surface.dual_number import Dual, lift, plain

FEWEST = 4
"""Nodes along each axis that a cubic needs."""


_BASIS = np.array([[1, 0, -3, 2], [0, 1, -2, 1], [0, 0, 3, -2], [0, 0, -1, 1]], dtype=np.float64)
"""Hermite's polynomials, (weight, power): of value and slope at a cell's first end, then last."""


@dataclass(frozen=True)
class Spline:
    """A function of x and y through heights on a grid; NaN outside it.

    Attributes:
        xs: The x of each column, ascending, (columns,).
        ys: The y of each row, ascending, (rows,).
        cells: What the weights of each cell are of, (4, 4, rows - 1, columns - 1): along y, then
            along x, value and slope at the first end and at the last.

    >>> grid = np.arange(5.0)
    >>> cubic = Spline.through(grid, grid, grid**3 + grid[:, None] ** 2)
    >>> float(cubic(1.5, 2.5))  # 1.5**3 + 2.5**2
    9.625
    """

    xs: Floats
    ys: Floats
    cells: Floats

    @classmethod
    def through(cls, xs: Floats, ys: Floats, heights: Floats) -> Spline:
        """Return the spline through heights, (rows, columns), at least FEWEST of each."""
        along_x = slopes(xs, heights.T).T
        along_y, mixed = slopes(ys, heights), slopes(ys, along_x)
        nodes = np.array([[heights, along_x], [along_y, mixed]])
        down, right = slice(None, -1), slice(1, None)
        ends = [
            [nodes[i, j][rows, columns] for columns in (down, right) for j in (0, 1)]
            for rows in (down, right)
            for i in (0, 1)
        ]
        return cls(xs, ys, np.array(ends))

    @property
    def heights(self) -> Floats:
        """The heights at its nodes, (rows, columns)."""
        left = np.vstack([self.cells[0, 0], self.cells[2, 0, -1:]])
        right = np.append(self.cells[0, 2, :, -1], self.cells[2, 2, -1, -1])
        return np.column_stack([left, right])

    def __call__(self, x: Number, y: Number) -> Number:
        """Return the height at x and y: floats, arrays, or duals."""
        column, row = _cell(self.xs, plain(x)), _cell(self.ys, plain(y))
        ends = self.cells[:, :, row, column]

        @functools.cache
        def weights(axis: str, order: int) -> Floats:
            nodes, place, cell = (self.xs, x, column) if axis == "x" else (self.ys, y, row)
            return _weights(nodes, plain(place), cell, order)

        def derivative(x: Number, y: Number, by_x: int, by_y: int) -> Number:
            """Return the derivative by x and y so many times."""
            if not (isinstance(x, Dual) or isinstance(y, Dual)):
                return _weighed(ends, weights("y", by_y), weights("x", by_x))
            a, b = lift(x), lift(y)
            along_x = a.chain(0.0, derivative(a.value, b.value, by_x + 1, by_y))
            slope = along_x + b.chain(0.0, derivative(a.value, b.value, by_x, by_y + 1))
            return Dual(derivative(a.value, b.value, by_x, by_y), slope.dx, slope.dy)

        return derivative(x, y, 0, 0)


def _cell(nodes: Floats, place: Floats) -> Any:
    """Return in which cell a place lies, from 0; outside all, the nearest."""
    return np.clip(np.searchsorted(nodes, place, side="right") - 1, 0, len(nodes) - 2)


def _weights(nodes: Floats, place: Floats, cell: Any, order: int) -> Floats:
    """Return what the ends of a cell weigh at a place, (4, ...); NaN outside all cells.

    The weights are those of a derivative of this order.
    """
    start, width = nodes[cell], np.diff(nodes)[cell]
    inside = (nodes[0] <= place) & (place <= nodes[-1])
    share = np.where(inside, (place - start) / width, np.nan)
    found = np.zeros((4, *np.shape(share)))
    for power in range(3, order - 1, -1):  # Horner's rule
        terms = _BASIS[:, power] * math.perm(power, order)
        found = found * share + terms.reshape(4, *[1] * np.ndim(share))
    found[1::2] *= width
    return found / width**order if order else found


def _weighed(ends: Floats, up: Floats, across: Floats) -> Floats:
    """Return the sum of the ends, (4, 4, ...), weighed along y and along x, (4, ...) each."""
    total = 0.0
    for row, weight in zip(ends, up, strict=True):
        a, b, c, d = row
        total = total + weight * (
            a * across[0] + b * across[1] + c * across[2] + d * across[3]
        )  # fmt: skip
    return np.asarray(total)


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
