"""What every optimizer promises, and each rule's arithmetic written out a second time."""

import inspect
import math
import re
from itertools import islice

import numpy as np
import pytest

from trajviz.catalogue import load_surface
from trajviz.descent import descend
from trajviz.errors import TrajvizError
from trajviz.optimizers import DEFAULT_OPTIMIZERS, load_optimizer, optimizer_names
from trajviz.spec import parse_specs

BOWL, BEALE, SADDLE = (load_surface(name) for name in ("bowl", "beale", "saddle"))


@pytest.fixture(params=optimizer_names())
def optimizer(request):
    return load_optimizer(request.param)


def walk(name, gradient, start, steps, **settings):
    """Return start and the points after each step, (steps + 1, ...)."""
    rule = load_optimizer(name).rule(gradient, start, **settings)
    return np.array([start, *islice(rule, steps)])


# What every optimizer promises


def test_the_rules_signature_begins_with_gradient_w_lr_and_the_rest_have_defaults(optimizer):
    parameters = list(inspect.signature(optimizer.rule).parameters.values())
    assert [p.name for p in parameters[:3]] == ["gradient", "w", "lr"]
    assert all(p.default is inspect.Parameter.empty for p in parameters[:2])
    assert all(isinstance(p.default, float) for p in parameters[3:])
    assert list(optimizer.defaults) == [p.name for p in parameters[2:]]
    assert all(p.annotation is not inspect.Parameter.empty for p in parameters)


def test_the_docstring_has_a_title_a_summary_a_source_with_a_year_and_a_doctest(optimizer):
    text = inspect.getdoc(optimizer.rule)
    first = text.split("\n")[0]
    assert first == f"{optimizer.title}: {optimizer.summary}"
    assert optimizer.title
    assert optimizer.summary.endswith(".")
    assert re.search(r"^Source: .*\(\d{4}\)", text, re.MULTILINE)
    assert ">>> " in text
    assert re.search(r"^w = w ", text, re.MULTILINE), "the docstring states the update"


def test_an_optimizer_is_found_by_its_name_in_either_spelling(optimizer):
    assert load_optimizer(optimizer.name.replace("-", "_")).rule is optimizer.rule
    assert optimizer.rule.__name__ == optimizer.name.replace("-", "_")


def test_a_batch_of_starts_and_rates_gives_what_each_gives_alone(optimizer):
    generator = np.random.default_rng(0)
    starts = generator.uniform(-2, 2, (4, 3, 2))
    rates = np.array([1e-4, 1e-3, 3e-3, 1e-2]).reshape(4, 1, 1)
    batch = walk(optimizer.name, BEALE.gradient, starts, 20, lr=rates)
    assert batch.shape == (21, 4, 3, 2)
    # To the last bit: + - * / and sqrt round correctly, whether numpy takes them one or many at a
    # time. A rule with exp or a power of an array may be off by one and need a tolerance here.
    for i, j in np.ndindex(4, 3):
        rate = float(rates[i, 0, 0])
        alone = walk(optimizer.name, BEALE.gradient, starts[i, j], 20, lr=rate)
        np.testing.assert_array_equal(batch[:, i, j], alone)


def test_a_rule_leaves_the_start_and_the_points_it_has_yielded_alone(optimizer):
    start = np.array(BOWL.start)
    rule = optimizer.rule(BOWL.gradient, start, lr=0.01)
    first = next(rule)
    before = first.copy()
    next(rule)
    assert start.tolist() == list(BOWL.start)
    np.testing.assert_array_equal(first, before)


def test_two_walks_of_one_rule_share_no_state(optimizer):
    start = np.array(BOWL.start)
    alone = walk(optimizer.name, BOWL.gradient, start, 10, lr=0.01)
    first, second = (optimizer.rule(BOWL.gradient, start, lr=0.01) for _ in range(2))
    both = [(next(first), next(second)) for _ in range(10)]
    np.testing.assert_array_equal(np.array(both)[:, 0], alone[1:])
    np.testing.assert_array_equal(np.array(both)[:, 1], alone[1:])


def test_a_rule_asks_for_one_gradient_a_step(optimizer):
    asked = []

    def gradient(w):
        asked.append(w)
        return BOWL.gradient(w)

    walk(optimizer.name, gradient, np.array(BOWL.start), 7, lr=0.01)
    assert len(asked) == 7


def test_a_rule_goes_nowhere_where_there_is_no_slope(optimizer):
    points = walk(optimizer.name, np.zeros_like, np.ones(2), 5, lr=0.1)
    np.testing.assert_array_equal(points, np.ones((6, 2)))


def test_the_first_step_goes_downhill_on_both_axes(optimizer):
    start = np.array(BOWL.start)
    first = walk(optimizer.name, BOWL.gradient, start, 1, lr=0.01)[1]
    assert (np.sign(start - first) == np.sign(BOWL.gradient(start))).all()


