"""Tapes against the dual numbers, to the last bit, and what must have none."""

import itertools
import json
import operator

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import trajviz
from trajviz import Surface
from trajviz.errors import TrajvizError
from trajviz.surface import dual, traced
from trajviz.surface.buffers import CHUNK, Runner
from trajviz.surface.compiled import compiled, is_exact
from trajviz.surface.formula import FUNCTIONS, read_formula
from trajviz.surface.tape import OPERATIONS, Node, Tape, UntraceableError, record

ODD = [0.0, -0.0, 1.0, -1.0, 1e-160, -1e200, np.inf, np.nan]
POINTS = np.array(
    [*itertools.product(ODD, ODD), *np.random.default_rng(0).normal(scale=3, size=(30, 2))]
)
"""Points with everything that is odd, and ties, among ordinary ones."""


def tape_of(formula):
    return record(lambda x, y: [formula(x, y)])


def bits(numbers):
    """Return numbers as bytes, all that are not a number alike."""
    numbers = np.asarray(numbers, dtype=np.float64)
    return np.where(np.isnan(numbers), np.nan, numbers).tobytes()


def by_duals(formula, points):
    """Return height, slopes and second derivatives as they are without a tape."""
    height = np.asarray(formula(points[..., 0][()], points[..., 1][()]), dtype=np.float64)
    yield np.broadcast_to(height, points.shape[:-1])[..., None]
    yield dual.gradient(formula, points)
    yield dual.hessian(formula, points).reshape(*points.shape[:-1], 4)


def assert_same(formula, points=POINTS):
    """Compare in company, and a third of the points alone."""
    tape, some = tape_of(formula), points[::3]
    with np.errstate(all="ignore"):
        expected = [*by_duals(formula, points)]
        alone = [*zip(*(by_duals(formula, point) for point in some), strict=True)]
        for one, together, each in zip(
            (tape, tape.gradient(), tape.hessian()), expected, alone, strict=True
        ):
            assert bits(Runner(one).run(points)) == bits(together)
            if one.is_for_one_point():
                at = compiled(one)
                assert bits([at(*point) for point in some.tolist()]) == bits(each)


# Surfaces

SURFACES = [name for name in trajviz.surface_names() if name != "noisy-moons"]
WITH_PARAMETERS = [
    "rosenbrock:b=10",
    "quadratic:kappa=30,angle=20",
    "quadratic:angle=0",
    "plateau:width=2",
]


@pytest.mark.parametrize("name", [*SURFACES, *WITH_PARAMETERS])
def test_on_every_surface_a_tape_has_the_bits_of_the_dual_numbers(name):
    surface = trajviz.load_surface(name)
    assert_same(surface.formula, np.concatenate([POINTS, [surface.start, *surface.minima]]))
    assert traced.gradient_by(surface) == "tape"
    assert tape_of(surface.formula).gradient().is_for_one_point()


def test_a_surface_with_slopes_of_its_own_keeps_them():
    surface = trajviz.load_surface("noisy-moons")
    assert traced.traced(surface) is surface
    assert traced.gradient_by(surface) == "formula"


# Random formulas

LEAVES = st.sampled_from(["x", "y", "x", "y", "2", "0.5", "pi", "1"])
TWO = ["atan2", "hypot", "max", "min"]


def larger(inner):
    signed = st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "**"]), inner)
    powers = st.tuples(inner, st.sampled_from(["2", "3", "4", "-1", "-2", "0.5", "1", "1.5"]))
    called = st.tuples(st.sampled_from(sorted({*FUNCTIONS} - {*TWO})), inner)
    return st.one_of(
        signed.map("({0[0]} {0[1]} {0[2]})".format),
        powers.map("({0[0]})**{0[1]}".format),
        called.map("{0[0]}({0[1]})".format),
        st.tuples(st.sampled_from(TWO), inner, inner).map("{0[0]}({0[1]}, {0[2]})".format),
        inner.map("-{}".format),
    )


@settings(max_examples=30)
@given(st.recursive(LEAVES, larger, max_leaves=8))
@example("sqrt(abs(x*y))")
@example("max(x, y) + min(x*y, sign(x)) + x**0.5")
@example("(x - y)**-1 * 2**x + y**x")
@example("hypot(x, y)**3 + floor(x)*y + atan2(y, x)")
def test_any_typed_formula_has_the_bits_of_the_dual_numbers(text):
    try:
        formula = read_formula(text)
    except TrajvizError:  # of constants alone, or of a constant that is not finite
        return
    assert_same(formula, POINTS[::5])


