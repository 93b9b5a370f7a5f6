"""What every surface promises, and values of our own surfaces that the literature gives."""

import ast
import dataclasses
import functools
import inspect
import math

import numpy as np
import pytest
import sympy
from hypothesis import assume, given
from hypothesis import strategies as st
from races import descents
from scipy.optimize import minimize

from trajviz.errors import TrajvizError
from trajviz.surface import Ranks, Surface, Window, check_point, check_window
from trajviz.surface.catalogue import load_surface, surface_names

VARIANTS = [
    *("rosenbrock:b=10", "rosenbrock:a=-1.5,b=3", "rosenbrock:a=3", "saddle:a=0.5"),
    "long-valley:steep=40",
    *("rastrigin:A=3", "rastrigin:A=0", "ackley:a=5,b=0.5,c=3", "plateau:width=0.3"),
    *("quadratic:kappa=100,angle=30", "quadratic:kappa=0.2,angle=-80"),
    *("cliff:height=0", "cliff:height=20,width=4"),
]
"""Surfaces with other parameters than their own, of which all the same is asked."""
SURFACES = {name: load_surface(name) for name in [*surface_names(), *VARIANTS]}
BOUNDED = [name for name in SURFACES if SURFACES[name].minima]
UNBOUNDED = [name for name in SURFACES if not SURFACES[name].minima]


@pytest.fixture(params=SURFACES)
def surface(request):
    return SURFACES[request.param]


@pytest.fixture(params=BOUNDED)
def bounded(request):
    return SURFACES[request.param]


def place(surface, shares):
    """Return the points at these shares of the window's width and height."""
    x0, x1, y0, y1 = surface.window
    return np.array([x0, y0]) + np.asarray(shares) * np.array([x1 - x0, y1 - y0])


def scattered(surface, shape=(60,), seed=0):
    return place(surface, np.random.default_rng(seed).uniform(0.001, 0.999, (*shape, 2)))


def grid_of(surface, size=401):
    x0, x1, y0, y1 = surface.window
    xs, ys = np.linspace(x0, x1, size), np.linspace(y0, y1, size)
    return np.stack(np.meshgrid(xs, ys), axis=-1)


def central_differences(surface, points):
    """Return the gradient to fourth order, and how far off it may be.

    That is what rounding may have done, and, where steps twice as long give another slope because
    a kink or a crest is near, how far the slopes of both sides are apart.
    """
    slopes = np.empty(points.shape)
    noise = np.empty(points.shape)
    here = surface.value(points)
    for axis in (0, 1):
        h = 1e-4 * surface.window.extent[axis]
        up, down = (
            [surface.value(points + sign * k * h * np.eye(2)[axis]) for k in (1, 2, 4)]
            for sign in (1, -1)
        )
        one, two, four = np.array(up) - np.array(down)
        fine, coarse = (8 * one - two) / (12 * h), (8 * two - four) / (24 * h)
        settled = np.abs(fine - coarse) <= 1e-5 * np.abs(fine)
        slopes[..., axis] = fine
        noise[..., axis] = 100 * np.finfo(float).eps * (1 + np.abs(here)) / h
        noise[..., axis] += np.where(settled, 0, np.abs(up[1] - 2 * here + down[1]) / (2 * h))
    return slopes, noise


@functools.cache
def typical_slope(surface):
    return np.nanmedian(np.linalg.norm(surface.gradient(grid_of(surface, 50)), axis=-1))


def bends(surface, points, share):
    """Tell where the slope changes by much within this share of the window, as at a kink."""
    bent = np.zeros(points.shape[:-1], bool)
    here, typical = surface.value(points), typical_slope(surface)
    for axis in (0, 1):
        step = share * surface.window.extent[axis] * np.eye(2)[axis]
        up = (surface.value(points + step) - here) / step[axis]
        down = (here - surface.value(points - step)) / step[axis]
        bent |= np.abs(up - down) > 0.05 * (typical + np.abs(up + down))
    return bent


def assert_gradient(surface, points):
    expected, noise = central_differences(surface, points)
    slopes = surface.gradient(points)
    assert slopes.shape == points.shape
    size = np.linalg.norm(expected, axis=-1, keepdims=True)
    worst = np.abs(slopes - expected) - (1e-6 * size + noise)
    assert (worst <= 0).all(), points[np.unravel_index(worst.argmax(), worst.shape)[:-1]]


# What every surface promises


def test_a_surface_has_a_name_a_title_a_source_and_a_summary(surface):
    assert surface.name in SURFACES
    assert surface.title.strip()
    assert any(character.isdigit() for character in surface.source), "a source says the year"
    assert surface.summary.endswith(".")
    assert all(axis.strip() for axis in surface.axes)


def test_the_catalogue_has_at_least_the_six():
    assert {"beale", "bowl", "himmelblau", "long-valley", "rosenbrock", "saddle"} <= {*SURFACES}


def test_start_and_minima_lie_in_the_window(surface):
    for point in (surface.start, *surface.minima):
        assert surface.window.contains(np.array(point))


def test_value_and_gradient_are_finite_everywhere_in_the_window_but_at_kinks(surface):
    points = grid_of(surface, 101).reshape(-1, 2)
    assert np.isfinite(surface.value(points)).all()
    finite = np.isfinite(surface.gradient(points)).all(axis=-1)
    assert bends(surface, points[~finite], 1e-6).all()


def test_a_descent_can_leave_the_start(surface):
    assert np.linalg.norm(surface.gradient(np.array(surface.start))) > 0


