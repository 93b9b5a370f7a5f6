"""What CONTRIBUTING.md promises: to add a thing is to write one file, and everything finds it."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| an? ([\w ]+) \| `([^`]+)`.*\|$", TEXT, re.MULTILINE))
"""What is added, and the file that adds it."""

ADDED = {
    "surface": """\
\"\"\"Ditch: a straight one.\"\"\"

from trajviz import Surface


def ditch(x, y):
    \"\"\"Downhill to the ditch.\"\"\"
    return x**2 + 2 * y**2


surface = Surface(ditch, (-2, 2, -2, 2), (-1, 1), minima=[(0, 0)], source="a test")
""",
    "problem": """\
\"\"\"Cup: a round one.\"\"\"

import numpy as np

from trajviz import Problem


def cup(w):
    \"\"\"A cup.\"\"\"
    return (w**2).sum(axis=-1)


problem = Problem(cup, lambda w: 2 * w, lambda seed: np.ones(5), 5, source="a test")
""",
    "optimizer": """\
from collections.abc import Iterator

from trajviz.surface import Gradient, Number, Points


def thing(gradient: Gradient, w: Points, lr: Number) -> Iterator[Points]:
    \"\"\"Thing: steps of half the rate.

    w = w - lr g / 2

    Family: gradient descent.

    Source: a test.

    Elsewhere: nowhere.
    \"\"\"
    while True:
        w = w - lr * gradient(w) / 2
        yield w
""",
    "format": """\
\"\"\"Thing: a still that is a PNG.\"\"\"

import dataclasses

from trajviz.files.formats import png

FORMAT = dataclasses.replace(png.FORMAT, rank=99)
""",
    "theme": (ROOT / "trajviz/scene/themes/dark.toml").read_text(encoding="utf-8"),
    "language": 'summary = "Thingish."\nheight_above_minimum = "thing above minimum"\n',
    "view": """\
\"\"\"A view: the contours, by another name.\"\"\"

import dataclasses

from trajviz.scene.views import contour

VIEW = dataclasses.replace(contour.VIEW, summary="A thing to see.", noun="Thing")
""",
    "panel": """\
\"\"\"A panel: the heights, twice.\"\"\"

import dataclasses

from trajviz.scene.panels import loss

PANEL = dataclasses.replace(
    loss.PANEL, summary="A thing beside it.", charts=lambda run: [*loss.PANEL.charts(run)] * 2
)
""",
    "snippet": """\
\"\"\"Thing: the alt text alone.\"\"\"

from trajviz.files.snippets import Snippet

SNIPPET = Snippet(suffix="thing", write=lambda shown: f"<{shown.alt}>")
""",
    "place": """\
\"\"\"Thing: a place where little is taken.\"\"\"

from trajviz.files.places import Place

PLACE = Place(size=(160, 120), seconds=1, max_bytes=50_000)
""",
    "command": """\
\"\"\"trajviz thing: what a thing says.\"\"\"

import click


@click.command("thing")
def command() -> None:
    \"\"\"Say a thing.\"\"\"
    click.echo("said")
""",
}
"""One of each, by what it is, all of the name "thing" but the problem."""


def name_of(what):
    """Return what one is called: a problem lies in the folder of the surfaces."""
    return "many" if what == "problem" else "thing"


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the package with one of each added to it."""
    folder = tmp_path_factory.mktemp("copy")
    for name in ("trajviz", "surfaces"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for what, text in ADDED.items():
        path = folder / re.sub("NAME|SUFFIX", name_of(what), ROWS[what])
        assert path.parent.is_dir()
        path.write_text(text, encoding="utf-8")
    return folder


def trajviz(copy, *words):
    done = subprocess.run(
        [sys.executable, "-m", "trajviz", *words],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def corner(path, kind):
    with Image.open(path, formats=[kind]) as image:
        return image.convert("RGB").getpixel((0, 0))


def test_there_is_a_row_for_each():
    assert ADDED.keys() <= ROWS.keys()
    assert ROWS.keys() - ADDED.keys() == {"adapter"}  # which takes a library


def test_the_listing_has_each(copy):
    listed = json.loads(trajviz(copy, "list", "--json"))
    for what in ADDED.keys() - {"command"}:
        names = {entry["name"] for entry in listed[f"{what}s"]}
        assert name_of(what) in names, what


def test_help_has_the_command_and_it_runs(copy):
    assert "What a thing says." in trajviz(copy, "--help")
    assert trajviz(copy, "thing") == "said\n"


@pytest.mark.long
def test_pixels_and_vectors_are_drawn_with_all_of_them(copy):
    outputs = ["a.thing", "a.svg", "a.anim.svg", "a.pdf", "a.gif"]
    words = [word for name in outputs for word in ("-o", name)]
    said = trajviz(
        copy, "render", "thing", "thing", "sgd", "--view", "thing", "--panel", "thing",
        "--theme", "thing", "--language", "thing", "--steps", "5", "--seconds", "0.4",
        "--size", "320x240", *words,
    )  # fmt: skip
    assert said.split() == outputs
    assert corner(copy / "a.thing", "PNG") == corner(copy / "a.gif", "GIF")
    trajviz(
        copy, "render", "thing", "thing", "sgd", "--panel", "thing", "--theme", "thing", "--steps",
        "5", "--seconds", "0.4", "--size", "320x240", "-o", "b.svg", "-o", "b.anim.svg",
    )  # fmt: skip
    for name in ("svg", "anim.svg"):  # the view by another name has the surface in it, too
        assert len((copy / f"a.{name}").read_text()) == pytest.approx(
            len((copy / f"b.{name}").read_text()), rel=0.1
        )
    alt = trajviz(copy, "embed", "a.thing", "--as", "thing")
    assert alt.startswith("<Thing of Ditch")


def test_a_place_is_heeded(copy):
    words = ["--for", "thing", "--steps", "5", "-o", "c.gif", "--quiet"]
    assert trajviz(copy, "render", "thing", "thing", *words) == "c.gif\n"
    with Image.open(copy / "c.gif") as image:
        assert image.size == (160, 120)
