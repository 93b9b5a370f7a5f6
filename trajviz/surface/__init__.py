"""A test surface: a formula in two variables, where to look at it, where to start, what is known.

The gradient is exact (see `dual`). Everything works on one point and on arrays of points, shape
(..., 2).
"""

from __future__ import annotations

import functools
import inspect
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from types import CodeType
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from trajviz.docstrings import docstring_of
from trajviz.errors import TrajvizError, unknown
from trajviz.frozen import dataclass
from trajviz.surface import dual
from trajviz.untrusted import check_text

Floats: TypeAlias = npt.NDArray[np.float64]
"""An array of float64."""
Ints: TypeAlias = npt.NDArray[np.int64]
"""An array of int64."""
Points: TypeAlias = npt.NDArray[np.float64]
"""Points of the plane, shape (..., 2), the last axis being x and y."""
Number: TypeAlias = Any
"""A float, or an array that broadcasts against the points."""
Formula: TypeAlias = Callable[..., Number]
"""A function of x and y, floats or arrays, in numpy's arithmetic; over data, of rows as well."""

Gradient: TypeAlias = Callable[[Points], Points]
"""The gradient at points of shape (..., 2), same shape."""


class Block(NamedTuple):
    """A part of the weights, as a layer's matrix: of so many consecutive weights, in C order.

    Attributes:
        name: What the model calls it, as "layer 1, weights".
        shape: Its shape, (out, in) for a matrix that a layer multiplies with.
    """

    name: str
    shape: tuple[int, ...]

    @property
    def size(self) -> int:
        """How many weights it has."""
        return math.prod(self.shape)


class Oracle(Protocol):
    """What an optimizer may ask of a surface. A Surface is one; so is what a noisy step sees of it.

    Points are of shape (..., 2), in the surface's own units. A Problem is one too, whose points are
    its weights, (..., d).
    """

    @property
    def dimension(self) -> int:
        """How many numbers a point has: 2, or a problem's d."""

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The matrices and vectors that a point is made of, in order; none for one vector."""

    def value(self, points: Points) -> Floats:
        """Return the heights, (..., 2) to (...)."""

    def gradient(self, points: Points) -> Points:
        """Return the gradients, (..., 2) to (..., 2)."""

    def hessian(self, points: Points) -> Floats:
        """Return the second derivatives, (..., 2) to (..., 2, 2)."""

    def hessian_product(self, points: Points, vectors: Points) -> Points:
        """Return the Hessian at each point times a vector, both (..., 2), of that shape."""


def parts_of(surface: Oracle, w: Points) -> list[Floats]:
    """Return the blocks that a point is made of, each in its shape: views of it.

    Args:
        surface: What the point lies on; where it names no blocks, the point is one vector.
        w: The point, (..., d), or a gradient there.

    Returns:
        Of each block the numbers, (..., *shape).
    """
    if not surface.blocks:
        return [w]
    ends = np.cumsum([block.size for block in surface.blocks])[:-1]
    shaped = zip(np.split(w, ends, axis=-1), surface.blocks, strict=True)
    return [part.reshape(*w.shape[:-1], *block.shape) for part, block in shaped]


class Seen:
    """What a walk sees in place of a surface or problem: it has the dimension and blocks of that.

    Attributes:
        surface: What it stands for.
    """

    surface: Any

    @property
    def dimension(self) -> int:
        """How many numbers a point has."""
        return int(self.surface.dimension)

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The matrices and vectors that a point is made of."""
        blocks: tuple[Block, ...] = self.surface.blocks
        return blocks


_LONGEST_NAME = 10_000
"""Letters of what a surface is called; in a picture it is shorter."""
RANK_GRID = 192
"""Samples along each axis from which ranks are computed."""
ASPECTS = ("equal", "fill")
"""How a picture draws the axes: a unit as long across as up, or the window filling the plot."""


