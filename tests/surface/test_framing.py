"""Where a formula is looked at, and where a race on it starts, when nobody says."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trajviz.errors import TrajvizError
from trajviz.surface.formula import read_formula
from trajviz.surface.framing import framed


def frame(text, start=None, window=None):
    return framed(read_formula(text), start, window)


def assert_ready(surface):
    """A descent can begin: value and slope are finite at the start, and not flat."""
    here = np.array(surface.start)
    assert surface.window.contains(here)
    assert math.isfinite(surface.value(here))
    assert np.isfinite(surface.gradient(here)).all()
    assert surface.gradient(here).any()


FORMULAS = {
    "x**2 + 20*y**2": (-5, 5, -5, 5),
    "x**2 - y**2": (-5, 5, -5, 5),
    "x + y": (-5, 5, -5, 5),
    "sin(x)*cos(y)": (-5, 5, -5, 5),
    "1/x": (-5, 5, -5, 5),
    "x/y": (-5, 5, -5, 5),
    "max(x, y, -x)": (-5, 5, -5, 5),
    "log(x) + y**2": (0, 5, -5, 5),
    "x**0.5 + y**0.5": (0, 5, 0, 5),
    "sqrt(4 - x**2 - y**2)": (-2, 2, -2, 2),
    "exp(x**8) + y": (-2.27, 2.27, -5, 5),
    "log(1e-4 - x**2 - y**2)": (-0.01, 0.01, -0.01, 0.01),
    "sqrt(x - 100) + y**2": (100, 500, -500, 500),
    "log(-x - 7000) + y**2": (-50_000, -7_000, -50_000, 50_000),
    "x**2 + y**2 - 1e3*exp(-(x - 20)**2/9 - y**2)": (-5, 5, -5, 5),  # its own lowest place
    "(x - 10)**2 + y**2": (-5, 11.6, -5, 5),
    "(x - 300)**2 + (y + 20)**2/9": (-5, 324, -33, 5),
}
"""Formulas, and the windows where they are finite and not all slope, to a twentieth."""


@pytest.mark.parametrize("text", FORMULAS)
def test_the_window_is_where_the_formula_is_finite_and_its_lowest_place_is(text):
    surface = frame(text)
    assert_ready(surface)
    margin = 0.05 * np.repeat(surface.window.extent, 2)
    assert (np.abs(np.array(surface.window) - FORMULAS[text]) <= margin).all()


@pytest.mark.parametrize("cells", [0.5, 1.5])
@pytest.mark.parametrize("side", ["x", "-x", "y", "-y"])
def test_a_lowest_place_in_the_outermost_cells_alone_leads_further_out(side, cells):
    across = "y" if "x" in side else "x"
    near = 5 - cells * 10 / 65  # the middle of the outermost cell of 65, or of the next
    surface = frame(
        f"({side} - {near})**2 + {across}**2 - 1e3*exp(-({side} - 20)**2/9 - {across}**2)"
    )
    assert (max(map(abs, surface.window)) > 19) is (cells == 0.5)


@pytest.mark.parametrize("text", FORMULAS)
def test_the_start_is_neither_at_the_bottom_nor_at_the_top(text):
    surface = frame(text)
    x0, x1, y0, y1 = surface.window
    heights = surface.grid(np.linspace(x0, x1, 101), np.linspace(y0, y1, 101))
    heights = heights[np.isfinite(heights)]
    lower = (heights < surface.value(np.array(surface.start))).mean()
    assert 0.55 <= lower <= 0.95


@pytest.mark.parametrize(
    ("text", "start", "window"),
    [
        ("x**2 + 20*y**2", (-4, 1), (-5, 5, -5, 5)),
        ("x**2 + 20*y**2", (-40, 10), (-42.3, 5, -5, 10.8)),
        ("log(x - 100) + y**2", (150, 1), (100, 157.8, -5, 5)),
        ("sqrt(x - 6)", (7, 0), (6, 7.6, -5, 5)),
        ("1/x", (0.001, 0), (-5, 5, -5, 5)),
        ("x", (1e6, 0), (-1e4, 1.06e6, -5, 5)),
        ("x/1e300 + y", (1e307, 1), (0, 1.05e307, -5, 5)),
    ],
)
def test_a_start_that_is_given_is_kept_and_in_the_window(text, start, window):
    surface = frame(text, start)
    assert surface.start == start
    assert surface.window.contains(np.array(start))
    margin = 0.05 * np.repeat(surface.window.extent, 2)
    assert (np.abs(np.array(surface.window) - window) <= margin).all()
    assert surface.note.startswith("window ")
    assert "start" not in surface.note


def test_a_window_that_is_given_is_kept_and_the_start_is_in_it():
    surface = frame("x**2 + y**2", window=(10, 20, 0, 1))
    assert surface.window == (10, 20, 0, 1)
    assert_ready(surface)
    x, y = surface.start
    assert surface.note == f"start {x:g},{y:g} found for the formula"


def test_a_start_outside_a_window_that_is_given_widens_it():
    surface = frame("x**2 + y**2", (30, 0.5), (10, 20, 0, 1))
    assert surface.window == (10, 31, 0, 1)
    assert surface.note == ""


def test_what_is_found_is_said():
    surface = frame("x**2 + 20*y**2")
    x, y = surface.start
    assert surface.note == f"window -5,5,-5,5 and start {x:g},{y:g} found for the formula"


@pytest.mark.parametrize(
    ("text", "start", "window", "message"),
    [
        ("log(x)", (-1, 0), None, r"no finite value and slope at the start \(-1.0, 0.0\)"),
        ("sqrt(x)", (0, 0), None, "no finite value and slope at the start"),
        ("1/x", (0, 1), None, "no finite value and slope at the start"),
        ("x", (math.nan, 0), None, "start 'nan,0' is not two finite numbers"),
        ("x", None, (1, 0, 0, 1), "window '1,0,0,1' is empty"),
        ("x", (1, 2, 3), None, "start '1,2,3' is not two finite numbers"),
        ("sqrt(-1 - x**2)", None, None, r"within ±5e\+06: say where it has one by --start"),
        ("0*x", None, None, "no place with a finite slope .* or is flat there"),
        ("log(x)", None, (-2, -1, 0, 1), "no place with a finite slope"),
    ],
)
def test_a_formula_without_a_place_to_start_is_refused(text, start, window, message):
    with pytest.raises(TrajvizError, match=message):
        frame(text, start, window)


PARTS = st.sampled_from(
    [
        *("x", "y**2", "(x - 40)**2", "log(x)", "1/y", "exp(5*x)", "sqrt(y - x)", "abs(x)", "0.3"),
        *("x*1e200", "y*1e-200", "log(1e-9 - x**2)", "max(x, y)", "x**y", "sqrt(-x**2 - y**2)"),
        "tan(x*y)",
    ]
)


@given(st.lists(PARTS, min_size=1, max_size=3), st.sampled_from(["+", "*", "/"]))
def test_any_formula_gets_a_window_and_a_start_that_serve_or_is_refused(parts, sign):
    try:
        formula = read_formula(f" {sign} ".join(["x", *parts]))
        surface = framed(formula)
    except TrajvizError:
        return
    assert_ready(surface)
    assert framed(formula).window == surface.window
    assert framed(formula, surface.start).window.contains(np.array(surface.start))


def test_slopes_whose_sum_overflows_are_no_warning():
    found = framed(read_formula("min(cos(y),(x)**(pi)) * (-3e307)"))
    assert np.isfinite(found.gradient(np.array(found.start))).all()
