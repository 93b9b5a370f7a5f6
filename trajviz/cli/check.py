"""trajviz check: whether the pictures of a page are what their recipes render."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from trajviz.cli._output import say, say_stale

if TYPE_CHECKING:
    from trajviz.site.pictures import Fault


@click.command("check")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--trust", is_flag=True, help="Run the Python files and modules that a picture's recipe names."
)
def command(files: tuple[str, ...], trust: bool) -> int | None:
    """Say which pictures are missing, or are no longer what their recipe renders.

    FILE is a page (Markdown, reStructuredText, HTML), a folder of pages, or a picture. Each picture
    beside a page that the page shows must be there; what trajviz has rendered is rendered again
    from the recipe in it, and must show the same. Nothing is written. The exit code is 1 if
    anything is wrong.

    \b
      trajviz check README.md
      trajviz check docs
      trajviz check beale.gif
    """  # noqa: D301  # as in render
    from trajviz.site.pictures import faults_of

    return say_stale(_told(faults_of([Path(file) for file in files], trust)))


def _told(faults: Iterable[Fault]) -> Iterator[str]:
    """Yield what is wrong with each picture, and say after it what mends it."""
    for fault in faults:
        yield f"{fault.where}: {_named(fault.where, fault.path)}{fault.reason}"
        if fault.mend:
            say(f"To mend this: {shlex.join(fault.mend)}", err=True)


def _named(where: str, path: Path) -> str:
    """Return the picture's path, unless it is said already."""
    return "" if where == str(path) else f"{path} "
