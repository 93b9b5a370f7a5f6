"""A line in pixels: where it is after so many steps, its dashes, and the cross at its end."""

import dataclasses
import functools

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from races import SEVEN, race, with_main

from trajviz.animation import still
from trajviz.race import compare
from trajviz.scene.marks import Box, Dot, Fill, Text
from trajviz.scene.track import Line, Track, clip_segments

BOX = Box(10, 20, 110, 80)
PLACE = st.tuples(st.floats(-300, 300), st.floats(-300, 300))


def line_of(*vertices, knots=None, hidden=None, gap=None):
    line = Line.through(np.array(vertices, dtype=np.float64))
    given_ = {"knots": knots, "hidden": hidden, "gap": gap}
    kinds = {"knots": np.float64, "hidden": bool, "gap": bool}
    arrays = {k: np.array(v, dtype=kinds[k]) for k, v in given_.items() if v is not None}
    return dataclasses.replace(line, **arrays)


@st.composite
def lines(draw, longest=12):
    vertices = draw(st.lists(PLACE, min_size=1, max_size=longest))
    count = len(vertices)
    spans = draw(st.lists(st.sampled_from([0.0, 0.25, 1.0, 3.5]), min_size=count, max_size=count))
    flags = st.lists(st.booleans(), min_size=count, max_size=count)
    knots = np.cumsum([0, *spans[1:]])
    return line_of(*vertices, knots=knots, hidden=draw(flags), gap=draw(flags))


def length(line):
    return np.hypot(*np.diff(line.vertices, axis=0).T)


def one(value):
    return np.array([float(value)])


# Where it is


def test_a_line_is_at_its_vertices_at_their_knots_and_glides_between():
    line = line_of((0, 0), (10, 0), (10, 20), knots=[0, 1, 5])
    found = line.at(np.array([0, 0.5, 1, 2, 5, 99]))
    assert found.tolist() == [[0, 0], [5, 0], [10, 0], [10, 5], [10, 20], [10, 20]]


def test_before_its_first_knot_a_line_is_at_its_beginning():
    line = line_of((3, 4), (10, 0), knots=[1, 2])
    assert line.at(one(0)).tolist() == [[3, 4]]
    assert line.ending(one(0)).tolist() == [0]


def test_the_ending_is_the_vertex_that_a_glide_leads_to():
    line = line_of((0, 0), (10, 0), (10, 20), knots=[0, 1, 5])
    assert line.ending(np.array([0, 0.5, 1, 1.5, 5, 9])).tolist() == [0, 1, 1, 2, 2, 2]


def test_of_vertices_reached_at_once_a_line_is_at_the_last():
    line = line_of((0, 0), (10, 0), (20, 0), (30, 0), knots=[0, 1, 1, 2])
    assert line.at(np.array([1, 1.5])).tolist() == [[20, 0], [25, 0]]
    assert line.ending(np.array([1, 1.5])).tolist() == [2, 3]


@given(lines(), st.floats(0, 40))
def test_until_a_step_a_line_is_what_it_was_and_ends_where_its_head_is(line, step):
    past = line.until(step)
    np.testing.assert_array_equal(past.vertices[-1], line.at(one(step))[0])
    count = len(past.vertices) - 1
    assert (past.knots[:-1] <= step).all()
    assert (line.knots[count:] > step).all()
    np.testing.assert_array_equal(past.vertices[:-1], line.vertices[:count])
    (end,) = line.ending(one(step))
    assert (past.hidden[-1], past.gap[-1]) == (line.hidden[end], line.gap[end])
    np.testing.assert_array_equal(past.hidden[:-1], line.hidden[:count])


# Dashes


def test_dashes_and_gaps_take_turns_at_their_lengths():
    line = line_of((0, 0), (20, 0), knots=[0, 4]).dashed([5, 3])
    assert line.vertices[:, 0].tolist() == [0, 5, 8, 13, 16, 20]
    assert line.gap[1:].tolist() == [False, True, False, True, False]
    np.testing.assert_allclose(line.knots, [0, 1, 1.6, 2.6, 3.2, 4])


def test_a_dash_goes_round_a_corner():
    line = line_of((0, 0), (4, 0), (4, 10)).dashed([6, 4])
    assert line.vertices.tolist() == [[0, 0], [4, 0], [4, 2], [4, 6], [4, 10]]
    assert line.gap[1:].tolist() == [False, False, True, False]


