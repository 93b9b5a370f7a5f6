"""Programs run from outside: our own command, and other people's that judge our files."""

import contextlib
import io
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest

from trajviz import cli

TRAJVIZ = Path(sys.executable).with_name("trajviz")


def program(name):
    """Return where a program is; without it the test is skipped, which fails in CI."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def npm(name):
    """Return a file of npm's packages; without it the test is skipped, which fails in CI."""
    path = Path(sys.prefix) / "npm" / "node_modules" / name
    if not path.exists():
        pytest.skip(f"{name} of npm is not installed")
    return path


def judge(name, *args):
    """Return what a program writes to standard output; it must succeed."""
    command = [program(name), *map(str, args)]
    return subprocess.run(command, capture_output=True, check=True).stdout


def trajviz(*args, env=None, text=True, **options):
    """Run the command and return its outcome; `env` is added to the environment.

    It is never at fault itself: what nobody foresaw fails the test.
    """
    done = subprocess.run(
        [TRAJVIZ, *map(str, args)],
        capture_output=options.keys().isdisjoint({"stdout", "stderr"}),
        text=text,
        env={**os.environ, **(env or {})},
        check=False,
        **options,
    )
    assert "fault of trajviz" not in str(done.stderr)
    return done


class Stream(io.TextIOWrapper):
    """A standard stream into memory, on which a terminal may be pretended."""

    def __init__(self, *, terminal=False, errors="strict"):
        super().__init__(io.BytesIO(), "utf-8", errors, newline="\n", write_through=True)
        self._terminal = terminal

    def isatty(self):
        return self._terminal

    def bytes(self):
        return self.buffer.getvalue()


def raised(error):
    raise error


def invoke(*args, cwd=None, text=True, stdout=None, stderr=None):
    """Run the command within this process, in no time, and return its outcome as `trajviz` does.

    What nobody foresaw is raised here, where a user is told in a line that trajviz is at fault.
    What is about processes, signals, the environment, or what is loaded, needs a process of its
    own; that both say the same of the rest is a test in tests/cli.
    """
    words = ["trajviz", *map(str, args)]
    out, err = stdout or Stream(), stderr or Stream(errors="backslashreplace")
    with (
        contextlib.chdir(cwd or "."),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        mock.patch.dict(os.environ),
        mock.patch.object(sys, "argv", words),
        mock.patch.object(signal, "signal"),
        mock.patch.object(cli, "report_fault", raised),
        pytest.raises(SystemExit) as left,
    ):
        cli.main()
    said = [stream.bytes() for stream in (out, err)]
    if text:
        said = [data.decode() for data in said]
    return subprocess.CompletedProcess(words, left.value.code or 0, *said)


def loaded(*command, folder, **env):
    """Return the packages that a Python command imports."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *map(str, command)],
        cwd=folder,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}


def begin(*args, **options):
    """Start the command in a session of its own, with signals as a terminal leaves them."""
    return subprocess.Popen(
        [TRAJVIZ, *map(str, args)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        **options,
    )


def processes(words):
    """Return the ids of all processes whose command line has these words in it."""
    lines = _linux() if Path("/proc/self/cmdline").exists() else _elsewhere()
    return [number for number, line in lines if str(words) in line]


def _linux():
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue  # it has ended meanwhile
        yield int(path.parent.name), line


def _elsewhere():
    for line in judge("ps", "-A", "-ww", "-o", "pid=,args=").decode(errors="replace").splitlines():
        number, _, rest = line.strip().partition(" ")
        yield int(number), rest
