"""The output formats, one file each; a file dropped into this folder is found by everything.

A format's module says by `KIND` what it holds and defines `write`:

    KIND = "animation"   write(path, animation, playback, progress)
    KIND = "still"       write(path, scene, step)

An animation's module may say with `MOST_FPS` how many frames a second it can hold.
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
from trajviz.recipe import Playback


@dataclass(frozen=True)
class Format:
    """One output format: its name is its suffix without the dot."""

    name: str
    kind: Literal["animation", "still"]
    summary: str
    write: Callable[..., None]
    most_fps: float = math.inf

    def check(self, playback: Playback, step: int | None, steps: int) -> None:
        """Raise TrajvizError for more frames a second, or for a step, that it cannot show."""
        if playback.fps > self.most_fps:
            raise TrajvizError(
                f"fps {playback.fps:g} is more than the {self.most_fps:g} a .{self.name} can play"
            )
        if step is None:
            return
        if self.kind == "animation":
            stills = [f".{n}" for n in format_names() if load_format(n).kind == "still"]
            raise TrajvizError(
                f"step {step} alone makes no .{self.name}, but a still: {', '.join(stills)}"
            )
        if not 0 <= step <= steps:
            raise TrajvizError(f"step {step} is not from 0 to {steps}")


def format_names() -> list[str]:
    """Return the names of all formats, sorted."""
    return sorted(path.stem for path in Path(__file__).parent.glob("[!_]*.py"))


def load_format(name: str) -> Format:
    """Return the format of this name; TrajvizError if there is none."""
    plain = name.lower()
    if plain not in format_names():
        raise unknown("format", name, format_names())
    module: Any = importlib.import_module(f"{__name__}.{plain}")
    summary = module.__doc__.split("\n")[0].partition(": ")[2]
    most_fps = getattr(module, "MOST_FPS", math.inf)
    return Format(plain, module.KIND, summary, module.write, most_fps)


def format_of(path: Path) -> Format:
    """Return the format that a path's suffix names; TrajvizError if it names none."""
    known = ", ".join(f".{name}" for name in format_names())
    if not path.suffix:
        raise TrajvizError(f"output {str(path)!r} has no suffix to say its format: {known}")
    try:
        return load_format(path.suffix[1:])
    except TrajvizError:
        raise unknown(f"suffix of {str(path)!r}:", path.suffix, known.split(", ")) from None


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
