"""Races of one variable: what they are of, what is seen of them, what they refuse."""

import json

import numpy as np
import pytest
from charts import charts_of
from races import race

from trajviz.animation import still
from trajviz.errors import TrajvizError
from trajviz.race import compare, run
from trajviz.recipe.toml import load_recipe
from trajviz.surface.catalogue import load_subject, load_surface
from trajviz.surface.curve import curve_of, takes_one
from trajviz.surface.problem import Problem

WELLS = "x**4 - 3*x**2 + x"
SMALL = {"size": (320, 240), "steps": 12, "seconds": 0.4, "hold": 0.1}


def curve(*optimizers, **options):
    return race(WELLS, optimizers or ("sgd:lr=0.01",), **{**SMALL, **options})


# What is of one variable


def test_a_formula_in_x_alone_is_a_problem_in_one_dimension():
    problem = load_subject(WELLS)
    assert isinstance(problem, Problem)
    assert problem.dimension == 1
    assert problem.value(np.array([2.0])) == 6
    assert problem.gradient(np.array([[2.0], [1.0]])).tolist() == [[21.0], [-1.0]]
    assert problem.hessian_product(np.array([2.0]), np.array([3.0])).tolist() == [126.0]


def test_a_formula_in_x_alone_with_a_start_in_the_plane_is_a_valley():
    valley = compare("x**2", ["sgd:lr=0.1"], start=(1, 2), steps=5)
    assert valley.problem is None
    assert valley.trajectories[0].points[-1, 1] == 2
    assert load_surface("x**2").dimension == 2


def test_a_formula_with_y_takes_no_single_number():
    with pytest.raises(TrajvizError, match=r"start '1' is not two finite numbers"):
        compare("x**2 + y**2", ["sgd"], start=1)


def test_a_function_of_one_argument_races_as_its_formula_does():
    ours = compare(lambda x: x**4 - 3 * x**2 + x, ["sgd:lr=0.01"], start=1.9, **SMALL)
    theirs = compare(WELLS, ["sgd:lr=0.01"], start=1.9, **SMALL)
    assert np.array_equal(ours.trajectories[0].points, theirs.trajectories[0].points)
    assert ours.surface.title == "f(x)"


def test_a_problem_of_dimension_one_is_a_curve_that_may_start_elsewhere():
    bowl = Problem(
        loss=lambda w: (w**2).sum(axis=-1),
        gradient=lambda w: 2 * w,
        start=lambda _seed: np.ones(1),
        dimension=1,
        title="Bowl",
    )
    assert compare(bowl, ["sgd:lr=0.1"], **SMALL).start == (1.0, 1.0)
    assert compare(bowl, ["sgd:lr=0.1"], start=[3], **SMALL).start == (3.0, 9.0)


def test_a_function_of_two_arguments_is_none_of_one():
    assert not takes_one(lambda x, scale=2: scale * x)
    assert takes_one(lambda x, *, scale=2: scale * x)


# Where it is looked at


def test_the_window_holds_all_turns_and_their_minima_are_known():
    surface = load_and_frame(WELLS)
    assert np.allclose([x for x, _ in surface.minima], [-1.300840, 1.130901], atol=1e-6)
    assert surface.window.contains(np.array(surface.minima)).all()
    assert surface.minima[0][1] < surface.minima[1][1]


def load_and_frame(text, start=None):
    problem = load_subject(text, start)
    return curve_of(problem, float(problem.start(0)[0]), None)


@pytest.mark.parametrize("text", ["x**2", "exp(x)", "log(x) + 1/x", "abs(x)", "(x - 100)**2"])
def test_a_curve_is_framed_with_its_start_and_its_lowest_place(text):
    surface = load_and_frame(text)
    assert surface.window.contains(np.array(surface.start))
    assert surface.window.contains(np.array(surface.minima).reshape(-1, 2)).all()
    assert surface.window.y0 < surface.start[1]


def test_a_pole_is_no_turn_and_does_not_decide_how_high_a_window_is():
    surface = load_and_frame("1/x + x", [4])
    assert np.allclose(surface.minima, [(1, 2)])
    assert surface.window.y0 > -20
    assert load_and_frame("-1/x**2 + x**2/100", [4]).minima == ()


# What is run


def test_a_race_is_that_of_the_rule_by_hand():
    points = compare("x**2", ["sgd:lr=0.1"], start=2, steps=3).trajectories[0].places
    assert np.allclose(points[:, 0], [2, 1.6, 1.28, 1.024])


