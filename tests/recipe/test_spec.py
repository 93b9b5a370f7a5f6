"""What may be said of a track, and what is said back."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from trajviz.errors import TrajvizError
from trajviz.files.metadata import load_recipe
from trajviz.optimizers.find import load_optimizer, optimizer_names
from trajviz.race import compare, run
from trajviz.recipe.spec import TRACK_KEYS, Spec, parse_spec, parse_specs, read_spec


@pytest.mark.parametrize(
    ("text", "name", "settings", "label", "color"),
    [
        ("sgd", "sgd", {}, "", ""),
        ("sgd:lr=0.1", "sgd", {"lr": 0.1}, "", ""),
        ("sgd:lr=1e-3", "sgd", {"lr": 0.001}, "", ""),
        ("sgd:lr=2", "sgd", {"lr": 2.0}, "", ""),
        ("momentum:beta=0", "momentum", {"beta": 0.0}, "", ""),
        ("momentum:beta=0.999,lr=0.1", "momentum", {"beta": 0.999, "lr": 0.1}, "", ""),
        ("rmsprop:eps=0", "rmsprop", {"eps": 0.0}, "", ""),
        ("adadelta:rho=0", "adadelta", {"rho": 0.0}, "", ""),
        ("adam:beta1=0.5,beta2=0.9", "adam", {"beta1": 0.5, "beta2": 0.9}, "", ""),
        ("adam:label=mine", "adam", {}, "mine", ""),
        ("adam:color=red,lr=1,label=My Adam", "adam", {"lr": 1.0}, "My Adam", "red"),
        ("adam:color=#ff0000", "adam", {}, "", "#ff0000"),
        ("adam:label=a:b=c", "adam", {}, "a:b=c", ""),
        ('adam:label="fast, but wild",lr=1', "adam", {"lr": 1.0}, "fast, but wild", ""),
        ("adam: label = 'a, \"b\"' , lr=1", "adam", {"lr": 1.0}, 'a, "b"', ""),
        ("adam:label=it's,lr=1", "adam", {"lr": 1.0}, "it's", ""),
        ("adam:label=Ädam β₁", "adam", {}, "Ädam β₁", ""),
        (" adam : lr = 0.1 , label = x ", "adam", {"lr": 0.1}, "x", ""),
    ],
)
def test_a_good_spec_says_what_was_written(text, name, settings, label, color):
    spec = parse_spec(text)
    assert (spec.optimizer.name, spec.settings, spec.label, spec.color) == (
        *(name, settings, label, color),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "optimizer '' has no name: write NAME or NAME:key=value"),
        ("  ", "optimizer '  ' has no name"),
        (":lr=1", "optimizer ':lr=1' has no name"),
        (":", "optimizer ':' has no name"),
        ("adm", "unknown optimizer 'adm', did you mean 'adam'? Known: "),
        ("SGD", "unknown optimizer 'SGD', did you mean 'sgd'?"),
        ("momentun:beta=0.9", "unknown optimizer 'momentun', did you mean 'momentum'?"),
        ("lr=0.1", "unknown optimizer 'lr=0.1'. Known: "),
        ("sgd:", "optimizer 'sgd:' has no settings after the colon"),
        ("sgd: ", "optimizer 'sgd: ' has no settings after the colon"),
        ("sgd:lr", "setting 'lr' in 'sgd:lr' is not key=value"),
        ("sgd:lr=", "setting 'lr=' in 'sgd:lr=' is not key=value"),
        ("sgd:=1", "setting '=1' in 'sgd:=1' is not key=value"),
        ("sgd:=", "setting '=' in 'sgd:=' is not key=value"),
        ("sgd:,", "setting '' in 'sgd:,' is not key=value"),
        ("sgd:lr=1,", "setting '' in 'sgd:lr=1,' is not key=value"),
        ("sgd:0.1", "setting '0.1' in 'sgd:0.1' is not key=value"),
        ("sgd:beta=0.9", "unknown setting of sgd 'beta'"),
        ("rmsprop:rho=0.9", "unknown setting of rmsprop 'rho'"),
        ("rmsprop:epsilon=1", "unknown setting of rmsprop 'epsilon', did you mean 'eps'?"),
        ("adam:beta=0.9", "unknown setting of adam 'beta', did you mean 'beta"),
        (
            "adam:colour=red",
            "did you mean 'color'? Known: arrows, beta1, beta2, bounds, clip, clip_value, color,",
        ),
        ("sgd:learning_rate=0.1", "unknown setting of sgd 'learning_rate', did you mean 'lr'?"),
        ("sgd:eta=0.1", "unknown setting of sgd 'eta', did you mean 'lr'?"),
        ('sgd:label="a, b', "setting ' b' in 'sgd:label=\"a, b' is not key=value"),
        ("adam:LR=1", "unknown setting of adam 'LR', did you mean 'lr'?"),
        ("sgd:lr=nan", "lr 'nan' in 'sgd:lr=nan' is not a finite number"),
        ("sgd:lr=inf", "lr 'inf' in 'sgd:lr=inf' is not a finite number"),
        ("sgd:lr=-inf", "lr '-inf' in 'sgd:lr=-inf' is not a finite number"),
        ("sgd:lr=1e999", "lr '1e999' in 'sgd:lr=1e999' is not a finite number"),
        ("sgd:lr=abc", "lr 'abc' in 'sgd:lr=abc' is not a finite number"),
        ("sgd:lr=0,1", "setting '1' in 'sgd:lr=0,1' is not key=value"),
        ("sgd:lr=1,lr=2", "setting 'lr' is given twice in 'sgd:lr=1,lr=2'"),
        ("sgd:label=a,label=b", "setting 'label' is given twice"),
        ("sgd:lr=0", "lr=0 in 'sgd:lr=0' must be above 0"),
        ("sgd:lr=1e-999", "lr=1e-999 in 'sgd:lr=1e-999' must be above 0"),
        ("sgd:lr=-1", "lr=-1 in 'sgd:lr=-1' must be above 0"),
        ("momentum:beta=1", "beta=1 in 'momentum:beta=1' must be at least 0 and below 1"),
        ("momentum:beta=0.99999999999999999", "must be at least 0 and below 1"),
        ("momentum:beta=-0.1", "beta=-0.1 in 'momentum:beta=-0.1' must be at least 0"),
        ("adam:beta1=1", "must be at least 0 and below 1"),
        ("adam:beta2=1.5", "must be at least 0 and below 1"),
        ("adadelta:rho=1", "must be at least 0 and below 1"),
        ("adam:eps=-1", "eps=-1 in 'adam:eps=-1' must be at least 0"),
        ("adam:label=", "setting 'label=' in 'adam:label=' is not key=value"),
    ],
)
def test_a_bad_spec_is_refused_with_what_was_given_and_what_is_allowed(text, message):
    with pytest.raises(TrajvizError) as refusal:
        parse_spec(text)
    assert message in str(refusal.value)


@pytest.mark.parametrize("name", optimizer_names())
def test_every_optimizer_runs_with_no_setting_and_with_all_its_defaults_spelled_out(name):
    bare = parse_spec(name)
    assert bare.complete == bare.optimizer.defaults
    known = {key: value for key, value in bare.complete.items() if value is not None}
    settings = {**known, "lr": 0.5}
    spelled = parse_spec(
        f"{name}:{','.join(f'{key}={value!r}' for key, value in settings.items())}"
    )
    assert spelled.settings == settings


@pytest.mark.parametrize("name", optimizer_names())
def test_every_range_that_an_optimizer_states_is_kept(name):
    for key, allowed in load_optimizer(name).ranges.items():
        outside = next(number for number in (-1, 1e300, 0.5) if number not in allowed)
        with pytest.raises(TrajvizError, match=f"{key}={outside} in .* must be {allowed}"):
            parse_spec(f"{name}:{key}={outside}")


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("radam:threshold=3.9", "at least 4"),
        ("rprop:shrink=1", "above 0 and below 1"),
        ("backtracking:shrink=0", "above 0 and below 1"),
        ("rprop:grow=0.9", "at least 1"),
        ("rprop:min_step=0", "above 0"),
        ("rprop:max_step=0", "above 0"),
        ("conjugate-gradient:c2=1", "above 0 and below 1"),
        ("backtracking:c1=0", "above 0 and below 1"),
        ("rmsprop-momentum:momentum=1", "at least 0 and below 1"),
        ("newton:lr=0", "above 0"),
    ],
)
def test_a_setting_at_the_edge_of_its_range_is_refused_with_the_range(text, allowed):
    with pytest.raises(TrajvizError) as refusal:
        parse_spec(text)
    assert str(refusal.value).endswith(f"must be {allowed}")


# Ranges belong to a rule

OWN = '''"""Rules of a user's, and what they say of their settings."""