@pytest.mark.first(12)
@pytest.mark.parametrize("shape", [(7,), (3, 4), (2, 1, 5)], ids=str)
def test_values_and_gradients_of_an_array_are_those_of_its_points(surface, shape):
    points = scattered(surface, shape)
    values, slopes = surface.value(points), surface.gradient(points)
    assert values.shape == shape
    assert slopes.shape == (*shape, 2)
    for index in np.ndindex(shape):
        one = surface.value(points[index])
        assert one.shape == ()
        np.testing.assert_allclose(values[index], one, rtol=1e-13, atol=1e-13)
        alone = surface.gradient(points[index])
        np.testing.assert_allclose(slopes[index], alone, rtol=1e-12, atol=1e-12)


def test_the_grid_holds_the_values_at_its_crossings(surface):
    x0, x1, y0, y1 = surface.window
    xs, ys = np.linspace(x0, x1, 5), np.linspace(y0, y1, 4)
    points = np.stack(np.meshgrid(xs, ys), axis=-1)
    np.testing.assert_allclose(surface.grid(xs, ys), surface.value(points), rtol=1e-13, atol=1e-13)


def test_the_gradient_agrees_with_central_differences(surface):
    points = scattered(surface, (300,))
    judged = ~bends(surface, points, 2e-4)  # as far as the differences reach
    assert judged.mean() > 0.9
    assert_gradient(surface, points[judged])


@pytest.mark.long
@pytest.mark.parametrize("name", SURFACES)
@given(shares=st.tuples(st.floats(0.001, 0.999), st.floats(0.001, 0.999)))
def test_the_gradient_agrees_with_central_differences_at_any_point(name, shares):
    point = place(SURFACES[name], shares)
    assume(not bends(SURFACES[name], point, 2e-4))
    assert_gradient(SURFACES[name], point)


def symbolic(surface):
    """Return the height in sympy's symbols; None for a formula that calls numpy's functions."""
    try:
        return sympy.sympify(inspect.unwrap(surface.formula)(X, Y))
    except (TypeError, AttributeError):
        return None


X, Y = sympy.symbols("x y", real=True)
SYMBOLIC = {name: h for name in SURFACES if (h := symbolic(SURFACES[name])) is not None}


@pytest.mark.parametrize("name", SYMBOLIC)
def test_the_gradient_is_the_one_sympy_derives(name):
    surface, height = SURFACES[name], SYMBOLIC[name]
    points = scattered(surface, (300,))
    for axis, symbol in enumerate((X, Y)):
        slope = sympy.lambdify((X, Y), height.diff(symbol), "numpy")
        expected = np.broadcast_to(slope(points[:, 0], points[:, 1]), (300,))
        size = np.abs(expected).max()
        np.testing.assert_allclose(surface.gradient(points)[:, axis], expected, atol=1e-13 * size)


def test_the_hessian_agrees_with_central_differences_of_the_gradient(surface):
    # The differences of a surface that brings its own gradient are such differences themselves.
    points = scattered(surface, (5, 4), seed=1)
    matrices = surface.hessian(points)
    twin = dataclasses.replace(surface, gradient_formula=surface.gradient)
    assert matrices.shape == (5, 4, 2, 2)
    smooth = ~bends(surface, points, share=1e-3)
    size = np.abs(matrices).max(axis=(-1, -2), keepdims=True)
    error = (np.abs(twin.hessian(points) - matrices) / (1 + size)).max(axis=(-1, -2))
    assert (error[smooth] < 1e-7).all()
    rtol = 1e-12 if surface.gradient_formula is None else 1e-8  # differences double rounding
    np.testing.assert_allclose(matrices[2, 3], surface.hessian(points[2, 3]), rtol=rtol)
    np.testing.assert_array_equal(twin.hessian(points), np.swapaxes(twin.hessian(points), -1, -2))


def test_the_hessian_of_the_bowl_is_that_of_its_formula():
    np.testing.assert_array_equal(SURFACES["bowl"].hessian(np.ones(2)), [[0.1, 0], [0, 2]])


def test_every_minimum_is_stationary_or_a_kink(bounded):
    for minimum in np.array(bounded.minima):
        slope = np.linalg.norm(bounded.gradient(minimum))
        assert slope <= 1e-9 * typical_slope(bounded) or bends(bounded, minimum, 1e-6)


@pytest.mark.parametrize(
    "name",
    ["beale", "bowl", "himmelblau", "long-valley", "noisy-moons", "regression", "rosenbrock"],
)
def test_the_minima_of_our_own_are_no_kinks(name):
    assert not bends(SURFACES[name], np.array(SURFACES[name].minima), 1e-6).any()


def test_every_minimum_is_lower_than_all_around_it(bounded):
    angles = np.linspace(0, 2 * math.pi, 64, endpoint=False)
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=-1) * bounded.window.extent
    for minimum in np.array(bounded.minima):
        for radius in (1e-3, 1e-2):
            assert (bounded.value(minimum + radius * circle) > bounded.value(minimum)).all()


def test_the_first_minimum_is_the_lowest_and_the_minima_differ(bounded):
    heights = bounded.value(np.array(bounded.minima))
    assert heights[0] <= heights.min() + 1e-12 * (1 + abs(heights.min()))
    assert len(set(bounded.minima)) == len(bounded.minima)


