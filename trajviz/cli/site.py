"""trajviz site: pages whose own source says what is raced, with the media in its place."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from trajviz.cli._options import Name, OneValue
from trajviz.cli._output import progress_bar, say, say_stale, stdout_is_terminal, write_stdout
from trajviz.errors import TrajvizError
from trajviz.untrusted import MOST_TEXT_BYTES, user_path

if TYPE_CHECKING:
    from trajviz.descent import Progress
    from trajviz.site.block import Block
    from trajviz.site.mirror import Mirror

FILTER = Path(__file__).parents[1] / "site" / "pandoc.lua"


def _kinds() -> list[str]:
    from trajviz.site.layout import site_kinds

    return site_kinds()


@click.command("site")
@click.argument("folder", required=False)
@click.option(
    "--into", cls=OneValue, metavar="OUT", help="The folder that is written; FOLDER is left alone."
)
@click.option(
    "--as", "kind", cls=OneValue, default="github", show_default=True,
    type=Name("NAME", _kinds), help="What builds the pages (see `trajviz list snippets`).",
)  # fmt: skip
@click.option("--check", is_flag=True, help="Say what is stale, and write nothing.")
@click.option(
    "--media", cls=OneValue, metavar="DIR", default="trajviz", show_default=True,
    help="With FOLDER -, the folder of the media, and their address.",
)  # fmt: skip
@click.option(
    "--page", cls=OneValue, metavar="FILE", default="-",
    help="With FOLDER -, the page that is read: messages name it, paths relate to its folder.",
)  # fmt: skip
@click.option(
    "--filter", "lua", is_flag=True, help="Print where the filter for pandoc and Quarto is."
)
@click.option("--trust", is_flag=True, help="Run the Python that blocks name.")
@click.option("-q", "--quiet", is_flag=True, help="No progress, no files' names.")
def command(
    folder: str | None,
    into: str | None,
    kind: str,
    check: bool,
    media: str,
    page: str,
    lua: bool,
    trust: bool,
    quiet: bool,
) -> int | None:
    """Write FOLDER again as OUT, with each ```trajviz block of its Markdown rendered.

    A block says SURFACE [OPTIMIZER ...] behind its name, and a recipe between its fences. What was
    rendered before is kept, what did not change is not written. FOLDER may be one page, or - for
    standard input, which comes out at standard output.

    \b
      trajviz site blog --into build --as hugo
      trajviz site blog --into build --as jekyll --check
      trajviz site - --as html < page.md
    """  # noqa: D301  # as in render
    if lua:
        say(str(FILTER))
        return None
    if folder is None:
        raise click.UsageError("Missing argument 'FOLDER'.")
    if folder == "-":
        _filter(kind, media, page, trust, quiet)
        return None
    if into is None:
        raise click.UsageError("Missing option '--into OUT': the folder that is written.")
    from trajviz.site.mirror import Mirror

    mirror = Mirror(user_path(folder), user_path(into), kind, trust)
    if check:
        return say_stale(mirror.stale())
    _write(mirror, quiet)
    return None


def _write(mirror: Mirror, quiet: bool) -> None:
    for path in mirror.write(_Bars(quiet)):
        if not quiet:
            say(str(path))
    if not quiet:
        say(f"{mirror.races} races, {mirror.store.made} rendered", err=True)


class _Bars:
    """Gives a bar for a block."""

    def __init__(self, quiet: bool) -> None:
        self.quiet = quiet

    def __call__(self, block: Block) -> contextlib.AbstractContextManager[Progress | None]:
        return progress_bar(block.page.where, self.quiet)


def _filter(kind: str, media: str, page: str, trust: bool, quiet: bool) -> None:
    """Write standard input to standard output, with its blocks rendered."""
    from trajviz.site.media import Store
    from trajviz.site.mirror import filtered

    data = sys.stdin.buffer.read(MOST_TEXT_BYTES + 1) if sys.stdin else b""
    if len(data) > MOST_TEXT_BYTES:
        raise TrajvizError(f"standard input is longer than {MOST_TEXT_BYTES:,} bytes")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise TrajvizError(f"standard input is no UTF-8: {error}") from error
    stdout_is_terminal()
    store = Store(user_path(media))
    done = filtered(
        text, Path(page), store, kind=kind, address=media, trust=trust, progress=_Bars(quiet)
    )
    write_stdout(done.encode())
