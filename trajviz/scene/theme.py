"""A theme: every colour of a picture, read from a TOML file.

A file dropped into `themes/` is found by every listing, help text and test; a path works as well.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trajviz.errors import TrajvizError, unknown

_FOLDER = Path(__file__).parent / "themes"

RGB = tuple[int, int, int]
"""Red, green and blue, 0 to 255."""

SPACINGS = ("rank", "log")
"""What levels may be evenly spread in."""
MOST_LINES = 200
WIDEST_LINE = 10


@dataclass(frozen=True)
class Theme:
    """The colours of a picture.

    `shades` are the shading from the bottom to the top of the window and `lines` that of the
    `levels` level lines, laid on with `line_alpha`, each as evenly spread stops of a gradient.
    Levels stand at equal steps of rank, or of the logarithm of the height (`spacing`). `tracks` are
    handed out in order. `marker` fills the shared start and `star` the known minima, both with a
    thin rim in `ink`; `rim` is around the heads, and around the lines unless `halo` is false.

    Level lines are `line_width` pixels wide at 640x480. A relief is shaded by `relief_shades`, else
    by `shades`. When `mesh` is above 0, it is shaded evenly by height, and a mesh of so many lines
    each way in `ink` takes the place of level lines. With `bleed` the plot fills the whole picture,
    and the key stands in it.
    """

    summary: str
    background: RGB
    ink: RGB
    muted: RGB
    shades: tuple[RGB, ...]
    lines: tuple[RGB, ...]
    line_alpha: float
    marker: RGB
    star: RGB
    tracks: tuple[RGB, ...]
    line_width: float = 0.9
    rim: RGB | None = None
    halo: bool = True
    levels: int = 22
    spacing: str = "rank"
    relief_shades: tuple[RGB, ...] = ()
    mesh: int = 0
    bleed: bool = False

    def track(self, index: int) -> RGB:
        """Return the colour of a track by its place in the race; they repeat after the last."""
        return self.tracks[index % len(self.tracks)]

    @property
    def edge(self) -> RGB:
        """The colour around heads: `rim`, or the background's."""
        return self.background if self.rim is None else self.rim


def theme_names() -> list[str]:
    """Return the names of the themes that come with trajviz, sorted."""
    return sorted(path.stem for path in _FOLDER.glob("*.toml"))


def find_theme(theme: str | Path) -> Path:
    """Return the file of a theme, named or a path; TrajvizError where there is none."""
    text = str(theme)
    if not text.endswith(".toml"):
        if text not in theme_names():
            raise unknown("theme", text, theme_names())
        return _FOLDER / f"{text}.toml"
    path = Path(text).expanduser()
    if not path.is_file():
        raise TrajvizError(f"no theme file {text!r}")
    return path


def load_theme(theme: str | Path) -> Theme:
    """Return the theme of this name, or that this .toml file holds.

    Raises TrajvizError for an unknown name, a missing file, and a file that is no theme.
    """
    path = find_theme(theme)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TrajvizError(f"{path} is no theme: {error}") from error
    return _theme(path, data)


def _theme(path: Path, data: dict[str, Any]) -> Theme:
    fields = {field.name: field for field in dataclasses.fields(Theme)}
    for key in data:
        if key not in fields:
            raise unknown(f"key in {path}", key, fields)
    needed = [name for name, field in fields.items() if field.default is dataclasses.MISSING]
    missing = [name for name in needed if name not in data]
    if missing:
        raise TrajvizError(f"{path} lacks {', '.join(missing)}")
    values: dict[str, Any] = {}
    for key, value in data.items():
        try:
            values[key] = _value(key, str(fields[key].type), value)
        except TrajvizError as error:
            raise TrajvizError(f"{path}: {key}: {error}") from error
    return Theme(**values)


def _value(key: str, kind: str, value: Any) -> Any:
    """Return what a file says for a field of this type, checked."""
    if key == "spacing" and value not in SPACINGS:
        raise TrajvizError(f"{value!r} is not one of {', '.join(SPACINGS)}")
    if kind == "str":
        return str(value)
    if kind == "bool":
        if not isinstance(value, bool):
            raise TrajvizError(f"{value!r} is not true or false")
        return value
    if kind == "int":
        if not isinstance(value, int) or not 0 <= value <= MOST_LINES:
            raise TrajvizError(f"{value!r} is not a whole number from 0 to {MOST_LINES}")
        return value
    if kind == "float":
        most = WIDEST_LINE if key == "line_width" else 1
        if not isinstance(value, (int, float)) or not 0 <= value <= most:
            raise TrajvizError(f"{value!r} is not a number from 0 to {most}")
        return float(value)
    if kind.startswith("tuple"):
        if not isinstance(value, list) or not value:
            raise TrajvizError(f"{value!r} is not a list of colours")
        return tuple(map(parse_color, value))
    return parse_color(value)


def parse_color(text: object) -> RGB:
    """Return a colour as RGB: #rgb, #rrggbb, or a name as in CSS; TrajvizError for anything else.

    >>> parse_color("#fa0"), parse_color("teal")
    ((255, 170, 0), (0, 128, 128))
    """
    from PIL import ImageColor

    try:
        color = ImageColor.getrgb(text) if isinstance(text, str) else ()
    except ValueError:
        color = ()
    if len(color) != 3:
        raise TrajvizError(f"{text!r} is not a colour: write #rrggbb, #rgb or a CSS name")
    return color


def mix(a: RGB, b: RGB, share: float) -> RGB:
    """Return the colour that lies `share` of the way from a to b.

    >>> mix((0, 0, 0), (100, 200, 50), 0.5)
    (50, 100, 25)
    """
    red, green, blue = (round(x + (y - x) * share) for x, y in zip(a, b, strict=True))
    return red, green, blue


def blend(stops: Sequence[RGB], share: float) -> RGB:
    """Return the colour that lies `share` of the way along evenly spread stops.

    >>> blend([(0, 0, 0), (100, 0, 0), (100, 100, 0)], 0.75)
    (100, 50, 0)
    """
    if len(stops) == 1:
        return stops[0]
    place = share * (len(stops) - 1)
    below = min(int(place), len(stops) - 2)
    return mix(stops[below], stops[below + 1], place - below)
