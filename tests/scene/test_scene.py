"""What is composed: projection, colours, words, themes, and the same scene as vectors."""

import functools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pictures import ink
from races import SEVEN, race

from trajviz.errors import TrajvizError
from trajviz.race import compare
from trajviz.recipe.recipe import LARGEST, SMALLEST, Look
from trajviz.scene.marks import Dot, Text
from trajviz.scene.themes import theme_names

SMALL = {"size": (320, 240), "steps": 30}


def words(scene):
    return [mark.text for mark in scene.marks if isinstance(mark, Text)]


# Projection


def corners(scene):
    window = scene.main.view.window
    return np.array([[window.x0, window.y0], [window.x1, window.y1]])


@pytest.mark.parametrize("size", [(160, 120), (640, 480), (1080, 1080)])
def test_the_windows_corners_are_the_plots_corners(size):
    scene = race("beale", size=size).scene
    plot = scene.main.box
    expected = [[plot.x0, plot.y1], [plot.x1, plot.y0]]
    np.testing.assert_allclose(scene.main.view.project(corners(scene)), expected, rtol=0, atol=1e-9)


def test_the_middle_of_the_window_is_the_middle_of_the_plot():
    scene = race("beale").scene
    middle = scene.main.view.project(corners(scene).mean(axis=0))
    plot = scene.main.box
    np.testing.assert_allclose(middle, [(plot.x0 + plot.x1) / 2, (plot.y0 + plot.y1) / 2])


@given(st.floats(0, 640), st.floats(0, 480))
def test_unprojecting_undoes_projecting(x, y):
    view = race("bowl").scene.main.view
    point = np.stack(view.unproject(np.array(x), np.array(y)))
    np.testing.assert_allclose(view.project(point), [x, y], atol=1e-9)


def test_a_point_that_is_all_but_infinite_projects_in_its_direction_to_a_finite_place():
    view = race("bowl").scene.main.view
    x, y = view.project(np.array([[1e308, 1e308], [-1e308, -1e308]])).T
    assert np.isfinite([x, y]).all()
    assert (np.sign(x), np.sign(y)) == (pytest.approx([1, -1]), pytest.approx([-1, 1]))


def test_a_track_has_one_vertex_for_each_step_where_its_points_project_to():
    one = race("beale", SEVEN, **SMALL)
    for track, trajectory in zip(one.scene.main.tracks, one.trajectories, strict=True):
        assert track.vertices.shape == (31, 2)
        np.testing.assert_array_equal(
            track.vertices, one.scene.main.view.project(trajectory.points)
        )
        assert track.label == trajectory.label


def test_a_track_glides_between_its_vertices_and_stays_at_its_end():
    track = race("beale", ("sgd",), **SMALL).scene.main.tracks[0]
    a, b = track.vertices[3], track.vertices[4]
    found = track.at(np.array([3, 3.25, 4, 30, 99]))
    expected = [a, 0.75 * a + 0.25 * b, b, track.vertices[-1], track.vertices[-1]]
    np.testing.assert_allclose(found, expected)


def test_a_track_until_a_step_ends_where_its_head_is():
    track = race("beale", ("sgd",), **SMALL).scene.main.tracks[0]
    np.testing.assert_array_equal(track.line.until(2.5).vertices[:3], track.vertices[:3])
    np.testing.assert_array_equal(track.line.until(2.5).vertices[-1], track.at(np.array([2.5]))[0])
    np.testing.assert_array_equal(track.line.until(0).vertices, [track.vertices[0]] * 2)


# The window and what stands in it


def test_a_start_outside_the_window_widens_it_and_is_seen():
    wide = compare("bowl", ["sgd:lr=0.1"], start=(-12, 2), **SMALL)
    assert wide.window == pytest.approx((-13.1, 10, -3, 3))
    x, y = wide.scene.main.tracks[0].vertices[0]
    plot = wide.scene.main.box
    assert plot.x0 < x < plot.x1
    assert plot.y0 < y < plot.y1


def test_a_start_inside_leaves_the_window_as_it_is():
    surface = race("bowl").surface
    assert compare("bowl", ["sgd:lr=0.1"], start=(10, 3), **SMALL).window == surface.window
    assert compare("bowl", ["sgd"], window=(-9, 1, 0, 3), **SMALL).window == (-9, 1, 0, 3)


def test_stars_stand_at_the_known_minima_and_a_square_at_the_start():
    one = race("himmelblau", ("sgd",))
    *stars, square = one.scene.main.foreground
    minima = one.scene.main.view.project(np.array(one.surface.minima))
    centers = [np.mean(star.corners, axis=0) for star in stars]
    np.testing.assert_allclose(centers, minima, atol=1e-9)
    start = one.scene.main.view.project(np.array(one.start))
    np.testing.assert_allclose(np.mean(square.corners, axis=0), start, atol=1e-9)
    assert {star.fill for star in stars} == {one.scene.theme.star}


def test_a_minimum_outside_the_window_has_no_star():
    scene = compare("himmelblau", ["sgd"], window=(-1, 4, -1, 3), **SMALL).scene
    assert len(scene.main.foreground) == 2


def test_the_background_outside_the_plot_is_the_themes_where_no_ink_is():
    scene = race("beale").scene
    for corner in [(0, 0), (0, -1), (-1, 0), (-1, -1)]:
        assert tuple(scene.background[corner]) == scene.theme.background


@pytest.mark.parametrize("theme", theme_names())
def test_the_bottom_of_a_surface_is_shaded_low_and_its_walls_high(theme):
    one = race("bowl", theme=theme)
    x, y = one.scene.main.view.project(np.array([0.3, 0.1])).astype(int)
    assert tuple(one.scene.background[y, x]) == one.scene.theme.shades[0]
    plot = one.scene.main.box
    corner = one.scene.background[plot.y0 : plot.y0 + 4, plot.x0 : plot.x0 + 4]
    assert (corner == one.scene.theme.shades[-1]).all(axis=-1).any()  # beside a level line


