"""The time of an animation, and the CSS that moves things through it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from trajviz.files.formats._thinning import thin_motion
from trajviz.recipe.recipe import Playback
from trajviz.surface import Floats

_UNSEEN = 1e-3
"""The part of a step by which nobody sees that a head is late."""
_SETTLED = 0.99
"""The share of the pause at the end over which all surely stands, though its moment is rounded."""
_PER_SECOND = 25
"""Moments a second, at least, for which places are computed."""


class Timeline:
    """The moments of an animation, and the rules that move things through them.

    `moments`, (n,), are in seconds; `steps`, (n,), says how many steps are taken at each. All
    stands still for `lead` seconds and then moves for `motion` seconds, in a round of `total`.
    """

    def __init__(self, playback: Playback, positions: Floats) -> None:
        """Divide the time so finely that motion looks smooth.

        Args:
            playback: How the animation plays.
            positions: How many steps are taken at each frame, (frames,), fractions included.
        """
        self.positions = positions
        self.lead = playback.lead
        self.motion = max(len(positions) - 1, 0) / playback.fps
        self.total = max(playback.cycle, self.lead + self.motion)
        self.loop = playback.loop
        self.opening = _SETTLED * (self.total - self.lead - self.motion) * bool(playback.order[0])
        """For how many seconds the end is shown before the first round; 0 for not at all."""
        self.frames = self.lead + np.arange(len(positions)) / playback.fps
        """When each frame is first shown: the first from the beginning on."""
        self.frames[0] = 0.0
        fine = max(1, math.ceil(_PER_SECOND / playback.fps))
        count = (len(positions) - 1) * fine + 1
        self.moments = self.lead + np.linspace(0, self.motion, count)
        self.steps = np.interp(np.arange(count) / fine, np.arange(len(positions)), positions)
        self.rules: list[str] = []

    def animate(self, times: Floats, styles: Iterable[str]) -> str:
        """Return the attribute of an element that has these styles at these times."""
        places = max(2, math.ceil(math.log10(self.total)) + 1)
        shares = [_percent(100 * time / self.total, places) for time in times.tolist()]
        if times[0] > 0:  # before it the first style holds, and not what an element ends with
            shares[0] = f"0%,{shares[0]}"
        frames = "".join(f"{share}{{{style}}}" for share, style in zip(shares, styles, strict=True))
        name = f"k{len(self.rules)}"
        self.rules.append(f"@keyframes {name}{{{frames}}}")
        return f' style="animation-name:{name}"'

    def stepwise(self, values: Sequence[object], styles: Iterable[str]) -> str:
        """Return the attribute of an element whose style changes in jumps, nothing if never.

        Args:
            values: What the style depends on, one for each moment.
            styles: The style at each moment.
        """
        changes = [
            place for place, value in enumerate(values) if place == 0 or value != values[place - 1]
        ]
        if len(changes) == 1:
            return ""
        every = list(styles)
        return f' class="s"{self.animate(self.moments[changes], [every[i] for i in changes])}'


def clock_of(timeline: Timeline) -> tuple[list[float], list[float]]:
    """Return seconds after the lead, and how many steps have been taken by each of them.

    Between two of them steps follow each other evenly. A single frame is the end.
    """
    if len(timeline.positions) == 1:
        return [0.0, 1e-3], [0.0, float(timeline.positions[-1])]
    seconds = np.linspace(0, timeline.motion, len(timeline.positions))
    kept = thin_motion(seconds, timeline.positions[:, None], _UNSEEN)
    return seconds[kept].round(4).tolist(), timeline.positions[kept].round(4).tolist()


def _percent(share: float, places: int) -> str:
    text = f"{share:.{places}f}".rstrip("0").rstrip(".")
    return f"{text}%"
