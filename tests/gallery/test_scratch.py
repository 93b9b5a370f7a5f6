"""The scratch folder: one build at a time has it, and nothing is left of it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from trajviz.errors import TrajvizError
from trajviz.gallery import scratch
from trajviz.gallery.scratch import LOCK, exclusive_scratch

HOLDER = """
import sys
from pathlib import Path
from trajviz.gallery.scratch import exclusive_scratch

with exclusive_scratch(Path(sys.argv[1])) as scratch:
    (scratch / "half.gif").touch()
    print("holding", flush=True)
    sys.stdin.read()
"""


def test_it_is_in_the_folder_while_it_is_needed(tmp_path):
    with exclusive_scratch(tmp_path) as scratch:
        assert scratch.parent == tmp_path
        (scratch / "a").mkdir()
        (scratch / "a" / "half.gif").touch()
    assert [*tmp_path.iterdir()] == []


def test_it_is_gone_after_an_error(tmp_path):
    with pytest.raises(KeyboardInterrupt), exclusive_scratch(tmp_path):
        raise KeyboardInterrupt
    assert [*tmp_path.iterdir()] == []


def test_where_no_open_file_is_removed_the_lock_goes_when_it_is_closed(tmp_path, monkeypatch):
    removed = shutil.rmtree

    def as_on_windows(folder, ignore_errors):
        held = {path.resolve() for path in Path("/proc/self/fd").iterdir()}
        if (folder / LOCK).resolve() in held:
            (folder / "half.gif").unlink()
        else:
            removed(folder, ignore_errors=ignore_errors)

    monkeypatch.setattr(scratch.shutil, "rmtree", as_on_windows)
    monkeypatch.setattr(scratch, "KEEPS_OPEN_FILES", True)
    with exclusive_scratch(tmp_path) as folder:
        (folder / "half.gif").touch()
    assert [*tmp_path.iterdir()] == []


links = pytest.mark.skipif(os.name == "nt", reason="links need rights there")


@links
@pytest.mark.parametrize("name", [".building", f".building/{LOCK}"])
@pytest.mark.parametrize("to", ["file", "folder", "nothing"])
def test_a_link_in_place_of_folder_or_lock_is_refused_and_not_followed(name, to, tmp_path):
    there, gallery = tmp_path / "there", tmp_path / "gallery"
    if to == "folder":
        there.mkdir()
    elif to == "file":
        there.write_text("mine")
    link = gallery / name
    link.parent.mkdir(parents=True)
    link.symlink_to(there)
    with pytest.raises(TrajvizError, match="is a link, which no build makes: remove it"):
        exclusive_scratch(gallery).__enter__()
    assert link.is_symlink()
    assert there.exists() == (to != "nothing")
    assert to != "file" or there.read_text() == "mine"
    assert to != "folder" or [*there.iterdir()] == []


@links
def test_a_link_in_the_folder_leads_no_file_elsewhere(tmp_path):
    there = tmp_path / "there"
    there.mkdir()
    (there / "a.gif").write_text("mine")
    gallery = tmp_path / "gallery"
    (gallery / ".building" / "half").mkdir(parents=True)
    (gallery / ".building" / "a").symlink_to(there)
    with exclusive_scratch(gallery) as scratch:
        assert {path.name for path in scratch.iterdir()} == {LOCK}
    assert (there / "a.gif").read_text() == "mine"
    assert [*gallery.iterdir()] == []


def test_another_build_is_refused_and_what_a_killed_one_left_is_removed(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout.readline() == b"holding\n"
    with pytest.raises(TrajvizError, match="another build is at work in"):
        exclusive_scratch(tmp_path).__enter__()
    left = tmp_path / ".building" / "half.gif"
    assert left.exists()
    process.kill()
    process.communicate()
    assert left.exists()
    with exclusive_scratch(tmp_path):
        pass
    assert [*tmp_path.iterdir()] == []


def refuse(*_):
    raise OSError(95, "Operation not supported")


@pytest.mark.parametrize("lacking", ["module", "support"])
def test_where_no_file_can_be_locked_a_build_goes_on(lacking, tmp_path, monkeypatch):
    fcntl = pytest.importorskip("fcntl")
    if lacking == "module":
        monkeypatch.setitem(sys.modules, "fcntl", None)
    else:
        monkeypatch.setattr(fcntl, "flock", refuse)
    with exclusive_scratch(tmp_path), exclusive_scratch(tmp_path) as scratch:
        assert scratch.is_dir()