def test_nothing_in_the_window_lies_lower_than_the_minima(bounded):
    lowest = bounded.value(np.array(bounded.minima)).min()
    assert bounded.value(grid_of(bounded)).min() >= lowest - 1e-12


def hollows(surface, count=12):
    """Return the lowest points of a fine grid that lie lower than all around them."""
    points = grid_of(surface, 601)
    heights = np.pad(surface.value(points), 1, constant_values=np.inf)
    inner = heights[1:-1, 1:-1]
    around = [
        heights[1 + down : 602 + down, 1 + right : 602 + right]
        for down in (-1, 0, 1)
        for right in (-1, 0, 1)
        if down or right
    ]
    hollow = (inner <= np.min(around, axis=0)).nonzero()
    return points[hollow][np.argsort(inner[hollow])[:count]]


@pytest.mark.long
def test_a_search_from_many_starts_finds_all_the_minima_and_nothing_as_low(bounded):
    lowest = bounded.value(np.array(bounded.minima)).min()
    shares = np.linspace(0.05, 0.95, 3)
    evenly = place(bounded, [(a, b) for a in shares for b in shares])
    low, high = np.reshape(bounded.window, (2, 2)).T
    cells = bounded.window.extent / 300  # lest a step lead out of a hollow
    found = set()
    for start, reach in [*((p, np.inf) for p in evenly), *((p, cells) for p in hollows(bounded))]:
        bounds = np.clip([start - reach, start + reach], low, high).T
        end = minimize(bounded.value, start, jac=bounded.gradient, bounds=bounds, tol=1e-14)
        assert end.fun >= lowest - 1e-12
        away = np.abs(end.x - np.array(bounded.minima)) / bounded.window.extent
        here = np.flatnonzero(away.max(axis=-1) < 1e-3)
        assert here.size or end.fun > lowest + 1e-10, f"{end.x} is as low, but not listed"
        found |= {*here.tolist()}
    assert found == set(range(len(bounded.minima)))


@pytest.mark.parametrize("name", UNBOUNDED)
def test_a_surface_without_minima_goes_lower_outside_than_anywhere_inside(name):
    surface = SURFACES[name]
    lowest_inside = surface.value(grid_of(surface)).min()
    angles = np.linspace(0, 2 * math.pi, 360, endpoint=False)
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    centre = place(surface, (0.5, 0.5))
    deeper = [
        surface.value(centre + radius * circle * surface.window.extent).min()
        for radius in (1, 10, 100)
    ]
    assert lowest_inside > deeper[0] > deeper[1] > deeper[2]


# Our own six, where a slip in a formula would show


