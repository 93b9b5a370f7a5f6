"""A theme: every colour of a picture, read from a TOML file as a recipe is."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NewType, get_type_hints

from trajviz.errors import TrajvizError, unknown
from trajviz.frozen import dataclass
from trajviz.recipe.toml import load_toml, naming, read_value
from trajviz.scene.color import RGB, color_map, mix, parse_color
from trajviz.scene.themes import find_theme
from trajviz.untrusted import check_count

Gradient = NewType("Gradient", tuple[RGB, ...])
"""Evenly spread stops; in a file a list of colours, or the name of one of matplotlib's maps."""

SPACINGS = ("rank", "log")
"""What levels may be evenly spread in."""
MOST_LINES = 200
WIDEST_LINE = 10

_MOST = {"line_alpha": 1, "line_width": WIDEST_LINE, "levels": MOST_LINES, "mesh": MOST_LINES}
"""The largest value of each number; the smallest is 0."""


@dataclass(frozen=True)
class Theme:
    """The colours of a picture.

    Gradients are given as evenly spread stops, or by the name of one of matplotlib's colour maps.

    Attributes:
        summary: What `trajviz list themes` says of it.
        background: The colour of everything that nothing is drawn on.
        ink: Titles, names and the thin rims of marks.
        muted: Tick labels, rates and the caption.
        shades: The surface's gradient from the bottom of the window to the top.
        lines: The level lines' gradient from the lowest to the highest.
        line_alpha: How opaque level lines are, 0 to 1.
        marker: What fills the square at the start.
        star: What fills the star at a known minimum.
        tracks: The tracks' colours, handed out in order.
        line_width: The width of level lines, in pixels at 640x480.
        rim: The colour around heads; the background's if it is not given.
        halo: Whether lines have a halo in the colour of the background.
        levels: How many level lines there are.
        spacing: Levels stand at equal steps of "rank", or of the "log" of the height.
        relief_shades: The gradient of a relief; that of `shades` if it is empty.
        mesh: Above 0, a relief is shaded evenly by height, and a mesh of so many lines each way in
            `ink` takes the place of its level lines.
        shadow: What slopes of a relief that face away from the light turn to.
        walls: The sides of a relief, two colours; shades of grey between background and ink if they
            are not given.
        bleed: Whether the plot fills the whole picture, with the key in it.
    """

    summary: str
    background: RGB
    ink: RGB
    muted: RGB
    shades: Gradient
    lines: Gradient
    line_alpha: float
    marker: RGB
    star: RGB
    tracks: tuple[RGB, ...]
    line_width: float = 0.9
    rim: RGB | None = None
    halo: bool = True
    levels: int = 22
    spacing: str = "rank"
    relief_shades: Gradient = Gradient(())
    mesh: int = 0
    shadow: RGB = (0, 0, 0)
    walls: tuple[RGB, ...] = ()
    bleed: bool = False

    def __post_init__(self) -> None:
        """Refuse numbers, words and colours that no picture can be drawn with."""
        if len(self.walls) not in (0, 2):
            raise TrajvizError(f"walls: a block shows two, not {len(self.walls)}")
        if self.spacing not in SPACINGS:
            raise TrajvizError(f"spacing: {self.spacing!r} is not one of {', '.join(SPACINGS)}")
        for name, most in _MOST.items():
            value = getattr(self, name)
            if not 0 <= value <= most:
                raise TrajvizError(f"{name}: {value!r} is not from 0 to {most}")

    def track(self, index: int) -> RGB:
        """Return the colour of a track by its place in the race; they repeat after the last."""
        return self.tracks[index % len(self.tracks)]

    @property
    def sides(self) -> tuple[RGB, ...]:
        """The colours of a relief's two sides: `walls`, or two greys."""
        return self.walls or tuple(mix(self.background, self.ink, s) for s in (0.13, 0.2))

    @property
    def edge(self) -> RGB:
        """The colour around heads: `rim`, or the background's."""
        return self.background if self.rim is None else self.rim


def load_theme(theme: str | Path) -> Theme:
    """Return a theme; of one that follows its reader, the light one.

    Args:
        theme: A name, or the path of a .toml file.

    Raises:
        TrajvizError: There is no theme of this name, no such file, or the file is no theme.
    """
    path = find_theme(theme)
    table = load_toml(path, "theme")
    sides = _sides(table, path)
    if sides:
        return dataclasses.replace(load_theme(sides[0]), summary=table["summary"])
    return _theme(table, path)


def light_and_dark(theme: str | Path) -> tuple[str, str] | None:
    """Return the two themes of one that follows its reader, light and dark; None for any other.

    Args:
        theme: A name, or the path of a .toml file.

    Raises:
        TrajvizError: There is no such theme.
    """
    path = find_theme(theme)
    state = path.stat()
    return _sides_of(path, state.st_mtime_ns, state.st_size)


@functools.lru_cache(maxsize=64)  # a gallery asks for each file of each item
def _sides_of(path: Path, _changed: int, _size: int) -> tuple[str, str] | None:
    return _sides(load_toml(path, "theme"), path)


def _sides(table: Mapping[str, Any], path: Path) -> tuple[str, str] | None:
    """Return what a table says of two themes, files beside its own; None if it says nothing."""
    if not {"light", "dark"} & set(table):
        return None
    if set(table) != {"summary", "light", "dark"}:
        raise TrajvizError(f"{path}: a theme that follows has summary, light and dark, no more")
    texts = []
    for key in ("summary", "light", "dark"):
        with naming(f"{path}: {key}"):
            texts.append(read_value(table[key], str))
    light, dark = (
        str(path.parent / side) if side.endswith(".toml") else side for side in texts[1:]
    )
    for side in (light, dark):
        if find_theme(side) == path:
            raise TrajvizError(f"{path} names itself")
    return light, dark


def _theme(table: Mapping[str, Any], path: Path) -> Theme:
    kinds = get_type_hints(Theme)
    for key in table:
        if key not in kinds:
            raise unknown(f"key in {path}", key, kinds)
    needed = [f.name for f in dataclasses.fields(Theme) if f.default is dataclasses.MISSING]
    missing = [name for name in needed if name not in table]
    if missing:
        raise TrajvizError(f"{path} lacks {', '.join(missing)}")
    values = {}
    for key, value in table.items():
        with naming(f"{path}: {key}"):
            values[key] = _read(value, kinds[key])
    with naming(str(path)):
        return Theme(**values)


def _read(value: Any, kind: Any) -> Any:
    """Return a TOML value as what a field's type says; colours are texts in the file."""
    if kind in (RGB, RGB | None):
        return parse_color(value)
    if kind is Gradient and isinstance(value, str):
        return color_map(value)
    if kind not in (Gradient, tuple[RGB, ...]):
        return read_value(value, kind)
    if not isinstance(value, list) or not value:
        raise TrajvizError(f"{value!r} is not a list of colours")
    check_count("colours", value)
    return tuple(map(parse_color, value))
