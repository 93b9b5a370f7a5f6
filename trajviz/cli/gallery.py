"""trajviz gallery: many recipes in a folder; what has changed is rendered again."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from trajviz.cli import FAILED
from trajviz.cli._options import OneValue
from trajviz.cli._output import Foot, say, say_stale
from trajviz.signals import look_for_signals

if TYPE_CHECKING:
    from trajviz.gallery.plan import PlannedItem
    from trajviz.gallery.workers import Progress

_folder = click.argument("folder", default="gallery", metavar="[FOLDER]")
_strict = click.option(
    "--strict", is_flag=True, help="What other versions of Python or a library made is stale."
)


@click.group("gallery", invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """Render many recipes at once, and again only what has changed.

    FOLDER (gallery, unless you name another) holds gallery.toml, the files it describes, a page
    that shows them, and gallery.lock, which says what each was made from.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@command.command()
@_folder
@click.option("--only", multiple=True, metavar="NAME", help="This item; may be repeated.")
@click.option(
    "--force", is_flag=True, help="What is current too, and without limits that protect your time."
)
@click.option("--dry-run", is_flag=True, help="Say what would be rendered, and why.")
@click.option(
    "-j", "--jobs", cls=OneValue, type=click.IntRange(1, 1000), metavar="N",
    help="Worker processes. [default: one for each processor]",
)  # fmt: skip
@click.option(
    "--dask", cls=OneValue, metavar="tcp://HOST:PORT",
    help="On the cluster of this dask scheduler.",
)  # fmt: skip
@_strict
@click.option(
    "--trust",
    is_flag=True,
    help="Let --dry-run run the Python that optimizers are in.",
)
@click.option("-q", "--quiet", is_flag=True, help="Say only what fails.")
def build(
    folder: str,
    only: tuple[str, ...],
    force: bool,
    dry_run: bool,
    jobs: int | None,
    dask: str | None,
    strict: bool,
    trust: bool,
    quiet: bool,
) -> int | None:
    """Render what is new, changed, missing or edited, and write the page."""
    from trajviz.gallery.build import build as make
    from trajviz.gallery.check import check_gallery
    from trajviz.gallery.executor import dask_executor, local_executor
    from trajviz.gallery.plan import plan_gallery

    if dry_run and not (only or force):
        _tell(check_gallery(folder, strict, trust).stale)
        return None
    plan = plan_gallery(folder, only, force, strict, trust=trust or not dry_run)
    if dry_run:
        _tell(plan.stale)
        return None
    if not quiet:
        _tell_notes(plan.notes)
    executor = dask_executor(dask) if dask else local_executor(jobs or os.cpu_count() or 1)
    with Foot() as foot:
        result = make(plan, executor, _Observer(foot, quiet))
    if not quiet:
        items, files, size = plan.size
        done = "" if result.made or result.failed or result.page else "everything is current: "
        say(f"{done}{items} items, {files} files, {size / 1e6:.1f} MB in all")
    if result.failed:
        say(f"Error: not made: {', '.join(result.failed)}", err=True)
        return FAILED
    return None


@command.command()
@_folder
@_strict
@click.option(
    "--trust", is_flag=True, help="Run the Python files and modules that optimizers are in."
)
def check(folder: str, strict: bool, trust: bool) -> int | None:
    """Say what is stale, and the command that mends it; nothing is rendered.

    The exit code is 1 if anything is. No Python is run: an optimizer that is in a file of its own
    needs --trust, since only the file knows its settings.
    """
    from trajviz.gallery.check import check_gallery

    found = check_gallery(folder, strict, trust)
    code = say_stale(_told(found.stale))
    _tell_notes(found.notes)
    if code is None:
        return None
    words = ["trajviz", "gallery", "build", *[folder] * (folder != "gallery")]
    import shlex

    say(f"To mend this: {shlex.join([*words, *['--strict'] * strict])}", err=True)
    return code


def _tell(stale: Mapping[str, Sequence[str]]) -> None:
    for line in _told(stale):
        say(line)


def _told(stale: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield what is stale of each item, a line each."""
    for name, reasons in stale.items():
        yield f"{name}: {', '.join(reasons)}"


def _tell_notes(notes: Iterable[str]) -> None:
    for note in notes:
        say(f"note: {note}", err=True)


class _Observer:
    """Prints what a build does: what is done on standard output, what goes on at its foot."""

    def __init__(self, foot: Foot, quiet: bool) -> None:
        self._foot, self._quiet = foot, quiet

    def progressed(self, progress: Mapping[str, Progress | None]) -> None:
        look_for_signals()
        width = max(map(len, progress), default=0)
        if not self._quiet:
            self._foot.show([f"{name:{width}}  {_bar(one)}" for name, one in progress.items()])

    def made(self, planned: PlannedItem, size: int, seconds: float) -> None:
        if not self._quiet:
            item = planned.item
            reasons, files = ", ".join(planned.reasons), " ".join(item.files)
            self._foot.say(
                f"{item.name}: {reasons}; made {files}, {size / 1000:,.0f} kB, {seconds:.1f} s"
            )

    def failed(self, planned: PlannedItem, message: str) -> None:
        self._foot.say(f"{planned.item.name}: {message}", err=True)

    def hindered(self, message: str) -> None:
        self._foot.say(message, err=True)


def _bar(progress: Progress | None) -> str:
    """Return a progress bar, and what it is about."""
    if progress is None:
        return "..."
    activity, done, total = progress
    full = 20 * done // max(total, 1)
    return f"[{'#' * full}{'-' * (20 - full)}] {100 * done // max(total, 1):3} %  {activity}"
