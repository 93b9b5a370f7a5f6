"""The page on which a race runs itself, from wherever its reader starts it; one file, no network.

What stands still is drawn as in every other file. The tracks are paths that the page's script
writes over it, in the scene's own pixels: a view from above is linear, so that its window says it
all.
"""

from __future__ import annotations

import base64
import hashlib
import math
import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any, cast

import numpy as np

from trajviz.animation import Animation
from trajviz.descent.floor import floor_of, lowest_known, nearness
from trajviz.descent.outcome import Outcome
from trajviz.descent.trajectory import Trajectory
from trajviz.errors import TrajvizError
from trajviz.files.containers.markup import html_element
from trajviz.files.formats._drawing import Letters, mark, number, view_of
from trajviz.files.formats._page_words import page_words, script_data
from trajviz.files.formats._paths import FINE
from trajviz.files.formats._still_drawing import Lasting
from trajviz.files.formats._timeline import Timeline, clock_of
from trajviz.files.live import Program, live_program
from trajviz.recipe.command import render_command, spelled_spec, track_words
from trajviz.recipe.recipe import Playback, Recipe
from trajviz.recipe.toml import TARGETS, portable_toml
from trajviz.scene.alt import describe, outcome_text
from trajviz.scene.chart import ChartView
from trajviz.scene.color import hexed
from trajviz.scene.language import Language, load_language
from trajviz.scene.layout import Chip, tick_labels
from trajviz.scene.overlap import DASH, SAME, SHARE, SHORTEST
from trajviz.scene.panels import load_panel
from trajviz.scene.plot import DASHES, MapView, Plot
from trajviz.scene.scene import Scene
from trajviz.scene.views import load_view
from trajviz.scene.views._horizon import HEIGHT
from trajviz.scene.views.contour import ContourView
from trajviz.scene.views.relief import ReliefView
from trajviz.surface import Ranks, Window

MOST_TRACKS = 12
"""How many tracks a reader may have, unless the race has more."""
MOST_STEPS = 200_000
"""Steps of all tracks together that are taken anew at every move of the start."""
_HERE = Path(__file__).parent
_SCRIPTS = ("numbers", "race", "picture", "chart", "link", "table", "page")
"""The page's script, which is one, in parts that follow each other."""
_GRIP = 22
"""How far around the start's square its shade reaches that says it can be held, in pixels."""
_EQUAL = 0.02
"""How far a unit across and one up may differ where axes are equal."""
_ACROSS, _UP = 62.0, 42.0
"""Pixels of the picture for each label of an axis."""
_LONGEST_NUMBER = 7
"""Letters of a number in the table, which has three beside each other."""


def program_of(outcome: Outcome) -> Program | None:
    """Return the engine of a race that can be live; None for one that can only be played."""
    if not is_live(outcome):
        return None
    try:
        program = live_program(outcome)
    except TrajvizError:
        return None
    return program if len(program.recorded) < len(outcome.courses) else None


def is_live(outcome: Outcome) -> bool:
    """Tell whether a race is shown, and timed, in a way that can follow its reader."""
    recipe, look = outcome.recipe, outcome.recipe.look
    shown = load_view(look.view).live and not look.orbit and not look.trail
    shown = (
        shown and look.labels == "key" and not (look.field or look.has_arrows(recipe.optimizers))
    )
    plain = (
        recipe.clock == "steps"
        and not (recipe.playback.notes or recipe.starts or recipe.until)
        and all(c.joined for c in outcome.courses)
    )
    alone = len({course.label for course in outcome.courses}) == len(outcome.courses)
    few = outcome.steps * len(outcome.courses) <= MOST_STEPS
    panels = all(load_panel(name).live for name in look.panels)
    flat = outcome.problem is None
    return shown and plain and alone and few and panels and flat and bool(outcome.trajectories)


