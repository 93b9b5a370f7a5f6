"""How the time of a film passes: how many steps have been taken at each of its frames.

At the pace "uniform" every step takes equally long. At the pace "story" the film's time follows
what is new. Most of it goes to line that is drawn for the first time, a share to the way of the
heads, and a share to the steps themselves, so that none is skipped. Heads keep below a speed that
an eye can follow; where they only go over line that is there already, they may be faster. All
tracks share one clock, so that no pace favours any of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from trajviz.frozen import dataclass
from trajviz.recipe.recipe import Playback
from trajviz.scene.plot import Plot, Reveal
from trajviz.scene.scene import Scene
from trajviz.scene.track import clip_segments
from trajviz.surface import Floats, Ints, Points

_NEW, _TRAVEL, _EVEN = 0.7, 0.2, 0.1
"""Shares of the film for new line, for the way of all heads, and for the steps, equally long."""
_SPEED = 0.375
"""How far a head may go in a second, in diagonals of the picture: 12 pixels a frame at 640x480."""
_MOST_DRAWING, _MOST_RATTLING = 0.65, 0.25
"""Shares of the film that may be spent on keeping to that speed, on new line and on old."""
_CALM = 0.02
"""The share of the film over which the tempo is smoothed, so that it does not change in a jolt."""
_BINS = 2048
"""How many stretches of one tempo a film has."""
_MOST_MOMENTS = 400_000
"""The moments at which heads are looked up, those of all tracks together."""
_MOST_SAMPLES = 1_000_000
"""The places that are looked at on the ways between them, one on each way at least."""


def positions(scene: Scene, playback: Playback) -> Floats:
    """Return how many steps have been taken at each frame, fractions included.

    Args:
        scene: What is to move; its view's tracks, or basins, set the pace.
        playback: The number of frames, their rate, and the pace.

    Returns:
        Increasing numbers, (frames,), the first 0 and the last the scene's steps, of which some
        are repeated where notes stop the film; of a single frame the last alone.
    """
    return _with_stops(_PACES[playback.pace](scene, playback), playback)


def _with_stops(moving: Floats, playback: Playback) -> Floats:
    """Return positions with those repeated at which a note stops the film."""
    stops = [(float(note.step), playback.pause_frames(note)) for note in playback.said]
    steps = np.repeat([step for step, _ in stops], [count for _, count in stops])
    return np.insert(moving, np.searchsorted(moving, steps, side="right"), steps)


def uniform(scene: Scene, playback: Playback) -> Floats:
    """Return the positions at which every step takes equally long, (moving frames,)."""
    frames = playback.moving_frames
    return np.linspace(0 if frames > 1 else scene.steps, scene.steps, frames)


def evenly(scene: Scene, playback: Playback) -> Floats:
    """Return which share of the animation has passed at each frame, (frames,)."""
    frames = playback.frames
    return np.linspace(0 if frames > 1 else scene.steps, scene.steps, frames) / scene.steps


def story(scene: Scene, playback: Playback) -> Floats:
    """Return the positions at which the film's time follows what is new, (moving frames,)."""
    diagonal = math.hypot(*scene.size)
    seconds = max(playback.moving_frames - 1, 1) / playback.fps
    plot = scene.main
    if plot.reveal is None:
        events = _motion(plot, scene.steps)
    else:
        events = _revelation(plot.reveal, scene.steps)
    film, steps = _timed(events, _SPEED * diagonal * seconds)
    return np.interp(uniform(scene, playback) / scene.steps, film, steps)


_PACES: dict[str, Callable[[Scene, Playback], Floats]] = {"story": story, "uniform": uniform}
"""The functions of the paces that a Playback may name."""


@dataclass(frozen=True)
class _Events:
    """What happens between `moments` of a race, (n + 1,) in steps; all else is (n,).

    `news` is how much is shown for the first time, `travel` how far all heads go together in
    pixels. `drawing` is how far the fastest head goes over new line, `rattling` over old.
    """

    moments: Floats
    news: Floats
    travel: Floats
    drawing: Floats
    rattling: Floats


def _revelation(reveal: Reveal, steps: int) -> _Events:
    """Return when pixels get their colours, which is all that moves there."""
    moments = np.arange(steps + 1.0)
    news = np.histogram(reveal.arrival[reveal.arrival > 0], moments + 0.5)[0].astype(np.float64)
    nothing = np.zeros(steps)
    return _Events(moments=moments, news=news, travel=news, drawing=nothing, rattling=nothing)


