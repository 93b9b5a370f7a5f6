"""Paths in tables of text: one row for each step, columns parted by commas, tabs and the like.

The documented form has the columns optimizer, step, x and y. What other programs write is read as
well where it can mean one thing only: other words for a column, no label, no steps, steps that do
not count 0, 1, 2, decimal commas, no head at all, a pair of columns for each path (adam_x and
adam_y). Where a path has ended, cells may be empty or NaN. What it was taken for is told.
"""

from __future__ import annotations

import csv
import dataclasses
import math
import re
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import NamedTuple

import numpy as np

from trajviz.descent.recording import Reading, Recording, check_paths
from trajviz.errors import TrajvizError
from trajviz.frozen import dataclass
from trajviz.surface.data_files import lines_of
from trajviz.surface.numbers import read_number
from trajviz.untrusted import check_cells

COLUMNS: dict[str, tuple[str, ...]] = {
    "optimizer": ("optimizer", "label", "name", "method", "algorithm"),
    "start": ("start", "seed"),
    "step": ("step", "epoch", "iteration", "iter"),
    "x": ("x",),
    "y": ("y",),
}
"""What a table may have, and the words for it, the documented one first."""

MOST_COLUMNS = 1_000
"""No table has more."""

_DELIMITERS = {"\t": "tabs", ";": "semicolons", ",": "commas"}
_MISSING = ("", "nan", "na", "n/a", "null", "none")
"""What stands in a cell that has no number."""
_NUMBER = re.compile(r"\s*[-+]?(\d+[.,]?\d*|[.,]\d+)(e[-+]?\d+)?\s*", re.IGNORECASE | re.ASCII)


class Row(NamedTuple):
    """The cells of a line, and its number."""

    line: int
    cells: list[str]


@dataclasses.dataclass
class _Decimals:
    """Whether numbers have decimal points or commas, which all of a file must agree on.

    Attributes:
        delimiter: What parts columns; where it is a comma, no number has one.
        seen: The first number with each mark, and its line.
    """

    delimiter: str
    seen: dict[str, tuple[str, int]] = field(default_factory=dict)

    def read(self, name: str, row: Row, place: int) -> float:
        """Return the number in a cell; raise TrajvizError with its line if there is none."""
        cell = row.cells[place]
        if "." in self.seen or "." not in cell:  # as nearly always: it tells nothing new of marks
            number = _finite(cell.replace(",", ".") if "," in self.seen else cell)
            if number is not None:
                return number
        for mark in ",." if _NUMBER.fullmatch(cell) else "":
            if mark in cell:
                self.seen.setdefault(mark, (cell, row.line))
        if len(self.seen) == 2:
            first, second = (f"{text!r} in line {line}" for text, line in self.seen.values())
            raise TrajvizError(f"decimal commas or points: {first}, but {second}?")
        plain = cell.replace(",", ".") if "," in self.seen else cell
        return read_number(f"line {row.line}: {name}", plain)


def _finite(cell: str) -> float | None:
    """Return the number in a cell, None where there is none that is finite."""
    try:
        number = float(cell)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def read_table(data: bytes, name: str, axes: Sequence[str] = ("x", "y")) -> Reading:
    """Return the paths of a table.

    Args:
        data: The file, in UTF-8.
        name: What a path is called that the table gives no label.
        axes: The names of the surface's axes, by which its columns may be called too.

    Raises:
        TrajvizError: It is no such table, or may be read in more than one way; told with the line.
    """
    delimiter = _delimiter(data)
    return read_rows(table_rows(data, delimiter), delimiter, name, axes)


def table_rows(data: bytes, delimiter: str = "") -> Iterator[Row]:
    """Return the rows of a table that are not empty, once it is known that they are not too many.

    Args:
        data: The file, in UTF-8.
        delimiter: What parts its columns; "" for what the first line shows.

    Raises:
        TrajvizError: It has too many cells, or is no table.
    """
    delimiter = delimiter or _delimiter(data)
    parting = "\r\n" if delimiter == " " else delimiter  # of blanks there may be any number
    check_cells(data, f"\r\n{parting}".encode())
    return _rows(data, delimiter)


def read_rows(
    rows: Iterator[Row], delimiter: str, name: str, axes: Sequence[str] = ("x", "y")
) -> Reading:
    """Return the paths of a table's rows.

    Args:
        rows: The head, if there is one, and what follows.
        delimiter: What parted their cells; where it was a comma, no number has one.
        name: What a path is called that the table gives no label.
        axes: The names of the surface's axes, by which its columns may be called too.

    Raises:
        TrajvizError: As for `read_table`.
    """
    head = next(rows, Row(1, []))
    understood = [] if delimiter == "," else [f"columns parted by {_spoken(delimiter)}"]
    if head.cells and all(map(_NUMBER.fullmatch, head.cells)):
        layout, rows = _unnamed(head, name), _back(head, rows)
        understood.append("columns taken for x and y")
    else:
        layout = _named(head, axes, name, understood)
    decimals = _Decimals(delimiter)
    recordings = _recordings(rows, len(head.cells), layout, decimals, understood)
    if "," in decimals.seen:
        understood.append("decimal commas")
    return Reading(recordings, list(dict.fromkeys(understood)))


