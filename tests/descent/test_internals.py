"""What an optimizer saw and did: the gradient of each step, and its effective learning rate."""

import csv
import dataclasses
import functools
import io
import json
import math

import numpy as np
import pytest
from races import descents

from trajviz.descent.internals import (
    effective_steps,
    gradient_lengths,
    gradients,
    step_lengths,
    turns,
)
from trajviz.descent.noise import CUSTOMARY, Noise
from trajviz.descent.trace import COUNTS, INTERNALS
from trajviz.optimizers import Optimizer
from trajviz.race import compare
from trajviz.recipe.spec import Spec
from trajviz.surface import Surface, Window
from trajviz.surface.catalogue import load_surface

BOWL, MOONS = load_surface("bowl"), load_surface("noisy-moons")
NOISES = [(BOWL, CUSTOMARY), (BOWL, Noise(0.5, seed=4)), (MOONS, Noise(seed=2))]
KINDS = ["exact", "noise", "batches"]


def run(surface, text, noise=CUSTOMARY, steps=30):
    return descents(surface, text, steps=steps, noise=noise)[0]


@pytest.mark.parametrize(("surface", "noise"), NOISES, ids=KINDS)
def test_the_effective_rate_of_sgd_is_its_learning_rate(surface, noise):
    one = run(surface, "sgd:lr=0.3", noise)
    rates = effective_steps(surface, one, noise)
    assert rates.shape == (30, 2)
    np.testing.assert_allclose(rates, 0.3, rtol=1e-6)


def test_the_effective_rate_of_a_scheduled_sgd_follows_its_schedule():
    one = run(MOONS, "sgd:lr=0.3,decay=exponential,rate=0.9")
    expected = 0.3 * 0.9 ** np.arange(30)
    np.testing.assert_allclose(effective_steps(MOONS, one), np.stack(2 * [expected], 1), rtol=1e-6)


@pytest.mark.parametrize(("surface", "noise"), NOISES, ids=KINDS)
def test_the_gradients_are_those_that_the_race_saw(surface, noise):
    seen = []

    def watched(gradient, w, lr):
        while True:
            seen.append(gradient(w))
            w = w - lr * seen[-1]
            yield w

    spec = Spec(Optimizer("watched", watched, {"lr": 0.1}), {}, "watched")
    (one,) = descents(surface, spec, steps=12, noise=noise)
    np.testing.assert_array_equal(gradients(surface, one, noise), seen)


def test_the_effective_rate_of_rmsprop_is_the_papers():
    one = run(BOWL, "rmsprop:lr=0.1,beta=0.8")
    slopes = one.points[:-1] * [0.1, 2.0]
    s = np.zeros(2)
    for step, g in enumerate(slopes):
        s = 0.8 * s + 0.2 * g * g
        expected = 0.1 / np.sqrt(s + 1e-8)
        np.testing.assert_allclose(effective_steps(BOWL, one)[step], expected, rtol=1e-6)


def test_the_effective_rate_of_a_look_ahead_is_by_the_gradient_where_the_step_sets_out():
    one = run(BOWL, "nag:lr=0.1,beta=0.5", steps=2)
    (w0, w1, w2), h = one.points, np.array([0.1, 2.0])
    np.testing.assert_allclose(effective_steps(BOWL, one)[1], np.abs((w2 - w1) / (h * w1)))
    np.testing.assert_allclose(effective_steps(BOWL, one)[0], 0.15, rtol=1e-9)
    assert w0.tolist() == list(BOWL.start)


def test_an_axis_that_neither_slopes_nor_moves_has_no_rate_and_one_that_moves_an_infinite_one():
    slide = Surface(lambda x, y: x + 0 * y, Window(-9, 9, -9, 9), (0, 0))
    one = run(slide, "sgd:lr=0.5", steps=2)
    rates = effective_steps(slide, one)
    assert rates[:, 0].tolist() == [0.5, 0.5]
    assert np.isnan(rates[:, 1]).all()
    bent = dataclasses.replace(one, points=np.array([[0, 0], [0, 1.0]]))
    assert effective_steps(slide, bent).tolist() == [[0, math.inf]]


def test_a_track_that_diverged_has_the_rates_of_its_finite_steps():
    one = run(BOWL, "sgd:lr=1000", steps=200)
    assert one.diverged_at is not None
    assert effective_steps(BOWL, one).shape == (one.steps, 2)
    assert gradients(BOWL, run(BOWL, "sgd:lr=1", steps=0)).shape == (0, 2)


# In a trace


@functools.cache
def race():
    optimizers = ("sgd:lr=0.5", "adam:lr=0.1,decay=cosine")
    return compare("noisy-moons", optimizers, steps=6, seed=3)


@functools.cache
def falling():
    """Return a race of which one track ends early and one has no slope along y."""
    surface = Surface(lambda x, y: x**4 + 0 * y, Window(-9, 9, -9, 9), (3, 1), name="trench")
    return compare(surface, ("sgd:lr=1", "sgd:lr=0.001"), steps=12)


def rows_of(race):
    return list(csv.reader(io.StringIO(race.trace("csv", internals=True).decode())))


def test_csv_gains_the_columns_and_keeps_the_others():
    head, *body = rows_of(race())
    plain = list(csv.reader(io.StringIO(race().trace("csv").decode())))
    assert head == ["optimizer", "step", "x", "y", "f", *COUNTS, *INTERNALS, "accuracy"]
    assert INTERNALS == ("gx", "gy", "step_x", "step_y")
    assert [row[:8] for row in body] == plain[1:]
    sgd = [[float(text) for text in row[8:]] for row in body[:7]]
    points, noise = race().trajectories[0].points, race().outcome.noise
    assert noise == Noise(seed=3)
    assert np.isnan(sgd[0][:4]).all()
    expected = gradients(MOONS, race().trajectories[0], noise)
    np.testing.assert_array_equal(np.array(sgd)[1:, :2], expected)
    np.testing.assert_allclose(np.array(sgd)[1:, 2:4], 0.5, rtol=1e-9)
    np.testing.assert_array_equal(np.array(sgd)[:, 4], MOONS.accuracy(*points.T))