UNARY = {
    "-u": operator.neg,
    "abs": abs,
    "u ** 2": lambda u: u**2,
    "u ** -1": lambda u: u**-1,
    "u ** 3.0": lambda u: u**3.0,
    "u ** float64": lambda u: u ** np.float64(2),
    "square": np.square,
    "power": lambda u: np.power(u, 2),
    "3 - u": lambda u: 3 - u,
    "float64 - u": lambda u: np.float64(0.3) - u,
    "u - float64": lambda u: u - np.float64(0.0),
    "2 ** u": lambda u: 2**u,
    "u % 0.7": lambda u: u % 0.7,
    "u // 2": lambda u: u // 2,
    "clip": lambda u: np.clip(u, -1.0, 2.0),
    "sqrt": np.sqrt,
    "sign": np.sign,
    "heaviside": lambda u: np.heaviside(u, 0.5) * u,
    "above": lambda u: (u > 0.5) * u,
    "not above": lambda u: ~(u > 0.5) * u,
    "between": lambda u: ((u > -1) & (u <= 1)) * u,
    "two truths": lambda u: ((u > 0) + (u > 1)) * u,
    "finite": lambda u: np.where(np.isnan(u) | np.isinf(u), 0.0, u),
    "where of numbers": lambda u: np.where(u > 0, 1, -2) * u,
    "power of a choice": lambda u: np.where(u > 0, u, 2.5) ** 3,
    "logical": lambda u: np.where(np.logical_not(u > 0), u, u * u),
    "exp": np.exp,
    "log1p": np.log1p,
    "cos": np.cos,
}
BINARY = {
    "u + v": operator.add,
    "u - v": operator.sub,
    "u * v": operator.mul,
    "u / v": operator.truediv,
    "u ** v": operator.pow,
    "u % v": operator.mod,
    "maximum": np.maximum,
    "fabs less": lambda u, v: np.where(np.fabs(u) < v, u * v, u - v),
    "logaddexp": np.logaddexp,
    "hypot": np.hypot,
    "equal": lambda u, v: np.where(u == v, u, v),
}


def composed():
    return st.recursive(
        st.sampled_from(["x", "y", "x", "y", 2, 0.3, np.float64(-1.7)]),
        lambda parts: st.one_of(
            st.tuples(st.sampled_from(sorted(UNARY)), parts),
            st.tuples(st.sampled_from(sorted(BINARY)), parts, parts),
        ),
        max_leaves=6,
    )


def evaluate(tree, x, y):
    if isinstance(tree, tuple):
        name, *parts = tree
        return {**UNARY, **BINARY}[name](*(evaluate(part, x, y) for part in parts))
    return {"x": x, "y": y}[tree] if isinstance(tree, str) else tree


def function_of(tree):
    def formula(x, y):
        return evaluate(tree, x, y) + 0.25 * x

    return formula


@pytest.mark.parametrize("name", [*UNARY, *BINARY])
def test_an_operation_has_the_bits_of_the_dual_numbers(name):
    assert_same(function_of((name, ("u * v", "x", "y"), "y")[: 2 + (name in BINARY)]))


@settings(max_examples=30)
@given(composed())
@example(("u * v", ("power of a choice", "x"), ("u % 0.7", "y")))
@example(("u + v", ("two truths", "x"), ("not above", ("finite", "y"))))
@example(("u / v", ("where of numbers", "x"), ("maximum", ("above", "y"), "x")))
def test_any_function_has_the_bits_of_the_dual_numbers_or_no_tape(tree):
    formula = function_of(tree)
    with np.errstate(all="ignore"):
        try:
            dual.gradient(formula, POINTS)
            tape_of(formula).hessian()
        except (TrajvizError, TypeError, UntraceableError):
            return
    assert_same(formula, POINTS[::5])


# What a tape is


def test_a_tape_is_plain_data_that_survives_json():
    tape = tape_of(trajviz.load_surface("beale").formula).gradient()
    nodes, outputs = json.loads(json.dumps([tape.nodes, tape.outputs]))
    again = Tape(tuple(Node(name, tuple(operands)) for name, operands in nodes), tuple(outputs))
    assert again.says(tape)
    assert {node.operation for node in tape.nodes} <= {"x", "y", "number", *OPERATIONS}


