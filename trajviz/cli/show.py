"""trajviz show: the recipe inside a rendered file, and which version made it."""

from __future__ import annotations

import click

import trajviz
from trajviz.cli._output import say, write_text


@click.command("show")
@click.argument("file")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def command(file: str, as_json: bool) -> None:
    """Print the recipe that is inside a rendered FILE, and which version made it.

    What is printed is a recipe file. Nothing in FILE is run.

    \b
      trajviz show beale.gif
      trajviz show beale.gif > beale.toml
      trajviz render --recipe beale.gif --theme dark -o dark.gif
    """  # noqa: D301  # as in render
    note = trajviz.read_note(file)
    if as_json:
        import json

        say(json.dumps({"version": note.version, "recipe": note.table}, indent=1, default=str))
    else:
        write_text(note.readable)
