"""Runs from one start: rates given or tuned, the rule of the tuning, and ends by overflow."""

import math
from bisect import bisect_left
from itertools import pairwise

import numpy as np
import pytest
from races import descents

from trajviz.descent import descend
from trajviz.descent.setup import Setup
from trajviz.descent.tuning import RATES, scores
from trajviz.errors import TrajvizError
from trajviz.optimizers.find import load_optimizer, optimizer_names
from trajviz.recipe.spec import parse_specs
from trajviz.surface import Ranks, Surface, Window
from trajviz.surface.catalogue import load_surface, surface_names
from trajviz.surface.dual import Dual

BOWL, ROSENBROCK = load_surface("bowl"), load_surface("rosenbrock")
SQUARE = Window(-1, 1, -1, 1)
TUNED = [name for name in optimizer_names() if load_optimizer(name).defaults["lr"] is None]
OWN_RATE = [name for name in optimizer_names() if name not in TUNED]


def surface_of(formula, window=SQUARE, start=(0.5, 0.5)):
    return Surface(formula, window, start)


# What every run holds


BOLD = {"conjugate-gradient", "newton"}
"""They leap wherever their model says, off an unbounded surface or far from where it bends."""
BEYOND = {("holder-table", "backtracking")}
"""Whose first step leads beyond the domain, where it goes down for ever."""


@pytest.mark.parametrize("name", surface_names())
@pytest.mark.parametrize(
    "lr",
    [pytest.param("", id="tuned", marks=pytest.mark.long), pytest.param(":lr=1e-7", id="given")],
)
def test_a_run_holds_the_start_and_the_point_and_height_after_each_step(name, lr):
    surface = load_surface(name)
    names = [each for each in optimizer_names() if each not in BOLD and (name, each) not in BEYOND]
    runs = descents(surface, *(optimizer + lr for optimizer in names), steps=10)
    assert [one.spec.optimizer.name for one in runs] == names
    for one in runs:
        assert one.diverged_at is None
        assert one.points.shape == (11, 2)
        assert one.heights.shape == (11,)
        assert one.steps == 10
        assert one.points[0].tolist() == list(surface.start)
        np.testing.assert_allclose(one.heights, surface.value(one.points), rtol=1e-13)
        assert one.heights[0] == surface.value(np.array(surface.start))


def test_a_run_steps_by_the_rule_with_all_its_settings():
    (one,) = descents(BOWL, "momentum:lr=0.25,beta=0.5,label=mine", steps=2)
    assert one.label == "mine"
    assert one.settings == {"lr": 0.25, "beta": 0.5}
    # Slopes are 0.1 W and 2 b from (-9, 2.4); the velocity is then halved.
    first = (-9 + 0.225, 2.4 - 1.2)
    second = (first[0] + 0.1125 - 0.025 * first[0], first[1] - 0.6 - 0.5 * first[1])
    np.testing.assert_allclose(one.points[1:], [first, second], rtol=1e-14)


def test_settings_that_nobody_gave_are_the_defaults():
    (one,) = descents(BOWL, "adam:lr=0.1,beta1=0.5")
    assert one.settings == {"lr": 0.1, "beta1": 0.5, "beta2": 0.999, "eps": 1e-8}


def test_the_start_need_not_be_the_surfaces_nor_lie_in_the_window():
    (one,) = descents(BOWL, "sgd:lr=0.1", start=(20, -7))
    assert one.points[0].tolist() == [20.0, -7.0]


def test_no_steps_leave_the_start_alone():
    for one in descents(BOWL, "sgd:lr=0.1", "adam", steps=0):
        assert one.points.tolist() == [list(BOWL.start)]
        assert one.heights.shape == (1,)
        assert (one.steps, one.evaluations, one.diverged_at) == (0, 0, None)


def test_nobody_to_run_gives_nothing():
    assert descents(BOWL) == []


def test_two_descents_are_the_same_to_the_last_bit():
    first, second = (descents(ROSENBROCK, *optimizer_names(), steps=50) for _ in range(2))
    for one, other in zip(first, second, strict=True):
        assert one.settings == other.settings
        np.testing.assert_array_equal(one.points, other.points)
        np.testing.assert_array_equal(one.heights, other.heights)


def test_a_run_does_not_depend_on_who_else_runs():
    together = descents(BOWL, *optimizer_names())
    for one in together:
        (alone,) = descents(BOWL, one.spec.optimizer.name)
        assert alone.settings == one.settings
        np.testing.assert_array_equal(alone.points, one.points)