def test_a_mirrored_surface_has_a_mirrored_picture():
    one = race("bowl")  # W**2 and b**2: the same left and right, up and down
    plot = one.scene.main.box
    inner = one.scene.background[plot.y0 : plot.y1, plot.x0 : plot.x1].astype(int)
    assert np.mean(np.abs(inner - inner[:, ::-1]) > 8) < 1e-3
    assert np.mean(np.abs(inner - inner[::-1]) > 8) < 1e-3


# Words


@functools.cache
def diverging():
    return compare("rosenbrock", ["sgd:lr=0.1", "adam:lr=0.01"], steps=30)


def test_a_diverged_track_says_so_in_the_key_in_place_of_its_rate():
    one = diverging()
    step = one.trajectories[0].diverged_at
    assert step is not None
    seen = words(one.scene)
    assert seen[seen.index("SGD") + 1] == f"diverged at step {step}"
    assert seen[seen.index("Adam") + 1] == "0.01"


@pytest.mark.parametrize(
    ("optimizers", "caption"),
    [
        (["sgd:lr=0.1", "adam:lr=0.1"], "learning rates as given"),
        (["sgd", "adam"], "learning rates tuned, one rule for all"),
        (
            ["sgd:lr=0.1", "adam", "nag:lr=0.1,label=mine"],
            "learning rates tuned by one rule, but given for sgd, mine",
        ),
        (["barzilai-borwein"], "learning rates by default"),
        (
            ["barzilai-borwein", "sgd:lr=0.1"],
            "learning rates given, but the default for barzilai-borwein",
        ),
        (
            ["barzilai-borwein", "sgd:lr=0.1", "adam"],
            "learning rates tuned by one rule, but given for sgd and the default for "
            "barzilai-borwein",
        ),
        (["newton", "sgd:lr=0.1"], "learning rates as given"),
        (["newton:lr=0.5", "adam"], "learning rates tuned by one rule, but given for newton"),
        (["scipy.BFGS", "adam"], "learning rates tuned by one rule"),
    ],
)
def test_the_caption_says_how_the_rates_were_chosen(optimizers, caption):
    assert caption in words(compare("bowl", optimizers, steps=20).scene)


def test_the_caption_says_nothing_of_rates_where_there_are_none():
    without = ["newton", "backtracking", "scipy.BFGS"]
    assert compare("bowl", without, steps=5).scene.words.caption == ""
    assert compare("bowl", without, steps=5, lr="default").scene.words.caption == ""
    race = compare("bowl", ["newton", "sgd"], steps=5, lr="equal:0.1")
    assert race.scene.words.caption == "learning rates equal"


def test_the_key_names_rates_as_given_and_tuned_ones_in_full():
    one = compare("bowl", ["sgd:lr=0.12345", "adam", "adam:lr=0.5,beta1=0.8"], steps=20)
    seen = words(one.scene)
    tuned = one.trajectories[1].settings["lr"]
    assert seen[seen.index("SGD") + 1] == "0.12345"
    assert float(seen[seen.index("Adam") + 1]) == tuned
    assert seen[seen.index("Adam beta1=0.8") + 1] == "0.5"


def test_the_key_says_once_how_a_rate_falls():
    optimizers = ["sgd:lr=0.1", "sgd:lr=0.1,decay=cosine", "sgd:lr=0.1,decay=step,every=9"]
    seen = words(compare("bowl", optimizers, steps=20).scene)
    assert seen.count("SGD") == 3
    assert {"0.1", "0.1 cosine", "0.1 step 0.5 every 9"} <= set(seen)


def test_title_and_axes_of_the_user_replace_the_surfaces():
    one = compare("bowl", ["sgd"], title="My own", axes=("p", "q"), **SMALL)
    assert {"My own", "p", "q"} <= set(words(one.scene))
    assert {"Elongated bowl", "W", "b"}.isdisjoint(words(one.scene))


def test_text_is_drawn_where_its_mark_says():
    scene = race("beale").scene
    title = max((m for m in scene.marks if isinstance(m, Text)), key=lambda text: text.size)
    box = ink(title)
    inside = scene.background[box.y0 : box.y1, box.x0 : box.x1].reshape(-1, 3)
    assert scene.theme.ink in set(map(tuple, inside.tolist()))
    frame = scene.background[box.y0 - 1 : box.y1 + 1, box.x0 - 1 : box.x1 + 1].copy()
    frame[1:-1, 1:-1] = scene.theme.background
    assert (frame == scene.theme.background).all()


@pytest.mark.parametrize("size", [(159, 120), (160, 119), (3841, 2160), (3840, 2161), (-640, 480)])
def test_a_size_that_cannot_be_drawn_is_refused(size):
    with pytest.raises(TrajvizError, match=f"size {size[0]}x{size[1]} is not from 160x120"):
        Look(size)


@pytest.mark.parametrize("size", [SMALLEST, LARGEST])
def test_the_smallest_and_the_largest_size_are_allowed(size):
    assert Look(size).size == size


# Colours


def test_tracks_take_the_themes_colours_in_order_and_the_users_where_given():
    one = compare("bowl", ["sgd", "adam:color=#d0509f", "nag", "momentum:color=teal"], **SMALL)
    theme = one.scene.theme
    expected = [theme.tracks[0], (0xD0, 0x50, 0x9F), theme.tracks[2], (0, 128, 128)]
    assert [track.color for track in one.scene.main.tracks] == expected
    assert [mark.color for mark in one.scene.marks if isinstance(mark, Dot)] == expected
