"""Panels of a race in many dimensions: the run's own losses, and what no plane shows."""

import functools

import numpy as np
import pytest
from charts import charts_of

from trajviz.errors import TrajvizError
from trajviz.race import compare
from trajviz.scene.chart import Chart
from trajviz.scene.layout import power_labels
from trajviz.surface.catalogue import load_subject
from trajviz.surface.problem import Problem

NAME = "logistic-regression:d=5,samples=40"
PANELS = (
    "loss", "held-out", "accuracy", "off-plane", "gradient-length", "step-length", "step-size",
)  # fmt: skip


@functools.cache
def one():
    optimizers = ["sgd:lr=0.5", "rmsprop:lr=0.1,beta=0.9"]
    return compare(NAME, optimizers, panels=PANELS, steps=12, size=(900, 1200))


@functools.cache
def charts():
    return {plot.view.chart.title: plot.view.chart for plot in charts_of(one())}


@pytest.mark.parametrize(
    ("title", "of"),
    [
        ("training loss", lambda problem, t: problem.loss(t.weights)),
        ("held-out loss", lambda problem, t: problem.held_out(t.weights)),
        ("accuracy", lambda problem, t: problem.accuracy(t.weights)),
        ("held-out accuracy", lambda problem, t: problem.held_out_accuracy(t.weights)),
        ("distance from the plane", lambda _, t: one().outcome.plane.off(t.weights)),
        ("gradient length", lambda p, t: np.linalg.norm(p.gradient(t.weights[:-1]), axis=1)),
        ("step length", lambda _, t: np.linalg.norm(np.diff(t.weights, axis=0), axis=1)),
    ],
)
def test_a_chart_is_of_the_run_itself_in_all_its_dimensions(title, of):
    problem = load_subject(NAME)
    for curve, t in zip(charts()[title].curves, one().trajectories, strict=True):
        assert t.weights.shape == (13, 5)
        np.testing.assert_allclose(curve, of(problem, t), rtol=1e-9, atol=1e-12)


def test_the_effective_step_is_the_median_over_all_weights():
    sgd, rmsprop = charts()["effective step, median of all weights"].curves
    np.testing.assert_allclose(sgd, 0.5, rtol=1e-9)
    trajectory = one().trajectories[1]
    slopes = load_subject(NAME).gradient(trajectory.weights[:-1])
    each = np.abs(np.diff(trajectory.weights, axis=0) / slopes)
    np.testing.assert_allclose(rmsprop, np.median(each, axis=1))


@pytest.mark.parametrize(
    "pair", [("training loss", "held-out loss"), ("accuracy", "held-out accuracy")]
)
def test_what_is_held_out_has_the_scale_of_the_training_data(pair):
    first, second = (charts()[title].axes(12, "step") for title in pair)
    assert first.window == second.window
    assert first.log is second.log


def test_a_distance_is_seen_from_0_up_also_where_rounding_is_all_there_is():
    race = compare(NAME, ["sgd:lr=0.5", "adam:lr=0.1"], plane="ends", panels=["off-plane"], steps=9)
    (plot,) = charts_of(race)
    chart, window = plot.view.chart, plot.view.axes.window
    assert max(curve[0] for curve in chart.curves) < 1e-9
    highest = max(curve.max() for curve in chart.curves)
    assert not plot.view.axes.log
    assert window.y0 <= 0 < 0.01 < highest <= window.y1 < 1.1 * highest


def test_a_loss_that_is_a_tenth_is_seen_on_a_logarithmic_axis_with_numbers():
    losses = np.geomspace(0.8, 0.04, 30)
    axes = Chart("loss", (losses,), spread=10.0).axes(30, "step")
    assert axes.log
    assert 10**axes.window.y0 > 0.03
    texts = [text for _, text in power_labels(axes.window.y0, axes.window.y1, 4)]
    assert texts == ["0.05", "0.1", "0.2", "0.5"]
    assert not Chart("loss", (losses,)).axes(30, "step").log


# What is refused


BARE = Problem(lambda w: (w**2).sum(axis=-1), lambda w: 2 * w, lambda _: np.ones(3), 3, name="bare")
RUN = {"mine": np.arange(12.0).reshape(4, 3) ** 2}


@pytest.mark.parametrize(
    ("subject", "panel", "says"),
    [
        ("bowl", "held-out", "'held-out' is for problems that hold data out, not for bowl"),
        (BARE, "held-out", "'held-out' is for problems that hold data out, not for bare"),
        (BARE, "accuracy", "'accuracy' is for problems that classify, which bare does not"),
    ],
)
def test_a_panel_that_a_subject_has_not_is_refused_before_any_work(
    subject, panel, says, monkeypatch
):
    def work(*_args, **_options):
        raise AssertionError("work was begun")

    monkeypatch.setattr("trajviz.race.descend", work)
    with pytest.raises(TrajvizError, match=says):
        compare(subject, ["sgd:lr=0.1"], panels=[panel], steps=3)


def test_in_two_dimensions_nothing_is_off_the_plane():
    with pytest.raises(TrajvizError, match="'off-plane' is for problems in many dimensions"):
        _ = compare("bowl", ["sgd:lr=0.1"], panels=["off-plane"], steps=3).scene


@pytest.mark.parametrize("panel", ["gradient-length", "step-size"])
def test_what_needs_a_loss_function_is_refused_for_recorded_runs(panel):
    with pytest.raises(TrajvizError, match=f"panel '{panel}' needs a loss function"):
        compare(None, paths=[RUN], panels=[panel], steps=3)
