"""What clipping and bounds make of a descent, whoever descends."""

import json

import numpy as np
import pytest
from races import descents

from trajviz.descent.internals import gradients
from trajviz.descent.tuning import tune_rates
from trajviz.descent.walk import Counted
from trajviz.errors import TrajvizError
from trajviz.optimizers.find import optimizer_names
from trajviz.race import compare
from trajviz.recipe.clamp import Clamp
from trajviz.recipe.spec import parse_spec
from trajviz.surface.catalogue import load_surface

BEALE, BOWL = load_surface("beale"), load_surface("bowl")
BOUNDS = (0.5, 2.0, -0.5, 1.7)
WITHIN = "bounds=0.5/2/-0.5/1.7"


def test_gradient_descent_goes_by_the_clipped_gradient():
    (one,) = descents(BEALE, "sgd:lr=0.1,clip=2", steps=12)
    w = np.array(BEALE.start)
    for point in one.points[1:]:
        g = BEALE.gradient(w)
        w = w - 0.1 * g * min(1, 2 / np.linalg.norm(g))
        np.testing.assert_allclose(point, w, rtol=1e-12)
    seen = np.linalg.norm(gradients(BEALE, one), axis=1)
    assert seen.max() == pytest.approx(2)
    assert one.evaluations == 12


def test_gradient_descent_within_bounds_is_projected_gradient_descent():
    (one,) = descents(BEALE, f"sgd:lr=0.05,{WITHIN}", steps=30)
    w, touched = np.array(BEALE.start), 0
    for point in one.points[1:]:
        free = w - 0.05 * BEALE.gradient(w)
        w = np.clip(free, [0.5, -0.5], [2, 1.7])
        touched += not np.array_equal(free, w)
        np.testing.assert_array_equal(point, w)
    assert touched > 3


@pytest.mark.parametrize("name", optimizer_names())
def test_every_rule_stays_within_bounds_and_asks_for_nothing_outside(name, monkeypatch):
    asked = []
    for method in ("gradient", "value", "hessian"):
        told = getattr(Counted, method)

        def watched(self, points, told=told):
            asked.append(points)
            return told(self, points)

        monkeypatch.setattr(Counted, method, watched)
    (one,) = descents(BEALE, f"{name}:lr=0.3,{WITHIN}", steps=15)
    clamp = Clamp(bounds=BOUNDS)
    assert one.steps == 15
    assert len(asked) >= 15
    for points in (*asked, one.points):
        np.testing.assert_array_equal(points, clamp.within(points))


def test_a_line_search_ends_in_the_corner_that_is_lowest():
    for name in ("backtracking", "conjugate-gradient"):
        text = f"{name}:bounds=1/4/0.5/2"
        (one,) = descents(BOWL, text, steps=60, start=(3.0, 1.5))
        np.testing.assert_allclose(one.points[-1], [1, 0.5], atol=1e-6)


@pytest.mark.parametrize("clamp", ["clip=1", WITHIN])
def test_a_rate_is_tuned_as_it_then_runs(clamp):
    spec = parse_spec(f"momentum:{clamp}")
    (tuned,) = tune_rates(BEALE, [spec], BEALE.start, 40, BEALE.window)
    (race,) = descents(BEALE, f"momentum:{clamp}", steps=40)
    (given,) = descents(BEALE, f"momentum:lr={tuned.rate!r},{clamp}", steps=40)
    assert race.settings["lr"] == tuned.rate
    np.testing.assert_array_equal(race.points, given.points)
    (free,) = tune_rates(BEALE, [parse_spec("momentum")], BEALE.start, 40, BEALE.window)
    assert not np.array_equal(free.objectives, tuned.objectives)


RULES = """
def fresh(gradient, w, lr):
    while True:
        w = w - lr * gradient(w)
        yield w


def inplace(gradient, w, lr):
    while True:
        w -= lr * gradient(w)
        yield w
"""


@pytest.mark.parametrize("rule", ["fresh", "inplace"])
def test_a_rule_of_the_users_goes_on_from_where_it_is_moved(rule, tmp_path):
    (tmp_path / "mine.py").write_text(RULES, encoding="utf-8")
    ours, theirs = descents(
        BEALE,
        f"sgd:lr=0.05,{WITHIN}",
        f"{tmp_path}/mine.py:{rule}:lr=0.05,{WITHIN}",
    )
    np.testing.assert_array_equal(theirs.points, ours.points)


@pytest.mark.parametrize("method", ["L-BFGS-B", "SLSQP", "trust-constr", "Powell"])
def test_a_method_of_scipy_that_has_bounds_gets_them(method):
    (one,) = descents(BOWL, f"scipy.{method}:bounds=1/4/0.5/2", steps=40, start=(3.0, 1.5))
    np.testing.assert_allclose(one.points[-1], [1, 0.5], atol=1e-2)
    np.testing.assert_array_equal(one.points, Clamp(bounds=(1, 4, 0.5, 2)).within(one.points))


def test_many_starts_are_kept_within_bounds_each_for_itself():
    starts = [(1, 1.6), (2, 1), (0.5, -0.5)]
    race = compare("beale", [f"sgd:lr=0.05,{WITHIN},clip=3"], start=starts, steps=8)
    for swarm in race.trajectories:
        (alone,) = descents(
            BEALE, f"sgd:lr=0.05,{WITHIN},clip=3", steps=8, start=tuple(swarm.points[0])
        )
        np.testing.assert_array_equal(swarm.points, alone.points)


def test_a_trace_says_how_a_track_is_clamped():
    race = compare("beale", [f"sgd:lr=0.05,{WITHIN},clip=3"], steps=3)
    (track,) = json.loads(race.trace("json"))["trajectories"]
    assert (track["clip"], track["bounds"]) == (3, "0.5/2/-0.5/1.7")


def test_a_start_out_of_bounds_is_refused_but_one_of_many_is_moved_in_by_its_first_step():
    with pytest.raises(
        TrajvizError, match=r"start \(1.0, 1.6\) is out of the bounds of sgd, 2/3/0"
    ):
        compare("beale", ["sgd:bounds=2/3/0/1"])
    (one,) = compare("beale", ["sgd:lr=0.001,bounds=2/3/0/1"], starts="1x1").trajectories
    np.testing.assert_array_equal(one.points[1:], Clamp(bounds=(2, 3, 0, 1)).within(one.points[1:]))
