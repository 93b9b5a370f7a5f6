"""Dual numbers against sympy's derivatives and central differences, and what they refuse."""

import math
import operator

import numpy as np
import pytest
import sympy
from hypothesis import assume, example, given
from hypothesis import strategies as st

from trajviz.errors import TrajvizError
from trajviz.surface.dual import Dual, gradient, hessian
from trajviz.surface.dual_number import FUNCTIONS, UFUNCS

X, Y = sympy.symbols("x y", real=True)
ONE = (2,)
SHAPES = [ONE, (5, 2), (3, 4, 2)]


def anywhere(x, y):
    return x * y + 0.3 * x - 0.2


def positive(x, y):
    return x * x + 0.3 * y * y + 0.5


def above_one(x, y):
    return 1.1 + x * x * y * y


def inside_one(x, y):
    return (x * y + 0.3 * x) / 2.5


# Each rule with sympy's counterpart, and an argument where both are defined.
ONE_ARGUMENT = {
    np.negative: (operator.neg, anywhere),
    np.positive: (operator.pos, anywhere),
    np.conjugate: (operator.pos, anywhere),
    np.absolute: (sympy.Abs, anywhere),
    np.fabs: (sympy.Abs, anywhere),
    np.square: (lambda u: u**2, anywhere),
    np.reciprocal: (lambda u: 1 / u, positive),
    np.exp: (sympy.exp, anywhere),
    np.exp2: (lambda u: 2**u, anywhere),
    np.expm1: (lambda u: sympy.exp(u) - 1, anywhere),
    np.log: (sympy.log, positive),
    np.log2: (lambda u: sympy.log(u) / sympy.log(2), positive),
    np.log10: (lambda u: sympy.log(u) / sympy.log(10), positive),
    np.log1p: (lambda u: sympy.log(1 + u), positive),
    np.sqrt: (sympy.sqrt, positive),
    np.cbrt: (lambda u: u ** sympy.Rational(1, 3), positive),
    np.sin: (sympy.sin, anywhere),
    np.cos: (sympy.cos, anywhere),
    np.tan: (sympy.tan, anywhere),
    np.arcsin: (sympy.asin, inside_one),
    np.arccos: (sympy.acos, inside_one),
    np.arctan: (sympy.atan, anywhere),
    np.sinh: (sympy.sinh, anywhere),
    np.cosh: (sympy.cosh, anywhere),
    np.tanh: (sympy.tanh, anywhere),
    np.arcsinh: (sympy.asinh, anywhere),
    np.arccosh: (sympy.acosh, above_one),
    np.arctanh: (sympy.atanh, inside_one),
    np.radians: (lambda u: u * sympy.pi / 180, anywhere),
    np.deg2rad: (lambda u: u * sympy.pi / 180, anywhere),
    np.degrees: (lambda u: u * 180 / sympy.pi, anywhere),
    np.rad2deg: (lambda u: u * 180 / sympy.pi, anywhere),
    np.sinc: (lambda u: sympy.sin(sympy.pi * u) / (sympy.pi * u), anywhere),
}
TWO_ARGUMENTS = {
    np.add: operator.add,
    np.subtract: operator.sub,
    np.multiply: operator.mul,
    np.divide: operator.truediv,
    np.power: operator.pow,
    np.float_power: operator.pow,
    np.maximum: sympy.Max,
    np.minimum: sympy.Min,
    np.hypot: lambda u, v: sympy.sqrt(u**2 + v**2),
    np.arctan2: lambda u, v: sympy.atan(u / v),
    np.logaddexp: lambda u, v: sympy.log(sympy.exp(u) + sympy.exp(v)),
    np.logaddexp2: lambda u, v: sympy.log(2**u + 2**v) / sympy.log(2),
}
STEPS = {np.sign, np.floor, np.ceil, np.trunc, np.rint, np.floor_divide, np.heaviside}
TELLING = {
    *(np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal),
    *(np.isnan, np.isinf, np.isfinite, np.signbit),
}
# Python's arithmetic, evaluated alike for duals and for sympy; u and v depend on both x and y.
ARITHMETIC = [
    *("u + v", "u + 3", "3 + u", "u + 0.3", "0.3 + u"),
    *("u - v", "u - 3", "3 - u", "u - 0.3", "0.3 - u"),
    *("u * v", "u * 3", "3 * u", "u * 0.3", "0.3 * u", "u * u"),
    *("u / v", "u / 3", "3 / u", "u / 0.3", "0.3 / u", "u / u"),
    *("u ** 0", "u ** 1", "u ** 2", "u ** 2.0", "u ** 3", "u ** 4", "u ** 7"),
    *("u ** -1", "u ** -2", "u ** -3", "u ** 0.5", "u ** 1.5", "u ** -0.5", "u ** -2.5"),
    *("u ** v", "u ** u", "2 ** u", "0.3 ** u", "3 ** -v", "(u * v) ** (u / v)"),
    *("-u", "+u", "-(-u)", "abs(u)", "abs(-u)", "abs(u - v)", "5", "0.0", "u * 0"),
]


def points_of(shape, seed=0):
    return np.random.default_rng(seed).uniform(-1.3, 1.3, shape)


def by_sympy(expression, points):
    expression = sympy.sympify(expression)
    slopes = [sympy.lambdify((X, Y), expression.diff(v), "numpy") for v in (X, Y)]
    x, y = points[..., 0], points[..., 1]
    return np.stack([np.broadcast_to(slope(x, y), x.shape) for slope in slopes], axis=-1)


def close(actual, expected):
    np.testing.assert_allclose(actual, expected, rtol=1e-11, atol=1e-13)