def _motion(plot: Plot, steps: int) -> _Events:
    """Return how the heads of a plot move, and where they draw new line."""
    count = min(steps, max(1000, _MOST_MOMENTS // max(len(plot.tracks), 1)))
    moments = np.linspace(0, steps, count + 1)
    ways = _ways(plot, moments)
    news, share = _new_line(ways, plot.pen.line + 2 * plot.pen.halo, count)
    return _Events(
        moments=moments,
        news=news,
        travel=np.bincount(ways.moment, ways.length, count).astype(np.float64),
        drawing=_fastest(ways.length * share, ways.moment, count),
        rattling=_fastest(ways.length * (1 - share), ways.moment, count),
    )


class _Ways(NamedTuple):
    """Ways of heads from one moment to the next, as far as they lie in the plot, (n,) or (n, 2).

    `moment` counts from 0; `layer` is the place of the track's layer in the plot.
    """

    begin: Points
    end: Points
    length: Floats
    moment: Ints
    layer: Ints


def _ways(plot: Plot, moments: Floats) -> _Ways:
    layers = plot.layers
    whose = np.repeat(np.arange(len(layers)), [len(layer) for layer in layers])
    heads = [track.at(moments) for layer in layers for track in layer]
    places = np.array(heads).reshape(-1, len(moments), 2)
    begin, end = places[:, :-1].reshape(-1, 2), places[:, 1:].reshape(-1, 2)
    begin, end, kept = clip_segments(begin, end, plot.box, 0)
    track, moment = np.divmod(kept, len(moments) - 1)
    length = np.hypot(*(end - begin).T)
    return _Ways(begin=begin, end=end, length=length, moment=moment, layer=whose[track])


def _fastest(length: Floats, moment: Ints, count: int) -> Floats:
    """Return the greatest of the lengths, (n,), that belong to each moment, (count,)."""
    greatest = np.zeros(count)
    np.maximum.at(greatest, moment, length)
    return greatest


def _new_line(ways: _Ways, width: float, count: int) -> tuple[Floats, Floats]:
    """Find out which ways are new line: in cells where no line of their layer was before.

    Args:
        ways: The ways of all heads.
        width: The size of a cell, in pixels.
        count: How many moments there are.

    Returns:
        How many cells are new at each moment, (count,), and how much of each way is, (n,).
    """
    if not len(ways.length):
        return np.zeros(count), np.zeros(0)
    way, part, places = _sampled(ways, max(width / 2, ways.length.sum() / _MOST_SAMPLES))
    column, row = (places // width).astype(np.int64).T
    cell = _numbered(ways.layer[way], _numbered(row, column))
    moment = ways.moment[way]
    first = np.full(cell.max() + 1, count)
    np.minimum.at(first, cell, moment)
    first[cell[(moment == 0) & (part == 0)]] = -1  # where a head stands is no line
    news = np.bincount(first + 1, minlength=count + 2)[1:-1].astype(np.float64)
    share = np.bincount(way, first[cell] == moment) / np.bincount(way)
    return news, share


def _numbered(major: Ints, minor: Ints) -> Ints:
    """Return numbers from 0 that are the same where both of two numbers, (n,), are."""
    minor = minor - minor.min()
    numbers: Ints = (major - major.min()) * (minor.max() + 1) + minor
    return numbers


def _sampled(ways: _Ways, spacing: float) -> tuple[Ints, Ints, Points]:
    """Return places on ways, (m, 2), on which way each lies, and the how many-th it is there."""
    count = np.maximum(1, np.ceil(ways.length / spacing)).astype(np.int64)
    way = np.repeat(np.arange(len(count)), count)
    part = np.arange(len(way)) - np.repeat(np.cumsum(count) - count, count)
    share = ((part + 0.5) / count[way])[:, None]
    return way, part, ways.begin[way] * (1 - share) + ways.end[way] * share


def _timed(events: _Events, reach: float) -> tuple[Floats, Floats]:
    """Return shares of the film's time, (n,), and how many steps are taken by each, (n,).

    The tempo is smoothed on the way of the fastest head, since a head that goes evenly is what
    looks calm.

    Args:
        events: What happens.
        reach: How far a head may go in all of the film, in pixels.
    """
    even = np.diff(events.moments) / events.moments[-1]
    fastest = events.drawing + events.rattling
    way = _cumulated((1 - _EVEN) * _share(fastest, even) + _EVEN * even)
    wanted = _NEW * _share(events.news, even) + _TRAVEL * _share(events.travel, even) + _EVEN * even
    least = _at_speed(events.drawing, reach, _MOST_DRAWING)
    least = least + _at_speed(events.rattling, reach, _MOST_RATTLING)
    shares = np.linspace(0, 1, _BINS + 1)
    gone = np.interp(shares, _cumulated(_at_least(wanted, least)), way)
    return shares, np.interp(_smoothed(gone, _CALM * _BINS), way, events.moments)


def _share(values: Floats, otherwise: Floats) -> Floats:
    """Return values, (n,), as shares of their sum; where there is none, something else."""
    total = values.sum()
    return np.asarray(values / total if total > 0 else otherwise)


def _at_speed(way: Floats, reach: float, most: float) -> Floats:
    """Return which shares of the film a way takes at the greatest speed, at most so much in all."""
    return np.asarray(way / max(reach, way.sum() / most))


def _cumulated(values: Floats) -> Floats:
    """Return which share of their sum values, (n,), have come to, (n + 1,), from 0 to 1."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    return sums / float(sums[-1])


def _smoothed(values: Floats, width: float) -> Floats:
    """Return values, (n,), smoothed by a Gaussian of this width; the first and last stay."""
    reach = math.ceil(3 * width)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / width) ** 2)
    mirrored = np.pad(values, reach, "reflect", reflect_type="odd")
    smooth: Floats = np.convolve(mirrored, kernel / kernel.sum(), "valid")
    smooth[[0, -1]] = values[[0, -1]]
    return smooth


def _at_least(wanted: Floats, least: Floats) -> Floats:
    """Return shares that add up to 1, in proportion to what is wanted, but none below its least."""
    low, high = 0.0, 1 / float(wanted.sum())
    for _ in range(50):
        scale = (low + high) / 2
        enough = np.maximum(scale * wanted, least).sum() >= 1
        low, high = (low, scale) if enough else (scale, high)
    return np.maximum(high * wanted, least)
