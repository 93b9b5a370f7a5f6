"""Races on problems in d dimensions, from what is asked for to the files."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from losses import bowl
from programs import invoke

from trajviz import compare, load_recipe
from trajviz.errors import TrajvizError
from trajviz.race import run
from trajviz.recipe.spec import parse_specs

PROBLEM = "logistic-regression:d=5,samples=40"
ASKED = {"steps": 20, "size": (240, 180), "fps": 5, "seconds": 1}


@pytest.fixture(scope="module")
def race():
    return compare(bowl(samples=20), ["sgd:lr=0.1", "adam:lr=0.2"], **ASKED)


def test_heights_along_a_track_are_its_own_and_those_of_the_picture_are_the_planes(race):
    problem, plane = race.problem, race.plane
    for track in race.trajectories:
        assert track.weights.shape == (21, 6)
        assert np.allclose(track.heights, problem.loss(track.weights))
        assert np.allclose(track.points, plane.project(track.weights))
        assert np.allclose(track.off_plane, plane.off(track.weights))
        there = race.surface.value(track.points)
        assert np.allclose(there, problem.loss(plane.place(track.points)))
        assert (there != track.heights).any()


def test_all_start_at_the_start_of_the_seed(race):
    for track in race.trajectories:
        assert np.array_equal(track.weights[0], race.problem.start(0))
        assert tuple(track.points[0]) == race.start
    other = compare(bowl(), ["sgd:lr=0.1"], steps=1, seed=3)
    assert np.array_equal(other.trajectories[0].weights[0], other.problem.start(3))


def test_progress_goes_on_while_rates_are_tuned_and_never_back():
    told = []
    recipe = compare(bowl(), ["sgd:lr=0.1"], steps=1).recipe
    specs = tuple(parse_specs(["sgd", "adam:lr=0.1"]))
    run(
        replace(recipe, optimizers=specs, steps=8),
        surface=bowl(),
        progress=lambda *done: told.append(done),
    )
    shares = [done / of for done, of in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert len({*shares}) > 40


def test_more_weights_than_memory_has_room_for_are_refused_before_any_work():
    said = "^250,250,000 weights of all steps are more than 200,000,000, .* add --force"
    with pytest.raises(TrajvizError, match=said):
        compare(bowl(25_000), ["sgd:lr=0.1"] * 10, steps=1000)


def test_the_window_holds_the_tracks_with_a_margin(race):
    points = np.concatenate([track.points for track in race.trajectories])
    window = race.window
    assert window.contains(points).all()
    low, high = points.min(axis=0), points.max(axis=0)
    room = np.minimum(low - [window.x0, window.y0], [window.x1, window.y1] - high)
    assert (room >= 0.05 * window.extent).all()


@pytest.mark.long
def test_a_track_that_diverges_does_not_take_the_window_with_it():
    problem = bowl()
    calm = compare(problem, ["sgd:lr=0.1"], steps=30)
    race = compare(problem, ["sgd:lr=0.1", "sgd:lr=0.9,label=wild"], steps=30)
    assert race.trajectories[1].heights[-1] > 1e6
    assert (race.window.extent < 10 * calm.window.extent.max()).all()
    race.to_bytes("png")


def test_the_caption_says_plane_loss_and_share(race):
    caption = race.scene.words.caption
    percent = f"{100 * sum(race.plane.share):.0f} %"
    assert "training loss on the paths' principal plane" in caption
    assert f"two axes hold {percent} of the variance" in caption
    x, y = race.scene.words.axes
    assert x == f"axis 1 ({100 * race.plane.share[0]:.0f} %)"
    assert y.startswith("axis 2 (")


@pytest.mark.parametrize(
    ("plane", "words"),
    [("random", "a random plane"), ("filters", "size of filters"), ("ends", "ends of sgd, adam")],
)
def test_the_caption_says_which_plane_it_is(race, plane, words):
    other = compare(bowl(samples=20), ["sgd:lr=0.1", "adam:lr=0.2"], plane=plane, **ASKED)
    assert words in other.scene.words.caption
    assert [t.heights.tolist() for t in other.trajectories] == [
        t.heights.tolist() for t in race.trajectories
    ]


def test_the_plane_of_data_held_out_lies_under_the_same_tracks(race):
    other = run(race.request.changed(data="held-out"), bowl(samples=20))
    assert np.array_equal(other.trajectories[0].points, race.trajectories[0].points)
    points = race.trajectories[0].points
    assert np.allclose(other.surface.value(points), race.surface.value(points) + 3.0)
    assert "held-out loss on" in other.scene.words.caption


def test_a_track_is_thin_where_it_is_off_the_plane_and_dotted_farther_off(race):
    near, far = (
        replace(race.outcome.trajectories[0], off_plane=np.full(21, away))
        for away in (0.0, 0.15 * np.hypot(*race.window.extent))
    )
    dotted = replace(far, off_plane=2 * far.off_plane)
    lines = []
    for track in (near, far, dotted):
        outcome = replace(race.outcome, trajectories=(track, race.outcome.trajectories[1]))
        lines.append(replace(race, outcome=outcome, _scenes={}).scene.main.tracks[0].line)
    assert not lines[0].hidden.any()
    assert lines[1].hidden.all()
    assert lines[2].hidden.all()
    assert [line.gap.any() for line in lines] == [False, False, True]


LONG = [
    pytest.param(name, marks=pytest.mark.long)
    for name in ("pdf", "svg", "anim.svg", "html", "webp", "apng")
]


@pytest.mark.parametrize("format", ["gif", "png", *LONG])
def test_every_format_takes_a_race_on_a_plane(race, format):  # noqa: A002
    assert race.to_bytes(format)


@pytest.mark.long
@pytest.mark.parametrize("view", ["relief", "split"])
def test_views_of_the_plane_draw_it(view):
    race = compare(bowl(), ["sgd:lr=0.1"], view=view, theme="dark", **ASKED)
    assert race.to_bytes("png")


@pytest.mark.long
def test_equal_axes_are_drawn_to_the_edge():
    other = compare(bowl(), ["sgd:lr=0.1"], aspect="equal", **ASKED)
    (track,) = other.scene.main.tracks
    unit = np.diff(track.vertices, axis=0) / np.diff(other.trajectories[0].points, axis=0)
    moved = np.abs(np.diff(other.trajectories[0].points, axis=0)) > 1e-3
    assert np.allclose(np.abs(unit[moved]), np.abs(unit[moved][0]), rtol=0.01)


@pytest.mark.long
def test_a_rendered_file_renders_again(tmp_path):
    first, again = tmp_path / "race.gif", tmp_path / "again.gif"
    race = compare(PROBLEM, ["sgd", "adam"], plane="ends:sgd,adam", **ASKED)
    race.save(first)
    recipe = load_recipe(first)
    assert (recipe.plane, recipe.start, recipe.window) == ("ends:sgd,adam", None, None)
    run(recipe).save(again)
    assert first.read_bytes() == again.read_bytes()


@pytest.mark.long
def test_the_command_line_renders_a_problem(tmp_path):
    target = tmp_path / "net.png"
    words = ["render", PROBLEM, "sgd", "adam", "--steps", "20"]
    done = invoke(*words, "--plane", "random", "-o", target, "-q")
    assert done.returncode == 0, done.stderr
    assert target.stat().st_size > 1000


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"start": (1, 2)}, "starts in 5"),
        ({"starts": "3x3"}, "starts in 5"),
        ({"view": "basins"}, "no place to run on"),
        ({"plane": "path"}, "did you mean 'paths'"),
        ({"plane": "through:sgd,adam,nag"}, "unknown track of the plane 'nag'"),
        ({"data": "test"}, "unknown data 'test'"),
        ({"noise": 0.1}, "--batch-size"),
        ({"lr": "customary"}, "states rates of the literature"),
    ],
)
def test_what_makes_no_sense_for_a_problem_is_refused_in_one_line(options, words):
    with pytest.raises(TrajvizError, match=words) as error:
        compare(PROBLEM, ["sgd:lr=0.1", "adam:lr=0.1"], steps=5, **options)
    assert "\n" not in str(error.value)


def test_bounds_of_two_dimensions_are_refused():
    with pytest.raises(TrajvizError, match="bounds of sgd"):
        compare(PROBLEM, ["sgd:lr=0.1,bounds=0/1/0/1"], steps=5)


def test_data_that_nobody_holds_out_are_refused():
    with pytest.raises(TrajvizError, match="holds data out"):
        compare(bowl(), ["sgd:lr=0.1"], steps=5, data="held-out")


@pytest.mark.parametrize("options", [{"plane": "random"}, {"data": "held-out"}])
def test_a_surface_takes_no_plane(options):
    with pytest.raises(TrajvizError, match="is for a problem in d dimensions"):
        compare("bowl", ["sgd:lr=0.1"], steps=5, **options)


@pytest.mark.long
def test_runs_recorded_elsewhere_lie_on_the_same_plane(race):
    recorded = {"theirs": race.trajectories[0].weights}
    other = compare(bowl(samples=20), ["adam:lr=0.2"], paths=recorded, **ASKED)
    (path,) = other.paths
    assert np.allclose(path.points, other.plane.project(path.weights))
    assert np.allclose(path.heights, race.trajectories[0].heights)


def test_the_true_losses_stand_beside_a_plane_if_nobody_names_a_panel():
    asked = {"steps": 5, "size": (640, 480)}
    race = compare(bowl(), ["sgd:lr=0.1"], **asked)
    assert race.look.panels == ("loss",)
    assert len(race.scene.plots) == 2
    bare = compare(bowl(), ["sgd:lr=0.1"], panels=["none"], **asked)
    assert len(bare.scene.plots) == 1
    assert "chart" in race.alt_text()
    assert "chart" not in bare.alt_text()
    assert compare("bowl", ["sgd:lr=0.1"], **asked).look.panels == ()


def test_in_a_small_picture_the_plane_stands_alone():
    race = compare(bowl(), ["sgd:lr=0.1"], steps=5, size=(320, 239))
    assert race.look.panels == ()