def hessian_by_sympy(expression, points):
    exact = sympy.lambdify((X, Y), sympy.hessian(sympy.sympify(expression), (X, Y)), "numpy")
    matrices = [exact(*point) for point in points.reshape(-1, 2)]
    return np.reshape(matrices, (*points.shape, 2))


@pytest.mark.first(10)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("function", ONE_ARGUMENT, ids=lambda f: f.__name__)
def test_the_gradient_of_a_function_of_one_number_is_sympys(function, shape):
    symbolic, inner = ONE_ARGUMENT[function]
    points = points_of(shape)
    close(
        gradient(lambda x, y: function(inner(x, y)), points),
        by_sympy(symbolic(inner(X, Y)), points),
    )


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("function", TWO_ARGUMENTS, ids=lambda f: f.__name__)
def test_the_gradient_of_a_function_of_two_numbers_is_sympys(function, shape):
    points = points_of(shape)
    close(
        gradient(lambda x, y: function(positive(x, y), above_one(x, y)), points),
        by_sympy(TWO_ARGUMENTS[function](positive(X, Y), above_one(X, Y)), points),
    )


@pytest.mark.parametrize(
    "function",
    [f for f in ONE_ARGUMENT if f not in (np.absolute, np.fabs)],
    ids=lambda f: f.__name__,
)
def test_the_hessian_of_a_function_of_one_number_is_sympys(function):
    symbolic, inner = ONE_ARGUMENT[function]
    points = points_of((4, 2))
    exact = hessian_by_sympy(symbolic(inner(X, Y)), points)
    found = hessian(lambda x, y: function(inner(x, y)), points)
    np.testing.assert_allclose(found, exact, rtol=1e-10, atol=1e-11)


@pytest.mark.parametrize("function", TWO_ARGUMENTS, ids=lambda f: f.__name__)
def test_the_hessian_of_a_function_of_two_numbers_is_sympys(function):
    points = points_of((4, 2))
    larger = {np.maximum: above_one, np.minimum: positive}.get(function)
    both = TWO_ARGUMENTS[function](positive(X, Y), above_one(X, Y))
    exact = hessian_by_sympy(larger(X, Y) if larger else both, points[:1] if larger else points)
    found = hessian(lambda x, y: function(positive(x, y), above_one(x, y)), points)
    if larger:  # at the first point the second number is the larger
        found = found[:1]
        assert positive(*points[0]) < above_one(*points[0])
    np.testing.assert_allclose(found, exact, rtol=1e-10, atol=1e-11)


def test_every_elementwise_rule_is_in_a_table_above():
    assert {*UFUNCS, np.sinc} == {*ONE_ARGUMENT, *TWO_ARGUMENTS, *STEPS, *TELLING, np.mod}


@pytest.mark.parametrize("function", sorted(STEPS, key=lambda f: f.__name__))
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_what_goes_in_steps_is_level_between_them(function, shape):
    points = 3 * points_of(shape)
    numbers = [points[..., 0] + points[..., 1], 0.7][: function.nin]
    plain = function(*numbers)
    np.testing.assert_array_equal(
        gradient(lambda x, y: function(x + y, *numbers[1:]) * x, points)[..., 0], plain
    )
    np.testing.assert_array_equal(gradient(lambda x, y: function(x + y, *numbers[1:]), points), 0)


@pytest.mark.parametrize("function", [np.sign, np.floor, np.ceil, np.trunc, np.rint])
def test_a_step_of_nan_is_nan(function):
    with np.errstate(all="ignore"):
        slopes = gradient(lambda x, y: function(np.log(x)) + y, np.array([-1.0, 0.0]))
    assert np.isnan(slopes[0])


