"""The view of basins: what a pixel shows, that each changes once, and what stands around it."""

import functools

import numpy as np
import pytest
from pictures import decoded_gif, psnr
from programs import trajviz

from trajviz.animation import still
from trajviz.descent.basins import DIVERGED, ELSEWHERE, Basins
from trajviz.errors import TrajvizError
from trajviz.race import compare, run
from trajviz.recipe.toml import load_recipe
from trajviz.scene.color import mix
from trajviz.scene.language import load_language
from trajviz.scene.marks import Box
from trajviz.scene.scene import compose
from trajviz.scene.theme import load_theme
from trajviz.scene.views.basins import (
    BasinsView,
    cell_of,
    chips_of_places,
    neutral,
    span_of,
    starts_of,
)
from trajviz.surface import Window

SMALL = {"size": (320, 240), "steps": 40, "seconds": 0.4, "hold": 0, "view": "basins"}
THREE = ("sgd:lr=0.01", "momentum:lr=0.005", "adam:lr=0.3")
LIGHT = load_theme("light"), load_language("en")


@functools.cache
def himmelblau():
    return compare("himmelblau", THREE, **SMALL)


def texts(race):
    return [getattr(mark, "text", "") for mark in race.scene.marks]


def test_an_unbounded_surface_has_no_minima_and_is_drawn_all_the_same():
    race = compare("saddle", ["sgd:lr=0.01"], **SMALL)
    assert "elsewhere" in texts(race)
    view = race.scene.main.view
    assert (view.picture(40) == neutral(view.theme)).all()


@pytest.mark.long
def test_there_is_a_panel_for_each_optimizer_with_its_name_and_rate():
    race = himmelblau()
    assert [type(plot.view) for plot in race.scene.plots] == [BasinsView] * 3
    assert all(any(name in text for text in texts(race)) for name in ("SGD 0.01", "Momentum 0.005"))
    assert all(plot.box.width < 110 for plot in race.scene.plots)


@pytest.mark.long
def test_the_key_has_the_minima_and_only_what_else_there_is():
    whole = {**SMALL, "size": (640, 480), "steps": 200, "aspect": "fill"}  # nobody diverges there
    told = texts(compare("himmelblau", THREE[:1], **whole))
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


def drawn(reached, arrival, span=(1, 100), theme="light", cell=1):
    """Return the view of such basins, rows of starts, and its colours."""
    basins = Basins(np.array(reached, dtype=np.uint8), np.array(arrival, dtype=np.int32))
    height, width = basins.reached.shape
    box = Box(0, 0, width * cell, height * cell)
    view = BasinsView(basins, Window(0, 1, 0, 1), box, cell, span, load_theme(theme))
    return view, view.reveal.colors


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_colour_fades_on_a_logarithmic_scale_between_the_ends_of_the_span(theme):
    view, colors = drawn([[2] * 7], [[0, 4, 5, 20, 80, 90, 1000]], (5, 80), theme)
    pure, grey = view.theme.track(2), neutral(view.theme)
    for color, share in zip(colors[0].tolist(), [0, 0, 0, 0.5, 1, 1, 1], strict=True):
        shade = round(15 * share) / 15  # one of sixteen
        np.testing.assert_allclose(color, mix(pure, grey, 0.72 * shade), atol=1)


