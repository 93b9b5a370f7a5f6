"""What every optimizer promises, and each rule's arithmetic written out a second time."""

import dataclasses
import inspect
import itertools
import math
import re
import sys
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from races import descents
from scipy.optimize import minimize

from trajviz.descent.noise import Noise
from trajviz.errors import TrajvizError
from trajviz.optimizers import DEFAULT_OPTIMIZERS, FAMILIES, RATE_RANGE, rules
from trajviz.optimizers.find import load_optimizer, optimizer_names
from trajviz.surface import Surface
from trajviz.surface.catalogue import load_surface, surface_names

BOWL, BEALE, SADDLE = (load_surface(name) for name in ("bowl", "beale", "saddle"))
ROSENBROCK = load_surface("rosenbrock")
FLAT = Surface(lambda x, y: 0 * x * y, (-2, 2, -2, 2), (1, 1))


@pytest.fixture(params=optimizer_names())
def optimizer(request):
    return load_optimizer(request.param)


def begin(name, surface, start, **settings):
    """Start a rule on a surface, or on a function that is its gradient."""
    rule = load_optimizer(name).rule
    if isinstance(surface, Surface) and "gradient" in inspect.signature(rule).parameters:
        surface = surface.gradient
    return rule(surface, start, **settings)


def walk(name, surface, start, steps, **settings):
    """Return start and the points after each step, (steps + 1, ...)."""
    return np.array([start, *islice(begin(name, surface, start, **settings), steps)])


# What every optimizer promises


def test_the_rules_signature_begins_with_gradient_w_lr_and_the_rest_have_defaults(optimizer):
    parameters = list(inspect.signature(optimizer.rule).parameters.values())
    assert parameters[0].name in {"gradient", "surface"}
    assert [p.name for p in parameters[1:3]] == ["w", "lr"]
    assert all(p.default is inspect.Parameter.empty for p in parameters[:2])
    assert all(isinstance(p.default, float) for p in parameters[3:])
    assert list(optimizer.defaults) == [p.name for p in parameters[2:]]
    assert all(p.annotation is not inspect.Parameter.empty for p in parameters)


def test_the_docstring_has_all_that_is_listed_and_a_doctest(optimizer):
    text = inspect.getdoc(optimizer.rule)
    first = text.split("\n")[0]
    assert first == f"{optimizer.title}: {optimizer.summary}"
    assert optimizer.title
    assert optimizer.summary.endswith(".")
    assert re.search(r"w = w ", optimizer.formula), "the formula states the update"
    assert "\n" not in optimizer.formula
    assert optimizer.family in FAMILIES
    assert re.search(r"\((\d{4})\)", optimizer.source)
    assert not re.search("Family|Elsewhere|torch", optimizer.source)
    for library in ("torch", "keras", "optax"):
        assert library in optimizer.elsewhere or "all compute the same" in optimizer.elsewhere
    assert ">>> " in text
    assert ">>>" not in optimizer.elsewhere


def test_what_is_listed_of_an_optimizer_is_read_from_its_docstring():
    nag = load_optimizer("nag")
    assert (nag.title, nag.family) == ("NAG", "momentum")
    assert nag.summary == "momentum that looks ahead to where its velocity carries it."
    assert nag.formula == "v = beta v - lr g(w); w = w + beta v - lr g(w)"
    assert nag.source.startswith(
        "Nesterov (1983), rearranged as by Bengio et al. (2013), eqs. 6-7,"
    )
    assert nag.source.endswith("rather than their theta.")
    assert nag.elsewhere.startswith("keras computes the same; torch and optax keep lr outside")
    assert nag.elsewhere.endswith("which is the same path while lr is constant.")


def test_every_family_has_a_member():
    assert {load_optimizer(name).family for name in optimizer_names()} == set(FAMILIES)


def test_an_optimizer_is_found_by_its_name_in_either_spelling(optimizer):
    assert load_optimizer(optimizer.name.replace("-", "_")).rule is optimizer.rule
    assert optimizer.rule.__name__ == optimizer.name.replace("-", "_")