# Functions that take whole arrays, and lists of expressions, each with what it comes to.
WHOLE = [
    (lambda x, y: np.sum([x**2, 4 * y**2], axis=0), lambda x, y: x**2 + 4 * y**2),
    (lambda x, y: np.mean([x**2, 4 * y**2], axis=0), lambda x, y: (x**2 + 4 * y**2) / 2),
    (lambda x, y: np.prod([x**2, 4 * y**2], axis=0), lambda x, y: 4 * x**2 * y**2),
    (
        lambda x, y: np.var([x, y, 2.0 + 0 * x], axis=0),
        lambda x, y: np.var([x, y, 2 + 0 * x], axis=0),
    ),
    (lambda x, y: np.dot([1, 20], [x**2, y**2]), lambda x, y: x**2 + 20 * y**2),
    (lambda x, y: np.array([2, 3]).dot(np.stack([x, y])), lambda x, y: 2 * x + 3 * y),
    (lambda x, y: np.linalg.norm([x, 2 * y], axis=0), lambda x, y: np.sqrt(x**2 + 4 * y**2)),
    (lambda x, y: np.linalg.norm([x, y], ord=1, axis=0), lambda x, y: abs(x) + abs(y)),
    (lambda x, y: np.linalg.norm(np.stack([x, y], -1), axis=-1), np.hypot),
    (lambda x, y: np.sum(np.stack([x, y]) ** 2, axis=0), lambda x, y: x**2 + y**2),
    (lambda x, y: np.sum(np.exp(np.array([x, y])), 0), lambda x, y: np.exp(x) + np.exp(y)),
    (lambda x, y: np.sum(np.array([x, y]) * x, axis=0), lambda x, y: x * x + y * x),
    (lambda x, y: np.sum(x - np.array([x, y]), axis=0), lambda x, y: x - y),
    (
        lambda x, y: y + np.sum(x / np.array([2 + x * x, 3 + 0 * x]), 0),
        lambda x, y: y + x / (2 + x * x) + x / 3,
    ),
    (
        lambda x, y: np.sum(np.hypot([x, y], 1), axis=0),
        lambda x, y: np.hypot(x, 1) + np.hypot(y, 1),
    ),
    (lambda x, y: np.array([[1, 2], [3, 4]]).dot([x, y])[1] * y, lambda x, y: (3 * x + 4 * y) * y),
    (
        lambda x, y: np.sum((x[..., None] - np.array([1, 2.0])) ** 2 * y[..., None], axis=-1),
        lambda x, y: ((x - 1) ** 2 + (x - 2) ** 2) * y,
    ),
    (
        lambda x, y: np.mean(np.exp(x[..., None] * np.array([1, 2.0])), axis=-1) + y,
        lambda x, y: (np.exp(x) + np.exp(2 * x)) / 2 + y,
    ),
    (
        lambda x, y: np.prod(x[..., None] - np.array([1, 2.0]), axis=-1) + y,
        lambda x, y: (x - 1) * (x - 2) + y,
    ),
    (
        lambda x, y: np.linalg.norm(x[..., None] - np.array([1, 2.0]), axis=-1) + y,
        lambda x, y: np.sqrt((x - 1) ** 2 + (x - 2) ** 2) + y,
    ),
    (lambda x, y: np.polyval([1, -2, 3], x * y), lambda x, y: (x * y) ** 2 - 2 * x * y + 3),
    (lambda x, y: np.clip(x, -0.5, 0.5) * y, lambda x, y: np.minimum(np.maximum(x, -0.5), 0.5) * y),
    (lambda x, y: np.clip(x * y, None, 0.1), lambda x, y: np.minimum(x * y, 0.1)),
    (lambda x, y: np.where(x > y, x * x, y**3), None),
    (lambda x, y: np.where(x < 0, 0, x) ** 2 + y, lambda x, y: np.maximum(x, 0) ** 2 + y),
    (lambda x, y: (x > 0) * x**2 + y, lambda x, y: np.maximum(x, 0) ** 2 + y),
    (lambda x, y: np.where((x > 0) & (y <= 0.2), x, -y), None),
    (lambda x, y: np.select([x < -0.5, x < 0.5], [y, x * y], -x), None),
    (lambda x, y: np.zeros_like(x) + x * y, lambda x, y: x * y),
    (lambda x, y: np.ones_like(x) * x + np.full_like(x, 2) * y, lambda x, y: x + 2 * y),
    (lambda x, y: np.round(3 * x) * y, lambda x, y: np.rint(3 * x) * y),
    (lambda x, y: (x % 0.7) * y + y // 0.3, lambda x, y: np.mod(x, 0.7) * y + np.floor(y / 0.3)),
    (lambda x, y: 0.7 % (2 + x) + 3 // (2 + y), None),
]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("index", range(len(WHOLE)))
def test_a_function_of_whole_arrays_is_what_it_comes_to(index, shape):
    formula, simple = WHOLE[index]
    points = points_of(shape, seed=3)
    x, y = points[..., 0], points[..., 1]
    if len(shape) < 3:  # numpy's own dot takes rows, and no grid
        value = simple(x, y) if simple else formula(x, y)
        np.testing.assert_allclose(formula(x, y), value, rtol=1e-13)
    slopes, matrices = gradient(formula, points), hessian(formula, points)
    h = 1e-6
    for axis in (0, 1):
        step = h * np.eye(2)[axis]
        flat = points.reshape(-1, 2)
        up, down = (formula(*(flat + sign * step).T) for sign in (1, -1))
        np.testing.assert_allclose(
            slopes[..., axis].ravel(), np.broadcast_to((up - down) / (2 * h), len(flat)), atol=1e-7
        )
        change = (gradient(formula, points + step) - gradient(formula, points - step)) / (2 * h)
        np.testing.assert_allclose(matrices[..., axis, :], change, atol=1e-6)


def test_every_other_rule_is_among_the_formulas_above():
    told = {
        *(np.where, np.select, np.clip, np.stack, np.sum, np.mean, np.prod, np.linalg.norm),
        *(np.zeros_like, np.ones_like, np.full_like, np.round, np.around, np.polyval),
        *(np.sinc, np.shape),
    }
    assert {*FUNCTIONS} == told


def test_sinc_keeps_all_its_digits_beside_0():
    points = np.stack([np.array([0, 1e-9, 1e-5, 1e-2, 0.3, 0.32, 1.5]), np.zeros(7)], axis=-1)
    with np.errstate(invalid="ignore"):
        slopes = gradient(lambda x, y: np.sinc(x) + y, points)[:, 0]
        curve = hessian(lambda x, y: np.sinc(x) + y, points)[0]
    slope = (sympy.sin(sympy.pi * X) / (sympy.pi * X)).diff(X)
    expected = [float(slope.subs(X, sympy.Rational(float(v))).evalf(30)) for v in points[1:, 0]]
    np.testing.assert_allclose(slopes[1:], expected, rtol=1e-13)
    assert slopes[0] == 0
    np.testing.assert_allclose(curve, [[-(math.pi**2) / 3, 0], [0, 0]], rtol=1e-14)


@pytest.mark.parametrize("truth", ["u + v", "u * v", "u / v", "u ** v"])
def test_a_comparison_compares_the_plain_values(truth):
    points = points_of((5, 2))

    def formula(x, y):
        u, v = positive(x, y), above_one(x, y)
        return eval(truth, {"u": u, "v": v})

    plain = formula(points[:, 0], points[:, 1])
    x, y = Dual(points[:, 0], 1.0, 0.0), Dual(points[:, 1], 0.0, 1.0)
    for compare in (operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne):
        np.testing.assert_array_equal(compare(formula(x, y), 1.2), compare(plain, 1.2))
        np.testing.assert_array_equal(compare(1.2, formula(x, y)), compare(1.2, plain))
        np.testing.assert_array_equal(compare(np.float64(1.2), formula(x, y)), compare(1.2, plain))
    for tell in (np.isnan, np.isinf, np.isfinite, np.signbit):
        np.testing.assert_array_equal(tell(formula(x, y)), tell(plain))


@pytest.mark.parametrize(
    "formula",
    [
        lambda x, y: x * x if x > y else y,
        lambda x, y: max(x * x, y),
        lambda x, y: 0 if x == y else x * y,
    ],
)
def test_an_if_takes_the_branch_of_one_point_and_fails_on_several(formula):
    def smooth(x, y):
        return np.float64(formula(x, y))

    for point in points_of((5, 2), seed=1):
        up = [smooth(*(point + 1e-6 * step)) for step in np.eye(2)]
        down = [smooth(*(point - 1e-6 * step)) for step in np.eye(2)]
        slopes = np.subtract(up, down) / 2e-6
        np.testing.assert_allclose(gradient(formula, point), slopes, atol=1e-8)
    with pytest.raises(ValueError, match="truth value of an array"):
        gradient(formula, points_of((5, 2)))


@pytest.mark.parametrize(
    ("formula", "point", "slopes"),
    [
        (lambda x, y: x**y, (0, 2), [0, 0]),
        (lambda x, y: 0**x + y, (2, 1), [0, 1]),
        (lambda x, y: np.zeros(()) ** x + y, (2, 1), [0, 1]),
        (lambda x, y: np.sqrt(x) + y, (0, 1), [math.inf, 1]),
        (lambda x, y: np.sqrt(y) * 2 + 3 * x, (1, 0), [3, math.inf]),
        (lambda x, y: x**0.5 - y**3, (0, 1), [math.inf, -3]),
        (lambda x, y: np.log(x) + y * y, (0, 1), [math.nan, 2]),
        (lambda x, y: np.cbrt(x) + np.cos(y), (0, 0), [math.inf, 0]),
        (lambda x, y: np.arcsin(x) + y, (1, 1), [math.inf, 1]),
        (lambda x, y: x / y, (1, 0), [math.inf, -math.inf]),
        (lambda x, y: np.maximum(1 / x, 2) + y, (0, 1), [-math.inf, 1]),
        (lambda x, y: np.where(x > 0, np.log(x), 5 * x) + y, (-1, 1), [5, 1]),
        (lambda x, y: np.where(x == 0, 0, x / x) * y, (0, 1), [0, 0]),
        (lambda x, y: np.hypot(x, y) + x, (0, 0), [1, 0]),
        (lambda x, y: np.sqrt(x) * np.sqrt(y), (4, 0), [0, math.inf]),
        (lambda x, y: (x * y) ** y, (0, 2), [0, 0]),
    ],
)
@pytest.mark.parametrize("several", [False, True])
def test_the_slopes_along_x_and_y_do_not_spoil_each_other(formula, point, slopes, several):
    points = np.array([point] * 3 if several else point, float)
    with np.errstate(all="ignore"):
        found = gradient(formula, points)
    np.testing.assert_array_equal(found, np.broadcast_to(slopes, points.shape))


def test_a_power_of_0_has_its_second_derivatives_too():
    points = np.array([[0.0, 2.0], [0.0, 3.0]])
    with np.errstate(all="ignore"):
        matrices = hessian(lambda x, y: x**y, points)
    np.testing.assert_array_equal(matrices, [[[2, 0], [0, 0]], [[0, 0], [0, 0]]])


@pytest.mark.first(10)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("text", ARITHMETIC)
def test_the_gradient_of_arithmetic_is_sympys(text, shape):
    def formula(x, y):
        return eval(text, {"u": positive(x, y), "v": above_one(x, y)})

    points = points_of(shape)
    close(gradient(formula, points), by_sympy(formula(X, Y), points))


@pytest.mark.parametrize("power", [1, 2, 3, 5, 2.0, 3.0, -1, -2, -3.0])
def test_a_whole_power_of_a_negative_number_has_its_slope(power):
    slopes = gradient(lambda x, y: x**power + 0 * y, np.array([-1.5, 1.0]))
    close(slopes, [power * (-1.5) ** (power - 1), 0.0])


OPERATORS = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]


@pytest.mark.parametrize("lift", [np.float64, np.array, np.int64], ids=lambda f: f.__name__)
@pytest.mark.parametrize("number", [2, 3])
@pytest.mark.parametrize("operate", OPERATORS, ids=lambda f: f.__name__)
def test_numpys_numbers_do_on_either_side_what_pythons_do(operate, number, lift):
    points = points_of((5, 2))
    here = lift(number)
    close(
        gradient(lambda x, y: operate(here, positive(x, y)), points),
        gradient(lambda x, y: operate(number, positive(x, y)), points),
    )
    close(
        gradient(lambda x, y: operate(positive(x, y), here), points),
        gradient(lambda x, y: operate(positive(x, y), number), points),
    )


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (lambda x, y: np.float32(3) * x + y, 3.0),
        (lambda x, y: x ** np.int8(3) + y, 0.75),
        (lambda x, y: x / np.float16(2) + y, 0.5),
        pytest.param(
            lambda x, y: np.float32(3) ** x + y,
            math.sqrt(3) * math.log(3),
        ),
        pytest.param(
            lambda x, y: np.int8(3) ** x + y,
            math.sqrt(3) * math.log(3),
        ),
    ],
)
def test_a_small_number_type_costs_the_gradient_no_precision(formula, expected):
    close(gradient(formula, np.array([0.5, 1.0])), [expected, 1.0])


