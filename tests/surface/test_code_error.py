"""What a user's Python is told of its mistakes: file and line, at once and later."""

import functools
import inspect

import numpy as np
import pytest

import trajviz
from trajviz.errors import TrajvizError
from trajviz.optimizers.adapters._errors import library_errors
from trajviz.surface import Surface, code_of
from trajviz.surface.catalogue import load_surface
from trajviz.surface.code_error import tried
from trajviz.surface.definition import run_file

WINDOW = (-1, 2, -1, 3)


def valley(x, y):
    return x**2 + 4 * y**2


def summed(x, y):
    return np.sum([x**2, 4 * y**2])


def branching(x, y):
    return x**2 if x > 0 else y**2


def late(x, y):
    return np.array([1.0, 2.0])[np.asarray(abs(x) > 5).astype(int) * 7] * x * y


class Drum:
    """A surface as an object that is called."""

    def __call__(self, x, y):
        return float(x) + y

    def height(self, x, y):
        return np.sort(x) + y


def unpacked(p):
    x, y = p
    return np.array([2 * x, 8 * y])


def transposed(p):
    return np.array([2 * p[..., 0], 8 * p[..., 1]])


def shifted(p):
    return p * [2, 8] + 0.5


def with_slope(slope):
    return Surface(valley, WINDOW, (0.5, -0.5), gradient_formula=slope)


def wild(x, y, z):
    return valley(x, y) if x > z else 0


def assert_told(message, function, offset, words):
    """Hold that a message begins with this file and the line so far below a function's first."""
    line = code_of(function).co_firstlineno + offset
    assert message.startswith(f"{__file__}, line {line}: "), message
    assert words in message


@pytest.mark.parametrize(
    ("given", "function", "offset", "words"),
    [
        (summed, summed, 0, "is 1.25 when asked alone and 12.6462 among"),
        (branching, branching, 1, "use numpy's maximum, minimum or abs"),
        (Drum(), Drum(), 1, "use numpy's (np.sin)"),
        (Drum().height, Drum.height, 1, "AxisError"),
        (functools.partial(wild, z=1), wild, 1, "use numpy's maximum, minimum or abs"),
        (Surface(summed, WINDOW, (0.5, -0.5)), summed, 0, "when asked alone"),
        (Surface(branching, WINDOW, (0.5, -0.5)), branching, 1, "use numpy's maximum"),
        (with_slope(unpacked), unpacked, 1, "ValueError: too many values to unpack"),
        (with_slope(transposed), transposed, 0, "gradient_formula returns ndarray of shape (2, 3)"),
        (with_slope(shifted), shifted, 0, "where differences of the formula are"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
@pytest.mark.parametrize("ask", [trajviz.compare, trajviz.tune])
def test_a_surface_given_from_python_is_tried_and_told_with_file_and_line(
    ask, given, function, offset, words
):
    with pytest.raises(TrajvizError) as refusal:
        ask(given, ["sgd:lr=0.1"], start=(0.5, -0.5), window=WINDOW)
    assert_told(str(refusal.value), function, offset, words)


def test_a_sum_over_a_list_of_expressions_is_a_surface():
    race = trajviz.compare(
        lambda x, y: np.sum([x**2, 4 * y**2], axis=0), ["sgd:lr=0.1"], start=(1, 1), steps=3
    )
    plain = trajviz.compare(valley, ["sgd:lr=0.1"], start=(1, 1), steps=3)
    assert np.array_equal(race.trajectories[0].points, plain.trajectories[0].points)


def test_a_grid_interpolator_is_told_its_line_and_that_a_grid_needs_no_code():
    interpolate = pytest.importorskip("scipy.interpolate")
    xs = np.linspace(-1, 1, 5)
    found = interpolate.RegularGridInterpolator((xs, xs), np.add.outer(xs**2, xs**2))

    def measured(x, y):
        return found((x, y))

    with pytest.raises(TrajvizError) as refusal:
        trajviz.compare(measured, ["sgd:lr=0.1"])
    assert_told(str(refusal.value), measured, 1, "save x, y and z as .npz")
    with pytest.raises(TrajvizError) as refusal:
        trajviz.compare(measured, ["sgd:lr=0.1"], window=(-1, 1, -1, 1))
    assert_told(str(refusal.value), measured, 1, "cannot differentiate")
    with pytest.raises(TrajvizError, match=r"_rgi\.py, line .*ValueError"):
        trajviz.compare(found, ["sgd:lr=0.1"])


@pytest.mark.parametrize("given", [late, Surface(late, WINDOW, (0.5, -0.5))])
def test_a_function_that_fails_later_is_told_with_its_line(given):
    surface = load_surface(given, window=WINDOW)
    for ask in (surface.value, surface.gradient, surface.hessian):
        with pytest.raises(TrajvizError) as refusal:
            ask(np.array([[6.0, 1.0]]))
        assert_told(str(refusal.value), late, 1, "IndexError")


def test_a_race_that_runs_into_a_mistake_is_told_its_line():
    with pytest.raises(TrajvizError) as refusal:
        trajviz.compare(Surface(late, WINDOW, (0.5, -0.5)), ["sgd:lr=20"], steps=5)
    assert_told(str(refusal.value), late, 1, "IndexError")


def test_a_rule_given_from_python_is_told_its_line():
    def rule(gradient, w, lr):
        yield w - lr * gradient(w)
        yield w[7]

    with pytest.raises(TrajvizError) as refusal:
        trajviz.compare("bowl", [functools.partial(rule, lr=0.1)], steps=3)
    assert_told(str(refusal.value), rule, 2, "IndexError: index 7")


def test_what_a_library_runs_of_a_users_file_is_told_its_line(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text("def step():\n    return {}['momentum']\n")
    step = run_file(path).step
    told = pytest.raises(TrajvizError, match=r"^Mine: .*mine\.py, line 2: KeyError")
    with told, library_errors("Mine"):
        step()
    with pytest.raises(TrajvizError, match=r"^Mine: ValueError: no$"), library_errors("Mine"):
        raise ValueError("no")


def test_a_surface_that_was_tried_is_not_tried_again(monkeypatch):
    once = tried(Surface(valley, WINDOW, (0.5, -0.5), name="mine", title="Mine"))
    monkeypatch.setattr("trajviz.surface.code_error.find_misfit", pytest.fail)
    assert tried(once) is once
    assert load_surface(once) is once
    assert inspect.unwrap(once.formula) is valley


def test_a_partial_and_an_object_are_called_by_what_they_are():
    assert load_surface(Surface(valley, WINDOW, (0.5, -0.5))).title == "Valley"
    assert load_surface(functools.partial(wild_free, z=2)).title == "Wild free"
    assert load_surface(Bowl()).title == "Bowl"


def wild_free(x, y, z):
    return z * valley(x, y)


class Bowl(Drum):
    """A surface that works."""

    def __call__(self, x, y):
        return x**2 + y**2
