"""What tuning saw is what it chose by; the other rules for rates; the picture of it."""

import json

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from races import descents

from trajviz import compare, tune
from trajviz.cli import cli
from trajviz.descent.tuning import FINE, RATES, Tuning, choice, tune_rates
from trajviz.errors import TrajvizError
from trajviz.optimizers.find import load_optimizer, optimizer_names
from trajviz.recipe.recipe import Look, Recipe
from trajviz.recipe.spec import parse_spec, parse_specs
from trajviz.scene.sensitivity import compose_sensitivity
from trajviz.scene.theme import load_theme
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


def test_the_command_prints_a_row_for_each_that_is_tuned():
    done = CliRunner().invoke(cli, ["tune", "bowl", "sgd", "adam", "newton", "--steps", "50"])
    head, *rows = done.output.splitlines()
    assert head.split() == ["optimizer", "lr", "objective", "arrival", "diverged"]
    found = tune_rates(BOWL, SPECS, BOWL.start, 50, BOWL.window)
    for row, tuning in zip(rows, found, strict=True):
        label, rate, objective, _, diverged = row.split()
        assert (label, rate) == (tuning.spec.label, f"{tuning.rate:.6g}")
        assert float(objective) == pytest.approx(tuning.objective, rel=1e-3)
        assert diverged == f"{tuning.diverged}/{len(tuning.rates)}"


def test_the_table_for_machines_has_every_digit_and_every_rate():
    command = ["tune", "bowl", "sgd", "adam", "--steps", "50", "--json"]
    rows = json.loads(CliRunner().invoke(cli, command).output)
    found = tune_rates(BOWL, SPECS, BOWL.start, 50, BOWL.window)
    for row, t in zip(rows, found, strict=True):
        assert (row["optimizer"], row["lr"], row["objective"]) == (
            t.spec.label,
            t.rate,
            t.objective,
        )
        assert row["rates"] == t.rates.tolist()
        assert [o is None for o in row["objectives"]] == np.isinf(t.objectives).tolist()


def test_where_nothing_is_tuned_the_command_says_so():
    done = CliRunner().invoke(cli, ["tune", "bowl", "newton"])
    assert isinstance(done.exception, TrajvizError)
    assert "no rate to tune" in str(done.exception)


def test_what_a_race_would_do_instead_of_tuning_is_nothing_to_the_table():
    plain, equal = (tune(Recipe("bowl", steps=20, lr=rule)) for rule in ("tuned", "equal:0.1"))
    assert [t.rate for t in plain.tunings] == [t.rate for t in equal.tunings]


def test_noise_that_the_surface_cannot_have_is_refused():
    with pytest.raises(TrajvizError, match="noise"):
        tune(Recipe("noisy-moons", steps=5, noise=0.5))


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


# The picture


def test_the_curves_of_all_are_drawn_in_one_picture(tmp_path):
    command = ["tune", "beale", "sgd", "adam", "--steps", "60", "-o", str(tmp_path / "tune.png")]
    done = CliRunner().invoke(cli, command)
    assert done.exit_code == 0, done.output
    with Image.open(tmp_path / "tune.png") as image:
        assert image.size == (640, 480)
        colors = {color for _, color in image.convert("RGB").getcolors(1 << 20)}
    assert set(load_theme("light").tracks[:2]) <= colors


def test_a_curve_has_a_gap_where_rates_diverge_and_a_star_at_its_best():
    tunings = tune_rates(BOWL, SPECS[:2], BOWL.start, 400, BOWL.window)
    scene = compose_sensitivity(BOWL, tunings, Look(), "tuned")
    (plot,) = scene.plots
    for tuning, track, star in zip(tunings, plot.tracks, plot.foreground, strict=True):
        lost = np.isinf(tuning.objectives)
        assert track.line.gap[1:][lost[1:]].all()
        x, y = track.vertices[tuning.best]
        assert np.hypot(*(np.mean(star.corners, axis=0) - (x, y))) < 1
        shown = track.vertices[~lost]
        assert plot.box.x0 <= shown[:, 0].min() < shown[:, 0].max() <= plot.box.x1
        assert y < shown[:, 1].max() + 1e-9


def test_a_gap_begins_and_ends_with_the_rates_that_diverge():
    rates, objectives = np.logspace(-2, 2, 5), np.array([-1.0, -2.0, np.inf, -1.5, -1.0])
    tuning = Tuning(SPECS[0], rates, objectives, 1, None)
    scene = compose_sensitivity(BOWL, [tuning], Look(), "")
    assert scene.plots[0].tracks[0].line.gap.tolist() == [False, False, True, True, False]


def test_the_chart_fills_the_picture_and_names_powers_of_ten():
    tunings = tune_rates(BOWL, SPECS[:1], BOWL.start, 20, BOWL.window)
    scene = compose_sensitivity(BOWL, tunings, Look(), "")
    assert scene.plots[0].box.width > 0.85 * 640
    words = [mark.text for mark in scene.marks if hasattr(mark, "text")]
    assert {"0.001", "0.1", "10", "learning rate"} <= set(words)


@pytest.mark.parametrize("name", ["tune.gif", "tune", "tune.txt"])
def test_a_picture_of_tuning_is_a_still(name, tmp_path):
    done = CliRunner().invoke(cli, ["tune", "bowl", "sgd", "-o", str(tmp_path / name)])
    assert isinstance(done.exception, TrajvizError)
    assert list(tmp_path.iterdir()) == []
