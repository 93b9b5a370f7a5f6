"""Arithmetic of the live page: JavaScript's numbers as Python's and numpy's."""

import math
import operator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from nodejs import needs_node, node, received

from trajviz.files.live import javascript
from trajviz.files.live.javascript import fields, numbers, text
from trajviz.files.live.steps import Steps
from trajviz.files.live.tapes import straight
from trajviz.files.live.values import UntranslatableError
from trajviz.surface.tape import UntraceableError, record

pytestmark = needs_node

NUMBERS = (Path(javascript.__file__).parent / "_numbers.js").read_text("utf-8")
ODD = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 3.0, 7.5, -7.5, 1e-300, 1e300, -1e300, 1e-320]
ODD += [math.inf, -math.inf, math.nan]
"""Numbers at which functions do something of their own."""
EXACT = {
    "$sign": np.sign, "$maximum": np.maximum, "$minimum": np.minimum, "$square": np.square,
    "$mod": np.remainder, "$floordiv": np.floor_divide, "$rint": np.rint, "$and": np.logical_and,
    "$or": np.logical_or, "$xor": np.logical_xor, "$not": np.logical_not, "$isinf": np.isinf,
    "$signbit": np.signbit, "$heaviside": np.heaviside, "$reciprocal": np.reciprocal,
    "$radians": np.radians, "$degrees": np.degrees,
}  # fmt: skip
ROUNDED = {
    "$pow": np.power, "$hypot": np.hypot, "$logaddexp": np.logaddexp,
    "$logaddexp2": np.logaddexp2, "$exp2": np.exp2,
}  # fmt: skip


def grids():
    """Return odd numbers, each beside each, and some that are nothing special."""
    rng = np.random.default_rng(0)
    usual = np.concatenate([ODD, rng.normal(scale=10, size=30), rng.normal(size=30).round()])
    return (axis.ravel() for axis in np.meshgrid(usual, usual))


def computed(names):
    """Return what functions make of the grids, by their names."""
    a, b = grids()
    calls = {name: f"sent(a.map((x, k) => +{name}(x, b[k])))" for name in names}
    setup = f"const a = {numbers(a)}, b = {numbers(b)};"
    found = node(f"{NUMBERS}\n{setup}\nwrite({{{fields(calls)}}});")
    return {name: received(sent) for name, sent in found.items()}


def expected(function):
    a, b = grids()
    with np.errstate(all="ignore"):
        found = function(a, b) if function.nin == 2 else function(a)
    return found.astype(float)


def test_functions_without_rounding_are_numpys():
    found = computed(EXACT)
    for name, function in EXACT.items():
        wanted = expected(function)
        wrong = ~((found[name] == wanted) | (np.isnan(wanted) & np.isnan(found[name])))
        assert not wrong.any(), (name, [(*p,) for p in np.array([*grids()]).T[wrong][:3]])


def test_zeros_have_the_signs_that_numpy_gives_them():
    found = computed(["$mod", "$floordiv", "$sign", "$rint"])
    for name, mine in found.items():
        wanted = expected(EXACT[name])
        zero = wanted == 0
        wrong = zero & (np.signbit(mine) != np.signbit(wanted))
        assert not wrong.any(), (name, [(*p,) for p in np.array([*grids()]).T[wrong][:3]])


def test_other_functions_differ_by_rounding_alone():
    found = computed(ROUNDED)
    for name, function in ROUNDED.items():
        np.testing.assert_allclose(found[name], expected(function), 1e-15, 1e-15, err_msg=name)


def test_whole_powers_are_rounded_to_the_nearest_number():
    from fractions import Fraction

    bases = np.random.default_rng(1).normal(scale=3, size=200)
    cases = [(base, exponent) for base in bases.tolist() for exponent in (2, 3, 7, 40, -1, -3)]
    found = node(f"{NUMBERS}\nwrite(sent({text(cases)}.map(([x, n]) => $pow(x, n))));")
    assert received(found).tolist() == [float(Fraction(x) ** n) for x, n in cases]


