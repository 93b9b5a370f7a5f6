"""The whole pipeline: `run` runs the race of a recipe, the result draws itself anywhere.

`compare` is the same in one call from Python.
"""

from __future__ import annotations

import contextlib
import functools
import math
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from trajviz.animation import Animation
from trajviz.descent import Progress, Trajectory, descend, no_progress
from trajviz.descent.noise import Noise
from trajviz.descent.outcome import Outcome
from trajviz.descent.paths import Course, Recorded, load_paths
from trajviz.descent.trace import TRACES, trace_names
from trajviz.errors import TrajvizError, unknown
from trajviz.files.dimensions import size_of
from trajviz.files.formats import (
    Format,
    check_target,
    format_names,
    format_of,
    load_format,
    replacing,
)
from trajviz.files.metadata import note_of
from trajviz.files.notebook import Player, moving_picture
from trajviz.files.snippets import SNIPPETS, checked_alt, checked_url, shown_by
from trajviz.optimizers import DEFAULT_OPTIMIZERS
from trajviz.recipe.budget import ladder
from trajviz.recipe.recipe import Look, Playback, Recipe
from trajviz.recipe.spec import Spec, labelled, parse_spec, parse_specs
from trajviz.recipe.starts import count_starts, spread
from trajviz.recipe.toml import to_toml
from trajviz.scene.alt import describe
from trajviz.scene.paint import Picture
from trajviz.scene.scene import Scene, check_room, compose
from trajviz.surface import Surface, Window, check_point, check_window
from trajviz.surface.catalogue import load_surface

_PATIENCE = {
    "steps": 1_000_000,
    "frames": 5_000,
    "pixels in all": 10_000_000_000,
    "steps from all starts": 2_000_000,
}
"""What takes longer than anybody expects is only done when it is meant."""

BUNDLED = ("gif", "mp4", "png")
"""The formats of a bundle: what moves everywhere, what is smaller and plays, what stands still."""