def test_a_line_without_a_pattern_stays_as_it_is():
    line = line_of((0, 0), (20, 0))
    assert line.dashed([]) is line


PATTERNS = st.lists(st.floats(0.5, 40), min_size=2, max_size=4).filter(lambda p: len(p) % 2 == 0)


@given(lines(), PATTERNS)
@example(line_of((0, 0)), [5, 3])
@example(line_of((0, 0), (0, 0)), [5, 3])
@example(line_of((0, 0), (8, 0), (16, 0)), [5, 3])
def test_whatever_the_line_its_dashes_are_the_patterns_lengths_along_it(line, pattern):
    cut = line.dashed(pattern)
    assert (np.diff(cut.knots) >= 0).all()
    assert length(cut).sum() == pytest.approx(length(line).sum())
    # It goes where it went, when it did.
    steps = np.unique(line.knots)
    np.testing.assert_allclose(cut.at(steps), line.at(steps), atol=1e-6)
    # By the middle of each of its segments, which turn of the pattern it is in.
    reach = np.concatenate([[0.0], np.cumsum(length(cut))])
    middle = (reach[1:] + reach[:-1]) / 2
    turn = np.searchsorted(np.cumsum(pattern), middle % sum(pattern), side="right")
    clear = length(cut) > 1e-6
    # What was a gap before, or hidden, still is.
    before = np.concatenate([[0.0], np.cumsum(length(line))])
    within = np.clip(np.searchsorted(before, middle), 1, max(len(before) - 1, 1))
    if len(line.vertices) > 1:
        expected = line.gap[within] | (turn % 2 == 1)
        np.testing.assert_array_equal(cut.gap[1:][clear], expected[clear])
        np.testing.assert_array_equal(cut.hidden[1:][clear], line.hidden[within][clear])


# Clipping


@given(st.lists(st.tuples(PLACE, PLACE), min_size=1, max_size=20), st.floats(0, 9))
def test_what_is_clipped_lies_in_the_box_and_on_its_segment_and_nothing_else_is_lost(pairs, margin):
    a, b = np.array(pairs).swapaxes(0, 1)
    low, high = np.array(BOX[:2]) - margin, np.array(BOX[2:]) + margin
    c, d, kept = clip_segments(a, b, BOX, margin)
    for ends in (c, d):
        assert (ends >= low - 1e-9).all()
        assert (ends <= high + 1e-9).all()
    shares = np.linspace(0, 1, 101)[:, None]
    for index, (begin, end) in enumerate(zip(a, b, strict=True)):
        points = begin + (end - begin) * shares
        inside = points[((points >= low) & (points <= high)).all(axis=1)]
        if index not in kept:
            assert not len(inside)
            continue
        place = list(kept).index(index)
        run = d[place] - c[place]
        for point in inside:  # between the clipped ends
            along = (point - c[place]) @ run
            assert -1e-6 <= along <= run @ run + 1e-6
            off = np.hypot(*(point - c[place] - run * along / max(run @ run, 1e-300)))
            assert off <= 1e-6


def test_a_point_in_the_box_is_kept_and_one_outside_is_not():
    a = np.array([[50.0, 50.0], [5.0, 50.0], [10.0, 20.0]])
    _, _, kept = clip_segments(a, a, BOX, 0)
    assert kept.tolist() == [0, 2]


# The cross of what diverged


def crossed(*vertices, knots=None, arm=6.0):
    return Track(line_of(*vertices, knots=knots), (1, 2, 3), "it").crossed(BOX, arm)


def middle(track):
    return track.mark.mean(axis=(0, 1))


@pytest.mark.parametrize(
    ("vertices", "place", "knot"),
    [
        ([(50, 50), (250, 50)], (104, 50), 0.27),  # out to the right
        ([(50, 50), (50, 30), (50, -9970)], (50, 26), 1.0004),  # up
        ([(50, 50), (60, 60)], (60, 60), 1),  # it ended inside
        ([(50, 50), (250, 50), (250, 300), (50, 300), (50, 60)], (50, 60), 4),  # it came back
        ([(50, 50)], (50, 50), 0),
        ([(200, 50), (300, 50)], (104, 50), 0),  # it was never seen
    ],
)
def test_a_cross_stands_where_a_track_was_last_seen(vertices, place, knot):
    track = crossed(*vertices)
    if len(vertices) == 1 or vertices[0][0] == 200:
        np.testing.assert_allclose(middle(track), place)
        return
    np.testing.assert_allclose(middle(track), place)
    assert track.mark_knot == pytest.approx(knot)


