"""Basins: each pixel is what a run from it finds, whatever is computed together; and they grow."""

import functools
import itertools

import numpy as np
import pytest
from pictures import decoded_gif, psnr
from programs import trajviz
from races import descents

from trajviz.animation import still
from trajviz.descent import basins as module
from trajviz.descent import no_progress
from trajviz.descent.basins import (
    DIVERGED,
    ELSEWHERE,
    Basins,
    find_basins,
    lattice,
    minima_of,
)
from trajviz.descent.noise import CUSTOMARY
from trajviz.errors import TrajvizError
from trajviz.optimizers import Optimizer
from trajviz.race import compare, run
from trajviz.recipe.spec import Spec
from trajviz.recipe.toml import load_recipe
from trajviz.scene.marks import Box
from trajviz.scene.theme import load_theme
from trajviz.scene.views.basins import BasinsView, cell_of, neutral, starts_of
from trajviz.surface import Surface, Window

SMALL = {"size": (320, 240), "steps": 40, "seconds": 0.4, "hold": 0, "view": "basins"}
NEAR = 0.02
"""How near to a minimum counts as there, in window widths: as the room states it, by hand."""
THREE = ("sgd:lr=0.01", "momentum:lr=0.005", "adam:lr=0.3")


@functools.cache
def himmelblau():
    return compare("himmelblau", THREE, **SMALL)


def found(race, trajectory, starts, steps=40, progress=no_progress):
    minima = minima_of(race.surface, race.trajectories, steps, race.window, race.outcome.noise)
    return find_basins(
        race.surface, trajectory, starts, steps, minima, race.window, race.outcome.noise, progress
    )


def texts(race):
    return [getattr(mark, "text", "") for mark in race.scene.marks]


# What is found


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_start_is_classified_as_a_run_from_it_alone_ends(place):
    race = himmelblau()
    starts = lattice(race.window, 9, 7)
    basins = found(race, race.trajectories[place], starts)
    minima = np.array(race.surface.minima)
    for index in np.ndindex(7, 9):
        (alone,) = compare("himmelblau", [THREE[place]], start=starts[index], steps=40).trajectories
        offset = (alone.points[:, None] - minima) / race.window.extent
        near = np.hypot(*np.moveaxis(offset, -1, 0)) < NEAR
        if not near[-1].any():
            assert basins.reached[index] == ELSEWHERE
            continue
        assert basins.reached[index] == np.argmax(near[-1])
        away = np.flatnonzero(~near[:, np.argmax(near[-1])])
        assert basins.arrival[index] == (away[-1] + 1 if len(away) else 0)


def test_on_a_bowl_every_run_arrives_when_its_distance_says():
    race = compare("x**2 + y**2", ["sgd:lr=0.25"], start=(1, 1), window=(-1, 1, -1, 1))
    basins = found(race, race.trajectories[0], lattice(race.window, 8, 8))
    # Each step halves the distance; the window is 2 wide, and what is found lies at 0 to rounding.
    distance = np.hypot(*np.moveaxis(lattice(race.window, 8, 8), -1, 0)) / 2
    assert (basins.reached == 0).all()
    expected = np.ceil(np.log2(distance / NEAR))
    np.testing.assert_array_equal(basins.arrival, expected)


def test_runs_that_overflow_are_told_from_those_that_go_astray():
    race = compare("x**4 + y**2", ["sgd:lr=0.1"], start=(1, 1), window=(-9, 9, -9, 9))
    basins = found(race, race.trajectories[0], lattice(race.window, 3, 1), steps=200)
    assert basins.reached.tolist() == [[DIVERGED, 0, DIVERGED]]
    assert 0 < basins.arrival[0, 0] < 20


@pytest.mark.parametrize("chunk", [1, 7, 10_000])
def test_it_makes_no_difference_what_is_computed_together(chunk, monkeypatch):
    race = himmelblau()
    starts = lattice(race.window, 8, 6)
    whole = found(race, race.trajectories[1], starts, steps=20)
    monkeypatch.setattr(module, "_CHUNK", chunk)
    parts = found(race, race.trajectories[1], starts, steps=20)
    np.testing.assert_array_equal(parts.reached, whole.reached)
    np.testing.assert_array_equal(parts.arrival, whole.arrival)


def test_progress_is_told_up_to_the_end():
    race, told = himmelblau(), []
    found(race, race.trajectories[0], lattice(race.window, 100, 90), 2, lambda *p: told.append(p))
    assert told == [(4096, 9000), (8192, 9000), (9000, 9000)]


