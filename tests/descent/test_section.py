"""The loss of a problem on a plane, as a surface."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from losses import bowl

from trajviz.descent.plane import Plane
from trajviz.descent.section import FEWEST_NODES, MOST_NODES, node_count, section_of
from trajviz.errors import TrajvizError
from trajviz.surface import Window

PLANE = Plane(
    kind="paths",
    origin=np.linspace(0.5, 1.0, 6),
    axes=np.linalg.qr(np.random.default_rng(0).normal(size=(6, 2)))[0].T,
    share=(0.6, 0.3),
)
WINDOW = Window(-2.0, 3.0, -1.0, 2.0)


def section(problem, **options):
    return section_of(problem, PLANE, window=WINDOW, start=(0.0, 0.0), **options)


def somewhere(count=50):
    shares = np.random.default_rng(1).uniform(size=(count, 2))
    return np.array([WINDOW.x0, WINDOW.y0]) + shares * WINDOW.extent


def test_heights_on_the_plane_are_the_loss_there():
    # A bicubic spline gives a quadratic back as it was.
    points = somewhere()
    assert np.allclose(section(bowl()).value(points), bowl().loss(PLANE.place(points)))


def test_the_plane_shows_the_loss_of_all_samples_or_that_held_out():
    problem, points = bowl(samples=20), somewhere()
    training, held_out = section(problem), section(problem, data="held-out")
    assert np.allclose(training.value(points), problem.loss(PLANE.place(points)))
    assert np.allclose(held_out.value(points), training.value(points) + 3.0)
    assert (training.samples, training.batch_size) == (20, 4)


def test_the_loss_is_asked_for_few_points_at_once_and_progress_ends_at_all():
    asked, told = [], []
    problem = bowl()
    watched = replace(problem, loss=lambda w: (asked.append(w.shape), problem.loss(w))[1])
    section(watched, progress=lambda done, total: told.append((done, total)))
    assert max(shape[0] for shape in asked) <= 64
    nodes = node_count(problem)
    assert told[-1] == (nodes**2, nodes**2)
    assert sum(shape[0] for shape in asked) == nodes**2


@pytest.mark.parametrize(
    ("dimension", "samples", "nodes"),
    [(6, 0, MOST_NODES), (337, 200, 77), (3000, 300, FEWEST_NODES)],
)
def test_a_grid_has_as_many_nodes_as_the_work_allows(dimension, samples, nodes):
    assert node_count(bowl(dimension, samples)) == nodes


def test_equal_axes_have_more_of_the_plane_to_show():
    surface = section(bowl(), equal=True)
    assert surface.domain.holds(WINDOW)
    x, y = surface.domain.extent
    assert max(x / WINDOW.extent[1], y / WINDOW.extent[0]) >= 1.8
    beyond = np.array([0.5, surface.domain.y1 - 1e-6])
    assert surface.value(beyond) == pytest.approx(float(bowl().loss(PLANE.place(beyond))))


def test_what_is_not_finite_is_as_high_as_the_highest_and_nowhere_finite_is_refused():
    problem = bowl()
    cut = replace(problem, loss=lambda w: np.where(w[..., 0] > 1.5, np.inf, problem.loss(w)))
    heights = section(cut).value(somewhere())
    assert np.isfinite(heights).all()
    with pytest.raises(TrajvizError, match="nowhere finite"):
        section(replace(problem, loss=lambda w: np.full(w.shape[:-1], np.nan)))