@pytest.mark.parametrize("operate", OPERATORS, ids=lambda f: f.__name__)
def test_an_array_on_either_side_acts_point_by_point(operate):
    points = points_of((6, 2))
    numbers = np.array([0.5, 2.0, 3.0, 1.0, 1.7, 4.0])
    left = gradient(lambda x, y: operate(numbers, positive(x, y)), points)
    right = gradient(lambda x, y: operate(positive(x, y), numbers), points)
    for i, number in enumerate(numbers.tolist()):
        close(left[i], gradient(lambda x, y: operate(number, positive(x, y)), points[i]))  # noqa: B023
        close(right[i], gradient(lambda x, y: operate(positive(x, y), number), points[i]))  # noqa: B023


def test_an_array_of_exponents_may_hold_0_negative_and_whole_numbers():
    powers = np.array([0.0, -1.0, 2.0, 0.0, 3.0])
    points = np.array([[-1.5, 0], [-1.5, 0], [-1.5, 0], [0.0, 0], [0.0, 0]])
    with np.errstate(all="ignore"):  # as Surface.gradient does
        slopes = gradient(lambda x, y: x**powers + 0 * y, points)
    close(slopes[:, 0], [0.0, -1 / 2.25, -3.0, 0.0, 0.0])


@pytest.mark.parametrize("function", [*ONE_ARGUMENT, *TWO_ARGUMENTS], ids=lambda f: f.__name__)
def test_a_dual_carries_the_value_that_plain_numbers_give(function):
    numbers = [1.4, 1.9] if function in TWO_ARGUMENTS else [0.7]
    numbers = [1.7] if function is np.arccosh else numbers
    assert function(*(Dual(number, 1.0) for number in numbers)).value == function(*numbers)


