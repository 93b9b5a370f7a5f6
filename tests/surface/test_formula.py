"""Formulas typed by users: what they mean, what is refused and where, and that nothing breaks."""

import ast
import inspect
import math
import re
import sys

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import assume, example, given
from hypothesis import strategies as st

from trajviz.errors import TrajvizError
from trajviz.surface import dual, formula
from trajviz.surface.formula import (
    CONSTANTS,
    DEEPEST,
    FUNCTIONS,
    LONGEST,
    looks_like_formula,
    read_formula,
)

NAMES = (
    "Known: abs, acos, asin, atan, atan2, cos, cosh, e, exp, floor, hypot, log, log10, log2, max, "
    "min, pi, sign, sin, sinh, sqrt, tan, tanh, x, y"
)


def value(text, x, y):
    with np.errstate(all="ignore"):
        return float(read_formula(text)(np.float64(x), np.float64(y)))


# What a formula means


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x", 2),
        (" y ", 3),
        ("x + y * 10", 32),
        ("(x + y) * 10", 50),
        ("x - y - 1", -2),
        ("10 / x / 5 + 0*y", 1),
        ("1 - x - y", -4),
        ("-x**2", -4),
        ("(-x)**2", 4),
        ("2**-x", 0.25),
        ("x**y**0", 2),
        ("2**3**x", 512),
        ("- -x", 2),
        ("+x - +y", -1),
        ("x*-y", -6),
        ("2*3*x", 12),
        ("x*2*3", 12),
        ("x/4*y", 1.5),
        ("1.5*x + .5 + 2. + 1e1 + 2E-1", 15.7),
        ("pi*x", 2 * math.pi),
        ("e**x", math.e**2),
        ("abs(x - y)", 1),
        ("sqrt(x + 7) + exp(x - 2) + log(x - 1)", 4),
        ("sin(pi/2)*x + cos(0) + tan(0) + tanh(0*y)", 3),
        ("asin(x/4) + acos(x/4)", math.pi / 2),
        ("atan(y) - atan2(y, 1) + hypot(y, x + 2)", 5),
        ("sinh(x) + cosh(x)", math.exp(2)),
        ("log10(y*100/3) + log2(x*4)", 5),
        ("sign(x - y) + floor(y/x)", 0),
        ("min(x, y)", 2),
        ("max(x, y)", 3),
        ("min(5, y, x, 4)", 2),
        ("max(x, 1, y, 2.5)", 3),
        ("x\n+\ty", 5),
        ("sqrt(4 - x - y)", math.nan),
        ("log(-x)", math.nan),
        ("(-x)**0.5", math.nan),
        ("log(x - 2)", -math.inf),
        ("1/(x - 2)", math.inf),
        ("exp(x*1000)", math.inf),
    ],
)
def test_a_formula_has_the_value_that_python_gives_it_or_is_no_number(text, expected):
    assert value(text, 2, 3) == pytest.approx(expected, rel=1e-15, nan_ok=True)


def test_a_formula_takes_arrays_of_any_shape():
    grid = read_formula("max(x, y) + 2*x")(np.ones((1, 3)), np.arange(4.0)[:, None])
    assert grid.tolist() == [[3.0] * 3, [3.0] * 3, [4.0] * 3, [5.0] * 3]


# Random formulas, against Python itself and against many digits

LEAVES = st.sampled_from(["x", "y", "2", "3", "0.5", "1.25", "pi", "e"])
TWO_ARGUMENTS = ["min", "max", "atan2", "hypot"]
ONE_ARGUMENT = sorted(FUNCTIONS.keys() - {*TWO_ARGUMENTS})


def larger(inner):
    return st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "**"]), inner).map(" ".join),
        st.tuples(st.sampled_from(["-", "+", ""]), inner).map("{0[0]}({0[1]})".format),
        st.tuples(st.sampled_from(["-", "+"]), inner).map("".join),
        st.tuples(st.sampled_from(ONE_ARGUMENT), inner).map("{0[0]}({0[1]})".format),
        st.tuples(st.sampled_from(TWO_ARGUMENTS), inner, inner).map(
            "{0[0]}({0[1]}, {0[2]})".format
        ),
    )


FORMULAS = st.recursive(LEAVES, larger, max_leaves=8)
COORDINATES = st.floats(-3, 3).map(lambda number: round(number, 3))


