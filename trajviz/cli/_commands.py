"""The commands: each a file of this folder, imported when it is asked for."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import click

from trajviz.docstrings import docstring_of
from trajviz.errors import unknown

FILES = {path.stem: path for path in sorted(Path(__file__).parent.glob("[!_]*.py"))}
"""Which file each command is in."""


DEBUG = "--debug"
"""The option by which a fault of our own is told with its traceback."""


class Commands(click.Group):
    """A group whose help is read from the first line of each file, so that it imports none."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except EOFError as error:  # click takes it for Ctrl-D, but nothing is asked here
            raise RuntimeError(f"EOFError: {error}") from error

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return [*FILES]

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        if name not in FILES:
            return None
        return completed(importlib.import_module(f"{__package__}.{name}").command)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args[0] not in FILES:
            raise unknown("command", args[0], FILES)
        return super().resolve_command(ctx, args)

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary(name)) for name in FILES])


def completed(command: click.Command) -> click.Command:
    """Give a command, and those below it, what all have: help without docstrings, and --debug."""
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            completed(inner)
    if command.help is None and command.callback is not None:  # python -OO
        command.help = docstring_of(command.callback)
    if DEBUG not in [word for param in command.params for word in param.opts]:
        what = "Print where it happened when trajviz itself is at fault."
        command.params.append(click.Option([DEBUG], is_flag=True, expose_value=False, help=what))
    return command


def summary(name: str) -> str:
    """Return what a command does, in a sentence: what follows the colon in its file's first line.

    >>> summary("list")
    'What there is to choose from.'
    """
    with FILES[name].open(encoding="utf-8") as file:
        words = file.readline().partition(": ")[2].rstrip().removesuffix('"""')
    return words[:1].upper() + words[1:]
