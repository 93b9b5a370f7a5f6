"""What tuning chooses by and what it chooses; the other rules for rates."""

import dataclasses

import numpy as np
import pytest
from races import descents

from trajviz import compare
from trajviz.descent import tuning
from trajviz.descent.noise import CUSTOMARY
from trajviz.descent.tuning import (
    RATES,
    better_end,
    order,
    run_one_by_one,
    scores,
    tune_rate,
    tune_rates,
)
from trajviz.errors import TrajvizError
from trajviz.optimizers import Optimizer
from trajviz.optimizers.find import load_optimizer, optimizer_names
from trajviz.recipe.spec import Spec, parse_spec, parse_specs
from trajviz.recipe.toml import load_recipe
from trajviz.surface import Ranks, Surface, Window
from trajviz.surface.catalogue import load_surface, surface_names

BOWL = load_surface("bowl")
SPECS = parse_specs(["sgd", "adam", "newton", "sgd:lr=0.1"])
CLASSICS = ("sgd", "momentum", "nag", "adagrad", "adadelta", "rmsprop", "adam")
UNIT = Window(0, 1, 0, 1)
LEVEL = Surface(lambda x, y: 0 * x * y, UNIT, (0.5, 0.5))
"""Everywhere as low as can be: what a path's objective is above -4 is not its progress."""
TILTED = Surface(lambda x, y: x + 0 * y, UNIT, (0.5, 0.5))


def objective(surface, *points):
    """Return the objective of one path through these points."""
    paths = np.array(points, dtype=float)[:, None]
    return float(scores(surface, paths, surface.window, Ranks.of(surface, surface.window))[0])


def tuned(surface, spec, steps=200):
    """Return the tuning of a spec from the customary start."""
    ranks, start = Ranks.of(surface, surface.window), np.array(surface.start)
    return tune_rate(surface, spec, start, steps, surface.window, ranks, CUSTOMARY)


def spec_of(rule, name="mine"):
    """Return a spec of a rule whose rate is open."""
    return Spec(Optimizer(name, rule, {"lr": None}), label=name)


# What a rate is judged by


def test_progress_is_the_mean_of_the_logarithms_of_ranks():
    halves = [np.log10(rank + 1e-4) for rank in (0.5, 0.25)]
    assert objective(TILTED, (0.5, 0.5), (0.45, 0.5)) < halves[0]
    got = objective(TILTED, (0.3, 0.5), (0.25, 0.5), (0.2, 0.5))
    ranks = np.round(np.array([0.3, 0.25, 0.2]) * 192) / 192
    assert got == pytest.approx(np.log10(ranks + 1e-4).mean(), rel=1e-9)


def test_a_step_of_up_to_0_08_windows_costs_nothing():
    assert objective(LEVEL, (0.1, 0.5), (0.179, 0.5), (0.258, 0.5)) == pytest.approx(-4)


@pytest.mark.parametrize(("leap", "cost"), [(0.16, 2), (0.32, 4), (0.64, 6)])
def test_a_longer_step_costs_2_for_each_doubling_however_short_the_others_are(leap, cost):
    path = [(0.1, 0.5), (0.12, 0.5), (0.12 + leap, 0.5), (0.13 + leap, 0.5)]
    assert objective(LEVEL, *path) == pytest.approx(-4 + cost)
    wide = dataclasses.replace(LEVEL, window=Window(0, 10, 0, 1))
    assert objective(wide, *(np.array(path) * [10, 1])) == pytest.approx(-4 + cost)


def test_a_detour_costs_a_tenth_of_it():
    zigzag = [(0.5 + 0.03 * (k % 2), 0.5) for k in range(11)]
    assert objective(LEVEL, *zigzag) == pytest.approx(-4 + 0.1 * 0.3)


def test_leaving_costs_2_and_each_step_outside_counts_as_the_highest():
    path = [(0.9, 0.5), (0.95, 0.5), (1.01, 0.5), (1.05, 0.5)]
    assert objective(LEVEL, *path) == pytest.approx(2 + (-4 - 4 + np.log10(1 + 1e-4) * 2) / 4)


def test_leaving_is_free_where_the_surface_falls_towards_the_edge():
    path = [(0.3, 0.95), (0.25, 1.01)]
    top = np.log10(1 + 1e-4)
    inside = np.log10(round(0.3 * 192) / 192 + 1e-4)
    assert objective(TILTED, *path) == pytest.approx((inside + top) / 2, rel=1e-9)


@pytest.mark.parametrize("side", [(-1.02, 0.5), (2.02, 0.5), (0.5, -1.02), (0.5, 2.02)])
def test_more_than_a_window_outside_is_divergence(side):
    there = np.array(side)
    back = there + 0.04 * np.sign(0.5 - there)
    for surface in (LEVEL, TILTED):
        assert objective(surface, (0.5, 0.5), there, (0.5, 0.5)) == np.inf
        assert objective(surface, (0.5, 0.5), back, (0.5, 0.5)) < np.inf


