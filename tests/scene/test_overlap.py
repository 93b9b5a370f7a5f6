"""Tracks that go the same way step by step are told apart by dashes."""

import numpy as np
import pytest
from races import race

from trajviz.animation import still
from trajviz.race import compare
from trajviz.scene.overlap import DASH, told_apart
from trajviz.scene.track import Line

WAY = [(10, 10), (60, 10), (110, 40), (160, 40)]
ELSEWHERE = [(10, 10), (60, 60), (110, 90), (160, 90)]


def told(*paths, scale=1.0):
    lines = [Line.through(np.array(path, dtype=np.float64)) for path in paths]
    return told_apart(lines, [np.arange(float(len(path))) for path in paths], scale)


def drawn(line):
    """Return how long a line is in all, and how much of it is drawn."""
    length = np.hypot(*np.diff(line.vertices, axis=0).T)
    return length.sum(), length[~line.gap[1:]].sum()


@pytest.mark.parametrize("count", [2, 3, 4])
def test_of_tracks_that_go_the_same_way_each_shows_for_as_long_as_the_others(count):
    lines = told(*[WAY] * count)
    for place, line in enumerate(lines):
        whole, seen = drawn(line)
        assert seen / whole == pytest.approx((count - place) / count, abs=0.1)
    # Where the last is drawn all others are as well, below it.
    assert max(np.hypot(*np.diff(lines[-1].vertices, axis=0).T)) <= (count - 1) * DASH + 1e-9


def test_tracks_that_go_their_own_ways_are_solid():
    lines = told(WAY, ELSEWHERE, np.add(WAY, (0, 2)).tolist())
    assert not any(line.gap.any() for line in lines)


def test_a_track_is_dashed_only_as_far_as_it_goes_with_another():
    parting = [*WAY[:3], (110, 80), (90, 80)]
    first, second = told(WAY, parting)
    assert not first.gap.any()
    late = second.knots > 2
    assert second.gap[~late].any()
    assert not second.gap[late].any()


def test_what_only_ends_at_the_same_place_is_solid():
    ends = [(160, 40), (160.5, 40), (160, 40.5), (160, 40)]
    lines = told([*WAY, *ends], [*ELSEWHERE, *ends])
    assert not any(line.gap.any() for line in lines)


def test_tracks_of_other_lengths_are_compared_as_far_as_both_go():
    _, second = told(WAY[:3], WAY)
    assert second.gap[second.knots <= 2].any()
    assert not second.gap[second.knots > 2].any()


@pytest.mark.parametrize("view", ["contour", "relief"])
def test_two_optimizers_that_are_the_same_are_both_seen_all_along(view):
    one = race("beale", ("adam:lr=0.4", "adam:lr=0.4,label=twin"), view=view, panels=("loss",))
    picture = still(one.scene, 200)
    for plot in one.scene.plots:
        box = plot.box
        part = picture[box.y0 : box.y1, box.x0 : box.x1].reshape(-1, 3)
        counts = [(part == track.color).all(axis=1).sum() for track in plot.tracks]
        assert min(counts) > 0.3 * max(counts)
        assert min(counts) > 50


def test_by_the_clock_of_evaluations_too():
    one = compare("beale", ["adam:lr=0.4", "adam:lr=0.4,label=twin"], clock="evaluations", steps=50)
    first, second = one.scene.main.tracks
    assert not first.line.gap.any()
    assert second.line.gap.any()


def test_swarms_and_tracks_with_styles_of_their_own_stay_as_they_are():
    swarm = compare("bowl", ["sgd:lr=0.1", "sgd:lr=0.1,label=twin"], starts="3x2", size=(320, 240))
    assert not any(track.line.gap.any() for track in swarm.scene.main.tracks)


def test_a_track_that_goes_its_own_way_for_most_of_it_is_solid():
    lines = told(WAY, [*WAY[:3], (110, 240), (20, 240)])
    assert not any(line.gap.any() for line in lines)


def test_tracks_are_told_apart_alike_however_many_are_compared_at_once(monkeypatch):
    paths = [WAY, WAY[:3], [*WAY[:2], *ELSEWHERE[2:]], WAY, ELSEWHERE, [*WAY, (200, 40)], WAY]
    together = told(*paths)
    for most in (1, 10, 17):
        monkeypatch.setattr("trajviz.scene.overlap._AT_ONCE", most)
        for one, other in zip(together, told(*paths), strict=True):
            assert np.array_equal(one.gap, other.gap)
            assert np.array_equal(one.vertices, other.vertices)
    assert sum(line.gap.any() for line in together) >= 3