@pytest.mark.parametrize(
    ("name", "point", "height"),
    [
        ("rosenbrock", (-1.2, 1), 24.2),  # More, Garbow and Hillstrom (1981), problem 1
        ("rosenbrock", (0, 0), 1),
        ("rosenbrock", (2, 3), 101),
        ("beale", (1, 1), 14.203125),  # More, Garbow and Hillstrom (1981), problem 5
        ("beale", (0, 1), 14.203125),  # its saddle point: 1.5^2 + 2.25^2 + 2.625^2
        ("beale", (1, 4), 4624.453125),  # 4.5^2 + 17.25^2 + 65.625^2
        ("beale", (2, -1), 13.203125),  # 2.5^2 + 2.25^2 + 1.375^2
        ("himmelblau", (0, 0), 170),  # 11^2 + 7^2
        ("himmelblau", (1, 2), 68),  # (1 + 2 - 11)^2 + (1 + 4 - 7)^2
        ("bowl", (-10, 2), 9),
        ("bowl", (6, -1), 2.8),
        ("saddle", (1, 2), 1),
        ("saddle", (-1, -2), 1),
        ("saddle", (0.25, 0), 0.3125),
        ("saddle", (0, 1), -1),
        ("long-valley", (0, 0), 1),
        ("long-valley", (4, 0.5), 2),
        ("long-valley", (2, 0), 0.5625),
        ("monkey-saddle", (2, 1), 2),
        ("monkey-saddle", (-1, 2), 11),
        ("six-hump-camel", (1, 1), 97 / 30),  # 4 - 2.1 + 1/3 + 1 - 4 + 4
        ("six-hump-camel", (0, 0), 0),
        ("three-hump-camel", (1, 1), 187 / 60),  # 2 - 1.05 + 1/6 + 1 + 1
        ("styblinski-tang", (1, -1), -15),
        ("styblinski-tang", (0, 0), 0),
        ("mccormick", (0, 0), 1),
        ("mccormick", (math.pi, 0), math.pi * (math.pi - 1.5) + 1),
        ("rastrigin", (0.5, 0.5), 40.5),  # 20 + 2 (0.25 + 10)
        ("rastrigin", (1, 2), 5),
        ("ackley", (1, 1), 20 * (1 - math.exp(-0.2))),
        ("ackley", (3, 4), 20 * (1 - math.exp(-math.sqrt(0.5)))),
        ("goldstein-price", (0, 0), 600),
        ("goldstein-price", (1, 1), 1876),
        ("goldstein-price", (-1, 1), 87100),
        ("goldstein-price", (1, -1), 7100),
        ("booth", (0, 0), 74),
        ("booth", (-1, 2), 41),  # 4^2 + 5^2
        ("matyas", (1, 1), 0.04),
        ("matyas", (10, -10), 100),
        ("easom", (0, 0), -math.exp(-2 * math.pi**2)),
        ("easom", (math.pi, 2 * math.pi), math.exp(-(math.pi**2))),
        ("eggholder", (0, 0), -47 * math.sin(math.sqrt(47))),
        ("eggholder", (0, -47), 0),
        ("levy", (-3, 1), 1 + 10 * math.sin(1) ** 2),
        ("levy", (1, 5), 1),
        ("levy", (1, 2), 0.125),  # (1/4)^2 (1 + sin(5 pi / 2)^2)
        ("dropwave", (math.pi / 3, 0), -2 / (math.pi**2 / 18 + 2)),
        ("dropwave", (0, math.pi / 4), 0),  # half a wave: 1 + cos(3 pi)
        ("bukin-6", (-10, 0), 100),
        ("bukin-6", (0, 0), 0.1),
        ("bukin-6", (-5, 0.5), 50.05),
        ("cross-in-tray", (0, 0), -1e-4),
        ("cross-in-tray", (math.pi / 2, math.pi / 2), -1e-4 * math.exp(10 - math.sqrt(0.5) / 10)),
        ("quadratic", (10, 1), 55),  # Boyd and Vandenberghe (2004), section 9.3.2, gamma = 10
        ("quadratic:kappa=100,angle=30", (math.cos(math.pi / 6), 0.5), 0.5),
        ("quadratic:kappa=100,angle=30", (-0.5, math.cos(math.pi / 6)), 50),
        ("plateau", (1, 0), 0.5),
        ("plateau:width=0.3", (0, 0.6), 0.8),
        ("cliff", (3, 0), 2.45),
        ("cliff", (8, 1), 9.2),
        ("cliff:height=20,width=4", (3, 1), 12.45),
        ("peaks", (0, 0), 8 / (3 * math.e)),
        ("peaks", (1, 0), -(10 / math.e) * (1 / 5 - 1) - math.exp(-4) / 3),
        ("sphere", (3, -4), 25),
        ("branin", (0, 0), 36 + 10 * (1 - 1 / (8 * math.pi)) + 10),
        ("griewank", (math.pi, 0), math.pi**2 / 4000 + 2),
        ("schwefel", (0, 0), 2 * 418.9828872724337),
        ("schaffer-2", (2, 1), 0.5 + (math.sin(3) ** 2 - 0.5) / 1.005**2),
        ("zakharov", (2, 1), 25),
        ("dixon-price", (0, 0), 1),
        ("dixon-price", (1, 2), 98),  # 2 (8 - 1)^2
        ("michalewicz", (0, math.pi / 2), -1),
        ("trid", (0, 0), 2),
        ("bohachevsky", (1, 1), 3.6),
        ("holder-table", (math.pi / 2, 0), -math.sqrt(math.e)),
        ("shubert", (0, 0), sum(i * math.cos(i) for i in range(1, 6)) ** 2),
        ("sum-of-powers", (-0.5, 0.5), 0.375),
        ("madsen", (3, 1), 169 + math.sin(3) ** 2 + math.cos(1) ** 2),
        ("sin-cos", (0, 0), math.sin(3)),
        ("egg-box", (math.pi / 2, 0), 1),
        ("rosenbrock:b=10", (-1.2, 1), 6.776),  # 2.2^2 + 10 * 0.44^2
        ("rosenbrock:a=3", (0, 1), 109),
        ("saddle:a=0.5", (2, 1), 1),
        ("rastrigin:A=3", (0.5, 0), 6.25),
        ("ackley:a=5,b=0.5,c=3", (0, 0), 0),
    ],
)
def test_a_known_value_that_is_not_a_minimum(name, point, height):
    expected = pytest.approx(height, rel=1e-12, abs=1e-14)
    assert SURFACES[name].value(np.array(point, float)) == expected


@pytest.mark.parametrize(
    ("name", "point", "height"),
    [
        ("branin", (9.42478, 2.475), 0.397887),
        ("schwefel", (203.8143, 420.9687), 217.14),
        ("michalewicz", (2.20290552, 1.57079633), -1.8013),
        ("holder-table", (8.05502, -9.66459), -19.2085),
        ("shubert", (4.85805, 5.48286), -186.7309),
        ("trid", (2, 2), -2),
        ("madsen", (0.155437, -0.694564), 0.773199),  # Fletcher and Xu (1987)
        ("six-hump-camel", (0.0898, -0.7126), -1.0316),
        ("six-hump-camel", (1.7036, -0.7961), -0.2155),
        ("six-hump-camel", (1.6071, 0.5687), 2.1043),
        ("three-hump-camel", (1.7476, -0.8738), 0.2986),
        ("styblinski-tang", (-2.903534, -2.903534), 2 * -39.16617),
        ("mccormick", (-0.54719, -1.54719), -1.9132),
        ("goldstein-price", (-0.6, -0.4), 30),
        ("goldstein-price", (1.8, 0.2), 84),
        ("goldstein-price", (1.2, 0.8), 840),
        ("eggholder", (512, 404.2319), -959.6407),
        ("cross-in-tray", (1.3494, -1.3494), -2.06261),
        ("peaks", (0.2283, -1.6255), -6.5511),
        ("peaks", (-0.0093, 1.5814), 8.1062),
    ],
)
def test_a_value_that_the_literature_rounds(name, point, height):
    assert SURFACES[name].value(np.array(point, float)) == pytest.approx(height, rel=2e-4)


