"""A preview is rendered whenever a recipe or a file that it names changes."""

import contextlib
import os
import signal
import subprocess

import pytest
from PIL import Image
from programs import TRAJVIZ, invoke

from trajviz import load_recipe
from trajviz.cli.watch import changes, preview_of

RECIPE = """surface = "./mine.py"
optimizers = ["sgd:lr=0.1"]
steps = 5
size = [640, 400]
seconds = 0.4
hold = 0
theme = "./mine.toml"
"""
SURFACE = """
from trajviz import Surface
surface = Surface(lambda x, y: x * x + {} * y * y, window=(-1, 1, -1, 1), start=(0.5, 0.5))
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "mine.py").write_text(SURFACE.format(1))
    (tmp_path / "mine.toml").write_text('summary = "x"\n')
    (tmp_path / "a.toml").write_text(RECIPE.replace('theme = "./mine.toml"\n', ""))
    return tmp_path


class Steps:
    """Waits by doing the next thing; when there is none, it ends the watching."""

    def __init__(self, *things):
        self.things = iter(things)

    def __call__(self, _seconds):
        thing = next(self.things, None)
        if thing is None:
            raise KeyboardInterrupt
        thing()


def rest():
    """Change nothing."""


def seen(path, *things, rests=1):
    """Return how often a change is seen while these things happen, each with rests after it."""
    count, happening = 0, [step for thing in things for step in (thing, *[rest] * rests)]
    with contextlib.suppress(KeyboardInterrupt):
        for _ in changes(path, Steps(*happening)):
            count += 1
    return count


def test_it_looks_at_once_and_then_only_after_changes(folder):
    path = folder / "a.toml"
    assert seen(path) == 1
    assert seen(path, lambda: None, lambda: None) == 1
    assert seen(path, lambda: path.write_text(RECIPE + "noise = 0.1\n")) == 2


def test_a_file_that_is_being_written_is_looked_at_when_it_is_whole(folder):
    path = folder / "a.toml"
    parts = [lambda size=size: path.write_text(RECIPE[:size]) for size in (0, 10, 60, None)]
    assert seen(path, *parts, rests=0) == 1
    assert seen(path, *parts, rest, rests=0) == 2


def test_files_that_the_recipe_names_count_as_well(folder):
    path = folder / "a.toml"
    assert seen(path, lambda: (folder / "mine.py").write_text(SURFACE.format(20))) == 2
    assert seen(path, lambda: (folder / "other.py").write_text("")) == 1
    path.write_text(RECIPE)
    assert seen(path, lambda: (folder / "mine.toml").write_text('summary = "longer"\n')) == 2


def test_a_file_that_goes_and_comes_back_is_looked_at_again(folder):
    path = folder / "a.toml"
    text = path.read_text()
    assert seen(path, path.unlink, lambda: path.write_text(text)) == 3


def test_a_preview_is_small_and_named_after_its_recipe(folder):
    done = invoke("watch", str(folder / "a.toml"), "--once")
    assert done.returncode == 0, done.stderr
    with Image.open(folder / "a.preview.gif") as picture:
        assert picture.size == (480, 300)
    assert preview_of(load_recipe(folder / "a.toml")).playback.fps == 12


def test_of_a_strip_the_preview_stands_still(folder):
    path = folder / "a.toml"
    path.write_text(path.read_text() + "strip = [1, 5]\n")
    assert invoke("watch", str(path), "--once").returncode == 0
    assert (folder / "a.preview.png").is_file()


def test_a_small_recipe_stays_as_small_as_it_is(folder):
    path = folder / "a.toml"
    path.write_text(path.read_text().replace("[640, 400]", "[320, 200]"))
    assert preview_of(load_recipe(path)).look.size == (320, 200)


def test_with_once_a_mistake_ends_it(folder):
    path = folder / "a.toml"
    path.write_text("surface = 3\n")
    done = invoke("watch", str(path), "--once")
    assert done.returncode == 2
    assert "surface: 3 is not a text" in done.stderr


@pytest.mark.long
def test_a_mistake_is_told_and_ctrl_c_ends_it_in_one_line(folder):
    (folder / "a.toml").write_text("surface = 3\n")
    process = subprocess.Popen(
        [str(TRAJVIZ), "watch", "a.toml"], cwd=folder,
        stderr=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    assert "surface: 3 is not a text" in process.stderr.readline()
    (folder / "a.toml").write_text(RECIPE.replace('theme = "./mine.toml"\n', ""))
    assert process.stdout.readline().startswith("a.preview.gif")
    os.kill(process.pid, signal.SIGINT)
    _, said = process.communicate()
    assert (process.returncode, said) == (130, "Error: interrupted\n")