def by_python(text, number, functions):
    """Evaluate a generated text, every literal being made a number of this kind."""
    typed = re.sub(r"\b\d+(\.\d+)?\b", r"number('\g<0>')", text)
    return eval(f"lambda x, y: {typed}", {"number": number, **functions})


def read_or_refused(text):
    """Return the formula and "", or nothing and why it is refused."""
    try:
        return read_formula(text), ""
    except TrajvizError as error:
        return None, str(error)


def read_or_skip(text):
    read, refusal = read_or_refused(text)
    assert read or re.search("not a finite number|divides by zero|neither x nor y", refusal)
    assume(read)
    return read


@given(FORMULAS, COORDINATES, COORDINATES)
def test_a_formula_means_what_it_means_to_python(text, x, y):
    ours = read_or_skip(text)
    functions = {**FUNCTIONS, "e": np.float64(math.e), "pi": np.float64(math.pi)}
    with np.errstate(all="ignore"):
        expected = by_python(text, np.float64, functions)(np.float64(x), np.float64(y))
        np.testing.assert_array_equal(ours(np.float64(x), np.float64(y)), expected)


@given(FORMULAS, COORDINATES, COORDINATES)
def test_the_gradient_of_a_formula_is_its_derivative_in_many_digits(text, x, y):
    ours = read_or_skip(text)
    with np.errstate(all="ignore"):
        slopes = dual.gradient(ours, np.array([x, y]))
        height = float(ours(np.float64(x), np.float64(y)))
    assume(np.isfinite(slopes).all() and math.isfinite(height))
    assume(max(abs(height), *np.abs(slopes)) < 1e6)
    functions = {name: getattr(mpmath, name, None) for name in FUNCTIONS}
    functions |= {"abs": abs, "e": mpmath.e, "log2": lambda u: mpmath.log(u, 2)}
    functions |= {"min": min, "max": max, "pi": mpmath.pi}
    with mpmath.workdps(60):
        exact = by_python(text, mpmath.mpf, functions)
        try:
            for axis, order in enumerate([(1, 0), (0, 1)]):
                h = mpmath.mpf(10) ** -20
                up, down = (exact(x + s * h * order[0], y + s * h * order[1]) for s in (1, -1))
                here = exact(mpmath.mpf(x), mpmath.mpf(y))
                assume(not any(isinstance(v, mpmath.mpc) for v in (up, down, here)))
                assume(abs(up - down) < 1e-12)  # no jump here, where sign has no slope
                right, left = (up - here) / h, (here - down) / h
                assume(abs(right - left) < 1e-12 * (1 + abs(right)))  # no kink here
                scale = 1 + abs(float(right)) + abs(height)
                assert float(right) == pytest.approx(slopes[axis], abs=1e-7 * scale)
        except (ZeroDivisionError, OverflowError, ValueError, TypeError, AttributeError):  # complex
            assume(False)


X, Y = sympy.symbols("x y", real=True)


@pytest.mark.long
@pytest.mark.parametrize(
    "text",
    [
        "(1 - x)**2 + 100*(y - x**2)**2",
        "exp(-x**2 - y**2)*cos(3*x) + tanh(x*y)",
        "log(1 + x**2 + y**2)/(2 + sin(x - y))",
        "sqrt(1 + x**2)*tan(y/4) - 2**x",
        "(x**2 + 1)**y",
        "min(x**2, y + 4) + max(x*y, 1, -y)",
    ],
)
def test_the_gradient_of_a_formula_is_sympys(text):
    height = sympy.sympify(text.replace("min", "Min").replace("max", "Max"), {"x": X, "y": Y})
    points = np.random.default_rng(0).uniform(-1.5, 1.5, (50, 2))
    slopes = dual.gradient(read_formula(text), points)
    for axis, symbol in enumerate((X, Y)):
        expected = sympy.lambdify((X, Y), height.diff(symbol), "numpy")(*points.T)
        np.testing.assert_allclose(slopes[:, axis], expected, rtol=1e-11, atol=1e-12)