def test_a_surface_that_classifies_nothing_has_no_accuracy():
    assert rows_of(falling())[0] == ["optimizer", "step", "x", "y", "f", *COUNTS, *INTERNALS]


@pytest.mark.parametrize("one", [race, falling])
def test_json_and_npz_hold_the_same_columns(one):
    rows = rows_of(one())
    facts = json.loads(one().trace("json", internals=True), parse_constant=pytest.fail)
    arrays = np.load(io.BytesIO(one().trace("npz", internals=True)))
    names = rows[0][8:]
    plain = np.load(io.BytesIO(one().trace("npz")))
    assert sorted(arrays) == sorted([*plain, *names])
    for place, track in enumerate(facts["trajectories"]):
        mine = [row for row in rows[1:] if row[0] == track["label"]]
        for column, name in enumerate(names, start=8):
            values = np.array([float(row[column]) for row in mine])
            told = [math.nan if value is None else value for value in track[name]]
            np.testing.assert_array_equal(told, np.where(np.isfinite(values), values, math.nan))
            np.testing.assert_array_equal(arrays[name][place, : len(values)], values)
            assert np.isnan(arrays[name][place, len(values) :]).all()


def test_a_trace_says_how_gradients_were_inexact_and_how_rates_fell():
    facts = json.loads(race().trace("json"))
    assert facts["noise"] == {"batch_size": 5, "seed": 3}
    assert [track["decay"] for track in facts["trajectories"]] == [None, {"name": "cosine"}]
    assert not {*INTERNALS} & {*facts["trajectories"][0]}
    bowl = compare("bowl", ["sgd:decay=step,every=9"], steps=3)
    facts = json.loads(bowl.trace("json"))
    assert facts["noise"] == {}
    assert facts["trajectories"][0]["decay"] == {"name": "step", "rate": 0.5, "every": 9.0}


def test_a_saved_trace_has_the_internals_too(tmp_path):
    path = race().save_trace(tmp_path / "race.csv", internals=True)
    assert path.read_bytes() == race().trace("csv", internals=True)


# Lengths and angles, in any number of dimensions


def through(*places):
    """Return a trajectory through places, (d,) each, of which it knows nothing else."""
    one = run(BOWL, "sgd:lr=0.1", steps=len(places) - 1)
    return dataclasses.replace(one, weights=np.array(places, dtype=np.float64))


@pytest.mark.parametrize(("surface", "noise"), NOISES, ids=KINDS)
def test_a_step_of_sgd_is_its_rate_times_the_length_of_the_gradient(surface, noise):
    one = run(surface, "sgd:lr=0.3", noise)
    lengths = gradient_lengths(surface, one, noise)
    assert lengths.shape == (30,)
    np.testing.assert_allclose(step_lengths(one), 0.3 * lengths, rtol=1e-6)


def test_the_length_of_a_clipped_gradient_is_that_of_what_is_left_of_it():
    one = run(BOWL, "sgd:lr=0.3,clip=0.5")
    assert gradient_lengths(BOWL, one)[0] == pytest.approx(0.5)


def test_a_step_is_as_long_as_its_way_in_all_dimensions():
    one = through([0, 0, 0], [1, 2, 2], [1, 2, 2], [1, 2, -10])
    np.testing.assert_allclose(step_lengths(one), [3, 0, 12])


def test_a_step_whose_square_overflows_has_its_length():
    assert step_lengths(through([0, 0], [3e300, 4e300])) == pytest.approx([5e300])


@pytest.mark.parametrize(
    ("way", "angle"),
    [([2, 0, 0], 0), ([1, 1, 0], 45), ([0, 0, 3], 90), ([-4, 0, 0], 180), ([1, 1e-9, 0], 5.7e-8)],
)
def test_a_turn_is_the_angle_from_one_step_to_the_next(way, angle):
    (turn,) = turns(through([5, 5, 5], [6, 5, 5], np.add([6, 5, 5], way)))
    assert turn == pytest.approx(angle, rel=1e-2)


def test_long_runs_are_measured_without_a_gap():
    places = np.random.default_rng(5).normal(size=(200, 4)).cumsum(axis=0)
    one, moved = through(*places), np.diff(places, axis=0)
    np.testing.assert_allclose(step_lengths(one), np.linalg.norm(moved, axis=1))
    unit = moved / np.linalg.norm(moved, axis=1, keepdims=True)
    angles = np.degrees(np.arccos((unit[1:] * unit[:-1]).sum(axis=1)))
    np.testing.assert_allclose(turns(one), angles)


def test_what_does_not_move_turns_nowhere():
    assert np.isnan(turns(through([0, 0], [1, 0], [1, 0], [2, 0]))).tolist() == [True, True]
    assert turns(through([0, 0], [1, 0])).shape == (0,)


def test_gradient_descent_across_a_valley_turns_straight_back():
    steep = Surface(lambda x, y: 5 * x**2 + 0 * y, window=(-2, 2, -2, 2), start=(1, 0))
    np.testing.assert_allclose(turns(run(steep, "sgd:lr=0.19")), 180)
    np.testing.assert_allclose(turns(run(steep, "sgd:lr=0.01")), 0)
