"""Several seeds of a noisy race: each run has its own noise, and the median stands for all."""

import csv
import dataclasses
import io
import json

import numpy as np
import pytest
from programs import trajviz
from races import descents, race

from trajviz import TrajvizError
from trajviz.descent.internals import gradients
from trajviz.descent.noise import Noise
from trajviz.descent.seeds import with_median_bold
from trajviz.race import compare
from trajviz.recipe.recipe import Recipe
from trajviz.surface.catalogue import load_subject, load_surface

NOISY = {"noise": 0.5, "steps": 12, "size": (320, 240)}
TWO = ("sgd:lr=0.1", "adam:lr=0.2")


def five(**options):
    return race("bowl", TWO, seeds=5, seed=3, **NOISY, **options)


def test_each_run_is_that_of_its_seed_alone():
    runs = five().trajectories
    assert [(t.label, t.seed) for t in runs] == [
        (n, s) for n in ("sgd", "adam") for s in range(3, 8)
    ]
    for seed in (3, 7):
        alone = race("bowl", TWO, seed=seed, **NOISY).trajectories
        for one, own in zip(alone, [t for t in runs if t.seed == seed], strict=True):
            assert one.seed is None
            assert (one.points == own.points).all()


def test_the_rate_is_tuned_once_with_the_first_seed():
    many = descents(load_surface("bowl"), "sgd", noise=Noise(0.5, 3), seeds=3)
    (one,) = descents(load_surface("bowl"), "sgd", noise=Noise(0.5, 3))
    assert {t.settings["lr"] for t in many} == {one.settings["lr"]}


def test_one_seed_is_the_race_as_it_was():
    one, usual = (race("bowl", TWO, **NOISY, **more) for more in ({"seeds": 1}, {}))
    for a, b in zip(one.trajectories, usual.trajectories, strict=True):
        assert a.seed is None
        assert (a.points == b.points).all()


@pytest.mark.parametrize("count", [2, 5, 6])
def test_bold_is_the_run_whose_final_loss_is_the_median_the_lower_of_two(count):
    runs = race("bowl", TWO[:1], seeds=count, **NOISY).trajectories
    (bold,) = [t for t in runs if t.is_bold]
    assert bold.heights[-1] == sorted(t.heights[-1] for t in runs)[(count - 1) // 2]


def test_a_run_that_diverged_is_the_worst():
    runs = race("bowl", TWO[:1], seeds=3, **NOISY).trajectories
    low, middle, high = sorted(runs, key=lambda t: t.heights[-1])
    lost = dataclasses.replace(low, diverged_at=99)
    assert [t.seed for t in with_median_bold([lost, middle, high]) if t.is_bold] == [high.seed]


@pytest.mark.parametrize(("surface", "noise"), [("bowl", 0.5), ("noisy-moons", 0.0)])
def test_the_gradient_of_a_step_is_the_one_that_its_own_seed_saw(surface, noise):
    runs = race(surface, TWO[:1], seeds=4, noise=noise, steps=8).trajectories
    for run in runs:
        seen = gradients(load_surface(surface), run, Noise(noise, 0))
        np.testing.assert_allclose(np.diff(run.points, axis=0), -0.1 * seen, rtol=1e-9)


@pytest.mark.long
def test_a_problem_runs_with_every_seed_from_one_start():
    runs = race("moons-net", TWO[:1], seeds=3, steps=3, batch_size=20).trajectories
    assert [t.seed for t in runs] == [0, 1, 2]
    assert all((t.places[0] == runs[0].places[0]).all() for t in runs)
    assert (runs[1].places[-1] != runs[0].places[-1]).any()


def test_a_trace_has_every_seed_and_comes_back_as_paths(tmp_path):
    one = five()
    rows = [*csv.DictReader(io.StringIO(one.trace("csv").decode()))]
    assert list(rows[0])[:3] == ["optimizer", "seed", "step"]
    assert {(row["optimizer"], row["seed"]) for row in rows} == {
        (name, str(seed)) for name in ("sgd", "adam") for seed in range(3, 8)
    }
    told = json.loads(one.trace("json"))["trajectories"]
    assert [(t["seed"], t["median"]) for t in told] == [
        (t.seed, t.is_bold) for t in one.trajectories
    ]
    arrays = np.load(io.BytesIO(one.trace("npz")))
    assert arrays["seeds"].tolist() == [*range(3, 8)] * 2
    for kind in ("csv", "json", "npz"):
        file = one.save_trace(tmp_path / f"seeds.{kind}")
        back = compare("bowl", paths=[file]).paths
        for path, run in zip(back, one.trajectories, strict=True):
            assert (path.label, path.number) == (run.label, run.seed)
            assert (path.points == run.points).all()


def test_the_settled_recipe_gives_the_same_race_again():
    one = five()
    assert [spec.label for spec in one.recipe.optimizers] == ["", ""]
    again = compare(one.recipe.surface, one.recipe.optimizers, seeds=5, seed=3, **NOISY)
    for a, b in zip(one.trajectories, again.trajectories, strict=True):
        assert (a.points == b.points).all()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"noise": 0.0}, "seeds 5: this race has no noise, so that one seed is all seeds"),
        ({"seeds": 0}, "seeds 0 is not a whole number from 1 to 100"),
        ({"seeds": 101}, "seeds 101 is not a whole number from 1 to 100"),
        ({"seeds": 2.5}, "seeds 2.5 is not a whole number from 1 to 100"),
        ({"starts": "3x3"}, "they take no starts"),
        ({"until": 0.1}, "they take no until"),
        ({"clock": "evaluations"}, "clock 'evaluations' takes no seeds"),
        ({"paths": [np.zeros((3, 2))]}, "they take no paths"),
        ({"view": "basins"}, "view 'basins' starts at every pixel: it takes no seeds"),
        ({"seed": 2**32 - 3}, "is not a whole number from 0 to 4294967295"),
    ],
)
def test_what_does_not_go_with_several_seeds_is_refused(options, says):
    with pytest.raises(TrajvizError) as refusal:
        compare("bowl", TWO, **{"seeds": 5, **NOISY, **options})
    assert says in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_all_samples_in_a_batch_are_no_noise():
    samples = load_subject("noisy-moons").samples
    with pytest.raises(TrajvizError, match="one seed is all seeds"):
        compare("noisy-moons", TWO, seeds=5, batch_size=samples)


def test_too_many_steps_with_all_seeds_need_force():
    with pytest.raises(TrajvizError, match="3,000,000 steps with all seeds are more"):
        compare("bowl", TWO, seeds=100, **{**NOISY, "steps": 30_000})


@pytest.mark.long
def test_the_command_refuses_in_one_line_and_leaves_no_file(tmp_path):
    failed = trajviz("render", "bowl", "adam", "--seeds", "5", "-o", tmp_path / "a.gif")
    assert failed.returncode == 2
    assert len(failed.stderr.splitlines()) == 1
    assert "one seed is all seeds" in failed.stderr
    assert not [*tmp_path.iterdir()]


def test_a_recipe_says_it():
    assert Recipe.of(surface="bowl", seeds=7).seeds == 7
