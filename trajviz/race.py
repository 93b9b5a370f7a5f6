"""The whole pipeline: `run` runs the race of a recipe, the result draws itself anywhere.

`compare` is the same in one call from Python.
"""

from __future__ import annotations

import contextlib
import functools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from trajviz.animation import Animation
from trajviz.descent import Progress, descend, no_progress
from trajviz.descent.noise import Noise
from trajviz.descent.outcome import Outcome
from trajviz.descent.paths import Course, Recorded, sorted_paths
from trajviz.descent.setup import Setup, settle
from trajviz.descent.trajectory import Trajectory
from trajviz.errors import TrajvizError, unknown
from trajviz.files.dimensions import size_of
from trajviz.files.following import following
from trajviz.files.formats import Format, find_format, load_format
from trajviz.files.metadata import note_of
from trajviz.files.places import check_place, load_place
from trajviz.files.plan import (
    STANDARD_OUTPUT,
    PlannedFile,
    check_looks,
    check_plan,
    format_for,
    plan_bundle,
    plan_files,
    snippet_target,
)
from trajviz.files.snippets import checked_alt, checked_url, load_snippet, shown_by
from trajviz.files.target import check_target, naming_target, replacing, replacing_all
from trajviz.frozen import dataclass
from trajviz.recipe.budget import ladder
from trajviz.recipe.notes import spelled_note
from trajviz.recipe.options import parse_trail
from trajviz.recipe.recipe import Look, Playback, Recipe, several_starts
from trajviz.recipe.spec import parse_specs
from trajviz.recipe.starts import count_starts
from trajviz.recipe.toml import to_toml
from trajviz.scene.alt import describe, outcome_text
from trajviz.scene.paint import Picture
from trajviz.scene.scene import Scene, check_room, compose
from trajviz.scene.theme import light_and_dark
from trajviz.scene.views import view_of_curves
from trajviz.surface import Formula, Surface, Window, check_point, check_start, check_window
from trajviz.surface.catalogue import name_or_subject
from trajviz.surface.definition import Subject
from trajviz.surface.problem import is_curve, is_on_plane
from trajviz.untrusted import real_path, target_path, user_path

if TYPE_CHECKING:
    from trajviz.descent.plane import Plane
    from trajviz.files.notebook import Player
    from trajviz.scene.matplotlib_axes import Axes
    from trajviz.surface.problem import Problem

_PATIENCE = {
    "steps": 1_000_000,
    "frames": 5_000,
    "pixels in all": 10_000_000_000,
    "steps from all starts": 2_000_000,
    "steps with all seeds": 2_000_000,
    "weights of all steps": 200_000_000,
}
"""What takes longer than anybody expects is only done when it is meant."""


_DESCENT = 0.7
"""About which share of the time a race in d dimensions takes; the rest is for its plane."""
_USUAL_PANEL = "loss"
"""What stands beside a plane if nobody says."""
_SMALL = 240
"""A picture of fewer pixels along its shorter side has the plane alone."""
_UNITS = 1000
"""How many units of work are told of, where it has parts."""


@dataclass(frozen=True)
class Written:
    """A file that a race was written to, and the race as this file shows it."""

    path: Path
    format: str
    race: Race