def write_live_page(
    path: Path,
    animation: Animation,
    playback: Playback,
    note: str,
    outcome: Outcome,
    program: Program,
) -> None:
    """Write the page.

    Args:
        path: The file.
        animation: The scene, and how many steps are taken at each frame.
        playback: How it plays.
        note: What the file says of itself.
        outcome: What came of the race, which the page begins with.
        program: The engine that runs it again.
    """
    scene, language = animation.scene, load_language(outcome.recipe.look.language)
    script = "".join(map(_script, _SCRIPTS))
    shown = _shown(scene)
    ratios = [plot.box.width / plot.box.height for plot in shown]
    x, y = scene.words.axes
    parts = {
        **page_words(language),
        "hashes": " ".join(f"'sha256-{_digest(text)}'" for text in (program.source, script)),
        "title": escape(scene.words.title),
        "style": _read("page.css"),
        "colors": _colors(scene),
        "tall": number(sum(ratios)),
        "plots": "".join(_plot(scene, plot, _share(plot, shown), language) for plot in shown),
        "summary": escape(describe(outcome)),
        "steps": str(scene.steps),
        "x": escape(x),
        "y": escape(y),
        "rows": "".join(map(_row, range(len(outcome.courses)), scene.words.chips, outcome.courses)),
        "outcome": escape(outcome_text(outcome)),
        "caption": escape(scene.words.caption),
        "data": script_data(
            {**_data(animation, playback, outcome, shown), "words": _said(script, language)}
        ),
        "engine": program.source,
        "script": script,
        "note": html_element(note),
    }
    page = re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], _read("page.html"))
    path.write_bytes(page.encode())


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _script(name: str) -> str:
    """Return a part of the script without its comments and indents."""
    lines = map(str.strip, _read(f"{name}.js").splitlines())
    return "".join(f"{line}\n" for line in lines if line and not line.startswith("//"))


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _shown(scene: Scene) -> list[Plot]:
    """Return the plots of the view; charts are the page's own."""
    return [plot for plot in scene.plots if not isinstance(plot.view, ChartView)]


def _window(plot: Plot) -> Window:
    """Return the part of the plane that a plot of the view shows."""
    return cast(MapView, plot.view).window


def _share(plot: Plot, shown: list[Plot]) -> float:
    """Return how much of all plots' width one takes."""
    return plot.box.width / sum(one.box.width for one in shown)


def _colors(scene: Scene) -> str:
    """Return the scene's colours and widths of lines as properties of the page."""
    theme, pen = scene.theme, scene.main.pen
    tracks = [chip.color for chip in scene.words.chips]
    most = max(MOST_TRACKS, len(tracks))
    tracks += [theme.track(place) for place in range(len(tracks), most)]
    colors = {
        **{f"c{place}": color for place, color in enumerate(tracks)},
        "halo": theme.background,
        "paper": theme.background,
        "edge-color": theme.edge,
        "start-rim": theme.ink,
    }
    widths = {
        "line-width": pen.line,
        "faint": pen.faint,
        "halo-width": (pen.line + 2 * pen.halo) * theme.halo,
        "level": theme.line_width * max(pen.line / 2.2, 0.75),
    }
    return ";".join(
        [f"--{name}:{hexed(color)}" for name, color in colors.items()]
        + [f"--{name}:{number(width)}px" for name, width in widths.items()]
    )


def _said(script: str, language: Language) -> dict[str, str]:
    """Return the words that a script says, by their keys."""
    keys = re.findall(r'(?:say\("|words\.)(\w+)', script)
    marks = [key for key in language.words if key.startswith("page_mark_")]
    return {key: language.words[key] for key in sorted({*keys, *marks})}


def _plot(scene: Scene, plot: Plot, share: float, language: Language) -> str:
    """Return a plot: its labels, what stands still in it, and places for what moves."""
    letters, box, lasting = Letters(), plot.box, Lasting(scene, scene.steps)
    ground, recorded = view_of(plot, letters), lasting.plot(plot, letters)
    definitions = letters.definitions + "".join(lasting.definitions)
    width, height = scene.size
    view = " ".join(str(FINE * side) for side in (box.x0, box.y0, box.width, box.height))
    flat = isinstance(plot.view, ContourView)
    kind, labels = ("flat", _labels(scene, plot)) if flat else ("block", "")
    return (
        f'<div class="plot {kind}" style="--ratio:{number(box.width / box.height)};'
        f'--share:{number(share)}">{labels}'
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="{view}" preserveAspectRatio="none" role="group" '
        f'aria-label="{escape(scene.words.title)}">'
        f"<style>.l{{fill:none;stroke-linecap:round;stroke-linejoin:round}}</style>"
        f'<defs>{definitions}</defs><g class="ground l">{ground}</g>'
        f'<g class="still">{recorded}</g><g class="lines"></g><g class="marks"></g>'
        f'{_start(scene, plot, language)}<g class="heads"></g>{_stars(plot)}</svg></div>'
    )


