"""A recipe is settled once: racing, tuning and drawing it find the same window, start and rates."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from trajviz import load_recipe, run, tune
from trajviz.cli import cli
from trajviz.descent.noise import Noise
from trajviz.descent.setup import Setup, settle
from trajviz.errors import TrajvizError
from trajviz.optimizers import DEFAULT_OPTIMIZERS
from trajviz.recipe.recipe import Recipe
from trajviz.recipe.spec import parse_spec, parse_specs
from trajviz.surface import Surface, Window
from trajviz.surface.catalogue import load_surface

BOWL = load_surface("bowl")
SGD = (parse_spec("sgd"),)


@pytest.fixture
def far(tmp_path):
    """Return the recipe of a bowl, momentum and a path that was recorded from (-40, 30)."""
    (tmp_path / "far.csv").write_text("optimizer,step,x,y\nfar,0,-40,30\nfar,1,-20,10\n")
    recipe = tmp_path / "far.toml"
    recipe.write_text(
        'surface = "bowl"\npaths = ["far.csv"]\nsize = [320, 240]\nseconds = 0.4\n'
        '[[optimizers]]\nname = "momentum"\n'
    )
    return recipe


def said(*words):
    """Return what a command prints."""
    done = CliRunner().invoke(cli, [*map(str, words)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


# Tuning, racing and drawing agree


def test_the_commands_tune_a_recipe_with_a_far_path_alike(far, tmp_path):
    (tuned,) = json.loads(said("tune", "--recipe", far, "--json"))
    traced = json.loads(said("trace", "--recipe", far, "--format", "json"))
    complete = tmp_path / "complete.toml"
    said("render", "--recipe", far, "-o", tmp_path / "far.png", "--save-recipe", complete, "-q")
    (drawn,) = load_recipe(complete).optimizers
    assert traced["window"] == [-42.5, 10, -3, 31.65]
    assert traced["trajectories"][0]["settings"]["lr"] == tuned["lr"] == drawn.settings["lr"]
    assert tuned["lr"] == 0.11


def test_python_tunes_a_recipe_with_a_far_path_as_its_race_does(far):
    recipe = load_recipe(far)
    (tuned,), race = tune(recipe).tunings, run(recipe)
    assert race.trajectories[0].settings["lr"] == tuned.rate == 0.11
    (again,) = tune(race.recipe).tunings
    assert again.rate == tuned.rate


@pytest.mark.parametrize(
    "options",
    [
        {"start": (-40.0, 30.0)},
        {"start": (-40.0, 30.0), "starts": "2x2"},
        {"window": (-1.0, 1.0, -1.0, 1.0)},
        {"noise": 0.5, "seed": 3},
    ],
    ids=lambda options: " ".join(options),
)
def test_a_race_runs_at_the_rate_that_tuning_finds(options):
    recipe = Recipe("bowl", SGD, steps=40, **options)
    assert tune(recipe).tunings[0].rate == run(recipe).trajectories[0].settings["lr"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"start": (1e200, 1e200)}, "no finite value and slope at the start"),
        ({"noise": 0.5, "surface": "noisy-moons"}, "noise 0.5 is not for a surface over data"),
        ({"batch_size": 5}, "batch size 5 is not for a surface without data"),
    ],
)
def test_what_cannot_be_raced_cannot_be_tuned(options, says):
    recipe = Recipe(**{"surface": "beale", "optimizers": SGD, **options})
    for verb in (run, tune):
        with pytest.raises(TrajvizError, match=says):
            verb(recipe)


# What is settled


def test_what_a_recipe_leaves_open_is_the_surfaces():
    setup = settle(Recipe("bowl", steps=7))
    assert setup.surface.name == "bowl"
    assert (setup.start, setup.window, setup.steps) == (BOWL.start, BOWL.window, 7)
    assert (setup.noise, setup.starts, setup.clock, setup.paths) == (Noise(), None, "steps", ())
    assert setup.begin.tolist() == list(BOWL.start)


def test_what_a_recipe_says_replaces_the_surfaces():
    recipe = Recipe(
        "noisy-moons", SGD, start=(0.5, 1.0), window=(-2, 2, -3, 3), seed=4, batch_size=9,
        clock="evaluations",
    )  # fmt: skip
    setup = settle(recipe)
    assert (setup.start, setup.window) == ((0.5, 1.0), (-2, 2, -3, 3))
    assert setup.noise == Noise(seed=4, batch_size=9)
    assert (setup.clock, setup.budget) == ("evaluations", 200)
    assert settle(Recipe("bowl", noise=0.25)).noise == Noise(sigma=0.25)


def test_a_surface_that_is_loaded_already_is_taken_as_it_is():
    own = Surface(lambda x, y: x * x + y * y, (-1, 1, -1, 1), (0.5, 0.5))
    assert settle(Recipe("", SGD), own).surface is own


def test_without_optimizers_the_default_ones_race_unless_there_are_paths(far):
    assert [spec.label for spec in settle(Recipe("bowl")).specs] == [*DEFAULT_OPTIMIZERS]
    alone = load_recipe(far).changed(optimizers=())
    assert settle(alone).specs == []
    assert [path.label for path in settle(alone).paths] == ["far"]


def test_specs_are_labelled_apart_and_rated_by_the_recipes_rule():
    specs = tuple(map(parse_spec, ["sgd", "sgd", "adam:lr=0.3"]))
    settled = settle(Recipe("bowl", specs, lr="equal:0.01")).specs
    assert [spec.label for spec in settled] == ["sgd", "sgd (2)", "adam"]
    assert [spec.settings["lr"] for spec in settled] == [0.01, 0.01, 0.3]
    assert [spec.rate_rule for spec in settled] == ["equal", "equal", "given"]


def test_the_window_is_widened_by_a_start_that_is_shared():
    wide = settle(Recipe("bowl", SGD, start=(-40.0, 1.0)))
    assert wide.window == BOWL.window.including(-40, 1) != BOWL.window


def test_a_start_that_nobody_sets_out_from_widens_nothing(far):
    swarm = settle(Recipe("bowl", SGD, start=(-40.0, 1.0), starts="2x2"))
    assert swarm.window == BOWL.window
    assert swarm.starts.tolist() == [[-5, -1.5], [5, -1.5], [-5, 1.5], [5, 1.5]]
    paths = load_recipe(far).changed(optimizers=(), start=(90.0, 0.0))
    assert settle(paths).window == BOWL.window.including(-40, 30)


def test_random_starts_are_those_of_the_seed():
    first, again, other = (
        settle(Recipe("bowl", SGD, starts="random:9", seed=seed)).starts for seed in (1, 1, 2)
    )
    assert first.tolist() == again.tolist() != other.tolist()
    assert BOWL.window.contains(first).all()


# What a setup refuses, and what it finds out only when asked


def setup(surface, **options):
    specs = parse_specs(["sgd:lr=0.1"])
    return Setup(surface, specs, surface.start, 5, surface.window, **options)


ROOT = Surface(lambda x, y: np.sqrt(x) + 0 * y, Window(-1, 1, -1, 1), (0.5, 0.5))


def test_starts_without_a_finite_height_are_left_out():
    starts = np.array([[0.5, 0], [-0.5, 0], [0.25, 1]])
    assert setup(ROOT, starts=starts).begin.tolist() == [[0.5, 0], [0.25, 1]]
    with pytest.raises(TrajvizError, match="no finite value at any of the starts"):
        setup(ROOT, starts=starts[1:2])


def test_heights_are_ranked_within_the_window_once_somebody_asks():
    nowhere = Setup(ROOT, [], (0.5, 0.5), 5, Window(-3, -2, 0, 1))
    with pytest.raises(TrajvizError, match="no finite value in the window"):
        nowhere.ranks  # noqa: B018  # asking is what is tested
    whole = setup(ROOT)
    assert whole.ranks is whole.ranks
    assert whole.ranks.heights[-1] == pytest.approx(1, abs=0.01)


def test_by_steps_evaluations_are_unlimited():
    assert setup(ROOT).budget == np.inf
    assert setup(ROOT, clock="evaluations").budget == 5