class Window(NamedTuple):
    """The rectangle of the plane that is looked at, in the surface's own units.

    Attributes:
        x0: The left edge.
        x1: The right edge.
        y0: The lower edge.
        y1: The upper edge.
    """

    x0: float
    x1: float
    y0: float
    y1: float

    @property
    def extent(self) -> Floats:
        """Width and height, shape (2,)."""
        return np.array([self.x1 - self.x0, self.y1 - self.y0])

    def contains(self, points: Points) -> npt.NDArray[np.bool_]:
        """Tell for each point, (..., 2) to (...), whether it lies inside or on the edge."""
        x, y = points[..., 0], points[..., 1]
        return (self.x0 <= x) & (x <= self.x1) & (self.y0 <= y) & (y <= self.y1)

    def holds(self, other: Window) -> bool:
        """Tell whether all of another window lies inside or on the edge."""
        return bool(self.contains(np.array([other[::2], other[1::2]])).all())

    def including(self, x: float, y: float) -> Window:
        """Return the window, widened where a point is outside it.

        Beyond the point there is a margin, a twentieth of the way from it to the far edge.
        """
        margin_x = 0.05 * (max(self.x1, x) - min(self.x0, x))
        margin_y = 0.05 * (max(self.y1, y) - min(self.y0, y))
        return Window(
            self.x0 if x >= self.x0 else x - margin_x,
            self.x1 if x <= self.x1 else x + margin_x,
            self.y0 if y >= self.y0 else y - margin_y,
            self.y1 if y <= self.y1 else y + margin_y,
        )


def check_window(values: Sequence[float]) -> Window:
    """Return four numbers as a Window.

    Args:
        values: X0, X1, Y0 and Y1, in the surface's own units.

    Raises:
        TrajvizError: They are not four finite numbers in order, or too close to each other for
            floats.
    """
    window = Window(*map(float, values)) if len(values) == 4 else None
    if window is None or not all(map(math.isfinite, window)):
        raise TrajvizError(
            f"window {_shown(values)} is not four finite numbers X0,X1,Y0,Y1 (as in -4,4,-2,2)"
        )
    if window.x0 >= window.x1 or window.y0 >= window.y1:
        raise TrajvizError(f"window {_shown(values)} is empty: X0 < X1 and Y0 < Y1 are needed")
    if not np.isfinite(window.extent).all() or not _separable(window):
        raise TrajvizError(f"window {_shown(values)} is beyond what floats can resolve")
    return window


def check_point(values: Sequence[float], what: str = "start") -> tuple[float, float]:
    """Return two numbers as a point.

    Args:
        values: X and Y, in the surface's own units.
        what: What a message calls the point; default "start".

    Raises:
        TrajvizError: They are not two finite numbers.
    """
    if len(values) != 2 or not all(math.isfinite(value) for value in values):
        raise TrajvizError(f"{what} {_shown(values)} is not two finite numbers X,Y (as in 1,1.6)")
    return float(values[0]), float(values[1])


def check_start(values: Sequence[float]) -> tuple[float, ...]:
    """Return a point, or the one number at which a function of one variable starts.

    Raises:
        TrajvizError: They are neither one finite number nor two.
    """
    if len(values) == 1 and math.isfinite(values[0]):
        return (float(values[0]),)
    return check_point(values)


def check_aspect(aspect: str) -> None:
    """Raise TrajvizError unless this is one of ASPECTS."""
    if aspect not in ASPECTS:
        raise unknown("aspect", aspect, ASPECTS)


def _shown(values: Sequence[float]) -> str:
    return repr(",".join(f"{value:g}" for value in values))


def _separable(window: Window) -> bool:
    """Tell whether ten thousand samples across the window are different floats."""
    size = np.maximum(np.abs(window[::2]), np.abs(window[1::2]))
    return bool((window.extent / 1e4 > np.spacing(size)).all())