def _delimiter(data: bytes) -> str:
    """Return what parts the columns: a tab, a semicolon or a comma, whichever is there, or blanks.

    >>> _delimiter(b"0,5;1"), _delimiter(b"x,y"), _delimiter(b"# x y")
    (';', ',', ' ')
    """
    first = next((line for line in lines_of(data) if line.strip()), ",")
    return next((mark for mark in _DELIMITERS if mark in first), " ")


def _spoken(delimiter: str) -> str:
    return _DELIMITERS.get(delimiter, "blanks")


def _rows(data: bytes, delimiter: str) -> Iterator[Row]:
    """Yield the rows that are not empty; a sharp before the first is no part of it."""
    plain = _without_sharp(lines_of(data))
    if delimiter == " ":
        plain = (" ".join(line.split()) + "\n" for line in plain)
    lines = csv.reader(plain, strict=True, delimiter=delimiter)
    try:
        for cells in lines:
            if len(cells) > MOST_COLUMNS:
                raise TrajvizError(
                    f"line {lines.line_num}: it has more than {MOST_COLUMNS:,} columns"
                )
            if cells:
                yield Row(lines.line_num, [cell.strip() for cell in cells])
    except csv.Error as error:
        raise TrajvizError(f"line {lines.line_num}: {error}") from error


def _without_sharp(lines: Iterator[str]) -> Iterator[str]:
    head = True
    for line in lines:
        yield line.lstrip().removeprefix("#").lstrip(" \t") if head and line.strip() else line
        head = head and not line.strip()


def _back(first: Row, rows: Iterator[Row]) -> Iterator[Row]:
    yield first
    yield from rows


@dataclass(frozen=True)
class _Layout:
    """Where the columns of a table stand.

    Attributes:
        places: Those of optimizer, start and step, that are there.
        pairs: The label of each path of a row, and where its x and y stand.
    """

    places: dict[str, int]
    pairs: dict[str, tuple[int, int]]


def _unnamed(head: Row, name: str) -> _Layout:
    """Return where x and y stand in a table without a head."""
    if len(head.cells) != 2:
        raise TrajvizError(
            f"line {head.line}: which of {len(head.cells)} columns are x and y? "
            "A first line names them, as in step,x,y or step,adam_x,adam_y"
        )
    return _Layout({}, {name: (0, 1)})


def _named(head: Row, axes: Sequence[str], name: str, understood: list[str]) -> _Layout:
    """Return where the columns of COLUMNS stand, those that are there."""
    names = [cell.lower() for cell in head.cells]
    words = {**COLUMNS, "x": ("x", axes[0].lower()), "y": ("y", axes[1].lower())}
    places = {}
    for column, known in words.items():
        found = _one_of(column, [word for word in dict.fromkeys(known) if word in names], names)
        if found is not None:
            places[column] = found
            if head.cells[found] != column:
                understood.append(f"{head.cells[found]!r} taken for {column}")
    missing = [column for column in ("x", "y") if column not in places]
    if not missing:
        return _Layout(places, {name: (places["x"], places["y"])})
    pairs = {} if {"optimizer", "start"} & places.keys() else _pairs(head, words)
    if not pairs:
        there = ", ".join(map(repr, head.cells)) or "none"
        raise TrajvizError(
            f"line {head.line}: no column is called {missing[0]!r}, there are: {there}"
        )
    understood.append(f"a pair of columns for each of {', '.join(pairs)}")
    return _Layout(places, pairs)


def _pairs(head: Row, words: Mapping[str, Sequence[str]]) -> dict[str, tuple[int, int]]:
    """Return where x and y of each path stand in a wide table: adam_x and adam_y, or x1 and y1."""
    found: dict[str, dict[str, int]] = {}
    for place, cell in enumerate(head.cells):
        for axis in ("x", "y"):
            for label in _labels_of(cell, words[axis]):
                if axis in found.setdefault(label, {}):
                    first = head.cells[found[label][axis]]
                    raise TrajvizError(
                        f"line {head.line}: {first!r} and {cell!r} may both be the {axis} of "
                        f"{label!r}"
                    )
                found[label][axis] = place
    pairs = {label: (one["x"], one["y"]) for label, one in found.items() if len(one) == 2}
    taken = {place for pair in pairs.values() for place in pair}
    for label, one in found.items():
        (axis, place), *others = one.items()
        if pairs and not others and place not in taken:
            raise TrajvizError(
                f"line {head.line}: {head.cells[place]!r} is the {axis} of {label!r}, but no "
                f"column is its {'xy'.replace(axis, '')}"
            )
    return pairs