def test_a_height_that_is_not_finite_is_divergence():
    root = Surface(lambda x, y: np.sqrt(x) + 0 * y, Window(-1, 1, 0, 1), (0.5, 0.5))
    assert objective(root, (0.5, 0.5), (-0.01, 0.5), (0.5, 0.5)) == np.inf


def test_a_rate_is_judged_by_the_worst_of_itself_and_its_neighbours():
    inf = np.inf
    assert order(np.array([-1.0, -2.0, -3.0, -9.0, inf]))[0] == 2
    assert order(np.array([0.0, -9.0, 0.0, -1.0, -1.5, -1.0, 0.0]))[0] == 4
    assert order(np.array([inf, -9.0, -3.0, -2.0]))[0] == 2
    assert order(np.array([inf, -1.0, inf, inf]))[0] == 1
    assert order(np.array([inf, inf]))[0] == 0
    assert order(np.array([-1.0, -1.0, -1.0]))[0] == 0


def test_the_best_is_at_an_end_only_where_it_is_better_than_all_within():
    assert better_end(np.array([np.inf, np.inf])) == -1
    assert better_end(np.array([-3.0, -2.0, -4.0, -4.0, -2.0, -3.0])) == 0
    assert better_end(np.array([-3.0, -3.0, -2.0, -4.0, -2.0])) == -1
    assert better_end(np.array([-1.0, -2.0, np.inf, -3.0, -3.0])) == 1


# Which rate is chosen


def test_the_best_rate_is_the_one_a_race_is_run_with():
    found = tune_rates(BOWL, SPECS, BOWL.start, 50, BOWL.window)
    run = descents(BOWL, *SPECS, steps=50)
    assert [t.spec for t in found] == SPECS[:2]
    assert [t.rate for t in found] == [t.settings["lr"] for t in run[:2]]
    for one, track in zip(found, run, strict=False):
        near = np.flatnonzero(track.heights <= 1e-3)
        assert one.arrival == (near[0] if len(near) else None)


def test_what_was_tried_is_the_grid_and_the_objectives_are_those_of_its_paths():
    (sgd,) = tune_rates(BOWL, SPECS[:1], BOWL.start, 50, BOWL.window)
    assert sgd.rates.tolist() == RATES.tolist()
    paths = run_one_by_one(BOWL, SPECS[0], np.array(BOWL.start), 50, CUSTOMARY, RATES)
    expected = scores(BOWL, paths, BOWL.window, Ranks.of(BOWL, BOWL.window))
    np.testing.assert_allclose(sgd.objectives, expected, rtol=1e-12)
    assert sgd.best == order(expected)[0]


SOME = ("beale", "bukin-6", "rosenbrock", "saddle", "styblinski-tang")
EACH = [n if n in SOME else pytest.param(n, marks=pytest.mark.long) for n in surface_names()]
"""All surfaces, most of them by make long."""


@pytest.mark.parametrize("name", EACH)
def test_what_the_key_shows_is_round_gives_the_same_track_and_is_steady(name):
    surface = load_surface(name)
    race = compare(surface, CLASSICS, lr="tuned", size=(800, 450))
    shown = [float(chip.remark) for chip in race.scene.words.chips]
    assert all(rate == float(f"{rate:.1e}") for rate in shown)
    for factor in (1, 1 - 1e-6, 1 + 1e-6):
        typed = [f"{name}:lr={rate * factor!r}" for name, rate in zip(CLASSICS, shown, strict=True)]
        again = descents(surface, *typed, steps=200)
        for one, other in zip(race.trajectories, again, strict=True):
            if factor == 1:
                np.testing.assert_array_equal(one.points, other.points)
            moved = np.abs(one.points[-1] - other.points[-1]) / surface.window.extent
            assert moved.max() < 0.02


@pytest.mark.parametrize("name", EACH)
def test_on_no_surface_does_a_tuned_track_leap_or_leave_where_it_could_stay(name):
    surface = load_surface(name)
    enclosed = Ranks.of(surface, surface.window).enclosed
    race = compare(surface, ["sgd", "momentum", "rmsprop", "adam"], lr="tuned")
    for track in race.trajectories:
        strides = np.linalg.norm(np.diff(track.points, axis=0) / surface.window.extent, axis=1)
        assert strides.max() < 0.15
        assert surface.window.contains(track.points).all() or not enclosed