@pytest.mark.parametrize(
    "formula", [lambda x, y: np.exp(x * y) / (2 + np.sin(y)), lambda x, y: abs(x) ** (2 + y * y)]
)
def test_an_array_of_points_gives_what_each_point_gives_alone(formula):
    points = points_of((3, 4, 2))
    slopes = gradient(formula, points)
    assert slopes.shape == (3, 4, 2)
    for index in np.ndindex(3, 4):
        close(slopes[index], gradient(formula, points[index]))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_formula_that_ignores_a_variable_or_both_has_slope_0_there(shape):
    points = points_of(shape)
    np.testing.assert_array_equal(gradient(lambda x, y: 7, points), np.zeros(shape))  # noqa: ARG005
    np.testing.assert_array_equal(gradient(lambda x, y: y, points)[..., 0], 0.0)  # noqa: ARG005
    np.testing.assert_array_equal(gradient(lambda x, y: y, points)[..., 1], 1.0)  # noqa: ARG005


def test_the_points_are_left_as_they_were():
    points = points_of((5, 2))
    before = points.copy()
    gradient(lambda x, y: x * y - x + np.maximum(x, y), points)
    np.testing.assert_array_equal(points, before)


# Composed formulas. Every part stays moderate, so that differences can be trusted.
CONSTANTS = st.sampled_from([0.3, -1.7, 2, 3, np.float64(0.6), np.array(1.3)])
UNARY = {
    "-u": operator.neg,
    "abs": abs,
    "square": np.square,
    "u ** 2": lambda u: u**2,
    "u ** 3": lambda u: u**3,
    "tanh ** 5.0": lambda u: np.tanh(u) ** 5.0,
    "** -2": lambda u: (1.0 + u * u) ** -2,
    "** -1.5": lambda u: (1.0 + u * u) ** -1.5,
    "** float64": lambda u: (1.0 + u * u) ** np.float64(0.4),
    "2 ** u": lambda u: 2 ** np.tanh(u),
    "float64 ** u": lambda u: np.float64(0.3) ** np.sin(u),
    "exp": lambda u: np.exp(np.tanh(u)),
    "log": lambda u: np.log(1.5 + np.sin(u)),
    "sqrt": lambda u: np.sqrt(1 + u * u),
    "sin": np.sin,
    "cos": np.cos,
    "tan": lambda u: np.tan(np.tanh(u)),
    "tanh": np.tanh,
    "arctan": np.arctan,
    "reciprocal": lambda u: np.reciprocal(2 + np.cos(u)),
    "log1p": lambda u: np.log1p(u * u),
    "log10": lambda u: np.log10(1.5 + np.sin(u)),
    "expm1": lambda u: np.expm1(np.tanh(u)),
    "exp2": lambda u: np.exp2(np.sin(u)),
    "sinh": lambda u: np.sinh(np.tanh(u)),
    "cosh": lambda u: np.cosh(np.sin(u)),
    "arcsin": lambda u: np.arcsin(0.9 * np.sin(u)),
    "cbrt": lambda u: np.cbrt(2 + np.cos(u)),
    "sinc": np.sinc,
    "where 0.1": lambda u: np.where(u > 0.1, u * u, np.sin(u)),
    "clip": lambda u: np.clip(u, -0.4, 0.6),
    "sum of a list": lambda u: np.sum([u, np.sin(u), 2.0], axis=0),
    "floor": lambda u: np.floor(u) * u,
}
BINARY = {
    "u + v": operator.add,
    "u - v": operator.sub,
    "u * v": operator.mul,
    "u / v": lambda u, v: u / (1.5 + np.sin(v)),
    "u ** v": lambda u, v: (1.2 + np.cos(u)) ** np.sin(v),
    "maximum": np.maximum,
    "minimum": np.minimum,
    "hypot": lambda u, v: np.hypot(u, 1 + v * v),
    "arctan2": lambda u, v: np.arctan2(u, 1.5 + np.sin(v)),
    "logaddexp": np.logaddexp,
    "mod": lambda u, v: np.mod(u, 1.5 + np.sin(v)),
    "where": lambda u, v: np.where(u < v, u * v, u - v),
}


