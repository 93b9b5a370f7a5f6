"""What to render, as data: which race, how it looks, how it plays, and which files it becomes.

Every field states its option: name, type, default, unit and help of what a user can say. `--help`
reads them, so nothing here imports numpy before a recipe is made.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, get_type_hints

from trajviz.errors import TrajvizError, unknown
from trajviz.frozen import dataclass
from trajviz.recipe.arrows import ARROWS, check_arrows
from trajviz.recipe.notes import Note, notes_in_order
from trajviz.recipe.options import (
    OptionField,
    option,
    option_fields,
    parse_bytes,
    parse_trail,
    spelled_value,
)
from trajviz.untrusted import check_text

if TYPE_CHECKING:
    from trajviz.recipe.spec import Spec

SMALLEST, LARGEST = (160, 120), (3840, 2160)
"""The sizes of a picture in pixels."""
LOWEST = 5
"""A camera's least elevation in degrees."""
MOST_STRIP = 12
"""How many steps may be shown beside each other."""
MOST_ORBIT = 3600
"""How far a camera may turn, in degrees."""


LABELS = ("key", "heads", "end")
"""Where tracks have their names: in the key, and beside the heads, always or at the end."""
MOST_SEEDS = 100
"""No picture shows more runs of each optimizer."""
MEMBERS_TRAIL = 1
"""So many of the last steps are drawn of a population's members: where each came from."""


def several_starts(points: Sequence[Sequence[float]]) -> dict[str, Any]:
    """Return the fields of a recipe by which each optimizer starts from all of these points.

    >>> several_starts([(1.0, 1.6), (2.0, 2.0)])
    {'start': (1.0, 1.6), 'starts': '1,1.6 2,2'}
    """
    for point in points:
        if len(point) != 2:
            raise TrajvizError(
                f"start {spelled_value(tuple(point))!r} is not X,Y (as in 1,1.6), as each of "
                "several starts is"
            )
    x, y = points[0]
    return {"start": (x, y), "starts": " ".join(map(spelled_value, map(tuple, points)))}


