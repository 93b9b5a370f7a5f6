"""One item rendered in whichever process: what a worker gets, does and gives back."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import Any

from trajviz.frozen import dataclass
from trajviz.gallery.versions import installed_versions
from trajviz.gallery.workers import report_progress
from trajviz.recipe.toml import read_recipe


@dataclass(frozen=True)
class RenderJob:
    """One item to render, in plain values, so that it can be sent to any process.

    Attributes:
        name: The item's name, for messages.
        recipe: The recipe as `read_recipe` reads it, its paths relative to `folder`.
        folder: Where the recipe's own files are.
        files: The files to make, relative to `target`, the step that each shows, None unless it is
            a still of a step, and the theme of each, empty for the recipe's.
        target: The folder in which the files are made.
        force: Whether the limits are lifted that only protect the user's time.
        inputs: The recipe's own files, by their paths in `folder`, for a machine without them.
    """

    name: str
    recipe: Mapping[str, Any]
    folder: str
    files: tuple[tuple[str, int | None, str], ...]
    target: str
    force: bool = False
    inputs: Mapping[str, bytes] = field(default_factory=dict)

    def packed(self) -> RenderJob:
        """Return the job with the recipe's own files, so that `render_remotely` can do it.

        Raises:
            OSError: A file cannot be read.
        """
        recipe, inputs = _pack(self.recipe, Path(self.folder))
        return replace(self, recipe=recipe, inputs=inputs)


@dataclass(frozen=True)
class RenderResult:
    """What became of a job.

    Attributes:
        title: What the picture is called.
        versions: The versions that rendered it, by name.
        data: The files by their paths in the job's target, if they were made on another machine.
    """

    title: str
    versions: Mapping[str, str]
    data: Mapping[str, bytes] = field(default_factory=dict)


def render(job: RenderJob) -> RenderResult:
    """Write the files of a job into its target; raises what the pipeline raises."""
    from trajviz.race import run

    recipe = read_recipe(job.recipe, job.name, Path(job.folder))
    race = run(recipe, force=job.force, progress=_reporter("descending"))
    for file, step, theme in job.files:
        path = Path(job.target, file)
        path.parent.mkdir(parents=True, exist_ok=True)
        race.in_theme(theme).save(path, step, progress=_reporter(file))
    return RenderResult(race.recipe.look.title, installed_versions())


def render_remotely(job: RenderJob) -> RenderResult:
    """Render a packed job on a machine that may have none of its files, and return its files."""
    with tempfile.TemporaryDirectory(prefix="trajviz-") as scratch:
        folder, target = Path(scratch, "inputs"), Path(scratch, "outputs")
        for file, data in job.inputs.items():
            path = folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        result = render(replace(job, folder=str(folder), target=str(target)))
        return replace(result, data={f: (target / f).read_bytes() for f, *_ in job.files})


def _reporter(activity: str) -> Callable[[int, int], None]:
    return lambda done, total: report_progress(activity, done, total)


def _pack(table: Mapping[str, Any], folder: Path) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return a recipe's table with its own files renamed, and these files by their new names."""
    inputs: dict[str, bytes] = {}

    def pack(text: str) -> str:
        found = re.fullmatch(r"(.+\.(?:py|toml|csv|json|npz))(|:.*)", text)
        if not found or found[1][:1] == "~" or Path(found[1]).is_absolute():
            return text
        name = f"{len(inputs)}/{Path(found[1]).name}"
        inputs[name] = (folder / found[1]).read_bytes()
        return name + found[2]

    moved = dict(table)
    for key in ("surface", "theme", "language"):
        if key in table:
            moved[key] = pack(table[key])
    moved["paths"] = [pack(path) for path in table["paths"]]
    if "optimizers" in table:
        moved["optimizers"] = [{**o, "name": pack(o["name"])} for o in table["optimizers"]]
    return {**moved, "outputs": []}, inputs