VIEWS = {
    "ackley": ((-5, 5, -5, 5), (-3.4, 2.6)),
    "beale": ((-4.5, 4.5, -4.5, 4.5), (1, 1.6)),
    "bohachevsky": ((-1.2, 1.2, -1.2, 1.2), (-1, 0.9)),
    "booth": ((-10, 10, -10, 10), (-9, 4)),
    "bowl": ((-10, 10, -3, 3), (-9, 2.4)),
    "branin": ((-5, 10, 0, 15), (4.5, 13)),
    "bukin-6": ((-15, -5, -3, 3), (-13, -2.8)),
    "cliff": ((-4, 10, -3, 3), (8, 2)),
    "cross-in-tray": ((-2.8, 2.8, -2.3, 2.3), (-2.6, 2.1)),
    "dixon-price": ((-1.5, 3.5, -2, 2), (-1, 1.6)),
    "dropwave": ((-0.95, 0.5, -0.45, 0.45), (-0.75, -0.2)),
    "easom": ((0, 6, 0, 6), (1.9, 4.6)),
    "egg-box": ((-5.6, 5.6, -3.6, 3.6), (1, 0.35)),
    "eggholder": ((200, 505, 200, 505), (300, 370)),
    "gaussian-hills": ((-4, 4, -4, 4), (-3, 3.4)),
    "goldstein-price": ((-2, 2, -2, 2), (1.5, 1.2)),
    "griewank": ((-5, 5, -5, 5), (-2.6, 1.2)),
    "himmelblau": ((-5, 5, -5, 5), (0, 0)),
    "holder-table": ((3.3, 9.6, 6, 10), (6.45, 9)),
    "levy": ((-10, 10, -10, 10), (-5.2, 8)),
    "long-valley": ((-5, 5, -2, 2), (0.05, 0.6)),
    "madsen": ((-1.5, 1.5, -1.5, 1.5), (1.2, 0.75)),
    "matyas": ((-10, 10, -10, 10), (-9, -4)),
    "mccormick": ((-1.5, 4, -3, 4), (-1.2, 1.4)),
    "michalewicz": ((1.2, 3, 0.7, 2.5), (1.75, 1.3)),
    "monkey-saddle": ((-1.5, 1.5, -1.5, 1.5), (1.2, 0.02)),
    "noisy-moons": ((-5, 7, -8, 3), (-4, 2)),
    "peaks": ((-3, 3, -3, 3), (0.2, 1.2)),
    "plateau": ((-5, 5, -5, 5), (-4, 3)),
    "quadratic": ((-12, 12, -6, 6), (10, -3)),
    "rastrigin": ((-4.9, 0.7, -0.7, 2.9), (-4.5, 2.3)),
    "regression": ((-10, 25, 2.5, 11), (-7, 10)),
    "rosenbrock": ((-2, 2, -1, 3), (-1.2, 1)),
    "saddle": ((-1, 1, -2, 1), (0.25, -1e-06)),
    "schaffer-2": ((-2, 2, -2, 2), (1.2, 0.6)),
    "schwefel": ((150, 500, 150, 500), (305, 480)),
    "shubert": ((-2, 0, -2, 0), (-0.9, -0.72)),
    "sin-cos": ((-3.5, 2.5, -2, 2), (0.1, -0.5)),
    "six-hump-camel": ((-2, 2, -1.2, 1.2), (-1.7, -1)),
    "sphere": ((-5, 5, -5, 5), (-4.4, 2)),
    "styblinski-tang": ((-5, 5, -5, 5), (0, 4.3)),
    "sum-of-powers": ((-1, 1, -1, 1), (-0.8, 0.9)),
    "three-hump-camel": ((-2.5, 2.5, -2.5, 2.5), (1.2, 2.2)),
    "trid": ((-4, 4, -4, 4), (-3.4, 1)),
    "zakharov": ((-5, 5, -5, 5), (-4.2, 4)),
}
"""Windows and starts: to change one changes every picture of the surface."""


@pytest.mark.parametrize("name", VIEWS)
def test_a_surface_is_looked_at_and_raced_on_where_it_always_was(name):
    assert (SURFACES[name].window, SURFACES[name].start) == VIEWS[name]


@pytest.mark.parametrize(
    ("name", "window"),
    [
        ("rosenbrock:a=-1.5,b=3", (-2.25, 2, -1, 3.375)),
        ("rosenbrock:a=3", (-2, 4.5, -1, 13.5)),
    ],
)
def test_rosenbrocks_window_follows_its_minimum(name, window):
    assert SURFACES[name].window == window


# Parameters


