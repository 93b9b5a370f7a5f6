"""Our optimizers beside torch's: from stored trajectories, and with torch itself where it is."""

import os
from itertools import islice

import numpy as np
import pytest
from write_trajectories import FILE, STEPS, planned, read, trajectory, version, write

from trajviz.catalogue import load_surface
from trajviz.optimizers import load_optimizer

TORCH, RUNS, POINTS = read()
PAIRS = list(zip(RUNS, POINTS, strict=True))
# torch puts RMSProp's epsilon outside the root: the one rule that is meant to differ.
SAME = [pair for pair in PAIRS if pair[0]["optimizer"] != "rmsprop"]
((RMSPROP, THEIR_RMSPROP),) = [pair for pair in PAIRS if pair[0]["optimizer"] == "rmsprop"]


def name_of(value):
    return f"{value['optimizer']}-{value['surface']}" if isinstance(value, dict) else ""


def ours(run):
    surface = load_surface(run["surface"])
    start = np.array(surface.start)
    rule = load_optimizer(run["optimizer"]).rule
    return np.array([start, *islice(rule(surface.gradient, start, **run["settings"]), STEPS)])


def test_six_optimizers_are_compared_with_torch_on_three_surfaces():
    assert {(run["surface"], run["optimizer"]) for run, _ in SAME} == {
        (surface, optimizer)
        for surface in ("bowl", "beale", "rosenbrock")
        for optimizer in ("sgd", "momentum", "nag", "adagrad", "adadelta", "adam")
    }
    assert POINTS.shape == (len(RUNS), STEPS + 1, 2)


@pytest.mark.parametrize(("run", "theirs"), PAIRS, ids=name_of)
def test_a_stored_trajectory_starts_at_the_surfaces_start_and_goes_down(run, theirs):
    surface = load_surface(run["surface"])
    assert theirs[0].tolist() == list(surface.start)
    heights = surface.value(theirs)
    assert np.isfinite(heights).all()
    assert heights[-1] < 0.5 * heights[0]


@pytest.mark.parametrize(("run", "theirs"), SAME, ids=name_of)
def test_our_optimizer_goes_where_torchs_went(run, theirs):
    np.testing.assert_allclose(ours(run), theirs, rtol=0, atol=1e-12)


def test_torchs_rmsprop_with_epsilon_outside_the_root_goes_visibly_elsewhere():
    apart = np.abs(ours(RMSPROP) - THEIR_RMSPROP).max()
    assert 1e-3 < apart < 1e-1  # 8e-3 at this rate


def test_torchs_rmsprop_is_the_rule_with_epsilon_outside_the_root():
    surface = load_surface("bowl")
    settings = RMSPROP["torch_settings"]
    w, s = np.array(surface.start), np.zeros(2)
    for theirs in THEIR_RMSPROP[1:]:
        g = surface.gradient(w)
        s = settings["alpha"] * s + (1 - settings["alpha"]) * g * g
        w = w - settings["lr"] * g / (np.sqrt(s) + settings["eps"])
        np.testing.assert_allclose(theirs, w, rtol=0, atol=1e-9)


def test_what_is_stored_is_what_is_planned():
    assert planned() == RUNS


@pytest.fixture(scope="module")
def torch():
    if os.environ.get("CI"):
        import torch  # must be there, so that a missing one fails
    else:
        torch = pytest.importorskip("torch", reason="torch is not installed (make parity)")
    return torch


@pytest.mark.parity
def test_the_installed_torch_is_the_one_that_was_recorded(torch):
    assert torch.__version__.partition("+")[0] == version() == TORCH


@pytest.mark.parity
@pytest.mark.usefixtures("torch")
@pytest.mark.parametrize(("run", "stored"), PAIRS, ids=name_of)
def test_torch_still_goes_where_it_went_when_it_was_recorded(run, stored):
    # To 1e-12 only, as another processor may fuse a multiplication and an addition.
    np.testing.assert_allclose(trajectory(run), stored, rtol=0, atol=1e-12)


@pytest.mark.parity
@pytest.mark.usefixtures("torch")
@pytest.mark.parametrize("run", RUNS, ids=name_of)
def test_our_optimizer_goes_where_torch_goes_now(run):
    tolerance = 1e-1 if run is RMSPROP else 1e-12
    np.testing.assert_allclose(ours(run), trajectory(run), rtol=0, atol=tolerance)


@pytest.mark.parity
def test_recording_twice_gives_the_same_bytes_and_leaves_torchs_default_type_alone(torch, tmp_path):
    before = torch.get_default_dtype()
    for name in ("first.npz", "second.npz"):
        write(tmp_path / name)
    assert (tmp_path / "first.npz").read_bytes() == (tmp_path / "second.npz").read_bytes()
    assert torch.get_default_dtype() == before
    assert read(tmp_path / "first.npz")[:2] == read(FILE)[:2]