def test_a_rate_whose_end_a_millionth_moves_is_passed_over_for_the_next_best():
    ackley, momentum = load_surface("ackley"), parse_spec("momentum")
    start, extent = np.array(ackley.start), ackley.window.extent
    chosen = tuned(ackley, momentum)
    ranked = order(chosen.objectives).tolist()
    before = ranked[: ranked.index(chosen.best)]
    assert before
    for rate, moves in [(chosen.rate, False), *((float(RATES[k]), True) for k in before)]:
        near = rate * np.array([1 - 1e-6, 1, 1 + 1e-6])
        ends = run_one_by_one(ackley, momentum, start, 200, CUSTOMARY, near)[-1]
        assert (np.abs(ends - ends[1]).max(axis=0) / extent).max() >= 0.02 or not moves
        assert (np.abs(ends - ends[1]).max(axis=0) / extent).max() < 0.02 or moves


def test_where_no_rate_is_steady_the_best_is_chosen():
    def shaky(gradient, w, lr):
        shift = 4 * np.sin(1e12 * lr) * np.array([1.0, 0.0])
        while True:
            w = w - lr * gradient(w)
            yield w + shift

    chosen = tuned(BOWL, spec_of(shaky), 20)
    assert chosen.best == order(chosen.objectives)[0]


@pytest.mark.parametrize("scale", [1e6, 1e12, 1e-6])
def test_the_grid_goes_on_where_its_best_is_at_an_end(scale):
    surface = load_surface(f"{scale:.12f}*(x**2+3*y**2)")
    one, same = (
        tuned(surface_, parse_spec("sgd"))
        for surface_ in (
            surface,
            dataclasses.replace(load_surface("x**2+3*y**2"), start=surface.start),
        )
    )
    assert one.rate == pytest.approx(same.rate / scale, rel=1e-9)
    assert one.rate == float(f"{one.rate:.1e}")
    assert (np.diff(one.rates) > 0).all()
    assert len(one.objectives) == len(one.rates) > len(RATES)


def test_it_does_not_go_on_for_ever():
    endless = Surface(lambda x, y: 1e200 * (x**2 + y**2), Window(-1, 1, -1, 1), (0.5, 0.5))
    assert tuned(endless, parse_spec("sgd"), 5).rates[0] == 1e-21


# Rules that mix the points of an array


def clipped(gradient, w, lr):
    """Clip the gradient's norm to 1, each point's own."""
    while True:
        g = gradient(w)
        w = w - lr * g / np.maximum(1.0, np.linalg.norm(g, axis=-1, keepdims=True))
        yield w


def clipped_together(gradient, w, lr):
    """Clip the norm of all there is, as whoever thinks of one point writes it."""
    while True:
        g = gradient(w)
        w = w - lr * g / max(1.0, np.linalg.norm(g))
        yield w


def halved_below(gradient, w, lr):
    """Halve the step once some coordinate of all there is falls below -8."""
    while True:
        w = w - lr * (0.1 if w.min() < -8 else 1.0) * gradient(w)
        yield w


@pytest.mark.parametrize("surface", ["bowl", "rosenbrock", "beale"])
def test_a_rule_that_mixes_points_is_tuned_as_it_runs_alone(surface):
    surface = load_surface(surface)
    own, mixed = (tuned(surface, spec_of(rule), 60) for rule in (clipped, clipped_together))
    assert mixed.rate == own.rate
    np.testing.assert_allclose(mixed.objectives, own.objectives, rtol=1e-9)


def test_a_minimum_over_all_points_is_seen_through_too():
    chosen = tuned(BOWL, spec_of(halved_below), 60)
    paths = run_one_by_one(BOWL, chosen.spec, np.array(BOWL.start), 60, CUSTOMARY, chosen.rates)
    expected = scores(BOWL, paths, BOWL.window, Ranks.of(BOWL, BOWL.window))
    np.testing.assert_allclose(chosen.objectives, expected, rtol=1e-9)


@pytest.mark.long
@pytest.mark.parametrize("name", ["bowl", "ackley", "bukin-6", "rastrigin"])
def test_rules_of_ours_are_tuned_all_rates_at_once(name, monkeypatch):
    surface, tried = load_surface(name), []

    def counted(*arguments):
        tried.append(len(arguments[-1]))
        return run_one_by_one(*arguments)

    monkeypatch.setattr(tuning, "run_one_by_one", counted)
    for each in CLASSICS:
        tuned(surface, parse_spec(each))
    assert len(tried) <= len(CLASSICS)
    assert set(tried) <= {1}


# What is told of it


def test_rates_that_diverge_are_counted():
    (sgd,) = tune_rates(BOWL, SPECS[:1], BOWL.start, 1000, BOWL.window)
    # b is multiplied by 1 - 2 lr at each step; more than a window's height outside is beyond 9.
    assert sgd.diverged == (np.abs(1 - 2 * RATES) > (9 / 2.4) ** 1e-3).sum()