def test_what_is_computed_twice_is_one_node():
    tape = tape_of(lambda x, y: np.sin(x * y) + np.sin(x * y) ** 2)
    assert [node.operation for node in tape.nodes] == ["x", "y", "*", "sin", "number", "**", "+"]


def test_what_no_result_needs_is_left_out():
    tape = record(lambda x, y: [x + y, np.exp(x) * 0 + y][:1])
    assert [node.operation for node in tape.nodes] == ["x", "y", "+"]


def test_numbers_that_are_equal_but_not_alike_are_told_apart():
    def copied(x, y):
        return np.where(x > 0, 0.0, -0.0) + 1 * x + 1.0 * y + np.float64(1) * y

    numbers = [node.operands[0] for node in tape_of(copied).nodes if node.operation == "number"]
    assert [repr(number) for number in numbers] == [
        "0",
        "0.0",
        "-0.0",
        "1",
        "1.0",
        "np.float64(1.0)",
    ]
    one, other = (tape_of(lambda x, _, z=zero: x * z) for zero in (0.0, -0.0))
    assert not one.says(other)


def test_a_tape_is_run_over_any_number_of_points():
    tape = tape_of(trajviz.load_surface("beale").formula).gradient()
    runner = Runner(tape)
    for count in (1, 3, CHUNK, CHUNK + 1, 2 * CHUNK + 5, 3, 2, 4, 5, 6, 0):
        points = np.random.default_rng(count).normal(size=(count, 2))
        assert bits(runner.run(points)) == bits(np.stack(tape.run(*points.T), axis=-1))


def test_few_buffers_serve_many_nodes():
    tape = tape_of(trajviz.load_surface("goldstein-price").formula).gradient()
    runner = Runner(tape)
    runner.run(np.ones((9, 2)))
    (bound,) = runner.bound.values()
    given = [each for call in bound.calls for each in call.args if each.ndim]
    assert len({id(each) for each in given}) < len(bound.calls) / 4


def test_few_points_are_computed_one_by_one_only_where_that_rounds_alike():
    exact = tape_of(lambda x, y: np.where(x < y, np.sqrt(abs(x)), -x / y) * 2)
    assert is_exact(exact)
    for odd in (lambda x, y: x**2 + y, lambda x, y: np.sin(x) * y, lambda x, y: x % 2 + y):
        assert not is_exact(tape_of(odd))


def test_a_result_that_others_are_made_of_stays_in_its_buffer():
    tape = record(lambda x, y: [p := x * y, np.sin(p), np.cos(np.sin(p)) + np.exp(np.sin(p) * 2)])
    points = np.random.default_rng(0).normal(size=(5, 2))
    assert bits(Runner(tape).run(points)) == bits(np.stack(tape.run(*points.T), axis=-1))


def test_where_dual_numbers_take_a_number_for_a_constant_one_point_is_left_to_them():
    surface = surface_of(read_formula("sqrt(abs(x*y))"))
    seen, point = traced.traced(surface), np.array([0.0, -1.0])
    with np.errstate(all="ignore"):
        assert bits(seen.hessian(point)) == bits(surface.hessian(point))
        assert bits(seen.hessian(point)) != bits(seen.hessian(point[None])[0])
        assert bits(seen.hessian(point[None])) == bits(surface.hessian(point[None]))


def test_a_power_of_what_is_chosen_is_rounded_as_numpy_rounds_it():
    x = -2.4673924522389283  # whose square by glibc's pow is not x * x
    assert_same(lambda x, y: np.where(x < 0, x, y) ** 3, np.array([[x, 1.0]]))
    assert_same(lambda x, y: x**3 + y, np.array([[x, 1.0]]))


# What has none

COUNT = 0


class Counting:
    def __init__(self):
        self.count = 0

    def __call__(self, x, y):
        self.count += 1
        return x * x + y * y


def counting(x, y):
    global COUNT
    COUNT += 1
    return x * x + y * y


def counting_aside():
    count = 0

    def formula(x, y):
        nonlocal count
        count += 1
        return x * x + y * y

    return formula


def surviving(x, y):
    try:
        return x * x * float(y)
    except TypeError:
        return x * x * y


def known(x, y, seen={}):  # noqa: B006  # on purpose
    seen[0] = x
    return x * x + y * y


