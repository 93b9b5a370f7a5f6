"""Our optimizers beside torch's, keras's and optax's: stored trajectories, and the real thing."""

import functools
import re
from itertools import count, islice
from types import SimpleNamespace

import numpy as np
import pytest
from parity.write_trajectories import (
    FILE,
    LIBRARIES,
    RULES,
    SEEN,
    STEEP,
    load,
    ours,
    planned,
    read,
    start_on,
    theirs,
    versions,
    write,
)

from trajviz.optimizers.find import load_optimizer, optimizer_names
from trajviz.surface.catalogue import load_surface

RECORDED, RUNS, POINTS = read()
EXACT = 1e-10


# Where a library's rule is not ours, it is written down here. What they have in common:


def averaged(step):
    """Return a rule of Adam's kind, from its step as a function of all that there is."""

    def rule(gradient, w, lr, beta1, beta2, **others):
        m = s = top = top_corrected = np.zeros(2)
        for t in count(1):
            g = gradient(w)
            m, s = beta1 * m + (1 - beta1) * g, beta2 * s + (1 - beta2) * g * g
            c1, c2 = 1 - beta1**t, 1 - beta2**t
            top, top_corrected = np.maximum(top, s), np.maximum(top_corrected, s / c2)
            w = w - lr * step(SimpleNamespace(**locals(), **others))
            yield w

    return rule


def epsilon_hat(a):
    return a.m / a.c1 * np.sqrt(a.c2) / (np.sqrt(a.s) + a.eps)


def radam_of_torch(a):
    top = 2 / (1 - a.beta2) - 1
    rho = top - 2 * a.t * (1 - a.c2) / a.c2
    if rho <= 5:
        return a.m / a.c1
    r = np.sqrt((rho - 4) * (rho - 2) * top / ((top - 4) * (top - 2) * rho))
    return r * epsilon_hat(a)


def adamax_of_keras(gradient, w, lr, beta1, beta2, eps):
    m = u = np.zeros(2)
    for t in count(1):
        g = gradient(w)
        m, u = beta1 * m + (1 - beta1) * g, np.maximum(beta2 * u, np.abs(g))
        w = w - lr * m / (1 - beta1**t) / (u + eps)
        yield w


def yogi_of_optax(gradient, w, lr, beta1, beta2, eps):
    m = s = np.full(2, 1e-6)
    for t in count(1):
        g = gradient(w)
        m = beta1 * m + (1 - beta1) * g
        s = s - (1 - beta2) * np.sign(s - g * g) * g * g
        w = w - lr * (m / (1 - beta1**t)) / (np.sqrt(s / (1 - beta2**t)) + eps)
        yield w


def dampened_momentum_of_torch(gradient, w, lr, beta):
    m = gradient(w)
    while True:
        w = w - lr * m
        yield w
        m = beta * m + (1 - beta) * gradient(w)


def adagrad_from_a_tenth(gradient, w, lr, eps):
    s = np.full(2, 0.1)
    while True:
        g = gradient(w)
        s = s + g * g
        w = w - lr * g / np.sqrt(s + eps)
        yield w


def rmsprop_of_torch(gradient, w, lr, beta, eps, momentum=0.0, centered=False):
    s = m = v = np.zeros(2)
    while True:
        g = gradient(w)
        s, m = beta * s + (1 - beta) * g * g, beta * m + (1 - beta) * g
        v = momentum * v + g / (np.sqrt(s - centered * m * m) + eps)
        w = w - lr * v
        yield w


def rprop_of_optax(gradient, w, lr, shrink, grow, min_step, max_step):
    step, due = np.full(2, lr), np.zeros(2)
    while True:
        g = gradient(w)
        turn = np.sign(g * due)
        factor = np.where(turn > 0, grow, shrink)
        step = np.where(turn == 0, step, np.clip(step * factor, min_step, max_step))
        w = w - np.where(turn < 0, 0.0, due)
        due = np.where(turn < 0, 0.0, step * np.sign(g))
        yield w


DIFFERENT = {
    ("dampened-momentum", "torch", "SGD"): dampened_momentum_of_torch,
    ("adagrad", "keras", "Adagrad"): adagrad_from_a_tenth,
    ("adagrad", "optax", "adagrad"): adagrad_from_a_tenth,
    ("rmsprop", "torch", "RMSprop"): rmsprop_of_torch,
    ("rmsprop-momentum", "torch", "RMSprop"): rmsprop_of_torch,
    ("rmsprop-centered", "torch", "RMSprop"): functools.partial(rmsprop_of_torch, centered=True),
    ("adam", "keras", "Adam"): averaged(epsilon_hat),
    ("amsgrad", "torch", "Adam"): averaged(lambda a: a.m / a.c1 / (np.sqrt(a.top / a.c2) + a.eps)),
    ("amsgrad", "keras", "Adam"): averaged(
        lambda a: a.m / a.c1 * np.sqrt(a.c2) / (np.sqrt(a.top) + a.eps)
    ),
    ("amsgrad", "optax", "amsgrad"): averaged(
        lambda a: a.m / a.c1 / (np.sqrt(a.top_corrected) + a.eps)
    ),
    ("adamax", "keras", "Adamax"): adamax_of_keras,
    ("nadam", "optax", "nadam"): averaged(
        lambda a: (
            (a.beta1 * a.m / (1 - a.beta1 ** (a.t + 1)) + (1 - a.beta1) * a.g / a.c1)
            / (np.sqrt(a.s / a.c2) + a.eps)
        )
    ),
    ("radam", "torch", "RAdam"): averaged(radam_of_torch),
    ("adamw", "keras", "AdamW"): averaged(lambda a: epsilon_hat(a) + a.weight_decay * a.w),
    ("yogi", "optax", "yogi"): yogi_of_optax,
    ("rprop", "optax", "rprop"): rprop_of_optax,
}
"""Each rule of theirs that is not ours; the optimizer's docstring says how it differs."""


