"""Mini-batches and added noise: one sequence for all optimizers of a race."""

import dataclasses
import itertools
import math
import tracemalloc

import numpy as np
import pytest
from races import descents

from trajviz.descent import tuning
from trajviz.descent.noise import CUSTOMARY, Noise
from trajviz.descent.tuning import scores
from trajviz.errors import TrajvizError
from trajviz.optimizers import Optimizer
from trajviz.optimizers.find import load_optimizer, optimizer_names
from trajviz.race import compare
from trajviz.recipe.spec import Spec
from trajviz.scene.key import noise_words
from trajviz.scene.language import load_language
from trajviz.surface import Ranks
from trajviz.surface.catalogue import load_surface

BOWL, MOONS = load_surface("bowl"), load_surface("noisy-moons")
REGRESSION = load_surface("regression")


def recording(surface):
    """Return the surface, and a list that takes the rows of every gradient it is asked for."""
    asked = []

    def gradient(points, rows=None):
        asked.append((points.shape, None if rows is None else rows.tolist()))
        return surface.gradient(points, rows)

    return dataclasses.replace(surface, gradient_formula=gradient), asked


def batches(asked, shape):
    """Return the rows of those gradients, but of the first, which only tries the start."""
    return [rows for points, rows in asked[1:] if points == shape]


def in_turn(rows):
    """Return the batches, however often a step asked for its own."""
    return [batch for batch, _ in itertools.groupby(rows)]


# Mini-batches


def test_sgd_on_mini_batches_is_the_textbooks_loop():
    (one,) = descents(REGRESSION, "sgd:lr=0.3", noise=Noise(seed=7, batch_size=3))
    x = (np.array([10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5]) - 8) / 20  # Anscombe (1973)
    y = np.array([8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68])
    generator = np.random.default_rng(7)
    weight, bias = REGRESSION.start
    path = [(weight, bias)]
    while len(path) <= 30:
        order = generator.permutation(11)
        for batch in (order[:3], order[3:6], order[6:9], order[9:]):
            errors = weight * x[batch] + bias - y[batch]
            weight -= 0.3 * np.mean(2 * errors * x[batch])
            bias -= 0.3 * np.mean(2 * errors)
            path.append((weight, bias))
    np.testing.assert_allclose(one.points, path[:31], rtol=1e-12)


def test_the_heights_are_those_of_all_the_data():
    (one,) = descents(MOONS, "sgd:lr=1")
    np.testing.assert_array_equal(one.heights, MOONS.value(one.points))


@pytest.mark.long
@pytest.mark.parametrize("lr", ["", ":lr=0.01"], ids=["tuned", "given"])
def test_every_optimizer_sees_the_same_batches_and_so_does_every_rate(lr):
    seen = []
    for name in optimizer_names():
        surface, asked = recording(MOONS)
        descents(surface, name + lr, steps=22)
        seen.append(in_turn(batches(asked, (2,))))
        if not lr and load_optimizer(name).defaults["lr"] is None:
            seen.append(in_turn(batches(asked, (len(tuning.RATES), 2))))
            seen.append(in_turn(batches(asked, (2, 2))))
    assert len(seen[0]) == 22  # an epoch has 20
    assert all(rows == seen[0] for rows in seen)
    assert len({tuple(rows) for rows in seen[0]}) == 22


def test_an_epoch_takes_every_sample_once_and_the_next_one_in_another_order():
    surface, asked = recording(REGRESSION)
    descents(surface, "sgd:lr=0.1", noise=Noise(batch_size=4), steps=6)
    rows = batches(asked, (2,))
    assert [len(batch) for batch in rows] == [4, 4, 3, 4, 4, 3]
    first, second = ([row for batch in part for row in batch] for part in (rows[:3], rows[3:]))
    assert sorted(first) == sorted(second) == list(range(11))
    assert first != second


def test_a_step_that_asks_twice_sees_one_batch():
    def heun(gradient, w, lr):
        while True:
            slope = gradient(w)
            w = w - lr * (slope + gradient(w - lr * slope)) / 2
            yield w

    surface, asked = recording(MOONS)
    spec = Spec(Optimizer("heun", heun, {"lr": 0.1}), {}, "heun")
    (one,) = descents(surface, spec, steps=5)
    rows = batches(asked, (2,))
    assert rows[::2] == rows[1::2]
    assert one.evaluations == len(rows) == 10
    surface, asked = recording(MOONS)
    descents(surface, "sgd:lr=0.1", steps=5)
    assert batches(asked, (2,)) == rows[::2]


