"""Where pictures are published, and what each place takes: one file for each place.

A file dropped into this folder is found by everything. It says in `PLACE` what suits the place and
the most it takes; its name is the file's, and its docstring says what the place is. The limits were
looked up in November 2026.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from trajviz.errors import TrajvizError
from trajviz.files.containers import Size
from trajviz.files.formats import Format
from trajviz.files.registry import load_named, names_in
from trajviz.frozen import dataclass
from trajviz.recipe.recipe import Playback

SNIPPETS = "trajviz.files.snippets"
"""The package whose names places are known by as well."""


@dataclass(frozen=True)
class Facts:
    """What a place may ask of a file.

    Attributes:
        format: Its format.
        size: Width and height in pixels.
        frames: How many it has, 1 for a still.
        seconds: How long it plays, its pause included; 0 for a still.
        pixel_format: How a film keeps its colours.
        bytes: Its length, 0 as long as nobody knows.
    """

    format: Format
    size: Size
    frames: int
    seconds: float
    pixel_format: str = ""
    bytes: int = 0


@dataclass(frozen=True, kw_only=True)
class Place:
    """A place where pictures are published.

    Attributes:
        name: What users call it, taken from the file's name.
        summary: One sentence, taken from the module's docstring.
        size: Width and height in pixels that suit it.
        seconds: How long an animation that suits it moves.
        max_bytes: The bytes of a file that suits it.
        most_bytes: The most bytes of a picture that it takes. None is no limit, as in all below.
        most_size: The most width and height in pixels.
        most_frames: The most frames of a picture.
        most_pixels: The most pixels of a picture, those of all its frames together.
        least_film_seconds: How long a film is at least.
        film_pixel_format: How a film has to keep its colours; empty for any way.
        first: With which picture an animation opens, as the option says.
        snippet: The snippet that `--as` takes under this name, where none has the name itself.
    """

    name: str = ""
    summary: str = ""
    size: Size
    seconds: float
    max_bytes: int
    most_bytes: int | None = None
    most_size: tuple[int, int] | None = None
    most_frames: int | None = None
    most_pixels: int | None = None
    least_film_seconds: float = 0.0
    film_pixel_format: str = ""
    first: str = Playback.first
    snippet: str = "html"

    @property
    def values(self) -> dict[str, Any]:
        """What a recipe for this place says, unless the user says otherwise."""
        own = ("size", "seconds", "max_bytes", "first")
        return {name: getattr(self, name) for name in own}

    def refusals(self, facts: Facts) -> Iterator[str]:
        """Yield why this place would refuse a file, one reason after the other."""
        if facts.format.film:
            yield from self._film_refusals(facts)
            return
        width, height = facts.size
        pixels = width * height * facts.frames
        if self.most_bytes and facts.bytes > self.most_bytes:
            yield f"{facts.bytes / 1e6:.1f} MB is more than {self.most_bytes / 1e6:g} MB"
        if self.most_size and (width > self.most_size[0] or height > self.most_size[1]):
            yield f"{width}x{height} is more than {self.most_size[0]}x{self.most_size[1]}"
        if self.most_frames and facts.frames > self.most_frames:
            yield f"{facts.frames} frames are more than {self.most_frames}"
        if self.most_pixels and pixels > self.most_pixels:
            most = self.most_pixels / 1e6
            yield f"{pixels / 1e6:.0f} million pixels in all are more than {most:g}"

    def _film_refusals(self, facts: Facts) -> Iterator[str]:
        if facts.seconds < self.least_film_seconds:
            yield f"{facts.seconds:g} s is less than {self.least_film_seconds:g} s"
        if self.film_pixel_format and facts.pixel_format != self.film_pixel_format:
            yield f"{facts.pixel_format} is not {self.film_pixel_format}"


def place_names() -> list[str]:
    """Return the names of all places, sorted.

    Returns:
        Each is what `trajviz render --for` takes, as in "github". It takes names of snippets as
        well.
    """
    return [*names_in(__name__)]


def load_place(name: str) -> Place:
    """Return the place of a name or of a snippet, in any case; TrajvizError if there is none."""
    chosen: Place = load_named(__name__, "place", name, SNIPPETS, "snippet")
    return chosen


def check_place(place: Place, facts: Facts) -> None:
    """Raise TrajvizError for what a place would refuse."""
    for reason in place.refusals(facts):
        raise TrajvizError(f"{place.name} would refuse .{facts.format.name}: {reason}")