def key(run):
    return run["optimizer"], run["library"], run["name"]


def rule_of(run):
    """Return the library's rule as we know it, as a trajectory, (steps + 1, 2)."""
    if key(run) not in DIFFERENT:
        return ours(run)
    surface, start = load_surface(run["surface"]), start_on(run["surface"])
    walk = DIFFERENT[key(run)](surface.gradient, start, **run["settings"])
    return np.array([start, *islice(walk, SEEN[-1])])


def name_of(rule):
    return "-".join(rule)


def told(run):
    """Return where a run took place, and with which settings."""
    settings = ",".join(f"{name}={number:g}" for name, number in run["settings"].items())
    return f"{name_of(key(run))}:{settings} on {run['surface']}"


KEYS = [(optimizer, library, name) for optimizer, library, name, _ in RULES]
"""Each rule that is compared: our optimizer, a library, and its name there."""

PAIRS = {
    rule: [(run, stored) for run, stored in zip(RUNS, POINTS, strict=True) if key(run) == rule]
    for rule in KEYS
}


def apart(points, expected, run):
    """Return where and how far two trajectories part; nothing if they do not."""
    error = np.abs(points - expected).max(axis=-1)
    same = error <= EXACT  # false of NaN, too
    row = int(np.argmin(same))
    return "" if same[row] else f"{told(run)}: {error[row]:.3g} apart in row {row} of {len(same)}"


# What is compared


def test_what_is_stored_is_what_is_planned():
    assert planned() == RUNS
    assert POINTS.shape == (len(RUNS), len(SEEN), 2)
    assert SEEN[-1] == 500


def test_each_pair_runs_on_five_surfaces_with_three_settings():
    for optimizer, library, name, _ in RULES:
        runs = [run for run in RUNS if key(run) == (optimizer, library, name)]
        for surface in STEEP:
            settings = [run["settings"] for run in runs if run["surface"] == surface]
            assert len({tuple(each.values()) for each in settings}) == len(settings) == 3
        assert len(runs) == 3 * len(STEEP) == 15


@pytest.mark.parametrize("name", optimizer_names())
def test_an_optimizer_is_compared_with_every_library_that_its_docstring_does_not_exclude(name):
    compared = {library for optimizer, library, *_ in RULES if optimizer == name}
    lacking = re.findall(r"([a-z ,]*) ha(?:ve|s) none", load_optimizer(name).elsewhere)
    excluded = {library for library in ("torch", "keras", "optax") if library in " ".join(lacking)}
    assert compared | excluded == {"torch", "keras", "optax"}
    assert not compared & excluded


# From what is stored


@pytest.mark.long
@pytest.mark.parametrize("rule", KEYS, ids=name_of)
def test_the_librarys_rule_is_ours_or_the_one_written_down_here(rule):
    lines = [apart(rule_of(run)[SEEN], stored, run) for run, stored in PAIRS[rule]]
    assert "\n".join(filter(None, lines)) == ""


@pytest.mark.long
@pytest.mark.parametrize("rule", KEYS, ids=name_of)
def test_a_stored_trajectory_is_finite_and_ends_lower_than_it_began(rule):
    for run, stored in PAIRS[rule]:
        surface = load_surface(run["surface"])
        heights = surface.value(stored)
        assert np.isfinite(heights).all(), told(run)
        assert heights[-1] < surface.value(start_on(run["surface"])), told(run)


@pytest.mark.long
@pytest.mark.parametrize("rule", DIFFERENT, ids=name_of)
def test_a_rule_that_is_said_to_differ_goes_visibly_elsewhere(rule):
    assert max(np.abs(ours(run)[SEEN] - stored).max() for run, stored in PAIRS[rule]) > 1e-4


# From the libraries themselves (make parity)


@pytest.fixture(scope="module")
def libraries():
    for name in LIBRARIES:
        try:
            load(name)
        except ImportError:
            pytest.skip(f"{name} is not installed (make parity)")


@pytest.mark.parity
@pytest.mark.usefixtures("libraries")
def test_the_installed_libraries_are_those_that_were_recorded():
    assert versions() == RECORDED


@pytest.mark.parity
@pytest.mark.usefixtures("libraries")
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # in keras
@pytest.mark.parametrize("rule", KEYS, ids=name_of)
def test_the_library_still_goes_where_it_went_and_where_its_rule_says(rule):
    # At every step; and not to the bit, as another processor may fuse operations.
    lines = []
    for run, stored in PAIRS[rule]:
        points = theirs(run)
        lines += [apart(points[SEEN], stored, run), apart(points, rule_of(run), run)]
    assert "\n".join(filter(None, lines)) == ""


@pytest.mark.parity
@pytest.mark.usefixtures("libraries")
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # in keras
def test_recording_twice_gives_the_same_bytes_and_leaves_torchs_default_type_alone(tmp_path):
    torch = load("torch")
    before = torch.get_default_dtype()
    few = RUNS[::100]
    for name in ("first.npz", "second.npz"):
        write(tmp_path / name, few)
    assert (tmp_path / "first.npz").read_bytes() == (tmp_path / "second.npz").read_bytes()
    assert torch.get_default_dtype() == before
    recorded, runs, points = read(tmp_path / "first.npz")
    assert (recorded, runs) == (read(FILE)[0], few)
    np.testing.assert_allclose(points, POINTS[::100], rtol=0, atol=EXACT)
