"""Evaluations are counted step by step, and may be what a race is timed by."""

import csv
import io
import json

import numpy as np
import pytest
from races import race

from trajviz.errors import TrajvizError
from trajviz.race import compare
from trajviz.recipe.recipe import Recipe
from trajviz.recipe.spec import parse_spec
from trajviz.recipe.toml import load_recipe
from trajviz.scene.track import Line

RULES = ("sgd:lr=0.01", "backtracking", "newton", "scipy.Nelder-Mead")


def timed(**options):
    return race("beale", RULES, clock="evaluations", **{"steps": 60, **options})


def test_every_step_knows_what_had_been_asked_by_then():
    sgd, backtracking, newton, simplex = race("beale", RULES, steps=9).trajectories
    assert sgd.counts.tolist() == [[step, 0, 0] for step in range(10)]
    assert newton.counts.tolist() == [[step, 0, step] for step in range(10)]
    assert (backtracking.counts[:, 0] == np.arange(10)).all()
    assert (np.diff(backtracking.counts[:, 1]) >= 1).all()
    assert simplex.counts[0].tolist() == [0, 0, 0]
    assert simplex.counts[1, 1] >= 4  # the simplex itself, and a try
    assert (simplex.counts[:, [0, 2]] == 0).all()
    assert sgd.times("steps").tolist() == list(range(10))
    assert newton.times("evaluations").tolist() == list(range(0, 20, 2))


def test_a_trace_has_them_in_columns():
    tried = race("beale", RULES, steps=9)
    rows = list(csv.DictReader(io.StringIO(tried.trace("csv").decode())))
    tracks = json.loads(tried.trace("json"))["trajectories"]
    arrays = np.load(io.BytesIO(tried.trace("npz")))
    for place, (name, t) in enumerate(
        (name, t) for name in ("gradients", "values", "hessians") for t in tried.trajectories
    ):
        column = t.counts[:, place // len(RULES)]
        assert [int(row[name]) for row in rows if row["optimizer"] == t.label] == column.tolist()
        assert tracks[place % len(RULES)][name] == column.tolist()
        np.testing.assert_array_equal(arrays[name][place % len(RULES)], column)


def test_by_evaluations_a_track_ends_with_the_last_step_within_the_budget():
    by_steps = race("beale", RULES, steps=60)
    for one, other in zip(timed().trajectories, by_steps.trajectories, strict=True):
        np.testing.assert_array_equal(one.points, other.points[: len(one.points)])
        assert one.times("evaluations")[-1] <= 60
        assert one.diverged_at is None
        if len(one.points) < len(other.points):
            assert other.times("evaluations")[len(one.points)] > 60
    assert [t.steps for t in timed().trajectories[::2]] == [60, 30]


def test_a_budget_too_small_for_one_step_leaves_the_start():
    (one,) = compare("beale", ["newton"], steps=1, clock="evaluations").trajectories
    assert one.points.tolist() == [list(race("beale").start)]


def test_a_track_that_diverges_within_its_budget_says_so():
    (one,) = compare("bowl", ["sgd:lr=1e9"], clock="evaluations").trajectories
    assert one.diverged_at is not None


def test_heads_are_where_their_evaluations_have_brought_them():
    scene = timed(view="split", panels=("loss", "step-size")).scene
    newton = timed().trajectories[2]
    for plot in scene.plots:
        track = plot.tracks[2]
        assert track.line.knots[-1] == pytest.approx(newton.times("evaluations")[-1])
        assert (np.diff(track.line.knots) >= 0).all()
    contour = scene.main.tracks
    at = np.array([20.0])
    np.testing.assert_allclose(
        contour[2].at(at)[0], scene.main.view.project(newton.points[10]), atol=1e-9
    )
    steps = race(
        "beale", RULES, steps=60, view="split", panels=("loss", "step-size")
    ).scene.main.tracks
    np.testing.assert_allclose(contour[2].at(at), steps[2].at(at / 2))


def test_a_charts_curve_lies_where_its_head_will_be():
    scene = timed(panels=("loss",)).scene
    view = scene.plots[1].view
    window, box = view.axes.window, view.box
    line = scene.plots[1].tracks[2].line
    x = box.x0 + line.knots / window.x1 * box.width
    np.testing.assert_allclose(line.vertices[:, 0], x)
    assert view.axes.names[0] == "evaluation"


def test_the_counter_counts_evaluations():
    words = [mark.text for mark in timed().scene.marks if hasattr(mark, "text")]
    assert "evaluation " in words
    assert " of 60" in words
    plain = [mark.text for mark in race("beale").scene.marks if hasattr(mark, "text")]
    assert "step " in plain


def test_rates_may_be_equal_in_place_of_tuned(tmp_path):
    asked = compare("bowl", ["sgd", "adam:lr=0.3", "newton"], steps=4, lr="equal:0.01")
    found = [(t.settings["lr"], t.rate_rule) for t in asked.trajectories]
    assert found == [(0.01, "equal"), (0.3, "given"), (1.0, "default")]
    text = " ".join(mark.text for mark in asked.scene.marks if hasattr(mark, "text"))
    assert "learning rates equal, but given for adam " in text  # newton's is a factor of 1
    again = load_recipe(asked.save_recipe(tmp_path / "b.toml"))
    assert [spec.rate_rule for spec in again.optimizers] == ["equal", "given", "default"]
    other = again.changed(lr="tuned").optimizers
    assert ["lr" in spec.settings for spec in other] == [False, True, False]
    for wrong in ("equal", "equal:x", "equal:-1", "equl:1", "defaults"):
        with pytest.raises(TrajvizError):
            Recipe("bowl", lr=wrong)


def test_a_line_is_timed_between_its_steps_too():
    line = Line.through(np.array([[0.0, 0], [4, 0], [8, 0]]))
    assert line.timed(np.array([0.0, 3, 10])).at(np.array([1.5, 6.5, 99])).tolist() == [
        [2, 0], [6, 0], [8, 0],
    ]  # fmt: skip


def test_a_clock_is_one_of_two_and_kept_in_recipes(tmp_path):
    with pytest.raises(TrajvizError, match="did you mean 'evaluations'"):
        Recipe("bowl", clock="evaluation")
    asked = compare("bowl", ["newton"], steps=4, clock="evaluations")
    path = asked.save_recipe(tmp_path / "a.toml")
    again = load_recipe(path)
    assert again.clock == "evaluations"
    tuned = Recipe("bowl", (parse_spec("newton"),)).changed(clock="evaluations")
    assert tuned.clock == "evaluations"
    assert json.loads(asked.trace("json"))["clock"] == "evaluations"


@pytest.mark.parametrize("given", [{"starts": "3x3"}, {"paths": ("a.csv",)}], ids=str)
def test_what_goes_by_steps_alone_is_refused(given):
    with pytest.raises(TrajvizError, match="clock 'evaluations' takes no"):
        Recipe("bowl", clock="evaluations", **given)