def test_what_arrives_nowhere_is_neutral_and_what_overflows_is_striped():
    view, colors = drawn([[ELSEWHERE] * 9, *[[DIVERGED] * 9] * 8], [[7] * 9] * 9)
    theme = view.theme
    assert set(map(tuple, colors[0].tolist())) == {neutral(theme)}
    assert neutral(theme) == mix(theme.background, theme.muted, 0.2)
    dark = mix(theme.background, theme.ink, 0.55)
    striped = np.array([[(x + y) // 3 % 2 == 0 for x in range(9)] for y in range(1, 9)])
    np.testing.assert_array_equal((colors[1:] == dark).all(axis=2), striped)
    np.testing.assert_array_equal((colors[1:] == neutral(theme)).all(axis=2), ~striped)


def test_the_span_leaves_out_one_in_twenty_at_each_end_and_all_that_never_arrive():
    steps = np.arange(1, 101, dtype=np.int32).reshape(10, 10)
    some = Basins(np.zeros((10, 10), dtype=np.uint8), steps)
    lost = Basins(np.full((10, 10), DIVERGED, dtype=np.uint8), steps * 1000)
    there = Basins(np.zeros((10, 10), dtype=np.uint8), steps * 0)
    assert span_of([some]) == (5, 95)
    assert span_of([lost, some, there]) == (5, 95)
    assert span_of([some, Basins(some.reached, steps + 100)]) == (10, 190)
    assert span_of([lost, there]) == (1, 1)
    fast = Basins(np.zeros((1, 3), dtype=np.uint8), np.array([[0, 1, 1]], dtype=np.int32))
    assert span_of([fast]) == (1, 1)


def test_all_that_arrives_at_once_has_its_pure_colour():
    view, colors = drawn([[1, 1]], [[1, 0]], (1, 1))
    assert set(map(tuple, colors[0].tolist())) == {view.theme.track(1)}


@pytest.mark.long
def test_the_caption_says_between_which_steps_colours_fade():
    race = himmelblau()
    low, high = race.scene.main.view.span
    assert low < high
    assert span_of([plot.view.basins for plot in race.scene.plots]) == (low, high)
    wide = compare("himmelblau", THREE[:1], **{**SMALL, "size": (640, 480)})
    low, high = wide.scene.main.view.span
    assert f"strong colour: {low} steps, weak: {high}, learning rates as given" in texts(wide)


def test_where_nothing_arrives_the_caption_is_silent_about_colours():
    race = compare("beale", ["sgd:lr=1e-9"], **{**SMALL, "steps": 2})
    assert race.scene.words.caption == "learning rates as given"


def test_progress_counts_the_starts_of_all_plots_once():
    told = []
    compose(himmelblau().outcome, lambda *numbers: told.append(numbers))
    done, totals = zip(*told, strict=True)
    views = [plot.view for plot in himmelblau().scene.plots]
    starts = sum(view.basins.reached.size for view in views)
    assert set(totals) == {starts}
    assert sorted(set(done)) == [*done]
    assert done[-1] == starts
    first = views[0].basins.reached.size
    assert first in done


@pytest.mark.long
@pytest.mark.parametrize(("size", "radius"), [((320, 240), 4.76), ((1280, 960), 13.6)])
def test_stars_are_somewhat_smaller_than_those_of_other_views(size, radius):
    race = compare("himmelblau", THREE[:1], **{**SMALL, "size": size, "steps": 2})
    star = np.array(race.scene.main.foreground[0].corners)
    assert star.mean(axis=0)[1] - star[:, 1].min() == pytest.approx(radius, rel=0.02)
    (x, y) = star.mean(axis=0)
    np.testing.assert_allclose(race.scene.main.view.project(np.array([3.0, 2.0])), (x, y), atol=1)


def test_a_minimum_is_named_to_three_digits_and_zero_without_a_sign():
    minima = np.array([[-2.80512, 3.13131], [1234.5, -1e-5]])
    names = [chip.name for chip in chips_of_places(minima, *LIGHT, set())]
    assert names == ["(\N{MINUS SIGN}2.81, 3.13)", "(1.23e+03, 0)"]
    rest = chips_of_places(minima[:0], *LIGHT, {DIVERGED, ELSEWHERE})
    assert [(chip.name, chip.style) for chip in rest] == [("elsewhere", 0), ("diverged", 2)]


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
    expected = dict(zip(place.tolist(), plot.reveal.arrival.ravel().tolist(), strict=True))
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


@pytest.mark.long
@pytest.mark.parametrize("suffix", ["svg", "pdf"])
def test_vector_files_hold_the_basins_of_their_step(suffix, tmp_path):
    race = himmelblau()
    early, late = (race.save(tmp_path / f"{at}.{suffix}", at=at).read_bytes() for at in (1, 40))
    assert early != late


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"panels": ["loss"]}, "panels"),
        ({"starts": "3x3"}, "starts"),
        ({"orbit": 90}, "orbit turns a relief"),
        ({"clock": "evaluations"}, "clock 'evaluations' takes no view 'basins': they go by steps"),
    ],
)
def test_what_basins_cannot_be_combined_with_is_refused(options, what):
    with pytest.raises(TrajvizError, match=what):
        compare("himmelblau", ["sgd:lr=0.01"], view="basins", **options)


@pytest.mark.long
def test_a_saved_recipe_of_basins_gives_the_same_bytes(tmp_path):
    race = compare("beale", ["sgd", "adam"], **SMALL)
    path = race.save_recipe(tmp_path / "basins.toml")
    assert run(load_recipe(path)).to_bytes("gif") == race.to_bytes("gif")


@pytest.mark.long
def test_the_command_line_draws_basins_and_refuses_what_they_cannot_show(tmp_path):
    out = tmp_path / "b.png"
    words = ("render", "bowl", "sgd:lr=0.1", "--view", "basins", "--size", "320x240", "-o", out)
    wrong = trajviz(*words, "--panel", "loss")
    assert wrong.returncode == 2
    assert wrong.stderr == "Error: view 'basins' starts at every pixel: it takes no panels\n"
    assert not out.exists()
    assert trajviz(*words).returncode == 0
    assert out.exists()
