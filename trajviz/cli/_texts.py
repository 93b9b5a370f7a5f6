"""What the build keeps of what the command line prints: each help, and each listing."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path

import click

from trajviz.cli import cli
from trajviz.cli._listing import LISTINGS
from trajviz.printed import DIGEST, USUAL, WIDEST, digest, name_of


class Terminal(io.StringIO):
    """Text as a terminal is given it."""

    def isatty(self) -> bool:
        return True


def write_texts(folder: Path) -> None:
    """Write each text into a file of a folder, and the digest of what they come from."""
    (folder / DIGEST).write_text(digest(), encoding="ascii")
    for words in helps(cli):
        for columns in (USUAL, WIDEST):
            _write(folder / name_of(words, columns), printed(words, columns))
    for words in listings():
        _write(folder / name_of(words), printed(words))


def helps(command: click.Command, *path: str) -> Iterator[list[str]]:
    """Yield the arguments that ask for the help of a command, and for that of each below it."""
    yield [*path, "--help"]
    if isinstance(command, click.Group):
        for name in command.list_commands(click.Context(command)):
            inner = command.get_command(click.Context(command), name)
            assert inner is not None
            yield from helps(inner, *path, name)


def listings() -> Iterator[list[str]]:
    """Yield the arguments that ask for listings."""
    for what in ([], *([name] for name in LISTINGS)):
        yield from (["list", *what], ["list", *what, "--json"])


def printed(words: list[str], columns: int = USUAL) -> str:
    """Return what the command prints on a terminal of so many columns."""
    inner = columns - 2  # so many does click leave itself
    with contextlib.redirect_stdout(Terminal()) as out:
        cli.main(words, prog_name="trajviz", standalone_mode=False, terminal_width=inner)
    return out.getvalue()


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode())