@dataclass(frozen=True, repr=False)
class Race:
    """What came of a recipe, and how it is to be shown.

    A race saves itself in every format, gives its frames as arrays, and shows itself in a notebook.

    Attributes:
        outcome: Where all went, and the recipe that asked for it.
    """

    outcome: Outcome
    _scenes: dict[tuple[Look, tuple[str, ...]], Scene] = field(
        default_factory=dict, repr=False, compare=False
    )
    """The scene of each look and its notes that was drawn, for all that show the same race."""

    def __repr__(self) -> str:
        """Say in one line what was raced on, by whom, and how it is shown."""
        names = ", ".join(dict.fromkeys(course.label for course in self.courses))
        look = f"{self.look.view}, {self.look.size[0]}x{self.look.size[1]}"
        return f"<Race on {self.surface.name}: {names}; {self.steps} steps; {look}>"

    @property
    def surface(self) -> Surface:
        """What was raced on, or the loss of a problem on the plane."""
        return self.outcome.surface

    @property
    def problem(self) -> Problem | None:
        """What was raced on in d dimensions; None where the surface was."""
        return self.outcome.problem

    @property
    def plane(self) -> Plane | None:
        """The plane on which a problem is seen; None for a surface."""
        return self.outcome.plane

    @property
    def start(self) -> tuple[float, float]:
        """Where all start, x and y."""
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
    def request(self) -> Recipe:
        """The recipe as it was given."""
        return self.outcome.recipe

    @property
    def recipe(self) -> Recipe:
        """The recipe, complete: start, window, words, settings and rates as they were used."""
        return self.outcome.settled

    @property
    def look(self) -> Look:
        """How the picture looks."""
        return self.request.look

    @property
    def playback(self) -> Playback:
        """How the animation plays."""
        return self.request.playback

    @property
    def noise(self) -> Noise:
        """What makes the gradients inexact."""
        return self.outcome.noise

    @property
    def scene(self) -> Scene:
        """The background and the tracks in pixels, drawn once for all formats."""
        return self._composed(no_progress)

    def _composed(self, progress: Progress) -> Scene:
        drawn = self.look, self.playback.notes
        if drawn not in self._scenes:
            self._scenes[drawn] = compose(self.outcome, progress)
        return self._scenes[drawn]

    @property
    def notes(self) -> tuple[str, ...]:
        """What of the picture's words was cut or left out for lack of room, one line each."""
        return self._sides()[0].scene.notes

    @functools.cached_property
    def animation(self) -> Animation:
        """The scene in motion."""
        return Animation.played(self.scene, self.playback)

    def frames(self) -> Iterator[Picture]:
        """Yield every frame of the moving part as it is shown, uint8 (height, width, 3)."""
        return self.animation.frames()

    def in_theme(self, theme: str) -> Race:
        """Return the same race in another theme.

        Args:
            theme: Its name, or the path of a file; "" for the theme it has.
        """
        if theme in ("", self.look.theme):
            return self
        return self._showing(self.request.changed(theme=theme))

    def save(
        self,
        path: str | Path,
        at: int | None = None,
        format: str = "",  # noqa: A002  # the word users know from matplotlib and Pillow
        progress: Progress | None = None,
        max_bytes: int | None = None,
    ) -> Path:
        """Write one file, and return its path.

        The file appears when it is complete; what was there before stays until then.

        Args:
            path: The file; its suffix names the format, which moves where the recipe says animate.
            at: The step that a still shows; None for the last.
            format: The format, whatever the suffix; "" for that of the suffix.
            progress: Called with frames done and frames in all.
            max_bytes: The most bytes, to which the file is made to keep (see `fitted`); None for
                those of the recipe.

        Raises:
            TrajvizError: What is asked for cannot be drawn or written.
        """
        path = target_path(path)
        bare = replace(self.request, format="")
        chosen = load_format(format) if format else format_for(str(path), bare)
        chosen.check(self.playback, at, self.steps)
        chosen.check_look(self.look)
        chosen.check_ready()
        check_target(path)
        one = self.fitted(
            chosen.name, at, self.request.max_bytes if max_bytes is None else max_bytes
        )
        one._save(path, chosen, at, progress or no_progress)
        return path

    def write(
        self,
        *outputs: str | Path,
        at: Iterable[int] | None = None,
        place: str = "",
        progress: Progress | None = None,
    ) -> tuple[Path, ...]:
        """Write the files that a recipe asks for, and return their paths.

        It is what `trajviz render` and a gallery do: stills of several steps get their names, a
        format that can move or stand still does as the recipe says, and nothing is written over
        before every file is known to fit.

        Args:
            *outputs: Files, their suffixes naming their formats; none for those of the recipe.
            at: Steps, each of which becomes a still of every output; None for those of the recipe.
            place: The place whose limits the files must keep, as "github"; "" for none.
            progress: Called with frames done and frames in all of each file.

        Raises:
            TrajvizError: There is no output, or one cannot be drawn, written or published there.
        """
        request = replace(
            self.request,
            outputs=tuple(map(str, outputs)) or self.request.outputs,
            at=self.request.at if at is None else tuple(at),
        )
        if not request.outputs:
            raise TrajvizError("no output is named: write('race.gif'), or outputs in the recipe")
        files = plan_files(request)
        if any(file.target == STANDARD_OUTPUT for file in files):
            raise TrajvizError("output '-' is for the command line: to_bytes gives the bytes")
        if place:
            for file in files:
                check_place(load_place(place), file.facts(request))
        check_plan(files)
        written = self.write_planned(files, lambda _: progress or no_progress)
        return tuple(one.path for one in written)

    def write_planned(
        self, files: Sequence[PlannedFile], progress_of: Callable[[PlannedFile], Progress]
    ) -> Iterator[Written]:
        """Write planned files in order, and yield each when it is there.

        Args:
            files: Files with names, as `plan_files` plans them.
            progress_of: Returns what is called with frames done and frames in all of a file.

        Raises:
            TrajvizError: A file cannot keep to the recipe's `max_bytes`; none is written then.
        """
        most = self.request.max_bytes
        fitted = [
            self.in_theme(file.theme).fitted(file.format.name, file.step, most) for file in files
        ]
        for file, one in zip(files, fitted, strict=True):
            path = user_path(file.target)
            one._save(path, file.format, file.step, progress_of(file))
            yield Written(path, file.format.name, one)

    def fitted(
        self,
        format: str,  # noqa: A002  # as in save
        at: int | None,
        max_bytes: int | None,
    ) -> Race:
        """Return the race as it is to be shown so that a file takes at most so many bytes.

        Colours, frames and size are given up down a ladder (see `recipe.budget`), until it fits.

        Args:
            format: The file's format.
            at: The step that a still shows; None for the last.
            max_bytes: The most bytes; None for any number, which gives up nothing.

        Raises:
            TrajvizError: It never fits.
        """
        if max_bytes is None:
            return self
        chosen, fewest = load_format(format), math.inf
        best = self._showing(replace(self.request, max_bytes=None))
        for rung in ladder(self.request, chosen.palette, chosen.kind == "animation"):
            one = best._showing(best.request.changed(**rung))
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

    def _showing(self, request: Recipe) -> Race:
        """Return the same race shown as another recipe says."""
        return Race(replace(self.outcome, recipe=request), self._scenes)

    def _measured(self, chosen: Format, at: int | None) -> int:
        """Return how many bytes a file takes."""
        with _folder() as folder:
            path = folder / f"race.{chosen.name}"
            self._draw(path, chosen, at, no_progress)
            return path.stat().st_size

    def to_bytes(
        self,
        format: str = "gif",  # noqa: A002  # as in save
        at: int | None = None,
        progress: Progress | None = None,
    ) -> bytes:
        """Return what `save` would write.

        Args:
            format: The format's name.
            at: The step that a still shows; None for the last.
            progress: Called with frames done and frames in all.

        Raises:
            TrajvizError: What is asked for cannot be drawn.
        """
        with _folder() as folder:
            path = folder / f"race.{format}"
            return self.save(path, at, format, progress).read_bytes()

    def bundle(
        self,
        path: str | Path,
        kind: str = "html",
        alt: str | None = None,
        url: str = "",
        progress: Progress | None = None,
    ) -> tuple[Path, ...]:
        """Write all that a page needs, and return the paths: GIF, MP4, PNG and the snippet.

        Where the snippet shows other formats, as for LaTeX, these are written instead.

        In a theme that follows its reader each picture is written twice, as NAME.gif and
        NAME.dark.gif, and the snippet shows either.

        All files appear when all are complete; until then, and if one of them cannot be put in its
        place, what was there before stays.

        Args:
            path: The files' name without suffix, as "post/beale".
            kind: Where the snippet goes, a name among `snippet_names()`.
            alt: What the picture shows, in words; None for words computed from the race.
            url: The address of the folder where the files will live; "" for beside the page.
            progress: Called with frames done and frames in all of each file.

        Raises:
            TrajvizError: What is asked for cannot be drawn or written.
        """
        files, page = plan_bundle(path, self.look.theme, kind), snippet_target(path, kind)
        check_plan(files)
        check_target(page)
        check_looks(files, self.look)
        words = self.alt_text() if alt is None else checked_alt(alt)
        prefix, one = checked_url(url), self.fitted_bundle(kind)
        targets = [user_path(file.target) for file in files]
        with replacing_all([*targets, page]) as (*media, snippet):
            shown = []
            for file, target, temporary in zip(files, targets, media, strict=True):
                side = one.in_theme(file.theme)
                with naming_target(target, temporary):
                    side._draw(temporary, file.format, None, progress or no_progress)
                size = size_of(temporary) or self.look.size
                shown.append((target.name, file.format.name, size))
            text = load_snippet(kind).write(shown_by(shown, words, prefix, one.playback.fps))
            with naming_target(page, snippet):
                snippet.write_text(text + "\n", "utf-8")
        return (*targets, page)

    def fitted_bundle(self, kind: str = "html") -> Race:
        """Return the race as all files of a bundle show it, so that each fits what is allowed.

        Args:
            kind: The snippet's name, which says in which formats the files are.
        """
        one = self
        for side in self._sides():
            for name in load_snippet(kind).formats:
                one = one.in_theme(side.look.theme).fitted(name, None, self.request.max_bytes)
        return one.in_theme(self.look.theme)

    def save_trace(self, path: str | Path, internals: bool = False, project: bool = False) -> Path:
        """Write the numbers, and return the path.

        Args:
            path: The file: .csv, .json or .npz.
            internals: Whether gradients and effective learning rates are among them.
            project: Whether the plane of a problem is, and the tracks as they are there.

        Raises:
            TrajvizError: The suffix names no such format, or nothing can be written there.
        """
        from trajviz.descent.trace import TRACES

        path = target_path(path)
        kind = path.suffix[1:].lower()
        if kind not in TRACES:
            raise unknown(f"suffix of {str(path)!r}:", path.suffix, [f".{k}" for k in TRACES])
        check_target(path)
        with replacing(path) as temporary:
            temporary.write_bytes(self.trace(kind, internals, project))
        return path

    def save_recipe(self, path: str | Path) -> Path:
        """Write the complete recipe, and return the path; rendered, it gives the same bytes.

        Args:
            path: The file, which ends in .toml.

        Raises:
            TrajvizError: The surface was made in Python, or nothing can be written there.
        """
        path = target_path(path)
        check_recipe_target(path, self.recipe)
        with replacing(path) as temporary:
            temporary.write_bytes(to_toml(self.recipe, path.parent))
        return path

    def trace(
        self,
        format: str = "csv",  # noqa: A002  # as in save
        internals: bool = False,
        project: bool = False,
    ) -> bytes:
        """Return the numbers of the race.

        Args:
            format: "csv", "json" or "npz".
            internals: Whether what each step saw and did is among them: gradient and effective
                learning rate.
            project: Whether the plane on which a problem in many dimensions is seen is among them,
                and the tracks as they are there.

        Raises:
            TrajvizError: There is no such format, or nothing to project.
        """
        from trajviz.descent.trace import TRACES, trace_names

        if format not in TRACES:
            raise unknown("trace format", format, trace_names())
        return TRACES[format](self.outcome, internals, project)

    def alt_text(self, at: int | None = None) -> str:
        """Return what the picture shows, who gets where and when, as plain text in one line.

        Args:
            at: The step that a still shows; None for the last.
        """
        return describe(self.outcome, at)

    def plot(self, ax: Axes | None = None, at: int | None = None, cmap: Any = None) -> Axes:
        """Draw the contour view with its tracks into matplotlib Axes, and return them.

        All is in data coordinates, and the user's rcParams hold. The tracks have labels, so that
        `ax.legend()` names them. What lies over the film (arrows, the field, names at the heads,
        notes) is not drawn: `ax.annotate` and `ax.quiver` do it in your own style.

        Args:
            ax: Where to draw; None for a new figure of pyplot's, with title and legend, which a
                notebook shows.
            at: Up to which step; None for the last.
            cmap: A colour map of matplotlib's, or its name; None for the theme's colours.

        Raises:
            TrajvizError: There is no such step.
        """
        from trajviz.scene.matplotlib_axes import plot_on  # the only file that draws with it

        return plot_on(self.outcome, ax, at, cmap)

    def outcome_text(self) -> str:
        """Return what became of all tracks, in words: the alt text without what is shown."""
        return outcome_text(self.outcome)

    def _save(self, path: Path, chosen: Format, at: int | None, progress: Progress) -> None:
        with replacing(path, f".{chosen.name}") as temporary:
            self._draw(temporary, chosen, at, progress)

    def _draw(self, path: Path, chosen: Format, at: int | None, progress: Progress) -> None:
        """Draw into a file that nobody sees yet."""
        note, sides, texts = self._note(at), self._sides(), []
        for side in sides:
            side._fill(path, chosen, at, note, progress, (self.outcome,) * chosen.runs)
            if len(sides) > 1:
                texts.append(path.read_text("utf-8"))
        if texts:
            path.write_text(following(*texts), "utf-8", newline="")

    def _sides(self) -> tuple[Race, ...]:
        """Return the race in light and in dark if its theme follows its reader, else as it is."""
        return tuple(map(self.in_theme, light_and_dark(self.look.theme) or ())) or (self,)

    def _fill(
        self,
        path: Path,
        chosen: Format,
        at: int | None,
        note: str,
        progress: Progress,
        more: tuple[Outcome, ...],
    ) -> None:
        scene = self._composed(progress)  # basins take so long that they tell how far they are
        if chosen.kind == "animation":
            playback = chosen.played(self.playback)
            moving = self.animation.in_order(playback.order)
            chosen.write(path, moving, playback, progress, note, *more)
        else:
            chosen.write(path, scene, self.steps if at is None else at, note)

    def _note(self, at: int | None) -> str:
        """Return what a file says of itself, which is nothing where that is not wanted."""
        if not self.request.metadata:
            return ""
        return note_of(replace(self.recipe, at=() if at in (None, self.steps) else (at,)))

    def player(self) -> Player:
        """Return the page that runs the race, or else plays it, to show in a notebook.

        Raises:
            TrajvizError: The view is one that no page can show.
        """
        from trajviz.files.notebook import Player

        tracks = len({t.label for t in self.courses})
        return Player(
            page=self.to_bytes("html").decode(),
            size=self.look.size,
            tracks=tracks,
            title=self.alt_text(),
        )

    def _repr_html_(self) -> str | None:
        """Show the animation in a notebook; one file of it does not follow its reader.

        A strip does not move: there is its picture alone.
        """
        from trajviz.files.notebook import moving_picture

        if self.look.strip:
            return None
        one = self._sides()[0]
        gif, png = one.to_bytes("gif"), one.to_bytes("png")
        return moving_picture(gif, png, self.look.size, self.alt_text())

    def _repr_png_(self) -> bytes:
        """Show the last step where a notebook's viewer strips HTML."""
        return self._sides()[0].to_bytes("png")