def test_minima_that_nobody_stated_are_found_where_runs_come_to_rest():
    race = compare("(x**2 - 1)**2 + y**2", ["sgd:lr=0.1"], start=(0.5, 1), window=(-2, 2, -2, 2))
    minima = minima_of(race.surface, race.trajectories, 200, race.window, race.outcome.noise)
    np.testing.assert_allclose(sorted(minima.tolist()), [[-1, 0], [1, 0]], atol=1e-6)


def test_further_places_of_rest_stand_behind_the_stated_minima():
    race = compare("peaks", ["sgd:lr=0.05"], steps=200)
    minima = minima_of(race.surface, race.trajectories, 200, race.window, race.outcome.noise)
    np.testing.assert_array_equal(minima[0], race.surface.minima[0])
    assert len(minima) == 3
    np.testing.assert_allclose(race.surface.gradient(minima), 0, atol=0.01)


def test_a_plain_on_which_runs_stay_where_they_start_is_no_minimum():
    window = (-9, 9, -9, 9)
    optimizers = ["sgd:lr=0.4", "nag:lr=0.1", "momentum:lr=0.1"]  # who start at the same places
    race = compare("(-exp(-x**2 - y**2))", optimizers, start=(1, 1), window=window)
    minima = minima_of(race.surface, race.trajectories, 200, race.window, race.outcome.noise)
    np.testing.assert_allclose(minima, [[0, 0]], atol=1e-6)


def test_a_cycle_of_two_steps_is_no_place_of_rest():
    race = compare("x**2 + y**2", ["sgd:lr=1"], start=(1, 1), window=(-2, 2, -2, 2))
    minima = minima_of(race.surface, race.trajectories, 40, race.window, race.outcome.noise)
    assert minima.shape == (0, 2)


FLAT = Surface(lambda x, y: 0 * x * y, (0, 1, 0, 1), (0.5, 0.5))


def found_by(rule, steps):
    (one,) = descents(FLAT, Spec(Optimizer("own", rule, {}), {}, "own"), steps=steps)
    return minima_of(FLAT, [one], steps, FLAT.window, CUSTOMARY)