@given(lines(), st.floats(2, 12))
def test_a_cross_lies_in_the_box_whatever_the_track(line, arm):
    track = Track(line, (1, 2, 3), "it").crossed(BOX, arm)
    corners = track.mark.reshape(-1, 2)
    assert (corners >= BOX[:2]).all()
    assert (corners <= BOX[2:]).all()
    assert line.knots[0] <= track.mark_knot <= line.knots[-1] or track.mark_knot == 0
    one_stroke, other = track.mark
    assert (one_stroke[1] - one_stroke[0]) @ (other[1] - other[0]) == pytest.approx(0)


def test_a_line_that_sets_out_from_the_boxs_edge_is_seen_until_it_leaves():
    track = crossed((10, 70), (13, -500), (14, -5000))  # as a chart's curve that shoots up
    assert track.mark_knot == pytest.approx(50 / 570, abs=0.02)
    np.testing.assert_allclose(middle(track), (16, 26), atol=1)


@functools.cache
def diverging(**options):
    options = {"view": "split", "panels": ("loss", "step-size"), "size": (640, 480), **options}
    return compare("rosenbrock", ["sgd:lr=0.1", "adam:lr=0.05"], steps=40, **options)


def test_the_key_says_at_which_step_a_track_diverged():
    trajectory = diverging().trajectories[0]
    assert len(trajectory.points) == trajectory.diverged_at == 5
    words = [mark.text for mark in diverging().scene.marks if isinstance(mark, Text)]
    assert words[words.index("SGD") + 1] == "diverged at step 5"


def test_every_plot_marks_a_diverged_track_and_no_other_and_charts_do_by_a_cross():
    plots = diverging().scene.plots
    assert len(plots) == 5
    for plot in plots:
        gone, well = plot.tracks
        assert well.mark is None
        corners = gone.mark.reshape(-1, 2)
        assert (len(gone.mark) == 2) == (plot in plots[2:])
        assert (corners >= plot.box[:2]).all()
        assert (corners <= plot.box[2:]).all()
        assert gone.mark_knot <= 4


def pixels(picture, color, box, around=None, reach=8):
    """Count the pixels of exactly this colour in a box, and within reach of a place."""
    rows, columns = np.nonzero((picture == color).all(axis=2))
    inside = (box.x0 <= columns) & (columns < box.x1) & (box.y0 <= rows) & (rows < box.y1)
    if around is not None:
        inside &= np.hypot(columns + 0.5 - around[0], rows + 0.5 - around[1]) <= reach
    return inside.sum()


@pytest.mark.parametrize("place", range(2, 5), ids=["loss", "in x", "in y"])
def test_a_cross_appears_when_its_track_is_last_seen_and_the_head_goes(place):
    scene = diverging().scene
    plot = scene.plots[place]
    track = plot.tracks[0]
    strokes = [stroke.mean(axis=0) * share + stroke[end] * (1 - share)
               for stroke in track.mark for end in (0, 1) for share in (0.25, 0.5)]  # fmt: skip
    after = still(scene, track.mark_knot + 1e-6)
    rows, columns = np.floor(strokes).astype(int).T[::-1]
    off = np.abs(after[rows, columns].astype(int) - track.color).sum(axis=1)
    assert off.max() < 200
    if track.mark_knot > 0.05:  # before, the head is there or on its way
        before = still(scene, track.mark_knot - 0.05)
        assert (before[rows, columns] != after[rows, columns]).any()
    # Later no disc of the track's colour is left where its line is.
    late = still(scene, 40)
    head = np.pi * (plot.pen.head - 1) ** 2
    for x, y in track.at(np.array([4.0, 40.0])):
        if plot.box.x0 < x < plot.box.x1 and plot.box.y0 < y < plot.box.y1:
            assert pixels(late, track.color, plot.box, (x, y), plot.pen.head - 1) < head


@functools.cache
def overflowing():
    """Return a race whose first track overflows from within the window."""
    return compare("log(x) + x**2/8 + y**2", ["sgd:lr=0.9", "adam:lr=0.05"], window=(-1, 6, -2, 2),
                   start=(1.5, 1), steps=10, size=(640, 480))  # fmt: skip


