"""A run that leaves for good has an arrow where it left, and the key says since when."""

import dataclasses
import functools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pictures import ink
from races import race

from trajviz.animation import still
from trajviz.race import compare
from trajviz.scene.departure import LENGTH, since, with_arrows
from trajviz.scene.layout import Chip
from trajviz.scene.marks import Box, Text
from trajviz.scene.track import Line, Track

BOX = Box(10, 20, 210, 180)
FORMULA = "0.1*x**2 + 2*y**2"
SWING = {"start": (-5, -2), "window": (-5.5, 1, -3, 1), "steps": 20}


@functools.cache
def swinging(**options):
    """Return a race whose second track is outside at every step, the first at one."""
    return compare(FORMULA, ["sgd:lr=0.4", "sgd:lr=0.6"], **SWING, **options)


def arrows(*paths, stacked=True, scale=1.0):
    tracks = [
        Track(Line.through(np.array(path, dtype=np.float64)), (place, 2, 3), str(place))
        for place, path in enumerate(paths)
    ]
    times = [np.arange(float(len(path))) for path in paths]
    return with_arrows(tracks, times, BOX, scale, stacked)


def tip(track):
    return track.mark[0, 0]


def way(track):
    """Return which way an arrow points: from the middle of its base to its tip."""
    along = tip(track) - (track.mark[0, 1] + track.mark[1, 1]) / 2
    return along / np.hypot(*along)


# The arrow


@pytest.mark.parametrize(
    ("path", "out", "direction", "knot"),
    [
        ([(100, 100), (100, 60), (100, -60)], (100, 20), (0, -1), 1 + 40 / 120),
        ([(100, 100), (300, 100), (500, 100)], (210, 100), (1, 0), 110 / 200),
        ([(100, 100), (300, 100), (100, 90), (100, 300)], (100, 180), (0, 1), 2 + 90 / 210),
        ([(100, 100), (20, 20), (-60, -60)], (20, 20), (-1, -1), 1.0),  # the edge itself is inside
        ([(100, 100), (240, 100), (-200, 100)], (210, 100), (1, 0), 110 / 140),  # it flies through
        ([(20, 178), (200, 182)], (110, 180), (0, 1), 0.5),  # along the edge: straight out
    ],
)  # fmt: skip
def test_an_arrow_stands_where_a_track_left_for_good_and_points_outwards(
    path, out, direction, knot
):
    (track,) = arrows(path)
    assert np.hypot(*(tip(track) - out)) < 6
    np.testing.assert_allclose(way(track), np.array(direction) / np.hypot(*direction), atol=1e-9)
    assert track.mark_knot == pytest.approx(knot)
    assert track.gone_knot == np.inf


@pytest.mark.parametrize(
    "path",
    [
        [(100, 100), (300, 100), (100, 90)],  # it came back
        [(100, 100)],
        [(300, 100), (400, 100)],  # it was never seen
        [(300, 100), (-300, 100)],  # it only flew through
    ],
)
def test_what_comes_back_or_never_was_there_has_no_arrow(path):
    assert arrows(path)[0].mark is None


PLACES = st.lists(
    st.tuples(st.floats(-400, 600), st.floats(-400, 600)), min_size=1, max_size=8
)  # fmt: skip


@given(st.lists(PLACES, min_size=1, max_size=3), st.floats(0.5, 3))
def test_an_arrow_lies_in_the_box_and_is_there_exactly_for_what_ends_outside(paths, scale):
    for path, track in zip(paths, arrows(*paths, stacked=False, scale=scale), strict=True):
        inside = [10 <= x <= 210 and 20 <= y <= 180 for x, y in path]
        assert (track.mark is not None) == (any(inside) and not inside[-1])
        if track.mark is None:
            continue
        assert (track.mark.reshape(-1, 2) >= BOX[:2]).all()
        assert (track.mark.reshape(-1, 2) <= BOX[2:]).all()
        last = max(place for place, within in enumerate(inside) if within)
        assert last <= track.mark_knot <= last + 1


def test_arrows_that_would_lie_on_each_other_stand_behind_one_another_the_first_at_the_edge():
    late = [(100, 100), (100, 90), (100, -60)]
    tracks = arrows(late, [(100.5, 100), (100.5, -60)], [(150, 100), (150, -60)])
    heights = [tip(track)[1] for track in tracks]
    assert heights[1] == heights[2] < heights[0]
    assert heights[0] - heights[1] >= LENGTH
    assert len({tip(track)[1] for track in arrows(late, late, stacked=False)}) == 1


def test_a_zigzag_does_not_turn_an_arrow():
    path = [(100 + 3 * (-1) ** step, 120 + 2 * step) for step in range(40)]
    (track,) = arrows(path)
    assert way(track)[1] > 0.9


