"""Where pictures are published, and what each place takes: one table.

The limits were looked up in November 2026.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from trajviz.errors import TrajvizError, unknown

FILMS = ("mp4", "webm")
"""Formats to which limits on pictures do not apply."""


@dataclass(frozen=True)
class Facts:
    """What a place may ask of a file; `bytes` is 0 as long as nobody knows."""

    format: str
    size: tuple[int, int]
    frames: int
    seconds: float
    pixel_format: str = ""
    bytes: int = 0


@dataclass(frozen=True)
class Place:
    """A place: what suits it, and the most it takes. Pixels in all are those of all frames."""

    name: str
    summary: str
    size: tuple[int, int]
    seconds: float
    max_bytes: int
    most_bytes: int | None = None
    most_size: tuple[int, int] | None = None
    most_frames: int | None = None
    most_pixels: int | None = None
    least_film_seconds: float = 0.0
    film_pixel_format: str = ""

    @property
    def values(self) -> dict[str, Any]:
        """What a recipe for this place says, unless the user says otherwise."""
        return {"size": self.size, "seconds": self.seconds, "max_bytes": self.max_bytes}

    def refusals(self, facts: Facts) -> Iterator[str]:
        """Yield why this place would refuse a file."""
        if facts.format in FILMS:
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


PLACES = {
    place.name: place
    for place in (
        Place(
            "blog", "A page of your own: light, and fit for nearly every other place.",
            (640, 480), 8, 1_000_000, 5_000_000, None, 350, 100_000_000,
        ),
        Place(
            "devto", "An article on dev.to.",
            (640, 480), 8, 5_000_000, None, None, None, 200_000_000,
        ),
        Place(
            "github", "A README or an issue on GitHub; a README shows 5 MB from elsewhere.",
            (640, 480), 8, 5_000_000, 10_000_000,
        ),
        Place(
            "slides", "A talk: large, and small enough to mail.",
            (1280, 720), 8, 10_000_000,
        ),
        Place(
            "x", "A post on X.",
            (800, 450), 8, 15_000_000, 15_000_000, (1280, 1080), 350, 300_000_000, 0.5, "yuv420p",
        ),
    )
}  # fmt: skip
"""All places, by name."""


def place_names() -> list[str]:
    """Return the names of all places, sorted."""
    return sorted(PLACES)


def load_place(name: str) -> Place:
    """Return the place of this name; TrajvizError if there is none."""
    if name.lower() not in PLACES:
        raise unknown("place", name, PLACES)
    return PLACES[name.lower()]


def check_place(place: Place, facts: Facts) -> None:
    """Raise TrajvizError for what a place would refuse."""
    for reason in place.refusals(facts):
        raise TrajvizError(f"{place.name} would refuse .{facts.format}: {reason}")
