"""What the command line always prints alike: when it is taken from what the build wrote."""

import os
import shutil
import sys

import pytest
from programs import Stream, invoke, raised

from trajviz import printed
from trajviz.cli import cli
from trajviz.cli._texts import helps, write_texts


@pytest.fixture
def texts(tmp_path, monkeypatch):
    """A folder with a few texts, as a package has them, for a terminal of 80 columns."""
    monkeypatch.setattr(printed, "TEXTS", str(tmp_path))
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setattr(sys, "__stdout__", None)
    for name, text in {
        "--help 80.txt": "narrow\n",
        "--help 100.txt": "wide\n",
        "list.txt": "\x1b[1mall\x1b[0m\n",
        printed.DIGEST: printed.digest(),
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def printed_for(*words, out=None):
    """Return what is printed for these arguments; None where the command is asked."""
    out = out or Stream()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", out)
        done = printed.print_kept(words)
    assert done or not out.bytes()
    return out.bytes().decode() if done else None


usual = pytest.mark.usefixtures("texts")


@usual
@pytest.mark.parametrize("words", [[], ["--help"], ["-h"]])
def test_a_help_is_printed_by_every_name_that_it_has(words):
    assert printed_for(*words) == "narrow\n"


@usual
@pytest.mark.parametrize(
    ("columns", "text"),
    [("80", "narrow\n"), ("100", "wide\n"), ("101", "wide\n"), ("99", None), ("8", None)],
)
def test_a_help_is_printed_for_the_width_that_it_was_written_for(columns, text, monkeypatch):
    monkeypatch.setenv("COLUMNS", columns)
    assert printed_for("--help") == text
    assert printed_for("list") == "all\n"


@usual
@pytest.mark.parametrize("columns", [None, "", "0", "-3", "many", " 70 ", "7_0", "123"])
def test_the_width_is_what_the_standard_library_says(columns, monkeypatch):
    if columns is not None:
        monkeypatch.setenv("COLUMNS", columns)
    assert printed._columns() == shutil.get_terminal_size().columns
    terminal = os.terminal_size((66, 20))
    monkeypatch.setattr(sys, "__stdout__", sys.stdin)
    monkeypatch.setattr(os, "get_terminal_size", lambda _number: terminal)
    monkeypatch.setattr(sys.__stdout__, "fileno", lambda: 0)
    assert printed._columns() == shutil.get_terminal_size().columns


@usual
def test_headings_are_bold_on_a_terminal():
    assert printed_for("list", out=Stream(terminal=True)) == "\x1b[1mall\x1b[0m\n"
    assert printed_for("list") == "all\n"


@usual
@pytest.mark.parametrize(
    "words", [["lists"], ["list", "-h"], ["render", "--help"], ["../digest"], ["--help 80.txt"]]
)
def test_whatever_is_not_kept_is_asked_of_the_command(words):
    assert printed_for(*words) is None


@usual
def test_completion_is_asked_of_the_command(monkeypatch):
    monkeypatch.setenv("_TRAJVIZ_COMPLETE", "bash_complete")
    assert printed_for("--help") is None


@usual
def test_a_stream_that_is_closed_or_not_in_utf_8_is_left_to_the_command(monkeypatch):
    latin = Stream()
    latin.reconfigure(encoding="latin-1")
    assert printed_for("list", out=latin) is None
    monkeypatch.setattr(sys, "stdout", None)
    assert not printed.print_kept(["list"])


@usual
def test_what_cannot_be_written_is_left_to_the_command():
    full = Stream()
    full.write = lambda _text: raised(BrokenPipeError())
    assert printed_for("list", out=full) is None


def test_a_text_is_kept_no_longer_than_what_it_comes_from(texts):
    (texts / printed.DIGEST).write_text("older", encoding="utf-8")
    assert printed_for("list") is None


def test_the_digest_tells_of_our_code_our_data_and_click(tmp_path, monkeypatch):
    package = tmp_path / "trajviz"
    files = [package / "cli.py", package / "a" / "b.toml", tmp_path / "surfaces" / "c.npz"]
    files.append(tmp_path / "click" / "__init__.py")
    for path in files:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("one", encoding="utf-8")
    monkeypatch.setattr(printed, "PACKAGE", str(package))
    monkeypatch.setattr(sys, "path", ["nowhere", str(tmp_path), *sys.path])
    seen = [printed.digest()]
    for path in files:
        path.write_text("two", encoding="utf-8")
        seen.append(printed.digest())
    assert len({*seen}) == 5
    (package / "notes.txt").write_text("nothing to it", encoding="utf-8")
    assert printed.digest() == seen[-1]
    files[0].rename(package / "climb.py")
    assert printed.digest() != seen[-1]


def test_the_digest_of_a_package_is_that_of_its_checkout(tmp_path, monkeypatch):
    seen = printed.digest()
    checkout = printed.PACKAGE
    shutil.copytree(checkout, tmp_path / "trajviz")
    shutil.copytree(f"{checkout}/../surfaces", tmp_path / "trajviz" / "surfaces")
    monkeypatch.setattr(printed, "PACKAGE", str(tmp_path / "trajviz"))
    assert printed.digest() == seen


@pytest.mark.long
@pytest.mark.parametrize("terminal", [True, False])
def test_every_help_and_listing_is_kept_as_the_command_prints_it(terminal, tmp_path, monkeypatch):
    write_texts(tmp_path)
    monkeypatch.setattr(printed, "TEXTS", str(tmp_path))
    asked = [*helps(cli), ["render", "-h"], ["list"], ["list", "surfaces", "--json"]]
    assert ["gallery", "check", "--help"] in asked
    for columns in ("80", "150"):
        monkeypatch.setenv("COLUMNS", columns)
        for words in asked:
            told = invoke(*words, stdout=Stream(terminal=terminal)).stdout
            assert printed_for(*words, out=Stream(terminal=terminal)) == told
