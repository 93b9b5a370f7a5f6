"""How learning rates are tuned in d dimensions."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from losses import bowl

from trajviz.descent.halving import grid, objective, tune_by_halving
from trajviz.descent.noise import Noise
from trajviz.recipe.spec import parse_spec


def tuned(problem, spec, steps=64, noise=None):
    noise = noise or Noise()
    return tune_by_halving(problem, parse_spec(spec), problem.start(0), steps, noise)


def test_gradient_descent_is_as_fast_as_it_is_calm():
    # The curvatures are 1 to 4: beyond 0.5 the run diverges, and 0.2 is all but as good as 0.1.
    tuning = tuned(bowl(), "sgd")
    assert tuning.rates[np.argmin(tuning.objectives)] == 0.2
    assert tuning.rate == 0.1
    assert np.isinf(tuning.objectives[tuning.rates > 0.9]).all()


def test_a_rate_that_a_tenth_more_makes_diverge_is_not_chosen():
    # At 0.5 the largest curvature, 3.7, is all but too steep; a tenth more is.
    scales = np.array([3.7, 0.05])
    problem = replace(
        bowl(2),
        loss=lambda w: (scales * w**2).sum(axis=-1) / 2,
        gradient=lambda w: scales * w,
        start=lambda _seed: np.array([1e-3, 2.0]),
    )
    best = tuned(problem, "sgd", steps=400)
    assert best.rates[np.argmin(best.objectives)] == 0.5
    assert best.rate == 0.2


def test_the_worse_half_of_the_rates_stops_at_a_sixteenth_and_an_eighth_and_three_run_on():
    problem, counts = bowl(), Counter()

    def gradient(w):
        counts["gradients"] += 1
        return problem.gradient(w)

    tuned(replace(problem, gradient=gradient, hessian_product=None), "sgd", steps=80)
    # 24 rates for 5 steps, 12 for 5 more, 6 for 10, 3 for 60, and a tenth more of one to three.
    assert 24 * 5 < counts["gradients"] <= 24 * 5 + 12 * 5 + 6 * 10 + 3 * 60 + 3 * 80


def test_rates_far_beyond_the_grid_are_found():
    problem = bowl()
    steep = replace(
        problem,
        loss=lambda w: 1e9 * problem.loss(w),
        gradient=lambda w: 1e9 * problem.gradient(w),
        hessian_product=None,
    )
    assert tuned(steep, "sgd").rate == pytest.approx(1e-10)


def test_the_same_rate_is_found_whatever_a_loss_is_measured_in():
    problem = bowl()
    shifted = replace(problem, loss=lambda w: 1000.0 * problem.loss(w) - 5.0, lowest=-5.0)
    assert tuned(shifted, "adam").rate == tuned(problem, "adam").rate


def test_a_lowest_loss_that_is_not_known_is_that_any_rate_came_to():
    assert tuned(replace(bowl(), lowest=None), "sgd").rate == 0.1


def test_every_rate_sees_the_mini_batches_of_the_race():
    problem = bowl(samples=20)
    one = tuned(problem, "sgd", noise=Noise(seed=1))
    assert one.rate == tuned(problem, "sgd", noise=Noise(seed=1)).rate
    assert np.array_equal(one.objectives, tuned(problem, "sgd", noise=Noise(seed=1)).objectives)


def test_where_every_rate_diverges_there_is_one_all_the_same():
    problem = bowl()
    hopeless = replace(problem, gradient=lambda w: np.full(w.shape, np.nan), hessian_product=None)
    tuning = tuned(hopeless, "sgd", steps=8)
    assert tuning.rate == tuning.rates[0]
    assert tuning.diverged == len(tuning.rates) == 72


@pytest.mark.parametrize("steps", [1, 2, 7])
def test_a_short_race_is_tuned_as_well(steps):
    assert tuned(bowl(), "sgd", steps=steps).rate in grid(-5)


def test_a_run_that_rises_is_worse_and_one_beyond_a_hundred_starts_has_no_objective():
    calm, wild = np.array([1.0, 0.5, 0.25, 0.1]), np.array([1.0, 0.25, 0.5, 0.1])
    assert objective(calm, 0.0) < objective(wild, 0.0)
    assert objective(np.array([1.0, 101.0, 0.1]), 0.0) == math.inf
    assert objective(np.array([1.0, math.nan, 0.1]), 0.0) == math.inf
