"""trajviz gallery: many recipes in one folder, and what of them must be made again."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from trajviz.cli._output import Lines

if TYPE_CHECKING:
    from trajviz.gallery.build import Step

STALE, FAILED = 1, 3
"""Exit codes: `check` found something to make again, an item of `build` could not be made."""

_folder = click.argument("folder", default="gallery", metavar="[FOLDER]")
_strict = click.option(
    "--strict", is_flag=True, help="What other versions of Python or a library made is stale."
)


@click.group("gallery")
def command() -> None:
    """Render many recipes at once, and again only what has changed.

    FOLDER (gallery, unless you name another) holds gallery.toml, the files it describes, a page
    that shows them, and gallery.lock, which says what each was made from.
    """


@command.command()
@_folder
@click.option("--only", multiple=True, metavar="NAME", help="This item; may be repeated.")
@click.option(
    "--force", is_flag=True, help="What is current too, and without limits that protect your time."
)
@click.option("--dry-run", is_flag=True, help="Say what would be rendered, and why.")
@click.option(
    "-j", "--jobs", type=click.IntRange(1, 1000), metavar="N",
    help="Worker processes. [default: one for each processor]",
)  # fmt: skip
@click.option("--dask", metavar="tcp://HOST:PORT", help="On the cluster of this dask scheduler.")
@_strict
@click.option("-q", "--quiet", is_flag=True, help="Say only what fails.")
def build(
    folder: str,
    only: tuple[str, ...],
    force: bool,
    dry_run: bool,
    jobs: int | None,
    dask: str | None,
    strict: bool,
    quiet: bool,
) -> None:
    """Render what is new, changed, missing or edited, and write the page."""
    from trajviz.gallery import crew, plan
    from trajviz.gallery.build import build as make

    ...
