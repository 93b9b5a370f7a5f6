"""The whole pipeline behind one call: `compare` runs a race, the result draws itself anywhere."""

from __future__ import annotations

import base64
import functools
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from trajviz.animate import Animation
from trajviz.catalogue import load_surface
from trajviz.descent import Progress, Trajectory, descend, no_progress
from trajviz.errors import TrajvizError, unknown
from trajviz.formats import Format, check_target, format_of, load_format, replacing
from trajviz.optimizers import DEFAULT_OPTIMIZERS
from trajviz.recipe import Look, Playback
from trajviz.scene import Scene, check_room, compose
from trajviz.scene.paint import Picture
from trajviz.spec import parse_specs
from trajviz.surface import Surface, Window, check_point, check_window
from trajviz.trace import TRACES, trace_names

_PATIENCE = {"steps": 1_000_000, "frames": 5_000, "pixels in all": 10_000_000_000}
"""What takes longer than anybody expects is only done when it is meant."""


@dataclass(frozen=True)
class Race:
    """Trajectories from one shared start, and how they are to be shown.

    Saves itself in every format, gives its frames as arrays, and shows itself in a notebook.
    """

    surface: Surface
    start: tuple[float, float]
    window: Window
    steps: int
    trajectories: tuple[Trajectory, ...]
    look: Look
    playback: Playback

    @functools.cached_property
    def scene(self) -> Scene:
        """The background and the tracks in pixels, drawn once for all formats."""
        return compose(self.surface, self.trajectories, self.steps, self.window, self.look)

    @functools.cached_property
    def animation(self) -> Animation:
        """The scene in motion."""
        return Animation(self.scene, self.playback.positions(self.steps))

    def frames(self) -> Iterator[Picture]:
        """Yield every frame of the moving part, uint8 (height, width, 3)."""
        return self.animation.frames()

    def save(
        self,
        path: str | Path,
        at: int | None = None,
        format: str = "",  # noqa: A002  # the word users know from matplotlib and Pillow
        progress: Progress | None = None,
    ) -> Path:
        """Write a file in the format of its suffix (or in `format`), and return its path.

        A still shows the last step, or step `at`. `progress` is called with frames done and
        frames in all. The file appears when it is complete; what was there before stays until
        then. Raises TrajvizError for what cannot be written.
        """
        path = Path(path).expanduser()
        chosen = load_format(format) if format else format_of(path)
        chosen.check(self.playback, at, self.steps)
        check_target(path)
        with replacing(path) as temporary:
            self._write(temporary, chosen, at, progress or no_progress)
        return path

    def to_bytes(
        self,
        format: str = "gif",  # noqa: A002  # as in save
        at: int | None = None,
        progress: Progress | None = None,
    ) -> bytes:
        """Return what `save` would write."""
        with tempfile.TemporaryDirectory() as folder:
            return self.save(Path(folder) / f"race.{format}", at, progress=progress).read_bytes()

    def save_trace(self, path: str | Path) -> Path:
        """Write the numbers as .csv, .json or .npz, and return the path."""
        path = Path(path).expanduser()
        kind = path.suffix[1:].lower()
        if kind not in TRACES:
            raise unknown(f"suffix of {str(path)!r}:", path.suffix, [f".{k}" for k in TRACES])
        check_target(path)
        with replacing(path) as temporary:
            temporary.write_bytes(self.trace(kind))
        return path

    def trace(self, format: str = "csv") -> bytes:  # noqa: A002  # as in save
        """Return the numbers as CSV, JSON or NPZ."""
        if format not in TRACES:
            raise unknown("trace format", format, trace_names())
        return TRACES[format](self)

    def _write(self, path: Path, chosen: Format, at: int | None, progress: Progress) -> None:
        if chosen.kind == "animation":
            chosen.write(path, self.animation, self.playback, progress)
        else:
            chosen.write(path, self.scene, self.steps if at is None else at)

    def _repr_html_(self) -> str:
        """Show the animation in a notebook."""
        width, height = self.look.size
        data = base64.b64encode(self.to_bytes("gif")).decode()
        names = ", ".join(t.label for t in self.trajectories)
        return (
            f'<img width="{width}" height="{height}" src="data:image/gif;base64,{data}" '
            f'alt="{escape(names)} on {escape(self.surface.title)}">'
        )

    def _repr_png_(self) -> bytes:
        """Show the last step where a notebook's viewer strips HTML."""
        return self.to_bytes("png")


def compare(
    surface: str | Path | Surface,
    optimizers: Iterable[str] = (),
    *,
    start: Sequence[float] | None = None,
    steps: int = 200,
    window: Sequence[float] | None = None,
    size: tuple[int, int] = (640, 480),
    theme: str | Path = "light",
    title: str = "",
    axes: tuple[str, str] | None = None,
    fps: float = 25,
    seconds: float = 8,
    hold: float = 2,
    loop: int = 0,
    pixel_format: str = "yuv420p",
    force: bool = False,
    progress: Progress | None = None,
) -> Race:
    """Run optimizers on a surface from one shared start.

    `surface` is a name, the path of a .py file, a formula, or a Surface; `optimizers` are specs
    such as "rmsprop:lr=0.01,beta=0.95" (default: sgd, momentum, rmsprop, adam), and a rate that is
    not given is tuned. `start` and `window` (x0, x1, y0, y1) replace the surface's; a start outside
    the window widens it. `size` is in pixels, `seconds` the moving part, `hold` the pause after
    it, `loop` how often a GIF plays, 0 for ever; `pixel_format` (yuv420p or yuv444p) is how an MP4
    keeps its colours. `force` lifts the limits that only protect your time. `progress` is called
    with steps taken and steps in all. Raises TrajvizError for what makes no sense.


    >>> race = compare("bowl", ["sgd:lr=0.5"], steps=10)
    >>> race.trajectories[0].points.shape
    (11, 2)
    """
    playback = Playback(fps, seconds, hold, loop, pixel_format)
    look = Look((size[0], size[1]), str(theme), title, axes)
    if not (isinstance(steps, int) and steps >= 1):
        raise TrajvizError(f"steps {steps!r} is not a whole number of at least 1")
    if not force:
        _check_patience(look, playback, steps)
    if not isinstance(surface, Surface):
        surface = load_surface(surface, start, window)
    specs = parse_specs(list(optimizers) or DEFAULT_OPTIMIZERS)
    begin = check_point(surface.start if start is None else start)
    view = (surface.window if window is None else check_window(window)).including(*begin)
    view = check_window(view)
    check_room(surface, specs, steps, view, look)
    trajectories = tuple(descend(surface, specs, begin, steps, view, progress or no_progress))
    return Race(surface, begin, view, steps, trajectories, look, playback)


def _check_patience(look: Look, playback: Playback, steps: int) -> None:
    width, height = look.size
    frames = playback.frames
    asked = {"steps": steps, "frames": frames, "pixels in all": width * height * frames}
    for what, most in _PATIENCE.items():
        if asked[what] > most:
            raise TrajvizError(
                f"{asked[what]:,} {what} are more than {most:,}, which would take long: "
                "to have them all the same, add --force (force=True)"
            )
