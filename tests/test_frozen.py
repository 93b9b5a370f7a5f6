"""Frozen dataclasses of ours, which behave as the standard library's."""

import copy
import dataclasses
import inspect
import pickle
import sys
from concurrent.futures import ThreadPoolExecutor
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


def fresh(make):
    """Return a class and one of its kind that a maker has just made, of which nothing is known."""

    @make(frozen=True)
    class Base:
        """One that others are made from."""

        a: int
        b: int = 2

    @make(frozen=True)
    class Derived(Base):
        """One with a field more."""

        c: int = 3

    return Base, Derived


ASKED = {
    "an object": lambda cls: cls(1).b,
    "its fields": lambda cls: [one.name for one in dataclasses.fields(cls)],
    "whether it is a dataclass": dataclasses.is_dataclass,
    "its parameters": lambda cls: cls.__dataclass_params__.order,
    "its signature": lambda cls: str(inspect.signature(cls)),
    "what is matched": lambda cls: cls.__match_args__,
    "a class of its own": lambda cls: type("Own", (cls,), {})(1) == cls(1),
    "what is called above": lambda cls: (
        type("Own", (cls,), {"__init__": lambda self: cls.__init__(self, 5)})().a
    ),
}


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
@pytest.mark.parametrize("which", [0, 1])
def test_whatever_is_asked_first_the_answer_is_the_librarys(asked, which):
    assert asked(fresh(frozen.dataclass)[which]) == asked(fresh(dataclasses.dataclass)[which])


def test_a_class_that_is_made_with_defaults_of_fields_shows_them_at_once():
    made = made_by(frozen.dataclass)[0]
    assert made.d == 1
    assert not hasattr(made, "c")


def test_a_class_without_words_of_its_own_is_told_by_its_signature():
    def bare(make):
        @make(frozen=True)
        class Bare:
            a: int

        return Bare

    ours, theirs = map(bare, MAKERS.values())
    assert ours(1) == ours(a=1)
    assert ours.__doc__.startswith("Bare(")
    assert theirs.__doc__.startswith("Bare(")


def test_nothing_is_compiled_before_it_is_needed():
    if sys.version_info >= (3, 13):
        assert frozen.dataclass is dataclasses.dataclass  # which compiles all of a class at once
        return
    made = fresh(frozen.dataclass)
    assert not any(inspect.isfunction(vars(cls)["__init__"]) for cls in made)
    made[0](1)
    assert [inspect.isfunction(vars(cls)["__init__"]) for cls in made] == [True, False]


def test_threads_that_come_at_once_all_get_their_objects():
    switch = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            for _ in range(50):
                cls = fresh(frozen.dataclass)[1]
                made = [*pool.map(lambda a, cls=cls: cls(a), range(16))]
                assert [one.a for one in made] == [*range(16)]
    finally:
        sys.setswitchinterval(switch)