@pytest.mark.parametrize("lr", ["", ":lr=0.001"], ids=["tuned", "given"])
@pytest.mark.parametrize("name", optimizer_names())
def test_evaluations_are_what_the_descent_itself_has_asked(name, lr):
    asked = []

    def formula(x, y):
        depth, plain = 0, x
        while isinstance(plain, Dual):
            depth, plain = depth + 1, plain.value
        asked.append((depth, np.shape(plain)))
        return 0.05 * x * x + y * y

    counting = surface_of(formula, BOWL.window, BOWL.start)
    (one,) = descents(counting, name + lr, steps=17)
    once = [order for order, shape in asked if shape == ()]
    # One value and one gradient more to see whether the start will do; a Hessian takes one.
    assert once.count(0) == one.value_evaluations + 1
    assert once.count(1) == one.evaluations + 1
    assert once.count(2) == one.hessian_evaluations
    assert one.evaluations >= 17
    if name in TUNED:
        assert (one.evaluations, one.value_evaluations, one.hessian_evaluations) == (17, 0, 0)


def test_what_newton_and_the_line_searches_ask_is_counted_apart():
    newton, backtracking, gradients = descents(
        BOWL, "newton", "backtracking:lr=2", "conjugate-gradient:lr=0.5", steps=1
    )
    asked = [
        (one.evaluations, one.value_evaluations, one.hessian_evaluations)
        for one in (newton, backtracking, gradients)
    ]
    # lr = 2 carries b from 2.4 to -7.2, half of it to -2.4, below the start as W has come nearer.
    # lr = 0.5 goes from b = 2.4 to 0 but for what W gains: the slope has all but gone at once.
    assert asked == [(1, 0, 1), (1, 3, 0), (2, 2, 0)]


def test_progress_never_falls_and_ends_with_all_steps_of_all_optimizers():
    told = []
    specs = parse_specs(["sgd:lr=1000", "adam", "sgd:lr=0.1"])
    setup = Setup(BOWL, specs, BOWL.start, 2500, BOWL.window)
    descend(setup, lambda *done: told.append(done))
    assert told == sorted(told)
    assert {total for _, total in told} == {7500}
    assert told[-1] == (7500, 7500)
    assert len(told) > 3


# Which rate is taken


def test_a_given_rate_is_used_and_said_to_be_given():
    (one,) = descents(BOWL, "sgd:lr=0.125", steps=1)
    assert one.settings["lr"] == 0.125
    assert one.rate_rule == "given"
    np.testing.assert_allclose(one.points[1], [-9 + 0.125 * 0.9, 2.4 - 0.125 * 4.8], rtol=1e-14)


@pytest.mark.parametrize("name", TUNED)
def test_a_missing_rate_is_tuned_said_to_be_tuned_and_then_used(name):
    (tuned,) = descents(BOWL, name)
    assert tuned.rate_rule == "tuned"
    (given,) = descents(BOWL, f"{name}:lr={tuned.settings['lr']!r}")
    assert given.rate_rule == "given"
    np.testing.assert_array_equal(given.points, tuned.points)


@pytest.mark.parametrize("name", OWN_RATE)
def test_a_rule_that_brings_its_own_rate_is_not_tuned(name):
    (one,) = descents(BOWL, name)
    assert one.rate_rule == "default"
    assert one.settings["lr"] == load_optimizer(name).defaults["lr"]
    (given,) = descents(BOWL, f"{name}:lr={one.settings['lr']!r}")
    assert given.rate_rule == "given"
    np.testing.assert_array_equal(given.points, one.points)


def test_the_rates_tried_go_from_1e_5_to_1e3_a_tenth_apart_and_have_two_digits():
    assert (len(RATES), RATES[0], RATES[-1]) == (193, 1e-5, 1e3)
    assert all(rate == float(f"{rate:.1e}") for rate in RATES.tolist())
    apart = RATES[1:] / RATES[:-1]
    assert 1.06 < apart.min() < apart.max() < 1.17


# The rule of tuning, from the module's docstring, with plain numbers and one rate at a time.


def slopes_of_the_bowl(w, b):
    return 0.1 * w, 2 * b


def height_of_the_bowl(w, b):
    return 0.05 * w * w + b * b


def plain_sgd(point, lr, steps):
    for _ in range(steps):
        point = tuple(c - lr * g for c, g in zip(point, slopes_of_the_bowl(*point), strict=True))
        yield point


def plain_momentum(point, lr, steps):
    v = (0.0, 0.0)
    for _ in range(steps):
        slopes = slopes_of_the_bowl(*point)
        v = tuple(0.9 * a - lr * g for a, g in zip(v, slopes, strict=True))
        point = tuple(c + a for c, a in zip(point, v, strict=True))
        yield point


def plain_rmsprop(point, lr, steps):
    s = (0.0, 0.0)
    for _ in range(steps):
        slopes = slopes_of_the_bowl(*point)
        s = tuple(0.9 * a + (1 - 0.9) * g * g for a, g in zip(s, slopes, strict=True))
        point = tuple(
            c - lr * g / math.sqrt(a + 1e-8) for c, g, a in zip(point, slopes, s, strict=True)
        )
        yield point