def test_a_batch_of_starts_and_rates_gives_what_each_gives_alone(optimizer):
    generator = np.random.default_rng(0)
    starts = generator.uniform(-2, 2, (4, 3, 2))
    rates = np.array([1e-4, 1e-3, 3e-3, 1e-2]).reshape(4, 1, 1)
    batch = walk(optimizer.name, BEALE, starts, 20, lr=rates)
    assert batch.shape == (21, 4, 3, 2)
    # To the last bit: + - * / and sqrt round correctly, whether numpy takes them one or many at a
    # time. A rule with exp or a power of an array may be off by one and need a tolerance here.
    for i, j in np.ndindex(4, 3):
        rate = float(rates[i, 0, 0])
        alone = walk(optimizer.name, BEALE, starts[i, j], 20, lr=rate)
        np.testing.assert_array_equal(batch[:, i, j], alone)


def test_a_rule_leaves_the_start_and_the_points_it_has_yielded_alone(optimizer):
    start = np.array(BOWL.start)
    rule = begin(optimizer.name, BOWL, start, lr=0.01)
    first = next(rule)
    before = first.copy()
    next(rule)
    assert start.tolist() == list(BOWL.start)
    np.testing.assert_array_equal(first, before)


def test_two_walks_of_one_rule_share_no_state(optimizer):
    start = np.array(BOWL.start)
    alone = walk(optimizer.name, BOWL, start, 10, lr=0.01)
    first, second = (begin(optimizer.name, BOWL, start, lr=0.01) for _ in range(2))
    both = [(next(first), next(second)) for _ in range(10)]
    np.testing.assert_array_equal(np.array(both)[:, 0], alone[1:])
    np.testing.assert_array_equal(np.array(both)[:, 1], alone[1:])


def test_a_rule_asks_for_one_gradient_a_step_and_for_more_only_along_a_line(optimizer):
    asked = []

    def slopes(points):
        asked.append(points)
        return np.stack([0.1 * points[..., 0], 2 * points[..., 1]], axis=-1)

    counting = dataclasses.replace(BOWL, gradient_formula=slopes)
    walk(optimizer.name, counting, np.array(BOWL.start), 7, lr=0.01)
    trials = {"newton": 7 * 4, "conjugate-gradient": len(asked) - 7}  # newton's are differences
    assert len(asked) == 7 + trials.get(optimizer.name, 0)
    assert len(asked) < 50


def test_a_rule_goes_nowhere_where_there_is_no_slope(optimizer):
    shrinking = {"weight_decay": 0.0} if "weight_decay" in optimizer.defaults else {}
    points = walk(optimizer.name, FLAT, np.ones((3, 2)), 5, lr=0.1, **shrinking)
    np.testing.assert_array_equal(points, np.ones((6, 3, 2)))


def test_the_first_step_goes_downhill_on_both_axes(optimizer):
    start = np.array(BOWL.start)
    first = walk(optimizer.name, BOWL, start, 1, lr=0.01)[1]
    assert (np.sign(start - first) == np.sign(BOWL.gradient(start))).all()


def test_with_a_tuned_rate_or_its_own_it_comes_down_the_bowl(optimizer):
    (run,) = descents(BOWL, optimizer.name, steps=200)
    # RAdam's first steps are not scaled: at a rate at which they are calm it is slow afterwards.
    assert run.heights[-1] < (0.2 if optimizer.name == "radam" else 0.02) * run.heights[0]


def test_those_who_race_by_default_exist():
    assert {*DEFAULT_OPTIMIZERS} <= {*optimizer_names()}


@pytest.mark.parametrize(("given", "guess"), [("adm", "adam"), ("SGD", "sgd"), ("nags", "nag")])
def test_an_unknown_name_is_refused_with_the_nearest_one(given, guess):
    message = f"unknown optimizer '{given}', did you mean '{guess}'"
    with pytest.raises(TrajvizError, match=message):
        load_optimizer(given)


