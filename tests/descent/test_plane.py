"""The plane on which a race in d dimensions is seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from trajviz.descent.plane import Paths, find_plane
from trajviz.errors import TrajvizError
from trajviz.surface.problem import Block

KINDS = ["paths", "random", "filters", "through:a,b,c", "ends", "ends:b,c"]


def paths_in(dimension: int, tracks: int = 3, steps: int = 40) -> Paths:
    """Return random walks from one start, with losses that fall."""
    generator = np.random.default_rng(7)
    start = generator.normal(size=dimension)
    steps_of = generator.normal(size=(tracks, steps, dimension)).cumsum(axis=1)
    weights = [np.concatenate([start[None], start + walk]) for walk in steps_of]
    losses = [np.linspace(1.0, 0.1 * (k + 1), steps + 1) for k in range(tracks)]
    return Paths(weights=weights, losses=losses, labels=["a", "b", "c"][:tracks])


@pytest.mark.parametrize("dimension", [2, 30, 400])
@pytest.mark.parametrize("kind", KINDS)
def test_axes_are_orthonormal_and_a_point_of_the_plane_is_where_it_was_placed(kind, dimension):
    plane = find_plane(kind, paths_in(dimension))
    assert np.allclose(plane.axes @ plane.axes.T, np.eye(2), atol=1e-12)
    points = np.array([[[1.0, -2.0]], [[0.5, 3.0]]])
    assert np.allclose(plane.project(plane.place(points)), points)
    assert np.allclose(plane.off(plane.place(points)), 0.0, atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_paths_give_the_same_plane_with_the_start_left_and_above(kind):
    one, other = (find_plane(kind, paths_in(50)) for _ in range(2))
    assert np.array_equal(one.axes, other.axes)
    x, y = one.project(paths_in(50).start)
    assert x <= 0 <= y


def test_the_principal_plane_holds_more_of_the_variance_than_any_other():
    paths = paths_in(50)
    shares = {kind: sum(find_plane(kind, paths).share) for kind in KINDS}
    assert max(shares, key=shares.__getitem__) == "paths"
    assert 0 < shares["random"] < 0.2 < shares["paths"] <= 1


def test_what_the_plane_does_not_hold_of_the_variance_is_the_distance_from_it():
    paths = paths_in(50)
    plane = find_plane("paths", paths)
    points = np.concatenate(paths.weights)
    whole = ((points - plane.origin) ** 2).sum()
    assert 1 - sum(plane.share) == pytest.approx((plane.off(points) ** 2).sum() / whole)


def test_paths_on_a_plane_are_on_their_principal_plane_to_rounding():
    flat = paths_in(2)
    tilt = np.linalg.qr(np.random.default_rng(1).normal(size=(40, 2)))[0].T
    paths = replace(flat, weights=[3.0 + walk @ tilt for walk in flat.weights])
    plane = find_plane("paths", paths)
    assert sum(plane.share) == pytest.approx(1.0)
    assert np.allclose(plane.off(np.concatenate(paths.weights)), 0, atol=1e-9)
    # A unit on the plane is a unit between the weights.
    a, b = plane.project(paths.weights[0][[0, 9]])
    assert np.hypot(*(a - b)) == pytest.approx(
        np.linalg.norm(np.diff(flat.weights[0][[0, 9]], axis=0))
    )


def test_the_lowest_end_lies_on_the_principal_plane_at_its_origin():
    plane = find_plane("paths", paths_in(50))
    assert np.array_equal(plane.project(paths_in(50).weights[0][-1]), [0.0, 0.0])


def test_a_track_that_diverges_does_not_take_the_plane_with_it():
    paths = paths_in(50)
    lost = paths.start + np.linspace(0, 1e9, 41)[:, None] * np.eye(1, 50)
    losses = np.concatenate([[1.0], np.full(40, 1e9)])
    beside = Paths([*paths.weights, lost], [*paths.losses, losses], ["a", "b", "c", "d"])
    plane, other = find_plane("paths", beside), find_plane("paths", paths)
    assert abs(np.linalg.det(plane.axes @ other.axes.T)) == pytest.approx(1.0, abs=1e-2)


def test_a_plane_through_three_ends_holds_them():
    paths = paths_in(50)
    plane = find_plane("through:c,a,b", paths)
    assert plane.names == ("c", "a", "b")
    assert np.allclose(plane.off(np.stack([walk[-1] for walk in paths.weights])), 0, atol=1e-9)


def test_a_plane_of_ends_holds_the_start_and_two_ends():
    paths = paths_in(50)
    for kind, (one, other) in {"ends": (0, 1), "ends:c,a": (2, 0)}.items():
        points = [paths.start, paths.weights[one][-1], paths.weights[other][-1]]
        assert np.allclose(find_plane(kind, paths).off(np.stack(points)), 0, atol=1e-9)


def test_filters_of_a_normalised_direction_are_as_long_as_those_of_the_weights():
    blocks = [("w", (4, 5)), ("bias", (4,)), ("v", (2, 3, 2))]
    paths = replace(paths_in(36), blocks=[Block(*block) for block in blocks])
    plane = find_plane("filters", paths)
    own, direction = plane.origin, plane.axes[0] * plane.reach
    rows = [own[:20].reshape(4, 5), own[24:].reshape(2, 6)]
    turned = [direction[:20].reshape(4, 5), direction[24:].reshape(2, 6)]
    for mine, theirs in zip(rows, turned, strict=True):
        assert np.allclose(np.linalg.norm(mine, axis=1), np.linalg.norm(theirs, axis=1))
    assert not direction[20:24].any()


def test_a_seed_gives_other_random_directions():
    one, other = (find_plane("random", replace(paths_in(50), seed=seed)) for seed in (0, 1))
    assert not np.allclose(one.axes, other.axes)


def test_tracks_that_do_not_move_have_a_plane_all_the_same():
    paths = paths_in(5, tracks=1)
    still = replace(paths, weights=[np.repeat(paths.start[None], 41, axis=0)])
    plane = find_plane("paths", still)
    assert np.allclose(plane.axes @ plane.axes.T, np.eye(2))
    assert plane.share == (0.0, 0.0)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("path", "unknown plane 'path', did you mean 'paths'"),
        ("through", "three tracks, as in through:A,B,C"),
        ("through:a,b", "three tracks"),
        ("through:a,b,d", "unknown track of the plane 'd'"),
        ("through:a,b,b", "lie on one line"),
        ("ends:a", "two tracks"),
        ("random:a", "takes no labels"),
    ],
)
def test_a_plane_that_makes_no_sense_is_refused_in_one_line(kind, words):
    with pytest.raises(TrajvizError, match=words) as error:
        find_plane(kind, paths_in(6))
    assert "\n" not in str(error.value)


def test_one_track_or_one_dimension_has_no_plane_of_ends():
    with pytest.raises(TrajvizError, match="there is one"):
        find_plane("ends", paths_in(6, tracks=1))
    with pytest.raises(TrajvizError, match="at least two dimensions"):
        find_plane("paths", paths_in(1))
