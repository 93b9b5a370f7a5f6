"""The plane on which a race in d dimensions is seen, and where it lies.

A plane goes through an origin along two axes, which are orthonormal: a unit is as long along either
as it is in d dimensions. Its kinds are

- `paths`: the principal axes of all paths together. The origin is the end of the lowest loss, and
  no other plane through it is nearer to the paths by the mean of the squares;
- `random`: two random directions through the same origin;
- `filters`: two random directions, of which each filter is as long as that of the weights at the
  origin (Li, Xu, Taylor, Studer, Goldstein 2018, Visualizing the loss landscape of neural nets);
- `through:A,B,C`: the plane through the ends of three tracks (Garipov, Izmailov, Podoprikhin,
  Vetrov, Wilson 2018, Loss surfaces, mode connectivity, and fast ensembling of DNNs);
- `ends`: the plane through the start and the ends of two tracks, the first two or `ends:A,B`.

Of each the variance of the paths along its axes is known, as a share of their mean squared distance
from the origin. The start lies to the left of the origin and above it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from trajviz.errors import TrajvizError, unknown
from trajviz.frozen import dataclass
from trajviz.surface import Block, Floats, Ints, Points

MOST_POINTS = 600
"""From so many points of all paths together axes are found, evenly along each path."""
MOST_NUMBERS = 8_000_000
"""And from so many weights of them."""
HIGH = 4.0
"""A point counts where it is no more than so many times as high as the start, above the lowest."""
_FLAT = 1e-9
"""What is so short, as a share of the whole, is no direction."""


@dataclass(frozen=True, eq=False)
class Plane:
    """A plane in d dimensions.

    Attributes:
        kind: Which it is, as a user says it.
        origin: A point on it, (d,).
        axes: Its directions, orthonormal, (2, d).
        share: The share of the paths' variance along each axis, 0 to 1.
        names: The tracks that it goes through the ends of; none for a plane of all of them.
        reach: How far from the origin it is shown at least, along each axis.
    """

    kind: str
    origin: Floats
    axes: Floats
    share: tuple[float, float]
    names: tuple[str, ...] = ()
    reach: float = 0.0

    def project(self, weights: Floats) -> Points:
        """Return the nearest points on the plane, (..., d) to (..., 2), as steps along its axes."""
        return np.asarray((weights - self.origin) @ self.axes.T)

    def place(self, points: Points) -> Floats:
        """Return points of the plane, (..., 2), as weights, (..., d)."""
        return np.asarray(self.origin + points @ self.axes)

    def off(self, weights: Floats) -> Floats:
        """Return how far weights are from the plane, (..., d) to (...)."""
        if weights.ndim > 1:  # one after the other, since all at once they may be too many
            return np.array([self.off(each) for each in weights])
        return np.asarray(np.linalg.norm(weights - self.place(self.project(weights))))


@dataclass(frozen=True, eq=False)
class Paths:
    """What a plane is found from.

    Attributes:
        weights: Where each track went, (steps + 1, d) each; all have one start.
        losses: The loss at each of these points, (steps + 1,) each; NaN where none is known.
        labels: What each track is called.
        blocks: How the weights fall into matrices and vectors; none for one vector.
        seed: Which random directions.
    """

    weights: Sequence[Floats]
    losses: Sequence[Floats]
    labels: Sequence[str]
    blocks: Sequence[Block] = ()
    seed: int = 0

    @property
    def start(self) -> Floats:
        """Where all tracks begin, (d,)."""
        return np.asarray(self.weights[0][0])

    @property
    def lowest_end(self) -> Floats:
        """Where the track ends that has the lowest loss at its end, (d,)."""
        ends = np.nan_to_num([losses[-1] for losses in self.losses], nan=np.inf)
        return np.asarray(self.weights[int(np.argmin(ends))][-1])

    def counted(self) -> list[Ints]:
        """Return which points of each track count, (n,) each: those that are not far too high.

        A track that diverges would take plane and window with it.
        """
        known = np.concatenate([losses[np.isfinite(losses)] for losses in self.losses])
        if not known.size:
            return [np.arange(len(losses)) for losses in self.losses]
        begin = max(float(np.nan_to_num(losses[0], nan=-np.inf)) for losses in self.losses)
        most = max(begin, float(known.min() + HIGH * (begin - known.min())))
        return [np.flatnonzero(~(losses > most)) for losses in self.losses]

    def sample(self) -> Floats:
        """Return points from which axes are found, (n, d), evenly along what counts of each."""
        dimension = len(self.start)
        most = max(4, min(MOST_POINTS, MOST_NUMBERS // dimension) // len(self.weights))
        rows = []
        for weights, there in zip(self.weights, self.counted(), strict=True):
            chosen = np.linspace(0, len(there) - 1, min(most, len(there))).round().astype(np.int64)
            rows.append(weights[there[chosen]])
        return np.concatenate(rows)

    def end_of(self, label: str) -> Floats:
        """Return where a track ends, (d,)."""
        return np.asarray(self.weights[[*self.labels].index(label)][-1])


def find_plane(text: str, paths: Paths) -> Plane:
    """Return the plane of some kind that paths are seen on.

    Args:
        text: The kind, and of which tracks, as "paths" or "through:sgd,adam,rmsprop".
        paths: The paths.

    Raises:
        TrajvizError: There is no such kind or track, or the points lie on one line.
    """
    check_plane(text, paths.labels)
    kind, names = split_plane(text)
    if len(paths.start) < 2:
        raise TrajvizError("a plane needs a problem of at least two dimensions")
    origin, first, second, reach, through = _KINDS[kind](paths, names)
    sample = paths.sample() - origin
    axes = _orthonormal(first, second)
    begin = axes @ (paths.start - origin)
    axes[0] *= -1.0 if begin[0] > 0 else 1.0
    axes[1] *= -1.0 if begin[1] < 0 else 1.0
    total = float(np.einsum("nd,nd->", sample, sample))
    along = ((sample @ axes.T) ** 2).sum(axis=0) / total if total else np.zeros(2)
    x, y = along.tolist()
    return Plane(
        kind=kind, origin=origin, axes=axes, share=(x, y), names=tuple(through), reach=reach
    )


def split_plane(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the kind of a plane and the labels after it.

    Raises:
        TrajvizError: There is no such kind, or it does not take so many labels.

    >>> split_plane("through:sgd,adam,rmsprop")
    ('through', ('sgd', 'adam', 'rmsprop'))
    """
    kind, _, rest = text.partition(":")
    names = tuple(name.strip() for name in rest.split(",") if name.strip())
    if kind not in _KINDS:
        raise unknown("plane", kind, _KINDS)
    if len(names) not in _LABELS.get(kind, (0,)):
        wanted = "three tracks, as in through:A,B,C" if kind == "through" else "no labels"
        wanted = "two tracks, as in ends:A,B, or none" if kind == "ends" else wanted
        raise TrajvizError(f"plane {text!r}: {kind} takes {wanted}")
    return kind, names