def composed():
    leaves = st.one_of(st.sampled_from("xy"), CONSTANTS)
    return st.recursive(
        leaves,
        lambda parts: st.one_of(
            st.tuples(st.sampled_from(sorted(UNARY)), parts),
            st.tuples(st.sampled_from(sorted(BINARY)), parts, parts),
        ),
        max_leaves=7,
    )


def evaluate(tree, x, y):
    if isinstance(tree, tuple):
        name, *parts = tree
        return {**UNARY, **BINARY}[name](*(evaluate(part, x, y) for part in parts))
    return {"x": x, "y": y}[tree] if isinstance(tree, str) else tree


def differences(formula, x, y, h=1e-5):
    """Return forward and backward differences along x and y, and their scale, f's size."""
    here = formula(x, y)
    forward = (np.array([formula(x + h, y), formula(x, y + h)]) - here) / h
    backward = (here - np.array([formula(x - h, y), formula(x, y - h)])) / h
    return forward, backward, abs(here)


# Irrational offsets keep the points off the kinks at 0 and at x = y.
COORDINATE = st.integers(-100, 100).map(lambda k: k / 73)


@pytest.mark.long
@given(composed(), COORDINATE, COORDINATE)
@example(("u ** v", "x", ("u * v", "x", "y")), 0.5, -0.5)
@example(("maximum", ("sin", "x"), ("u / v", "y", "x")), 1.0, 0.2)
@example(("minimum", ("abs", "x"), ("2 ** u", ("-u", "y"))), -1.0, 0.2)
def test_the_gradient_of_a_composed_formula_agrees_with_differences(tree, x, y):
    x, y = x + math.sqrt(2) / 100, y + math.pi / 100

    def formula(x, y):
        return evaluate(tree, x, y) + 0.0 * x

    forward, backward, scale = differences(formula, np.float64(x), np.float64(y))
    central = (forward + backward) / 2
    # Where the two sides disagree there is a kink, or differences are too coarse to judge.
    assume(np.all(np.abs(forward - backward) < 1e-2 * (1 + np.abs(central))))
    slopes = gradient(formula, np.array([x, y]))
    np.testing.assert_allclose(slopes, central, rtol=1e-4, atol=1e-5 * (1 + scale))


