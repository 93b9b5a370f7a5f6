"""What nobody foresaw, streams that are closed, and Python without docstrings."""

import subprocess
from unittest import mock

import click
import pytest
from programs import TRAJVIZ, invoke, trajviz

import trajviz as library
from trajviz import cli


@pytest.fixture
def faulty():
    with mock.patch.object(library, "read_note", side_effect=ZeroDivisionError("one\ntwo")):
        yield


def outcome(*words, capsys):
    """Return exit code and messages of a command as users run it: with the guard."""
    with (
        mock.patch("sys.argv", ["trajviz", *words]),
        mock.patch("signal.signal"),
        pytest.raises(SystemExit) as left,
    ):
        cli.main()
    out, err = capsys.readouterr()
    return left.value.code, out, err


@pytest.mark.usefixtures("faulty")
def test_what_nobody_foresaw_is_told_in_one_line(capsys):
    code, out, err = outcome("show", "a.gif", capsys=capsys)
    assert (code, out, err.count("\n")) == (cli.FAILED, "", 1)
    assert err.startswith("Error: ZeroDivisionError: one two. This is a fault of trajviz")


@pytest.mark.usefixtures("faulty")
@pytest.mark.parametrize("words", [("show", "a.gif", "--debug"), ("--debug", "show", "a.gif")])
def test_debug_prints_where_it_happened_before_that_line(words, capsys):
    code, out, err = outcome(*words, capsys=capsys)
    *trace, last = err.splitlines()
    assert (code, out) == (cli.FAILED, "")
    assert trace[0].startswith("Traceback")
    assert "read_note(file)" in err
    assert last.startswith("Error: ZeroDivisionError")


def test_a_file_that_ends_too_soon_is_not_taken_for_ctrl_d(capsys):
    with mock.patch.object(library, "read_note", side_effect=EOFError("data too short")):
        code, out, err = outcome("show", "a.gif", capsys=capsys)
    assert (code, out, err.count("\n")) == (cli.FAILED, "", 1)
    assert err.startswith("Error: RuntimeError: EOFError: data too short. This is a fault")


@pytest.mark.usefixtures("faulty")
def test_a_test_that_meets_what_nobody_foresaw_fails():
    with pytest.raises(ZeroDivisionError):
        invoke("show", "a.gif")


def commands(command):
    yield command
    for name in command.list_commands(None) if isinstance(command, click.Group) else ():
        yield from commands(command.get_command(None, name))


def test_every_command_takes_debug():
    everything = [*commands(cli.cli)]
    assert len(everything) > len(cli.cli.list_commands(None))
    for command in everything:
        assert [p.name for p in command.params if "--debug" in p.opts] == ["debug"], command.name


def with_streams(closed, *words, folder):
    """Run the command in a shell that closes some of its streams."""
    return subprocess.run(
        ["sh", "-c", f'exec "$@" {closed}', "sh", TRAJVIZ, *words],
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
    )


SMALL = ["render", "bowl", "sgd:lr=0.1", "--size", "160x120", "--steps", "3"]


@pytest.mark.parametrize("words", [["trace", "bowl"], [*SMALL, "--format", "png", "-o", "-"]])
def test_results_for_a_closed_standard_output_are_refused_before_there_are_any(words, tmp_path):
    done = with_streams(">&-", *words, folder=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "standard output is closed" in done.stderr


def test_a_wrong_request_is_one_for_whoever_reads_no_messages(tmp_path):
    done = with_streams("2>&-", "show", "none.gif", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.long
@pytest.mark.parametrize(("suffix", "closed"), [("mp4", "<&- >&- 2>&-"), ("png", ">&-")])
def test_a_file_is_the_same_whatever_is_closed(suffix, closed, tmp_path):
    words = [*SMALL, "--seconds", "0.4", "-o"]
    trajviz(*words, f"open.{suffix}", cwd=tmp_path)
    done = with_streams(closed, *words, f"closed.{suffix}", folder=tmp_path)
    assert done.returncode == 0
    one, other = ((tmp_path / f"{name}.{suffix}").read_bytes() for name in ("open", "closed"))
    assert one == other


@pytest.mark.long
@pytest.mark.parametrize("words", ["list", "render --help", "gallery build --help"])
def test_python_without_docstrings_says_the_same(words):
    bare, usual = (
        trajviz(*words.split(), env={"PYTHONOPTIMIZE": optimize}) for optimize in ("2", "")
    )
    assert bare.returncode == 0
    assert bare.stdout == usual.stdout


@pytest.mark.long
def test_python_without_docstrings_draws_the_same(tmp_path):
    for optimize in ("2", ""):
        words = ["render", "beale", "sgd:lr=0.001", "--size", "160x120", "-o", f"a{optimize}.svg"]
        trajviz(*words, cwd=tmp_path, env={"PYTHONOPTIMIZE": optimize})
    assert (tmp_path / "a2.svg").read_bytes() == (tmp_path / "a.svg").read_bytes()
