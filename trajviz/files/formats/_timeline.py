"""The time of an animation, and the CSS that moves things through it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from trajviz.recipe.recipe import Playback
from trajviz.surface import Floats

_PER_SECOND = 25
"""Moments a second, at least, for which places are computed."""


class Timeline:
    """The moments of an animation, and the rules that move things through them.

    `moments`, (n,), are in seconds; `steps`, (n,), says how many steps are taken at each.
    """

    def __init__(self, playback: Playback, positions: Floats) -> None:
        """Divide the time so finely that motion looks smooth.

        Args:
            playback: How the animation plays.
            positions: How many steps are taken at each frame, (frames,), fractions included.
        """
        self.positions = positions
        self.motion = max(len(positions) - 1, 0) / playback.fps
        """Seconds until the last step, when the animation rests."""
        self.total = max(playback.seconds + playback.hold, self.motion)
        self.loop = playback.loop
        self.frames = np.arange(len(positions)) / playback.fps
        fine = max(1, math.ceil(_PER_SECOND / playback.fps))
        count = (len(positions) - 1) * fine + 1
        self.moments = np.linspace(0, self.motion, count)
        self.steps = np.linspace(positions[0], positions[-1], count)
        self.rules: list[str] = []

    def animate(self, times: Floats, styles: Iterable[str]) -> str:
        """Return the attribute of an element that has these styles at these times."""
        places = max(2, math.ceil(math.log10(self.total)) + 1)
        frames = "".join(
            f"{_percent(100 * time / self.total, places)}{{{style}}}"
            for time, style in zip(times.tolist(), styles, strict=True)
        )
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


def _percent(share: float, places: int) -> str:
    text = f"{share:.{places}f}".rstrip("0").rstrip(".")
    return f"{text}%"