@pytest.mark.parametrize("name", [n for n in surface_names() if SURFACES[n].parameters])
def test_every_parameter_is_tried_with_another_value_than_its_own(name):
    own = SURFACES[name].parameters
    others = [SURFACES[v].parameters for v in VARIANTS if v.startswith(f"{name}:")]
    assert all(any(other[key] != own[key] for other in others) for key in own)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rosenbrock:b=0", "'rosenbrock:b=0': b=0 must be above 0"),
        ("saddle:a=-1", "a=-1 must be above 0"),
        ("rastrigin:A=-0.1", "A=-0.1 must be at least 0"),
        ("ackley:a=0", "a=0 and b=0.2 must be above 0"),
        ("ackley:b=-1", "a=20 and b=-1 must be above 0"),
        ("quadratic:kappa=0", "kappa=0 must be above 0"),
        ("plateau:width=0", "width=0 must be above 0"),
        ("cliff:height=-1", "height=-1 must be at least 0"),
        ("cliff:width=0", "width=0 from 0 to 4"),
        ("cliff:width=5", "width=5 from 0 to 4"),
        ("quadratic:kapa=3", "unknown parameter of quadratic 'kapa', did you mean 'kappa'?"),
        ("rosenbrock:B=3", "unknown parameter of rosenbrock 'B', did you mean 'b'? Known: a, b"),
        ("beale:k=3", "'k' in 'beale:k=3' is too much: beale takes no parameters"),
        ("rosenbrock:b=nan", "b 'nan' in 'rosenbrock:b=nan' is not a finite number"),
        ("rosenbrock:b=1e999", "b '1e999' in 'rosenbrock:b=1e999' is not a finite number"),
        ("rosenbrock:b=ten", "b 'ten' in 'rosenbrock:b=ten' is not a finite number"),
        ("rosenbrock:", "parameter '' in 'rosenbrock:' is not key=value"),
        ("rosenbrock:b", "parameter 'b' in 'rosenbrock:b' is not key=value"),
        ("rosenbrock:b=1,", "parameter '' in 'rosenbrock:b=1,' is not key=value"),
        ("rosenbrock:b=1,b=2", "parameter 'b' is given twice in 'rosenbrock:b=1,b=2'"),
    ],
)
def test_a_parameter_out_of_range_or_unknown_is_refused(text, message):
    with pytest.raises(TrajvizError) as refusal:
        load_surface(text)
    assert message in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "name", "title"),
    [
        ("rosenbrock", "rosenbrock", "Rosenbrock"),
        ("rosenbrock:b=10", "rosenbrock:b=10", "Rosenbrock, b = 10"),
        ("rosenbrock: b = 1e1 , a=-2.50", "rosenbrock:b=10,a=-2.5", "Rosenbrock, b = 10, a = -2.5"),
        ("quadratic:angle=0.1234567", "quadratic:angle=0.1234567", "Quadratic, angle = 0.1234567"),
    ],
)
def test_the_parameters_that_were_given_stand_in_name_and_title(text, name, title):
    surface = load_surface(text)
    assert (surface.name, surface.title) == (name, title)
    assert load_surface(surface.name).parameters == surface.parameters


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("beale", "beale"),
        ("rosenbrock:b=10,a=-2.5", "rosenbrock-b-10-a-2.5"),
        ("x**2 + 20*y**2", "x2-20y2"),
        ("sin(x)/(y + 3)", "sin-x-y-3"),
        ("../x", "x"),
        ("", "surface"),
        ("***", "surface"),
        ("x + " * 100, "x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x"),
    ],
)
def test_a_files_name_is_short_and_has_no_odd_characters(name, stem):
    surface = dataclasses.replace(SURFACES["beale"], name=name)
    assert surface.stem == stem


# Points without a derivative


@pytest.mark.parametrize(
    ("name", "point", "slopes"),
    [
        ("ackley", (0, 0), (0, 0)),
        ("dropwave", (0, 0), (0, 0)),
        ("bukin-6", (-10, 1), (0, 0)),
        ("bukin-6", (-5, 0.25), (0.01, 0)),  # on the ridge: the floor's slope alone
        ("cross-in-tray", (0, 0), (0, 0)),
        ("eggholder", (47, 0), None),
        ("holder-table", (math.pi, math.pi), None),
        ("holder-table", (0, 0), None),
        ("schwefel", (0, 0), None),
        ("sum-of-powers", (0, 0), (0, 0)),
    ],
)
def test_where_a_surface_has_no_derivative_its_slope_is_finite_as_stated(name, point, slopes):
    got = SURFACES[name].gradient(np.array(point, float))
    assert np.isfinite(got).all()
    assert slopes is None or got == pytest.approx(slopes, abs=1e-12)


@pytest.mark.parametrize(
    ("name", "point", "slopes"),
    [
        ("rosenbrock", (-1.2, 1), (-215.6, -88)),  # the customary start's, widely quoted
        ("beale", (1, 1), (0, 27.75)),  # 2 (1.5 * 1 + 2.25 * 2 + 2.625 * 3)
        ("himmelblau", (0, 0), (-14, -22)),
        ("bowl", (-9, 2.4), (-0.9, 4.8)),
        ("saddle", (0.25, -1e-6), (2.5, 2e-6)),
        ("long-valley", (2, 0.5), (-0.375, 8)),  # 2 (1 - 1/4) (-1/4)
    ],
)
def test_a_known_slope(name, point, slopes):
    assert SURFACES[name].gradient(np.array(point)) == pytest.approx(slopes, rel=1e-12)


@pytest.mark.parametrize(
    ("name", "point"), [("beale", (0, 1)), ("saddle", (0, 0)), ("long-valley", (0, 0))]
)
def test_a_known_saddle_point_is_stationary_and_neither_top_nor_bottom(name, point):
    surface = SURFACES[name]
    assert np.abs(surface.gradient(np.array(point, float))).max() == 0
    eigenvalues = np.linalg.eigvalsh(hessian(surface, point))
    assert eigenvalues[0] < 0 < eigenvalues[1]


def test_himmelblaus_hill_is_the_highest_point_around():
    top = np.array([-0.270845, -0.923039])
    assert SURFACES["himmelblau"].value(top) == pytest.approx(181.617, abs=5e-4)
    assert np.abs(SURFACES["himmelblau"].gradient(top)).max() < 1e-4
    assert (np.linalg.eigvalsh(hessian(SURFACES["himmelblau"], top)) < 0).all()


