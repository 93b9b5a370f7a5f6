"""Frozen dataclasses of ours, which behave as the standard library's."""

import copy
import dataclasses
import inspect
import pickle
from dataclasses import KW_ONLY, field

import pytest

from trajviz import frozen

MAKERS = {"ours": frozen.dataclass, "theirs": dataclasses.dataclass}


def made_by(make):
    """Return three classes that a maker makes frozen dataclasses of."""

    @make(frozen=True)
    class Plain:
        """A plain one."""

        a: int
        b: str = "b"
        c: list = field(default_factory=list, hash=False)
        d: int = field(default=1, repr=False, compare=False)

        def __post_init__(self):
            if self.a < 0:
                raise ValueError("a is negative")

    @make(frozen=True)
    class Named:
        """One with names to be given."""

        a: int
        _: KW_ONLY
        b: int
        c: int = 3

    @make(frozen=True, kw_only=True, eq=False, repr=False)
    class Own:
        """One that is equal to itself alone."""

        a: int = 1

        def __repr__(self):
            return "own"

    return Plain, Named, Own


OURS, THEIRS = (made_by(make) for make in MAKERS.values())
PAIRS = [*zip(OURS, THEIRS, strict=True)]
GIVEN = [(1,), (1, "x"), (1, "x", [2], 3), (), (1, "x", [2], 3, 4), (-1,)]


def told(function):
    """Return what a call returns as text, or what it raises."""
    try:
        return repr(function())
    except (TypeError, ValueError, AttributeError) as error:
        return f"{type(error).__name__}: {error}"


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
@pytest.mark.parametrize("named", [{}, {"b": 5}, {"c": 7}, {"b": 1, "c": 2}, {"unknown": 1}])
@pytest.mark.parametrize("given", GIVEN)
def test_they_take_the_same_arguments_and_say_the_same(ours, theirs, given, named):
    assert told(lambda: ours(*given, **named)) == told(lambda: theirs(*given, **named))
    assert str(inspect.signature(ours)) == str(inspect.signature(theirs))


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_nothing_of_them_can_be_changed(ours, theirs):
    for change in (lambda one: setattr(one, "a", 2), lambda one: setattr(one, "z", 2)):
        for cls in (ours, theirs):
            with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field"):
                change(cls(a=1, **({"b": 1} if "b" in inspect.signature(cls).parameters else {})))


@pytest.mark.parametrize("which", [0, 1])
def test_equal_and_hash_go_by_the_fields_that_are_compared(which):
    for cls in PAIRS[0][which], PAIRS[1][which]:
        one, same, other = (cls(a=a, b=1) for a in (1, 1, 2))
        assert one == same != other
        assert hash(one) == hash(same) != hash(other)
        assert one != "one"
    plain = PAIRS[0][which]
    assert plain(1, d=5) == plain(1, d=6)
    assert hash(plain(1, c=[1])) == hash(plain(1, c=[2]))
    own = PAIRS[2][which]
    assert own() != own()


def test_the_library_treats_them_as_its_own():
    plain = OURS[0]
    one = plain(1, c=[1, 2])
    assert dataclasses.asdict(one) == {"a": 1, "b": "b", "c": [1, 2], "d": 1}
    assert dataclasses.replace(one, b="x") == plain(1, "x", [1, 2])
    assert copy.copy(one) == copy.deepcopy(one) == one
    assert plain(1).c is not plain(1).c


def test_one_that_is_pickled_is_the_same_afterwards():
    from trajviz.recipe.recipe import Recipe

    one = Recipe(surface="bowl", steps=7)
    assert pickle.loads(pickle.dumps(one)) == one


def test_one_that_holds_itself_is_shown_to_an_end():
    plain = OURS[0]
    one = plain(1)
    one.c.append(one)
    assert repr(one).count("Plain(") == 1
