"""Optimizers as objects of Python: what they are called, what they hold, and who is refused."""

import functools
import sys
from types import ModuleType

import numpy as np
import pytest

from trajviz.errors import TrajvizError
from trajviz.optimizers.find import load_optimizer
from trajviz.optimizers.objects import optimizer_of
from trajviz.optimizers.rules.adam import adam
from trajviz.recipe.spec import spec_of


def own(gradient, w, lr, fear=0.5):
    """Own: goes down, afraid."""
    while True:
        w = w - lr * (1 - fear) * gradient(w)
        yield w


class Optimizer:
    """Stands for torch's, from which an adapter tells a class of its kind."""

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.99), fancy=None, *, nesterov=False):
        """Keep what was given."""


Optimizer.__module__ = "torch.optim"


class Mine(Optimizer):
    """A class of the user's."""


def in_main(thing):
    thing.__module__ = "__main__"
    return thing


def test_a_rule_of_ours_is_itself():
    assert optimizer_of(adam) == (load_optimizer("adam"), {})


def test_a_rule_in_a_module_is_called_by_it(tmp_path, monkeypatch):
    (tmp_path / "shy_rules.py").write_text(
        "def shy(gradient, w, lr):\n"
        "    while True:\n"
        "        w = w - lr * gradient(w)\n"
        "        yield w\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    import shy_rules

    optimizer, _ = optimizer_of(shy_rules.shy)
    assert optimizer.name == "shy_rules:shy"
    assert optimizer.nameable
    del sys.modules["shy_rules"]


def test_a_rule_that_no_module_has_is_called_by_its_own_name():
    optimizer, held = optimizer_of(in_main(own))
    assert (optimizer.name, optimizer.title, held) == ("own", "Own", {})
    assert optimizer.defaults == {"lr": None, "fear": 0.5}
    assert not optimizer.nameable


def test_a_rule_in_a_file_that_was_run_by_path_has_no_name_either():
    module = ModuleType("trajviz_file_x")
    sys.modules["trajviz_file_x"], module.own = module, own
    own.__module__ = "trajviz_file_x"
    assert not optimizer_of(own)[0].nameable
    del sys.modules["trajviz_file_x"]


def test_a_partial_of_a_rule_holds_settings():
    spec = spec_of(functools.partial(in_main(own), lr=0.1, fear=0.2))
    assert spec.settings == {"lr": 0.1, "fear": 0.2}
    path = next(spec.optimizer.rule(lambda w: w, np.ones(2), **spec.settings))
    np.testing.assert_allclose(path, 1 - 0.1 * 0.8)


def test_a_partial_of_a_partial_holds_both_and_the_outer_wins():
    inner = functools.partial(in_main(own), lr=0.1, fear=0.2)
    assert spec_of(functools.partial(inner, lr=0.3)).settings == {"fear": 0.2, "lr": 0.3}


def test_a_partial_of_a_class_takes_tuples_apart():
    spec = spec_of(functools.partial(in_main(Mine), lr=0.1, betas=(0.8, 0.95)))
    assert spec.settings == {"lr": 0.1, "beta1": 0.8, "beta2": 0.95}


def test_what_is_no_setting_of_a_class_is_fixed_all_the_same():
    optimizer, settings = optimizer_of(functools.partial(in_main(Mine), fancy=[1], lr=0.1))
    assert settings == {"lr": 0.1}
    assert "fancy" not in optimizer.defaults
    assert not optimizer.nameable


def test_a_mapping_may_name_an_object():
    spec = spec_of({"name": functools.partial(in_main(own), fear=0.1), "lr": 0.2, "label": "x"})
    assert (spec.settings, spec.label) == ({"fear": 0.1, "lr": 0.2}, "x")


@pytest.mark.parametrize("thing", [3, None, int, print, ["sgd"], object(), np.ones])
def test_what_is_no_optimizer_is_refused_with_what_is(thing):
    with pytest.raises(TrajvizError, match=r"is no optimizer: give a text such as .*, a mapping"):
        spec_of(thing)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (functools.partial(own, 3), "fixes 3 by place: name what it is"),
        (functools.partial(own, hope=3), r"fixes 'hope', which is no setting of own \(lr, fear\)"),
    ],
)
def test_a_partial_that_fixes_something_else_is_refused(given, told):
    in_main(own)
    with pytest.raises(TrajvizError, match=told):
        spec_of(given)
