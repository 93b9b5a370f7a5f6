"""The output formats, one file each; a file dropped into this folder is found by everything.

A format's module says in `FORMAT` all that anybody needs to know of it, and defines the function
that writes it. Its name is that of the file: `anim_svg.py` is the format of the suffix `.anim.svg`.
A module whose name ends in `_formats` says in `FORMATS` as much of several, by their names.
`FORMAT` is also read where nothing is drawn, as by `trajviz show`: so a module loads what draws
within its functions, or has it in a file beside that begins with an underscore.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from trajviz.errors import TrajvizError, unknown
from trajviz.files.containers import Container
from trajviz.files.registry import load_from, names_in
from trajviz.frozen import dataclass
from trajviz.recipe.recipe import MOST_FRAMES
from trajviz.untrusted import user_path

if TYPE_CHECKING:
    from trajviz.recipe.recipe import Look, Playback

Role = Literal["film", "loop", "still", "page", "print"]
"""What a file is in a page: a film with controls, a picture that moves, one that does not, a page
in a frame, or what only a document for print shows."""


_FRAMED: dict[str, Role] = {"iframe": "page", "a": "print"}
"""What a file is by the element that shows it, where this alone says it."""


@dataclass(frozen=True, kw_only=True)
class Format:
    """One output format.

    Attributes:
        name: The suffix without the dot, taken from the file's name.
        summary: One sentence, taken from the docstring of a module that is this format alone.
        kind: Whether a file moves, or shows one step.
        write: Fills a file that nobody sees yet. An animation's is called with path, animation,
            playback, progress and note, a still's with path, scene, step and note. The note is
            what the file says of itself, empty for nothing.
        container: How files of this format begin, and where note and size stand in them.
        tag: The element by which a page shows such a file, "a" where it can only link to it.
        media_type: What HTTP and HTML call it.
        rank: Of several that show the same, a page takes that of the lowest rank.
        most_fps: The most frames a second that it can hold.
        palette: Whether it heeds `playback.colors`.
        paths: Whether it draws tracks as paths over one background, which leaves out what changes
            at every pixel.
        follows: Whether one file can be light or dark, as its reader's device is set. It is text
            then, with its colours in attributes.
        clear: Whether it can leave out the paper.
        paged: Whether each frame is a page of its own.
        runs: Whether it can run the race itself: `write` is then called with the outcome as well.
        refuse: Raises TrajvizError for what else it cannot play.
        check_ready: Raises TrajvizError where a program that it needs is missing or broken.
    """

    name: str = ""
    summary: str = ""
    kind: Literal["animation", "still"]
    write: Callable[..., None]
    container: Container
    tag: Literal["img", "video", "iframe", "a"]
    media_type: str
    rank: int = 100
    most_fps: float = math.inf
    palette: bool = False
    paths: bool = False
    follows: bool = False
    runs: bool = False
    clear: bool = False
    paged: bool = False
    refuse: Callable[[Playback], None] | None = None
    check_ready: Callable[[], None] = lambda: None

    @property
    def film(self) -> bool:
        """Whether it is a video."""
        return self.media_type.startswith("video/")

    @property
    def repeats(self) -> bool:
        """Whether its pauses are made of frames."""
        return self.film or self.paged

    def played(self, playback: Playback) -> Playback:
        """Return how a file of this format plays: one with frames for its pauses ends by itself."""
        return playback.once if self.repeats else playback

    @property
    def role(self) -> Role:
        """What such a file is in a page."""
        if self.tag in _FRAMED:
            return _FRAMED[self.tag]
        if self.film:
            return "film"
        return "loop" if self.kind == "animation" else "still"

    def check(self, playback: Playback, step: int | None, steps: int) -> None:
        """Refuse what this format cannot show.

        Args:
            playback: How the animation plays.
            step: The step that a still is of; None for the last, or for an animation.
            steps: How many steps there are.

        Raises:
            TrajvizError: For more frames a second, or more in all, than it can hold, or for such
                a step.
        """
        if playback.fps > self.most_fps:
            raise TrajvizError(
                f"fps {playback.fps:g} is more than the {self.most_fps:g} a .{self.name} can play"
            )
        played = self.played(playback)
        if self.repeats and played.film_frames > MOST_FRAMES:
            raise TrajvizError(
                f"{played.duration:g} seconds at fps {playback.fps:g}, pauses included, are "
                f"{played.film_frames:,} frames of a .{self.name}, more than {MOST_FRAMES:,}"
            )
        if self.refuse:
            self.refuse(playback)
        if step is None:
            return
        if self.kind == "animation":
            stills = [f".{n}" for n in format_names() if load_format(n).kind == "still"]
            raise TrajvizError(
                f"step {step} alone makes no .{self.name}, but a still: {', '.join(stills)}"
            )
        if not 0 <= step <= steps:
            raise TrajvizError(f"step {step} is not from 0 to {steps}")

    def check_look(self, look: Look) -> None:
        """Raise TrajvizError for a look that this format cannot show."""
        if look.strip and self.kind == "animation":
            raise TrajvizError(
                f"strip shows steps beside each other in a still, and a .{self.name} moves: "
                "use .png, .svg or .pdf"
            )
        if look.transparent and not self.clear:
            able = ", ".join(f".{name}" for name in format_names() if load_format(name).clear)
            raise TrajvizError(
                f"transparent: a .{self.name} always has a paper, as its pixels are all opaque: "
                f"use {able}"
            )
        if not self.follows:
            _check_theme(look.theme, self)
        if not self.paths:
            return
        from trajviz.scene.views import load_view

        changing = {
            f"view {look.view!r}": load_view(look.view).repaints,
            f"orbit {look.orbit:g}": look.orbit,
        }
        for what, given in changing.items():
            if given:
                raise TrajvizError(
                    f"{what} changes the whole picture, which a .{self.name} cannot hold: "
                    "use .gif or .mp4"
                )

    @property
    def animated(self) -> Format:
        """The format that moves where this is a still; TrajvizError if there is none."""
        if self.kind == "animation":
            return self
        if f"anim.{self.name}" not in format_names():
            able = [name for name in format_names() if name.startswith("anim.")]
            names = ", ".join(f".{name.removeprefix('anim.')}" for name in able)
            raise TrajvizError(f"a .{self.name} cannot be animated, but {names} can")
        return load_format(f"anim.{self.name}")


def _check_theme(theme: str, chosen: Format) -> None:
    from trajviz.scene.theme import light_and_dark

    if theme.endswith(".toml") and not user_path(theme).is_file():
        return  # which is told when it is loaded
    if light_and_dark(theme):
        able = ", ".join(f".{one}" for one in format_names() if load_format(one).follows)
        both = "" if chosen.tag == "a" else "--bundle (Race.bundle), which writes both, or "
        raise TrajvizError(
            f"theme {theme!r} follows its reader, which a .{chosen.name} cannot: use {able}, or "
            f"{both}the themes light and dark"
        )


def format_names() -> list[str]:
    """Return the names of all formats, sorted.

    Returns:
        Each is a suffix without its dot, as in "gif" or "anim.svg".
    """
    return [*names_in(__name__)]


@functools.cache
def load_format(name: str) -> Format:
    """Return the format of a name, in any case; TrajvizError if there is none."""
    chosen: Format = load_from(__name__, "format", name)
    return chosen


def all_formats() -> list[Format]:
    """Return all formats, those that a page shows first before others."""
    return sorted(map(load_format, format_names()), key=lambda one: one.rank)


def all_containers() -> list[Container]:
    """Return the containers of all formats, each once."""
    return [*dict.fromkeys(load_format(name).container for name in format_names())]


def find_format(path: Path) -> Format | None:
    """Return the format that a path's suffix names, the longest; None if it names none.

    >>> find_format(Path("beale.old.ANIM.SVG")).name
    'anim.svg'
    """
    known, suffixes = names_in(__name__), path.name.lower().lstrip(".").split(".")[1:]
    endings = (".".join(suffixes[place:]) for place in range(len(suffixes)))
    found = next((ending for ending in endings if ending in known), None)
    return load_format(found) if found else None


def format_of(path: Path) -> Format:
    """Return the format that an output's suffix names; TrajvizError if it names none."""
    found = find_format(path)
    if found is not None:
        return found
    known = [f".{name}" for name in format_names()]
    if not path.suffix:
        raise TrajvizError(
            f"output {str(path)!r} has no suffix to say its format: {', '.join(known)}"
        )
    raise unknown(f"suffix of {str(path)!r}:", path.suffix, known)
