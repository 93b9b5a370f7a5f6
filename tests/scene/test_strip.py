"""A strip: several steps beside each other in one still."""

import itertools
import re

import numpy as np
import pytest
from races import race

from trajviz import TrajvizError
from trajviz.animation import still

SMALL = {"size": (480, 200), "steps": 20}
STEPS = (0, 5, 20)


def strip(**options):
    return race(strip=STEPS, **{**SMALL, **options})


def crossed(plot):
    """Return where the head of a plot's track is, as a share of its box."""
    box, (track,) = plot.box, plot.tracks
    return (track.at(np.array([float(plot.moment)]))[0] - box[:2]) / (box.width, box.height)


def test_each_plot_shows_its_own_step_under_its_own_heading():
    scene = strip().scene
    assert [plot.moment for plot in scene.plots] == list(STEPS)
    texts = [mark.text for mark in scene.marks if hasattr(mark, "text")]
    assert [t for t in texts if t.startswith("step")] == [f"step {k} of 20" for k in STEPS]
    assert scene.counter is None
    heads = [crossed(plot) for plot in scene.plots]
    assert np.hypot(*(heads[0] - heads[1])) > 0.05
    assert np.hypot(*(heads[1] - heads[2])) > 0.05


def test_the_pixels_are_those_of_each_step():
    one = strip()
    picture = still(one.scene, one.steps)
    for place, plot in enumerate(one.scene.plots):
        x0, y0, x1, y1 = plot.box
        part = picture[y0:y1, x0:x1]
        same = still(race(strip=(STEPS[place],) * 3, **SMALL).scene, one.steps)[y0:y1, x0:x1]
        assert (part == same).all()


def test_the_charts_beside_a_strip_show_all_of_the_race():
    scene = strip(panels=("loss",), size=(640, 240)).scene
    assert [plot.moment for plot in scene.plots] == [*STEPS, None]


@pytest.mark.long
@pytest.mark.parametrize("view", ["relief", "basins", "contour"])
def test_a_strip_is_drawn_in_every_view_of_one_plot_and_every_still(view):
    one = strip(view=view)
    assert (still(one.scene, 20) != one.scene.background).any()
    svg = one.to_bytes("svg").decode()
    names = re.findall(r' id="(\w+)"', svg)
    assert len(set(names)) == len(names)
    assert one.to_bytes("pdf").startswith(b"%PDF")


def test_more_than_two_plots_stand_in_rows_that_fit():
    wide, tall = strip().scene.plots, strip(size=(240, 640)).scene.plots
    assert len({plot.box.y0 for plot in wide}) == 1
    assert len({plot.box.x0 for plot in tall}) == 1
    assert len({(p.box.width, p.box.height) for p in strip(size=(480, 180)).scene.plots}) <= 2


def test_the_alt_text_says_the_steps():
    assert "at steps 0, 5 and 20" in strip().alt_text()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"strip": (21,)}, "strip's step 21 is not from 0 to 20"),
        ({"strip": tuple(range(13))}, "strip of 13 steps is more than 12"),
        ({"strip": (1, 2), "view": "split"}, "and this one has 2"),
    ],
)
def test_what_makes_no_strip_is_refused(options, said):
    with pytest.raises(TrajvizError, match=re.escape(said)):
        race(**options, **SMALL)


@pytest.mark.parametrize("name", ["gif", "mp4", "anim.svg", "html"])
def test_what_moves_holds_no_strip(name, tmp_path):
    with pytest.raises(TrajvizError, match=rf"and a \.{re.escape(name)} moves"):
        strip().save(tmp_path / f"a.{name}")
    with pytest.raises(TrajvizError, match=r"and a \.gif moves"):
        strip().bundle(tmp_path / "a")


def test_a_notebook_shows_the_picture_of_a_strip():
    assert strip()._repr_html_() is None
    assert strip()._repr_png_().startswith(b"\x89PNG")


@pytest.mark.parametrize("size", [(640, 240), (640, 480), (480, 900)])
@pytest.mark.parametrize("panels", [("loss",), ("loss", "step-length")])
def test_a_strip_of_three_and_the_charts_beside_it_leave_no_cell_empty(size, panels):
    boxes = np.array([plot.box for plot in strip(panels=panels, size=size).scene.plots])
    top, (right, bottom) = boxes[:, 1].min(), boxes[:, 2:].max(axis=0)
    inside = itertools.product(np.linspace(60, right - 1, 9), np.linspace(top, bottom, 9))
    for place in inside:
        off = np.maximum(boxes[:, :2] - place, place - boxes[:, 2:]).max(axis=1)
        assert off.min() < 70, place