def check_plane(text: str, labels: Sequence[str]) -> None:
    """Raise TrajvizError, before any work, for a plane that tracks of these labels do not have."""
    kind, names = split_plane(text)
    for name in names:
        if name not in labels:
            raise unknown("track of the plane", name, labels)
    if kind == "ends" and len({*labels}) < 2:
        raise TrajvizError("plane 'ends' goes through the ends of two tracks: there is one")


_Found = tuple[Floats, Floats, Floats, float, Sequence[str]]
"""An origin, two directions, (d,) each, the reach, and which tracks' ends lie on the plane."""


def _principal(paths: Paths, _names: Sequence[str]) -> _Found:
    origin = paths.lowest_end
    first, second = _principal_axes(paths.sample() - origin)
    return origin, first, second, 0.0, ()


def _principal_axes(away: Floats) -> tuple[Floats, Floats]:
    """Return the two directions along which vectors, (n, d), are longest by the mean square."""
    count, dimension = away.shape
    if dimension <= count:
        _, directions = np.linalg.eigh(away.T @ away)
        return directions[:, -1], directions[:, -2]
    _, mixtures = np.linalg.eigh(away @ away.T)
    return away.T @ mixtures[:, -1], away.T @ mixtures[:, -2]


def _random(paths: Paths, _names: Sequence[str]) -> _Found:
    first, second = np.random.default_rng(paths.seed).normal(size=(2, len(paths.start)))
    return paths.lowest_end, first, second, 0.0, ()