def test_what_overflows_in_sight_has_a_cross_there():
    (gone, well), box = overflowing().scene.main.tracks, overflowing().scene.main.box
    assert len(gone.mark) == 2
    assert well.mark is None
    np.testing.assert_allclose(gone.mark.mean(axis=(0, 1)), gone.vertices[-1])
    assert gone.mark_knot == gone.gone_knot == overflowing().trajectories[0].diverged_at - 1
    assert (gone.mark.reshape(-1, 2) > box[:2]).all()


def test_the_head_of_a_diverged_track_is_gone_with_its_cross():
    scene = overflowing().scene
    plot = scene.main
    track = plot.tracks[0]
    (place,) = track.at(one(track.mark_knot))
    near = (plot.box, place, plot.pen.head)
    without_cross = dataclasses.replace(track, mark=None, mark_knot=np.inf, gone_knot=np.inf)
    whole = with_main(scene, tracks=(without_cross, *plot.tracks[1:]))
    head = pixels(still(whole, track.mark_knot), track.color, *near)
    assert head > 0.7 * np.pi * plot.pen.head**2
    assert pixels(still(scene, track.mark_knot), track.color, *near) < 0.7 * head


def test_the_mark_of_a_track_that_ran_to_and_fro_to_infinity_stands_in_the_frame():
    (track,) = compare("bowl", ["sgd:lr=2.5"], steps=400, size=(320, 240)).scene.main.tracks
    box = race("bowl", size=(320, 240)).scene.main.box
    assert (track.mark.reshape(-1, 2) >= box[:2]).all()
    assert (track.mark.reshape(-1, 2) <= box[2:]).all()


# More tracks than colours


@functools.cache
def crowd():
    return compare(
        "bowl", [f"sgd:lr={0.01 * n:g},label=number {n}" for n in range(1, 12)], steps=60,
        panels=("loss",), aspect="fill",
    )  # fmt: skip


def test_tracks_beyond_the_themes_colours_have_the_first_colours_and_dashes():
    scene = crowd().scene
    count = len(scene.theme.tracks)
    assert count == 8
    for plot in scene.plots:
        first, again = plot.tracks[0], plot.tracks[count]
        assert again.color == first.color
        assert not first.line.gap.any()
        assert 0.2 < np.average(again.line.gap[1:], weights=length(again.line)) < 0.6
        np.testing.assert_allclose(again.at(one(60)), again.vertices[-1:])


def test_the_key_shows_a_dot_for_a_solid_line_and_bars_for_a_dashed_one():
    scene = crowd().scene
    theme = scene.theme
    dots = [mark.color for mark in scene.marks if isinstance(mark, Dot)]
    assert dots == [*theme.tracks]
    bars = [mark.color for mark in scene.marks if isinstance(mark, Fill)]
    for color in theme.tracks[:3]:
        assert bars.count(color) == 2
    names = {mark.text: mark for mark in scene.marks if isinstance(mark, Text)}
    for mark in scene.marks:
        if isinstance(mark, Fill) and mark.color == theme.tracks[0]:
            name = names["number 9"]
            assert mark.box.x1 <= name.left <= mark.box.x1 + name.size
            assert name.y - name.size <= mark.box.y0 < mark.box.y1 <= name.y + 1


def test_a_picture_shows_the_gaps_of_a_dashed_line():
    scene = crowd().scene
    (track,) = scene.main.tracks[8:9]
    alone = dataclasses.replace(scene.main, tracks=(track,), foreground=())
    picture = still(dataclasses.replace(scene, plots=(alone,)), 60)
    line = track.line
    long = length(line) > 2.5 * scene.main.pen.line
    far = np.hypot(*(line.vertices[1:] - line.vertices[-1]).T) > 20
    centre = (line.vertices[1:] + line.vertices[:-1]) / 2
    for gap in (True, False):
        chosen = centre[far & long & (line.gap[1:] == gap)]
        if gap:
            chosen = centre[far & (line.gap[1:] == gap) & (length(line) > 5)]
            assert len(chosen) >= 3
        x, y = np.floor(chosen).astype(int).T
        same = (picture[y, x] == track.color).all(axis=1)
        assert same.mean() == (0 if gap else 1)


def test_seven_optimizers_have_seven_solid_lines():
    tracks = race("bowl", SEVEN, size=(320, 240), steps=30).scene.main.tracks
    assert len({track.color for track in tracks}) == 7
    assert not any(track.line.gap.any() for track in tracks)