@dataclass(frozen=True)
class Race:
    """What came of a recipe, and how it is to be shown.

    Saves itself in every format, gives its frames as arrays, and shows itself in a notebook.
    """

    outcome: Outcome

    @property
    def surface(self) -> Surface:
        """What was raced on."""
        return self.outcome.surface

    @property
    def start(self) -> tuple[float, float]:
        """Where all start."""
        return self.outcome.start

    @property
    def window(self) -> Window:
        """The part of the plane that is shown."""
        return self.outcome.window

    @property
    def trajectories(self) -> tuple[Trajectory, ...]:
        """Where our optimizers went, one for each start."""
        return self.outcome.trajectories

    @property
    def paths(self) -> tuple[Recorded, ...]:
        """Trajectories that were recorded elsewhere."""
        return self.outcome.paths

    @property
    def courses(self) -> tuple[Course, ...]:
        """All that is drawn: our trajectories, then paths from elsewhere."""
        return self.outcome.courses

    @property
    def steps(self) -> int:
        """How many steps each optimizer was to take."""
        return self.outcome.steps

    @property
    def asked(self) -> Recipe:
        """The recipe as it was given."""
        return self.outcome.recipe

    @property
    def recipe(self) -> Recipe:
        """The recipe, complete: start, window, words, settings and rates as they were used."""
        return self.outcome.settled

    @property
    def look(self) -> Look:
        """How the picture looks."""
        return self.asked.look

    @property
    def playback(self) -> Playback:
        """How the animation plays."""
        return self.asked.playback

    def _showing(self, asked: Recipe) -> Race:
        """Return the same race shown as another recipe says; it keeps its scene if that does."""
        one = Race(replace(self.outcome, recipe=asked))
        if asked.look == self.look and "scene" in vars(self):
            vars(one)["scene"] = self.scene
        return one

    @functools.cached_property
    def scene(self) -> Scene:
        """The background and the tracks in pixels, drawn once for all formats."""
        return self._composed(no_progress)

    def _composed(self, progress: Progress) -> Scene:
        return compose(self.outcome, progress)

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
        max_bytes: int | None = None,
    ) -> Path:
        """Write a file in the format of its suffix (or in `format`), and return its path.

        A still shows the last step, or step `at`. `progress` is called with frames done and
        frames in all. With `max_bytes`, or where the recipe has it, the file is the best that fits
        (see `fitted`). The file appears when it is complete; what was there before stays until
        then. Raises TrajvizError for what cannot be written.
        """
        path = Path(path).expanduser()
        chosen = load_format(format) if format else format_of(path)
        chosen.check(self.playback, at, self.steps)
        chosen.check_look(self.look)
        check_target(path)
        one = self.fitted(chosen.name, at, self.asked.max_bytes if max_bytes is None else max_bytes)
        with replacing(path) as temporary:
            one._write(temporary, chosen, at, progress or no_progress)
        return path

    def fitted(
        self,
        format: str,  # noqa: A002  # as in save
        at: int | None,
        max_bytes: int | None,
    ) -> Race:
        """Return the race as it is to be shown so that a file takes at most so many bytes.

        Colours, frames and size are given up down a ladder (see budget), until it fits. Raises
        TrajvizError if it never does.
        """
        if max_bytes is None:
            return self
        chosen, fewest = load_format(format), math.inf
        best = self._showing(replace(self.asked, max_bytes=None))
        for rung in ladder(self.asked, chosen.palette, chosen.kind == "animation"):
            one = best._showing(best.asked.changed(**rung))
            try:
                taken = one._measured(chosen, at)
            except TrajvizError:
                if not rung:
                    raise
                break  # so small a picture has no room for its words
            if taken <= max_bytes:
                return one
            if taken < fewest:
                best, fewest = one, taken
        raise TrajvizError(
            f"{max_bytes:,} bytes do not hold this as .{format}: with all that can be given up it "
            f"takes {fewest:,}"
        )

    def _measured(self, chosen: Format, at: int | None) -> int:
        """Return how many bytes a file takes."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"race.{chosen.name}"
            self._write(path, chosen, at, no_progress)
            return path.stat().st_size

    def to_bytes(
        self,
        format: str = "gif",  # noqa: A002  # as in save
        at: int | None = None,
        progress: Progress | None = None,
    ) -> bytes:
        """Return what `save` would write."""
        with tempfile.TemporaryDirectory() as folder:
            return self.save(Path(folder) / f"race.{format}", at, progress=progress).read_bytes()

    def bundle(
        self,
        path: str | Path,
        kind: str = "html",
        alt: str | None = None,
        url: str = "",
        progress: Progress | None = None,
    ) -> tuple[Path, ...]:
        """Write all that a page needs, and return the paths: GIF, MP4, PNG and the snippet.

        `path` is without suffix, as "post/beale"; `kind` is a name in SNIPPETS, `alt` and `url` are
        as for `embed`. All files appear when all are complete, each at once; until then what was
        there before stays. Raises TrajvizError for what cannot be written.
        """
        targets = bundle_targets(path, kind)
        words = self.alt_text() if alt is None else checked_alt(alt)
        prefix, one = checked_url(url), self.fitted_bundle()
        with contextlib.ExitStack() as stack:
            *media, page = [stack.enter_context(replacing(target)) for target in targets]
            for name, temporary in zip(BUNDLED, media, strict=True):
                one._write(temporary, load_format(name), None, progress or no_progress)
            sizes = [size_of(temporary) or self.look.size for temporary in media]
            files = [
                (target.name, name, size)
                for target, name, size in zip(targets, BUNDLED, sizes, strict=False)
            ]
            page.write_text(SNIPPETS[kind].write(shown_by(files, words, prefix)) + "\n", "utf-8")
        return targets

    def fitted_bundle(self) -> Race:
        """Return the race as all files of a bundle show it, so that each fits what is allowed."""
        one = self
        for name in BUNDLED:
            one = one.fitted(name, None, self.asked.max_bytes)
        return one

    def save_trace(self, path: str | Path, internals: bool = False) -> Path:
        """Write the numbers as .csv, .json or .npz, and return the path."""
        path = Path(path).expanduser()
        kind = path.suffix[1:].lower()
        if kind not in TRACES:
            raise unknown(f"suffix of {str(path)!r}:", path.suffix, [f".{k}" for k in TRACES])
        check_target(path)
        with replacing(path) as temporary:
            temporary.write_bytes(self.trace(kind, internals))
        return path

    def save_recipe(self, path: str | Path) -> Path:
        """Write the complete recipe, and return the path; rendered, it gives the same bytes."""
        path = Path(path).expanduser()
        check_recipe_target(path, self.recipe)
        with replacing(path) as temporary:
            temporary.write_bytes(to_toml(self.recipe, path.parent))
        return path

    def trace(
        self,
        format: str = "csv",  # noqa: A002  # as in save
        internals: bool = False,
    ) -> bytes:
        """Return the numbers as CSV, JSON or NPZ.

        `internals` adds what each step saw and did: gradient and effective learning rate.
        """
        if format not in TRACES:
            raise unknown("trace format", format, trace_names())
        return TRACES[format](self.outcome, internals)

    def alt_text(self, at: int | None = None) -> str:
        """Return what the picture shows, or its still at a step: who gets where, and when.

        It is plain text, for the alt attribute of whatever shows the picture.
        """
        return describe(self.outcome, at)

    def _write(self, path: Path, chosen: Format, at: int | None, progress: Progress) -> None:
        note = self._note(at)
        if "scene" not in vars(self):  # basins take so long that they tell how far they are
            vars(self)["scene"] = self._composed(progress)
        if chosen.kind == "animation":
            chosen.write(path, self.animation, self.playback, progress, note)
        else:
            chosen.write(path, self.scene, self.steps if at is None else at, note)

    def _note(self, at: int | None) -> str:
        """Return what a file says of itself, which is nothing where that is not wanted."""
        if not self.asked.metadata:
            return ""
        return note_of(replace(self.recipe, at=() if at in (None, self.steps) else (at,)))

    def player(self) -> Player:
        """Return a page that plays the race, to show in a notebook: pause, step, hide tracks.

        Raises TrajvizError for a view that no page can play, as `save` does.
        """
        tracks = len({t.label for t in self.courses})
        return Player(self.to_bytes("html").decode(), self.look.size, tracks, self.alt_text())

    def _repr_html_(self) -> str:
        """Show the animation in a notebook."""
        gif, png = self.to_bytes("gif"), self.to_bytes("png")
        return moving_picture(gif, png, self.look.size, self.alt_text())

    def _repr_png_(self) -> bytes:
        """Show the last step where a notebook's viewer strips HTML."""
        return self.to_bytes("png")