def test_where_no_minimum_is_known_nobody_arrives():
    saddle = load_surface("saddle")
    (sgd,) = tune_rates(saddle, SPECS[:1], saddle.start, 20, saddle.window)
    assert sgd.arrival is None


def test_what_goes_lower_than_the_known_minimum_has_not_arrived():
    def two_valleys(x, y):
        return (x**2 - 1) ** 2 + 0.5 * x + y**2

    higher, both = ((0.9304, 0.0),), ((0.9304, 0.0), (-1.0575, 0.0))
    for minima, arrives in ((higher, False), (both, True)):
        surface = Surface(two_valleys, (-2, 2, -1, 1), (-0.2, 0.4), minima=minima)
        (sgd,) = tune_rates(surface, SPECS[:1], surface.start, 60, surface.window)
        assert (sgd.arrival is not None) == arrives


# Rules in place of tuning


def test_an_equal_rate_is_everybodys_who_was_given_none():
    race = compare("bowl", ["sgd", "adam:lr=0.5", "newton"], lr="equal:0.01", steps=5)
    assert [t.settings["lr"] for t in race.trajectories] == [0.01, 0.5, 1.0]
    assert [t.rate_rule for t in race.trajectories] == ["equal", "given", "default"]


@pytest.mark.parametrize("name", optimizer_names())
def test_an_equal_rate_is_for_all_but_those_who_find_their_steps_length(name):
    (track,) = compare("bowl", [name], lr="equal:0.01", steps=3).trajectories
    left_alone = name in ("newton", "backtracking")
    assert track.settings["lr"] == (1.0 if left_alone else 0.01)
    assert load_optimizer(name).rate_is_factor == left_alone


def test_customary_rates_are_taken_and_what_has_none_is_tuned(tmp_path):
    asked = ["sgd", "momentum:beta=0.95", "nag:lr=0.5", "adam", "newton"]
    race = compare("beale", asked, lr="customary", steps=20)
    rates = {t.label: (t.settings["lr"], t.rate_rule) for t in race.trajectories}
    adam = compare("beale", ["adam"], lr="tuned", steps=20).trajectories[0].settings["lr"]
    assert rates == {
        "sgd": (0.001, "customary"),
        "momentum": (0.001, "customary"),
        "nag": (0.5, "given"),
        "adam": (adam, "tuned"),
        "newton": (1.0, "default"),
    }
    words = "Radford's learning rates, but tuned by one rule for adam and given for nag"
    assert words in race.scene.words.caption
    again = load_recipe(race.save_recipe(tmp_path / "beale.toml"))
    assert again.lr == "customary"
    assert [spec.rate_rule for spec in again.optimizers][:3] == ["customary", "customary", "given"]
    assert "lr" not in again.changed(steps=30).optimizers[0].settings


def test_where_all_rates_are_customary_the_caption_says_whose_and_no_more():
    race = compare("beale", ["sgd", "momentum"], lr="customary", steps=5)
    assert race.scene.words.caption == "Radford's learning rates"


def test_the_saddle_is_drawn_with_customary_rates_unless_another_rule_is_asked_for():
    race = compare("saddle", steps=150)
    rules = [t.rate_rule for t in race.trajectories]
    assert rules == ["customary", "customary", "customary", "tuned"]
    sgd, *others = [t.points[-1] for t in race.trajectories]
    assert np.abs(sgd).max() < 1e-3
    assert all(abs(y) > 0.1 for _, y in others)
    for lr, rule in {"tuned": "tuned", "equal:0.1": "equal", "default": "default"}.items():
        (track,) = compare("saddle", ["sgd"], lr=lr, steps=5).trajectories
        assert track.rate_rule == rule
    (track,) = compare("saddle:a=1", ["sgd"], steps=5).trajectories
    assert track.rate_rule == "customary"


@pytest.mark.parametrize("surface", ["bowl", "long-valley:steep=9", "x**2+y**2"])
def test_customary_rates_are_refused_where_a_surface_states_none(surface):
    with pytest.raises(TrajvizError, match="lr 'customary' is for a surface that states rates"):
        compare(surface, ["sgd"], lr="customary")


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"rates": {"sgd": 0.1}}, "rates_by"),
        ({"rates_by": "Radford"}, "rates_by"),
        ({"rates": {"sgd": -1}, "rates_by": "Radford"}, "rate -1 of sgd"),
        ({"rates": {"sgd": np.inf}, "rates_by": "Radford"}, "rate inf of sgd"),
        ({"lr": "customary"}, "lr 'customary'"),
        ({"lr": "best"}, "lr 'best'"),
    ],
    ids=str,
)
def test_customary_rates_that_make_no_sense_are_refused(facts, told):
    with pytest.raises(TrajvizError, match=told):
        dataclasses.replace(BOWL, **facts)


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