def check_recipe_target(path: Path, recipe: Recipe) -> None:
    """Raise TrajvizError unless the recipe could be written here and harms no file it needs."""
    if path.suffix != ".toml":
        raise TrajvizError(f"recipe {str(path)!r} does not end in .toml")
    check_target(path)
    for what in ("theme", "language"):
        if real_path(path) == real_path(user_path(getattr(recipe.look, what))):
            raise TrajvizError(f"recipe {str(path)!r} is the {what}'s file")
    to_toml(recipe, path.parent)


def _made_in_python(recipe: Recipe, setup: Setup) -> tuple[str, ...]:
    """Return what the recipe of a race cannot say, since it was given as an object of Python."""
    problem = setup.problem
    what = "surface" if problem is None else "problem"
    said = recipe.surface or (problem and problem.recorded)
    surface = [] if said else [f"the {what} {setup.surface.name}".strip()]
    rules = [f"the optimizer {s.optimizer.name}" for s in setup.specs if not s.optimizer.nameable]
    paths = [f"the path {path.label}" for path in setup.paths if not path.source]
    return tuple(dict.fromkeys([*surface, *rules, *paths]))


def compare(
    surface: str | Path | Surface | Problem | Formula | None,
    optimizers: Iterable[Any] = (),
    *,
    start: float | Sequence[float] | Sequence[Sequence[float]] | None = Recipe.start,
    steps: int = Recipe.steps,
    window: Sequence[float] | None = Recipe.window,
    noise: float = Recipe.noise,
    seed: int = Recipe.seed,
    seeds: int | None = Recipe.seeds,
    batch_size: int | None = Recipe.batch_size,
    starts: str = Recipe.starts,
    paths: Iterable[Any] = Recipe.paths,
    clock: str = Recipe.clock,
    lr: str | None = Recipe.lr,
    until: float | None = Recipe.until,
    plane: str = Recipe.plane,
    data: str = Recipe.data,
    size: tuple[int, int] = Look.size,
    theme: str | Path = Look.theme,
    title: str = Look.title,
    axes: tuple[str, str] | None = Look.axes,
    aspect: str | None = Look.aspect,
    view: str = Look.view,
    panels: Iterable[str] = Look.panels,
    camera: tuple[float, float] | None = Look.camera,
    orbit: float = Look.orbit,
    language: str | Path = Look.language,
    outcome: bool = Look.outcome,
    trail: int | str | None = Look.trail,
    strip: Iterable[int] = Look.strip,
    labels: str = Look.labels,
    transparent: bool = Look.transparent,
    arrows: str = Look.arrows,
    field: bool = Look.field,
    fps: float = Playback.fps,
    seconds: float = Playback.seconds,
    pace: str = Playback.pace,
    lead: float = Playback.lead,
    notes: Iterable[Any] = Playback.notes,
    hold: float = Playback.hold,
    loop: int = Playback.loop,
    first: str = Playback.first,
    pixel_format: str = Playback.pixel_format,
    metadata: bool = Recipe.metadata,
    max_bytes: int | None = Recipe.max_bytes,
    colors: int = Playback.colors,
    cache: str | Path | None = None,
    force: bool = False,
    progress: Progress | None = None,
) -> Race:
    """Run optimizers on a surface from one shared start.

    Args:
        surface: A name, the path of a .py file or of a grid of numbers (.npz, .csv), a formula in x
            and y, a function of x and y in numpy's arithmetic, a Surface or a Problem; None for
            `paths` of a model alone, of which no loss is known.
        optimizers: Each a text such as "rmsprop:lr=0.01,beta=0.95"; a mapping of the same, as
            {"name": "rmsprop", "lr": 0.01}; a generator function of gradient, w and perhaps lr; an
            optimizer class of torch or keras; a factory of optax's kind; or a `functools.partial`
            of one of these. () for sgd, momentum, rmsprop and adam, or for nobody where there are
            `paths`.
        start: Where all start, as in 1,1.6; outside the window, it widens it. Several may be given:
            each starts from all of them, at the rate for the first. Of one variable X alone. By
            default the surface's.
        steps: Steps of each optimizer.
        window: What part of the plane is shown. By default the surface's.
        noise: Add Gaussian noise to every gradient, the same for all; for surfaces without data.
        seed: Which noise, which mini-batches, which random starts.
        seeds: Run each with so many seeds, from --seed on: faint, but for the run whose final loss
            is the median. By default one.
        batch_size: Samples in a mini-batch, for surfaces over data; all of them make it exact. By
            default the surface's.
        starts: Start each from all over the window, as in 7x7 or random:50, or from certain points,
            as in '1,1.6 2,2'.
        paths: Draw paths recorded elsewhere (.csv .tsv .txt .json .npy .npz), alone or beside
            OPTIMIZERs; of a model also checkpoints, as 'sgd/*.pt'; may be repeated. In Python also
            arrays (steps + 1, 2), mappings of labels to arrays, and trajectories; on a problem
            (steps + 1, d), or pairs of these and losses.
        clock: What the race is timed by; evaluations are --steps many, of gradients and all else.
        lr: How learning rates that are not given are chosen; customary ones are those of the
            literature, where the surface states some. By default tuned, or the surface's.
        until: End a track that has come so near to a known minimum, with a ring.
        plane: On which plane a problem in d dimensions is seen: the paths' principal axes, random
            or filter-normalised directions, or through the ends of tracks.
        data: Whose loss a problem's plane shows; tracks are of the training data.
        size: Width and height in pixels.
        theme: Colours: a theme's name, or a file of your own.
        title: The title, in place of the surface's.
        axes: Names of the axes, as in W,b.
        aspect: With 'equal' a unit is as long across as up, which shows more of the plane; 'fill'
            stretches the window to the plot. By default the surface's.
        view: How the surface is shown (see `trajviz list views`).
        panels: A chart beside it (see `trajviz list panels`); may be repeated. By default none; of
            a problem its loss.
        camera: From where a relief is seen, as in 45,225, in degrees. By default where most of the
            paths is seen.
        orbit: How far the camera turns during the animation, in degrees.
        language: The picture's own words: a language's name, or a file of your own.
        outcome: Say in the last frame what became of all, in the order of arrival.
        trail: The last N steps of each track are bright, the rest faint; 'full' or 0 for all. By
            default full, of a population 1.
        strip: Several steps beside each other in one still, as in 5,20,60,200.
        labels: Names in the key alone; with 'heads' also beside the heads of tracks, with 'end'
            there in the last frame.
        transparent: Leave out the paper around the surface, so that a page shows through.
        arrows: Arrows at the heads: the next step over minus the gradient, that alone, or also what
            carries over; arrows=step beside an OPTIMIZER is for its track.
        field: Thin arrows of steepest descent over the surface, the longer the steeper.
        fps: Frames a second.
        seconds: The moving part, in seconds.
        pace: How time passes: 'story' gives it to what is new and hurries over the rest, with
            'uniform' every step takes equally long.
        lead: The pause on the first frame, in seconds.
        notes: A line that is said from a step on until the next, as in 20:'In the valley';
            20+2:TEXT also stops the film for 2 s; may be repeated. In Python also (20, TEXT, 2)
            and {"step": 20, "text": TEXT, "pause": 2}.
        hold: The pause on the last frame, in seconds.
        loop: How often a GIF plays, 0 for ever.
        first: The first frame: with 'end' the last picture, held as at the end, for where only the
            first is seen; then all plays from the start.
        pixel_format: How a video keeps its colours; yuv444p is sharper, but not played everywhere.
        metadata: Say in each file by which version and recipe it was made.
        max_bytes: The most bytes of each file, as in 1MB, 500kB, 2MiB: colours, then frames, then
            size are given up until it fits.
        colors: The most colours of a GIF, WebP or APNG, 16 to 256.
        cache: A folder in which the loss on the plane of a problem is kept, and taken from where
            all is as it was. By default none.
        force: Whether the limits that only protect your time are lifted.
        progress: Called with steps taken and steps in all.

    Returns:
        The race, which saves itself, gives its frames and numbers, and shows itself in a notebook.

    Raises:
        TrajvizError: What is asked for makes no sense: what was given, what is allowed, the nearest
            guess.

    >>> race = compare("bowl", ["sgd:lr=0.5"], steps=10)
    >>> race.trajectories[0].points.shape
    (11, 2)
    """
    begin = _started(start, starts)
    name, own = name_or_subject("" if surface is None else surface, begin["start"], window)
    files, recorded = sorted_paths(paths)
    recipe = Recipe.of(
        surface=name,
        optimizers=tuple(parse_specs(optimizers)),
        steps=steps,
        window=None if window is None else check_window(window),
        noise=noise,
        seed=seed,
        seeds=seeds,
        batch_size=batch_size,
        paths=files,
        clock=clock,
        lr=lr,
        until=until,
        plane=plane,
        data=data,
        size=(size[0], size[1]),
        theme=str(theme),
        title=title,
        axes=axes,
        aspect=aspect,
        view=view,
        panels=tuple(panels),
        camera=camera,
        orbit=orbit,
        language=str(language),
        outcome=outcome,
        trail=parse_trail(trail) if isinstance(trail, str) else trail,
        strip=tuple(strip),
        labels=labels,
        transparent=transparent,
        arrows=arrows,
        field=field,
        fps=fps,
        seconds=seconds,
        pace=pace,
        lead=lead,
        notes=tuple(map(spelled_note, notes)),
        hold=hold,
        loop=loop,
        first=first,
        pixel_format=pixel_format,
        metadata=metadata,
        max_bytes=max_bytes,
        colors=colors,
        **begin,
    )
    return run(recipe, own, paths=recorded, cache=cache, force=force, progress=progress)


