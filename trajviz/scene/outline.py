"""What a view consists of as vectors: areas with lines along their rims, pictures and marks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from trajviz.frozen import dataclass
from trajviz.scene.color import RGB
from trajviz.scene.marks import Box, Mark
from trajviz.scene.paint import Picture
from trajviz.surface import Points

MOVE, LINE, QUADRATIC, CUBIC, CLOSE = 1, 2, 3, 4, 79
"""What leads to a corner, as matplotlib's Path numbers it."""


class Outline(NamedTuple):
    """Rings or lines: corners in pixels, (n, 2), and the code of what leads to each, (n,)."""

    corners: Points
    codes: npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Rim:
    """A line along an area's outline in a colour of its own.

    It leaves out what of the outline is no rim, such as the edge of a gap in the data.
    """

    outlines: Sequence[Outline]
    color: RGB


@dataclass(frozen=True)
class Area:
    """An area in one colour, holes left out, and perhaps a line along its rim."""

    outlines: Sequence[Outline]
    color: RGB
    rim: Rim | None = None


@dataclass(frozen=True)
class Areas:
    """Areas in order, each over those before it, and the lines along their rims.

    With `whole` each rim is all of its area's outline that lies within the view's box, so that
    area and line may be drawn as one. Lines are `line_width` pixels wide and as opaque as
    `line_alpha`, 0 to 1.
    """

    areas: tuple[Area, ...]
    line_width: float
    line_alpha: float
    whole: bool


@dataclass(frozen=True)
class Raster:
    """A picture that fills a box; its pixels may be finer than the scene's."""

    picture: Picture
    box: Box


Vector: TypeAlias = Areas | Raster | Mark
"""One part of a view, to be drawn over those before it."""