def bundle_targets(path: str | Path, kind: str) -> tuple[Path, ...]:
    """Return the files of a bundle, or raise TrajvizError unless all could be written."""
    if kind not in SNIPPETS:
        raise unknown("snippet", kind, SNIPPETS)
    plain = Path(path).expanduser()
    suffix = plain.suffix[1:].lower()
    if not plain.name or suffix in (*format_names(), *(s.suffix for s in SNIPPETS.values())):
        raise TrajvizError(f"bundle {str(path)!r} is no name without suffix, as in 'post/beale'")
    suffixes = (*BUNDLED, SNIPPETS[kind].suffix)
    targets = tuple(plain.with_name(f"{plain.name}.{suffix}") for suffix in suffixes)
    for target in targets:
        check_target(target)
    return targets


def check_recipe_target(path: Path, recipe: Recipe) -> None:
    """Raise TrajvizError unless the recipe could be written here and harms no file it needs."""
    if path.suffix != ".toml":
        raise TrajvizError(f"recipe {str(path)!r} does not end in .toml")
    check_target(path)
    if path.resolve() == Path(recipe.look.theme).expanduser().resolve():
        raise TrajvizError(f"recipe {str(path)!r} is the theme's file")
    to_toml(recipe, path.parent)


def compare(
    surface: str | Path | Surface,
    optimizers: Iterable[str] = (),
    *,
    start: Sequence[float] | None = None,
    steps: int = 200,
    window: Sequence[float] | None = None,
    noise: float = 0.0,
    seed: int = 0,
    batch_size: int | None = None,
    starts: str = "",
    paths: Iterable[str | Path] = (),
    clock: str = "steps",
    lr: str = "tuned",
    size: tuple[int, int] = (640, 480),
    theme: str | Path = "light",
    title: str = "",
    axes: tuple[str, str] | None = None,
    view: str = "contour",
    panels: Iterable[str] = (),
    camera: tuple[float, float] | None = None,
    orbit: float = 0.0,
    fps: float = 25,
    seconds: float = 8,
    hold: float = 2,
    loop: int = 0,
    pixel_format: str = "yuv420p",
    metadata: bool = True,
    max_bytes: int | None = None,
    colors: int = 256,
    force: bool = False,
    progress: Progress | None = None,
) -> Race:
    """Run optimizers on a surface from one shared start.

    `surface` is a name, the path of a .py file, a formula, or a Surface; `optimizers` are specs
    such as "rmsprop:lr=0.01,beta=0.95" (default: sgd, momentum, rmsprop, adam), and a rate that is
    not given is tuned, or as `lr` says: "default", or "equal:0.01", the same for all. `start` and
    `window` (x0, x1, y0, y1) replace the surface's; a start outside the window widens it. On a
    surface over data a gradient is that of `batch_size` samples (None: the surface's customary
    size); on any other, `noise` is the standard deviation of what is added to it; `seed` says which
    batches or which noise, the same for all. `starts`, "7x7" or "random:50", runs each optimizer
    from so many places of the window. `paths` are .csv, .json or .npz files of trajectories that
    were recorded elsewhere; without `optimizers` they are alone. With the `clock` "evaluations" the
    race is timed by evaluations of the surface, `steps` in all for each. `size` is in pixels;
    `view`, `panels`, `camera` (elevation and azimuth) and `orbit`, both in degrees, are as in Look.
    `seconds` is the moving part, `hold` the pause after it, `loop` how often a GIF plays, 0 for
    ever; `pixel_format` (yuv420p or yuv444p) is how an MP4 keeps its colours. With
    `metadata` each file says by which version and recipe it was made; `max_bytes` is the most that
    it may take, `colors` how many a palette has at most. `force` lifts the
    limits that only protect your time. `progress` is called with steps taken and steps in all.
    Raises TrajvizError for what makes no sense.


    >>> race = compare("bowl", ["sgd:lr=0.5"], steps=10)
    >>> race.trajectories[0].points.shape
    (11, 2)
    """
    own = surface if isinstance(surface, Surface) else None
    recipe = Recipe(
        "" if own else str(surface),
        tuple(parse_specs(optimizers)),
        None if start is None else check_point(start),
        steps,
        None if window is None else check_window(window),
        noise,
        seed,
        batch_size,
        starts,
        tuple(map(str, paths)),
        Look((size[0], size[1]), str(theme), title, axes, view, tuple(panels), camera, orbit),
        Playback(fps, seconds, hold, loop, pixel_format, colors),
        clock=clock,
        lr=lr,
        metadata=metadata,
        max_bytes=max_bytes,
    )
    return run(recipe, own, force=force, progress=progress)