def test_two_to_the_minus_one_is_a_half_and_roots_of_negatives_are_none():
    cases = [(2, -1), (-8, 1 / 3), (0, -1), (0, 0), (-2, 3), (1, math.nan), (-1, math.inf)]
    with np.errstate(all="ignore"):
        wanted = [np.power(float(x), float(y)) for x, y in cases]
    pairs = numbers([n for pair in cases for n in pair])
    script = f"const p = {pairs}; write(sent([0,1,2,3,4,5,6].map((k) => $pow(p[2*k], p[2*k+1]))));"
    np.testing.assert_array_equal(received(node(f"{NUMBERS}\n{script}")), wanted)
    assert wanted[0] == 0.5
    assert math.isnan(wanted[1])


def test_numbers_are_written_as_python_writes_them():
    rng = np.random.default_rng(2)
    some = [*ODD, 1e16, 1e15, 123456789012345680.0, 1e-4, 1e-5, 1.5e-7, 5e-324, 0.1, 100.0, 1e22]
    some += (rng.normal(size=200) * 10.0 ** rng.integers(-30, 30, 200)).tolist()
    found = node(f"{NUMBERS}\nwrite(Array.from({numbers(some)}, format));")
    assert found == [*map(repr, some)]


# Random formulas

LEAVES = ["x", "y", "0.5", "2", "3.0", "-1.25", "0.0", "1e-3"]
BETWEEN = ["({} + {})", "({} - {})", "({} * {})", "({} / {})", "np.maximum({}, {})",
           "np.minimum({}, {})", "({} % {})", "({} // {})"]  # fmt: skip
ALONE = ["(-{})", "abs({})", "np.sqrt({})", "np.sign({})", "np.square({})", "np.floor({})",
         "({}) ** 2", "np.rint({})", "np.heaviside({}, 0.5)", "np.trunc({})"]  # fmt: skip
TRUTHS = ["({} < {})", "({} >= {})", "({} == {})", "({} != {})"]
JOINED = ["({} & {})", "({} | {})", "({} ^ {})"]
AROUND = ["np.exp({})", "np.log({})", "np.sin({})", "np.cos({})", "np.tanh({})", "np.cbrt({})",
          "np.arctan({})", "({}) ** 3", "({}) ** -2", "({}) ** 0.7", "np.log1p({})",
          "np.hypot({}, y)", "np.logaddexp({}, 1.0)", "np.arctan2({}, x)", "{}"]  # fmt: skip


def filled(patterns, *parts):
    return st.builds(str.format, st.sampled_from(patterns), *parts)


def grown(inner):
    truth = filled(TRUTHS, inner, inner)
    truth = truth | filled(JOINED, truth, truth) | filled(["~{}"], truth)
    chosen = st.builds("np.where({}, {}, {})".format, truth, inner, inner)
    clipped = st.builds("np.clip({}, -1.0, {})".format, inner, st.sampled_from(["2.5", "y"]))
    return filled(BETWEEN, inner, inner) | filled(ALONE, inner) | chosen | clipped


exact_formulas = st.recursive(st.sampled_from(LEAVES), grown, max_leaves=9)
PLACES = [*np.random.default_rng(3).normal(scale=2, size=(12, 2)).tolist()]
PLACES += [(0.0, 0.0), (-0.0, 0.0), (1.0, 1.0), (-2.0, 3.0), (1e200, -1e200), (math.inf, 1.0),
           (math.nan, 0.0), (0.0, math.nan), (-math.inf, math.inf), (0.5, 0.5)]  # fmt: skip


def tapes_of(formula, slopes):
    """Return the tapes of a formula that is written down; none where numpy itself refuses it."""
    with np.errstate(all="ignore"):
        try:
            tape = record(lambda x, y: [eval(formula, {"np": np, "x": x, "y": y})])
            several = [tape, tape.gradient(), tape.hessian()] if slopes else [tape]
            for one in several:
                one.run(np.float64(0.3), np.float64(0.7))
        except (ArithmeticError, TypeError, ValueError, UntraceableError):
            return []  # as of truth values that are subtracted
        return several