def _filters(paths: Paths, _names: Sequence[str]) -> _Found:
    """Find random directions with filters as long as the weights' own, the second square to it."""
    origin = paths.lowest_end
    first, second = (
        _normalised(direction, origin, paths.blocks)
        for direction in np.random.default_rng(paths.seed).normal(size=(2, len(origin)))
    )
    return origin, first, second, float(np.linalg.norm(first)), ()


def _normalised(direction: Floats, weights: Floats, blocks: Sequence[Block]) -> Floats:
    """Return a direction whose every filter is as long as that of the weights.

    A filter is what leads to one output: a row of a matrix, the first axis of a larger block. What
    is a vector, such as biases, is left as it is in the weights: its direction is 0, as in the
    paper. Without blocks all weights are one filter.
    """
    found, at = np.zeros(len(weights)), 0
    for shape in [block.shape for block in blocks] or [(1, len(weights))]:
        size = math.prod(shape)
        part = slice(at, at + size)
        at += size
        if len(shape) > 1:
            own, filters = (each[part].reshape(shape[0], -1) for each in (weights, direction))
            lengths = np.linalg.norm(filters, axis=1, keepdims=True)
            scaled = filters * np.linalg.norm(own, axis=1, keepdims=True) / lengths
            found[part] = scaled.ravel()
    return found if found.any() else direction


def _through(paths: Paths, names: Sequence[str]) -> _Found:
    a, b, c = (paths.end_of(name) for name in names)
    _check_triangle(a, b, c, f"the ends of {', '.join(names)}")
    return a, b - a, c - a, 0.0, names


def _ends(paths: Paths, names: Sequence[str]) -> _Found:
    named = names or tuple(dict.fromkeys(paths.labels))[:2]
    a, b = (paths.end_of(name) for name in named)
    _check_triangle(paths.start, a, b, f"the start and the ends of {' and '.join(named)}")
    return paths.start, a - paths.start, b - paths.start, 0.0, named


def _check_triangle(a: Floats, b: Floats, c: Floats, what: str) -> None:
    """Refuse three points on a line, through which there is more than one plane."""
    first, second = b - a, c - a
    long = max(float(np.linalg.norm(first)), float(np.linalg.norm(second)))
    square = float(first @ first) * float(second @ second) - float(first @ second) ** 2
    if math.sqrt(max(square, 0.0)) <= _FLAT * long**2:
        raise TrajvizError(f"{what} lie on one line, through which there is no one plane")


_KINDS: Mapping[str, Callable[[Paths, Sequence[str]], _Found]] = {
    "paths": _principal,
    "random": _random,
    "filters": _filters,
    "through": _through,
    "ends": _ends,
}
"""What finds a plane, by its kind."""
_LABELS = {"through": (3,), "ends": (0, 2)}
"""How many labels a kind takes; the others take none."""


def _orthonormal(first: Floats, second: Floats) -> Floats:
    """Return two directions, (2, d), at right angles and of length 1, that span the same plane.

    Where there is none, or both are the same, the nearest axis of the weights stands in.
    """
    scale = max(float(np.linalg.norm(first)), float(np.linalg.norm(second)))
    one = _unit(first, np.zeros((0, len(first))), scale)
    return np.stack([one, _unit(second, one[None], scale)])


def _unit(direction: Floats, others: Floats, scale: float) -> Floats:
    """Return a direction less what lies along others, (k, d), of length 1."""
    for _ in range(2):  # once more for what rounding left
        direction = direction - (direction @ others.T) @ others
    length = float(np.linalg.norm(direction))
    if length > _FLAT * scale:
        return np.asarray(direction / length)
    free = int(np.argmin(np.abs(others).sum(axis=0)))
    return _unit(np.eye(1, len(direction), free)[0], others, 1.0)