@given(composed(), st.sampled_from([(5, 2), (3, 4, 2)]))
def test_a_composed_formula_has_on_arrays_the_gradients_of_its_points(tree, shape):
    points = points_of(shape)

    def formula(x, y):
        return evaluate(tree, x, y) + 0 * x

    slopes = gradient(formula, points)
    for index in np.ndindex(shape[:-1]):
        alone = gradient(formula, points[index])
        np.testing.assert_allclose(slopes[index], alone, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize(
    ("formula", "name"),
    [
        (lambda x, y: np.i0(x) + y, "'i0'"),
        (lambda x, y: np.spacing(x) + y, "'spacing'"),
        (lambda x, y: np.fmod(x, y), "'fmod'"),
        (lambda x, y: np.interp(x, [0, 1], [0, 1]) + y, "'interp'"),
        (lambda x, y: np.piecewise(x, [x > 0], [1, 2]) + y, "'piecewise'"),
        (lambda x, y: np.add.reduce(x) + y, "'add.reduce'"),
        (lambda x, y: np.multiply.outer(x, y), "'multiply.outer'"),
        (lambda x, y: np.maximum.accumulate(x) + y, "'maximum.accumulate'"),
        (lambda x, y: np.exp(x, where=True) + y, "'exp'"),
        (lambda x, y: np.zeros(2).__iadd__(x * y), "'add'"),
        (lambda x, y: x * 1j + y, "'complex numbers'"),
        (lambda x, y: np.array(1j) * x + y, "'complex numbers'"),
        (lambda x, y: x[0] + y, "'indexing of points'"),
        (lambda x, y: x[..., 0] + y, "'indexing of points'"),
        (lambda x, y: x or y, "'bool'"),
        (lambda x, y: x if x else y, "'bool'"),
        (lambda x, y: not x + y, "'bool'"),
        (lambda x, y: math.exp(x) + y, "math.exp"),
        (lambda x, y: math.sin(x * y), "plain floats"),
        (lambda x, y: float(x) * y, "plain floats"),
    ],
)
@pytest.mark.parametrize("shape", [ONE, (5, 2)], ids=str)
def test_what_cannot_be_differentiated_is_refused_by_name(formula, name, shape):
    with pytest.raises(TrajvizError, match="cannot differentiate") as refusal:
        gradient(formula, points_of(shape))
    assert name in str(refusal.value)


@pytest.mark.parametrize("name", sorted({f.__name__ for f in (*UFUNCS, *FUNCTIONS)}))
def test_a_refusal_lists_what_may_be_used(name):
    with pytest.raises(TrajvizError, match=rf"\b{name}\b"):
        gradient(lambda x, y: np.i0(x) + y, np.ones(2))


@pytest.mark.parametrize(
    "formula",
    [
        lambda x, y: divmod(x, y)[0],
        lambda x, y: round(x) + y,
        lambda x, y: int(x) + y,
        lambda x, y: math.trunc(x) + y,
        lambda x, y: x @ y,
        lambda x, y: x[0] + y,
        lambda x, y: x.sum() + y,
        lambda x, y: {x: y}[x],
        lambda x, y: np.vectorize(math.exp)(x) + y,
        lambda x, y: np.array([x, y]) * x,
        lambda x, y: np.stack([x, y]),
        lambda x, y: np.stack([x, y], axis=1).sum(axis=0),
        lambda x, y: np.sum(x) + np.sum(y),
        lambda x, y: np.mean(x * y),
        lambda x, y: np.linalg.norm(x[..., None], ord=1, axis=-1) + y,
        lambda x, y: x + y + "1",
    ],
)
def test_nothing_that_duals_do_not_know_gives_a_number(formula):
    with pytest.raises((TrajvizError, TypeError, AttributeError, ValueError)):
        gradient(formula, points_of((2, 2)))


@pytest.mark.filterwarnings("ignore::numpy.exceptions.ComplexWarning")
def test_a_formula_by_way_of_complex_numbers_is_right_or_refused():
    points = points_of((4, 2))
    try:
        slopes = gradient(lambda x, y: abs(x + 1j * y), points)
    except TrajvizError:
        return
    close(slopes, by_sympy(sympy.sqrt(X**2 + Y**2), points))


@pytest.mark.parametrize("result", [None, "1", (1.0, 2.0), np.ones(3), 1j], ids=repr)
def test_a_formula_that_returns_no_number_is_refused(result):
    with pytest.raises(TrajvizError, match=f"one number .* not {type(result).__name__}"):
        gradient(lambda x, y: result, np.ones(2))  # noqa: ARG005


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (lambda x, y: abs(x) + abs(y), [0, 0]),
        (lambda x, y: np.absolute(-x) + np.fabs(y), [0, 0]),
        (lambda x, y: np.maximum(x, 2 * x) + y, [1, 1]),
        (lambda x, y: np.maximum(2 * x, x) + y, [2, 1]),
        (lambda x, y: np.minimum(x, 2 * x) + y, [1, 1]),
        (lambda x, y: np.minimum(2 * x, x) + y, [2, 1]),
        (lambda x, y: np.maximum(x, 0) + np.maximum(0, y), [1, 0]),
        (lambda x, y: np.minimum(x, 0) + np.minimum(0, y), [1, 0]),
        (lambda x, y: x**0 + y**0.0, [0, 0]),
        (lambda x, y: x**1 + y**1.0, [1, 1]),
        (lambda x, y: x**2 + y**3, [0, 0]),
        (lambda x, y: abs(x) ** 1.5 + x * y, [0, 0]),
        (lambda x, y: np.sqrt(x * x + y * y), [0, 0]),
        (lambda x, y: np.sqrt(x * x) + y, [0, 1]),
        (lambda x, y: np.sqrt(abs(x - y)), [0, 0]),
        (lambda x, y: (x * x + y * y) ** 0.5, [0, 0]),
        (lambda x, y: (x**4 + y**4) ** 0.25 - y, [0, -1]),
        (lambda x, y: np.sqrt(np.maximum(-x * x, 0)) + y, [0, 1]),
    ],
)
@pytest.mark.parametrize("shape", [ONE, (4, 2)], ids=str)
def test_at_a_kink_the_documented_slope_is_returned(formula, expected, shape):
    with np.errstate(all="ignore"):
        slopes = gradient(formula, np.zeros(shape))
    np.testing.assert_array_equal(slopes, np.broadcast_to(np.array(expected, float), shape))


def test_the_foot_of_a_root_is_found_among_other_points():
    points = np.array([[0.0, 0.0], [3.0, 4.0], [0.0, -2.0]])
    for formula in (lambda x, y: np.sqrt(x * x + y * y), lambda x, y: (x * x + y * y) ** 0.5):
        with np.errstate(all="ignore"):
            slopes = gradient(formula, points)
        np.testing.assert_allclose(slopes, [[0, 0], [0.6, 0.8], [0, -1]])


@pytest.mark.parametrize("function", [np.maximum, np.minimum])
def test_the_larger_and_the_smaller_bring_their_own_slopes(function):
    points = np.array([[1.0, 2.0], [2.0, 1.0]])
    slopes = gradient(lambda x, y: function(3 * x, 3 * y), points).tolist()
    first = [[0.0, 3.0], [3.0, 0.0]]
    assert slopes == (first if function is np.maximum else first[::-1])


@pytest.mark.parametrize(
    "formula",
    [
        lambda x, y: np.sqrt(x) + y,
        lambda x, y: x**0.5 + y,
        lambda x, y: np.log(x) + y,
        lambda x, y: 1 / x + y,
        lambda x, y: y / x,
        lambda x, y: x**-1 + y,
        lambda x, y: np.sqrt(x * x + y * y - 1),
        lambda x, y: np.sqrt(x + 0 * y),
        lambda x, y: np.sqrt(x * y),
        lambda x, y: x ** (y - 1),
    ],
)
def test_where_there_is_no_slope_none_is_made_up(formula):
    with np.errstate(all="ignore"):
        slopes = gradient(formula, np.array([0.0, 1.0]))
    assert not np.isfinite(slopes[0])


@pytest.mark.parametrize("function", [np.maximum, np.minimum])
@pytest.mark.parametrize("numbers", [(math.nan, 1.0), (1.0, math.nan)])
def test_maximum_and_minimum_of_nan_are_nan(function, numbers):
    first, second = numbers
    assert math.isnan(function(Dual(first), Dual(second)).value)


