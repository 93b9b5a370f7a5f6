"""Surfaces over data: what each promises of its rows, and what is known of the data we have."""

import inspect
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from races import descents
from scipy.optimize import approx_fprime, minimize
from scipy.special import expit

from trajviz.descent.noise import Noise
from trajviz.surface import Surface, dual
from trajviz.surface.catalogue import load_surface, surface_names

SURFACES = {name: load_surface(name) for name in surface_names()}
OVER_DATA = {name: surface for name, surface in SURFACES.items() if surface.samples}
MOONS, REGRESSION = SURFACES["noisy-moons"], SURFACES["regression"]


@pytest.fixture(params=OVER_DATA)
def surface(request):
    return OVER_DATA[request.param]


def scattered(surface, count=20):
    x0, x1, y0, y1 = surface.window
    return np.random.default_rng(0).uniform((x0, y0), (x1, y1), (count, 2))


# What each promises of its rows


def test_the_two_are_there():
    assert {*OVER_DATA} >= {"noisy-moons", "regression"}


@pytest.mark.parametrize("size", [1, 4, 7])
def test_value_and_gradient_are_the_means_of_those_of_batches(surface, size):
    points = scattered(surface)
    order = np.random.default_rng(1).permutation(surface.samples)
    batches = [order[first : first + size] for first in range(0, surface.samples, size)]
    shares = np.array([len(rows) for rows in batches]) / surface.samples
    slopes = [surface.gradient(points, rows) for rows in batches]
    np.testing.assert_allclose(
        np.tensordot(shares, slopes, axes=1), surface.gradient(points), rtol=1e-9, atol=1e-12
    )
    heights = [surface.formula(*points.T, rows=rows) for rows in batches]
    np.testing.assert_allclose(shares @ heights, surface.value(points), rtol=1e-9)


def test_the_gradient_of_a_batch_is_the_slope_of_its_own_loss(surface):
    rows = np.array([0, 3, 8])
    for point in scattered(surface):
        slopes = approx_fprime(point, lambda w: surface.formula(w[0], w[1], rows=rows))
        np.testing.assert_allclose(surface.gradient(point, rows), slopes, rtol=1e-4, atol=1e-6)
        exact = dual.gradient(lambda x, y: surface.formula(x, y, rows=rows), point)
        np.testing.assert_allclose(surface.gradient(point, rows), exact, rtol=1e-11, atol=1e-14)


def test_the_gradients_of_a_batch_may_be_of_any_shape(surface):
    rows = np.array([1, 2])
    points = scattered(surface).reshape(4, 5, 2)
    slopes = surface.gradient(points, rows)
    assert slopes.shape == (4, 5, 2)
    for index in np.ndindex(4, 5):
        alone = surface.gradient(points[index], rows)
        np.testing.assert_allclose(slopes[index], alone, rtol=1e-12, atol=1e-14)


def test_the_batches_differ_from_one_another(surface):
    start = np.array(surface.start)
    slopes = [surface.gradient(start, np.array([row])) for row in range(surface.samples)]
    assert len({tuple(slope) for slope in slopes}) > 0.9 * surface.samples


def test_a_grid_costs_no_memory_for_each_sample(surface):
    xs = np.linspace(0, 1, 300)
    tracemalloc.start()
    grid = surface.grid(xs, xs)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10 * grid.nbytes


def test_a_surface_of_the_users_own_may_be_over_data_with_no_gradient_of_its_own():
    heights = np.array([1.0, 3.0, 8.0])

    def spread(x, y, rows=slice(None)):
        return sum((x - h) ** 2 + (y + h) ** 2 for h in heights[rows]) / len(heights[rows])

    own = Surface(spread, (0, 9, -9, 0), (0, 0), samples=3, batch_size=1)
    (run,) = descents(own, "sgd:lr=0.5", steps=3, noise=Noise(seed=1))
    order = np.random.default_rng(1).permutation(3)
    np.testing.assert_allclose(run.points[1:], np.outer(heights[order], [1, -1]))


# Anscombe's first data set


ANSCOMBE = np.array(
    [[10, 8.04], [8, 6.95], [13, 7.58], [9, 8.81], [11, 8.33], [14, 9.96], [6, 7.24], [4, 4.26],
     [12, 10.84], [7, 4.82], [5, 5.68]]
)  # fmt: skip


def test_the_regressions_minimum_is_the_line_that_anscombe_published():
    ((weight, bias),) = REGRESSION.minima
    slope = weight / 20  # x is counted from 8 in twenties
    assert slope == pytest.approx(0.5, abs=5e-4)
    assert bias - 8 * slope == pytest.approx(3, abs=5e-3)
    rest = 11 * REGRESSION.value(np.array(REGRESSION.minima[0]))
    assert rest == pytest.approx(13.75, abs=0.02)  # his residual sum of squares


def test_the_regressions_minimum_is_polyfits():
    x, y = (ANSCOMBE[:, 0] - 8) / 20, ANSCOMBE[:, 1]
    np.testing.assert_allclose(REGRESSION.minima[0], np.polyfit(x, y, 1), rtol=1e-12)


