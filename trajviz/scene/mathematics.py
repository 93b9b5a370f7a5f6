"""Mathematics in a text, between dollar signs as in TeX: set by matplotlib, kept as outlines.

matplotlib is imported only for a text that has two dollar signs; a lone one stays a dollar.
"""

from __future__ import annotations

import functools
import logging
import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from trajviz.errors import TrajvizError
from trajviz.frozen import dataclass
from trajviz.scene.fonts import line_of
from trajviz.scene.matplotlib_settings import settings
from trajviz.surface import Points

_DOLLAR = re.compile(r"(?<!\\)\$")
_FORMULA = re.compile(r"(?<!\\)(\$.*?(?<!\\)\$)", re.DOTALL)
_EM = 100.0
"""The size at which formulas are set; outlines have no hinting, and so fit every size."""
_QUOTED = 60
"""How much of a broken formula a message repeats."""
_STYLE = {
    "mathtext.fontset": "dejavusans",
    "mathtext.fallback": "cm",
}


@dataclass(frozen=True, eq=False)
class Formula:
    """A formula set in type, in ems, its pen beginning at the origin and y growing downwards.

    Attributes:
        width: How far the pen moves.
        corners: The corners of its outlines, (n, 2).
        codes: What leads to each, (n,), as matplotlib numbers it.
    """

    width: float
    corners: Points
    codes: npt.NDArray[np.uint8]

    def reach(self, size: float) -> tuple[float, float]:
        """Return how far it reaches above and below the baseline for an em in pixels."""
        down = size * self.corners[:, 1]
        return float(-down.min(initial=0)), float(down.max(initial=0))

    def outline(self, size: float, x: float, y: float) -> Points:
        """Return the corners for an em in pixels, with the pen at a place."""
        return self.corners * size + (x, y)

    def coverage(self, size: float, shift: float) -> tuple[npt.NDArray[np.float32], int]:
        """Return its coverage, (height, width), and how many rows lie above the baseline.

        Args:
            size: The em in pixels.
            shift: Where the pen begins within the first pixel, 0 to 1.
        """
        from matplotlib.backends.backend_agg import RendererAgg
        from matplotlib.path import Path
        from matplotlib.transforms import IdentityTransform

        above, below = map(math.ceil, self.reach(size))
        right = size * float(self.corners[:, 0].max(initial=self.width))
        width, height = math.ceil(shift + right) + 1, above + below + 1
        renderer: Any = RendererAgg(width, height, 72)  # type: ignore[no-untyped-call]
        pencil = renderer.new_gc()
        pencil.set_linewidth(0)
        x, y = self.outline(size, shift, above).T
        path = Path(np.stack([x, height - y], axis=1), self.codes)
        renderer.draw_path(pencil, path, IdentityTransform(), (0, 0, 0))
        shades = np.asarray(renderer.buffer_rgba())[..., 3]
        return np.asarray(shades / np.float32(255), dtype=np.float32), above


Part: TypeAlias = str | Formula
"""A piece of a text: plain characters, or a formula."""


def is_mathematics(text: str) -> bool:
    r"""Tell whether a text has formulas: an even number of dollar signs, those of \$ left out.

    >>> is_mathematics("from $x_0$"), is_mathematics("5 $"), is_mathematics(r"\$5 or \$6")
    (True, False, False)
    """
    dollars = len(_DOLLAR.findall(text)) if "$" in text else 0
    return dollars > 0 and dollars % 2 == 0


@functools.lru_cache(maxsize=1024)
def parts_of(text: str, bold: bool) -> tuple[Part, ...]:
    r"""Return a text's parts in order, of which the plain ones have dollars in place of \$.

    Args:
        text: One line.
        bold: Whether its formulas are set in bold.

    Raises:
        TrajvizError: A formula is broken.

    >>> parts_of(r"\$5 a step", False), len(parts_of("from $x_0$ on", False))
    (('$5 a step',), 3)
    """
    if not is_mathematics(text):
        return (_unescaped(text),)
    pieces = _FORMULA.split(text)
    return tuple(
        _formula(line_of(piece), bold) if place % 2 else _unescaped(piece)
        for place, piece in enumerate(pieces)
        if piece
    )


def _unescaped(text: str) -> str:
    return text.replace(r"\$", "$")


def seams(text: str, both: bool) -> Sequence[int]:
    """Return where a text may be cut: within no formula, and so that none comes to be.

    Args:
        text: One line.
        both: Whether what follows the cut is kept, too.
    """
    places = range(len(text) + 1)
    if "$" not in text:
        return places
    inside = {
        place
        for found in (_FORMULA.finditer(text) if is_mathematics(text) else ())
        for place in range(found.start() + 1, found.end())
    }
    return [place for place in places if place not in inside and _keeps(text, place, both)]


def _keeps(text: str, place: int, both: bool) -> bool:
    r"""Tell whether both sides of a cut read as before: no \$ is parted, no dollars are joined."""
    kept = [text[:place], text[place:]][: 1 + both]
    if text[:place].endswith("\\") and text[place:].startswith("$"):
        return False
    return is_mathematics(text) or not any(map(is_mathematics, kept))


@functools.lru_cache(maxsize=256)
def _formula(source: str, bold: bool) -> Formula:
    """Set a formula, its dollar signs included; raises TrajvizError where it is broken."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextToPath

    weight, letters = ("bold", "bfit") if bold else ("normal", "it")
    writer, font = TextToPath(), FontProperties(family="DejaVu Sans", size=_EM, weight=weight)
    try:
        with settings({**_STYLE, "mathtext.default": letters}), _heeding_warnings():
            corners, codes = writer.get_text_path(font, source, ismath=True)
            width, _, _ = writer.get_text_width_height_descent(source, font, ismath=True)
    except (ValueError, RecursionError) as error:
        shown = source if len(source) <= _QUOTED else f"{source[:_QUOTED]}…"
        raise TrajvizError(
            rf"cannot set {shown!r} as mathematics: {_reason(error)}; write \$ for a dollar sign"
        ) from error
    places = np.asarray(corners, dtype=np.float64).reshape(-1, 2)
    return Formula(float(width) / _EM, places * (1, -1) / _EM, np.asarray(codes, dtype=np.uint8))


def _reason(error: Exception) -> str:
    """Return the last line of what matplotlib says, without the place, which is in its lines."""
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    said = str(error).strip().splitlines()[-1]
    return re.sub(r"^Parse\w+: |(, found .*)?\s*\(at char .*", "", said)


@contextmanager
def _heeding_warnings() -> Iterator[None]:
    """Raise ValueError for what matplotlib only logs: a character that no font has."""
    said: list[str] = []
    logger, handler = logging.getLogger("matplotlib.mathtext"), logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    spread, logger.propagate = logger.propagate, False
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.propagate = spread
    if said:
        raise ValueError(said[0].partition(", ")[0])
