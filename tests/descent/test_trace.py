"""A race as numbers: every float in full, every track to its last finite step."""

import csv
import functools
import io
import json

import numpy as np
import pytest

from trajviz.descent.trace import TRACES, trace_names
from trajviz.errors import TrajvizError
from trajviz.race import compare


@functools.cache
def one():
    """Return a race of a tuned track, one with a label, and one that diverges."""
    optimizers = ["adam", "momentum:lr=0.01,beta=0.5", "sgd:lr=10"]
    return compare("rosenbrock", optimizers, start=(-1.2, 1), steps=40)


def rows():
    return list(csv.reader(io.StringIO(one().trace("csv").decode())))


def test_csv_has_a_row_for_each_step_of_each_track():
    head, *body = rows()
    assert head == ["optimizer", "step", "x", "y", "f", "gradients", "values", "hessians"]
    expected = [[t.label, str(step)] for t in one().trajectories for step in range(t.steps + 1)]
    assert [row[:2] for row in body] == expected


def test_csv_holds_every_float_to_the_last_bit():
    found = np.array([[float(text) for text in row[2:5]] for row in rows()[1:]])
    points = np.concatenate([t.points for t in one().trajectories])
    heights = np.concatenate([t.heights for t in one().trajectories])
    np.testing.assert_array_equal(found, np.column_stack([points, heights]))


def test_csv_ends_its_lines_with_a_newline_alone():
    data = one().trace("csv")
    assert b"\r" not in data
    assert data.endswith(b"\n")


def test_a_track_that_diverges_ends_at_its_last_finite_step():
    wild = one().trajectories[2]
    assert wild.diverged_at is not None
    steps = [int(row[1]) for row in rows()[1:] if row[0] == wild.label]
    assert steps == list(range(wild.diverged_at))
    assert np.isfinite([float(t) for row in rows()[1:] for t in row[2:]]).all()


@pytest.mark.parametrize("name", ["csv", "json", "npz"])
def test_a_label_of_any_kind_comes_back(name):
    label = 'ünïcode "quoted"'
    race = compare("bowl", [f"sgd:lr=0.1,label={label}"], steps=2)
    data = race.trace(name)
    if name == "csv":
        found = list(csv.reader(io.StringIO(data.decode())))[1][0]
    elif name == "json":
        found = json.loads(data)["trajectories"][0]["label"]
    else:
        found = str(np.load(io.BytesIO(data))["labels"][0])
    assert found == label


def strictly(data):
    """Return what strict JSON says: NaN and Infinity are none."""

    def refuse(constant):
        raise ValueError(constant)

    return json.loads(data, parse_constant=refuse)


def assert_facts(facts):
    race = one()
    assert facts["surface"] == "rosenbrock"
    assert facts["start"] == [-1.2, 1]
    assert facts["window"] == list(race.window)
    assert facts["steps"] == 40
    assert len(facts["trajectories"]) == 3
    for track, t in zip(facts["trajectories"], race.trajectories, strict=True):
        assert track["label"] == t.label
        assert track["optimizer"] == t.spec.optimizer.name
        assert track["settings"] == dict(t.settings)
        assert track["lr_rule"] == t.rate_rule
        assert track["diverged_at"] == t.diverged_at
        assert track["evaluations"] == t.evaluations
        assert track["value_evaluations"] == t.value_evaluations
        assert track["hessian_evaluations"] == t.hessian_evaluations
    rules = [track["lr_rule"] for track in facts["trajectories"]]
    assert rules == ["tuned", "given", "given"]


def test_json_holds_the_facts_and_every_float_to_the_last_bit():
    facts = strictly(one().trace("json"))
    assert_facts(facts)
    for track, t in zip(facts["trajectories"], one().trajectories, strict=True):
        np.testing.assert_array_equal(track["points"], t.points)
        np.testing.assert_array_equal(track["heights"], t.heights)


def test_npz_holds_one_array_for_all_with_nan_after_a_tracks_end():
    with np.load(io.BytesIO(one().trace("npz"))) as data:
        assert sorted(data) == sorted(
            ["heights", "labels", "points", "settings", "gradients", "values", "hessians"]
        )
        assert data["points"].shape == (3, 41, 2)
        assert data["heights"].shape == (3, 41)
        assert data["labels"].tolist() == [t.label for t in one().trajectories]
        for place, t in enumerate(one().trajectories):
            np.testing.assert_array_equal(data["points"][place, : t.steps + 1], t.points)
            np.testing.assert_array_equal(data["heights"][place, : t.steps + 1], t.heights)
            assert np.isnan(data["points"][place, t.steps + 1 :]).all()
            assert np.isnan(data["heights"][place, t.steps + 1 :]).all()
        assert_facts(strictly(str(data["settings"])))


@pytest.mark.parametrize("name", trace_names())
def test_a_saved_trace_is_the_trace(name, tmp_path):
    path = one().save_trace(tmp_path / f"race.{name.upper()}")
    assert list(tmp_path.iterdir()) == [path]
    if name == "npz":  # a zip file says when it was written
        assert np.load(path).keys() == np.load(io.BytesIO(one().trace(name))).keys()
    else:
        assert path.read_bytes() == one().trace(name)


def test_what_is_no_trace_is_refused(tmp_path):
    with pytest.raises(TrajvizError, match=r"unknown suffix of '.*race\.txt': '\.txt'"):
        one().save_trace(tmp_path / "race.txt")
    with pytest.raises(TrajvizError, match="unknown trace format 'cvs', did you mean 'csv'"):
        one().trace("cvs")
    with pytest.raises(TrajvizError, match="there is no folder"):
        one().save_trace(tmp_path / "none" / "race.csv")
    assert list(tmp_path.iterdir()) == []


def test_the_traces_are_listed_by_name():
    assert trace_names() == sorted(TRACES) == ["csv", "json", "npz"]