@given(
    rows=st.sets(st.integers(0, 10), min_size=1),
    weight=st.floats(-100, 100),
    bias=st.floats(-100, 100),
)
def test_the_regressions_height_is_the_mean_squared_error_of_any_rows(rows, weight, bias):
    rows = sorted(rows)
    errors = [(weight * (ANSCOMBE[k, 0] - 8) / 20 + bias - ANSCOMBE[k, 1]) ** 2 for k in rows]
    expected = sum(errors) / len(errors)
    got = REGRESSION.formula(weight, bias, rows=np.array(rows))
    assert got == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_the_regressions_valley_is_long_and_steep_along_b():
    across = np.array(REGRESSION.minima[0])
    curvature = np.array([REGRESSION.gradient(across + unit) for unit in np.eye(2)])
    low, high = np.linalg.eigvalsh(curvature)
    assert high > 20 * low > 0
    assert abs(np.linalg.eigh(curvature)[1][1, 1]) > 0.99
    assert REGRESSION.axes == ("W", "b")


# Noisy moons


@pytest.fixture(scope="module")
def file():
    """Return the names in the definition file."""
    return inspect.unwrap(MOONS.formula).__globals__


def test_moons_without_noise_are_two_half_circles(file):
    expected = [(1, 0), (0, 1), (-1, 0), (0, 0.5), (1, -0.5), (2, 0.5)]
    np.testing.assert_allclose(file["moons"](3, 0, 0), expected, atol=1e-15)


def test_the_data_are_centred_and_labelled_by_their_moon(file):
    points = file["moons"](50, 0.2, 0)
    signed = (points - points.mean(axis=0)) * ([[-1]] * 50 + [[1]] * 50)
    np.testing.assert_allclose(file["SIGNED"], signed, rtol=1e-14)
    assert MOONS.samples == 100


@given(
    rows=st.sets(st.integers(0, 99), min_size=1),
    w=st.tuples(*2 * [st.floats(-1e4, 1e4)]),
)
def test_the_moons_height_is_the_mean_logistic_loss_of_any_rows(rows, w):
    rows = np.array(sorted(rows))
    margins = inspect.unwrap(MOONS.formula).__globals__["SIGNED"][rows] @ w
    expected = np.logaddexp(0, -margins).mean()
    assert MOONS.formula(*w, rows=rows) == pytest.approx(expected, rel=1e-12, abs=1e-15)


def test_the_moons_slope_is_that_of_logistic_regression(file):
    points = scattered(MOONS)
    labels = np.repeat([0, 1], 50)
    data = file["SIGNED"] * np.where(labels, 1, -1)[:, None]
    for point in points:
        slope = data.T @ (expit(data @ point) - labels) / 100  # Bishop (2006), eq. 4.91
        np.testing.assert_allclose(MOONS.gradient(point), slope, rtol=1e-11, atol=1e-14)


def test_the_moons_minimum_is_scikit_learns_and_scipys():
    # LogisticRegression(C=np.inf, fit_intercept=False, tol=1e-12) of scikit-learn 1.9 on
    # make_moons(100, shuffle=False, noise=0.2, random_state=0), less its mean.
    np.testing.assert_allclose(MOONS.minima[0], (0.94217168, -4.59040078), rtol=1e-6)
    end = minimize(MOONS.value, (0, 0), jac=MOONS.gradient, tol=1e-12)
    np.testing.assert_allclose(MOONS.minima[0], end.x, rtol=1e-6)


def test_accuracy_is_the_share_of_points_on_their_own_side(file):
    for w in scattered(MOONS):
        right = sum(float(w @ point) > 0 for point in file["SIGNED"])
        assert MOONS.accuracy(*w) == right / 100
    xs, ys = np.linspace(-3, 3, 4)[None, :], np.linspace(-3, 3, 5)[:, None]
    shares = MOONS.accuracy(xs, ys)
    assert shares.shape == (5, 4)
    assert shares[1, 2] == MOONS.accuracy(xs[0, 2], ys[1, 0])
    assert MOONS.accuracy(*MOONS.minima[0]) == 0.88  # LogisticRegression.score, as above


# Radford's caption: mini-batches on noisy data; momentum smooths, overshoots and corrects.


@pytest.fixture(scope="module", params=[0, 1, 2])
def race(request):
    runs = descents(MOONS, "sgd", "momentum", steps=200, noise=Noise(seed=request.param))
    return {run.label: run.points for run in runs}


def turning(points):
    """Return the mean angle between one step and the next."""
    steps = np.diff(points, axis=0)
    angles = np.unwrap(np.arctan2(*steps.T[::-1]))
    return np.abs(np.diff(angles)).mean()


def test_on_noisy_moons_momentum_smooths(race):
    assert turning(race["momentum"][:60]) < turning(race["sgd"][:60]) / 3


def test_on_noisy_moons_momentum_overshoots_and_corrects(race):
    w1 = race["momentum"][:, 0]
    goal = MOONS.minima[0][0]
    assert w1.max() > goal + 1.5
    assert abs(w1[-1] - goal) < 0.7
    assert w1.max() > race["sgd"][:, 0].max() + 0.5


def test_on_noisy_moons_every_path_reaches_the_accuracy_of_the_best(race):
    for points in race.values():
        shares = MOONS.accuracy(*points.T)
        assert shares[0] < 0.5
        assert shares[-20:].mean() == pytest.approx(0.88, abs=0.03)
