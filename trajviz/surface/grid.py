"""Surfaces of numbers: heights on a grid, read from a file, with a spline between them.

An `.npz` has arrays x, (columns,), y, (rows,), and z, (rows, columns). A `.csv` has either columns
x, y and z, a row for each node in any order, or the axes around the heights: the first row x, the
first column y. Nothing in such a file is code. Outside the grid there is no height.
"""

from __future__ import annotations

import csv
import inspect
import math
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import numpy as np

from trajviz.errors import TrajvizError
from trajviz.surface import Floats, Number, Points, Surface, check_window
from trajviz.surface.data_files import GRIDS, lines_of, npz_arrays
from trajviz.surface.framing import framed
from trajviz.surface.spline import FEWEST, Spline
from trajviz.untrusted import MOST_ARRAY_BYTES, MOST_TEXT_BYTES, check_cells, read_bytes

MOST_NODES = 1_000_000
"""No grid has more."""
_LOWEST = 8
"""From how many low nodes a lowest point is looked for."""

_Grid: TypeAlias = tuple[Floats, Floats, Floats]
"""What a file holds: x, (columns,), y, (rows,), and z, (rows, columns)."""


def read_grid(path: Path) -> Surface:
    """Return the surface through the heights in a file.

    Its window is the grid, its minimum the lowest place, unless that is on the edge, and its start
    is found as a formula's is.

    Args:
        path: A file whose suffix is one of `GRIDS`.

    Raises:
        TrajvizError: There is no such file, or it holds no grid.
    """
    if not path.is_file():
        raise TrajvizError(f"no surface file {str(path)!r}")
    most, read = _READERS[path.suffix.lower()]
    data = read_bytes(path, most, f"{path}: the file")
    try:
        return _surface(path.stem, *_checked(*read(data)))
    except TrajvizError as error:
        raise TrajvizError(f"{path}: {error}") from error


def _surface(stem: str, xs: Floats, ys: Floats, heights: Floats) -> Surface:
    spline = Spline.through(xs, ys, heights)

    def height(x: Number, y: Number) -> Number:
        return spline(x, y)

    height.__doc__ = f"A spline through {heights.size:,} heights on a grid."
    vars(height)["spline"] = spline
    window = check_window([xs[0], xs[-1], ys[0], ys[-1]])
    found = framed(height, window=window)
    name = stem.replace("_", "-")
    title = name.replace("-", " ").capitalize()
    return Surface(
        formula=height,
        window=window,
        start=found.start,
        minima=_minima(found, xs, ys, heights),
        title=title,
        name=name,
        note=found.note.replace("the formula", "the grid"),
        phrase=f"the surface {title}",
        source=f"{len(xs)} x {len(ys)} heights",
    )


def spline_of(surface: Surface) -> Spline | None:
    """Return the spline that a surface of numbers is; None for another."""
    return getattr(inspect.unwrap(surface.formula), "spline", None)


def _minima(surface: Surface, xs: Floats, ys: Floats, z: Floats) -> tuple[tuple[float, float], ...]:
    """Return the lowest place of a spline; none where the grid's edge lies lower."""
    inner = z[1:-1, 1:-1]
    edge = min(z[0].min(), z[-1].min(), z[:, 0].min(), z[:, -1].min())
    rows, columns = np.unravel_index(np.argsort(inner, axis=None)[:_LOWEST], inner.shape)
    cell = np.array([np.diff(xs).max(), np.diff(ys).max()])
    nodes = np.stack([xs[columns + 1], ys[rows + 1]], axis=-1)
    ends = [
        end
        for node, end in zip(nodes, [_settled(surface, node) for node in nodes], strict=True)
        if _is_hollow(surface, end) and (np.abs(end - node) <= cell).all()
    ]
    if not ends:
        return ()
    lowest = min(ends, key=lambda end: float(surface.value(end)))
    return ((float(lowest[0]), float(lowest[1])),) if surface.value(lowest) < edge else ()


def _settled(surface: Surface, point: Points) -> Points:
    """Return where Newton's steps from a point end."""
    for _ in range(20):
        curvature = surface.hessian(point)
        if not np.isfinite(curvature).all() or np.linalg.det(curvature) <= 0:
            return point
        point = point - np.linalg.solve(curvature, surface.gradient(point))
    return point


def _is_hollow(surface: Surface, point: Points) -> bool:
    curvature = surface.hessian(point)
    return bool(np.isfinite(curvature).all() and (np.linalg.eigvalsh(curvature) > 0).all())


def _checked(xs: Floats, ys: Floats, heights: Floats) -> _Grid:
    """Return a grid with ascending axes; raise TrajvizError for what is none."""
    if heights.shape != (len(ys), len(xs)):
        raise TrajvizError(
            f"z of shape {heights.shape} is not (rows, columns) of y and x, {len(ys), len(xs)}"
            + (": give z.T" if heights.shape == (len(xs), len(ys)) else "")
        )
    if min(heights.shape) < FEWEST:
        raise TrajvizError(f"a grid of {len(xs)} x {len(ys)} is less than {FEWEST} x {FEWEST}")
    for name, numbers in (("x", xs), ("y", ys), ("z", heights)):
        missing = np.argwhere(~np.isfinite(numbers))
        if len(missing):
            place = ", ".join(str(index + 1) for index in missing[0])
            raise TrajvizError(f"{name} has no finite number at place {place}: a grid has no gaps")
    columns, rows = np.argsort(xs), np.argsort(ys)
    for name, numbers in (("x", xs[columns]), ("y", ys[rows])):
        twice = np.flatnonzero(np.diff(numbers) == 0)
        if twice.size:
            raise TrajvizError(f"{name} has {numbers[twice[0]]:g} twice")
    return xs[columns], ys[rows], heights[np.ix_(rows, columns)]


