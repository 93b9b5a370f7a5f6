"""Many starts: where they lie, that one run serves them all, how they are drawn and written."""

import csv
import dataclasses
import io
import json

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from pictures import psnr
from programs import trajviz
from races import descents, race

from trajviz.animation import still
from trajviz.errors import TrajvizError
from trajviz.race import compare, run
from trajviz.recipe.recipe import Recipe
from trajviz.recipe.starts import spread
from trajviz.recipe.toml import load_recipe
from trajviz.scene.chart import Chart, median_of
from trajviz.scene.language import load_language
from trajviz.scene.run import swarms
from trajviz.scene.track import Line
from trajviz.scene.vector import draw
from trajviz.surface import Window
from trajviz.surface.catalogue import load_surface

WINDOW = Window(-1, 2, 0, 8)
SMALL = {"size": (320, 240), "steps": 20, "seconds": 0.4, "hold": 0}


# Where they lie


def test_a_grid_has_its_starts_in_the_middle_of_its_cells_row_by_row_from_below():
    expected = [[-0.5, 2], [0.5, 2], [1.5, 2], [-0.5, 6], [0.5, 6], [1.5, 6]]
    np.testing.assert_allclose(spread("3x2", WINDOW, seed=0), expected, atol=1e-12)


def test_random_starts_fill_the_window_evenly_and_follow_the_seed():
    points = spread("random:2000", WINDOW, seed=3)
    assert points.shape == (2000, 2)
    assert WINDOW.contains(points).all()
    quarter = (points[:, 0] < 0.5) & (points[:, 1] < 4)
    assert 420 < quarter.sum() < 580
    np.testing.assert_array_equal(points, spread("random:2000", WINDOW, seed=3))
    assert (points != spread("random:2000", WINDOW, seed=4)).any()


@pytest.mark.parametrize("seed", [0, 3, 2**32 - 1])
def test_random_starts_are_other_numbers_of_a_seed_than_those_of_the_noise(seed):
    points = spread("random:50", Window(0, 1, 0, 1), seed)
    of_the_noise = np.random.default_rng(seed).random((50, 2))
    assert not np.isclose(points, of_the_noise).any()


@pytest.mark.parametrize(
    "starts",
    [
        "7",
        "7x",
        "x7",
        "0x5",
        "random:0",
        "random",
        "random:-1",
        "45x45",
        "7X7",
        "٣x٣",
        "x",
        "1,2,3",
        "1,nan",
        "1,2 3",
        "1,2;3,4",
    ],
)
def test_starts_of_any_other_form_or_number_are_refused(starts):
    for read in (
        lambda: compare("bowl", ["sgd:lr=0.1"], starts=starts),
        lambda: spread(starts, WINDOW, seed=0),
    ):
        with pytest.raises(TrajvizError, match=r"neither COLUMNSxROWS \(as in 7x7\) nor random:N"):
            read()


def test_starts_where_the_surface_is_not_defined_are_left_out():
    made = compare("log(x) + y**2", ["sgd:lr=0.01"], start=(1, 1), window=(-2, 2, -2, 2),
                   starts="4x1", steps=2)  # fmt: skip
    assert [t.points[0].tolist() for t in made.trajectories] == [[0.5, 0], [1.5, 0]]


def test_a_surface_that_is_defined_at_none_of_the_starts_is_refused():
    with pytest.raises(TrajvizError, match="no finite value at any of the starts"):
        compare("log(x) + y**2", ["sgd:lr=0.01"], start=(1, 1), window=(-9, 1, -2, 2), starts="1x2")


# One run serves them all


