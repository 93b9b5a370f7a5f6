"""The frameworks' optimizers through our door, beside our own rules and the frameworks alone."""

import os
import subprocess
import sys
from functools import partial

import numpy as np
import pytest

from trajviz.errors import TrajvizError
from trajviz.files.metadata import load_recipe
from trajviz.optimizers.find import load_optimizer
from trajviz.race import compare, run
from trajviz.recipe.spec import parse_spec, spec_of
from trajviz.surface.catalogue import load_surface

pytestmark = pytest.mark.parity

SAME = {
    "torch.SGD:lr=0.01": "sgd:lr=0.01",
    "torch.Adam:lr=0.1,beta1=0.8": "adam:lr=0.1,beta1=0.8",
    "torch.Adam:lr=0.1,decay=exponential,rate=0.9": "adam:lr=0.1,decay=exponential,rate=0.9",
    "torch.AdamW:lr=0.1,amsgrad=false": "adamw:lr=0.1",
    "keras.SGD:lr=0.01": "sgd:lr=0.01",
    "keras.SGD:learning_rate=0.001,momentum=0.9": "momentum:lr=0.001",
    "keras.SGD:lr=0.01,decay=step,every=3": "sgd:lr=0.01,decay=step,every=3",
    "optax.sgd:lr=0.01": "sgd:lr=0.01",
    "optax.sgd:lr=0.01,decay=inverse-time": "sgd:lr=0.01,decay=inverse-time",
    "optax.adam:learning_rate=0.1": "adam:lr=0.1",
    "torch.optim:SGD:lr=0.01": "sgd:lr=0.01",
    "optax:sgd:lr=0.01": "sgd:lr=0.01",
    "keras.optimizers:SGD:lr=0.01": "sgd:lr=0.01",
}


@pytest.mark.parametrize(("theirs", "ours"), SAME.items())
def test_a_frameworks_optimizer_is_ours_where_the_rules_are_the_same(theirs, ours):
    one, other = compare("beale", [theirs, ours], steps=20, start=(1, 1.6)).trajectories
    np.testing.assert_allclose(one.points, other.points, rtol=0, atol=1e-12)
    assert one.points.dtype == np.float64
    assert one.evaluations == other.evaluations == 20


def objects():
    """Return optimizers as the libraries have them, with the text that says the same."""
    os.environ["KERAS_BACKEND"] = "torch"
    import keras
    import optax
    import torch

    return [
        (torch.optim.Adam, "torch.Adam"),
        (keras.optimizers.Adam, "keras.Adam"),
        (optax.adam, "optax.adam"),
        (optax.contrib.prodigy, "optax.contrib.prodigy"),
        (
            partial(torch.optim.Adam, lr=0.1, betas=(0.8, 0.99)),
            "torch.Adam:lr=0.1,beta1=0.8,beta2=0.99",
        ),
        (partial(optax.adam, 0.1), None),
        (partial(optax.adam, learning_rate=0.1, b1=0.8), "optax.adam:lr=0.1,b1=0.8"),
        (partial(keras.optimizers.SGD, learning_rate=0.01), "keras.SGD:lr=0.01"),
    ]


def test_an_object_of_a_library_is_what_its_name_asks_for():
    for thing, text in objects():
        if text is None:
            with pytest.raises(TrajvizError, match=r"fixes 0\.1 by place"):
                spec_of(thing)
            continue
        one, other = spec_of(thing), parse_spec(text)
        assert one.optimizer.nameable
        assert (one.optimizer.name, one.settings) == (other.optimizer.name, other.settings)


def test_what_a_recipe_cannot_say_of_a_library_runs_all_the_same():
    import optax

    kept = partial(optax.adamw, learning_rate=0.1, mask={"all": True}.get("all"))
    masked = partial(optax.adamw, learning_rate=0.1, mask=lambda tree: tree is not None)
    for thing, nameable in ((kept, True), (masked, False)):
        spec = spec_of(thing)
        assert spec.optimizer.nameable == nameable
        (run,) = compare("bowl", [thing], steps=5).trajectories
        assert np.isfinite(run.points).all()


@pytest.mark.parametrize("name", ["torch.Adam", "keras.Adam", "torch.Adadelta"])
def test_a_rate_that_nobody_gave_is_the_librarys_default(name):
    (one,) = compare("bowl", [name], steps=3).trajectories
    assert one.rate_rule == "default"
    assert one.settings["lr"] == {"torch.Adadelta": 1.0}.get(name, 0.001)