from math import inf
from typing import Annotated

import numpy as np

from trajviz.surface.numbers import Fraction, Range, Share


def shy(gradient, w, lr, beta=2.0, eps=-1.0, rate=7.0, every=0.5, most=inf):
    while True:
        w = w - np.minimum(lr / beta, most) * gradient(w)
        yield w


def bounded(gradient, w, lr, beta: Annotated[float, Range(above=1, at_most=3)] = 2.0):
    yield from shy(gradient, w, lr, beta)


def other(gradient, w, lr, beta: Fraction = 0.5):
    yield from shy(gradient, w, lr, beta)


def outside(gradient, w, lr, beta: Share = 1.0):
    yield w


def unbounded(gradient, w, lr, beta: Share = inf):
    yield w


def uphill(gradient, w, lr=-1.0):
    yield w


def lettered(gradient, w, lr, label=1.0):
    yield w


def nameless(gradient, w, lr, name=1.0):
    yield w
'''


@pytest.fixture
def own(tmp_path, monkeypatch):
    (tmp_path / "own.py").write_text(OWN, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_users_rule_may_have_any_settings_and_its_recipes_load_again(own):
    settings = {"beta": 2.0, "eps": -1.0, "rate": 7.0, "every": 0.5}
    race = compare("bowl", ["own.py:shy", "sgd"], steps=5, size=(160, 120))
    race.save("race.png")
    race.save_recipe("race.toml")
    for recipe in (load_recipe("race.toml"), load_recipe("race.png", trust=True)):
        spec = recipe.optimizers[0]
        assert spec.settings == settings | {"lr": race.trajectories[0].settings["lr"]}
        assert spec.complete["most"] == math.inf
        again = run(recipe)
        np.testing.assert_array_equal(again.trajectories[0].points, race.trajectories[0].points)
    assert "Infinity" not in (own / "race.toml").read_text(encoding="utf-8")


@pytest.mark.usefixtures("own")
def test_a_users_rule_states_its_ranges_as_ours_do_and_each_rule_of_a_file_its_own():
    assert parse_spec("own.py:bounded:beta=3").settings == {"beta": 3.0}
    assert parse_spec("own.py:other:beta=0.1").settings == {"beta": 0.1}
    assert parse_spec("own.py:shy:beta=-7").settings == {"beta": -7.0}
    for text, allowed in {
        "own.py:bounded:beta=1": "above 1 and at most 3",
        "own.py:other:beta=1": "above 0 and below 1",
        "own.py:shy:lr=0": "above 0",
    }.items():
        with pytest.raises(TrajvizError, match=f" in '{text}' must be {allowed}"):
            parse_spec(text)
        name, _, setting = text.rpartition(":")
        key, _, value = setting.partition("=")
        with pytest.raises(TrajvizError, match=f"{key}={value}.0 must be {allowed}"):
            read_spec({"name": name, key: float(value)})


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("outside", "own.py:outside: beta=1.0 by default must be at least 0 and below 1"),
        ("unbounded", "own.py:unbounded: beta inf by default is not a finite number"),
        ("uphill", "own.py:uphill: lr=-1.0 by default must be above 0"),
        ("lettered", "own.py:lettered: parameter 'label' needs another name: a track has that key"),
        ("nameless", "own.py:nameless: parameter 'name' needs another name: a track has that key"),
    ],
)
def test_a_rule_that_no_recipe_could_say_is_refused_before_anything_runs(name, message):
    for read in (parse_spec, lambda text: read_spec({"name": text})):
        with pytest.raises(TrajvizError) as refusal:
            read(f"own.py:{name}")
        assert str(refusal.value) == message


def test_what_a_librarys_setting_may_be_is_for_the_library_to_say():
    assert parse_spec("scipy.BFGS:c1=-1").settings == {"c1": -1.0}
    with pytest.raises(TrajvizError, match=r"^scipy.BFGS: ValueError: .*c1"):
        compare("bowl", ["scipy.BFGS:c1=-1"], steps=3)


def test_given_settings_stand_over_the_defaults():
    complete = parse_spec("adam:beta2=0.5").complete
    assert complete == {"lr": None, "beta1": 0.9, "beta2": 0.5, "eps": 1e-8}


@pytest.mark.parametrize(
    ("texts", "labels"),
    [
        ([], []),
        (["sgd"], ["sgd"]),
        (["sgd:lr=1"], ["sgd"]),
        (["sgd", "adam"], ["sgd", "adam"]),
        (["sgd:lr=1", "sgd:lr=2"], ["sgd lr=1", "sgd lr=2"]),
        (["sgd", "sgd:lr=2"], ["sgd", "sgd lr=2"]),
        (["sgd", "sgd"], ["sgd", "sgd (2)"]),
        (["sgd", "sgd", "sgd"], ["sgd", "sgd (2)", "sgd (3)"]),
        (["sgd:lr=1", "sgd:lr=1.0"], ["sgd lr=1", "sgd lr=1 (2)"]),
        (["sgd:lr=0.12345678", "sgd:lr=0.12345679"], ["sgd lr=0.123457", "sgd lr=0.123457 (2)"]),
        (["adam:lr=1,beta1=0.5", "adam:lr=1"], ["adam lr=1 beta1=0.5", "adam lr=1"]),
        (["sgd:label=mine", "sgd"], ["mine", "sgd"]),
        (["sgd:label=adam", "adam"], ["adam", "adam (2)"]),
        (["adam", "sgd:label=adam"], ["adam (2)", "adam"]),
        (["sgd", "sgd", "adam:label=sgd (2)"], ["sgd", "sgd (3)", "sgd (2)"]),
    ],
)
def test_labels_tell_the_tracks_apart(texts, labels):
    specs = parse_specs(texts)
    assert [spec.label for spec in specs] == labels
    assert len(set(labels)) == len(labels)


def test_a_label_that_the_user_gives_twice_is_refused():
    with pytest.raises(TrajvizError, match="label 'mine' is given twice"):
        parse_specs(["sgd:label=mine", "rmsprop", "adam:label=mine"])


def test_labelling_changes_nothing_else():
    texts = ["sgd:lr=1,color=red", "sgd:lr=2"]
    for text, spec in zip(texts, parse_specs(texts), strict=True):
        plain = parse_spec(text)
        assert (spec.optimizer, spec.settings, spec.color) == (
            *(plain.optimizer, plain.settings, plain.color),
        )


# Text that resembles a spec finds more than text that does not.
NAMES = [*optimizer_names(), "__init__", "../sgd"]
KEYS = ["lr", "beta", "eps", "decay", "rate", "every", *TRACK_KEYS]
VALUES = [
    "cosine",
    "step",
    "0.1",
    "1",
    "-1",
    "nan",
    "1_0",
    "1e400",
    "\u0661",
    "\uff05",
]  # a digit, a sign
SIGNS = [":", ",", "=", " ", "(2)", "", "\0", "\n"]
PIECES = st.sampled_from(NAMES + KEYS + VALUES + SIGNS)


@given(st.one_of(st.text(), st.lists(PIECES, max_size=8).map("".join)))
@example("sgd:lr=\u0661")
@example("sgd:lr=1_000")
@example("__init__")
@example("sgd:lr=1\n")
@example("sgd:decay=step,every=\u0661")
@example("\ud800:lr=1")
def test_any_text_is_a_spec_or_a_trajviz_error(text):
    try:
        spec = parse_spec(text)
    except TrajvizError:
        return
    assert isinstance(spec, Spec)
    assert spec.optimizer.name in optimizer_names()
    assert set(spec.settings) <= set(spec.optimizer.defaults)
    assert all(math.isfinite(value) for value in spec.settings.values())
    assert spec.schedule is None or 0 <= spec.schedule.factor(9, 10) <= 1


RESTS = ["", "", ":lr=1", ":lr=2", ":label=sgd", ":label=adam", ":label=sgd (2)"]
RESTS += [":label=adam (2),lr=1", ":label=sgd lr=1", ":label=adam lr=2 (2)"]
SPECS = st.tuples(st.sampled_from(["sgd", "adam"]), st.sampled_from(RESTS)).map("".join)


@given(st.lists(SPECS, max_size=6))
@example(["sgd"] * 40)
def test_labels_are_unique_and_the_users_own_are_kept_whatever_is_given(texts):
    wanted = [parse_spec(text).label for text in texts]
    own = [label for label in wanted if label]
    if len(set(own)) < len(own):
        with pytest.raises(TrajvizError, match="is given twice"):
            parse_specs(texts)
        return
    labels = [spec.label for spec in parse_specs(texts)]
    assert len(set(labels)) == len(labels)
    assert all(labels)
    assert all(label in ("", got) for label, got in zip(wanted, labels, strict=True))