def test_the_customary_batch_is_the_surfaces_own():
    surface, asked = recording(MOONS)
    descents(surface, "sgd:lr=0.1", steps=1)
    assert len(batches(asked, (2,))[0]) == MOONS.batch_size == 5
    assert REGRESSION.batch_size == 0
    surface, asked = recording(REGRESSION)
    descents(surface, "sgd:lr=0.1", steps=1)
    assert batches(asked, (2,)) == [None]


def test_a_batch_of_all_samples_is_exact_whatever_the_seed():
    plain, other = (
        descents(MOONS, "momentum", noise=Noise(seed=seed, batch_size=100))[0] for seed in (0, 1)
    )
    np.testing.assert_array_equal(plain.points, other.points)
    exact = dataclasses.replace(MOONS, batch_size=0)
    np.testing.assert_array_equal(plain.points, descents(exact, "momentum")[0].points)


def test_heights_and_hessians_are_those_of_the_steps_own_batch():
    noise, points = Noise(seed=5, batch_size=4), np.array([REGRESSION.start, (0.5, 1.0)])
    order = np.random.default_rng(5).permutation(11)
    for rows, oracle in zip(
        (order[:4], order[4:8], order[8:]), noise.oracles(REGRESSION), strict=False
    ):
        np.testing.assert_array_equal(oracle.value(points), REGRESSION.value(points, rows))
        np.testing.assert_array_equal(oracle.gradient(points), REGRESSION.gradient(points, rows))
        np.testing.assert_array_equal(oracle.hessian(points), REGRESSION.hessian(points, rows))
        assert (oracle.value(points) != REGRESSION.value(points)).all()
        assert (oracle.hessian(points) != REGRESSION.hessian(points)).any()


# Added noise


def test_noise_tilts_the_heights_as_it_does_the_gradient_and_bends_nothing():
    noise, points = Noise(sigma=0.5, seed=3), np.array([[1.0, 2.0], [-4.0, 0.5]])
    generator = np.random.default_rng(3)
    for _, oracle in zip(range(3), noise.oracles(BOWL), strict=False):
        tilt = generator.normal(0, 0.5, 2)
        x, y = points.T
        np.testing.assert_allclose(
            oracle.value(points), 0.05 * x * x + y * y + x * tilt[0] + y * tilt[1]
        )
        np.testing.assert_allclose(oracle.gradient(points), points * [0.1, 2.0] + tilt)
        np.testing.assert_allclose(oracle.hessian(points), [[[0.1, 0], [0, 2.0]]] * 2, atol=1e-12)


def test_noise_is_added_to_the_gradient_and_is_the_same_for_all():
    sgd, rmsprop = descents(BOWL, "sgd:lr=0.2", "rmsprop:lr=0.1", noise=Noise(sigma=0.5, seed=3))
    generator = np.random.default_rng(3)
    w = u = np.array(BOWL.start)
    s = np.zeros(2)
    for step in range(1, 31):
        noise = generator.normal(0, 0.5, 2)
        w = w - 0.2 * (np.array([0.1, 2.0]) * w + noise)
        g = np.array([0.1, 2.0]) * u + noise
        s = 0.9 * s + (1 - 0.9) * g * g
        u = u - 0.1 * g / np.sqrt(s + 1e-8)
        np.testing.assert_allclose(sgd.points[step], w, rtol=1e-12)
        np.testing.assert_allclose(rmsprop.points[step], u, rtol=1e-12)


def test_sigma_is_the_standard_deviation_along_each_axis():
    flat = dataclasses.replace(BOWL, formula=lambda x, y: 0 * x * y)
    origin = np.zeros(2)
    steps = zip(range(4000), Noise(sigma=0.3).gradients(flat), strict=False)
    draws = np.array([gradient(origin) for _, gradient in steps])
    np.testing.assert_allclose(draws.std(axis=0), 0.3, rtol=0.05)
    np.testing.assert_allclose(draws.mean(axis=0), 0, atol=0.02)
    assert abs(np.corrcoef(draws.T)[0, 1]) < 0.05


def test_a_little_noise_is_a_little():
    exact, noisy = (
        descents(BOWL, "sgd:lr=0.2")[0],
        descents(BOWL, "sgd:lr=0.2", noise=Noise(1e-9))[0],
    )
    assert (exact.points[1:] != noisy.points[1:]).all()
    np.testing.assert_allclose(noisy.points, exact.points, atol=1e-7)


# Seeds, tuning, memory