@pytest.mark.parametrize("name", ["adam", "lamb"])
def test_optax_tunes_every_rate_as_if_it_were_alone(name):
    (one,) = compare("beale", [f"optax.{name}"], steps=30).trajectories
    rate = one.settings["lr"]
    assert one.rate_rule == "tuned"
    (alone,) = compare("beale", [f"optax.{name}:lr={rate!r}"], steps=30).trajectories
    np.testing.assert_array_equal(one.points, alone.points)
    rule = load_optimizer(f"optax.{name}").rule
    surface = load_surface("beale")
    start = np.broadcast_to(np.array(surface.start), (2, 2)).copy()
    both = rule(surface, start, lr=np.array([[rate], [0.001]]))
    assert max(np.abs(next(both)[0] - point).max() for point in one.points[1:9]) < 1e-12


def test_lbfgs_of_torch_gets_its_closure_and_finds_the_minimum():
    (one,) = compare("rosenbrock", ["torch.LBFGS:line_search_fn=strong_wolfe"]).trajectories
    np.testing.assert_allclose(one.points[-1], [1, 1], atol=1e-4)
    assert one.value_evaluations == one.evaluations > 0


REFUSED = {
    "torch.SGF": "did you mean 'torch.SGD'",
    "torch.AdamW:betas=3": "unknown setting of torch.AdamW 'betas', did you mean 'beta",
    "torch.Muon": "torch.Muon: ValueError: Muon only supports 2D",
    "torch.SGD:nesterov=true": "torch.SGD: ValueError: Nesterov",
    "keras.Adm": "did you mean 'keras.Adam'",
    "optax.adm": "did you mean 'optax.adam'",
    "optax.sgd:momentum=x": "optax.sgd: ",
}


@pytest.mark.parametrize(("text", "said"), REFUSED.items())
def test_what_a_framework_refuses_is_told_in_one_line(text, said):
    with pytest.raises(TrajvizError, match=said):
        compare("bowl", [text], steps=3)


def test_a_frameworks_own_settings_are_left_as_they_were():
    code = """
import os, jax, jax.numpy as jnp
from trajviz import compare
compare("bowl", ["torch.Adam", "optax.adam", "keras.Adam"], steps=5)
import keras, torch
assert torch.get_default_dtype() == torch.float32
assert keras.config.floatx() == "float32"
assert not jax.config.jax_enable_x64
assert jnp.zeros(3).dtype == jnp.float32
assert "KERAS_BACKEND" not in os.environ
"""
    env = {key: value for key, value in os.environ.items() if key != "KERAS_BACKEND"}
    subprocess.run([sys.executable, "-c", code], check=True, env=env)


def test_our_own_optimizers_import_no_framework():
    code = """
import sys
from trajviz import compare
compare("bowl", ["sgd", "scipy.BFGS"], steps=5)
assert not {"torch", "keras", "optax", "jax"} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True)


# Optimizers of torch's kind that ask for more than a gradient

KINDS = '''
import torch


class Curved(torch.optim.Optimizer):
    """Newton's method along the gradient: it differentiates the gradient itself."""

    def __init__(self, params, lr=1.0):
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                (along,) = torch.autograd.grad(p.grad, p, grad_outputs=p.grad.detach())
                slope = p.grad.detach()
                p.sub_(slope * (group["lr"] * (slope @ slope) / (slope @ along)))


class Polyak(torch.optim.Optimizer):
    """Polyak's step on the height that its closure returns."""

    def __init__(self, params):
        super().__init__(params, {})

    def step(self, closure=None):
        height = float(closure())
        with torch.no_grad():
            for p in self.param_groups[0]["params"]:
                p.sub_(p.grad * height / (p.grad @ p.grad))


class Sharp(torch.optim.Optimizer):
    """Sharpness-aware: the gradient is taken uphill, the step by another class."""

    def __init__(self, params, base_optimizer, rho=0.5, **kwargs):
        super().__init__(params, {"rho": rho, **kwargs})
        self.base_optimizer = base_optimizer(self.param_groups, **kwargs)
        self.param_groups = self.base_optimizer.param_groups

    @torch.no_grad()
    def step(self, closure=None):
        for p in self.param_groups[0]["params"]:
            away = p.grad * self.param_groups[0]["rho"] / p.grad.norm()
            p.add_(away)
            with torch.enable_grad():
                closure()
            p.sub_(away)
        self.base_optimizer.step()


class Slow(torch.optim.Optimizer):
    """Lookahead: every k steps back towards where it was."""

    def __init__(self, optimizer, k=3, alpha=0.5):
        self.optimizer, self.k, self.alpha, self.taken = optimizer, k, alpha, 0
        self.param_groups = optimizer.param_groups
        self.slow = [p.detach().clone() for p in self.param_groups[0]["params"]]

    @torch.no_grad()
    def step(self, closure=None):
        self.optimizer.step()
        self.taken += 1
        if self.taken % self.k == 0:
            for p, slow in zip(self.param_groups[0]["params"], self.slow, strict=True):
                slow.add_(self.alpha * (p - slow))
                p.copy_(slow)


