"""How a number is read from what a user gave, and how a function states its range."""

import functools
import math
from typing import TYPE_CHECKING, Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trajviz.errors import TrajvizError
from trajviz.surface.numbers import (
    ANY,
    Fraction,
    NonNegative,
    Positive,
    Range,
    Share,
    read_number,
    stated_ranges,
)

if TYPE_CHECKING:
    from nowhere import Nothing

BOUNDS = [
    (Range(above=0), "above 0", [1e-300, 1, 1e300], [0, -1e-300, -1]),
    (Range(at_least=0), "at least 0", [0, 1e-300, 7], [-1e-300, -7]),
    (Range(below=2), "below 2", [-7, 0, 1.99], [2, 3]),
    (Range(at_most=2), "at most 2", [-7, 2], [2.01]),
    (Range(at_least=0, below=1), "at least 0 and below 1", [0, 0.5], [-0.1, 1]),
    (Range(above=0, at_most=1), "above 0 and at most 1", [0.1, 1], [0, 1.1]),
    (Range(above=0, below=0.5), "above 0 and below 0.5", [0.1], [0, 0.5]),
    (Range(at_least=1, whole=True), "a whole number of at least 1", [1, 2.0], [0, 1.5, -3]),
    (Range(whole=True), "a whole number", [-3, 0, 1e300], [0.5]),
    (ANY, "", [-1e300, 0, 0.5], []),
]


@pytest.mark.parametrize(("allowed", "words", "inside", "outside"), BOUNDS)
def test_a_range_says_its_bounds_and_holds_what_they_say(allowed, words, inside, outside):
    assert str(allowed) == words
    assert all(number in allowed for number in inside)
    assert not any(number in allowed for number in outside)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_finite_number_of_any_spelling_is_read(number):
    assert read_number("x", repr(number)) == number
    assert read_number("x", f" {number!r}\n") == number
    assert read_number("x", number) == number


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("two", "lr 'two' in 'a' is not a finite number"),
        ("", "lr '' in 'a' is not a finite number"),
        ("1\n2", "lr '1\\n2' in 'a' is not a finite number"),
        ("nan", "lr 'nan' in 'a' is not a finite number"),
        ("1e999", "lr '1e999' in 'a' is not a finite number"),
        (-math.inf, "lr -inf in 'a' is not a finite number"),
        (10**400, f"lr 1{'0' * 400} in 'a' is not a finite number"),
    ],
)
def test_what_is_no_finite_number_is_refused_in_one_line(value, said):
    with pytest.raises(TrajvizError) as refusal:
        read_number("lr", value, " in 'a'")
    assert str(refusal.value) == said


def test_a_number_out_of_its_range_is_refused_as_it_was_given_with_the_range():
    with pytest.raises(TrajvizError) as refusal:
        read_number("lr", "1e-999", " in 'a'", Range(above=0))
    assert str(refusal.value) == "lr=1e-999 in 'a' must be above 0"
    assert read_number("lr", "0.5", allowed=Range(above=0)) == 0.5


def test_a_functions_annotations_state_its_ranges():
    def rule(gradient, w: Positive, lr, a: Share, b: NonNegative = 0, *, c: Fraction = 0.5): ...

    expected = {
        "w": Range(above=0),
        "a": Range(at_least=0, below=1),
        "b": Range(at_least=0),
        "c": Range(above=0, below=1),
    }
    assert stated_ranges(rule) == expected


def test_an_annotation_may_hold_other_things_and_be_a_text():
    def rule(
        a: "Annotated[float, 'metres', Range(at_most=4)]", b: Annotated[int, "x"], c: float
    ): ...

    assert stated_ranges(rule) == {"a": Range(at_most=4)}


def test_an_annotation_that_means_nothing_states_no_range_and_spoils_no_other():
    def rule(a: "Nothing", b: "(", c: "1 / 0", d: 3, e: "Share" = 0.5): ...  # noqa: F722

    assert stated_ranges(rule) == {"e": Range(at_least=0, below=1)}


def test_what_has_no_annotations_states_no_range():
    assert stated_ranges(lambda a: a) == {}
    assert stated_ranges(functools.partial(lambda a: a)) == {}