@dataclass(frozen=True)
class Look:
    """How a picture looks.

    Attributes:
        size: Width and height in pixels.
        theme: A theme's name, or the path of a TOML file.
        title: The title, "" for the surface's.
        axes: Names of the axes, None for the surface's.
        view: How the surface is shown, a name.
        panels: Which charts stand beside it, names.
        camera: From where a relief is seen, elevation and azimuth in degrees; None for where most
            of the paths is seen.
        orbit: How far the camera turns during the animation, in degrees.
        language: A language's name, or the path of a TOML file: the picture's own words.
        aspect: How the axes are drawn, "equal" or "fill"; None for the surface's own way.
        outcome: Whether the last frame says what became of all.
        trail: How many of the last steps are bright, the rest faint; 0 for all of them, None for
            all of a line and a few of a population's members.
        strip: Steps that one still shows beside each other; () for a picture of one step.
        labels: Where tracks have their names, one of LABELS.
        transparent: Whether the paper around the surface is left out.
        arrows: What arrows at the heads show, one of ARROWS; a track may have its own.
        field: Whether thin arrows of steepest descent lie over the surface.
    """

    size: tuple[int, int] = option(
        (640, 480), "Width and height in pixels.", "picture", words="WxH", between="x", unit="px"
    )
    theme: str = option(
        "light", "Colours: a theme's name, or a file of your own.", "picture",
        words="NAME|FILE.toml", names="theme_names",
    )  # fmt: skip
    title: str = option("", "The title, in place of the surface's.", "picture", words="TEXT")
    axes: tuple[str, str] | None = option(
        None, "Names of the axes, as in W,b.", "picture", words="NAME,NAME"
    )
    view: str = option(
        "contour", "How the surface is shown (see `trajviz list views`).", "picture",
        words="NAME", names="view_names",
    )  # fmt: skip
    panels: tuple[str, ...] = option(
        (), "A chart beside it (see `trajviz list panels`); may be repeated.", "picture",
        usual="none; of a problem its loss", words="NAME", flags=("--panel",), names="panel_names",
    )  # fmt: skip
    camera: tuple[float, float] | None = option(
        None, "From where a relief is seen, as in 45,225, in degrees.", "picture",
        usual="where most of the paths is seen", words="ELEV,AZIM", unit="degrees",
    )  # fmt: skip
    orbit: float = option(
        0.0, "How far the camera turns during the animation, in degrees.", "picture",
        words="DEGREES", unit="degrees",
    )  # fmt: skip
    language: str = option(
        "en", "The picture's own words: a language's name, or a file of your own.", "picture",
        words="NAME|FILE.toml", names="language_names",
    )  # fmt: skip
    aspect: str | None = option(
        None, "With 'equal' a unit is as long across as up, which shows more of the plane; 'fill' "
        "stretches the window to the plot.", "picture",
        usual="the surface's", words="equal|fill",
    )  # fmt: skip
    outcome: bool = option(
        False, "Say in the last frame what became of all, in the order of arrival.", "picture"
    )
    trail: int | None = option(
        None, "The last N steps of each track are bright, the rest faint; 'full' or 0 for all.",
        "picture", usual=f"full, of a population {MEMBERS_TRAIL}", words="N|full",
        read=parse_trail, unit="steps",
    )  # fmt: skip
    strip: tuple[int, ...] = option(
        (), "Several steps beside each other in one still, as in 5,20,60,200.", "picture",
        words="STEP,STEP,...",
    )  # fmt: skip
    labels: str = option(
        LABELS[0], "Names in the key alone; with 'heads' also beside the heads of tracks, with "
        "'end' there in the last frame.", "picture", words="|".join(LABELS),
    )  # fmt: skip
    transparent: bool = option(
        False, "Leave out the paper around the surface, so that a page shows through.", "picture"
    )
    arrows: str = option(
        ARROWS[-1], "Arrows at the heads: the next step over minus the gradient, that alone, or "
        "also what carries over; arrows=step beside an OPTIMIZER is for its track.", "picture",
        words="|".join(ARROWS),
    )  # fmt: skip
    field: bool = option(
        False, "Thin arrows of steepest descent over the surface, the longer the steeper.",
        "picture",
    )  # fmt: skip

    def __post_init__(self) -> None:
        """Refuse a size, a camera, an orbit or a trail that cannot be drawn, an unknown aspect."""
        check_text("title", self.title)
        for name in self.axes or ():
            check_text("axis", name)
        if self.aspect is not None:
            from trajviz.surface import check_aspect

            check_aspect(self.aspect)
        width, height = self.size
        wide = SMALLEST[0] <= width <= LARGEST[0]
        if not (wide and SMALLEST[1] <= height <= LARGEST[1]):
            raise TrajvizError(
                f"size {width}x{height} is not from {SMALLEST[0]}x{SMALLEST[1]} "
                f"to {LARGEST[0]}x{LARGEST[1]}"
            )
        elevation, azimuth = self.camera or (LOWEST, 0.0)
        if not (LOWEST <= elevation <= 90 and math.isfinite(azimuth)):
            raise TrajvizError(
                f"camera {elevation:g},{azimuth:g} is not an elevation from {LOWEST} to 90 "
                "and a finite azimuth, in degrees"
            )
        if self.trail is not None and not (isinstance(self.trail, int) and self.trail >= 0):
            raise TrajvizError(f"trail {self.trail!r} is no whole number of steps, 0 being all")
        if self.transparent and self.orbit:
            raise TrajvizError("transparent takes no orbit: what turns is drawn on its paper")
        if len(self.strip) > MOST_STRIP:
            raise TrajvizError(f"strip of {len(self.strip)} steps is more than {MOST_STRIP}")
        if self.labels not in LABELS:
            raise unknown("labels", self.labels, LABELS)
        check_arrows(self.arrows)
        if not abs(self.orbit) <= MOST_ORBIT:
            raise TrajvizError(f"orbit {self.orbit:g} must be from -{MOST_ORBIT} to {MOST_ORBIT}")

    def has_arrows(self, specs: Sequence[Spec]) -> bool:
        """Tell whether any of these tracks, or a path beside them, has arrows at its head."""
        return self.arrows != "none" or any(spec.arrows not in ("", "none") for spec in specs)


CLOCKS = {"steps": "step", "evaluations": "evaluation"}
"""What a race may be timed by, and what one of it is called.

An evaluation is one gradient, one height or one Hessian of the surface, and all cost the same.
"""

DATA = ("training", "held-out")
"""Whose loss the plane of a problem shows."""

PIXEL_FORMATS = ("yuv420p", "yuv444p")
"""How a video may keep its colours: one chroma sample for four pixels, or for each."""
FEWEST_COLORS, MOST_COLORS = 16, 256
"""What a palette may have: a picture needs a few for itself, and a byte says no more."""
FIRST = ("start", "end")
"""With which picture a file opens."""
PACES = ("story", "uniform")
"""How the time of an animation passes: after what is new, or every step equally long."""
MOST_FRAMES = 100_000
LONGEST = 3600
"""Seconds of motion, and of each pause around it."""