def bowls_heights():
    """Return the heights at the centres of 192 x 192 cells of the window, sorted."""
    centres = [(k + 0.5) / 192 for k in range(192)]
    return sorted(height_of_the_bowl(-10 + 20 * u, -3 + 6 * v) for u in centres for v in centres)


def score(path, heights):
    """Return the sum of progress, detour, leaps and leaving; the bowl lies in its window."""
    if not all(-30 <= w <= 30 and -9 <= b <= 9 for w, b in path):
        return math.inf
    total, leaves = 0.0, False
    for w, b in path:
        inside = -10 <= w <= 10 and -3 <= b <= 3
        leaves = leaves or not inside
        lower = bisect_left(heights, height_of_the_bowl(w, b)) if inside else len(heights)
        total += math.log10(lower / len(heights) + 1e-4)
    places = [(w / 20, b / 6) for w, b in path]
    strides = [math.dist(here, there) for here, there in pairwise(places)]
    detour = sum(strides) - min(math.dist(places[0], places[-1]), 1.0)
    leap = math.log2(max(max(strides) / 0.08, 1.0))
    return total / len(path) + 0.1 * detour + 2 * leap + 2 * leaves


@pytest.mark.parametrize(
    ("name", "plain"),
    [("sgd", plain_sgd), ("momentum", plain_momentum), ("rmsprop", plain_rmsprop)],
)
@pytest.mark.parametrize("steps", [40, 150])
def test_the_tuned_rate_is_the_one_that_the_documented_rule_gives(name, plain, steps):
    heights, rates = bowls_heights(), RATES.tolist()
    results = [score([BOWL.start, *plain(BOWL.start, lr, steps)], heights) for lr in rates]
    around = [results[0], *results, results[-1]]
    worst = [max(around[k : k + 3]) for k in range(len(results))]
    (tuned,) = descents(BOWL, name, steps=steps)
    assert tuned.settings["lr"] == rates[worst.index(min(worst))]


def test_every_path_is_scored_as_documented_also_outside_the_window_and_far_away():
    generator = np.random.default_rng(0)
    sizes = np.array([0.01, 0.1, 0.3, 0.6, 10])  # of the strides; the window is 20 by 6
    strides = generator.normal(size=(30, 5, 2)) * sizes[:, None]
    straight = np.broadcast_to([0.3, -0.2], (30, 1, 2))
    steps = np.concatenate([strides, straight, 5 * straight, 100 * straight], axis=1)
    paths = np.array(BOWL.start) + np.cumsum(steps, axis=0)
    got = scores(BOWL, paths, BOWL.window, Ranks.of(BOWL, BOWL.window))
    heights = bowls_heights()
    expected = [score(paths[:, k].tolist(), heights) for k in range(8)]
    assert [math.isfinite(one) for one in expected] == [True] * 4 + [False, True, False, False]
    np.testing.assert_allclose(got, expected, rtol=1e-12)


def test_a_path_that_is_not_finite_has_an_infinite_score():
    paths = np.zeros((4, 3, 2))
    paths[2, 1, 0], paths[3, 2, 1] = math.nan, math.inf
    got = scores(BOWL, paths, BOWL.window, Ranks.of(BOWL, BOWL.window))
    assert np.isfinite(got).tolist() == [True, False, False]
    assert got[1:].tolist() == [math.inf, math.inf]


def test_the_rule_is_the_same_for_every_optimizer():
    for texts in (["sgd", "momentum:beta=0", "nag:beta=0"], ["momentum", "momentum:beta=0.9"]):
        assert len({one.settings["lr"] for one in descents(BOWL, *texts)}) == 1


def test_the_given_settings_take_part_in_the_tuning():
    light, heavy = descents(BOWL, "momentum:beta=0", "momentum:beta=0.99", steps=100)
    assert light.settings["lr"] > 2 * heavy.settings["lr"]


def test_on_a_tie_the_smaller_rate_wins():
    (one,) = descents(surface_of(lambda x, y: 0 * x * y), "sgd")
    assert one.settings["lr"] == RATES[0]


def test_a_surface_without_a_minimum_can_be_tuned_for():
    saddle = load_surface("monkey-saddle")
    for one in descents(saddle, *TUNED, steps=198):
        assert one.rate_rule == "tuned"
        assert one.diverged_at is None
        assert one.heights[-1] < -1


@pytest.mark.parametrize("name", optimizer_names())
def test_a_rate_that_diverges_never_wins_against_one_that_does_not(name):
    steep = surface_of(lambda x, y: (4 * x) ** 4 + (4 * y) ** 4)
    (small,) = descents(steep, f"{name}:lr=0.00001", steps=60)
    assert small.diverged_at is None
    (tuned,) = descents(steep, name, steps=60)
    assert tuned.diverged_at is None


