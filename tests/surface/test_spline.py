"""The spline between heights on a grid, against scipy's and against cubics."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.interpolate import RectBivariateSpline

from trajviz.surface.dual import gradient, hessian
from trajviz.surface.spline import Spline


def axis_of(count, seed):
    return np.cumsum(np.random.default_rng(seed).uniform(0.2, 1.5, count)) - 2


def inside(spline, count=100):
    shares = np.random.default_rng(9).uniform(0, 1, (count, 2))
    low = np.array([spline.xs[0], spline.ys[0]])
    return low + shares * (np.array([spline.xs[-1], spline.ys[-1]]) - low)


@pytest.mark.parametrize(("columns", "rows"), [(4, 4), (5, 9), (30, 6)])
def test_heights_slopes_and_curvatures_are_those_of_scipys_spline(columns, rows):
    xs, ys = axis_of(columns, 1), axis_of(rows, 2)
    heights = np.random.default_rng(3).normal(size=(rows, columns))
    spline, theirs = Spline.through(xs, ys, heights), RectBivariateSpline(ys, xs, heights)
    x, y = inside(spline).T
    close = {"rtol": 1e-9, "atol": 1e-9}
    np.testing.assert_allclose(spline(x, y), theirs.ev(y, x), **close)
    slopes = np.stack([theirs.ev(y, x, dy=1), theirs.ev(y, x, dx=1)], axis=-1)
    np.testing.assert_allclose(gradient(spline, inside(spline)), slopes, **close)
    bends = hessian(spline, inside(spline))
    np.testing.assert_allclose(bends[:, 0, 0], theirs.ev(y, x, dy=2), **close)
    np.testing.assert_allclose(bends[:, 0, 1], theirs.ev(y, x, dx=1, dy=1), **close)
    np.testing.assert_allclose(bends[:, 1, 1], theirs.ev(y, x, dx=2), **close)


@given(arrays(float, (4, 4), elements=st.integers(-5, 5).map(float)))
def test_a_polynomial_of_degree_three_in_each_is_given_back(terms):
    xs, ys = axis_of(6, 4), axis_of(7, 5)
    heights = np.polynomial.polynomial.polygrid2d(xs, ys, terms).T
    spline = Spline.through(xs, ys, heights)
    x, y = inside(spline).T
    expected = np.polynomial.polynomial.polyval2d(x, y, terms)
    np.testing.assert_allclose(spline(x, y), expected, atol=1e-9 * (1 + np.abs(heights).max()))


def test_the_nodes_are_met_and_beyond_the_grid_there_is_nothing():
    xs, ys = axis_of(5, 6), axis_of(4, 7)
    heights = np.random.default_rng(8).normal(size=(4, 5))
    spline = Spline.through(xs, ys, heights)
    np.testing.assert_allclose(spline(xs[None, :], ys[:, None]), heights, atol=1e-12)
    outside = np.array([[xs[0] - 1e-9, ys[1]], [xs[1], ys[-1] + 1e-9], [1e9, 1e9], [np.nan, ys[0]]])
    assert np.isnan(spline(*outside.T)).all()
    assert np.isnan(gradient(spline, outside)).any(axis=-1).all()