@pytest.mark.parametrize(
    ("formula", "point"),
    [
        (lambda x, y: np.sqrt(x) + y, (-1, 0)),
        (lambda x, y: x**0.5 + y, (-1, 0)),
        (lambda x, y: x**y, (-1, 0.5)),
        (lambda x, y: y * (-2.0) ** x, (0.5, 1)),
        pytest.param(
            lambda x, y: np.log(x) + y,
            (-1, 0),
        ),
        pytest.param(
            lambda x, y: np.maximum(np.sqrt(x), y),
            (-1, 0),
        ),
        pytest.param(
            lambda x, y: np.minimum(np.sqrt(x), y),
            (-1, 0),
        ),
    ],
)
def test_where_the_value_is_nan_the_gradient_is_not_a_number(formula, point):
    with np.errstate(all="ignore"):
        assert np.isnan(formula(*np.array(point, float)))
        assert np.isnan(gradient(formula, np.array(point, float))).any()


# Second derivatives: duals of duals


SYMBOLIC = {
    "rosenbrock": lambda x, y, m: (1 - x) ** 2 + 100 * (y - x**2) ** 2,  # noqa: ARG005
    "quotient": lambda x, y, m: (x - 2 * y) / (1 + x * x + y**4) + 3 / x,  # noqa: ARG005
    "powers": lambda x, y, m: x**2.5 * y**-1.5 + 2**x + x**y + (x * y) ** 3,  # noqa: ARG005
    "waves": lambda x, y, m: m.sin(x * y) * m.cos(x) + m.tan(y / 3),
    "growth": lambda x, y, m: m.exp(-x * x) * m.log(x + y) + m.sqrt(x * x + y),
    "steps": lambda x, y, m: (
        m.tanh(x - y) * m.atan(x * y) if m is sympy else np.tanh(x - y) * np.arctan(x * y)
    ),
}


@pytest.mark.parametrize("formula", SYMBOLIC.values(), ids=SYMBOLIC)
def test_the_hessian_is_sympys_at_one_point_and_at_many(formula):
    x, y = sympy.symbols("x y")
    exact = sympy.lambdify((x, y), sympy.hessian(formula(x, y, sympy), (x, y)), "numpy")
    points = np.random.default_rng(0).uniform(0.3, 1.5, (3, 4, 2))
    matrices = hessian(lambda x, y: formula(x, y, np), points)
    assert matrices.shape == (3, 4, 2, 2)
    for index in np.ndindex(3, 4):
        np.testing.assert_allclose(matrices[index], exact(*points[index]), rtol=1e-10, atol=1e-12)
        alone = hessian(lambda x, y: formula(x, y, np), points[index])
        np.testing.assert_allclose(matrices[index], alone, rtol=1e-13)


def test_beyond_a_kink_the_hessian_is_that_of_the_branch():
    points = np.array([[0.5, 2.0], [-0.5, 2.0], [3.0, 2.0]])
    folded = hessian(lambda x, y: abs(x) * y, points)
    np.testing.assert_array_equal(folded[:, 0, 1], [1.0, -1.0, 1.0])
    np.testing.assert_array_equal(folded[:, 0, 0], 0.0)
    larger = hessian(lambda x, y: np.maximum(x * x, y * y), points)
    np.testing.assert_array_equal(larger, [[[0, 0], [0, 2]], [[0, 0], [0, 2]], [[2, 0], [0, 0]]])
    smaller = hessian(lambda x, y: np.minimum(x * x, y * y), points)
    np.testing.assert_array_equal(smaller, [[[2, 0], [0, 0]], [[2, 0], [0, 0]], [[0, 0], [0, 2]]])


def test_an_array_of_exponents_has_its_second_derivatives_too():
    powers = np.array([0.0, 1.0, 2.0, 3.0])
    points = np.full((4, 2), 0.5)
    second = hessian(lambda x, y: x**powers + 0 * y, points)[:, 0, 0]
    np.testing.assert_allclose(second, [0, 0, 2, 3], rtol=1e-14)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_formula_without_curvature_has_a_hessian_of_zeros(shape):
    points = points_of(shape)
    for flat in (lambda x, y: 7, lambda x, y: 3 * x - y, lambda x, y: np.abs(x) - np.abs(y)):  # noqa: ARG005
        np.testing.assert_array_equal(hessian(flat, points), np.zeros((*shape, 2)))


def test_the_hessian_refuses_what_the_gradient_refuses():
    with pytest.raises(TrajvizError, match="cannot differentiate 'i0'"):
        hessian(lambda x, y: np.i0(x) + y, np.array([1.0, 2.0]))


@given(composed(), COORDINATE, COORDINATE)
def test_the_hessian_of_a_composed_formula_agrees_with_differences_of_its_gradient(tree, x, y):
    point = np.array([x + math.sqrt(2) / 100, y + math.pi / 100])

    def formula(x, y):
        return evaluate(tree, x, y) + 0.0 * x

    def rows(h):
        steps = h * np.eye(2)
        return (
            np.array([gradient(formula, point + s) - gradient(formula, point) for s in steps]) / h
        )

    forward, backward = rows(1e-5), rows(-1e-5)
    central = (forward + backward) / 2
    # Where the two sides disagree there is a kink, or differences are too coarse to judge.
    assume(np.all(np.abs(forward - backward) < 1e-2 * (1 + np.abs(central))))
    scale = np.abs(gradient(formula, point)).max()
    np.testing.assert_allclose(hessian(formula, point), central, rtol=1e-4, atol=1e-5 * (1 + scale))
