"""HTML: a page that runs the race anew from wherever its reader starts it, or else plays it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from trajviz.files.containers.markup import MARKUP
from trajviz.files.formats import Format

if TYPE_CHECKING:
    from trajviz.animation import Animation
    from trajviz.descent import Progress
    from trajviz.descent.outcome import Outcome
    from trajviz.recipe.recipe import Playback


def write(
    path: Path,
    animation: Animation,
    playback: Playback,
    progress: Progress,
    note: str,
    outcome: Outcome,
) -> None:
    """Write a page on which the race runs where it can, and is played where it cannot."""
    from trajviz.files.formats._live_page import is_live, program_of, write_live_page
    from trajviz.files.formats._player import write_page
    from trajviz.scene.language import load_language

    program, language = program_of(outcome), load_language(outcome.recipe.look.language)
    if program is None:
        remark = language.say("page_recorded_alone") if is_live(outcome) else ""
        write_page(path, animation, playback, progress, note, language, remark)
        return
    write_live_page(path, animation, playback, note=note, outcome=outcome, program=program)
    progress(playback.frames, playback.frames)


FORMAT = Format(
    kind="animation",
    write=write,
    container=MARKUP,
    tag="iframe",
    media_type="text/html",
    paths=True,
    follows=True,
    runs=True,
)
