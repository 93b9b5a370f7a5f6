"""Clipping and bounds: what may be said, and what they do to gradients and points."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trajviz.errors import TrajvizError
from trajviz.recipe.clamp import Clamp
from trajviz.recipe.spec import parse_spec, parse_specs, read_spec

PARTS = st.floats(-1e6, 1e6).map(lambda part: round(part, 3))
ROWS = st.lists(st.tuples(PARTS, PARTS), min_size=1, max_size=5)


@given(rows=ROWS, most=st.floats(1e-3, 1e3))
def test_a_gradient_is_shortened_to_the_norm_by_itself_and_keeps_its_direction(rows, most):
    slopes = np.array(rows)
    clipped = Clamp(clip=most).clipped(slopes)
    lengths = np.linalg.norm(slopes, axis=1)
    np.testing.assert_allclose(np.linalg.norm(clipped, axis=1), np.minimum(lengths, most))
    np.testing.assert_allclose(clipped[:, 0] * slopes[:, 1], clipped[:, 1] * slopes[:, 0])
    np.testing.assert_array_equal(clipped[lengths < most], slopes[lengths < most])


@given(rows=ROWS, most=st.floats(1e-3, 1e3))
def test_each_component_is_clipped_to_the_value(rows, most):
    clipped = Clamp(clip_value=most).clipped(np.array(rows))
    assert clipped.tolist() == [[min(max(part, -most), most) for part in row] for row in rows]


@given(rows=ROWS)
def test_a_point_out_of_bounds_is_moved_to_the_nearest_one_within(rows):
    clamp = Clamp(bounds=(-1.0, 2.0, 0.0, math.inf))
    expected = [[min(max(x, -1), 2), max(y, 0)] for x, y in rows]
    assert clamp.within(np.array(rows)).tolist() == expected


SAID = {
    "sgd:clip=2": Clamp(clip=2.0),
    "adam:lr=1,clip_value=0.5": Clamp(clip_value=0.5),
    "sgd:bounds=0/1/-2/2": Clamp(bounds=(0.0, 1.0, -2.0, 2.0)),
    "sgd:bounds=0/inf/-inf/1e-3,clip=1": Clamp(clip=1.0, bounds=(0, math.inf, -math.inf, 1e-3)),
    "sgd": Clamp(),
}


@pytest.mark.parametrize(("text", "clamp"), SAID.items())
def test_any_track_may_be_clamped_and_a_recipe_says_them_again(text, clamp):
    spec = parse_spec(text)
    assert spec.clamp == clamp
    assert read_spec(spec.table) == spec
    assert bool(spec.clamp) is (text != "sgd")


def test_a_recipe_may_list_the_bounds():
    assert read_spec({"name": "sgd", "bounds": [0, 1, 0, 2.5]}).clamp.bounds == (0, 1, 0, 2.5)


BAD = {
    "sgd:clip=0": "clip=0 in 'sgd:clip=0' must be above 0",
    "sgd:clip=much": "clip 'much' in 'sgd:clip=much' is not a finite number",
    "sgd:clip_value=-1": "clip_value=-1 in 'sgd:clip_value=-1' must be above 0",
    "sgd:clip=1,clip_value=1": "are two ways to clip: give one",
    "sgd:bounds=0/1": "bounds '0/1' in 'sgd:bounds=0/1' are not X0/X1/Y0/Y1",
    "sgd:bounds=1/0/0/1": "X0 < X1 and Y0 < Y1",
    "sgd:bounds=0/1/0/nan": "inf and -inf are no bound",
    "sgd:bound=0/1/0/1": "did you mean 'bounds'",
    "scipy.BFGS:bounds=0/1/0/1": "scipy.BFGS cannot be kept within bounds",
}


@pytest.mark.parametrize(("text", "message"), BAD.items())
def test_what_makes_no_sense_is_refused(text, message):
    with pytest.raises(TrajvizError) as refusal:
        parse_spec(text)
    assert message in str(refusal.value)


@pytest.mark.parametrize("value", [3, [0, 1], True, ["a", "b", "c", "d"]])
def test_bounds_of_a_recipe_are_four_numbers(value):
    with pytest.raises(TrajvizError, match="bounds"):
        read_spec({"name": "sgd", "bounds": value})


def test_a_setting_of_the_optimizers_own_comes_first(tmp_path):
    (tmp_path / "mine.py").write_text("def rule(gradient, w, lr, clip=3.0):\n    yield w\n")
    spec = parse_spec(f"{tmp_path}/mine.py:rule:clip=5,clip_value=2")
    assert (spec.settings, spec.clamp) == ({"clip": 5.0}, Clamp(clip_value=2.0))


def test_labels_tell_clamps_apart():
    labels = [spec.label for spec in parse_specs(["sgd", "sgd:clip=1", "sgd:bounds=0/1/0/1"])]
    assert labels == ["sgd", "sgd clip=1", "sgd bounds=0/1/0/1"]