@pytest.mark.parametrize("theme", ["light", "dark", "radford"])
def test_a_picture_shows_the_arrow_from_the_step_on_at_which_its_track_left(theme):
    scene = swinging(theme=theme).scene
    inside, out = scene.main.tracks
    assert inside.mark is None
    assert 0 < out.mark_knot < 1
    middle = np.floor(out.mark.mean(axis=(0, 1))).astype(int)
    before, after, end = (still(scene, step) for step in (0.5, 1.5, 20))
    spot = np.s_[middle[1] - 2 : middle[1] + 3, middle[0] - 2 : middle[0] + 3]
    assert (after[spot] == out.color).all()
    assert (end[spot] == out.color).all()
    assert not (before[spot] == out.color).all(axis=2).any()


def test_an_arrow_lies_over_the_lines_of_tracks_above_its_own():
    steep = "-y - x**2/50"
    scene = compare(steep, ["sgd:lr=0.2", "sgd:lr=0.1"], window=(-1, 1, -1, 1), start=(0, 0),
                    steps=20, size=(320, 240)).scene  # fmt: skip
    first, second = scene.main.tracks
    assert first.mark_knot < second.mark_knot
    picture = still(scene, 20)
    for track in (first, second):
        x, y = np.floor(track.mark.mean(axis=(0, 1))).astype(int)
        assert (picture[y, x] == track.color).all()


def test_in_a_relief_the_arrow_stands_where_a_track_leaves_the_picture():
    one = race("saddle", ("momentum:lr=0.03",), view="relief", steps=200, size=(320, 240))
    (track,), box = one.scene.main.tracks, one.scene.main.box
    left = since(~one.window.contains(one.trajectories[0].points))
    assert track.mark_knot > left
    assert (track.mark.reshape(-1, 2) >= box[:2]).all()
    assert (track.mark.reshape(-1, 2) <= box[2:]).all()


# The key


def said(one):
    return [chip.said for chip in one.scene.words.chips]


def test_the_key_says_beside_the_rate_since_which_step_a_run_is_outside():
    assert said(swinging()) == ["0.4", "0.6, outside since step 1"]
    words = [mark.text for mark in swinging().scene.marks if isinstance(mark, Text)]
    assert "0.6, outside since step 1" in words


def test_by_the_clock_of_evaluations_the_key_counts_evaluations():
    one = compare(FORMULA, ["backtracking:lr=0.1", "sgd:lr=0.6"], clock="evaluations", **SWING)
    assert said(one)[1] == "0.6, outside since evaluation 1"


def test_of_many_starts_the_key_says_how_many_are_outside():
    one = compare(FORMULA, ["sgd:lr=0.6", "sgd:lr=0.1"], starts="2x2", window=(-1, 1, -1, 1),
                  steps=20, size=(320, 240))  # fmt: skip
    assert [chip.fates for chip in one.scene.words.chips] == [("4 of 4 outside",), ()]
    marks = [track.mark for track in one.scene.main.tracks]
    assert [mark is None for mark in marks] == [False] * 4 + [True] * 4


def test_a_recorded_path_that_leaves_is_outside_as_well(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text(
        "optimizer,step,x,y\nout,0,0,0\nout,1,99,0\nback,0,0,9\nback,1,99,8\nback,2,0,0\n", "utf-8"
    )
    one = compare("bowl", paths=[path], steps=2)
    assert said(one) == ["p.csv, outside since step 1", "p.csv"]
    out, back = one.scene.main.tracks
    assert out.mark is not None
    assert back.mark is None


def test_what_the_key_says_of_a_run_grows_shorter_before_it_is_cut():
    chip = Chip((1, 2, 3), "SGD", "0.6", fates=("outside since step 1", "outside since 1"))
    assert chip.shorter == ("0.6, outside since step 1", "0.6, outside since 1", "outside since 1")
    assert dataclasses.replace(chip, remark="").said == "outside since step 1"


@pytest.mark.parametrize("size", [(160, 120), (320, 240), (480, 270)])
def test_in_a_small_picture_the_key_has_no_word_cut(size):
    four = ["sgd:lr=0.4", "sgd:lr=0.6", "sgd:lr=2", "momentum:lr=2"]
    one = compare(FORMULA, four, size=size, **SWING)
    texts = [mark for mark in one.scene.marks if isinstance(mark, Text)]
    assert not [mark.text for mark in texts if "outside" in mark.text and "…" in mark.text]
    assert all(ink(mark).x0 >= 0 and ink(mark).x1 <= size[0] for mark in texts if mark.text.strip())


def test_where_rates_have_no_room_the_key_still_says_who_is_outside():
    many = [f"sgd:lr={rate},label=track number {rate}" for rate in (2, 3, 4, 5, 6, 7)]
    one = compare(FORMULA, many, size=(320, 240), **SWING)
    texts = [mark.text for mark in one.scene.marks if isinstance(mark, Text)]
    assert "outside since 1" in texts
