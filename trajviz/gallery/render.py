"""One item drawn, in whichever process: what a worker gets, does and gives back."""

from __future__ import annotations

import functools
import platform
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from importlib import metadata
from pathlib import Path
from typing import Any

import trajviz
from trajviz.gallery.workers import report
from trajviz.recipe.toml import read_recipe

_DISTRIBUTIONS = ("imageio-ffmpeg", "matplotlib", "numpy", "pillow")
"""What leaves its mark on the files, besides Python and trajviz."""


@functools.cache
def versions() -> dict[str, str]:
    """Return the versions of what draws here."""
    others = {name: metadata.version(name) for name in _DISTRIBUTIONS}
    return {"python": platform.python_version(), "trajviz": trajviz.__version__, **others}


@dataclass(frozen=True)
class Task:
    """One item to draw, in plain values, so that it can go anywhere.

    `recipe` is a table whose paths are relative to `folder`, where `inputs` are put first if it is
    on another machine; `jobs` are the files to make in `target`, with the step of each. `force`
    lifts the limits that only protect your time.
    """

    name: str
    recipe: Mapping[str, Any]
    folder: str
    jobs: tuple[tuple[str, int | None], ...]
    target: str = ""
    force: bool = False
    inputs: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Drawn:
    """What became of a task: the picture's title, and which versions drew it.

    `data` are the files themselves where the worker may have another disk than we.
    """

    title: str
    versions: Mapping[str, str]
    data: Mapping[str, bytes] = field(default_factory=dict)


def draw(task: Task) -> Drawn:
    """Draw a task's files into its target folder; raises what the pipeline raises."""
    from trajviz.race import run

    recipe = read_recipe(task.recipe, task.name, Path(task.folder))
    race = run(recipe, force=task.force, progress=_progress("descending"))
    for file, step in task.jobs:
        path = Path(task.target) / file
        path.parent.mkdir(parents=True, exist_ok=True)
        race.save(path, step, progress=_progress(file))
    return Drawn(race.recipe.look.title, versions())


def draw_elsewhere(task: Task) -> Drawn:
    """Draw a task on a machine that may have none of our files: `inputs` come, `data` goes."""
    with tempfile.TemporaryDirectory(prefix="trajviz-") as text:
        folder, target = Path(text, "from"), Path(text, "to")
        for file, data in task.inputs.items():
            path = folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        drawn = draw(replace(task, folder=str(folder), target=str(target)))
        return replace(drawn, data={file: (target / file).read_bytes() for file, _ in task.jobs})


def _progress(what: str) -> Callable[[int, int], None]:
    return lambda done, total: report(what, done, total)