RNG = np.random.default_rng(0)
NO_TAPE = {
    "branch": lambda x, y: x * x if np.all(x > 0) else y * y,
    "if": lambda x, y: x * x + y if y is None or bool(np.ndim(x)) else x * x - y,
    "kind": lambda x, y: x * x + (y if isinstance(x, np.ndarray) else 2 * y),
    "random": lambda x, y: x * x + RNG.normal() * y,
    "text": lambda x, y: x * x + y * len(f"{x}"),
    "print": lambda x, y: (print(x), x * x + y * y)[1],
    "sum": lambda x, y: np.sum([x**2, 4 * y**2], axis=0),
    "axis": lambda x, y: np.sum((x[..., None] - np.arange(3.0)) ** 2, axis=-1) + y,
    "array": lambda x, y: x * np.array(2.0) + y,
    "small numbers": lambda x, y: np.float32(0.1) * x + y,
    "attribute": lambda x, y: x * x + (y if hasattr(x, "value") else -y),
    "count": counting,
    "count of an object": Counting(),
    "count aside": counting_aside(),
    "kept": known,
    "refusal survived": surviving,
    "complex": lambda x, y: x * y * 1j,
}


def surface_of(formula, **facts):
    return Surface(formula, **{"window": (-2, 2, -2, 2), "start": (1.0, 0.5), **facts})


@pytest.mark.parametrize("formula", NO_TAPE.values(), ids=NO_TAPE.keys())
def test_what_a_tape_would_not_be_keeps_the_dual_numbers(formula, capsys):
    surface = surface_of(formula)
    assert traced.traced(surface) is surface
    assert traced.gradient_by(surface) == "dual numbers"
    capsys.readouterr()


def test_a_long_formula_has_no_tape():
    surface = surface_of(lambda x, y: sum((np.sin(k * x) * y for k in range(2000)), start=x))
    assert traced.gradient_by(surface) == "dual numbers"


SCALE = 1.0


def test_a_formula_that_has_changed_since_goes_by_what_it_is_now(monkeypatch):
    surface = surface_of(lambda x, y: SCALE * (x * x + y * y))
    point = np.array([1.0, 0.5])
    assert traced.traced(surface) is not surface
    assert traced.traced(surface).gradient(point).tolist() == [2.0, 1.0]
    monkeypatch.setitem(globals(), "SCALE", 3.0)
    assert traced.traced(surface).gradient(point).tolist() == [6.0, 3.0]
    monkeypatch.setitem(globals(), "SCALE", 1.0)
    assert traced.traced(surface) is not surface


def test_an_object_that_cannot_be_looked_up_keeps_the_dual_numbers():
    class Odd:
        __hash__ = None

        def __call__(self, x, y):
            return x * x + y

    assert traced.gradient_by(surface_of(Odd())) == "dual numbers"


# In a walk


@pytest.mark.parametrize("shape", [(2,), (5, 2), (3, 4, 2), (50, 2), (0, 2)])
def test_what_a_walk_sees_has_the_shapes_and_numbers_of_the_surface(shape):
    surface = trajviz.load_surface("beale")
    seen = traced.traced(surface)
    points = np.random.default_rng(0).normal(size=shape)
    for kind in (points, points.astype(int), np.asfortranarray(points), points[..., ::-1]):
        for name in ("value", "gradient", "hessian"):
            found, expected = (getattr(one, name)(kind) for one in (seen, surface))
            assert isinstance(found, np.ndarray)
            assert found.shape == expected.shape
            assert bits(found) == bits(expected)


def test_results_are_the_callers_to_keep():
    seen = traced.traced(trajviz.load_surface("beale"))
    first = seen.gradient(np.ones((4, 2)))
    kept = first.copy()
    seen.gradient(np.zeros((4, 2)))
    np.testing.assert_array_equal(first, kept)


@pytest.mark.parametrize("name", ["beale", "ackley", "saddle"])
def test_a_race_goes_the_same_way_with_and_without_a_tape(name, monkeypatch):
    optimizers = ["sgd", "adam", "rprop", "newton", "conjugate-gradient:lr=0.01"]

    def ways():
        race = trajviz.compare(name, optimizers, steps=40)
        return [bits(one.points) for one in race.trajectories]

    by_tape = ways()
    monkeypatch.setattr("trajviz.descent.noise.traced", lambda surface: surface)
    assert ways() == by_tape