def hessian(surface, point, h=1e-5):
    steps = h * np.eye(2)
    above = surface.gradient(np.array(point) + steps)
    return (above - surface.gradient(np.array(point) - steps)) / (2 * h)


def test_the_bowl_is_twenty_times_as_curved_along_b_as_along_w():
    curvatures = hessian(SURFACES["bowl"], (0.0, 0.0))
    assert curvatures[1, 1] / curvatures[0, 0] >= 20 * (1 - 1e-9)
    assert np.abs(curvatures[[0, 1], [1, 0]]).max() < 1e-9
    assert SURFACES["bowl"].axes == ("W", "b")


# Radford's caption: "Algos without scaling based on gradient information really struggle to
# break symmetry here - SGD gets no where and Nesterov Accelerated Gradient / Momentum exhibits
# oscillations until they build up velocity in the optimization direction. Algos that scale step
# size based on the gradient quickly break symmetry and begin descent."


@pytest.fixture(scope="module")
def in_the_valley():
    surface = SURFACES["long-valley"]
    names = ["sgd", "momentum", "nag", "rmsprop", "adagrad", "adam"]
    runs = descents(surface, *names, steps=200)
    return {run.label: run.points for run in runs}


def test_in_the_long_valley_sgd_gets_nowhere(in_the_valley):
    assert np.abs(in_the_valley["sgd"][:, 0]).max() < 0.3  # the minimum is at 4
    assert abs(in_the_valley["sgd"][-1, 1]) < 1e-3


@pytest.mark.parametrize("name", ["momentum", "nag"])
def test_in_the_long_valley_a_heavy_ball_swings_across_before_it_speeds_up(in_the_valley, name):
    x, y = in_the_valley[name].T
    leaves = int(np.argmax(np.abs(x) > 0.4))  # a tenth of the way to the minimum
    assert leaves > 20
    assert np.count_nonzero(np.diff(np.sign(y[:leaves]))) >= 10
    velocity = np.diff(x)
    assert velocity.max() > 100 * velocity[0]
    assert x[-1] > 2


@pytest.mark.parametrize("name", ["rmsprop", "adagrad", "adam"])
def test_in_the_long_valley_scaled_steps_break_the_symmetry_at_once(in_the_valley, name):
    x, y = in_the_valley[name].T
    # The first step is as long along the valley as across, though the slope is 1e4 times smaller.
    assert abs(x[1] - x[0]) == pytest.approx(abs(y[1] - y[0]), rel=1e-2)
    assert np.abs(x[:11]).max() > 1
    assert abs(x[-1]) == pytest.approx(4, abs=0.05)


# Windows, points, ranks, and values where there are none


def test_a_window_contains_its_edge_and_nothing_beyond():
    window = Window(-1, 2, 0, 1)
    points = np.array([[-1, 0], [2, 1], [0, 0.5], [-1.1, 0.5], [2.1, 0.5], [0, -0.1], [0, 1.1]])
    assert window.contains(points).tolist() == [True] * 3 + [False] * 4
    assert not window.contains(np.array([math.nan, 0.5]))
    assert window.contains(points.reshape(7, 1, 2)).shape == (7, 1)
    assert window.extent.tolist() == [3, 1]


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        ((0, 0.5), (0, 10, 0, 2)),
        ((0, 0), (0, 10, 0, 2)),
        ((10, 2), (0, 10, 0, 2)),
        ((-3, 1), (-3.65, 10, 0, 2)),
        ((12, 3), (0, 12.6, 0, 3.15)),
        ((5, -1), (0, 10, -1.15, 2)),
    ],
)
def test_a_window_widens_to_include_a_point_outside_with_a_margin(point, expected):
    assert Window(0, 10, 0, 2).including(*point) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ((), "'' is not four finite numbers"),
        ((0, 1, 2), "'0,1,2' is not four finite numbers"),
        ((0, 1, 2, 3, 4), "'0,1,2,3,4' is not four finite numbers"),
        ((0, math.nan, 0, 1), "'0,nan,0,1' is not four finite numbers"),
        ((0, 1, -math.inf, 1), "'0,1,-inf,1' is not four finite numbers"),
        ((1, 1, 0, 1), "'1,1,0,1' is empty"),
        ((0, 1, 2, 1), "'0,1,2,1' is empty"),
        ((1e16, 1e16 + 2, 0, 1), "beyond what floats can resolve"),
        ((0, 1, 1, 1 + 1e-14), "beyond what floats can resolve"),
        ((-1.7e308, 1.7e308, 0, 1), "beyond what floats can resolve"),
    ],
)
def test_a_bad_window_is_refused_with_what_was_given(values, message):
    with pytest.raises(TrajvizError, match=message):
        check_window(values)


def test_a_good_window_becomes_floats():
    window = check_window([0, 1, 2, 3])
    assert window == Window(0.0, 1.0, 2.0, 3.0)
    assert all(type(value) is float for value in window)


@given(st.lists(st.floats(width=32), min_size=4, max_size=4))
def test_a_window_is_sampled_at_different_places_or_refused(values):
    try:
        window = check_window(values)
    except TrajvizError:
        return
    assert (np.diff(np.linspace(window.x0, window.x1, 1000)) > 0).all()
    assert (np.diff(np.linspace(window.y0, window.y1, 1000)) > 0).all()


@pytest.mark.parametrize("values", [(), (1,), (1, 2, 3), (math.nan, 0), (0, math.inf)])
def test_a_bad_point_is_refused_with_its_role(values):
    with pytest.raises(TrajvizError, match=r"minimum '.*' is not two finite numbers"):
        check_point(values, "minimum")


