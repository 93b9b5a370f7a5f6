"""Learning rates that change: the factors, what the rules make of them, and how they are tuned."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from races import descents

from trajviz.descent import tuning
from trajviz.descent.tuning import scores
from trajviz.errors import TrajvizError
from trajviz.optimizers.find import load_optimizer, optimizer_names
from trajviz.recipe.clamp import CLAMP_KEYS
from trajviz.recipe.schedule import SCHEDULES, Schedule, schedule_defaults, schedule_parameters
from trajviz.recipe.spec import parse_spec, parse_specs
from trajviz.surface.catalogue import load_surface

BOWL = load_surface("bowl")


def run(*texts, steps=30, surface=BOWL):
    return descents(surface, *texts, steps=steps)


# The factors, beside the recursions by which torch 2 computes them (torch/optim/lr_scheduler.py)


def torch_exponential(gamma, steps):
    rate = 1.0
    for _ in range(steps):
        yield rate
        rate *= gamma


def torch_step(gamma, step_size, steps):
    rate = 1.0
    for epoch in range(1, steps + 1):
        yield rate
        if epoch % step_size == 0:
            rate *= gamma


def torch_cosine(t_max):
    rate = 1.0
    for epoch in range(1, t_max + 1):
        yield rate
        rate *= (1 + math.cos(math.pi * epoch / t_max)) / (
            1 + math.cos(math.pi * (epoch - 1) / t_max)
        )


def torch_warm_up(over, steps):
    rate, start = 1 / over, 1 / over
    for epoch in range(1, steps + 1):
        yield rate
        if epoch < over:
            rate *= 1 + (1 - start) / ((over - 1) * start + (epoch - 1) * (1 - start))


def torch_warm_up_cosine(over, steps):
    return [*torch_warm_up(over, over), *(list(torch_cosine(steps - over)))]


def torch_restarts(t_0, t_mult, steps):
    t_cur, t_i = 0, t_0
    for _ in range(steps):
        yield (1 + math.cos(math.pi * t_cur / t_i)) / 2
        t_cur += 1
        if t_cur >= t_i:
            t_cur, t_i = t_cur - t_i, t_i * t_mult


def torch_cyclic(base, step_size, steps):
    for epoch in range(steps):
        cycle = math.floor(1 + epoch / (2 * step_size))
        x = 1.0 + epoch / (2 * step_size) - cycle
        share = 0.5
        scale = x / share if x <= share else (x - 1) / (share - 1)
        yield base + (1 - base) * scale


def torch_one_cycle(pct_start, steps):
    def anneal(start, end, pct):
        return end + (start - end) / 2.0 * (math.cos(math.pi * pct) + 1)

    low, top, end = 1 / 25, pct_start * steps - 1, steps - 1
    for step in range(steps):
        if step <= top:
            yield anneal(low, 1.0, step / top)
        else:
            yield anneal(1.0, low / 1e4, (step - top) / (end - top))


def keras_inverse_time(decay_rate, steps):
    return [1 / (1 + decay_rate * step / 1) for step in range(steps)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("decay=exponential,rate=0.9", torch_exponential(0.9, 40)),
        ("decay=exponential", torch_exponential(0.98, 40)),
        ("decay=step,rate=0.3,every=7", torch_step(0.3, 7, 40)),
        ("decay=step,every=1", torch_step(0.5, 1, 40)),
        ("decay=cosine", torch_cosine(40)),
        ("decay=inverse-time,rate=0.2", keras_inverse_time(0.2, 40)),
        ("decay=inverse_time", keras_inverse_time(0.05, 40)),
        ("decay=warm-up", torch_warm_up(20, 40)),
        ("decay=warm-up,over=7", torch_warm_up(7, 40)),
        ("decay=warm-up-cosine,over=7", torch_warm_up_cosine(7, 40)),
        ("decay=cosine-restarts,every=7", torch_restarts(7, 1, 40)),
        ("decay=cosine-restarts,every=5,stretch=2", torch_restarts(5, 2, 40)),
        ("decay=cyclic,every=10", torch_cyclic(0.25, 5, 40)),
        ("decay=cyclic,every=9,low=0.5", torch_cyclic(0.5, 4.5, 40)),
        ("decay=one-cycle", torch_one_cycle(0.3, 40)),
        ("decay=one-cycle,share=0.11", torch_one_cycle(0.11, 40)),
    ],
)
def test_a_schedule_is_the_frameworks_and_sgd_takes_its_steps_at_that_rate(text, expected):
    factors = list(expected)
    spec = parse_spec(f"sgd:lr=0.4,{text}")
    got = [spec.schedule.factor(taken, 40) for taken in range(40)]
    np.testing.assert_allclose(got, factors, rtol=1e-12, atol=1e-15)
    w, path = np.array(BOWL.start), [BOWL.start]
    for factor in factors:
        w = w - 0.4 * factor * np.array([0.1, 2.0]) * w
        path.append(w)
    (one,) = run(f"sgd:lr=0.4,{text}", steps=40)
    np.testing.assert_allclose(one.points, path, rtol=1e-11, atol=1e-14)


FALLING = ["exponential", "inverse-time", "step", "cosine"]


@pytest.mark.parametrize("name", SCHEDULES)
@given(steps=st.integers(1, 100_000), share=st.floats(0, 1))
def test_a_factor_is_from_0_to_1_and_the_full_rate_is_taken(name, steps, share):
    schedule = Schedule(name)
    assert 0 <= schedule.factor(int(share * (steps - 1)), steps) <= 1
    some = [schedule.factor(taken, 200) for taken in range(200)]
    assert max(some) > 0.999


@pytest.mark.parametrize("name", FALLING)
@given(steps=st.integers(1, 100_000), share=st.floats(0, 1), rate=st.floats(1e-9, 1))
def test_a_factor_begins_at_1_never_rises_and_never_falls_below_0(name, steps, share, rate):
    given_ = {"rate": rate} if "rate" in schedule_defaults(name) else {}
    schedule = Schedule(name, tuple(given_.items()))
    assert schedule.factor(0, steps) == 1
    taken = int(share * (steps - 1))
    assert 1 >= schedule.factor(taken, steps) >= schedule.factor(taken + 1, steps) >= 0


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_says_its_formula_and_its_source(name):
    text = SCHEDULES[name].__doc__
    assert "Source: " in text
    assert ">>> " in text


# What the rules make of it

FOLLOWING = [name for name in optimizer_names() if load_optimizer(name).follows_schedules]
VELOCITY = {"momentum", "nag", "dampened-momentum", "rmsprop-momentum", "rmsprop-centered"}


@pytest.mark.parametrize("name", sorted(set(optimizer_names()) - set(FOLLOWING)))
def test_a_rule_whose_rate_is_but_the_first_step_takes_no_schedule(name):
    with pytest.raises(TrajvizError, match=f"unknown setting of {name} 'decay'"):
        parse_spec(f"{name}:lr=0.1,decay=cosine")


@pytest.mark.parametrize("name", FOLLOWING)
def test_every_rule_takes_the_new_rate_at_the_step_it_changes_and_not_before(name):
    constant, falling = run(f"{name}:lr=0.1", f"{name}:lr=0.1,decay=step,rate=0.5,every=3", steps=9)
    np.testing.assert_array_equal(falling.points[:4], constant.points[:4])
    first = np.diff(falling.points, axis=0)[3]
    assert (first != np.diff(constant.points, axis=0)[3]).all()


@pytest.mark.parametrize("name", [n for n in FOLLOWING if n not in VELOCITY])
def test_a_rule_without_velocity_moves_in_proportion_to_the_rate(name):
    half, full = run(f"{name}:lr=0.1,decay=step,rate=0.5,every=3", f"{name}:lr=0.1", steps=4)
    moves = [np.diff(one.points, axis=0)[3] for one in (half, full)]
    np.testing.assert_allclose(moves[0], 0.5 * moves[1], rtol=1e-9)


def test_the_rate_of_momentum_goes_into_its_velocity():
    (one,) = run("momentum:lr=0.2,beta=0.5,decay=exponential,rate=0.8", steps=12)
    w, v = np.array(BOWL.start), np.zeros(2)
    for step in range(12):
        v = 0.5 * v - 0.2 * 0.8**step * np.array([0.1, 2.0]) * w
        w = w + v
        np.testing.assert_allclose(one.points[step + 1], w, rtol=1e-12)


def test_a_rate_that_falls_as_1_over_t_settles_where_a_constant_one_keeps_leaping():
    moons = load_surface("noisy-moons")
    constant, falling = run("sgd:lr=2", "sgd:lr=2,decay=inverse-time", steps=400, surface=moons)
    leaps = [np.abs(np.diff(one.points[-100:], axis=0)).mean() for one in (constant, falling)]
    assert leaps[1] < leaps[0] / 10


# How it is tuned


@pytest.mark.parametrize("decay", ["exponential,rate=0.8", "cosine", "step,every=4"])
@pytest.mark.parametrize("name", ["sgd", "nag", "adam"])
def test_a_scheduled_rate_is_tuned_with_its_schedule(name, decay, monkeypatch):
    """Tuning looks at the beginning of the very runs that the rates would give."""
    rates, scored = np.logspace(-3, 1, 25), []

    def watched(surface, paths, *rest):
        scored.append(paths)
        return scores(surface, paths, *rest)

    monkeypatch.setattr(tuning, "RATES", rates)
    monkeypatch.setattr(tuning, "better_end", lambda _objectives: 0)
    monkeypatch.setattr(tuning, "TUNING_STEPS", 20)
    monkeypatch.setattr(tuning, "scores", watched)
    runs = run(*(f"{name}:lr={rate!r},decay={decay}" for rate in rates.tolist()), steps=30)
    (tuned,) = run(f"{name}:decay={decay}", steps=30)
    assert tuned.rate_rule == "tuned"
    paths = np.stack([one.points[:21] for one in runs], axis=1)
    np.testing.assert_allclose(scored[0], paths, rtol=1e-9, atol=1e-12)
    chosen = [one for one in runs if one.settings["lr"] == tuned.settings["lr"]]
    np.testing.assert_array_equal(tuned.points, chosen[0].points)


# What may be said


@pytest.mark.parametrize(
    ("text", "schedule"),
    [
        ("sgd", None),
        ("sgd:decay=cosine", Schedule("cosine")),
        ("sgd:decay=exponential", Schedule("exponential")),
        ("adam:rate=0.5,lr=1,decay=exponential", Schedule("exponential", (("rate", 0.5),))),
        ("adam:decay=step,every=3,rate=1", Schedule("step", (("rate", 1.0), ("every", 3.0)))),
        ("adam:decay=step,every=3", Schedule("step", (("every", 3.0),))),
        ("nag:decay=inverse_time", Schedule("inverse-time")),
    ],
)
def test_a_spec_says_its_schedule_in_whatever_order(text, schedule):
    spec = parse_spec(text)
    assert spec.schedule == schedule
    assert {"decay", "rate", "every"}.isdisjoint(spec.settings)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sgd:decay=cosin", "unknown decay 'cosin', did you mean 'cosine'? Known: cosine, cosine-"),
        ("sgd:decay=one-cycle,share=1", "must be above 0 and below 1"),
        ("sgd:decay=warm-up,over=0", "must be a whole number of at least 1"),
        ("sgd:decay=0.9", "unknown decay '0.9'. Known: "),
        ("sgd:rate=0.9", "setting 'rate' in 'sgd:rate=0.9' needs decay=NAME, one of exponential"),
        ("sgd:every=9", "setting 'every' in 'sgd:every=9' needs decay=NAME"),
        ("sgd:decay=cosine,rate=1", "unknown setting of sgd with decay=cosine 'rate'"),
        ("sgd:decay=step,evry=1", "'evry', did you mean 'every'?"),
        ("sgd:dekay=step", "unknown setting of sgd 'dekay', did you mean 'decay'?"),
        ("sgd:decay=exponential,rate=0", "must be above 0 and at most 1"),
        ("sgd:decay=exponential,rate=1.01", "must be above 0 and at most 1"),
        ("sgd:decay=inverse-time,rate=-1", "must be above 0 and at most 1"),
        ("sgd:decay=step,every=0", "must be a whole number of at least 1"),
        ("sgd:decay=step,every=2.5", "must be a whole number of at least 1"),
        ("sgd:decay=step,every=inf", "is not a finite number"),
        ("sgd:decay=step,decay=cosine", "setting 'decay' is given twice"),
    ],
)
def test_a_bad_schedule_is_refused_with_what_is_allowed(text, message):
    with pytest.raises(TrajvizError) as refusal:
        parse_spec(text)
    assert message in str(refusal.value)


def test_an_optimizer_of_ours_shares_no_name_with_a_schedule_or_a_clamp():
    names = {"decay", *CLAMP_KEYS, *schedule_parameters()}
    for optimizer in optimizer_names():
        assert names.isdisjoint(load_optimizer(optimizer).defaults)


def test_an_optimizer_without_a_learning_rate_has_none_to_schedule(monkeypatch):
    rateless = dataclasses.replace(load_optimizer("sgd"), defaults={"decay_rate": 1.0})
    monkeypatch.setattr("trajviz.recipe.spec.load_optimizer", lambda _: rateless)
    for text in ("sgd:decay=cosine", "sgd:rate=0.9"):
        with pytest.raises(TrajvizError, match="unknown setting of sgd"):
            parse_spec(text)


def test_an_optimizers_own_name_comes_before_the_schedules(monkeypatch):
    own = dataclasses.replace(load_optimizer("sgd"), defaults={"lr": None, "decay": 0.9})
    monkeypatch.setattr("trajviz.recipe.spec.load_optimizer", lambda _: own)
    spec = parse_spec("sgd:decay=0.5")
    assert (spec.settings, spec.schedule) == ({"decay": 0.5}, None)


def test_labels_tell_schedules_apart():
    texts = ["sgd:lr=1", "sgd:lr=1,decay=cosine", "sgd:decay=step,every=9,rate=0.1"]
    assert [spec.label for spec in parse_specs(texts)] == [
        "sgd lr=1",
        "sgd lr=1 decay=cosine",
        "sgd decay=step rate=0.1 every=9",
    ]


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("exponential", "exponential 0.98"),
        ("inverse-time,rate=0.5", "inverse-time 0.5"),
        ("step,every=7", "step 0.5 every 7"),
        ("cosine", "cosine"),
        ("cyclic", "cyclic every 50 low 0.25"),
        ("one-cycle", "one-cycle share 0.3"),
    ],
)
def test_a_summary_holds_every_parameter(text, summary):
    assert parse_spec(f"sgd:decay={text}").schedule.summary == summary