PAPERS = {
    "sgd": {"lr": None},
    "momentum": {"lr": None, "beta": 0.9},
    "nag": {"lr": None, "beta": 0.9},
    "adagrad": {"lr": None, "eps": 1e-10},
    "adadelta": {"lr": None, "rho": 0.95, "eps": 1e-6},
    "rmsprop": {"lr": None, "beta": 0.9, "eps": 1e-8},
    "adam": {"lr": None, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8},
    "dampened-momentum": {"lr": None, "beta": 0.9},
    "rmsprop-momentum": {"lr": None, "beta": 0.9, "momentum": 0.9, "eps": 1e-8},
    "rmsprop-centered": {"lr": None, "beta": 0.95, "momentum": 0.9, "eps": 1e-4},
    "amsgrad": {"lr": None, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8},
    "adamax": {"lr": None, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8},
    "nadam": {"lr": None, "beta1": 0.9, "beta2": 0.999, "psi": 0.004, "eps": 1e-8},
    "radam": {"lr": None, "beta1": 0.9, "beta2": 0.999, "threshold": 4.0, "eps": 1e-8},
    "adamw": {"lr": None, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weight_decay": 0.01},
    "adabelief": {"lr": None, "beta1": 0.9, "beta2": 0.999, "eps": 1e-16},
    "yogi": {"lr": None, "beta1": 0.9, "beta2": 0.999, "eps": 1e-3},
    "lion": {"lr": None, "beta1": 0.9, "beta2": 0.99, "weight_decay": 0.0},
    "signsgd": {"lr": None},
    "rprop": {"lr": None, "shrink": 0.5, "grow": 1.2, "min_step": 1e-6, "max_step": 50.0},
    "backtracking": {"lr": 1.0, "shrink": 0.5, "c1": 1e-4},
    "barzilai-borwein": {"lr": 1e-3},
    "newton": {"lr": 1.0},
    "conjugate-gradient": {"lr": 1e-3, "c1": 1e-4, "c2": 0.1},
}
"""The settings that each rule's paper, or the library that it follows, takes."""


@pytest.mark.parametrize("name", PAPERS)
def test_the_papers_defaults(name):
    assert load_optimizer(name).defaults == PAPERS[name]


TORCHS_RATES = {
    **dict.fromkeys(("sgd", "momentum", "nag", "dampened-momentum"), 0.001),
    **dict.fromkeys(("adam", "adamw", "amsgrad", "radam"), 0.001),
    **dict.fromkeys(("adagrad", "rmsprop", "rmsprop-momentum", "rprop"), 0.01),
    **dict.fromkeys(("adamax", "nadam"), 0.002),
    "adadelta": 1.0,
}
AUTHORS_RATES = {
    "rmsprop-centered": 1e-4,
    "adabelief": 1e-3,
    "yogi": 0.01,
    "lion": 1e-4,
    "signsgd": 1e-4,
}
STEP_LENGTHS = {
    "backtracking": 1.0,
    "newton": 1.0,
    "barzilai-borwein": 1e-3,
    "conjugate-gradient": 1e-3,
}
RATES = TORCHS_RATES | AUTHORS_RATES | STEP_LENGTHS
"""What torch takes, else the authors; 1 where the rule finds its step itself."""


@pytest.mark.parametrize("name", PAPERS)
def test_the_default_rate_is_torchs_or_the_authors(name):
    assert load_optimizer(name).default_rate == RATES[name]


SHARE, NOT_NEGATIVE = "at least 0 and below 1", "at least 0"
RANGES = {
    "lr": "above 0",
    **dict.fromkeys(("beta", "beta1", "beta2", "rho", "momentum"), SHARE),
    **dict.fromkeys(("eps", "psi", "weight_decay"), NOT_NEGATIVE),
    **dict.fromkeys(("shrink", "c1", "c2"), "above 0 and below 1"),
    **dict.fromkeys(("min_step", "max_step"), "above 0"),
    "grow": "at least 1",
    "threshold": "at least 4",
}


@pytest.mark.parametrize("name", PAPERS)
def test_where_the_papers_rules_make_sense(name):
    ranges = load_optimizer(name).ranges
    assert {key: str(ranges[key]) for key in PAPERS[name]} == {
        key: RANGES[key] for key in PAPERS[name]
    }


PLAIN = '''"""Descent with a pull."""


def plain_pull(gradient, w, lr, pull=-2.0):
    """Plain pull: descent."""
    while True:
        w = w + lr * pull * gradient(w)
        yield w
'''


@pytest.fixture
def with_a_new_rule(tmp_path, monkeypatch):
    for path in Path(rules.__file__).parent.glob("*.py"):
        (tmp_path / path.name).symlink_to(path)
    (tmp_path / "plain_pull.py").write_text(PLAIN, encoding="utf-8")
    monkeypatch.setattr(rules, "__file__", str(tmp_path / "__init__.py"))
    monkeypatch.setattr(rules, "__path__", [str(tmp_path)])
    yield
    rules.load_rule.cache_clear()
    monkeypatch.delitem(sys.modules, f"{rules.__name__}.plain_pull", raising=False)


@pytest.mark.usefixtures("with_a_new_rule")
def test_a_file_dropped_into_the_folder_is_a_rule_and_need_state_nothing():
    assert {"plain-pull", "adam"} <= {*optimizer_names()}
    made = load_optimizer("plain-pull")
    assert (made.title, made.summary) == ("Plain pull", "descent.")
    assert (made.default_rate, made.follows_schedules) == (None, True)
    assert made.ranges == {"lr": RATE_RANGE}
    (trajectory,) = descents(BOWL, "plain_pull:lr=0.5,pull=-1,decay=cosine", steps=3)
    assert trajectory.spec.settings == {"lr": 0.5, "pull": -1.0}
    assert trajectory.heights[-1] < 9


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
        # m: 1, then 3.5; and -5, then -2.5
        ("dampened-momentum", {"beta": 0.5}, (0.1, -0.5), (0.35, -0.25)),
        # rmsprop's steps, the second with half of the first
        (
            "rmsprop-momentum",
            {"beta": 0.75, "momentum": 0.5, "eps": 0.5},
            (0.2 / math.sqrt(1.5), -1 / math.sqrt(25.5)),
            (0.1 / math.sqrt(1.5) + 0.6 / math.sqrt(10.25), -0.5 / math.sqrt(25.5)),
        ),
        # m: 0.5, then 1.875; s - m^2: 0.75, then 9.75 - 3.515625; and 25 - 6.25
        (
            "rmsprop-centered",
            {"beta": 0.75, "momentum": 0.5, "eps": 0.5},
            (0.2 / math.sqrt(1.25), -1 / math.sqrt(19.25)),
            (0.1 / math.sqrt(1.25) + 0.6 / math.sqrt(6.734375), -0.5 / math.sqrt(19.25)),
        ),
        # adam's m and s uncorrected; on the second axis 18.75 is less than 25 was
        (
            "amsgrad",
            {"beta1": 0.5, "beta2": 0.75, "eps": 0.5},
            (0.1 * 1 / 1.5, -0.1 * 5 / 5.5),
            (0.1 * 3.5 / (math.sqrt(9.75) + 0.5), -0.1 * 2.5 / 5.5),
        ),
        # u: 2.5, then 6.5; and 10.5, then 0.75 * 10.5
        (
            "adamax",
            {"beta1": 0.5, "beta2": 0.75, "eps": 0.5},
            (0.1 * 2 / 2.5, -0.1 * 10 / 10.5),
            (0.1 * 3.5 / 0.75 / 6.5, -0.1 * 2.5 / 0.75 / 7.875),
        ),
        # mu stays 0.25, its products are 0.25, 0.0625, 0.015625; s as adam's
        (
            "nadam",
            {"beta1": 0.5, "beta2": 0.75, "psi": 0.0, "eps": 0.5},
            (0.1 * (0.25 / 0.9375 + 2) / 2.5, -0.1 * (1.25 / 0.9375 + 10) / 10.5),
            (
                0.1 * (0.875 / 0.984375 + 4.5 / 0.9375) / (math.sqrt(9.75 / 0.4375) + 0.5),
                -0.1 * 0.625 / 0.984375 / (math.sqrt(18.75 / 0.4375) + 0.5),
            ),
        ),
        # rho is 1, then 7 - 4 * 0.5625 / 0.4375 < 4: the corrected m alone
        (
            "radam",
            {"beta1": 0.5, "beta2": 0.75},
            (0.2, -1.0),
            (0.35 / 0.75, -0.25 / 0.75),
        ),
        # adam's steps, and a twentieth of w = 1, -0.5 and of what the first step has left
        (
            "adamw",
            {"beta1": 0.5, "beta2": 0.75, "eps": 0.5, "weight_decay": 0.5},
            (0.08 + 0.05, -1 / 10.5 - 0.025),
            (
                0.1 * 3.5 / 0.75 / (math.sqrt(9.75 / 0.4375) + 0.5) + 0.05 * 0.87,
                -0.1 * 2.5 / 0.75 / (math.sqrt(18.75 / 0.4375) + 0.5)
                + 0.05 * (-0.5 + 1 / 10.5 + 0.025),
            ),
        ),
        # g - m: 1, then 2.5; -5, then 2.5. s: 0.75 / 0.25, 2.625 / 0.4375; 6.75 / 0.25, 7.125
        (
            "adabelief",
            {"beta1": 0.5, "beta2": 0.75, "eps": 0.5},
            (0.1 * 2 / (math.sqrt(3) + 0.5), -0.1 * 10 / (math.sqrt(27) + 0.5)),
            (
                0.1 * 3.5 / 0.75 / (math.sqrt(6) + 0.5),
                -0.1 * 2.5 / 0.75 / (math.sqrt(7.125 / 0.4375) + 0.5),
            ),
        ),
        # s: 1, then 1 + 0.25 * 36; and 25, then 25 still
        (
            "yogi",
            {"beta1": 0.5, "beta2": 0.75, "eps": 0.5},
            (0.1 / 1.5, -0.5 / 5.5),
            (0.35 / (math.sqrt(10) + 0.5), -0.25 / 5.5),
        ),
        # both times the signs are 1 and -1; w is 1, -0.5, then 0.85, -0.375
        (
            "lion",
            {"beta1": 0.5, "beta2": 0.75, "weight_decay": 0.5},
            (0.1 + 0.05, -0.1 - 0.025),
            (0.1 + 0.0425, -0.1 - 0.01875),
        ),
        ("signsgd", {}, (0.1, -0.1), (0.1, 0)),
        ("rprop", {"grow": 2.0}, (0.1, -0.1), (0.2, 0)),
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
    points = walk("rmsprop", BOWL, np.array(BOWL.start), 200, lr=0.17)
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
    points = walk("nag", BEALE, np.array(BEALE.start), 200, lr=1e-3, beta=0.9)
    np.testing.assert_allclose(points, lookahead, rtol=0, atol=1e-12)
    assert np.abs(points[-1] - theta).max() > 1e-4  # not his theta


def test_without_momentum_the_heavy_balls_are_sgd():
    start = np.array(BEALE.start)
    plain = walk("sgd", BEALE, start, 50, lr=1e-3)
    for name in ("momentum", "nag"):
        points = walk(name, BEALE, start, 50, lr=1e-3, beta=0.0)
        np.testing.assert_array_equal(points, plain)


def test_adadelta_at_lr_1_is_zeilers_rule():
    points = walk("adadelta", BOWL, np.array(BOWL.start), 200, lr=1.0)
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


SCALED = [
    name
    for name in optimizer_names()
    if load_optimizer(name).family in {"adaptive", "Adam", "sign"} and name != "radam"
]


@pytest.mark.parametrize("name", [name for name in SCALED if name != "adadelta"])
def test_a_scaled_rule_does_not_notice_the_surfaces_scale(name):
    start = np.array(BOWL.start)
    settings = {"eps": 0.0} if "eps" in load_optimizer(name).defaults else {}
    plain = walk(name, BOWL, start, 50, lr=0.1, **settings)
    scaled = walk(name, lambda w: 1024 * BOWL.gradient(w), start, 50, lr=0.1, **settings)
    np.testing.assert_allclose(scaled, plain, rtol=0, atol=1e-12)


def test_radam_is_rectified_once_rho_is_above_the_threshold():
    slopes = np.random.default_rng(0).normal(size=(20, 2))
    stream = iter(slopes)
    points = walk(
        "radam", lambda _: next(stream), np.zeros(2), 20, lr=0.5, beta2=0.99, threshold=5.0, eps=0.0
    )
    m = s = 0.0
    for t in range(1, 21):
        m, s = 0.9 * m + 0.1 * slopes[t - 1], 0.99 * s + 0.01 * slopes[t - 1] ** 2
        rho = 199 - 2 * t * 0.99**t / (1 - 0.99**t)
        step = 0.5 * m / (1 - 0.9**t)
        if t >= 6:  # rho is 4.96 at the fifth step and 5.94 at the sixth
            r = math.sqrt((rho - 4) * (rho - 2) * 199 / (195 * 197 * rho))
            step = step * r / np.sqrt(s / (1 - 0.99**t))
        np.testing.assert_allclose(points[t - 1] - points[t], step, rtol=1e-12)


def test_nadams_momentum_grows_from_half_of_beta1():
    slopes = np.random.default_rng(0).normal(size=(30, 2))
    stream = iter(slopes)
    points = walk("nadam", lambda _: next(stream), np.zeros(2), 30, lr=0.5, psi=0.5, eps=0.0)
    mu = [0.9 * (1 - 0.5 * 0.96 ** (0.5 * t)) for t in range(1, 32)]
    m = s = 0.0
    for t in range(1, 31):
        g = slopes[t - 1]
        m, s = 0.9 * m + 0.1 * g, 0.999 * s + 0.001 * g**2
        lookahead = mu[t] * m / (1 - math.prod(mu[: t + 1]))
        now = (1 - mu[t - 1]) * g / (1 - math.prod(mu[:t]))
        step = 0.5 * (lookahead + now) / np.sqrt(s / (1 - 0.999**t))
        np.testing.assert_allclose(points[t - 1] - points[t], step, rtol=1e-12)


def test_amsgrads_divisor_never_shrinks():
    stream = iter([np.array([100.0, 1.0]), *np.ones((50, 2))])
    points = walk("amsgrad", lambda _: next(stream), np.zeros(2), 51, lr=1.0, beta1=0.0)
    np.testing.assert_allclose(np.diff(points[1:, 0]), -1 / math.sqrt(0.001 * 100**2), rtol=1e-6)


def test_yogi_lets_its_divisor_fall_only_as_slowly_as_the_slopes_allow():
    stream = iter([np.array([10.0, 10.0]), *np.full((5, 2), 0.1)])
    points = walk("yogi", lambda _: next(stream), np.zeros(2), 6, lr=1.0, beta1=0.0, eps=0.0)
    s = [0.1 - 0.001 * 0.1**2 * k for k in range(1, 6)]
    np.testing.assert_allclose(np.diff(points[1:, 0]), -0.1 / np.sqrt(s), rtol=1e-9)


def test_adabelief_strides_out_where_the_slope_stays():
    points = walk("adabelief", np.ones_like, np.zeros(2), 100, lr=1.0)
    strides = -np.diff(points[:, 0])
    assert (np.diff(strides) > 0).all()
    assert strides[-1] > 2  # adam's are 1


def test_rprops_step_grows_till_the_slope_turns_then_stands_still_then_halves():
    # Slopes 1 1 1 -1 -1: the fourth turns, so it counts as none, and the fifth as the first again.
    stream = iter(np.array([[1.0, 1], [1, 1], [1, 1], [-1, 1], [-1, 1]]))
    points = walk("rprop", lambda _: next(stream), np.zeros(2), 5, lr=1.0, grow=1.5)
    np.testing.assert_allclose(-np.diff(points[:, 0]), [1, 1.5, 2.25, 0, -1.125], rtol=1e-15)
    np.testing.assert_allclose(-np.diff(points[:, 1]), 1.5 ** np.arange(5), rtol=1e-15)


def test_rprops_steps_keep_their_limits():
    points = walk("rprop", np.ones_like, np.zeros(2), 20, lr=1.0, max_step=2.0)
    np.testing.assert_allclose(-np.diff(points[:, 0])[4:], 2.0, rtol=1e-14)
    signs = itertools.cycle([1.0, -1.0])
    points = walk(
        "rprop", lambda w: np.full_like(w, next(signs)), np.zeros(2), 20, lr=1.0, min_step=0.25
    )
    assert {*np.abs(np.diff(points[6:, 0])).tolist()} == {0.0, 0.25}


def test_the_signs_steps_are_lr_long_whatever_the_slope():
    for name in ("signsgd", "lion"):
        points = walk(name, BEALE, np.array(BEALE.start), 20, lr=0.125)
        np.testing.assert_allclose(np.abs(np.diff(points, axis=0)), 0.125, rtol=1e-12)


def test_lions_sign_is_of_an_older_mean_than_the_one_it_keeps():
    # m is 0.9, then 0.09 - 0.9; c is 0.1, then 0.81 - 0.1, then -0.729 - 0.1
    stream = iter(np.array([[1.0, 1], [-1, -1], [-1, -1]]))
    points = walk("lion", lambda _: next(stream), np.zeros(2), 3, lr=1.0, beta1=0.9, beta2=0.1)
    assert points[:, 0].tolist() == [0, -1, -2, -1]


def test_without_weight_decay_adamw_is_adam():
    start = np.array(BEALE.start)
    plain = walk("adam", BEALE, start, 50, lr=0.1)
    points = walk("adamw", BEALE, start, 50, lr=0.1, weight_decay=0.0)
    np.testing.assert_allclose(points, plain, rtol=0, atol=1e-13)


def test_without_momentum_rmsprop_with_momentum_is_rmsprop():
    start = np.array(BEALE.start)
    plain = walk("rmsprop", BEALE, start, 50, lr=0.1)
    points = walk("rmsprop-momentum", BEALE, start, 50, lr=0.1, momentum=0.0)
    np.testing.assert_array_equal(points, plain)


def test_dampened_momentum_is_momentum_at_a_tenth_of_its_rate():
    start = np.array(BEALE.start)
    heavy = walk("momentum", BEALE, start, 100, lr=1e-4, beta=0.9)
    dampened = walk("dampened-momentum", BEALE, start, 100, lr=1e-3, beta=0.9)
    np.testing.assert_allclose(dampened, heavy, rtol=0, atol=1e-13)


# Those that ask for more than slopes, or learn curvature from them


def quadratic(a, b, c, centre=(0.0, 0.0)):
    """Return the surface a u^2 / 2 + b u v + c v^2 / 2, u and v being measured from the centre."""

    def formula(x, y):
        u, v = x - centre[0], y - centre[1]
        return 0.5 * a * u * u + b * u * v + 0.5 * c * v * v

    return Surface(formula, (-10, 10, -10, 10), (1, 1), minima=[centre])


POSITIVE = st.floats(0.1, 10)
COORDINATE = st.floats(-5, 5)


@st.composite
def bowls(draw):
    """Draw a convex quadratic with eigenvalues from 0.1 to 10, in any direction, and a centre."""
    (a, c), angle = draw(st.tuples(POSITIVE, POSITIVE)), draw(st.floats(0, math.pi))
    cosine, sine = math.cos(angle), math.sin(angle)
    centre = draw(st.tuples(COORDINATE, COORDINATE))
    return quadratic(
        a * cosine**2 + c * sine**2,
        (a - c) * sine * cosine,
        a * sine**2 + c * cosine**2,
        centre,
    )


STARTS = st.tuples(COORDINATE, COORDINATE).map(np.array)


@given(bowls(), STARTS)
def test_newton_is_at_the_bottom_of_a_quadratic_at_once(bowl, start):
    points = walk("newton", bowl, start, 2)
    np.testing.assert_allclose(points[1:], [bowl.minima[0]] * 2, rtol=0, atol=1e-11)


@given(bowls(), STARTS)
def test_with_exact_searches_conjugate_gradient_takes_two_steps_to_the_bottom_of_a_quadratic(
    bowl, start
):
    points = walk("conjugate-gradient", bowl, start, 3, c2=1e-10)
    assert np.abs(points[2:] - bowl.minima[0]).max() < 1e-5
    heights = bowl.value(points)
    assert heights[2] <= 1e-12 * (1 + heights[0])


@given(bowls(), STARTS)
def test_barzilai_and_borwein_come_to_the_bottom_of_a_quadratic(bowl, start):
    points = walk("barzilai-borwein", bowl, start, 100)
    assert bowl.value(points[-1]) <= 1e-9 * (1 + bowl.value(start))


def test_barzilai_and_borweins_second_step_is_that_of_the_curvature_seen():
    start = np.array(BOWL.start)
    points = walk("barzilai-borwein", BOWL, start, 2, lr=0.01)
    s, y = points[1] - points[0], np.diff(BOWL.gradient(points[:2]), axis=0)[0]
    np.testing.assert_allclose(
        points[2], points[1] - (s @ s) / (s @ y) * BOWL.gradient(points[1]), rtol=1e-12
    )


def test_where_the_slope_falls_barzilai_and_borwein_keep_their_step():
    hill = quadratic(-1.0, 0.0, -1.0)
    points = walk("barzilai-borwein", hill, np.array([1.0, 2.0]), 10, lr=0.5)
    np.testing.assert_allclose(points, 1.5 ** np.arange(11)[:, None] * [1, 2], rtol=1e-12)


@pytest.mark.parametrize("name", ["newton", "conjugate-gradient"])
def test_rosenbrocks_valley_is_no_match_for_curvature(name):
    points = walk(name, ROSENBROCK, np.array(ROSENBROCK.start), 40)
    np.testing.assert_allclose(points[-1], [1, 1], rtol=0, atol=1e-8)


def test_newton_climbs_to_a_saddle_as_gladly_as_it_falls():
    assert walk("newton", SADDLE, np.array(SADDLE.start), 1)[1].tolist() == [0.0, 0.0]


def test_newtons_step_without_an_inverse_of_the_hessian_leads_nowhere_finite():
    gutter = Surface(lambda x, y: x * x + 0.0 * y + y, (-2, 2, -2, 2), (1, 1))
    (run,) = descents(gutter, "newton", steps=5)
    assert run.diverged_at == 1


@pytest.mark.long
@pytest.mark.parametrize("name", surface_names())
@pytest.mark.parametrize("lr", [1.0, 30.0])
def test_backtracking_takes_the_first_of_its_steps_that_satisfies_armijo(name, lr):
    surface = load_surface(name)
    with np.errstate(all="ignore"):  # a first step may leave all that is finite
        points = walk(
            "backtracking", surface, np.array(surface.start), 60, lr=lr, shrink=0.6, c1=0.1
        )
    for w, after in pairwise(points):
        if not np.isfinite(surface.value(w)):
            break
        g = surface.gradient(w)
        tries = (lr * 0.6**k for k in itertools.count())
        t = next(t for t in tries if surface.value(w - t * g) <= surface.value(w) - 0.1 * t * g @ g)
        np.testing.assert_allclose(after, w - t * g, rtol=1e-9, atol=1e-12)


@pytest.mark.long
@pytest.mark.parametrize(("c1", "c2"), [(1e-4, 0.1), (0.4, 0.9)])
@pytest.mark.parametrize("name", ["beale", "bowl", "himmelblau", "long-valley", "rosenbrock"])
@given(shift=st.tuples(st.floats(-0.2, 0.2), st.floats(-0.2, 0.2)), lr=st.floats(1e-6, 1e3))
def test_conjugate_gradients_first_step_satisfies_the_strong_wolfe_conditions(
    name, c1, c2, shift, lr
):
    surface = load_surface(name)
    w = np.array(surface.start) + shift
    g = surface.gradient(w)
    assume(np.abs(g).max() > 1e-6)
    after = walk("conjugate-gradient", surface, w, 1, lr=lr, c1=c1, c2=c2)[1]
    t = (w - after) @ g / (g @ g)
    assert t > 0
    assert surface.value(after) <= surface.value(w) - c1 * t * g @ g * (1 - 1e-9)
    assert abs(surface.gradient(after) @ g) <= c2 * g @ g * (1 + 1e-6)


@pytest.mark.parametrize("name", ["beale", "bowl", "himmelblau", "long-valley", "rosenbrock"])
def test_conjugate_gradient_ends_where_scipys_ends(name):
    surface = load_surface(name)
    ours = walk("conjugate-gradient", surface, np.array(surface.start), 60)[-1]
    theirs = minimize(
        surface.value, surface.start, jac=surface.gradient, method="CG", options={"gtol": 1e-9}
    )
    assert surface.value(ours) <= theirs.fun + 1e-12
    distances = np.abs(ours - np.array(surface.minima)).max(axis=1)
    assert distances.min() < 1e-6


@pytest.mark.long
@pytest.mark.parametrize("name", ["backtracking", "conjugate-gradient"])
@pytest.mark.parametrize("surface", surface_names())
def test_a_line_search_never_climbs(name, surface):
    surface = load_surface(surface)
    exact = Noise(batch_size=surface.samples or None)
    (run,) = descents(surface, name, steps=100, noise=exact)
    rise = np.diff(run.heights)
    assert (rise <= 1e-12 * np.abs(run.heights[:-1]) + 1e-25).all()  # at rest, rounding is all


def test_once_at_rest_a_line_search_costs_a_few_looks_a_step():
    himmelblau = load_surface("himmelblau")
    (early,) = descents(himmelblau, "conjugate-gradient", steps=100)
    (late,) = descents(himmelblau, "conjugate-gradient", steps=200)
    assert late.evaluations - early.evaluations <= 600


# Radford's animations, as measured frame by frame


def test_on_radfords_beale_adagrads_first_step_is_one_to_the_left_and_one_down():
    points = walk("adagrad", BEALE, np.array([1.0, 1.6]), 1, lr=1.0)
    np.testing.assert_allclose(points[1] - points[0], [-1, -1], atol=1e-6)


def test_on_radfords_saddle_sgd_stays_on_top_and_rmsprop_leaves():
    start = np.array([0.25, -1e-6])
    stuck = walk("sgd", SADDLE, start, 198, lr=0.01)[-1]
    assert np.linalg.norm(stuck) < 1e-3
    gone = walk("rmsprop", SADDLE, start, 198, lr=0.01, beta=0.95)[-1]
    assert abs(gone[0]) < 0.05
    assert gone[1] < -1