# What is refused, and where the error points


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "formula '', at its end: empty"),
        (" \t ", r"formula ' \t ', at its end: empty"),
        ("x^2 + y", "formula 'x^2 + y', character 2 '^': write ** for powers"),
        ("x²", "formula 'x²', character 2 '²': write **2 for a square"),
        ("2·x", "character 2 '·': write * for products"),
        ("x − y", "character 3 '−': write - for minus"),  # noqa: RUF001  # what people paste
        ("2*π*x", "character 3 'π': write pi"),
        ("|x|", "character 1 '|': write abs(...)"),
        ("x % 2", "character 3 '%': there is no remainder"),
        ("x.real", "character 2 '.': a point stands in numbers only"),
        ("x[0]", "character 2 '[': write ( for brackets"),
        ("x < y", "character 3 '<': nothing is compared"),
        ("f = x", "character 3 '=': write the height alone"),
        ("'x'", 'character 1 "\'": no formula has this character'),
        ("x; y", "character 2 ';': no formula has this character"),
        ("x\0", r"character 2 '\x00': a null byte"),
        ("ｘ", "character 1 'ｘ': no formula has this character"),  # noqa: RUF001  # a wide x
        ("\ud800x", r"character 1 '\ud800': no formula has this character"),
        ("2x", "character 2 'x': write * between '2' and 'x'"),
        ("2(x + 1)", "character 2 '(': write * between '2' and '('"),
        ("x y", "character 3 'y': write * between 'x' and 'y'"),
        ("x(y)", "character 2 '(': write * between 'x' and '('"),
        ("(x)(y)", "character 4 '(': write * between ')' and '('"),
        ("sin(x)y", "character 7 'y': write * between ')' and 'y'"),
        ("max(x y)", "character 7 'y': write * between 'x' and 'y'"),
        ("x if y", "character 3 'if': unknown name 'if'"),
        ("z + x", f"character 1 'z': unknown name 'z'. {NAMES}"),
        ("X + y", "character 1 'X': unknown name 'X', did you mean 'x'?"),
        ("sine(x)", "character 1 'sine': unknown name 'sine', did you mean 'sin'?"),
        ("__import__(x)", "character 1 '__import__': unknown name '__import__'"),
        ("lambda", "character 1 'lambda': unknown name 'lambda'"),
        ("exp x", "character 1 'exp': a function needs parentheses: exp(...)"),
        ("x + sin", "character 5 'sin': a function needs parentheses"),
        ("sin(x, y)", "character 1 'sin': sin takes one argument, not 2"),
        ("hypot(x)", "character 1 'hypot': hypot takes two arguments, not 1"),
        ("atan2(x, y, 1)", "character 1 'atan2': atan2 takes two arguments, not 3"),
        ("arctan(x)", "did you mean 'atan'?"),
        ("min(x)", "character 1 'min': min takes at least two arguments, not 1"),
        ("sin()", "character 5 ')': a number, x, y, a function or ( is missing"),
        ("max(x,,y)", "character 7 ',': a number, x, y, a function or ( is missing"),
        ("max(x, key=y)", "character 11 '=': write the height alone"),
        (
            "x, y",
            "character 2 ',': a comma stands between the arguments of atan2, hypot, max, min alone",
        ),
        ("x +", "at its end: a number, x, y, a function or ( is missing"),
        ("* x", "character 1 '*': a number, x, y"),
        ("x // 2", "character 4 '/': a number, x, y"),
        ("(x", "character 1 '(': this is never closed"),
        ("max(x, (y)", "character 4 '(': this is never closed"),
        ("x)", "character 2 ')': this closes nothing"),
        ("1e999*x", "character 1 '1e999': this is not a finite number"),
        ("x + 9**9**9", "character 6 '**': what is computed here is not a finite number"),
        ("x*(2 - 1e308*10)", "character 13 '*': what is computed here is not a finite number"),
        ("x + log(-1)", "character 5 'log': what is computed here is not a finite number"),
        ("x*(-8)**(1/3)", "character 7 '**': what is computed here is not a finite number"),
        ("x/0", "character 2 '/': this divides by zero"),
        ("x/(pi - pi)", "character 2 '/': this divides by zero"),
        ("1/0*x", "character 2 '/': this divides by zero"),
        ("2*pi", "formula '2*pi' has neither x nor y in it"),
        ("(" * 60 + "x" + ")" * 60, f"character 52 '(': this is nested more than {DEEPEST} deep"),
        ("-" * 60 + "x", f"this is nested more than {DEEPEST} deep"),
        ("x**" * 60 + "x", f"this is nested more than {DEEPEST} deep"),
        ("x + " * 250 + "x", f"the formula has 1001 characters, more than {LONGEST}"),
    ],
)
def test_what_is_no_formula_is_refused_with_the_place_and_the_reason(text, message):
    with pytest.raises(TrajvizError) as refusal:
        read_formula(text)
    assert message in str(refusal.value)