@pytest.mark.parametrize("name", ["sgd:lr=0.01", "adam:lr=0.1", "momentum:lr=0.01,decay=cosine"])
@pytest.mark.parametrize("noise", [0, 0.5])
def test_each_run_of_a_swarm_is_the_run_from_its_start_alone(name, noise):
    swarm = compare("himmelblau", [name], starts="3x3", steps=30, noise=noise)
    assert len(swarm.trajectories) == 9
    for number, t in enumerate(swarm.trajectories):
        alone = compare("himmelblau", [name], start=t.points[0], steps=30, noise=noise)
        (only,) = alone.trajectories
        np.testing.assert_allclose(t.points, only.points, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(t.heights, only.heights, rtol=1e-9, atol=1e-12)
        assert t.number == number


def test_each_starts_from_the_points_that_are_named_at_the_rate_for_the_first():
    points = [(1.0, 1.6), (-2.0, 2.0), (-6.0, 1.0)]
    named = compare("beale", ["adam"], start=points, steps=9)
    (first,) = compare("beale", ["adam"], start=points[0], steps=9).trajectories
    assert [tuple(t.points[0]) for t in named.trajectories] == points
    np.testing.assert_array_equal(named.trajectories[0].points, first.points)
    assert {t.settings["lr"] for t in named.trajectories} == {first.settings["lr"]}
    assert (named.start, named.recipe.starts) == (points[0], "1,1.6 -2,2 -6,1")
    assert named.window.x0 < -6
    again = compare("beale", ["adam"], start=points[0], starts="1,1.6 -2,2 -6,1", steps=9)
    assert again.trace() == named.trace()


def test_named_starts_are_refused_beside_others_and_where_nothing_is_defined():
    with pytest.raises(TrajvizError, match="several points to start from and starts both"):
        compare("bowl", start=[(1, 1), (2, 2)], starts="3x3")
    with pytest.raises(TrajvizError, match=r"no finite value at the start \(-1.0, 1.0\)"):
        compare("log(x) + y**2", ["sgd:lr=0.01"], start=[(1, 1), (-1, 1)], window=(0, 2, -2, 2))


def test_a_few_starts_are_drawn_in_full_width_and_many_finer():
    few, many = (
        compare("bowl", ["sgd:lr=0.1"], starts=starts, **SMALL).scene.main.pen
        for starts in ("2x2", "5x1")
    )
    alone = compare("bowl", ["sgd:lr=0.1"], **SMALL).scene.main.pen
    assert few == alone
    assert many.line < few.line


def test_a_run_that_diverges_ends_alone():
    made = compare("x**4 + y**2", ["sgd:lr=0.1"], start=(1, 1), window=(-9, 9, -9, 9), starts="3x1")
    ends = [t.diverged_at for t in made.trajectories]
    assert ends[1] is None
    assert ends[0] == ends[2] is not None
    alone = compare("x**4 + y**2", ["sgd:lr=0.1"], start=made.trajectories[0].points[0])
    assert alone.trajectories[0].diverged_at == ends[0]


def test_mini_batches_are_shared_by_all_starts():
    swarm = compare("regression", ["sgd:lr=0.1"], starts="2x2", steps=10, batch_size=3, seed=5)
    for t in swarm.trajectories:
        alone = compare(
            "regression", ["sgd:lr=0.1"], start=t.points[0], steps=10, batch_size=3, seed=5
        )
        np.testing.assert_allclose(t.points, alone.trajectories[0].points, rtol=1e-9)


def test_one_gradient_serves_all_starts():
    (t, *_) = compare("bowl", ["sgd:lr=0.1"], starts="7x7", steps=12).trajectories
    assert t.evaluations == 12


def test_rates_are_tuned_once_from_the_customary_start():
    swarm = compare("beale", ["sgd", "adam"], starts="3x3", steps=30)
    single = compare("beale", ["sgd", "adam"], steps=30)
    rates = [t.settings["lr"] for t in single.trajectories]
    assert [group[0].settings["lr"] for group in swarms(swarm.trajectories)] == rates
    assert "9 starts, tuned from (1, 1.6)" in texts(swarm)


def test_descend_without_starts_is_as_it_was():
    (t,) = descents(load_surface("bowl"), "sgd:lr=0.1", start=(1, 1), steps=5)
    assert t.number is None


# How they are drawn


def swarm():
    return race("himmelblau", ("sgd:lr=0.005", "adam:lr=0.1"), starts="3x3", **SMALL)


def texts(made):
    return " ".join(getattr(mark, "text", "") for mark in made.scene.marks)


def test_a_swarm_has_one_colour_and_one_entry_in_the_key():
    colors = [track.color for track in swarm().scene.main.tracks]
    theme = swarm().scene.theme
    assert colors == [theme.track(0)] * 9 + [theme.track(1)] * 9
    assert texts(swarm()).count("SGD") == texts(swarm()).count("Adam") == 1
    assert [len(layer) for layer in swarm().scene.main.layers] == [9, 9]


def test_lines_of_a_swarm_are_thinner_than_one_alone():
    alone = race("himmelblau", ("sgd:lr=0.005",), **SMALL).scene.main.pen
    pen = swarm().scene.main.pen
    assert 0.4 * alone.line < pen.line < 0.7 * alone.line
    assert pen.head < 0.7 * alone.head


def test_a_swarm_has_a_small_square_at_each_start():
    view = swarm().scene.main.view
    squares = [shape for shape in swarm().scene.main.foreground if len(shape.corners) == 4]
    middles = np.array([np.mean(shape.corners, axis=0) for shape in squares])
    starts = view.project(spread("3x3", swarm().window, 0))
    assert sorted(map(tuple, middles.round(6))) == sorted(map(tuple, starts.round(6)))


def test_the_key_says_how_many_of_a_swarm_diverged():
    made = compare("x**4 + y**2", ["sgd:lr=0.1"], start=(1, 1), window=(-9, 9, -9, 9), starts="3x1",
                   **SMALL)  # fmt: skip
    assert "0.1, 2 of 3 diverged" in texts(made)


def test_lines_of_one_layer_cover_each_other_without_a_halo_between():
    def crossing(labels):
        scene = race("bowl", ("sgd:lr=0.1", "adam:lr=0.1"), **SMALL).scene
        left, top = scene.main.box.x0, scene.main.box.y0
        x, y = left + 0.5, top + 0.5
        ends = np.array(
            [[(x + 20, y + 50), (x + 80, y + 50)], [(x + 50, y + 20), (x + 50, y + 80)]]
        )
        tracks = [
            dataclasses.replace(track, line=Line.through(line), color=(200, 0, 0), label=label)
            for track, line, label in zip(scene.main.tracks, ends, labels, strict=True)
        ]
        plot = dataclasses.replace(scene.main, tracks=tuple(tracks), foreground=())
        changed = dataclasses.replace(scene, plots=(plot,))
        picture = still(changed, 1)[top + 30 : top + 70, left + 30 : left + 70]
        return (picture == (200, 0, 0)).all(axis=2).sum()

    assert crossing("aa") > crossing("ab")


def test_the_last_frame_of_a_swarm_is_its_still_picture():
    *_, last = swarm().frames()
    differs = (last != still(swarm().scene, 20)).any(axis=2)
    assert differs.sum() < 10  # a quarter of a pixel, here and there


@pytest.mark.long
def test_a_swarm_is_drawn_by_matplotlib_nearly_alike():
    made = race("himmelblau", ("sgd:lr=0.005", "adam:lr=0.1"), starts="3x3", size=(640, 480),
                steps=20)  # fmt: skip
    canvas = FigureCanvasAgg(draw(made.scene, 20))
    canvas.draw()
    drawn = np.asarray(canvas.buffer_rgba())[..., :3]
    assert psnr(drawn, still(made.scene, 20)) > 26


@pytest.mark.parametrize(("lost", "end"), [(np.inf, np.inf), (np.nan, 2)])
def test_a_panel_shows_the_median_of_a_swarm(lost, end):
    curves = (np.array([1.0, 2.0]), np.array([5.0]), np.array([3.0]), np.array([7.0, 8.0]))
    first, alone = median_of(Chart("height", curves, lost=lost), [3, 1], load_language("en")).curves
    np.testing.assert_array_equal(first, [3, end])
    np.testing.assert_array_equal(alone, [7, 8])


def test_a_panel_of_a_swarm_says_that_it_shows_medians():
    made = race("himmelblau", ("sgd:lr=0.005", "adam:lr=0.1"), starts="3x3", panels=("loss",),
                **{**SMALL, "size": (640, 480)})  # fmt: skip
    assert len(made.scene.plots[1].tracks) == 2
    assert "height above minimum, median" in texts(made)


# How they are written


def test_a_trace_says_of_each_row_which_start_it_is():
    head, *rows = csv.reader(io.StringIO(swarm().trace("csv").decode()))
    assert head[:6] == ["optimizer", "start", "step", "x", "y", "f"]
    assert len(rows) == 2 * 9 * 21
    assert [row[1] for row in rows[::21]] == [*"012345678"] * 2
    facts = json.loads(swarm().trace("json"))
    assert [track["start"] for track in facts["trajectories"]] == [*range(9)] * 2
    with np.load(io.BytesIO(swarm().trace("npz"))) as arrays:
        assert arrays["starts"].tolist() == [*range(9)] * 2


@pytest.mark.long
def test_a_saved_recipe_of_a_swarm_gives_the_same_bytes(tmp_path):
    made = compare("beale", ["sgd", "adam"], starts="random:5", seed=2, **SMALL)
    path = made.save_recipe(tmp_path / "swarm.toml")
    again = run(load_recipe(path))
    assert len(again.request.optimizers) == 2
    assert again.to_bytes("gif") == made.to_bytes("gif")


def test_many_steps_from_many_starts_need_force():
    with pytest.raises(TrajvizError, match="4,000,000 steps from all starts are more than"):
        run(Recipe("bowl", starts="40x10", steps=10_000))


def test_the_command_line_takes_starts_and_refuses_wrong_ones_in_a_line(tmp_path):
    out = tmp_path / "swarm.png"
    done = trajviz("render", "bowl", "sgd:lr=0.1", "--starts", "2x2", "--steps", 5, "-o", out)
    assert done.returncode == 0
    assert out.exists()
    wrong = trajviz("render", "bowl", "--starts", "7", "-o", tmp_path / "wrong.png")
    assert wrong.returncode == 2
    assert len(wrong.stderr.splitlines()) == 1
    assert not (tmp_path / "wrong.png").exists()