def test_a_trace_has_no_y():
    one = curve(start=1.9)
    assert one.trace("csv").decode().startswith("optimizer,step,x,f,gradients")
    facts = json.loads(one.trace("json"))
    assert facts["start"] == [1.9]
    assert facts["dimension"] == 1
    with pytest.raises(TrajvizError, match="a projection is of a problem in many dimensions"):
        one.trace("csv", project=True)


def test_a_track_ends_near_a_minimum():
    one = curve("sgd:lr=0.02", start=1.9, until=0.01, steps=60)
    (track,) = one.trajectories
    assert track.arrived_at is not None
    assert abs(track.points[-1, 0] - 1.130901) < 0.01 < abs(track.points[-2, 0] - 1.130901)


def test_a_recipe_of_a_curve_gives_the_same_race(tmp_path):
    one = curve("adam", start=1.9, theme="dark")
    again = run(load_recipe(one.save_recipe(tmp_path / "race.toml")))
    assert again.recipe == one.recipe
    assert again.recipe.start == (1.9,)
    assert np.array_equal(still(again.scene, 12), still(one.scene, 12))


# What is seen


def test_a_track_follows_the_curve_between_steps_in_a_lane_of_its_own():
    one = curve("sgd:lr=0.2", "momentum:lr=0.2", start=1.9)
    plot = one.scene.main
    first, second = (track.vertices for track in plot.tracks)
    inside = first[(first[:, 0] > plot.box.x0) & (first[:, 0] < plot.box.x1)]
    xs, _ = plot.view.unproject(inside[:, 0], inside[:, 1])
    on_curve = plot.view.project(np.stack([xs, one.surface.value(np.stack([xs, xs], -1))], -1))
    assert (inside[:, 1] < on_curve[:, 1]).all()
    assert len(first) > 5 * SMALL["steps"]
    assert np.hypot(*(first[0] - second[0])) > 1


def test_a_curve_is_drawn_where_the_function_is():
    one = curve(start=1.9)
    plot = one.scene.main
    x, y = np.floor(plot.view.project(np.array([-1.0, -3.0]))).astype(int)
    above, on, below = (one.scene.background[y + by, x].astype(int) for by in (-6, 0, 6))
    assert (above == one.scene.theme.background).all()
    assert abs(on - below).sum() > 60
    assert 10 < abs(below - above).sum() < 120


# What is refused


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"view": "relief"}, "which has one variable, whose view is 'curve'"),
        ({"view": "basins"}, "which has one variable"),
        ({"field": True}, "takes no field"),
        ({"arrows": "step"}, "takes no arrows"),
        ({"starts": "3x3"}, "takes no starts"),
        ({"plane": "random"}, "takes no plane"),
        ({"data": "held-out"}, "takes no data"),
        ({"panels": ["lens"]}, "'lens' magnifies a plane"),
        ({"panels": ["step-shape"]}, "'step-shape' is for two weights"),
        ({"orbit": 30}, "orbit turns a relief"),
        ({"start": float("nan")}, "start 'nan' is not"),
    ],
)
def test_what_needs_a_plane_is_refused(options, why):
    with pytest.raises(TrajvizError, match=why):
        compare(WELLS, ["sgd"], **{**SMALL, **options})


def test_the_panel_of_effective_steps_names_the_one_axis():
    (plot,) = charts_of(curve("sgd:lr=0.01", panels=("step-size",)))
    assert plot.view.chart.title == "effective step in x"
    np.testing.assert_allclose(plot.view.chart.curves[0], 0.01)


def test_what_has_two_variables_has_no_curve():
    with pytest.raises(TrajvizError, match="which has more than one variable"):
        compare("bowl", ["sgd"], view="curve")


@pytest.mark.long
@pytest.mark.parametrize("suffix", ["gif", "png", "svg", "pdf", "anim.svg", "html", "webp", "apng"])
def test_every_kind_of_file_shows_a_curve(tmp_path, suffix):
    one = curve("sgd:lr=0.01", "adam:lr=0.1", start=1.9, panels=("loss", "step-size"))
    assert one.save(tmp_path / f"race.{suffix}").stat().st_size


def test_seeds_of_one_optimizer_share_a_lane():
    one = curve("sgd:lr=0.02", start=1.9, noise=1.0, seeds=3)
    assert len(one.trajectories) == 3
    assert np.ptp([track.vertices[0] for track in one.scene.main.tracks], axis=0).max() < 0.01
