"""The command line: parse, call the library, report.

One file per command, named after it, which calls it `command` and says in its first line, after a
colon, what it is for; a file dropped into this folder is found.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys

import click

import trajviz
from trajviz.cli._commands import DEBUG, Commands, completed
from trajviz.cli._output import make_streams_forgiving, say
from trajviz.errors import TrajvizError
from trajviz.printed import WIDEST
from trajviz.signals import StoppedError, hear_no_more, hear_signals, look_for_signals

WRONG_REQUEST, FAILED, INTERRUPTED = 2, 3, 130
"""Exit codes, beside `STALE`; a signal's is 128 more than its number."""
UNREAD = 141
"""The exit code when nobody reads our output any more, as of a command that SIGPIPE ends."""
LONGEST_MESSAGE = 2_000
"""Letters of a message, which may tell what a file says."""


def main() -> None:
    """Run the command line, and turn every outcome into a message and an exit code."""
    hear_signals()
    make_streams_forgiving()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # our matrices are too small to share out
    try:
        look_for_signals()
        code = cli.main(prog_name="trajviz", standalone_mode=False)
    except click.ClickException as error:
        _fail(error.format_message() + _about_minus(error), WRONG_REQUEST)
    except TrajvizError as error:
        _fail(str(error), WRONG_REQUEST)
    except (click.Abort, KeyboardInterrupt):
        _fail("interrupted", INTERRUPTED)
    except StoppedError as stopped:
        hear_no_more()
        _fail(str(stopped), stopped.code)
    except SystemExit as error:  # click's own way out when nobody reads our output any more
        unread = type(sys.stdout) is click.utils.PacifyFlushWrapper
        sys.exit(UNREAD if unread else FAILED if error.code else 0)
    except OSError as error:
        _fail(str(error), FAILED)
    except Exception as error:  # a mistake of our own, whatever it is
        report_fault(error)
    else:
        sys.exit(code)


def report_fault(error: Exception) -> None:
    """Tell in one line what nobody foresaw, and where it happened on `--debug`."""
    if DEBUG in sys.argv:
        import traceback

        traceback.print_exception(error)
    said = f"{type(error).__name__}: {error}".removesuffix(": ")
    _fail(f"{said}. This is a fault of trajviz; {DEBUG} prints where it happened.", FAILED)


def _about_minus(error: click.ClickException) -> str:
    """Return what to do about a formula that was taken for options, else nothing."""
    option = error.option_name if isinstance(error, click.NoSuchOption) else ""
    formula = re.compile(r"-[^-].*[xy*/(]|-[xy]")
    words = [word for word in sys.argv[1:] if word[:2] == option and formula.match(word)]
    if not words:
        return ""
    return (
        f" A formula that begins with a minus sign needs parentheses, '({words[0]})', "
        "or -- before it and all options before that."
    )


def _fail(message: str, code: int) -> None:
    words = " ".join(message.split())
    if len(words) > LONGEST_MESSAGE:
        words = f"{words[:LONGEST_MESSAGE]} ..."
    with contextlib.suppress(OSError):  # nobody may read this either
        say(f"Error: {words}", err=True)
    sys.exit(code)


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": WIDEST},
)
@click.version_option(trajviz.__version__, message="trajviz %(version)s")
@click.pass_context
def cli(context: click.Context) -> None:
    """Show how optimizers behave on a surface, as an animation worth publishing."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


completed(cli)