def run(
    recipe: Recipe,
    surface: Surface | None = None,
    *,
    force: bool = False,
    progress: Progress | None = None,
) -> Race:
    """Run the race of a recipe; `surface` is the recipe's where it is loaded already.

    Raises TrajvizError, before any work, for what makes no sense; `force` and `progress` are as
    for `compare`.
    """
    steps = recipe.steps
    if not force:
        _check_patience(recipe)
    surface = surface or load_surface(recipe.surface, recipe.start, recipe.window)
    paths = tuple(path for file in recipe.paths for path in load_paths(file, surface, steps))
    specs = specs_of(recipe)
    start = check_point(recipe.start or surface.start)
    window = check_window(recipe.window or surface.window)
    starts = spread(recipe.starts, window, recipe.seed) if recipe.starts else None
    if starts is None and specs:
        window = check_window(window.including(*start))
    for path in paths:
        window = check_window(window.including(*path.points[0].tolist()))
    noise = Noise(recipe.noise, recipe.seed, recipe.batch_size)
    check_room(recipe, surface=surface, window=window, specs=specs, paths=paths)
    trajectories = descend(
        surface,
        specs,
        start,
        steps,
        window,
        progress or no_progress,
        noise,
        starts,
        recipe.clock,
    )
    return Race(Outcome(surface, start, window, tuple(trajectories), recipe, paths))


def specs_of(recipe: Recipe) -> list[Spec]:
    """Return the specs of a recipe; none where only paths are to be drawn."""
    asked = recipe.optimizers
    if not asked and not recipe.paths:
        asked = tuple(map(parse_spec, DEFAULT_OPTIMIZERS))
    return [spec.rated(recipe.lr) for spec in labelled(asked)]


def _check_patience(recipe: Recipe) -> None:
    width, height = recipe.look.size
    frames, steps = recipe.playback.frames, recipe.steps
    starts = count_starts(recipe.starts)
    asked = {
        "steps": steps,
        "frames": frames,
        "pixels in all": width * height * frames,
        "steps from all starts": steps * starts,
    }
    for what, most in _PATIENCE.items():
        if asked[what] > most:
            raise TrajvizError(
                f"{asked[what]:,} {what} are more than {most:,}, which would take long: "
                "to have them all the same, add --force (force=True)"
            )