@pytest.mark.parametrize(
    ("surface", "options"), [("noisy-moons", {}), ("bowl", {"noise": 0.5})], ids=str
)
def test_the_same_seed_gives_the_same_bytes_and_another_one_another_path(surface, options):
    optimizers = ["sgd", "momentum:lr=0.1", "adam:decay=cosine"]
    options = {**options, "steps": 30}
    traces = [compare(surface, optimizers, **options, seed=seed).trace() for seed in (0, 0, 1)]
    assert traces[0] == traces[1] != traces[2]
    given = [compare(surface, optimizers[1:2], **options, seed=s).trajectories[0] for s in (0, 1)]
    assert (given[0].points[1:] != given[1].points[1:]).all()


@pytest.mark.parametrize(
    ("surface", "noise"),
    [(MOONS, CUSTOMARY), (BOWL, Noise(sigma=0.5, seed=2))],
    ids=["batches", "noise"],
)
@pytest.mark.parametrize("name", ["sgd", "adam"])
def test_tuning_scores_the_very_runs_that_the_rates_would_give(surface, noise, name, monkeypatch):
    rates = np.logspace(-3, 1, 25)
    monkeypatch.setattr(tuning, "RATES", rates)
    monkeypatch.setattr(tuning, "better_end", lambda _objectives: 0)
    monkeypatch.setattr(tuning, "STEADY", np.inf)
    runs = descents(surface, *(f"{name}:lr={rate!r}" for rate in rates.tolist()), noise=noise)
    paths = np.stack([one.points for one in runs], axis=1)
    found = scores(surface, paths, surface.window, Ranks.of(surface, surface.window))
    (tuned,) = descents(surface, name, noise=noise)
    assert tuned.settings["lr"] == rates[tuning.order(found)[0]]


def test_a_long_sequence_of_batches_takes_no_memory():
    gradients = CUSTOMARY.gradients(MOONS)
    next(gradients)
    tracemalloc.start()
    for _ in range(20_000):
        next(gradients)
    assert tracemalloc.get_traced_memory()[1] < 100_000
    tracemalloc.stop()


# What is said, and what is refused


@pytest.mark.parametrize(
    ("surface", "noise", "words", "facts"),
    [
        (BOWL, Noise(), "", {}),
        (BOWL, Noise(seed=5), "", {}),
        (BOWL, Noise(0.25, 5), "gradient noise 0.25, seed 5", {"sigma": 0.25, "seed": 5}),
        (MOONS, Noise(), "mini-batches of 5, seed 0", {"batch_size": 5, "seed": 0}),
        (MOONS, Noise(seed=3, batch_size=99), "mini-batches of 99, seed 3",
         {"batch_size": 99, "seed": 3}),
        (MOONS, Noise(batch_size=100), "", {}),
        (REGRESSION, Noise(), "", {}),
    ],
)  # fmt: skip
def test_a_caption_says_how_gradients_are_inexact(surface, noise, words, facts):
    assert noise_words(noise, surface, load_language("en")) == words
    assert noise.facts(surface) == facts


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"sigma": -1}, "noise -1 is not a finite number of at least 0"),
        ({"sigma": math.nan}, "noise nan is not a finite number"),
        ({"sigma": math.inf}, "noise inf is not a finite number"),
        ({"seed": -1}, "seed -1 is not a whole number from 0 to 4294967295"),
        ({"seed": 2**32}, "seed 4294967296 is not a whole number"),
        ({"seed": 0.5}, "seed 0.5 is not a whole number"),
    ],
)
def test_what_makes_no_sense_anywhere_is_refused(values, message):
    with pytest.raises(TrajvizError, match=message):
        Noise(**values)


@pytest.mark.parametrize(
    ("surface", "noise", "message"),
    [
        (BOWL, Noise(batch_size=5), "batch size 5 is not for a surface without data"),
        (MOONS, Noise(sigma=0.1), "noise 0.1 is not for a surface over data"),
        (MOONS, Noise(batch_size=0), "batch size 0 is not a whole number from 1 to the 100"),
        (MOONS, Noise(batch_size=101), "batch size 101 is not a whole number from 1 to the 100"),
        (MOONS, Noise(batch_size=2.5), "batch size 2.5 is not a whole number from 1 to the 100"),
    ],
)
def test_what_makes_no_sense_on_a_surface_is_refused(surface, noise, message):
    with pytest.raises(TrajvizError, match=message):
        descents(surface, "sgd", noise=noise)


def test_the_largest_seed_is_one():
    assert descents(MOONS, "sgd:lr=1", noise=Noise(seed=2**32 - 1))[0].steps == 30