def _start(scene: Scene, plot: Plot, language: Language) -> str:
    """Return the square at the start, around the origin; seen from above it can be held."""
    x, y = scene.words.axes
    squares = "".join(mark(_centred(shape)[0], Letters()) for shape in plot.under_heads[:1])
    if not isinstance(plot.view, ContourView):
        return f'<g class="start scripted">{squares}</g>'
    window = plot.view.window
    return (
        f'<g class="start scripted" tabindex="0" role="slider" '
        f'aria-label="{escape(language.say("page_start_of", x=x, y=y))}" '
        f'aria-valuemin="{window.x0:g}" aria-valuemax="{window.x1:g}" '
        f'aria-valuenow="{window.x0:g}"><circle class="grip" r="{FINE * _GRIP}"/>{squares}</g>'
    )


def _stars(plot: Plot) -> str:
    """Return the stars at minima, each around the origin of a group of its own."""
    stars = []
    for shape in plot.over_heads:
        centred, (x, y) = _centred(shape)
        at = f"{number(FINE * x)} {number(FINE * y)}"
        star = mark(centred, Letters())
        stars.append(f'<g class="star" data-at="{at}" transform="translate({at})">{star}</g>')
    return f'<g class="stars scripted">{"".join(stars)}</g>'


def _centred(shape: Any) -> tuple[Any, tuple[float, float]]:
    """Return a shape around the origin, and where its middle was."""
    x, y = np.mean(shape.corners, axis=0).tolist()
    return shape.moved(-x, -y), (x, y)


def _labels(scene: Scene, plot: Plot) -> str:
    """Return the labels of both axes and their names, as text of the page."""
    (x0, x1, y0, y1), box = _window(plot), plot.box
    x, y = scene.words.axes
    across = _ticks(tick_labels(x0, x1, box.width / _ACROSS), x0, x1, "left", 0.9 - 0.01 * len(x))
    up = [(y1 + y0 - value, text) for value, text in tick_labels(y0, y1, box.height / _UP)]
    upright = "axis up" if len(y) > 3 else "axis"
    return (
        f'<div class="labels-y" aria-hidden="true"><span class="{upright}">{escape(y)}</span>'
        f"{_ticks(up, y0, y1, 'top', 0.97, 0.06 + 0.02 * len(y) * (len(y) > 3))}</div>"
        f'<div class="labels-x" aria-hidden="true">{across}'
        f'<span class="axis">{escape(x)}</span></div>'
    )


def _ticks(
    ticks: list[tuple[float, str]],
    low: float,
    high: float,
    side: str,
    most: float,
    least: float = 0.03,
) -> str:
    """Return labels at their share of an axis, those that lie within two shares."""
    places = [((value - low) / (high - low), text) for value, text in ticks]
    return "".join(
        f'<span data-share="{share:.4g}" style="{side}:{number(100 * share)}%">{text}</span>'
        for share, text in places
        if least <= share <= most
    )


def _row(place: int, chip: Chip, course: Any) -> str:
    """Return a track's row as the command ran it, for readers without scripts."""
    style = ("solid", "dashed", "dotted")[chip.style % 3]
    values = (*course.points[-1].tolist(), float(course.heights[-1]))
    cells = "".join(f'<td role="cell" data-value="{v:.11g}">{_written(v)}</td>' for v in values)
    remark = f" <small>{escape(chip.said)}</small>" if chip.said else ""
    return (
        '<tr role="row"><th scope="row" role="rowheader">'
        f'<span class="own" style="--own:var(--c{place});--dash:{style}"></span>'
        f'<span><span class="name">{escape(chip.name)}</span>{remark}</span></th>{cells}</tr>'
    )


