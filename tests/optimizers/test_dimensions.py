"""Rules in d dimensions: on weights as on points, and by matrices where there are any."""

from itertools import islice, repeat

import numpy as np
import pytest

from trajviz import Problem, load_optimizer, load_subject, optimizer_names
from trajviz.descent.walk import Counted
from trajviz.optimizers.rules._newton_schulz import _of_blocks, orthogonal
from trajviz.surface import Block, parts_of

ELLIPSOID = load_subject("ellipsoid:d=6,kappa=4")
FACTORS = load_subject("factorisation:rows=3,columns=4,rank=2")
RATE = 1e-3


def walking(name, problem, w, **settings):
    optimizer, counted = load_optimizer(name), Counted(repeat(problem))
    counted.advance()
    defaults = {**optimizer.defaults, "lr": optimizer.defaults["lr"] or RATE}
    return optimizer.rule(counted, w, **{**defaults, **settings}), counted


@pytest.mark.parametrize("name", optimizer_names())
@pytest.mark.parametrize("problem", [ELLIPSOID, FACTORS], ids=lambda problem: problem.name)
def test_a_rule_comes_down_and_runs_of_many_are_what_each_is_alone(problem, name):
    starts = np.stack([problem.start(seed) for seed in (0, 1)])
    together = [*islice(walking(name, problem, starts)[0], 12)][-1]
    assert together.shape == starts.shape
    assert (problem.loss(together) < problem.loss(starts)).all()
    for start, found in zip(starts, together, strict=True):
        alone = [*islice(walking(name, problem, start)[0], 12)][-1]
        np.testing.assert_allclose(found, alone, rtol=1e-6, atol=1e-9)


def test_newtons_method_is_at_the_bottom_of_a_quadratic_after_few_steps_by_products_alone():
    rule, counted = walking("newton", ELLIPSOID, ELLIPSOID.start(0))
    losses = [float(ELLIPSOID.loss(w)) for w in islice(rule, 6)]
    assert losses[-1] < 1e-9 < losses[0]
    assert (counted.gradients, counted.values) == (6, 0)
    assert 6 <= counted.hessians <= 6 * ELLIPSOID.dimension


def test_newtons_method_follows_the_slope_where_the_hessian_curves_down():
    def cup(w):
        return (w**2).sum(axis=-1) / 2

    dome = Problem(lambda w: -cup(w), lambda w: -w, lambda _: np.ones(3), 3)
    first = next(walking("newton", dome, np.full(3, 0.5))[0])
    np.testing.assert_allclose(first, np.full(3, 1.0), atol=1e-9)


def test_muon_makes_the_singular_values_of_each_matrix_alike():
    m = np.random.default_rng(0).normal(size=FACTORS.dimension)
    for part in parts_of(FACTORS, orthogonal(FACTORS, m)):
        values = np.linalg.svd(part, compute_uv=False) / np.sqrt(part.shape[0] / part.shape[1])
        assert ((values > 0.65) & (values < 1.25)).all()
    before = np.linalg.svd(parts_of(FACTORS, m)[0], compute_uv=False)
    assert before[0] > 1.3 * before[1]


def test_a_point_of_the_plane_is_to_muon_a_matrix_of_one_column():
    cup = load_subject("sphere")
    column = Problem(lambda w: w @ w, lambda w: w, np.ones, 2, blocks=[Block("w", (2, 1))])
    for m in np.array([[3.0, -4.0], [1e-9, 0.0], [0.0, 0.0]]):
        np.testing.assert_allclose(orthogonal(cup, m), _of_blocks(column, m), rtol=1e-12)


def test_a_filter_of_more_axes_is_to_muon_a_row_of_its_matrix():
    m = np.random.default_rng(0).normal(size=24)
    filters = Problem(lambda w: w @ w, lambda w: w, np.ones, 24, blocks=[("conv", (2, 3, 2, 2))])
    rows = Problem(lambda w: w @ w, lambda w: w, np.ones, 24, blocks=[("conv", (2, 12))])
    np.testing.assert_array_equal(orthogonal(filters, m), orthogonal(rows, m))


def test_parts_are_views_in_the_shapes_of_the_blocks():
    w = np.arange(14.0)
    first, second = parts_of(FACTORS, np.stack([w, w + 100]))
    assert (first.shape, second.shape) == ((2, 3, 2), (2, 4, 2))
    assert first[1, 0].tolist() == [100, 101]
    assert second[0, -1].tolist() == [12, 13]
    assert [part.shape for part in parts_of(ELLIPSOID, w[:6])] == [(6,)]