def test_a_good_point_becomes_floats():
    point = check_point([1, 2])
    assert point == (1.0, 2.0)
    assert all(type(value) is float for value in point)


def plane(x, y):
    return x + 2 * y


def test_plain_tuples_and_lists_are_welcome_in_a_definition():
    surface = Surface(plane, [0, 1, 0, 1], [0, 1], minima=[[0, 0]])
    assert surface.window == Window(0.0, 1.0, 0.0, 1.0)
    assert surface.start == (0.0, 1.0)
    assert surface.minima == ((0.0, 0.0),)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"formula": 3}, "formula 3 is not a function"),
        ({"window": (0, 0, 0, 1)}, "is empty"),
        ({"window": (0, math.nan, 0, 1)}, "not four finite numbers"),
        ({"window": (0, 1, 0)}, "not four finite numbers"),
        ({"start": (0.5, 2)}, "outside the window"),
        ({"start": (0.5,)}, "start '0.5' is not two finite numbers"),
        ({"minima": [(0, math.nan)]}, "minimum '0,nan' is not two finite numbers"),
        ({"batch_size": 1}, "batch_size 1 is not from 0 to the 0 samples"),
        ({"batch_size": -1, "samples": 9}, "batch_size -1 is not from 0 to the 9 samples"),
    ],
)
def test_a_bad_definition_is_refused(change, message):
    good = Surface(plane, Window(0, 1, 0, 1), (0, 0))
    with pytest.raises(TrajvizError, match=message):
        dataclasses.replace(good, **change)


def test_a_gradient_formula_replaces_the_dual_numbers():
    surface = Surface(
        lambda x, y: np.interp(x, [0, 1], [0, 1]) + y,
        Window(0, 1, 0, 1),
        (0, 0),
        gradient_formula=lambda p: np.ones(p.shape),
    )
    assert surface.gradient(np.full((3, 2), 0.5)).tolist() == [[1.0, 1.0]] * 3


def test_without_a_docstring_the_summary_is_empty():
    assert Surface(plane, Window(0, 1, 0, 1), (0, 0)).summary == ""


def test_a_formula_that_ignores_its_points_still_has_a_value_at_each():
    surface = Surface(lambda x, y: 3, Window(0, 1, 0, 1), (0, 0))  # noqa: ARG005
    assert surface.value(np.zeros((4, 5, 2))).tolist() == [[3.0] * 5] * 4
    assert surface.grid(np.zeros(2), np.zeros(3)).shape == (3, 2)
    assert not surface.gradient(np.zeros((4, 2))).any()


def test_overflow_is_infinite_and_silent():
    surface = Surface(lambda x, y: np.exp(x * x) + y, Window(0, 1, 0, 1), (0, 0))
    assert surface.value(np.array([1e200, 0.0])) == math.inf
    assert np.isnan(Surface(lambda x, y: np.log(x) + y, (0, 1, 0, 1), (0, 0)).value(-np.ones(2)))
    assert not np.isfinite(surface.gradient(np.array([1e200, 0.0]))[0])


def test_the_rank_of_a_height_is_the_share_of_the_window_that_lies_lower():
    bowl = SURFACES["bowl"]
    ranks = Ranks.of(bowl, bowl.window)
    for height in (0.5, 1.0, 4.0):  # ellipses inside the window, of area pi sqrt(h / 0.05) sqrt(h)
        share = math.pi * height / math.sqrt(0.05) / bowl.window.extent.prod()
        assert ranks.rank(np.array(height)) == pytest.approx(share, abs=1e-3)


@pytest.mark.long
def test_ranks_go_from_0_to_1_and_back_to_heights(surface):
    ranks = Ranks.of(surface, surface.window)
    heights = surface.value(grid_of(surface))
    assert ranks.rank(np.array([-math.inf, heights.min() - 1])).tolist() == [0, 0]
    assert ranks.rank(np.array([heights.max() + 1, math.inf])).tolist() == [1, 1]
    shares = np.linspace(0, 1, 21)
    np.testing.assert_allclose(ranks.rank(ranks.height(shares)), shares, atol=1e-2)
    assert ranks.rank(heights).shape == heights.shape


def test_ranks_leave_out_what_is_not_finite_and_need_something_finite():
    half = Surface(lambda x, y: np.sqrt(x) + 0 * y, Window(-1, 1, 0, 1), (0.5, 0.5))
    heights = Ranks.of(half, half.window).heights
    assert np.isfinite(heights).all()
    assert len(heights) == 192 * 96
    with pytest.raises(TrajvizError, match="no finite value in the window"):
        Ranks.of(half, Window(-2, -1, 0, 1))


def test_what_a_type_checker_is_told_of_a_surface_is_what_there_is():
    """The fields are stated a second time, with the types that may be given."""
    tree = ast.parse(inspect.getsource(Surface).lstrip())
    (told,) = (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name == "__init__")
    fields = [f for f in dataclasses.fields(Surface) if f.init]
    assert [arg.arg for arg in told.args.args[1:]] == [f.name for f in fields]
    stated = dict(
        zip([a.arg for a in told.args.args][::-1], told.args.defaults[::-1], strict=False)
    )
    for f in fields:
        if f.default is dataclasses.MISSING:
            assert (f.name in stated) == (f.default_factory is not dataclasses.MISSING)
        else:
            assert ast.literal_eval(stated[f.name]) == f.default