def _data(
    animation: Animation, playback: Playback, outcome: Outcome, shown: list[Plot]
) -> dict[str, Any]:
    """Return what the page's script needs beside the engine."""
    scene, pen = animation.scene, animation.scene.main.pen
    timeline = Timeline(playback, animation.positions)
    times, taken = clock_of(timeline)
    surface, window = outcome.surface, outcome.window
    lowest, floor = lowest_known(surface), floor_of(surface, window)
    return {
        "steps": scene.steps,
        "high": HEIGHT,
        "most_tracks": max(MOST_TRACKS, len(outcome.courses)),
        "plots": [_place(plot) for plot in shown],
        "pen": {"line": pen.line, "head": pen.head, "rim": pen.rim, "size": pen.line / 2.2},
        "dashes": {
            "dash": DASH,
            "same": SAME,
            "shortest": SHORTEST,
            "share": SHARE,
            "styles": DASHES,
        },
        "times": times,
        "taken": taken,
        "opening": timeline.opening,
        "minima": [list(minimum) for minimum in surface.minima],
        "near": nearness(window),
        "lowest": lowest if math.isfinite(lowest) else None,
        "floor": floor if math.isfinite(floor) else None,
        "heights": Ranks.of(surface, window).heights[[0, -1]].tolist(),
        "tracks": list(_tracks(outcome, scene)),
        "command": _command(outcome),
    }


def _place(plot: Plot) -> dict[str, Any]:
    """Return where a plot lies in the picture, and which part of the plane it shows.

    Seen from above it can be stretched where a unit is not as long across as up.
    """
    if isinstance(plot.view, ReliefView):
        return {"box": list(plot.box), "window": list(plot.view.window), "block": _block(plot.view)}
    window = _window(plot)
    across, up = window.extent.tolist()
    stretch = abs(across / plot.box.width * plot.box.height / up - 1) > _EQUAL
    return {"box": list(plot.box), "window": list(window), "stretch": stretch}


def _block(view: ReliefView) -> dict[str, Any]:
    """Return how a relief's camera sees the block, and how the surface's heights are raised."""
    camera, lift = view.camera, view.block.lift
    return {
        "right": camera.right.tolist(),
        "away": camera.away.tolist(),
        "rise": list(camera.rise),
        "lift": [lift.lowest, lift.highest, lift.unit],
        "middle": list(view.middle),
        "unit": view.unit,
    }


def _tracks(outcome: Outcome, scene: Scene) -> Iterator[dict[str, Any]]:
    """Yield what the page has to say of each track that the engine does not know."""
    used = dict(enumerate(outcome.settled.optimizers))
    for place, (chip, course) in enumerate(zip(scene.words.chips, outcome.courses, strict=True)):
        said: dict[str, Any] = {"name": chip.name, "style": chip.style, "words": [], "spec": None}
        if isinstance(course, Trajectory) and place in used:
            said["words"] = track_words(used[place])
            said["spec"] = spelled_spec(replace(used[place], rate_rule="given"))
        yield said


def _command(outcome: Outcome) -> dict[str, Any] | None:
    """Return the words of a command that asks for the race, but for who runs from where.

    None where no command can say it, or the recipe is not to be known.
    """
    recipe, surface = outcome.recipe, outcome.surface
    if recipe.made_in_python or not recipe.metadata:
        return None
    look, own = recipe.look, ("title", "axes", "aspect")
    said = [field for field in own if _same(getattr(surface, field), getattr(look, field))]
    said += ["window"] if _same(surface.window, recipe.window) else []
    usual = {field: getattr(Recipe, field) for field in ("start", "steps", "lr", *TARGETS)}
    bare = recipe.changed(optimizers=(), **usual, **dict.fromkeys(said))
    words = render_command(bare, tomllib.loads(portable_toml(bare)))
    if words is None:
        return None
    _, _, *rest = words
    name = rest[-1] if "--" in rest else rest[0]
    options = rest[: rest.index("--")] if "--" in rest else rest[1:]
    names = [Path(output).name for output in recipe.outputs if output.endswith(".html")]
    return {"surface": name, "options": options, "file": names[0] if names else "race.html"}


def _same(value: Any, other: Any) -> bool:
    """Tell whether a recipe says of a surface what it says itself."""
    return value == other or (isinstance(value, tuple) and value == tuple(other or ()))


def _written(value: float) -> str:
    """Return a number as the table shows it: four digits, or as many as there is room for.

    >>> [_written(value) for value in (0.1651, -0.030384, -2.2e-16, 4.0)]
    ['0.1651', '-0.0304', '-2e-16', '4']
    """
    texts = [f"{value:.{digits}g}" for digits in (4, 3, 2, 1)]
    return next((text for text in texts if len(text) <= _LONGEST_NUMBER), texts[-1])
