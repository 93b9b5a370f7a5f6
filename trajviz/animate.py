"""A scene in motion: the first picture, then what changes from frame to frame."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from trajviz.raster import Change, Rasterizer, Stage
from trajviz.scene import Scene
from trajviz.scene.paint import Picture
from trajviz.surface import Floats, Ints


@dataclass
class Animation:
    """A scene in motion: `first` is frame 0, `changes()` what each later frame changes.

    `positions`, (frames,), non-decreasing, says how many steps have been taken at each frame;
    between two steps the heads glide. Changes are computed anew by every call, in bounded memory.
    """

    scene: Scene
    positions: Floats
    first: Picture = field(init=False)
    _stage: Stage = field(init=False, repr=False)
    _numbers: Ints = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Draw frame 0."""
        self._stage = Stage(self.scene)
        self._numbers = shown_steps(self.positions)
        rasterizer = Rasterizer(self._stage, self.positions[:1], self._numbers[:1])
        self.first = self._stage.canvas.reshape(self.scene.background.shape).copy()
        change = next(rasterizer.changes())
        self.first.reshape(-1, 3)[change.pixels] = change.colors

    def changes(self) -> Iterator[Change]:
        """Yield what frames 1, 2, ... change."""
        changes = Rasterizer(self._stage, self.positions, self._numbers).changes()
        next(changes)
        return changes

    def frames(self) -> Iterator[Picture]:
        """Yield every frame, (height, width, 3); each is a copy of its own."""
        canvas = self.first.copy()
        yield canvas.copy()
        for change in self.changes():
            canvas.reshape(-1, 3)[change.pixels] = change.colors
            yield canvas.copy()


def still(scene: Scene, step: float) -> Picture:
    """Return the picture after `step` steps."""
    return Animation(scene, np.array([float(step)])).first


def shown_steps(positions: Floats) -> Ints:
    """Return the step number shown in each frame, (frames,): round ones, and at the end the last.

    Numbers that change with every frame cannot be read, and cost a GIF a quarter of its bytes:
    they tick in the least of 1, 2, 5, 10, 20, ... that leaves each for four frames.

    >>> shown_steps(np.linspace(0, 8, 9)).tolist()
    [0, 0, 0, 0, 0, 5, 5, 5, 8]
    """
    taken: Ints = np.floor(positions).astype(np.int64)
    least = 4 * positions[-1] / max(len(positions) - 1, 1)
    power = 10 ** max(0, math.floor(math.log10(max(least, 1))))
    tick = next(power * lead for lead in (1, 2, 5, 10) if power * lead >= least)
    shown: Ints = taken - taken % tick
    shown[-1] = taken[-1]
    return shown
