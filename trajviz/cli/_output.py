"""What goes to standard output, and the bar on standard error."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import click

from trajviz.errors import TrajvizError
from trajviz.signals import look_for_signals
from trajviz.untrusted import visible

STALE = 1
"""The exit code where something is not current."""


@contextlib.contextmanager
def progress_bar(label: str, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """Give a callback that shows a bar on a terminal's standard error after a second.

    It looks for signals, too, wherever there is a terminal or none.
    """
    if quiet or not sys.stderr.isatty():
        yield lambda _done, _total: look_for_signals()
        return
    began = time.monotonic()
    bar: Any = None

    def advance(done: int, total: int) -> None:
        nonlocal bar
        look_for_signals()
        if bar is not None and bar.length != total:  # another kind of work has begun
            bar.length, bar.pos, bar.finished = total, 0, False
        if bar is None and time.monotonic() - began > 1:
            bar = click.progressbar(length=total, label=label, file=sys.stderr)
            bar.__enter__()
        if bar is not None:
            bar.update(done - bar.pos)

    try:
        yield advance
    finally:
        if bar is not None:
            bar.__exit__(None, None, None)


def make_streams_forgiving() -> None:
    """Let a console that lacks a character show its escape, where it would end in a traceback.

    Streams that are closed take nothing: their numbers must not go to files that are opened next,
    nor to what is run.
    """
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if stream is None:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free
    sys.stderr = sys.stderr or io.StringIO()  # there is nobody to tell
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(text: str, err: bool = False) -> None:
    """Say something in lines of its own; what a file says moves no cursor and turns no letters.

    Standard output that is no terminal is read by programs, and left as it is.
    """
    shown = visible(text) if err or (sys.stdout and sys.stdout.isatty()) else text
    click.echo(shown, err=err)


def say_stale(reasons: Iterable[str]) -> int | None:
    """Print what is stale as it is found, or that nothing is; return the exit code."""
    found = False
    for reason in reasons:
        look_for_signals()
        found = True
        say(reason)
    if not found:
        say("everything is current")
    return STALE if found else None


def stdout_is_terminal() -> bool:
    """Return whether a person reads what is written; TrajvizError where nothing can be."""
    if sys.stdout is None:
        raise TrajvizError("standard output is closed: say with -o where to write")
    return sys.stdout.isatty()


def write_text(text: str) -> None:
    """Write a text that is a file's content: in UTF-8, unless a person reads it on a terminal."""
    if stdout_is_terminal():
        click.echo(visible(text), nl=False)
    else:
        write_stdout(text.encode("utf-8"))


def write_stdout(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


class Foot:
    """Lines at the foot of a terminal's standard error about what goes on; elsewhere nothing.

    What is said meanwhile stands above them, and they are gone in the end.
    """

    def __init__(self) -> None:
        self._lines = 0

    def __enter__(self) -> Foot:
        return self

    def __exit__(self, *_: object) -> None:
        self.show([])

    def show(self, lines: Sequence[str]) -> None:
        """Show these lines in place of those before."""
        if not sys.stderr.isatty():
            return
        import shutil

        columns, rows = shutil.get_terminal_size()
        lines = [line[: columns - 1] for line in lines[: rows - 2]]
        up = f"\x1b[{self._lines}F" if self._lines else ""
        sys.stderr.write(f"{up}\r\x1b[J" + "".join(f"{line}\n" for line in lines))
        sys.stderr.flush()
        self._lines = len(lines)

    def say(self, text: str, err: bool = False) -> None:
        """Say something that stays."""
        self.show([])
        say(text, err)