def _check_size(nodes: int) -> None:
    if nodes > MOST_NODES:
        raise TrajvizError(f"{nodes:,} heights are more than {MOST_NODES:,}: take every second")


def _from_npz(data: bytes) -> _Grid:
    xs, ys, heights = _arrays(data)
    if heights.ndim != 2 or xs.ndim != ys.ndim or xs.ndim not in (1, 2):
        shapes = ", ".join(f"{n} {a.shape}" for n, a in zip("xyz", (xs, ys, heights), strict=True))
        raise TrajvizError(f"shapes {shapes} are not x (columns,), y (rows,), z (rows, columns)")
    return _from_meshes(xs, ys, heights) if xs.ndim == 2 else (xs, ys, heights)


def _arrays(data: bytes) -> _Grid:
    """Return the three arrays that an NPZ must have."""
    found = npz_arrays(data, "numbers", "xyz")
    x, y, z = (_numeric(name, found.get(name)) for name in "xyz")
    return x, y, z


def _numeric(name: str, array: Floats | None) -> Floats:
    if array is None or array.dtype.kind not in "iuf":
        what = "missing" if array is None else f"of {array.dtype}, not of numbers"
        raise TrajvizError(f"array {name!r} is {what}: x, y and z are needed")
    _check_size(array.size)
    return array.astype(np.float64)


def _from_meshes(xs: Floats, ys: Floats, heights: Floats) -> _Grid:
    """Return the axes of numpy's meshgrid, of either indexing."""
    if xs.shape == ys.shape == heights.shape:
        if (xs == xs[:1]).all() and (ys == ys[:, :1]).all():
            return xs[0], ys[:, 0], heights
        if (xs == xs[:, :1]).all() and (ys == ys[:1]).all():
            return xs[:, 0], ys[0], heights.T
    raise TrajvizError("x and y are neither axes nor a mesh: their points lie on no grid")


def _from_csv(data: bytes) -> _Grid:
    head = next(lines_of(data), "")
    separator = next((sign for sign in "\t;," if sign in head), ",")
    check_cells(data, f"\r\n{separator}".encode())
    rows = _rows(data, separator)
    if not rows:
        raise TrajvizError("the file is empty")
    _check_size(sum(map(len, rows)) // (3 if len(rows[0]) == 3 else 1))
    names = [cell.strip().lower() for cell in rows[0]]
    if {*"xyz"} <= {*names}:
        return _from_nodes(_numbers(rows[1:], 2)[:, [names.index(name) for name in "xyz"]])
    if len(names) == 3:
        return _from_nodes(_numbers(rows, 1))
    corner = _numbers([["0", *rows[0][1:]], *rows[1:]], 1)
    return corner[0, 1:], corner[1:, 0], corner[1:, 1:]


def _rows(data: bytes, separator: str) -> list[list[str]]:
    """Return the rows that are not empty."""
    lines = csv.reader(lines_of(data), delimiter=separator)
    try:
        return [row for row in lines if any(row)]
    except csv.Error as error:
        raise TrajvizError(f"line {lines.line_num}: {error}") from error


def _numbers(rows: list[list[str]], line: int) -> Floats:
    """Return cells as numbers, (rows, columns); the first row is this line of the file."""
    if not rows:
        raise TrajvizError("there is no row of numbers in it")
    numbers = array("d")
    for place, row in enumerate(rows, line):
        if len(row) != len(rows[0]):
            raise TrajvizError(f"row {place}: {len(row)} values, not {len(rows[0])}")
        try:
            found = [*map(float, row)]
        except ValueError:
            found = []
        if not (found and all(map(math.isfinite, found))):
            cell = next(cell for cell in row if not _is_number(cell))
            raise TrajvizError(f"row {place}: {cell!r} is not a finite number")
        numbers.extend(found)
    return np.array(numbers).reshape(len(rows), -1)


def _is_number(cell: str) -> bool:
    try:
        return math.isfinite(float(cell))
    except ValueError:
        return False


def _from_nodes(nodes: Floats) -> _Grid:
    """Return the grid of nodes, (n, 3), in any order."""
    xs, columns = np.unique(nodes[:, 0], return_inverse=True)
    ys, rows = np.unique(nodes[:, 1], return_inverse=True)
    if len(nodes) != len(xs) * len(ys) or len({*zip(rows, columns, strict=True)}) != len(nodes):
        raise TrajvizError(
            f"{len(nodes):,} nodes are not each of {len(xs):,} x with each of {len(ys):,} y once"
        )
    heights = np.empty((len(ys), len(xs)))
    heights[rows, columns] = nodes[:, 2]
    return xs, ys, heights


_READERS: dict[str, tuple[int, Callable[[bytes], _Grid]]] = dict(
    zip(GRIDS, ((MOST_TEXT_BYTES, _from_csv), (MOST_ARRAY_BYTES, _from_npz)), strict=True)
)
