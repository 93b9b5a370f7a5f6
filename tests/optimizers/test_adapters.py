"""Optimizers of scipy's and of the user's own; those of the frameworks are in tests/parity."""

import os
import sys
import threading
import warnings

import numpy as np
import pytest
import scipy.optimize
from hypothesis import given
from hypothesis import strategies as st

from trajviz.descent.noise import Noise
from trajviz.errors import TrajvizError
from trajviz.optimizers.adapters import library_names
from trajviz.optimizers.adapters import scipy as scipy_adapter
from trajviz.optimizers.adapters._reports import reports
from trajviz.optimizers.adapters._signature import Signature
from trajviz.optimizers.adapters.scipy import METHODS
from trajviz.optimizers.find import load_optimizer, optimizer_names, split_name
from trajviz.race import compare
from trajviz.recipe.spec import parse_spec, parse_specs, read_spec
from trajviz.recipe.toml import load_recipe, read_recipe
from trajviz.surface.catalogue import load_surface

ROSENBROCK = load_surface("rosenbrock")
MINE = '''"""Rules of my own."""


def rule(gradient, w, lr, pull=1.0):
    """Mine: plain descent."""
    while True:
        w = w - lr * pull * gradient(w)
        yield w


def two(gradient, w):
    yield w + 1
    yield w + 2


def wrong(gradient, w):
    yield w
    yield w / [1, 2, 3]


def flat(gradient, w):
    yield w[0]


def needs(gradient, w, word):
    yield w


def inplace(gradient, w, lr=0.1):
    while True:
        w -= lr * gradient(w)
        yield w


number = 3
'''


