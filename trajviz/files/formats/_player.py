"""The page that plays an animation: one file of HTML that needs no network."""

from __future__ import annotations

import base64
import hashlib
import math
import re
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from trajviz.animation import Animation
from trajviz.descent import Progress
from trajviz.descent.paths import Course
from trajviz.files.containers.markup import html_element
from trajviz.files.formats._animated_drawing import AnimatedDrawing
from trajviz.files.formats._page_words import page_words, script_data
from trajviz.files.formats._timeline import clock_of
from trajviz.recipe.recipe import Playback
from trajviz.scene.color import hexed
from trajviz.scene.language import Language
from trajviz.scene.layout import Chip
from trajviz.scene.run import told_of
from trajviz.scene.scene import Scene
from trajviz.surface import Floats, Ints

MOST_VALUES = 2000
"""Steps of which a page knows the values; of a longer race every second, third, ..."""
_HERE = Path(__file__).parent


def write_page(
    path: Path,
    animation: Animation,
    playback: Playback,
    progress: Progress,
    note: str,
    language: Language,
    remark: str = "",
) -> None:
    """Write a page that plays an animation.

    It lasts as long as a GIF until its reader chooses another speed. Readers who ask for less
    motion see the last step and a button to play.
    """
    drawn, scene = AnimatedDrawing.of(animation, playback, scripted=True), animation.scene
    script = _read("_player.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    x, y = scene.words.axes
    every = -(-scene.steps // MOST_VALUES)
    clock, say = scene.clock, language.say
    parts = {
        **page_words(language),
        "hash": f"sha256-{digest}",
        "title": escape(scene.words.title),
        "style": _read("_player.css"),
        "width": str(scene.size[0]),
        "paper": hexed(scene.theme.background),
        "picture": drawn.svg(
            f"<style>{drawn.timing('.played ', rounds=1)}{drawn.keyframes}</style>"
        ),
        "steps": str(scene.steps),
        "digits": str(2 * len(str(scene.steps)) + 2),
        "unit": escape(say(f"page_{clock}")),
        "back": escape(say(f"page_{clock}_back")),
        "on": escape(say(f"page_{clock}_on")),
        "where": escape(
            say(f"page_where_{clock}", every=every) if every > 1 else say("page_where")
        ),
        "remark": f"<p>{escape(remark)}</p>" if remark else "",
        "x": escape(x),
        "y": escape(y),
        "said": _said(scene, language),
        "rows": "".join(
            _row(chip, len(swarm), language)
            for chip, swarm in zip(scene.words.chips, told_of(scene.courses), strict=True)
        ),
        "data": script_data({**_data(scene, drawn, every), **_spoken(language, clock)}),
        "script": script,
        "note": html_element(note),
    }
    page = re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], _read("_player.html"))
    path.write_bytes(page.encode())
    progress(playback.frames, playback.frames)


def _spoken(language: Language, clock: str) -> dict[str, str]:
    """Return the words that the page's script says."""
    keys = {"play": "page_play", "pause": "page_pause", "count": f"count_{clock}"}
    return {name: language.words[key] for name, key in keys.items()}


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _row(chip: Chip, count: int, language: Language) -> str:
    """Return a track's row of the table; several tracks have no one place."""
    remark = f" <small>{escape(chip.said)}</small>" if chip.said else ""
    style = ("solid", "dashed", "dotted")[chip.style % 3]
    place = '<td data-of="x"></td><td data-of="y"></td>'
    if count > 1:
        place = f'<td colspan="2">{escape(language.say("page_median_of", count=count))}</td>'
    return (
        '<tr><th scope="row"><label><input type="checkbox" checked><span class="swatch">'
        f'<i style="border-top:4px {style} {hexed(chip.color)}"></i></span>'
        f'<span><span class="name">{escape(chip.name)}</span>{remark}</span></label></th>'
        f'{place}<td data-of="height"></td></tr>'
    )


def _said(scene: Scene, language: Language) -> str:
    """Return the notes as rows of the table, from each of which a reader goes to its step."""
    unit = escape(language.say(scene.clock))
    rows = "".join(
        f'<tr><th scope="row" colspan="4"><button type="button" data-step="{step}">'
        f"<small>{unit} {step}</small> {escape(text)}</button></th></tr>"
        for step, text in scene.words.notes
        if text
    )
    return f'<tfoot id="said">{rows}</tfoot>' if rows else ""


def _data(scene: Scene, drawn: AnimatedDrawing, every: int) -> dict[str, Any]:
    """Return what the page's script needs: numbers alone."""
    moments = np.arange(0, scene.steps + 1, every)
    timeline = drawn.timeline
    times, taken = clock_of(timeline)
    return {
        "steps": scene.steps,
        "lead": timeline.lead,
        "times": times,
        "taken": taken,
        "total": max(timeline.total, timeline.lead + times[-1]),
        "loop": timeline.loop,
        "opening": timeline.opening,
        "every": every,
        "tracks": [_values(swarm, scene.clock, moments) for swarm in told_of(scene.courses)],
    }


def _values(swarm: Sequence[Course], clock: str, moments: Ints) -> dict[str, list[float | None]]:
    """Return where a track's head is and how high; of several, their median height."""
    heights = np.median([_at(t, clock, moments, t.heights) for t in swarm], axis=0)
    if len(swarm) > 1:
        return {"height": _rounded(heights)}
    x, y = (_at(swarm[0], clock, moments, axis) for axis in swarm[0].points.T)
    return {"x": _rounded(x), "y": _rounded(y), "height": _rounded(heights)}


def _at(course: Course, clock: str, moments: Ints, values: Floats) -> Floats:
    """Return the values that hold at some moments, (n,): infinite where it has diverged by then."""
    times = course.times(clock)
    held = values[np.searchsorted(times, moments, side="right") - 1]
    lost = (moments > times[-1]) & (course.diverged_at is not None)
    return np.where(lost, np.inf, held)


def _rounded(values: Floats) -> list[float | None]:
    """Return numbers to four digits, as many as are shown; None for what is not finite."""
    return [float(f"{value:.4g}") if math.isfinite(value) else None for value in values.tolist()]