def _labels_of(cell: str, axis: Sequence[str]) -> list[str]:
    """Return whose axis a column may be: what stands before or after the axis's name.

    >>> _labels_of("Adam_x", ["x"]), _labels_of("x 1", ["x"]), _labels_of("max", ["x"])
    (['Adam'], ['1'], [])
    """
    word = "|".join(map(re.escape, axis))
    before = re.fullmatch(rf"(.+?)[ _./:-]+(?:{word})", cell, re.IGNORECASE)
    after = re.fullmatch(rf"(?:{word})(?:[ _./:-]+(.+)|(\d+))", cell, re.IGNORECASE)
    labels = [before[1]] if before else []
    return labels + ([after[1] or after[2]] if after else [])


def _one_of(column: str, found: list[str], names: list[str]) -> int | None:
    """Return where the one column stands that is meant, None where there is none."""
    if not found:
        return None
    if names.count(found[0]) > 1:
        raise TrajvizError(f"line 1: column {found[0]!r} is there twice")
    if len(found) > 1 and found[0] != column:
        both = " and ".join(map(repr, found))
        raise TrajvizError(f"line 1: {both} may both be the {column}: name one of them {column!r}")
    return names.index(found[0])


def _recordings(
    rows: Iterator[Row],
    columns: int,
    layout: _Layout,
    decimals: _Decimals,
    understood: list[str],
) -> list[Recording]:
    """Return the paths that rows make up, those of one label and start each."""
    found: dict[tuple[str, int | None], _Path] = {}
    places = layout.places
    for row in rows:
        if len(row.cells) != columns:
            raise TrajvizError(
                f"line {row.line}: {len(row.cells)} values are not the head's {columns}"
            )
        number = _whole("start", row, places["start"]) if "start" in places else None
        for name, pair in layout.pairs.items():
            label = row.cells[places["optimizer"]] if "optimizer" in places else name
            path = found.get((label, number))
            if path is None:
                path = found[label, number] = _Path(label)
                check_paths(len(found))
            step = _whole("step", row, places["step"]) if "step" in places else path.rows
            path.add(row, step, pair, decimals)
    return [_recording(*key, path.points, understood) for key, path in found.items()]


def _is_missing(cell: str) -> bool:
    return not cell[-1:].isdigit() and cell.lower() in _MISSING  # the first is told at once


@dataclasses.dataclass(slots=True)
class _Path:
    """A path that grows row by row.

    Attributes:
        label: What it is called.
        points: The step, x and y of each point, one after the other.
        rows: How many rows it has, also those without a point.
        ended: The line of its first row without numbers, 0 before any.
    """

    label: str
    points: array[float] = field(default_factory=lambda: array("d"))
    rows: int = 0
    ended: int = 0

    def add(self, row: Row, step: int, pair: tuple[int, int], decimals: _Decimals) -> None:
        """Take a row, whose x and y may be missing where the path has ended."""
        self.rows += 1
        if _is_missing(row.cells[pair[0]]) and _is_missing(row.cells[pair[1]]):
            self.ended = self.ended or row.line
            return
        if self.ended:
            raise TrajvizError(
                f"line {row.line}: {self.label!r} goes on, but has no numbers in line {self.ended}"
            )
        if self.points and step <= self.points[-3]:
            raise TrajvizError(
                f"line {row.line}: step {step} of {self.label!r} comes after step "
                f"{self.points[-3]:.0f}: is it another path? A column 'start' tells several of one "
                "label apart"
            )
        x, y = decimals.read("x", row, pair[0]), decimals.read("y", row, pair[1])
        self.points.extend((step, x, y))


def _recording(
    label: str,
    number: int | None,
    path: array[float],
    understood: list[str],
) -> Recording:
    """Return a path whose first point is its start, whatever step it is called."""
    if not path:
        raise TrajvizError(f"{label!r} has no numbers in any line")
    table = np.array(path).reshape(-1, 3)
    steps = table[:, 0].astype(np.int64)
    if steps[0]:
        understood.append(f"step {steps[0]} taken for the start")
    gaps = np.unique(np.diff(steps))
    if not len(gaps) or (gaps == 1).all():
        return Recording(label, table[:, 1:], number)
    every = f"every {gaps[0]} steps" if len(gaps) == 1 else "not at every step"
    understood.append(f"points {every}, straight lines between them")
    return Recording(label=label, points=table[:, 1:], number=number, steps=steps - steps[0])


def _whole(name: str, row: Row, place: int) -> int:
    """Return the whole number in a cell, which may be written as a fraction, as in 1.0."""
    cell = row.cells[place]
    if len(cell) < 9 and cell.isascii() and cell.isdecimal():
        return int(cell)
    value = float(cell) if _NUMBER.fullmatch(cell) and "," not in cell else math.nan
    if not (0 <= value < 1e9 and value.is_integer()):
        raise TrajvizError(f"line {row.line}: {name} {cell!r} is not a whole number")
    return int(value)