@dataclass(frozen=True)
class Playback:
    """How an animation plays.

    Attributes:
        fps: Frames a second.
        seconds: Length of the moving part in seconds.
        hold: Length of the pause on the last frame in seconds.
        loop: How often a GIF plays, 0 for ever.
        first: With which picture a file opens, one of FIRST.
        pixel_format: How a video keeps its colours: yuv420p, which plays everywhere, or yuv444p,
            sharper where it plays at all.
        colors: The most colours in the palette of a GIF, WebP or APNG.
        pace: How the time of the moving part passes, one of PACES.
        lead: Length of the pause on the first frame in seconds.
        notes: Lines that are said from a step on, as in "20:TEXT", or "20+2:TEXT", which stops the
            film for 2 seconds.
    """

    fps: float = option(25, "Frames a second.", "motion", words="N", unit="frames/s")
    seconds: float = option(8, "The moving part, in seconds.", "motion", words="S", unit="s")
    hold: float = option(
        2, "The pause on the last frame, in seconds.", "motion", words="S", unit="s"
    )
    loop: int = option(0, "How often a GIF plays, 0 for ever.", "motion", words="N")
    first: str = option(
        FIRST[0], "The first frame: with 'end' the last picture, held as at the end, for where "
        "only the first is seen; then all plays from the start.", "motion", words="|".join(FIRST),
    )  # fmt: skip
    pixel_format: str = option(
        PIXEL_FORMATS[0],
        "How a video keeps its colours; yuv444p is sharper, but not played everywhere.", "file",
        words="NAME", key="pix_fmt",
    )  # fmt: skip
    colors: int = option(
        MOST_COLORS, "The most colours of a GIF, WebP or APNG, 16 to 256.", "file", words="N"
    )
    pace: str = option(
        PACES[0],
        "How time passes: 'story' gives it to what is new and hurries over the rest, with "
        "'uniform' every step takes equally long.", "motion", words="|".join(PACES),
    )  # fmt: skip
    lead: float = option(
        0.0, "The pause on the first frame, in seconds.", "motion", words="S", unit="s"
    )
    notes: tuple[str, ...] = option(
        (), "A line that is said from a step on until the next, as in 20:'In the valley'; "
        "20+2:TEXT also stops the film for 2 s; may be repeated.", "motion",
        words="STEP[+SECONDS]:TEXT", flags=("--note",),
    )  # fmt: skip

    def __post_init__(self) -> None:
        """Refuse what cannot be played."""
        if not (math.isfinite(self.fps) and self.fps > 0):
            raise TrajvizError(f"fps {self.fps:g} must be a finite number above 0")
        if not 0 < self.seconds <= LONGEST:
            raise TrajvizError(f"seconds {self.seconds:g} must be above 0 and at most {LONGEST}")
        if self.pace not in PACES:
            raise unknown("pace", self.pace, PACES)
        if not 0 <= self.lead <= LONGEST:
            raise TrajvizError(f"lead {self.lead:g} must be from 0 to {LONGEST} seconds")
        if not 0 <= self.hold <= LONGEST:
            raise TrajvizError(f"hold {self.hold:g} must be from 0 to {LONGEST} seconds")
        if not 0 <= self.loop <= 65535:
            raise TrajvizError(f"loop {self.loop} must be from 0 (for ever) to 65535 times")
        if self.first not in FIRST:
            raise unknown("first frame", self.first, FIRST)
        if self.fps * self.seconds > MOST_FRAMES:
            raise TrajvizError(
                f"fps {self.fps:g} for {self.seconds:g} seconds is more than {MOST_FRAMES} frames"
            )
        if not FEWEST_COLORS <= self.colors <= MOST_COLORS:
            raise TrajvizError(
                f"colors {self.colors} must be from {FEWEST_COLORS} to {MOST_COLORS}"
            )
        if self.pixel_format not in PIXEL_FORMATS:
            raise unknown("pixel format", self.pixel_format, PIXEL_FORMATS)
        notes_in_order(self.notes)

    @functools.cached_property
    def said(self) -> tuple[Note, ...]:
        """The notes, by their steps."""
        return notes_in_order(self.notes)

    @property
    def pause(self) -> float:
        """For how many seconds notes stop the film."""
        return sum(note.pause for note in self.said)

    def pause_frames(self, note: Note) -> int:
        """Return for how many frames a note stops the film."""
        return round(self.fps * note.pause)

    @property
    def moving_frames(self) -> int:
        """How many frames move, the first being the start, the last the end."""
        return max(1, round(self.fps * self.seconds))

    @property
    def frames(self) -> int:
        """How many frames there are between the pauses at the ends: those that move, and stops."""
        return self.moving_frames + sum(map(self.pause_frames, self.said))

    @functools.cached_property
    def order(self) -> tuple[int, ...]:
        """The frames in the order in which they are shown, each as its place in the race.

        What opens with the end and plays for ever shows no frame twice: the end of each round is
        the opening of the next. What plays a number of times still ends with the end.

        >>> Playback(fps=4, seconds=1).order
        (0, 1, 2, 3)
        >>> Playback(fps=4, seconds=1, first="end").order
        (3, 0, 1, 2)
        >>> Playback(fps=4, seconds=1, first="end", loop=1).order
        (3, 0, 1, 2, 3)
        """
        *before, last = range(self.frames)
        if self.first == "start" or not before:
            return (*before, last)
        return (last, *before) if self.loop == 0 else (last, *before, last)

    @property
    def once(self) -> Playback:
        """The playback of what ends by itself, as a film does."""
        return dataclasses.replace(self, loop=1)

    @property
    def cycle(self) -> float:
        """How long the race takes in seconds: the moving part, and all pauses in and around it."""
        return self.lead + self.seconds + self.pause + self.hold

    @property
    def duration(self) -> float:
        """How long it plays in seconds: a cycle, and an opening that comes on top of it."""
        opening = 1 / self.fps + self.hold if len(self.order) > self.frames else 0.0
        return self.cycle + opening

    @property
    def film_pauses(self) -> list[int]:
        """How often a film repeats each frame of `order`: start and end have pauses."""
        pauses = [0] * self.frames
        pauses[0] += round(self.lead * self.fps)
        still = round((self.seconds + self.pause + self.hold) * self.fps) - self.frames
        pauses[-1] += max(0, still)
        return [pauses[place] for place in self.order]

    @property
    def film_frames(self) -> int:
        """How many frames a film has, those among them that are repeated for its pauses."""
        return len(self.order) + sum(self.film_pauses)


