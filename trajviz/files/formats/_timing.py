"""How long each frame of a picture is shown: plans in whole ticks, whose sum is exact."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trajviz.recipe.recipe import Playback

MOST_FPS = 90
"""Browsers play delays up to ten milliseconds as if they were a hundred."""
_LEAST_MILLISECONDS = 11


def ticks(playback: Playback, rate: int, least: int) -> list[int]:
    """Return each frame's duration in 1/rate of a second, pauses added to the first and the last.

    Rounding errors are carried on, so that the sum is exact to the tick; the last has `least`.
    """
    frames = playback.frames
    lead = rate * playback.lead
    ends = [round(lead + rate * frame / playback.fps) for frame in range(1, frames)]
    total = round(rate * playback.duration)
    ends.append(max(total, [0, *ends][-1] + least))
    return [end - begin for begin, end in zip([0, *ends[:-1]], ends, strict=True)]


def milliseconds(playback: Playback) -> list[int]:
    """Return each frame's duration in milliseconds, pauses added to the first and the last.

    >>> from trajviz.recipe.recipe import Playback
    >>> milliseconds(Playback(fps=30, seconds=0.1, hold=1))
    [33, 34, 1033]
    """
    return ticks(playback, 1000, _LEAST_MILLISECONDS)