def _started(
    start: float | Sequence[float] | Sequence[Sequence[float]] | None, starts: str
) -> dict[str, Any]:
    """Return the fields of a recipe that say where all start, at one point or at several."""
    if start is None:
        return {"start": None, "starts": starts}
    if isinstance(start, (int, float)):
        start = (start,)
    points = [cast(Sequence[float], point) for point in start if hasattr(point, "__len__")]
    if not points:
        return {"start": check_start(cast(Sequence[float], start)), "starts": starts}
    if starts:
        raise TrajvizError("several points to start from and starts both say where: give one")
    return several_starts([check_point(point) for point in points])


def run(
    recipe: Recipe,
    surface: Subject | None = None,
    *,
    paths: Sequence[Any] = (),
    cache: str | Path | None = None,
    force: bool = False,
    progress: Progress | None = None,
) -> Race:
    """Run the race of a recipe.

    Args:
        recipe: What to race, and how it is to be shown.
        surface: The recipe's surface or problem where it is loaded already; None to load it.
        paths: Recorded paths beside those of the recipe's files, as objects; see `compare`.
        cache: A folder in which the loss on the plane of a problem is kept; None to keep none.
        force: Whether the limits that only protect your time are lifted.
        progress: Called with steps taken and steps in all.

    Raises:
        TrajvizError: The recipe makes no sense; it is raised before any work.
    """
    if not force:
        _check_patience(recipe)
    setup = settle(recipe, surface, paths)
    if not force:
        _check_memory(setup)
    if cache is not None and (not is_on_plane(setup.problem) or setup.problem.recorded):
        raise TrajvizError(
            f"cache is for the loss on the plane of a problem, which {setup.surface.name} has not"
        )
    made = _made_in_python(recipe, setup)
    recipe = replace(recipe, made_in_python=made, steps=setup.steps)
    recipe = _as_curve(recipe) if is_curve(setup.problem) else _with_loss(recipe, setup.problem)
    check_room(
        recipe,
        surface=setup.surface,
        window=setup.window,
        specs=setup.specs,
        paths=setup.paths,
        problem=setup.problem,
    )
    progress = progress or no_progress
    most = 1.0 if setup.problem is None else _DESCENT
    trajectories = descend(setup, _part_of(progress, 0.0, most))
    if setup.problem is not None:
        from trajviz.descent.projection import projected  # nothing of it in two dimensions

        rest = _part_of(progress, most, 1.0)
        folder = None if cache is None else user_path(cache)
        setup, trajectories = projected(recipe, setup, trajectories, folder, rest)
    return Race(Outcome(recipe, setup, tuple(trajectories)))


