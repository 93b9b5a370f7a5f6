"""How long each frame of a picture is shown: plans in whole ticks, whose sum is exact."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trajviz.recipe.recipe import Playback

MOST_FPS = 90
"""Browsers play delays up to ten milliseconds as if they were a hundred."""
_LEAST_MILLISECONDS = 11


def ticks(playback: Playback, rate: int, least: int) -> list[int]:
    """Return each frame's duration in 1/rate of a second, pauses added to the start and the end.

    They are in the order in which frames are shown. Rounding errors are carried on, so that the
    sum of a cycle is exact to the tick; the end has `least`.
    """
    frames = playback.frames
    lead = rate * playback.lead
    ends = [round(lead + rate * frame / playback.fps) for frame in range(1, frames)]
    total = round(rate * playback.cycle)
    ends.append(max(total, [0, *ends][-1] + least))
    waits = [end - begin for begin, end in zip([0, *ends[:-1]], ends, strict=True)]
    return [waits[place] for place in playback.order]


def milliseconds(playback: Playback) -> list[int]:
    """Return each frame's duration in milliseconds, pauses added to the start and the end.

    >>> from trajviz.recipe.recipe import Playback
    >>> milliseconds(Playback(fps=30, seconds=0.1, hold=1))
    [33, 34, 1033]
    >>> milliseconds(Playback(fps=30, seconds=0.1, hold=1, first="end"))
    [1033, 33, 34]
    """
    return ticks(playback, 1000, _LEAST_MILLISECONDS)