def test_with_a_tuned_rate_it_comes_down_the_bowl(optimizer):
    (run,) = descend(BOWL, parse_specs([optimizer.name]), BOWL.start, 200, BOWL.window)
    assert run.heights[-1] < 0.02 * run.heights[0]


def test_those_who_race_by_default_exist():
    assert {*DEFAULT_OPTIMIZERS} <= {*optimizer_names()}


@pytest.mark.parametrize(("given", "guess"), [("adm", "adam"), ("SGD", "sgd"), ("nags", "nag")])
def test_an_unknown_name_is_refused_with_the_nearest_one(given, guess):
    message = f"unknown optimizer '{given}', did you mean '{guess}'"
    with pytest.raises(TrajvizError, match=message):
        load_optimizer(given)


@pytest.mark.parametrize(
    ("name", "defaults"),
    [
        ("sgd", {"lr": None}),
        ("momentum", {"lr": None, "beta": 0.9}),
        ("nag", {"lr": None, "beta": 0.9}),
        ("adagrad", {"lr": None, "eps": 1e-10}),
        ("adadelta", {"lr": None, "rho": 0.95, "eps": 1e-6}),
        ("rmsprop", {"lr": None, "beta": 0.9, "eps": 1e-8}),
        ("adam", {"lr": None, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}),
    ],
)
def test_the_papers_defaults(name, defaults):
    assert load_optimizer(name).defaults == defaults


# Arithmetic by hand. Slopes 2 and -10 on the two axes at first, 6 and 0 after; lr = 0.1.


@pytest.mark.parametrize(
    ("name", "settings", "first", "second"),
    [
        ("sgd", {}, (0.1 * 2, -0.1 * 10), (0.1 * 6, 0)),
        # the velocity is 0.2, then 0.5 * 0.2 + 0.6; and -1, then 0.5 * -1
        ("momentum", {"beta": 0.5}, (0.2, -1.0), (0.7, -0.5)),
        # (1 + 0.5) 0.2, then 0.5 * 0.7 + 0.6; (1 + 0.5) (-1), then 0.5 * -0.5 + 0
        ("nag", {"beta": 0.5}, (0.3, -1.5), (0.95, -0.25)),
        # the sum of squares is 4, then 40; and 100, then 100
        (
            "adagrad",
            {"eps": 0.25},
            (0.2 / 2.25, -1 / 10.25),
            (0.6 / (math.sqrt(40) + 0.25), 0),
        ),
        # s: 1 and 9.75; 25. d: sqrt(0.5 / 1.5) 2, whose square is 4/3, so that u = 1/3
        (
            "adadelta",
            {"rho": 0.75, "eps": 0.5},
            (0.2 * math.sqrt(0.5 / 1.5), -math.sqrt(0.5 / 25.5)),
            (0.6 * math.sqrt((1 / 3 + 0.5) / (9.75 + 0.5)), 0),
        ),
        (
            "rmsprop",
            {"beta": 0.75, "eps": 0.5},
            (0.2 / math.sqrt(1.5), -1 / math.sqrt(25.5)),
            (0.6 / math.sqrt(10.25), 0),
        ),
        # m: 1 / 0.5, then 3.5 / 0.75; s: 1 / 0.25, then 9.75 / 0.4375
        # m: -5 / 0.5, then -2.5 / 0.75; s: 25 / 0.25, then 18.75 / 0.4375
        (
            "adam",
            {"beta1": 0.5, "beta2": 0.75, "eps": 0.5},
            (0.1 * 2 / 2.5, -0.1 * 10 / 10.5),
            (
                0.1 * 3.5 / 0.75 / (math.sqrt(9.75 / 0.4375) + 0.5),
                -0.1 * 2.5 / 0.75 / (math.sqrt(18.75 / 0.4375) + 0.5),
            ),
        ),
    ],
)
def test_the_first_two_steps_are_those_worked_out_by_hand(name, settings, first, second):
    slopes = iter(np.array([[2.0, -10.0], [6.0, 0.0]]))
    points = walk(name, lambda _: next(slopes), np.array([1.0, -0.5]), 2, lr=0.1, **settings)
    np.testing.assert_allclose(points[0] - points[1], first, rtol=1e-14)
    np.testing.assert_allclose(points[1] - points[2], second, rtol=1e-14, atol=1e-15)


def test_rmsprop_is_the_articles_to_the_letter_epsilon_inside_the_root():
    w, b = BOWL.start
    s_dw = s_db = 0.0
    expected = [(w, b)]
    for _ in range(200):
        dw, db = 2 * 0.05 * w, 2 * b
        s_dw = 0.9 * s_dw + (1 - 0.9) * dw**2
        s_db = 0.9 * s_db + (1 - 0.9) * db**2
        w = w - 0.17 * dw / math.sqrt(s_dw + 1e-8)
        b = b - 0.17 * db / math.sqrt(s_db + 1e-8)
        expected.append((w, b))
    points = walk("rmsprop", BOWL.gradient, np.array(BOWL.start), 200, lr=0.17)
    np.testing.assert_allclose(points, expected, rtol=0, atol=1e-12)


