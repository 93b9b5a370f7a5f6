"""Levels and colours by rank: what the contour view and the relief share.

Levels stand at equal steps of rank (the share of the window that lies lower), so that valley and
wall show alike on every surface. A picture's pixel is a few small numbers: the band between two
levels that it lies in, which of the two is nearer, and how much of that one's line covers it. A
table turns them into a colour, so that the few shades that result go into a GIF's palette whole.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from trajviz.frozen import dataclass
from trajviz.scene.color import RGB, blend
from trajviz.scene.paint import Picture
from trajviz.scene.theme import Theme
from trajviz.scene.track import Flags
from trajviz.surface import Floats, Ranks

LOWEST_RANK, HIGHEST_RANK = 0.002, 0.995
"""The ranks of the lowest and the highest level."""
COVERS = 8
"""Shades of a level line's antialiasing, besides none."""
MESH_LEVELS = 100
"""Levels of a relief that is shaded evenly by height."""

Codes: TypeAlias = npt.NDArray[np.intp]
"""Places in a table of colours, any shape."""


@dataclass(frozen=True)
class Shading:
    """The levels, lowest first, with the colour of each band and of each line.

    `shades` (levels + 1, 3) and `lines` (levels, 3) hold colours, 0 to 255.
    """

    levels: Floats
    shades: Picture
    lines: Picture
    line_alpha: float

    @classmethod
    def of(cls, ranks: Ranks, theme: Theme) -> Shading:
        """Choose the levels for a window seen from above."""
        return cls._with(
            levels=_levels(ranks, theme),
            shades=theme.shades,
            lines=theme.lines,
            line_alpha=theme.line_alpha,
        )

    @classmethod
    def of_relief(cls, ranks: Ranks, theme: Theme) -> Shading:
        """Choose the levels for a relief, those seen from above unless the theme wants a mesh."""
        shades = theme.relief_shades or theme.shades
        if not theme.mesh:
            return cls._with(
                levels=_levels(ranks, theme),
                shades=shades,
                lines=theme.lines,
                line_alpha=theme.line_alpha,
            )
        levels = np.linspace(ranks.heights[0], ranks.heights[-1], MESH_LEVELS)
        return cls._with(
            levels=levels, shades=shades, lines=(theme.ink,), line_alpha=theme.line_alpha
        )

    @classmethod
    def _with(
        cls, levels: Floats, shades: tuple[RGB, ...], lines: tuple[RGB, ...], line_alpha: float
    ) -> Shading:
        levels = np.array(sorted({*levels.tolist()}))
        count = len(levels)
        flat = (blend(shades, 0.5),)  # of what is nowhere higher
        return cls(
            levels=levels,
            shades=_gradient(shades if count > 1 else flat, count + 1),
            lines=_gradient(lines, count),
            line_alpha=line_alpha,
        )

    def codes(self, band: Codes, upper: Flags, cover: Floats) -> Codes:
        """Return each pixel's place in `table`; all arguments are of one shape.

        Args:
            band: How many levels lie below the pixel.
            upper: Whether the level above is nearer to it than the one below.
            cover: The share of it that the nearer level's line covers, 0 to 1.
        """
        shade = np.rint(cover * COVERS).astype(np.int32)
        return (band * 2 + upper) * (COVERS + 1) + shade

    def table(self) -> Picture:
        """Return the colour of every code, (bands * 2 * (COVERS + 1), 3)."""
        shades = self.shades.astype(np.float64)[:, None, None, :]
        # Below the lowest level and above the highest there is no line: any colour will do.
        lines = np.concatenate([self.lines[:1], self.lines, self.lines[-1:]]).astype(np.float64)
        nearer = np.stack([lines[:-1], lines[1:]], axis=1)[:, :, None, :]
        covers = np.linspace(0, self.line_alpha, COVERS + 1)[None, None, :, None]
        return np.rint(shades + (nearer - shades) * covers).astype(np.uint8).reshape(-1, 3)


def _levels(ranks: Ranks, theme: Theme) -> Floats:
    if theme.spacing == "rank":
        return ranks.height(np.linspace(LOWEST_RANK, HIGHEST_RANK, theme.levels))
    lowest = ranks.heights[0]
    low, high = np.maximum(ranks.height(np.array([0.01, 1.0])) - lowest, 1e-300).tolist()
    return np.asarray(lowest + np.geomspace(low, high, theme.levels))


def _gradient(stops: tuple[RGB, ...], count: int) -> Picture:
    shares = np.linspace(0, 1, count) if count > 1 else np.zeros(count)
    colors = [blend(stops, float(share)) for share in shares]
    return np.array(colors, dtype=np.uint8).reshape(-1, 3)