def _as_curve(recipe: Recipe) -> Recipe:
    """Return a recipe whose view is the one of one variable, if nobody names a view."""
    return recipe.changed(view=view_of_curves()) if recipe.look.view == Look.view else recipe


def _with_loss(recipe: Recipe, problem: Problem | None) -> Recipe:
    """Return a recipe with the true losses beside a plane, if nobody names a panel.

    They are what the plane cannot show. A small picture has no room for both.
    """
    small = min(recipe.look.size) < _SMALL
    if problem is None or problem.recorded or recipe.look.panels or small:
        return recipe
    return recipe.changed(panels=(_USUAL_PANEL,))


def _part_of(progress: Progress, begin: float, end: float) -> Progress:
    """Return what is told of a part of the work, which is from one share of it to another."""
    if (begin, end) == (0.0, 1.0):
        return progress

    def told(done: int, total: int) -> None:
        progress(round(_UNITS * (begin + (end - begin) * done / total)), _UNITS)

    return told


def _check_patience(recipe: Recipe) -> None:
    width, height = recipe.look.size
    frames, steps = _most_frames(recipe), recipe.steps
    starts = count_starts(recipe.starts)
    amounts = {
        "steps": steps,
        "frames": frames,
        "pixels in all": width * height * frames,
        "steps from all starts": steps * starts,
        "steps with all seeds": steps * (recipe.seeds or 0),
    }
    _refuse_more_than_usual(amounts)


def _check_memory(setup: Setup) -> None:
    """Refuse a race in more dimensions than its weights of all steps have room for: 1.6 GB."""
    if setup.problem is not None:
        tracks = len(setup.specs) * setup.seeds
        weights = tracks * (setup.steps + 1) * setup.problem.dimension
        _refuse_more_than_usual({"weights of all steps": weights})


def _refuse_more_than_usual(amounts: Mapping[str, int]) -> None:
    for what, amount in amounts.items():
        most = _PATIENCE[what]
        if amount > most:
            raise TrajvizError(
                f"{amount:,} {what} are more than {most:,}, which would take long: "
                "to have them all the same, add --force (force=True)"
            )


def _most_frames(recipe: Recipe) -> int:
    """Return how many frames a file of the recipe's has at most; those of films have pauses."""
    named = [load_format(recipe.format)] if recipe.format else []
    formats = [*named, *(find_format(Path(output)) for output in recipe.outputs)]
    films = any(one is None or one.repeats for one in formats)  # what has no suffix is a bundle
    return recipe.playback.once.film_frames if films else len(recipe.playback.order)


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """Give a temporary folder, which is removed in the end."""
    import tempfile  # it loads all that packs and all that is random

    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)