def test_rmsprop_with_epsilon_inside_never_divides_by_less_than_its_root():
    points = walk("rmsprop", lambda w: np.full_like(w, 1e-9), np.zeros(2), 5, lr=1.0)
    np.testing.assert_allclose(np.diff(points, axis=0), -1e-9 / 1e-4, rtol=1e-9)


def test_nags_point_is_where_sutskevers_velocity_carries_his():
    theta, v = np.array(BEALE.start), np.zeros(2)
    lookahead = [theta]
    for _ in range(200):
        v = 0.9 * v - 1e-3 * BEALE.gradient(theta + 0.9 * v)
        theta = theta + v
        lookahead.append(theta + 0.9 * v)
    points = walk("nag", BEALE.gradient, np.array(BEALE.start), 200, lr=1e-3, beta=0.9)
    np.testing.assert_allclose(points, lookahead, rtol=0, atol=1e-12)
    assert np.abs(points[-1] - theta).max() > 1e-4  # not his theta


def test_without_momentum_the_heavy_balls_are_sgd():
    start = np.array(BEALE.start)
    plain = walk("sgd", BEALE.gradient, start, 50, lr=1e-3)
    for name in ("momentum", "nag"):
        points = walk(name, BEALE.gradient, start, 50, lr=1e-3, beta=0.0)
        np.testing.assert_array_equal(points, plain)


def test_adadelta_at_lr_1_is_zeilers_rule():
    points = walk("adadelta", BOWL.gradient, np.array(BOWL.start), 200, lr=1.0)
    for axis, curvature in enumerate((0.1, 2.0)):
        x = BOWL.start[axis]
        squared_gradients = squared_steps = 0.0
        for step in range(1, 201):
            g = curvature * x
            squared_gradients = 0.95 * squared_gradients + 0.05 * g**2
            rms = [math.sqrt(mean + 1e-6) for mean in (squared_steps, squared_gradients)]
            delta = -rms[0] / rms[1] * g
            squared_steps = 0.95 * squared_steps + 0.05 * delta**2
            x += delta
            assert points[step, axis] == pytest.approx(x, abs=1e-12)


def test_adadeltas_lr_multiplies_the_step_and_stays_out_of_the_accumulators():
    slopes = np.random.default_rng(0).normal(size=(50, 2))

    def steps(lr):
        stream = iter(slopes)
        return np.diff(walk("adadelta", lambda _: next(stream), np.zeros(2), 50, lr=lr), axis=0)

    np.testing.assert_allclose(steps(7.0), 7 * steps(1.0), rtol=1e-9)


def test_adagrads_steps_shrink_with_the_root_of_the_count():
    points = walk("adagrad", np.ones_like, np.zeros(2), 100, lr=1.0)
    expected = -1 / np.sqrt(np.arange(1, 101))
    np.testing.assert_allclose(np.diff(points[:, 0]), expected, rtol=1e-9)


def test_adams_steps_are_lr_long_while_the_slope_stays():
    points = walk("adam", lambda w: np.full_like(w, 1e-3), np.zeros(2), 100, lr=0.1, eps=0.0)
    np.testing.assert_allclose(np.diff(points[:, 0]), -0.1, rtol=1e-9)


@pytest.mark.parametrize("name", ["adagrad", "rmsprop", "adam"])
def test_a_scaled_rule_does_not_notice_the_surfaces_scale(name):
    start = np.array(BOWL.start)
    plain = walk(name, BOWL.gradient, start, 50, lr=0.1, eps=0.0)
    scaled = walk(name, lambda w: 1024 * BOWL.gradient(w), start, 50, lr=0.1, eps=0.0)
    np.testing.assert_allclose(scaled, plain, rtol=0, atol=1e-12)


# Radford's animations, as measured frame by frame


def test_on_radfords_beale_adagrads_first_step_is_one_to_the_left_and_one_down():
    points = walk("adagrad", BEALE.gradient, np.array([1.0, 1.6]), 1, lr=1.0)
    np.testing.assert_allclose(points[1] - points[0], [-1, -1], atol=1e-6)


def test_on_radfords_saddle_sgd_stays_on_top_and_rmsprop_leaves():
    start = np.array([0.25, -1e-6])
    stuck = walk("sgd", SADDLE.gradient, start, 198, lr=0.01)[-1]
    assert np.linalg.norm(stuck) < 1e-3
    gone = walk("rmsprop", SADDLE.gradient, start, 198, lr=0.01, beta=0.95)[-1]
    assert abs(gone[0]) < 0.05
    assert gone[1] < -1