def both(formulas, slopes):
    """Return what Python and what JavaScript make of each tape at each place."""
    texts, wanted = [], []
    for formula in formulas:
        for tape in tapes_of(formula, slopes):
            try:
                body = straight(Steps.of(tape), "f", lambda r: f"return [{', '.join(r)}];")
            except UntranslatableError:
                continue
            with np.errstate(all="ignore"):
                found = [[float(v) for v in tape.run(*map(np.float64, p))] for p in PLACES]
            texts.append(f"(x, y) => {{ {body.text} }}")
            wanted.append((formula, np.array(found)))
    assume(texts)
    script = f"const places = {numbers(PLACES)}, all = [{', '.join(texts)}];"
    each = f"""all.map((f) => sent(Array.from({{length: {len(PLACES)}}},
        (_, k) => f(places[2 * k], places[2 * k + 1])).flat()))"""
    sent = node(f"{NUMBERS}\n{script}\nwrite({each});")
    return [
        (formula, value, received(one).reshape(value.shape))
        for (formula, value), one in zip(wanted, sent, strict=True)
    ]


few = settings(
    max_examples=3,
    suppress_health_check=[*HealthCheck],
    phases=[Phase.generate],  # a message names the formula: there is nothing to shrink
)


@few
@given(st.lists(exact_formulas, min_size=40, max_size=60))
def test_formulas_without_rounded_functions_have_pythons_bits_with_slopes_and_curvature(formulas):
    for formula, wanted, found in both(formulas, slopes=True):
        np.testing.assert_array_equal(found, wanted, err_msg=formula)


@few
@given(st.lists(filled(AROUND, exact_formulas), min_size=40, max_size=60))
def test_formulas_in_rounded_functions_differ_by_rounding_alone(formulas):
    for formula, wanted, found in both(formulas, slopes=False):
        np.testing.assert_allclose(found, wanted, rtol=1e-14, atol=1e-300, err_msg=formula)


def test_a_tape_that_adds_truth_values_is_refused():
    tape = record(lambda x, y: [(x > 0) + (y > 0)])
    with pytest.raises(UntranslatableError, match=r"\+ of bool, bool"):
        straight(Steps.of(tape), "f", "".join)


DATA = np.random.default_rng(4).normal(size=(57, 2))


def summed(x, y, count):
    """A sum and a product over samples."""
    total, product = 0.0, 1.0
    for a, b in DATA[:count]:
        margin = a * x + b * y
        total += np.minimum(margin, 0) ** 2
        product *= 1 + abs(margin) / count
    return product - total


def late(x, y, count):
    """Samples that each need what has been found many samples ago, at first the first one."""
    found, total = [x], y
    for place, (a, b) in enumerate(DATA[:count]):
        found.append(a * x + b * found[max(0, place - 40)])
        total = total + found[-1]
    return total


def lagging(x, y, count):
    """Samples that each need what has been found five samples ago."""
    found, total = [x, y, x + y, x - y, x * y], y
    for a, b in DATA[:count]:
        found.append(a * x + b * found[-5])
        total = total + found[-1]
    return total


def first(x, y, count):
    """Samples of which not only the last one is needed at the end."""
    found = [a * abs(x) + b * y for a, b in DATA[:count]]
    return found[0] * found[count // 2] + found[-1] * 3 + sum(found)


LOOPS = [(summed, 3, False), (summed, 10, True), (summed, 57, True), (late, 57, False),
         (lagging, 57, True), (first, 57, False)]  # fmt: skip


@pytest.mark.parametrize(("formula", "count", "is_loop"), LOOPS)
def test_a_sum_over_data_is_a_loop_with_the_same_bits(formula, count, is_loop):
    height = record(lambda x, y: [formula(x, y, count)])
    tapes = [height, height.gradient()]
    bodies = [straight(Steps.of(t), "f", lambda r: f"return [{', '.join(r)}];") for t in tapes]
    assert any("for (let k" in body.text for body in bodies) == is_loop
    points = np.random.default_rng(5).normal(size=(20, 2)).tolist()
    functions = [f"(($f) => (x, y) => {{ {body.text} }})({numbers(body.table)})" for body in bodies]
    calls = f"sent({text(points)}.map(([x, y]) => f(x, y)).flat())"
    found = node(f"{NUMBERS}\nwrite([{', '.join(functions)}].map((f) => {calls}));")
    for tape, one in zip(tapes, found, strict=True):
        wanted = [value for point in points for value in tape.run(*map(np.float64, point))]
        assert received(one).tolist() == wanted


def test_operations_of_arrays_are_those_of_the_table():
    assert javascript.INFIXES[operator.add] is javascript.INFIXES[np.add]
