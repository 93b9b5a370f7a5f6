"""What tuning tried is what it chose by; the other rules for rates."""

import numpy as np
import pytest
from races import descents

from trajviz import compare
from trajviz.descent.tuning import FINE, RATES, choice, tune_rates
from trajviz.errors import TrajvizError
from trajviz.optimizers.find import load_optimizer, optimizer_names
from trajviz.recipe.spec import parse_spec, parse_specs
from trajviz.surface.catalogue import load_surface

BOWL = load_surface("bowl")
SPECS = parse_specs(["sgd", "adam", "newton", "sgd:lr=0.1"])


def test_the_best_rate_is_the_one_a_race_is_run_with():
    found = tune_rates(BOWL, SPECS, BOWL.start, 50, BOWL.window)
    run = descents(BOWL, *SPECS, steps=50)
    assert [t.spec for t in found] == SPECS[:2]
    assert [t.rate for t in found] == [t.settings["lr"] for t in run[:2]]
    for tuning, one in zip(found, run, strict=False):
        near = np.flatnonzero(one.heights <= 1e-3)
        assert tuning.arrival == (near[0] if len(near) else None)


def test_the_grid_is_refined_between_the_neighbours_of_its_best():
    for tuning in tune_rates(BOWL, SPECS, BOWL.start, 50, BOWL.window):
        assert set(RATES) <= set(tuning.rates)
        assert (np.diff(tuning.rates) > 0).all()
        coarse = tuning.objectives[np.isin(tuning.rates, RATES)]
        best = choice(coarse)
        near = (RATES[best - 1] <= tuning.rates) & (tuning.rates <= RATES[best + 1])
        assert near.sum() == 2 * FINE + 1
        assert near[tuning.best]
        assert tuning.rate == tuning.rates[near][choice(tuning.objectives[near])]


def test_what_borders_on_divergence_is_chosen_only_where_all_does():
    inf = np.inf
    assert choice(np.array([-1.0, -2.0, -3.0, -9.0, inf])) == 2
    assert choice(np.array([inf, -9.0, -3.0, -2.0])) == 2
    assert choice(np.array([inf, -1.0, inf, inf])) == 1
    assert choice(np.array([inf, inf])) == 0
    assert choice(np.array([-1.0, -1.0, -1.0])) == 0


def test_on_beale_sgd_keeps_a_step_away_from_the_edge_of_divergence():
    beale = load_surface("beale")
    (sgd,) = tune_rates(beale, SPECS[:1], beale.start, 200, beale.window)
    edge = sgd.rates[np.isinf(sgd.objectives)].min()
    assert sgd.rate < edge / 1.05
    assert sgd.objective == sgd.objectives.min()


def test_rates_that_diverge_are_counted():
    (sgd,) = tune_rates(BOWL, SPECS[:1], BOWL.start, 1000, BOWL.window)
    # b is multiplied by 1 - 2 lr at each step; its square overflows within 1000 beyond 1.43.
    assert sgd.diverged == (np.abs(1 - 2 * RATES) > 1e308 ** (1 / 2000)).sum()


def test_where_no_minimum_is_known_nobody_arrives():
    saddle = load_surface("saddle")
    (sgd,) = tune_rates(saddle, SPECS[:1], saddle.start, 20, saddle.window)
    assert sgd.arrival is None


# Rules in place of tuning


def test_an_equal_rate_is_everybodys_who_was_given_none():
    race = compare("bowl", ["sgd", "adam:lr=0.5", "newton"], lr="equal:0.01", steps=5)
    assert [t.settings["lr"] for t in race.trajectories] == [0.01, 0.5, 0.01]
    assert [t.rate_rule for t in race.trajectories] == ["equal", "given", "equal"]


def test_the_default_rate_is_the_optimizers_own():
    race = compare("bowl", ["sgd", "lion", "adam:lr=0.5", "newton"], lr="default", steps=5)
    assert [t.settings["lr"] for t in race.trajectories] == [0.001, 0.0001, 0.5, 1.0]
    assert [t.rate_rule for t in race.trajectories] == ["default", "default", "given", "default"]


@pytest.mark.parametrize("name", optimizer_names())
def test_every_optimizer_of_ours_has_a_default_rate(name):
    assert load_optimizer(name).default_rate > 0


@pytest.mark.parametrize("rule", ["", "equal", "equal:", "equal:x", "equal:-1", "tuned:1", "best"])
def test_another_rule_is_refused(rule):
    with pytest.raises(TrajvizError, match="lr"):
        compare("bowl", ["sgd"], lr=rule)


def test_a_recipe_keeps_how_rates_were_chosen():
    for rule in ("default", "equal:0.02"):
        race = compare("bowl", ["sgd", "adam:lr=0.5"], lr=rule, steps=5)
        assert race.recipe.lr == rule
        rules = [(spec.settings["lr"], spec.rate_rule) for spec in race.recipe.optimizers]
        assert rules[1] == (0.5, "given")
        assert rules[0][1] == rule.partition(":")[0]
        other = race.recipe.changed(lr="equal:0.3").optimizers
        assert "lr" not in other[0].settings
        assert other[1].settings["lr"] == 0.5


def test_an_optimizer_without_a_default_rate_says_so():
    spec = parse_spec("sgd")
    bare = type(spec)(type(spec.optimizer)("mine", spec.optimizer.rule, {"lr": None}), label="mine")
    with pytest.raises(TrajvizError, match="mine has no default lr"):
        bare.rated("default")
