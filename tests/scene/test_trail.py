"""The last steps of a track, bright over its faint past, and what a population leaves behind."""

import dataclasses

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from races import race, with_main
from skimage.metrics import structural_similarity

from trajviz.animation import Animation, still
from trajviz.errors import TrajvizError
from trajviz.race import compare
from trajviz.recipe.recipe import MEMBERS_TRAIL, Look
from trajviz.scene import vector
from trajviz.scene.track import Line, Track

CROWD = np.random.default_rng(1).uniform(-4, 4, (9, 6, 2))
SMALL = {"size": (320, 240), "seconds": 1, "hold": 0}


@pytest.fixture(scope="module")
def swarm(tmp_path_factory):
    path = tmp_path_factory.mktemp("paths") / "swarm.npz"
    np.savez(path, population_PSO=CROWD)
    return path


def trailing(trail, **more):
    options = {**SMALL, "steps": 24, "pace": "uniform", **more}
    return race("himmelblau", ("momentum:lr=0.01", "adam:lr=0.3"), trail=trail, **options)


def in_color(picture, color):
    """Return how many pixels have nearly this colour."""
    return int((np.abs(picture.astype(int) - color).max(axis=2) <= 12).sum())


# The line


def test_since_a_step_a_line_goes_on_from_where_its_head_was():
    line = Line.through(np.array([[0.0, 0], [4, 0], [4, 8]]))
    later = line.since(0.5)
    assert later.vertices.tolist() == [[2, 0], [4, 0], [4, 8]]
    assert later.knots.tolist() == [0.5, 1, 2]
    assert line.since(-1) is line
    assert line.since(9).vertices.tolist() == [[4, 8], [4, 8]]


@pytest.mark.parametrize(("past", "shown"), [(True, [False, True]), (False, [True, True])])
def test_a_tail_is_the_last_steps_and_what_is_hidden_is_faint_in_any_case(past, shown):
    line = Line.through(np.array([[0.0, 0], [4, 0], [4, 8]]))
    line = dataclasses.replace(line, hidden=np.array([False, True, False]))
    track = Track(line, (0, 0, 0), "one", trail=1.5, past=past)
    tail = track.tail(2.0)
    assert tail.vertices[:3].tolist() == [[2, 0], [4, 0], [4, 8]]
    assert (~tail.gap[1:3]).tolist() == shown
    assert track.lasting.hidden.all() == past
    assert track.lasting.gap.all() == (not past)


def test_without_a_trail_a_line_stays_as_it_is():
    track = Track(Line.through(np.zeros((2, 2))), (0, 0, 0), "one")
    assert track.lasting is track.line
    assert track.tail(1.0) is None
    assert all(np.isinf(track.trail) for track in trailing(0).scene.main.tracks)


# The picture


def test_the_last_steps_are_bright_and_the_rest_is_faint():
    color = trailing(4).scene.main.tracks[1].color
    bright = [in_color(still(trailing(t).scene, 24), color) for t in (1, 4, 12, 0)]
    assert bright == sorted(bright)
    assert bright[0] < bright[-1] / 2


@pytest.mark.parametrize("options", [{}, {"view": "relief"}, {"clock": "evaluations"}], ids=str)
def test_each_frame_is_the_still_of_its_place(options):
    scene = trailing(5, **options).scene
    positions = np.linspace(0, 24, 49)
    frames = [*Animation(scene, positions).frames()]
    for place in (0, 9, 10, 24, 48):
        box = scene.main.box
        part = np.s_[box.y0 : box.y1, box.x0 : box.x1]
        off = frames[place][part].astype(int) - still(scene, positions[place])[part]
        assert np.mean(np.abs(off).max(axis=2) > 0) < 2e-3
        assert np.abs(off).max() <= 255 / 4 + 8


def test_stretches_of_frames_leave_nothing_of_a_tail_behind():
    scene = trailing(3).scene
    *_, last = Animation(scene, np.linspace(0, 24, 25 * 12)).frames()
    *_, other = Animation(scene, np.linspace(0, 24, 25)).frames()
    off = np.abs(last.astype(int) - other).max(axis=2)
    assert np.mean(off > 0) < 1e-3  # a gliding line has joints within its steps


@pytest.mark.parametrize("trail", [1, 6])
def test_a_picture_that_is_drawn_anew_shows_the_same_tails(trail):
    scene = trailing(trail, view="relief").scene
    redrawn = with_main(scene, redrawn=lambda _share: scene.main)
    for step in (0, 3, 24):
        off = np.subtract(still(redrawn, step), still(scene, step), dtype=int)
        assert np.abs(off).max() <= 1


@pytest.mark.long
def test_vectors_show_the_same_tails():
    scene = trailing(6).scene
    canvas = FigureCanvasAgg(vector.draw(scene, 24))
    canvas.draw()
    drawn = np.asarray(canvas.buffer_rgba())[..., :3]
    assert structural_similarity(still(scene, 24), drawn, channel_axis=2) >= 0.97
    for track in scene.main.tracks:
        ours = in_color(still(scene, 24), track.color)
        assert in_color(drawn, track.color) == pytest.approx(ours, rel=0.25)


def test_charts_keep_their_curves():
    tracks = trailing(2, panels=("loss",), size=(640, 240)).scene.plots[1].tracks
    assert all(np.isinf(track.trail) for track in tracks)


def test_in_ones_own_axes_the_tail_lies_over_a_faint_past():
    axes = trailing(5).plot(plt.figure().add_subplot())
    past, tail = axes.lines[:2]
    assert (len(past.get_xdata()), len(tail.get_xdata())) == (25, 6)
    assert past.get_alpha() < 1
    assert [line.get_label() for line in (past, tail)] == ["_", "Momentum 0.01"]


# A population


def test_each_of_a_population_shows_where_it_came_from_and_nothing_before(swarm):
    scene = compare("bowl", paths=[swarm], steps=8, **SMALL).scene
    for track, points in zip(scene.main.tracks, np.moveaxis(CROWD, 0, 1), strict=True):
        assert track.lasting.gap.all()
        step = scene.main.view.project(points[7 - MEMBERS_TRAIL : 8])
        np.testing.assert_allclose(track.tail(7.0).vertices[:-1], step)


def test_a_population_may_have_longer_tails_or_all_of_its_lines(swarm):
    longer = compare("bowl", paths=[swarm], steps=8, trail=4, **SMALL).scene.main.tracks[0]
    assert longer.tail(8.0).knots[0] == 4
    for trail in (0, "full"):
        whole = compare("bowl", paths=[swarm], steps=8, trail=trail, **SMALL).scene.main.tracks[0]
        assert not whole.lasting.gap.any()


def test_in_ones_own_axes_a_population_has_no_lines_but_its_tails(swarm):
    axes = compare("bowl", paths=[swarm], steps=8, **SMALL).plot(plt.figure().add_subplot())
    drawn = [line for line in axes.lines if line.get_linestyle() == "-"]
    assert [len(line.get_xdata()) for line in drawn] == [1 + MEMBERS_TRAIL] * 6


# What is refused


def test_a_trail_below_none_and_one_of_basins_are_refused():
    for trail in (-1, 2.5):
        with pytest.raises(TrajvizError, match=f"trail {trail} is no whole number of steps, 0 be"):
            Look(trail=trail)
    with pytest.raises(TrajvizError, match="'long' is neither a whole number of steps nor 'full'"):
        compare("bowl", ["sgd:lr=0.1"], trail="long")
    with pytest.raises(TrajvizError, match="view 'basins' starts at every pixel: it takes no trai"):
        compare("bowl", ["sgd:lr=0.1"], view="basins", trail=3)