@dataclass(frozen=True)
class Surface:
    """A test surface: a formula in two variables and what is known about it.

    Points, windows and starts are in the surface's own units. The gradient is exact: the formula is
    evaluated with dual numbers.

    A surface over data is the mean loss over its samples. Its `formula` and `gradient_formula` take
    a further argument, `rows=slice(None)`: the indices of a mini-batch, (k,), or all.

    Attributes:
        formula: `formula(x, y)`, the height, in numpy's arithmetic; x and y are floats or arrays of
            one shape, and so is the height.
        window: X0, X1, Y0, Y1: the rectangle that a picture shows.
        start: X, Y: where a race begins, inside the window.
        minima: The minima in the window, (n, 2), the lowest first; default none, for a surface that
            falls for ever or whose minima nobody knows.
        title: What a picture says above; default "", made from the name when a file is loaded.
        axes: The names of the two variables; default "x" and "y".
        source: Author and year; default "".
        name: What a user types for it; default "", from the file's name when it is loaded.
        gradient_formula: `gradient_formula(points)`, (..., 2) to (..., 2), which then stands in
            place of the dual numbers; default None.
        samples: How many samples the data has; default 0, no surface over data.
        batch_size: How many samples a mini-batch has if nobody says; default 0, all of them.
        accuracy: `accuracy(x, y)`, the share of the samples that x and y classify rightly, 0 to 1;
            default None.
        parameters: The numbers that the formula was made with, by name; default none. Those that
            a user gave are also in the name and the title.
        note: What was found rather than stated, such as a formula's window; default "".
        phrase: What a sentence calls the surface, such as "Beale's function"; default "", from the
            file's docstring when it is loaded.
        rates: Customary learning rates of the literature, by optimizer; default none.
        rates_by: Whose they are, as in "Radford"; default "".
        lr: How learning rates are chosen if nobody says, "tuned" or "customary"; default "tuned".
        aspect: How a picture draws the axes if nobody says, "equal" or "fill"; default "", equal
            unless that would show places that are lower than the window's lowest, or not finite.
        domain: X0, X1, Y0, Y1: beyond it a picture with equal axes shows nothing more; default
            None, the whole plane.

    Raises:
        TrajvizError: The window is empty, the start outside it, or another field makes no sense.

    >>> bowl = Surface(lambda x, y: x**2 + 20 * y**2, window=(-4, 4, -1, 1), start=(-3, 0.5))
    >>> float(bowl.value(np.array([1.0, 1.0]))), bowl.gradient(np.array([1.0, 1.0])).tolist()
    (21.0, [2.0, 40.0])
    """

    formula: Formula
    window: Window
    start: tuple[float, float]
    minima: tuple[tuple[float, float], ...] = ()
    title: str = ""
    axes: tuple[str, str] = ("x", "y")
    source: str = ""
    name: str = ""
    gradient_formula: Callable[..., Points] | None = field(default=None, repr=False)
    samples: int = 0
    batch_size: int = 0
    accuracy: Formula | None = field(default=None, repr=False)
    parameters: Mapping[str, float] = field(default_factory=dict, hash=False)
    note: str = ""
    phrase: str = ""
    rates: Mapping[str, float] = field(default_factory=dict, hash=False)
    rates_by: str = ""
    lr: str = "tuned"
    aspect: str = ""
    domain: Window | None = None

    if TYPE_CHECKING:  # what may be given, which is less strict than what is kept

        def __init__(
            self,
            formula: Formula,
            window: Sequence[float],
            start: Sequence[float],
            minima: Iterable[Sequence[float]] = (),
            title: str = "",
            axes: Sequence[str] = ("x", "y"),
            source: str = "",
            name: str = "",
            gradient_formula: Callable[..., Points] | None = None,
            samples: int = 0,
            batch_size: int = 0,
            accuracy: Formula | None = None,
            parameters: Mapping[str, float] = ...,
            note: str = "",
            phrase: str = "",
            rates: Mapping[str, float] = ...,
            rates_by: str = "",
            lr: str = "tuned",
            aspect: str = "",
            domain: Sequence[float] | None = None,
        ) -> None: ...

    def __post_init__(self) -> None:
        """Check what a definition file may have got wrong."""
        for name in (self.title, self.name, self.phrase, *self.axes):
            check_text("name of a surface", name, _LONGEST_NAME)
        if not callable(self.formula):
            raise TrajvizError(f"formula {self.formula!r} is not a function of x and y")
        # Plain tuples are welcome in a definition file.
        object.__setattr__(self, "window", check_window(self.window))
        object.__setattr__(self, "start", check_point(self.start))
        object.__setattr__(
            self, "minima", tuple(check_point(point, "minimum") for point in self.minima)
        )
        if not self.window.contains(np.array(self.start)):
            raise TrajvizError(f"start {self.start} is outside the window {tuple(self.window)}")
        if not 0 <= self.batch_size <= self.samples:
            raise TrajvizError(
                f"batch_size {self.batch_size} is not from 0 to the {self.samples} samples"
            )
        self._check_rates()
        self._check_axes()

    def _check_axes(self) -> None:
        if self.aspect:
            check_aspect(self.aspect)
        if self.domain is not None:
            domain = check_window(self.domain)
            object.__setattr__(self, "domain", domain)
            if not domain.holds(self.window):
                raise TrajvizError(
                    f"window {tuple(self.window)} reaches beyond the domain {tuple(domain)}"
                )

    def _check_rates(self) -> None:
        if bool(self.rates) != bool(self.rates_by):
            raise TrajvizError("rates need rates_by, which says whose they are, and it needs them")
        for name, rate in self.rates.items():
            if not (math.isfinite(rate) and rate > 0):
                raise TrajvizError(f"rate {rate:g} of {name} is not a finite number above 0")
        if self.lr not in ("tuned", "customary") or (self.lr == "customary" and not self.rates):
            raise TrajvizError(f"lr {self.lr!r} is not 'tuned', or 'customary' beside rates")

    @property
    def dimension(self) -> int:
        """How many numbers a point has."""
        return 2

    @property
    def blocks(self) -> tuple[Block, ...]:
        """A point is one vector."""
        return ()

    @property
    def summary(self) -> str:
        """The first line of the formula's docstring."""
        return docstring_of(self.formula).split("\n")[0]

    @property
    def stem(self) -> str:
        """The name as part of a file name: at most 40 letters, digits, points and hyphens."""
        return stem_of(self.name) or "surface"

    def value(self, points: Points, rows: Ints | None = None) -> Floats:
        """Return the height at each point; overflow gives inf or nan.

        Args:
            points: Shape (..., 2).
            rows: On a surface over data, the samples whose mean loss it is, (k,); default all.

        Returns:
            Heights, shape (...).
        """
        batch, flat = {} if rows is None else {"rows": rows}, _in_a_row(points)
        with np.errstate(all="ignore"):
            height = self.formula(flat[..., 0], flat[..., 1], **batch)
        return _heights(self.formula, height, flat.shape[:-1]).reshape(points.shape[:-1])

    def gradient(self, points: Points, rows: Ints | None = None) -> Points:
        """Return the exact gradient at each point.

        Args:
            points: Shape (..., 2).
            rows: On a surface over data, the samples whose mean loss it belongs to, (k,); default
                all.

        Returns:
            Gradients, shape (..., 2).

        Raises:
            TrajvizError: Dual numbers cannot differentiate the formula.
        """
        batch, flat = {} if rows is None else {"rows": rows}, _in_a_row(points)
        with np.errstate(all="ignore"):
            if self.gradient_formula is not None:
                slopes = self.gradient_formula(flat, **batch)
                return _slopes(self.gradient_formula, slopes, flat.shape).reshape(points.shape)
            formula = functools.partial(self.formula, **batch) if batch else self.formula
            return dual.gradient(formula, flat).reshape(points.shape)

    def hessian(self, points: Points, rows: Ints | None = None) -> Floats:
        """Return the second derivatives at each point.

        They are exact, but for a surface with a `gradient_formula`: there they are its central
        differences, good to about ten digits.

        Args:
            points: Shape (..., 2).
            rows: On a surface over data, the samples whose mean loss they belong to, (k,); default
                all.

        Returns:
            Hessians, shape (..., 2, 2).

        Raises:
            TrajvizError: Dual numbers cannot differentiate the formula.
        """
        batch, flat = {} if rows is None else {"rows": rows}, _in_a_row(points)
        with np.errstate(all="ignore"):
            if self.gradient_formula is not None:
                return _differences(functools.partial(self.gradient, rows=rows), points)
            found = dual.hessian(functools.partial(self.formula, **batch), flat)
        return found.reshape(*points.shape, 2)

    def hessian_product(self, points: Points, vectors: Points, rows: Ints | None = None) -> Points:
        """Return the second derivatives at each point, times a vector there.

        Args:
            points: Shape (..., 2).
            vectors: Of that shape.
            rows: On a surface over data, the samples whose mean loss they belong to, (k,); default
                all.

        Returns:
            Shape (..., 2).
        """
        return product(self.hessian(points, rows), vectors)

    def grid(self, xs: Floats, ys: Floats) -> Floats:
        """Return the heights above a grid.

        Args:
            xs: The x of each column, (columns,).
            ys: The y of each row, (rows,).

        Returns:
            Heights, shape (rows, columns).
        """
        if not _takes_axes(self.formula, xs, ys):
            return self.value(np.stack(np.meshgrid(xs, ys), axis=-1))
        with np.errstate(all="ignore"):
            height = self.formula(xs[None, :], ys[:, None])
        return np.broadcast_to(np.asarray(height, dtype=np.float64), (len(ys), len(xs)))