def test_a_long_formula_is_shown_around_the_error():
    with pytest.raises(TrajvizError) as refusal:
        read_formula("x + " * 100 + "q" + " + y" * 100)
    shown = re.search("formula '(.*?)', character 401 'q'", str(refusal.value))
    assert shown[1] == "...+ x + x + x + x + x + x + x + q + y + y + y + y + y + y + y ..."


def test_the_longest_sum_and_the_deepest_nesting_are_read_and_differentiated():
    sums = "x+" * (LONGEST // 2 - 1) + "x"
    nests = "(x+1)*sin(" * (DEEPEST // 2) + "y" + ")" * (DEEPEST // 2)
    for text in (sums, sums.replace("+", "*"), nests, "-" * DEEPEST + "x"):
        assert np.isfinite(dual.gradient(read_formula(text), np.array([0.9, 0.5]))).all()
    assert value(sums, 1, 0) == LONGEST // 2


@pytest.mark.parametrize(
    "text",
    ["a" * 900, "x " + "a" * 900, f"x {'1' * 300}", f"{'1' * 300} x", f"x {'(' * 900}", "1" * 900],
)
def test_a_message_about_a_long_formula_is_short(text):
    with pytest.raises(TrajvizError) as refusal:
        read_formula(text)
    assert len(str(refusal.value)) < 300


def test_python_itself_is_never_asked():
    tree = ast.parse(inspect.getsource(formula))
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert used.isdisjoint({"eval", "exec", "compile", "getattr", "globals", "__builtins__", "ast"})
    assert "operator" in used  # the way of looking does see what is used


# Whatever is typed

PIECES = [*FUNCTIONS, *CONSTANTS, "x", "y", "(", ")", ",", "+", "-", "*", "/", "**", " ", "\n"]
PIECES += ["1", "0", ".", "1e308", "9**9**9", "1e999", "^", "²", "__class__", "lambda", "\0", "'"]
PIECES += ["[", "{", "import os", "x.y", "==", ":", ";", "#", "\\", "\ud800", "max(" * 30, "(" * 99]


@given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=25).map("".join)))
@example("(" * LONGEST)
@example("-" * LONGEST)
@example("max(" * 250)
@example("x**" * 333)
@example("9" * LONGEST)
@example("x" * LONGEST)
@example("1e" + "9" * 900 + "*x")
@example("9**" * 40 + "9*x")
@example("\0" * 10)
@example("__import__('os').system('false')")
@example("x" * 100_000)
def test_any_text_is_a_formula_or_a_trajviz_error(text):
    read, refusal = read_or_refused(text)
    assert len(refusal) < 400
    if read is None:
        return
    points = np.random.default_rng(0).uniform(-2, 2, (3, 2))
    with np.errstate(all="ignore"):
        assert np.shape(read(points[:, 0], points[:, 1])) == (3,)
        assert dual.gradient(read, points).shape == (3, 2)


def test_reading_needs_little_of_pythons_stack():
    frame, used = sys._getframe(), 0
    while frame is not None:
        frame, used = frame.f_back, used + 1
    limit = sys.getrecursionlimit()
    text = "max(x, -(" * (DEEPEST // 3) + "x" + "))" * (DEEPEST // 3)
    sys.setrecursionlimit(used + 400)
    try:
        read = read_formula(text)
        dual.gradient(read, np.ones((2, 2)))
    finally:
        sys.setrecursionlimit(limit)


# Telling a formula from a name


@pytest.mark.parametrize(
    "text",
    ["x", "x-y", "x - y", "2x", "x^2", "x²", "2*z", "sin(z)", "x+y", "X**2", "e-x", "x = y", "-x"],
)
def test_what_looks_like_a_formula_is_read_as_one(text):
    assert looks_like_formula(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "_", "beal", "long-vally", "long_vally", "BEALE", "beal:k=3", "__init__", "xy"),
        *("../surfaces/", "my-x", "6", "3.5", "six hump"),
    ],
)
def test_what_looks_like_a_name_is_not(text):
    assert not looks_like_formula(text)