@dataclass(frozen=True)
class Recipe:
    """A complete request: which race, how it is shown, and the files it becomes.

    Attributes:
        surface: A name, a formula or a path; "" for a Surface made in Python, which no file names,
            and for recorded runs of a model whose loss is not known.
        optimizers: Who races; () for the default ones, or for nobody where there are `paths`.
        start: Where all start, x and y, of one variable x; None for the surface's.
        steps: Steps of each optimizer; evaluations, where these are the clock.
        window: What part of the plane is shown, x0, x1, y0, y1; None for the surface's.
        noise: Standard deviation of the Gaussian noise that is added to every gradient.
        seed: Which noise, which mini-batches, which random starts.
        batch_size: Samples in a mini-batch on a surface over data; None for the customary number.
        starts: "7x7" or "random:50" starts each optimizer from so many places, "1,1.6 2,2" from
            these; "" from one.
        paths: Files of trajectories that were recorded elsewhere.
        look: How the picture looks.
        playback: How the animation plays.
        outputs: Files, their suffixes naming their formats; "-" is standard output.
        format: The format where a file's suffix names none.
        at: Stills of these steps; () for the last.
        animate: Whether what can move or stand still moves.
        clock: What the race is timed by, one of CLOCKS.
        lr: How rates that are not given are chosen: "tuned", "customary", "default" or
            "equal:RATE"; None for the surface's own rule.
        plane: On which plane a race in d dimensions is seen, a kind of `descent.plane`.
        data: Whose loss this plane shows, one of DATA.
        metadata: Whether each file says by which version and recipe it was made.
        max_bytes: The most bytes of a file; None for any number.
        until: So near to a known minimum a track ends; None for never.
        seeds: With how many seeds each optimizer runs, from `seed` on; None for that one.
        made_in_python: What was given as an object of Python, which no recipe can say, each in
            words, as "the surface f(x, y)"; () where the recipe says all.
    """

    surface: str
    optimizers: tuple[Spec, ...] = ()
    start: tuple[float, ...] | None = option(
        None, "Where all start, as in 1,1.6; outside the window, it widens it. Several may be "
        "given: each starts from all of them, at the rate for the first. Of one variable X "
        "alone.", "race",
        usual="the surface's", words="X,Y", merged=several_starts,
    )  # fmt: skip
    steps: int = option(200, "Steps of each optimizer.", "race", words="N", unit="steps")
    window: tuple[float, float, float, float] | None = option(
        None, "What part of the plane is shown.", "race",
        usual="the surface's", words="X0,X1,Y0,Y1",
    )  # fmt: skip
    noise: float = option(
        0.0, "Add Gaussian noise to every gradient, the same for all; for surfaces without data.",
        "race", words="SIGMA",
    )  # fmt: skip
    seed: int = option(
        0, "Which noise, which mini-batches, which random starts.", "race", words="N"
    )
    batch_size: int | None = option(
        None, "Samples in a mini-batch, for surfaces over data; all of them make it exact.", "race",
        usual="the surface's", words="N", unit="samples",
    )  # fmt: skip
    starts: str = option(
        "", "Start each from all over the window, as in 7x7 or random:50, or from certain points, "
        "as in '1,1.6 2,2'.", "race", words="COLSxROWS|random:N|POINTS",
    )  # fmt: skip
    paths: tuple[str, ...] = option(
        (), "Draw paths recorded elsewhere (.csv .tsv .txt .json .npy .npz), alone or beside "
        "OPTIMIZERs; of a model also checkpoints, as 'sgd/*.pt'; may be repeated.", "race",
        words="FILE",
    )  # fmt: skip
    look: Look = Look()
    playback: Playback = Playback()
    outputs: tuple[str, ...] = option(
        (), "Write this file; may be repeated. '-' is standard output.", "file",
        usual="SURFACE.gif", words="FILE", flags=("-o", "--output"),
    )  # fmt: skip
    format: str = option(
        "", "The format where no suffix names it.", "file", words="NAME", names="format_names"
    )
    at: tuple[int, ...] = option(
        (), "Stills of these steps, as in 5,20,60.", "file",
        usual="the last", words="STEP,STEP,...",
    )  # fmt: skip
    animate: bool = option(
        False, "Make an .svg or .pdf move, as .anim.svg and .anim.pdf always do.", "file"
    )
    clock: str = option(
        "steps", "What the race is timed by; evaluations are --steps many, of gradients and all "
        "else.", "race", words="steps|evaluations",
    )  # fmt: skip
    lr: str | None = option(
        None, "How learning rates that are not given are chosen; customary ones are those of the "
        "literature, where the surface states some.", "race",
        usual="tuned, or the surface's", words="tuned|customary|default|equal:RATE",
    )  # fmt: skip
    plane: str = option(
        "paths", "On which plane a problem in d dimensions is seen: the paths' principal axes, "
        "random or filter-normalised directions, or through the ends of tracks.", "race",
        words="paths|random|filters|ends|through:A,B,C",
    )  # fmt: skip
    data: str = option(
        DATA[0], "Whose loss a problem's plane shows; tracks are of the training data.", "race",
        words="|".join(DATA),
    )  # fmt: skip
    metadata: bool = option(
        True, "Say in each file by which version and recipe it was made.", "file"
    )
    max_bytes: int | None = option(
        None, "The most bytes of each file, as in 1MB, 500kB, 2MiB: colours, then frames, then "
        "size are given up until it fits.", "file", words="SIZE", read=parse_bytes, unit="bytes",
    )  # fmt: skip
    until: float | None = option(
        None, "End a track that has come so near to a known minimum, with a ring.", "race",
        words="DISTANCE",
    )  # fmt: skip
    seeds: int | None = option(
        None, "Run each with so many seeds, from --seed on: faint, but for the run whose final "
        "loss is the median.", "race", usual="one", words="N",
    )  # fmt: skip
    made_in_python: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what no surface can make good."""
        from trajviz.recipe.spec import check_rates
        from trajviz.recipe.starts import check_starts
        from trajviz.surface import check_start, check_window

        if not (isinstance(self.steps, int) and self.steps >= 1):
            raise TrajvizError(f"steps {self.steps!r} is not a whole number of at least 1")
        if self.lr is not None:
            check_rates(self.lr)
        if self.clock not in CLOCKS:
            raise unknown("clock", self.clock, CLOCKS)
        if self.data not in DATA:
            raise unknown("data", self.data, DATA)
        if self.clock != "steps":
            for what, given in {"starts": self.starts, "paths": self.paths}.items():
                if given:
                    raise TrajvizError(f"clock {self.clock!r} takes no {what}: they go by steps")
        if self.until is not None:
            if not (math.isfinite(self.until) and self.until > 0):
                raise TrajvizError(f"until {self.until:g} is not a finite distance above 0")
            if self.starts:
                raise TrajvizError("until ends single tracks: it takes no starts")
        if self.seeds is not None:
            self._check_seeds(self.seeds)
        if self.max_bytes is not None and self.max_bytes < 1:
            raise TrajvizError(f"max_bytes {self.max_bytes} must be at least 1")
        for step in self.look.strip:
            if not 0 <= step <= self.steps:
                raise TrajvizError(f"strip's step {step} is not from 0 to {self.steps}")
        if self.look.strip and self.at:
            raise TrajvizError("at makes a still of each step, and strip one of all: give one")
        for note in self.playback.said:
            if note.step > self.steps:
                raise TrajvizError(f"note {str(note)!r}: its step is not from 0 to {self.steps}")
        if self.start is not None:
            check_start(self.start)
        if self.window is not None:
            check_window(self.window)
        if self.starts:
            check_starts(self.starts)

    def _check_seeds(self, seeds: int) -> None:
        """Refuse a number of seeds that cannot be shown, and what does not go with several."""
        if not (isinstance(seeds, int) and 1 <= seeds <= MOST_SEEDS):
            raise TrajvizError(f"seeds {seeds!r} is not a whole number from 1 to {MOST_SEEDS}")
        beside = {"starts": self.starts, "paths": self.paths, "until": self.until}
        for what, given in beside.items():
            if given:
                raise TrajvizError(f"seeds run one optimizer several times: they take no {what}")
        if self.clock != "steps":
            raise TrajvizError(f"clock {self.clock!r} takes no seeds: they go by steps")

    @staticmethod
    @functools.cache
    def kinds() -> Mapping[str, Any]:
        """Return the types of all values, flat: those of look and playback in their places."""
        flat: dict[str, Any] = {}
        for name, kind in _hints(Recipe).items():
            flat |= _hints(kind) if _is_part(kind) else {name: kind}
        return MappingProxyType(flat)

    @classmethod
    def of(cls, **values: Any) -> Recipe:
        """Return the recipe of these values, flat.

        Args:
            **values: Values by name, those of look and playback among the others.

        Raises:
            TrajvizError: A value makes no sense.
        """
        parts = {
            name: kind(**{key: values.pop(key) for key in _hints(kind) if key in values})
            for name, kind in _parts().items()
        }
        return cls(**values, **parts)

    @property
    def values(self) -> dict[str, Any]:
        """All values, flat, in the order of `kinds`."""
        parts = {**vars(self), **vars(self.look), **vars(self.playback)}
        return {key: parts[key] for key in self.kinds()}

    def changed(self, **values: Any) -> Recipe:
        """Return the recipe with some of its values replaced.

        A rate that was tuned for this race is left out where that makes it another race.

        Args:
            **values: New values by name, those of look and playback among the others.

        Raises:
            TrajvizError: A value makes no sense.
        """
        if any(map(_makes_another_race, values)) and "optimizers" not in values:
            values["optimizers"] = tuple(spec.untuned for spec in self.optimizers)
        return Recipe.of(**{**self.values, **values})

    def given(self) -> Iterator[tuple[OptionField, Any]]:
        """Yield each option whose value is not the default, and the value."""
        values = self.values
        for name, field in recipe_options().items():
            if values[name] != field.default:
                yield field, values[name]


@functools.cache
def recipe_options() -> dict[str, OptionField]:
    """Return the fields of all options by name: those of a recipe, its look and its playback."""
    kinds = Recipe.kinds()
    found = {
        field.name: field
        for owner in (Recipe, Look, Playback)
        for field in option_fields(owner, kinds)
    }
    return {name: found[name] for name in kinds if name in found}


def _makes_another_race(name: str) -> bool:
    field = recipe_options().get(name)
    return field is None or field.option.group == "race"


@functools.cache
def _parts() -> dict[str, Any]:
    """Return the fields of a recipe that hold several values, each with its class."""
    return {name: kind for name, kind in _hints(Recipe).items() if _is_part(kind)}


def _is_part(kind: Any) -> bool:
    return dataclasses.is_dataclass(kind)


@functools.cache
def _hints(kind: type) -> dict[str, Any]:
    """Return the types of a class's values; to find them takes longer than to read a recipe."""
    return get_type_hints(kind, localns={"Spec": object})