def product(matrices: Floats, vectors: Points) -> Points:
    """Return matrices, (..., d, d), times vectors, (..., d)."""
    return np.asarray((matrices @ vectors[..., None])[..., 0])


def stem_of(name: str) -> str:
    """Return a name as part of a file name, which may be "".

    >>> stem_of("x**2 + 20*y**2")
    'x2-20y2'
    """
    return re.sub(r"[^a-z0-9.]+", "-", name.lower().replace("*", ""))[:40].strip("-.")


def _in_a_row(points: Points) -> Points:
    """Return points as a formula sees them, one point or a row: as many tools know no more axes."""
    return points if points.ndim < 3 else points.reshape(-1, 2)


def _takes_axes(formula: Formula, xs: Floats, ys: Floats) -> bool:
    """Tell whether a formula makes of the axes alone what it makes of all points of a grid.

    One that works element by element does, and is faster so: what depends on x alone is computed
    once for a column. Another fails, or mixes the points up.
    """
    few = [axis[:: max(1, len(axis) // 2)][:3] for axis in (xs, ys)]
    x, y = (numbers.ravel() for numbers in np.meshgrid(*few))
    try:
        with np.errstate(all="ignore"):
            all_points = np.broadcast_to(formula(x, y), x.shape)
            axes = np.broadcast_to(
                formula(few[0][None, :], few[1][:, None]), [*map(len, few[::-1])]
            )
    except Exception:  # whatever a user's code may raise; asked about all points, it is told
        return False
    return np.array_equal(axes.ravel(), all_points, equal_nan=True)


def _heights(formula: Formula, height: Number, shape: tuple[int, ...]) -> Floats:
    """Return what a formula gave as heights of this shape, or tell what it gave instead."""
    heights = np.asarray(height)
    fits = heights.shape == shape or heights.shape == ()
    if heights.dtype.kind not in "biuf" or not fits:
        what = type(height).__name__ + (f" of shape {heights.shape}" if not fits else "")
        points = "one point" if shape == () else f"points of shape {shape}"
        raise TrajvizError(f"{place_of(formula)}: for {points} the formula returns {what}")
    return np.broadcast_to(heights.astype(np.float64, copy=False), shape)


def _slopes(formula: Gradient, slopes: Number, shape: tuple[int, ...]) -> Points:
    """Return what a gradient_formula gave, or tell that it is no gradient of each point."""
    found = np.asarray(slopes)
    if found.dtype.kind not in "biuf" or found.shape != shape:
        raise TrajvizError(
            f"{place_of(formula)}: for points of shape {shape} gradient_formula returns "
            f"{type(slopes).__name__} of shape {found.shape}, not of theirs"
        )
    return found.astype(np.float64, copy=False)


def place_of(function: Callable[..., Any]) -> str:
    """Return where a function is written, as "FILE, line N"; its name where nobody knows."""
    code = code_of(function)
    return f"{code.co_filename}, line {code.co_firstlineno}" if code else name_of(function)


def code_of(function: Callable[..., Any]) -> CodeType | None:
    """Return the code of a function, method, partial or object that is called; None without any."""
    function = inspect.unwrap(function)
    if isinstance(function, functools.partial):
        return code_of(function.func)
    code = getattr(function, "__code__", None) or getattr(type(function).__call__, "__code__", None)
    return code if isinstance(code, CodeType) else None


def name_of(function: Callable[..., Any]) -> str:
    """Return what a function is called; what it is an object of, where it has no name."""
    function = inspect.unwrap(function)
    if isinstance(function, functools.partial):
        return name_of(function.func)
    return str(getattr(function, "__name__", type(function).__name__))


def _differences(gradient: Gradient, points: Points) -> Floats:
    """Return the Hessian, (..., 2, 2), symmetric, as central differences of the gradient."""
    steps = np.cbrt(np.finfo(np.float64).eps) * np.maximum(1.0, np.abs(points))
    rows = []
    for axis in range(2):
        ahead, behind = points.copy(), points.copy()
        ahead[..., axis] += steps[..., axis]
        behind[..., axis] -= steps[..., axis]
        width = (ahead - behind)[..., axis, None]
        rows.append((gradient(ahead) - gradient(behind)) / width)
    matrix = np.stack(rows, axis=-2)
    return np.asarray((matrix + matrix.swapaxes(-1, -2)) / 2)


@dataclass(frozen=True)
class Ranks:
    """How heights compare within a window: the rank of a height is the share that lies lower.

    Ranks need no choice of logarithm or offset, and treat valley and wall alike on every surface,
    bounded or not.

    Attributes:
        heights: The window's finite heights on a grid, sorted, (n,).
        enclosed: Whether a lowest of them lies off the window's edge; else the surface falls
            towards what lies outside.
    """

    heights: Floats
    enclosed: bool

    @classmethod
    def of(cls, surface: Surface, window: Window) -> Ranks:
        """Sample a window of a surface at the centres of RANK_GRID x RANK_GRID cells.

        Raises:
            TrajvizError: The surface has no finite value there.
        """
        cells = (np.arange(RANK_GRID) + 0.5) / RANK_GRID
        heights = surface.grid(
            window.x0 + cells * (window.x1 - window.x0), window.y0 + cells * (window.y1 - window.y0)
        )
        finite = np.sort(heights[np.isfinite(heights)])
        if not finite.size:
            raise TrajvizError(f"the surface has no finite value in the window {tuple(window)}")
        return cls(finite, bool((heights[1:-1, 1:-1] == finite[0]).any()))

    def rank(self, heights: Floats) -> Floats:
        """Return the rank of each height, 0 to 1, any shape."""
        return np.searchsorted(self.heights, heights) / len(self.heights)

    def height(self, ranks: Floats) -> Floats:
        """Return the heights that have these ranks, any shape: the inverse of `rank`."""
        count = len(self.heights)
        return np.interp(ranks, np.linspace(0, 1, count), self.heights)
