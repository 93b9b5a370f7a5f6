"""The output formats, one file each; a file dropped into this folder is found by everything.

A format's module says by `KIND` what it holds and defines `write`:

    KIND = "animation"   write(path, animation, playback, progress, note)
    KIND = "still"       write(path, scene, step, note)

`note` is what the file says of itself (see trajviz.files.metadata), empty for nothing.

The file `anim_svg.py` is the format of the suffix `.anim.svg`. An animation's module may say with
`MOST_FPS` how many frames a second it can hold, with `check(playback)` what else it cannot, with
`PALETTE = True` that it heeds `playback.colors`, and with `PATHS = True` that it draws tracks as
paths over one background, which leaves out what changes at every pixel.
`write` fills a file that nobody sees yet; `replacing` moves it into place when it is complete.
"""

from __future__ import annotations

import importlib
import math
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from trajviz.errors import TrajvizError, unknown
from trajviz.recipe.recipe import Look, Playback
from trajviz.scene.views import load_view


@dataclass(frozen=True)
class Format:
    """One output format: its name is its suffix without the dot."""

    name: str
    kind: Literal["animation", "still"]
    summary: str
    write: Callable[..., None]
    most_fps: float = math.inf
    paths: bool = False
    refuse: Callable[[Playback], None] | None = None
    palette: bool = False

    def check(self, playback: Playback, step: int | None, steps: int) -> None:
        """Raise TrajvizError for more frames a second, or for a step, that it cannot show."""
        if playback.fps > self.most_fps:
            raise TrajvizError(
                f"fps {playback.fps:g} is more than the {self.most_fps:g} a .{self.name} can play"
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
        """Raise TrajvizError for a look that it cannot show."""
        if not self.paths:
            return
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


def format_names() -> list[str]:
    """Return the names of all formats, sorted."""
    files = Path(__file__).parent.glob("[!_]*.py")
    return sorted(path.stem.replace("_", ".") for path in files)


def load_format(name: str) -> Format:
    """Return the format of this name; TrajvizError if there is none."""
    plain = name.lower()
    if plain not in format_names():
        raise unknown("format", name, format_names())
    module: Any = importlib.import_module(f"{__name__}.{plain.replace('.', '_')}")
    summary = module.__doc__.split("\n")[0].partition(": ")[2]
    return Format(
        plain,
        module.KIND,
        summary,
        module.write,
        getattr(module, "MOST_FPS", math.inf),
        getattr(module, "PATHS", False),
        getattr(module, "check", None),
        getattr(module, "PALETTE", False),
    )


def format_of(path: Path) -> Format:
    """Return the format that a path's suffix names, the longest; TrajvizError if it names none."""
    known = ", ".join(f".{name}" for name in format_names())
    if not path.suffix:
        raise TrajvizError(f"output {str(path)!r} has no suffix to say its format: {known}")
    endings = ["".join(path.suffixes[place:])[1:] for place in range(len(path.suffixes))]
    for ending in endings:
        if ending.lower() in format_names():
            return load_format(ending)
    raise unknown(f"suffix of {str(path)!r}:", path.suffix, known.split(", "))


def still_path(path: Path, step: int | None) -> Path:
    """Return where the still of one step goes that is asked for as `path`; None is the last.

    >>> still_path(Path("beale.png"), 20).name
    'beale-20.png'
    """
    return path if step is None else path.with_stem(f"{path.stem}-{step}")


def check_target(path: Path) -> None:
    """Raise TrajvizError unless a file could be written here; nothing is left behind."""
    folder = path.parent
    try:
        if path.is_dir():
            raise TrajvizError(f"output {str(path)!r} is a folder")
        if path.exists() and not path.is_file():
            raise TrajvizError(f"output {str(path)!r} is not a regular file")
        if not folder.is_dir():
            raise TrajvizError(f"output {str(path)!r}: there is no folder {str(folder)!r}")
        with _beside(path) as probe:
            probe.touch(exist_ok=False)
    except OSError as error:
        raise TrajvizError(f"output {str(path)!r} cannot be written: {error.strerror}") from error


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`, and rename it when the block ends well.

    On any exception, an interrupt included, the old file is untouched and the temporary one gone.
    A symbolic link is written through. Permissions are the old file's, else the umask's.
    """
    target = path.resolve()
    with _beside(target) as temporary:
        temporary.touch(exist_ok=False)  # as open() does, with the umask's permissions
        if target.exists():
            temporary.chmod(stat.S_IMODE(target.stat().st_mode))
        yield temporary
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(target)


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """Give a free name in the same folder, with the same suffix, and see that it is gone after."""
    temporary = path.with_name(f".{path.stem[:80]}-{secrets.token_hex(6)}{path.suffix}")
    try:
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)