class Shaken(torch.optim.Optimizer):
    def __init__(self, params, lr):
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self, closure=None):
        for p in self.param_groups[0]["params"]:
            p.sub_(self.param_groups[0]["lr"] * p.grad * torch.rand(2, dtype=p.dtype))
'''


@pytest.fixture
def kinds(tmp_path, monkeypatch):
    (tmp_path / "kinds.py").write_text(KINDS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)


def ran(optimizer, surface="beale", **options):
    return compare(surface, [optimizer], **{"steps": 9, **options}).trajectories[0]


def assert_goes_by(run, step, surface):
    """Hold that each point is the one before less a step, a function of point and gradient."""
    w = np.array(surface.start)
    for point in run.points[1:]:
        w = w - step(w, surface.gradient(w))
        np.testing.assert_allclose(point, w, rtol=1e-9)


@pytest.mark.usefixtures("kinds")
def test_an_optimizer_that_differentiates_its_gradient_gets_the_surfaces_hessian():
    surface, one = load_surface("beale"), ran("kinds.py:Curved:lr=0.5")
    assert_goes_by(one, lambda w, g: 0.5 * g * (g @ g) / (g @ surface.hessian(w) @ g), surface)
    assert one.counts[-1].tolist() == [9, 0, 9]


@pytest.mark.usefixtures("kinds")
def test_an_optimizer_that_does_not_step_without_a_closure_gets_one():
    surface, one = load_surface("bowl"), ran("kinds.py:Polyak", "bowl")
    assert_goes_by(one, lambda w, g: g * surface.value(w) / (g @ g), surface)
    assert one.counts[-1].tolist() == [9, 9, 0]


@pytest.mark.usefixtures("kinds")
def test_a_class_around_another_takes_the_settings_of_both():
    surface, one = load_surface("beale"), ran("kinds.py:Sharp:base=torch.SGD,lr=0.002,rho=0.3")

    def step(w, g):
        return 0.002 * surface.gradient(w + 0.3 * g / np.linalg.norm(g))

    assert_goes_by(one, step, surface)
    assert one.counts[-1].tolist() == [18, 9, 0]
    assert one.settings == {**one.settings, "base": "torch.SGD", "lr": 0.002, "rho": 0.3}


@pytest.mark.usefixtures("kinds")
def test_a_class_around_a_made_optimizer_gets_it_made(tmp_path):
    slow = ran("kinds.py:Slow:base=torch.Adam,lr=0.1,beta1=0.5,k=2")
    adam = ran("torch.Adam:lr=0.1,beta1=0.5")
    np.testing.assert_array_equal(slow.points[1], adam.points[1])
    np.testing.assert_allclose(slow.points[2], (adam.points[0] + adam.points[2]) / 2, rtol=1e-12)
    race = compare("beale", ["kinds.py:Slow:base=torch.Adam,lr=0.1,k=2"], steps=4)
    race.save_recipe(tmp_path / "race.toml")
    again = load_recipe(tmp_path / "race.toml", trust=True)
    np.testing.assert_array_equal(run(again).trajectories[0].points, race.trajectories[0].points)


@pytest.mark.usefixtures("kinds")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kinds.py:Slow", "wraps an optimizer: base=NAME, as in base=torch.SGD"),
        ("kinds.py:Slow:base=adam", "base 'adam' is no optimizer class of torch's kind"),
        ("kinds.py:Slow:base=torch.SGF", "did you mean 'torch.SGD'"),
        ("kinds.py:Slow:base=torch.SGD,gamma=1", "unknown setting of kinds.py:Slow 'gamma'"),
    ],
)
def test_a_base_that_is_none_is_told(text, said):
    with pytest.raises(TrajvizError, match=said):
        ran(text)


@pytest.mark.usefixtures("kinds")
def test_random_numbers_are_the_same_in_every_run_and_the_users_own_go_on():
    import torch

    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    one, again = ran("kinds.py:Shaken:lr=0.01"), ran("kinds.py:Shaken:lr=0.01")
    np.testing.assert_array_equal(one.points, again.points)
    assert torch.equal(torch.rand(1), expected)


@pytest.mark.usefixtures("kinds")
def test_a_rate_without_a_default_is_tuned_one_by_one():
    one = ran("kinds.py:Shaken")
    assert one.rate_rule == "tuned"
    np.testing.assert_array_equal(
        one.points, ran(f"kinds.py:Shaken:lr={one.settings['lr']!r}").points
    )


@pytest.mark.parametrize("name", ["torch.SGD", "keras.SGD", "optax.sgd"])
def test_a_frameworks_optimizer_goes_on_from_where_bounds_move_it(name):
    limits = "lr=0.05,bounds=0.95/2/-0.5/1.7,clip=5"
    ours, theirs = ran(f"sgd:{limits}"), ran(f"{name}:{limits}")
    np.testing.assert_allclose(theirs.points, ours.points, rtol=0, atol=1e-12)
    assert (theirs.points[:, 0] == 0.95).any()