@pytest.fixture
def mine(tmp_path, monkeypatch):
    (tmp_path / "mine.py").write_text(MINE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def track(optimizer, surface="rosenbrock", **options):
    return compare(surface, [optimizer], **options).trajectories[0]


# scipy


@pytest.mark.long
@pytest.mark.parametrize("method", METHODS)
def test_a_method_of_scipy_ends_where_scipy_ends_and_stays_there(method):
    derivatives = {
        key: {"jac": ROSENBROCK.gradient, "hess": ROSENBROCK.hessian}[key]
        for key in METHODS[method]
    }
    reports = []

    def report(xk, *_):
        reports.append(xk.copy())

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = scipy.optimize.minimize(
            ROSENBROCK.value, ROSENBROCK.start, method=method, callback=report, **derivatives
        )
    one = track(f"scipy.{method}", steps=len(reports) + 5)
    np.testing.assert_array_equal(one.points[0], ROSENBROCK.start)
    np.testing.assert_array_equal(one.points[1 : len(reports) + 1], reports)
    np.testing.assert_array_equal(one.points[-4:], [found.x] * 4)
    assert one.diverged_at is None


def test_scipys_options_are_passed_on():
    end = scipy.optimize.minimize(
        ROSENBROCK.value, ROSENBROCK.start, jac=ROSENBROCK.gradient, method="BFGS",
        tol=0.5, options={"maxiter": 9, "c2": 0.5},
    ).x  # fmt: skip
    one = track("scipy.BFGS:maxiter=9,c2=0.5,tol=0.5", steps=40)
    np.testing.assert_array_equal(one.points[-1], end)
    adaptive = track("scipy.Nelder-Mead:adaptive=true")
    assert adaptive.settings == {"adaptive": True}


def test_scipy_sees_the_noise_of_each_step():
    counted = [track("scipy.BFGS", "bowl", steps=6, noise=0.5, seed=seed) for seed in (1, 1, 2)]
    np.testing.assert_array_equal(counted[0].points, counted[1].points)
    assert not np.array_equal(counted[0].points, counted[2].points)
    exact = track("scipy.BFGS", "bowl", steps=6)
    first = next(Noise(0.5, 1).gradients(load_surface("bowl")))
    assert not np.array_equal(
        first(exact.points[0]), load_surface("bowl").gradient(exact.points[0])
    )


@pytest.mark.long
def test_a_method_of_scipy_leaves_no_thread_behind():
    before = threading.active_count()
    track("scipy.BFGS", steps=2)
    for thread in threading.enumerate():
        if thread.daemon:
            thread.join(10)
    assert threading.active_count() <= before


def test_what_goes_wrong_between_reports_is_raised_where_they_are_taken():
    def work(say):
        say(np.zeros(2))
        raise ZeroDivisionError

    taken = reports(work)
    assert next(taken).tolist() == [0, 0]
    with pytest.raises(ZeroDivisionError):
        next(taken)


def test_the_work_stands_still_between_two_reports():
    seen = []
    taken = reports(lambda say: [(seen.append(n), say(np.array([n]))) for n in (1.0, 2.0)])
    assert seen == []
    next(taken)
    assert seen == [1.0]
    taken.close()


# The user's own


def test_a_generator_function_of_a_file_races_as_ours_do(mine):
    ours, theirs = (track(name, "beale") for name in ("sgd", "./mine.py:rule"))
    np.testing.assert_array_equal(theirs.points, ours.points)
    assert (theirs.settings["lr"], theirs.rate_rule) == (ours.settings["lr"], "tuned")
    assert theirs.settings["pull"] == 1
    assert load_optimizer("./mine.py:rule").title == "Mine"
    assert not (mine / "__pycache__").exists()


@pytest.mark.usefixtures("mine")
def test_a_rule_that_ends_early_holds_its_last_point():
    points = track("./mine.py:two", "bowl", start=(1, 1), steps=4).points
    assert points.tolist() == [[1, 1], [2, 2], [3, 3], [3, 3], [3, 3]]


def test_a_module_has_optimizers_as_well(mine, monkeypatch):
    monkeypatch.syspath_prepend(mine)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    one, same = (track(f"{place}:rule:lr=1e-3", steps=9) for place in ("mine", "./mine.py"))
    np.testing.assert_array_equal(one.points, same.points)


REFUSED = {
    "./mine.py": "write",
    "./mine.py:rul": "did you mean 'rule'",
    "./mine.py:number": "neither a generator function",
    "./mine.py:needs": "'word' has no number",
    "./mine.py:wrong": "mine.py, line 18: ValueError",
    "./mine.py:flat": r"shape \(\) for points of shape \(2,\)",
    "./mine.py:rule:pul=1": "did you mean 'pull'",
    "./none.py:rule": "no optimizer file './none.py'",
    "./broken.py:rule": "broken.py, line 2: ZeroDivisionError",
    "adamm:lr": "'adamm', did you mean 'adam'",
    "adamm:lr=1": "'adamm', did you mean 'adam'",
    "no_such_thing:Rule": "unknown optimizer or module 'no_such_thing'",
    "json:loads": "neither a generator function",
    "scipy.BFG": "did you mean 'scipy.BFGS'",
    "scipy.BFGS:maxite=1": "did you mean 'maxiter'",
    "scipy.BFGS:decay=cosine": "unknown setting of scipy.BFGS 'decay'",
    "sgd:lr": "not key=value",
}


@pytest.mark.parametrize(("text", "said"), REFUSED.items())
def test_a_wrong_request_is_told_in_one_line(text, said, mine):
    (mine / "broken.py").write_text("x = 0\nrule = 1 / x\n", encoding="utf-8")
    with pytest.raises(TrajvizError, match=said.replace("write", "write|names? no|NAME")):
        track(text, "bowl", steps=3)


@pytest.mark.parametrize("name", ["torch.SGD", "keras.SGD", "optax.sgd", "scipy.BFGS"])
def test_a_missing_library_is_one_line_that_names_the_extra(name, monkeypatch):
    library = name.partition(".")[0]
    scipy_adapter.load.cache_clear()
    monkeypatch.setitem(sys.modules, library, None)
    monkeypatch.setitem(sys.modules, "scipy.optimize", None)
    with pytest.raises(TrajvizError, match=rf"{name} needs .*\[{library}\]'"):
        load_optimizer(name)


def test_there_is_an_adapter_for_each_library():
    assert library_names() == ["keras", "optax", "scipy", "torch"]


KINDS = """
Torch = type("Optimizer", (), {"__module__": "torch.optim.optimizer"})
Keras = type("Optimizer", (), {"__module__": "keras.src.optimizers.optimizer"})


class Heavy(Torch):
    def __init__(self, params, lr=0.5, weight=2.0): ...


class Light(Keras):
    def __init__(self, learning_rate=0.25, name="light"): ...


class Tensor(type("Tensor", (), {"__module__": "torch"})): ...


class Alone(type("Optimizer", (), {"__module__": "torchlike"})): ...


def factory(learning_rate, pull=1.0): ...


def other(rate): ...


an_object = Heavy([])
"""


@pytest.mark.parametrize(
    ("name", "defaults", "aliases"),
    [
        ("Heavy", {"lr": 0.5, "weight": 2.0}, {}),
        ("Light", {"lr": 0.25}, {"learning_rate": "lr"}),
        ("factory", {"lr": None, "pull": 1.0}, {"learning_rate": "lr"}),
    ],
)
def test_what_a_user_writes_for_a_library_is_known_by_its_kind(name, defaults, aliases, mine):
    (mine / "kinds.py").write_text(KINDS, encoding="utf-8")
    made = load_optimizer(f"kinds.py:{name}")
    assert (made.name, made.title) == (f"kinds.py:{name}", name)
    assert (made.defaults, made.aliases) == (defaults, aliases)
    assert made.batched is (name == "factory")
    with pytest.raises(TrajvizError, match="must be above 0"):
        parse_spec(f"kinds.py:{name}:lr=0")


@pytest.mark.parametrize("name", ["Tensor", "Alone", "other", "an_object"])
def test_what_is_of_no_librarys_kind_is_no_optimizer(name, mine):
    (mine / "kinds.py").write_text(KINDS, encoding="utf-8")
    with pytest.raises(TrajvizError, match=f"kinds.py:{name} is neither a generator function"):
        load_optimizer(f"kinds.py:{name}")


# Settings


def library(
    params,
    learning_rate=0.1,
    betas=(0.9, 0.99),
    nesterov=False,
    kind="a",
    tol=None,
    n=5,
    masks=("a", 1),
    of=print,
    *args,
    **kwargs,
):
    """Stand for a library's optimizer."""


SIGNATURE = Signature.of(library, "learning_rate")


def test_a_signature_says_what_can_be_set():
    assert SIGNATURE.defaults == {
        "lr": 0.1, "beta1": 0.9, "beta2": 0.99, "nesterov": False, "kind": "a", "tol": None, "n": 5,
    }  # fmt: skip
    made = SIGNATURE.optimizer("x.Y", lambda: None, "Y")
    assert made.aliases == {"learning_rate": "lr"}
    assert made.default_rate == 0.1
    assert SIGNATURE.arguments({**SIGNATURE.defaults, "beta1": 0.5, "n": 7.0}) == {
        "learning_rate": 0.1, "betas": (0.5, 0.99), "nesterov": False, "kind": "a", "n": 7,
    }  # fmt: skip
    assert isinstance(SIGNATURE.arguments({**SIGNATURE.defaults, "n": 7.0})["n"], int)


def test_a_setting_is_what_its_default_is(monkeypatch):
    made = SIGNATURE.optimizer("x.Y", lambda: None, "Y")
    monkeypatch.setattr("trajviz.recipe.spec.load_optimizer", lambda _: made)
    text = "x.Y:learning_rate=0.5,nesterov=true,kind=1,tol=2,n=3"
    spec = parse_spec(text)
    assert spec.settings == {"lr": 0.5, "nesterov": True, "kind": "1", "tol": 2, "n": 3}
    assert read_spec(spec.table) == spec
    assert parse_spec("x.Y:tol=much").settings == {"tol": "much"}
    assert parse_spec("x.Y:tol=false").settings == {"tol": False}
    for wrong in ("nesterov=1", "n=true", "lr=much", "lr=1,learning_rate=2", "tol=inf"):
        with pytest.raises(TrajvizError):
            parse_spec(f"x.Y:{wrong}")
    for table in ({"nesterov": 1.0}, {"kind": 3}, {"n": True}, {"lr": "0.1"}):
        with pytest.raises(TrajvizError, match="is not a"):
            read_spec({"name": "x.Y", **table})
    labels = [s.label for s in parse_specs(["x.Y", "x.Y:nesterov=true,kind=b"])]
    assert labels == ["x.Y", "x.Y nesterov=true kind=b"]


@given(st.sampled_from(optimizer_names()), st.text(max_size=20))
def test_our_own_names_are_cut_at_the_first_colon(name, rest):
    assert split_name(f"{name}:{rest}") == (name, ":", rest)


# Recipes


def test_the_path_of_an_optimizer_moves_with_its_recipe(mine):
    (mine / "a").mkdir()
    race = compare("bowl", ["./mine.py:rule:lr=0.1", "scipy.BFGS"], steps=5)
    race.save_recipe("a/race.toml")
    text = (mine / "a" / "race.toml").read_text(encoding="utf-8")
    assert 'name = "../mine.py:rule"' in text
    again = load_recipe("a/race.toml")
    assert again.optimizers[0].settings == {"lr": 0.1, "pull": 1.0}
    texts = {"surface": "bowl", "optimizers": ["../mine.py:rule:lr=0.1"]}
    recipe = read_recipe(texts, "x", mine / "a")
    assert recipe.optimizers[0].settings == {"lr": 0.1}


# Several starts


def test_what_takes_one_point_at_a_time_runs_from_several_starts_one_by_one():
    swarm = compare("himmelblau", ["scipy.BFGS", "sgd:lr=0.01"], starts="3x2", steps=20)
    bfgs, sgd = swarm.trajectories[:6], swarm.trajectories[6:]
    assert [t.number for t in bfgs] == [t.number for t in sgd] == [*range(6)]
    for t in bfgs:
        (alone,) = compare(
            "himmelblau", ["scipy.BFGS"], start=tuple(t.points[0]), steps=20
        ).trajectories
        np.testing.assert_array_equal(t.points, alone.points)
        np.testing.assert_array_equal(t.counts, alone.counts)
    assert len(swarm.recipe.optimizers) == 2


def test_basins_are_refused_where_not_all_pixels_can_run_at_once():
    with pytest.raises(TrajvizError, match=r"basins.*scipy.BFGS cannot"):
        compare("himmelblau", ["scipy.BFGS"], view="basins")


@pytest.mark.usefixtures("mine")
def test_a_rule_that_works_in_place_leaves_its_start_and_its_path_alone():
    start = np.array([1.0, 2.0])
    walk = load_optimizer("./mine.py:inplace").rule(lambda w: w, start)
    first, second = next(walk), next(walk)
    assert start.tolist() == [1, 2]
    np.testing.assert_allclose([first, second], [0.9 * start, 0.81 * start])


def test_a_tolerance_is_scipys():
    (loose,) = compare("beale", ["scipy.Nelder-Mead:tol=0.5"], steps=200).trajectories
    (tight,) = compare("beale", ["scipy.Nelder-Mead:tol=1e-9"], steps=200).trajectories
    surface = load_surface("beale")
    for tol, one in ((0.5, loose), (1e-9, tight)):
        found = scipy.optimize.minimize(
            surface.value, np.array(surface.start), method="Nelder-Mead", tol=tol
        )
        np.testing.assert_array_equal(one.points[-1], found.x)
    assert loose.evaluations == tight.evaluations == 0
    assert loose.value_evaluations < tight.value_evaluations


def test_a_method_may_report_in_one_array_that_it_fills_anew(monkeypatch):
    def minimize(_value, start, callback, **_options):
        here = start.copy()
        for step in range(1, 4):
            here[:] = step
            callback(here)
        here[:] = 9
        return scipy.optimize.OptimizeResult(x=here)

    monkeypatch.setattr(scipy.optimize, "minimize", minimize)
    (one,) = compare("bowl", ["scipy.BFGS"], steps=5).trajectories
    assert one.points[1:, 0].tolist() == [1, 2, 3, 9, 9]


def test_a_file_that_imports_keras_gets_it_on_torch_unless_the_user_says_otherwise(
    tmp_path, monkeypatch
):
    path = tmp_path / "mine.py"
    path.write_text(
        "import os\n\nBACKEND = os.environ['KERAS_BACKEND']\n\n\n"
        "def rule(gradient, w, lr=0.1):\n    yield w\n\n\nrule.__doc__ = f'{BACKEND}: as is.'\n"
    )
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    assert load_optimizer(f"{path}:rule").title == "torch"
    assert "KERAS_BACKEND" not in os.environ
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    assert load_optimizer(f"{path}:rule").title == "jax"
