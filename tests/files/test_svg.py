"""The still SVG: what it holds, and that it shows what the PNG of the same moment shows."""

import functools
import re
import xml.etree.ElementTree as ElementTree

import pytest
from drawings import (
    RACES,
    drawn,
    in_another_renderer,
    likeness,
    lost_outside_and_hidden,
    worst_apart,
)
from races import SEVEN, race

from trajviz.animation import still
from trajviz.files.formats import svg
from trajviz.scene.color import hexed
from trajviz.sensitivity import tune

MORE = {
    "turning": ("himmelblau", ("sgd:lr=0.01", "adam"), {"view": "relief", "orbit": 90.0}),
    "split": ("beale", SEVEN[:3], {"view": "split"}),
    "basins": ("himmelblau", ("sgd:lr=0.01",), {"view": "basins", "steps": 60}),
    "small": ("bowl", ("sgd:lr=0.1",), {"size": (320, 240)}),
    "small, tails": ("himmelblau", SEVEN[:2], {"size": (320, 240), "steps": 40, "trail": 6}),
}
"""What a still can show and a moving drawing cannot, and what else there is."""
EVERY = pytest.mark.parametrize("name", [*RACES, *MORE])


@functools.cache
def one(name):
    if name in RACES:
        return drawn(name)
    surface, optimizers, options = MORE[name]
    return race(surface, optimizers, **options)


def assert_shows(path, scene, step, most=25):
    """Assert that a file shows a moment, in every small square of its plots."""
    ours = still(scene, step)
    assert likeness(path, ours) > 0.96
    theirs = in_another_renderer(path, scene.size)
    for plot in scene.plots:
        part = slice(plot.box.y0, plot.box.y1), slice(plot.box.x0, plot.box.x1)
        assert worst_apart(ours[part], theirs[part]) < most


@pytest.mark.long
@pytest.mark.parametrize("share", [0, 1 / 3, 1])
@EVERY
def test_another_renderer_shows_of_it_what_the_png_shows(name, share, tmp_path):
    scene = one(name).scene
    step = round(share * scene.steps)
    most = 55 if name == "radford" else 25  # a title within the plot: each sets its own letters
    assert_shows(one(name).save(tmp_path / "race.svg", at=step), scene, step, most)


@pytest.mark.parametrize("name", ["small", "small, tails"])
def test_a_small_one_shows_what_the_png_shows(name, tmp_path):
    assert_shows(one(name).save(tmp_path / "race.svg", at=30), one(name).scene, 30)


def test_a_chart_of_rates_is_as_its_pixels(tmp_path):
    found = tune("bowl", ["sgd", "adam"], steps=20, size=(320, 240))
    assert_shows(found.save(tmp_path / "tune.svg"), found.scene, found.scene.steps)


@pytest.mark.first(1)
@pytest.mark.parametrize("kind", ["small", "hidden behind hills", "dashed"])
def test_it_is_well_formed_of_the_right_size_and_holds_all_it_shows(kind):
    text, (width, height) = one(kind).to_bytes("svg").decode(), one(kind).look.size
    root = ElementTree.fromstring(text)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert (root.get("width"), root.get("height")) == (str(width), str(height))
    assert root.get("viewBox") == f"0 0 {10 * width} {10 * height}"
    assert not [e for e in root.iter() if e.tag.endswith(("script", "text", "animate"))]
    names = [name for e in root.iter() if (name := e.get("id"))]
    assert len(names) == len({*names})
    for link in [e.get("href") for e in root.iter() if e.get("href")]:
        assert link.removeprefix("#") in names or link.startswith("data:image/")
    assert {*re.findall(r"url\(#(\w+)\)", text)} <= {*names}
    assert re.findall(r"https?://[^\"]*", text) == ["http://www.w3.org/2000/svg"]
    assert all(hexed(track.color) in text for track in one(kind).scene.main.tracks)


def test_a_default_race_takes_less_than_60_kilobytes():
    assert len(race("beale", ()).to_bytes("svg")) < 60_000


@pytest.mark.long
def test_level_lines_stay_lines_where_a_moving_drawing_has_a_picture():
    crowded = race("rastrigin", ("sgd:lr=0.001",), window=(-7.0, 7.0, -5.12, 5.12), steps=3)
    assert "<image" in crowded.to_bytes("anim.svg").decode()
    assert "<image" not in crowded.to_bytes("svg").decode()


@pytest.mark.long
@pytest.mark.parametrize("step", range(0, 9, 2))
def test_heads_that_are_lost_outside_or_hidden_look_as_in_the_png(step, tmp_path):
    scene, path = lost_outside_and_hidden((1280, 960)), tmp_path / "race.svg"
    svg.write(path, scene, step, "")
    text = path.read_text(encoding="utf-8")
    assert ('opacity="0.6"' in text) == (step > 2)
    assert text.count('opacity=".45"/>') == 2 * (step in (4, 6))  # its rim and itself
    assert_shows(path, scene, step)