def rest_places(runs, travel, wobble=0.0, steps=20):
    """Return what is found on a unit square where so many runs end together, and all others stay.

    They come down by `travel`, and their last three points differ by `wobble` along x, by far more
    before that.
    """

    def guided(_gradient, w):
        chosen = np.arange(w.size // 2).reshape(w.shape[:-1]) < runs
        # The lattice has 32 columns and 24 rows, the topmost first; the target is below the second.
        x, y = 1.5 / 32, 1 - 0.5 / 24 - travel
        for step in itertools.count(1):
            late = step >= steps - max(2, steps // 10)
            swing = (wobble if late else 0.03) * (step % 2)
            yield np.where(chosen[..., None], [x + swing, y], w)

    return found_by(guided, steps).tolist()


def test_where_two_minima_are_near_the_nearer_one_is_reached():
    def stay(_gradient, w):
        while True:
            yield w

    (one,) = descents(FLAT, Spec(Optimizer("stay", stay, {}), {}, "stay"), steps=1)
    starts = np.array([[[0.497, 0.5], [0.504, 0.5], [0.506, 0.5], [0.513, 0.5], [0.5, 0.53]]])
    for minima, places in (([0.5, 0.51], [0, 0, 1, 1, 255]), ([0.51, 0.5], [1, 1, 0, 0, 255])):
        points = np.array([[x, 0.5] for x in minima])
        basins = find_basins(
            FLAT, one, starts, 1, points, FLAT.window, CUSTOMARY, no_progress
        )  # fmt: skip
        assert basins.reached.tolist() == [places]


def test_places_of_rest_are_looked_for_from_the_centres_of_32_by_24_cells():
    seen = []

    def watched(_gradient, w):
        seen.append(w.tolist())
        while True:
            yield w

    found_by(watched, steps=1)
    assert seen == [[0.5, 0.5], lattice(FLAT.window, 32, 24).reshape(-1, 2).tolist()]


def test_three_runs_that_end_together_make_a_place_of_rest_and_two_do_not():
    assert rest_places(2, travel=0.5) == []
    (place,) = rest_places(3, travel=0.5)
    assert place == pytest.approx([1.5 / 32, 0.5 - 0.5 / 24])


def test_a_run_that_ends_within_two_tolerances_of_its_start_has_not_travelled():
    assert rest_places(3, travel=0.039) == []
    assert len(rest_places(3, travel=0.041)) == 1


@pytest.mark.parametrize("steps", [3, 20, 60])
def test_a_run_rests_whose_last_tenth_moves_less_than_a_twentieth_of_the_tolerance(steps):
    assert rest_places(3, travel=0.5, wobble=0.0011, steps=steps) == []
    assert len(rest_places(3, travel=0.5, wobble=0.0009, steps=steps)) == 1


def test_more_minima_than_colours_can_tell_apart_are_not_told_apart():
    race = compare("rastrigin", ["sgd:lr=0.002"], steps=40)
    minima = minima_of(race.surface, race.trajectories, 100, race.window, race.outcome.noise)
    assert minima.shape == (8, 2)
    nine = tuple((k / 10, 0.0) for k in range(9))
    many = Surface(lambda x, y: x * x + y * y, (-1, 1, -1, 1), (0.5, 0.5), minima=nine)
    (one,) = descents(many, "sgd:lr=0.1", steps=2)
    found = minima_of(many, [one], 2, many.window, CUSTOMARY)
    assert found.tolist() == [list(point) for point in nine[:8]]


def test_stated_minima_outside_the_window_are_left_out():
    race = compare("himmelblau", THREE[:1], window=(0, 5, 0, 5), start=(1, 1), steps=40)
    minima = minima_of(race.surface, race.trajectories, 40, race.window, race.outcome.noise)
    assert minima.tolist() == [[3, 2]]


def test_an_unbounded_surface_has_no_minima_and_is_drawn_all_the_same():
    race = compare("saddle", ["sgd:lr=0.01"], **SMALL)
    assert "elsewhere" in texts(race)
    view = race.scene.main.view
    assert (view.picture(40) == neutral(view.theme)).all()


# How it is drawn


def test_there_is_a_panel_for_each_optimizer_with_its_name_and_rate():
    race = himmelblau()
    assert [type(plot.view) for plot in race.scene.plots] == [BasinsView] * 3
    assert all(any(name in text for text in texts(race)) for name in ("SGD 0.01", "Momentum 0.005"))
    assert all(plot.box.width < 110 for plot in race.scene.plots)


def test_the_key_has_the_minima_and_only_what_else_there_is():
    told = texts(compare("himmelblau", THREE[:1], **SMALL))
    assert "(3, 2)" in told
    assert "(\N{MINUS SIGN}2.81, 3.13)" in told
    assert "diverged" not in told
    wild = texts(
        compare("x**4 + y**2", ["sgd:lr=0.1"], start=(1, 1), window=(-9, 9, -9, 9), **SMALL)
    )
    assert "diverged" in wild


def test_a_start_is_the_middle_of_its_square_of_pixels():
    box, window = Box(10, 20, 22, 29), Window(0, 12, 0, 9)
    for cell, shape in ((1, (9, 12)), (2, (5, 6))):
        starts = starts_of(window, box, cell)
        assert starts.shape == (*shape, 2)
        np.testing.assert_allclose(starts[0, 0], [cell / 2, 9 - cell / 2])
        np.testing.assert_allclose(starts[1, 1], [1.5 * cell, 9 - 1.5 * cell])


@pytest.mark.parametrize(("width", "height"), [(320, 240), (640, 480), (3840, 2160), (1, 230_401)])
@pytest.mark.parametrize("panels", [1, 3, 5])
def test_there_are_never_more_starts_than_bounded(width, height, panels):
    def starts(cell):
        return panels * -(-width // cell) * -(-height // cell)

    cell = cell_of([Box(0, 0, width, height)] * panels)
    assert starts(cell) <= 3 * 320 * 240
    assert cell == 1 or starts(cell - 1) > 3 * 320 * 240


def test_a_large_picture_has_squares_of_pixels_cut_at_the_edge():
    box, window = Box(0, 0, 5, 3), Window(0, 1, 0, 1)
    basins = Basins(np.array([[0, 1, 0], [1, 0, 1]], dtype=np.uint8), np.zeros((2, 3), np.int32))
    view = BasinsView(basins, window, box, 2, (1, 9), load_theme("light"))
    mine = (view.picture(0) == view.theme.track(1)).all(axis=2)
    assert mine.astype(int).tolist() == [[0, 0, 1, 1, 0], [0, 0, 1, 1, 0], [1, 1, 0, 0, 1]]


def test_pixels_have_the_colour_of_the_minimum_below_them():
    view = himmelblau().scene.main.view
    for place, minimum in enumerate(himmelblau().surface.minima):
        x, y = (view.project(np.array(minimum)) - view.box[:2]).astype(int)
        assert tuple(view.picture(40)[y, x]) == view.theme.track(place)


def test_fewer_steps_are_a_stronger_colour():
    view = himmelblau().scene.main.view
    own = np.array(view.theme.track(1), dtype=int)
    mine = view.basins.reached == 1
    distance = np.abs(view.picture(40).astype(int) - own).sum(axis=2)[mine]
    arrival = view.basins.arrival[mine]
    order = np.argsort(arrival, kind="stable")
    assert (np.diff(distance[order]) >= 0).all()
    assert distance.max() > 100


def test_a_pixel_changes_once_at_most_when_its_run_arrives():
    race = himmelblau()
    plot = race.scene.main
    pixels = np.arange(320 * 240).reshape(240, 320)
    place = pixels[plot.box.y0 : plot.box.y1, plot.box.x0 : plot.box.x1].ravel()
    expected = dict(zip(place.tolist(), plot.view.arrival.ravel().tolist(), strict=True))
    seen = set()
    steps = race.animation.positions
    for number, change in enumerate(race.animation.changes(), 1):
        for pixel in expected.keys() & set(change.pixels.tolist()):
            assert pixel not in seen
            assert steps[number - 1] < expected[pixel] <= steps[number]
            seen.add(pixel)
    assert len(seen) > len(expected) / 3


@pytest.mark.parametrize("step", [0, 13, 40])
def test_a_frame_is_the_picture_of_its_step_below_the_stars(step):
    scene = himmelblau().scene
    for plot in scene.plots:
        box = plot.box
        shown = still(scene, step)[box.y0 : box.y1, box.x0 : box.x1]
        stars = np.array([corner for star in plot.foreground for corner in star.corners])
        away = np.ones(shown.shape[:2], dtype=bool)
        for x, y in stars.reshape(-1, 10, 2).mean(axis=1) - box[:2]:
            away[max(0, int(y) - 12) : int(y) + 12, max(0, int(x) - 12) : int(x) + 12] = False
        np.testing.assert_array_equal(shown[away], plot.view.picture(step)[away])


def test_the_last_frame_of_basins_is_the_still():
    *_, last = himmelblau().frames()
    np.testing.assert_array_equal(last, still(himmelblau().scene, 40))


def test_a_gif_shows_basins_as_they_were_drawn():
    frames = list(himmelblau().frames())
    shown, _ = decoded_gif(himmelblau().to_bytes("gif"))
    assert np.abs(shown[0].astype(int) - frames[0]).max() < 8
    assert psnr(shown[-1], frames[-1]) > 48


@pytest.mark.parametrize("suffix", ["svg", "pdf"])
def test_vector_files_hold_the_basins_of_their_step(suffix, tmp_path):
    race = compare("himmelblau", THREE[:1], **{**SMALL, "size": (160, 120)})
    early, late = (race.save(tmp_path / f"{at}.{suffix}", at=at).read_bytes() for at in (1, 40))
    assert early != late


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"panels": ["loss"]}, "panels"),
        ({"starts": "3x3"}, "starts"),
        ({"orbit": 90}, "orbit turns a relief"),
    ],
)
def test_what_basins_cannot_be_combined_with_is_refused(options, what):
    with pytest.raises(TrajvizError, match=what):
        compare("himmelblau", ["sgd:lr=0.01"], view="basins", **options)


def test_a_saved_recipe_of_basins_gives_the_same_bytes(tmp_path):
    race = compare("beale", ["sgd", "adam"], **SMALL)
    path = race.save_recipe(tmp_path / "basins.toml")
    assert run(load_recipe(path)).to_bytes("gif") == race.to_bytes("gif")


def test_the_command_line_draws_basins_and_refuses_what_they_cannot_show(tmp_path):
    out = tmp_path / "b.png"
    words = ("render", "bowl", "sgd:lr=0.1", "--view", "basins", "--size", "320x240", "-o", out)
    wrong = trajviz(*words, "--panel", "loss")
    assert wrong.returncode == 2
    assert wrong.stderr == "Error: view 'basins' starts at every pixel: it takes no panels\n"
    assert not out.exists()
    assert trajviz(*words).returncode == 0
    assert out.exists()