@pytest.mark.parametrize("name", ["adagrad", "rmsprop", "adam"])
def test_a_rate_that_steps_off_the_surface_never_wins_against_one_that_does_not(name):
    pit = surface_of(lambda x, y: np.log(x) + y**2, Window(-1, 2, -1, 1), (1, 0.5))
    (small,) = descents(pit, f"{name}:lr=0.00001", steps=50)
    assert small.diverged_at is None
    (tuned,) = descents(pit, name, steps=50)
    assert tuned.diverged_at is None


def test_tuning_looks_no_further_than_1000_steps():
    rates = [
        descents(BOWL, "adadelta", steps=steps)[0].settings["lr"] for steps in (900, 1000, 1100)
    ]
    assert rates[0] != rates[1] == rates[2]


def test_where_every_rate_diverges_the_smallest_is_taken():
    cliff = surface_of(lambda x, y: -np.exp(700 * x) + 0 * y, Window(-1, 1, -1, 1), (0.99, 0))
    (one,) = descents(cliff, "sgd", steps=10)
    assert one.settings["lr"] == 1e-21
    assert one.diverged_at is not None


# Ends by overflow. Warnings are errors in these tests, so that none is printed either.


@pytest.mark.parametrize("name", ["sgd", "momentum", "nag"])
@pytest.mark.parametrize("surface", [ROSENBROCK, load_surface("beale")], ids=lambda s: s.name)
def test_an_overflow_ends_a_run_at_its_last_finite_step(surface, name):
    (one,) = descents(surface, f"{name}:lr=10", steps=100)
    assert 1 < one.diverged_at < 20
    assert len(one.points) == len(one.heights) == one.diverged_at == one.steps + 1
    assert np.isfinite(one.points).all()
    assert np.isfinite(one.heights).all()
    assert one.evaluations < 100


def test_the_step_at_which_a_run_diverges_is_the_first_whose_height_is_not_finite():
    (one,) = descents(BOWL, "sgd:lr=1000", steps=200)
    b = [2.4 * (1 - 2000.0) ** k for k in range(60)]  # b overflows only after its square
    last = max(k for k in range(60) if abs(b[k]) < math.sqrt(np.finfo(float).max))
    assert one.diverged_at == last + 1
    np.testing.assert_allclose(one.points[:, 1], b[: last + 1], rtol=1e-12)


def test_a_run_that_steps_off_where_the_surface_is_defined_ends_there():
    root = surface_of(lambda x, y: np.sqrt(x) + 0 * y)
    (one,) = descents(root, "sgd:lr=0.5", steps=10)
    # From 0.5 the slope 0.5 / sqrt(0.5) carries it to 0.146, and from there below 0.
    assert one.diverged_at == 2
    np.testing.assert_allclose(one.points[:, 0], [0.5, 0.5 - 0.25 / math.sqrt(0.5)])


def test_one_that_diverges_leaves_the_others_alone():
    wild, calm = descents(BOWL, "sgd:lr=1000", "sgd:lr=0.1", steps=200)
    assert wild.diverged_at is not None
    assert (calm.diverged_at, calm.steps) == (None, 200)


# Starts from which nothing can be run


@pytest.mark.parametrize(
    ("formula", "start"),
    [
        (lambda x, y: np.log(x) + y, (-1, 0)),  # no value
        (lambda x, y: 1 / (x * x + y * y), (0, 0)),  # an infinite one
        (lambda x, y: np.sqrt(x) + y, (0, 0)),  # no slope
        (lambda x, y: np.exp(x) + y, (1000, 0)),
        (lambda x, y: x + y, (math.nan, 0)),
        (lambda x, y: x + y, (0, math.inf)),
    ],
)
def test_a_start_without_a_finite_value_and_slope_is_refused(formula, start):
    with pytest.raises(TrajvizError, match="no finite value and slope at the start") as refusal:
        descents(surface_of(formula), "sgd", start=start)
    assert str(start) in str(refusal.value)


def test_a_formula_without_a_derivative_is_refused_by_its_functions_name():
    with pytest.raises(TrajvizError, match="cannot differentiate 'i0'"):
        descents(surface_of(lambda x, y: np.i0(x) + y), "sgd:lr=0.1")


def test_a_window_without_a_finite_value_cannot_be_tuned_in_but_a_given_rate_runs():
    half = surface_of(lambda x, y: np.sqrt(x) + 0 * y)
    beyond = Window(-3, -2, 0, 1)
    with pytest.raises(TrajvizError, match="no finite value in the window"):
        descents(half, "sgd", window=beyond)
    (one,) = descents(half, "sgd:lr=0.001", window=beyond)
    assert one.steps == 30
