"""Heads that lie on each other are rings around each other, and a star among them stays seen."""

import functools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from races import SEVEN, race, with_main, with_tracks

from trajviz.animation import Animation, still
from trajviz.race import compare
from trajviz.scene import vector
from trajviz.scene.marks import star
from trajviz.scene.rings import MOST_RINGS, ring_growth
from trajviz.scene.track import Line, Pen, Track

PEN = Pen.scaled(1.0)
PLACE = st.tuples(st.floats(-50, 50), st.floats(-50, 50))


def tracks_of(*paths):
    return [
        Track(Line.through(np.array(path, dtype=np.float64)), (place, 2, 3), str(place))
        for place, path in enumerate(paths)
    ]


def growth(*paths, steps=(0.0,), stars=()):
    return ring_growth(tracks_of(*paths), stars, PEN, np.array(steps, dtype=np.float64))


def still_at(x, y, count=6):
    return [(x, y)] * count


# How large heads are


def test_each_head_is_a_ring_larger_than_those_above_it():
    for count in (1, 2, 5, 8):
        sizes = growth(*[still_at(3, 4)] * count)[:, 0]
        assert sizes[-1] == 0
        assert (np.diff(sizes) <= -2).all()


def test_no_head_is_larger_than_with_the_most_rings():
    sizes = growth(*[still_at(3, 4)] * 30)[:, 0]
    assert len(set(sizes.tolist())) == MOST_RINGS + 1
    assert sizes.max() < 4.5 * PEN.head


def test_heads_apart_are_as_large_as_alone():
    assert not growth(still_at(0, 0), still_at(8, 0), still_at(0, 8)).any()


def test_heads_that_meet_in_passing_do_not_grow_but_those_that_stay_together_do():
    resting = still_at(0, 0, 9)
    passing = [(x, 0) for x in (-40, -30, -20, -10, 0, 10, 20, 30, 40)]
    staying = [(x, 0) for x in (-40, -30, -20, 0, 0, 0, 20, 30, 40)]
    steps = np.linspace(0, 8, 81)
    assert not growth(resting, passing, steps=steps).any()
    assert growth(resting, staying, steps=steps)[0, 40] > 2
    assert growth(resting, staying, steps=steps)[0, [0, -1]].tolist() == [0, 0]


def test_all_lie_on_each_other_at_the_start_and_at_the_end_however_short_that_is():
    apart = [(0, 0), (40, 0), (0, 0)]
    other = [(0, 0), (0, 40), (0, 0)]
    sizes = growth(apart, other, steps=[0, 1, 2])
    assert sizes[0, 0] == sizes[0, 2] > 2
    assert sizes[0, 1] == 0


def test_a_head_below_a_star_is_larger_than_the_star_shows_of_it():
    mark = star(3, 4, 8.5, (9, 9, 9), (0, 0, 0), 1.3)
    (on,), (by,) = growth(still_at(3, 4), stars=[mark]), growth(still_at(20, 4), stars=[mark])
    assert on[0] + PEN.head >= 8.5
    assert by[0] == 0


@pytest.mark.long
@given(st.lists(st.lists(PLACE, min_size=4, max_size=4), min_size=2, max_size=4))
def test_what_grows_grows_smoothly_and_the_same_at_a_step_whenever_it_is_asked(paths):
    steps = np.linspace(0, 3, 301)
    sizes = growth(*paths, steps=steps)
    tracks = tracks_of(*paths)
    ways = np.array([np.hypot(*np.diff(track.at(steps), axis=0).T) for track in tracks])
    # A head that is a pixel nearer makes another grow by less than two.
    most = 2 * (ways[:, None] + ways[None]).sum(axis=0) + 0.5
    assert (np.abs(np.diff(sizes, axis=1)) <= most + 1e-9).all()
    alone = [growth(*paths, steps=[step])[:, 0] for step in steps[::50].tolist()]
    np.testing.assert_array_equal(sizes[:, ::50], np.transpose(alone))


# Seen in pictures


@functools.cache
def beale(**options):
    return race("beale", ("sgd", "momentum", "rmsprop", "adam"), **options)


def seen_from(picture, center, colors, within=60, reach=40):
    """Return which of some colours are met on the way right and down from a place, in order."""
    x, y = center
    met = []
    for distance in np.arange(0, reach, 0.5):
        column = int(np.floor(x + 0.8 * distance))
        row = int(np.floor(y + 0.6 * distance))
        off = np.abs(np.subtract(colors, picture[row, column])).max(axis=1)
        nearest = colors[off.argmin()]
        if off.min() < within and nearest not in met:
            met.append(nearest)
    return met


def drawn(scene, step):
    canvas = FigureCanvasAgg(vector.draw(scene, step))
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3]


@pytest.mark.first(1)
@pytest.mark.parametrize("size", [(640, 480), (1280, 960)])
@pytest.mark.parametrize("theme", ["light", "dark", "radford"])
def test_in_the_first_frame_every_track_is_seen_at_the_start(theme, size):
    scene = beale(theme=theme, size=size).scene
    (center,) = scene.main.tracks[0].at(np.zeros(1))
    colors = [track.color for track in scene.main.tracks]
    first = Animation(scene, np.array([0.0, 9.0])).first
    assert seen_from(first, center, colors, 60 if size == (640, 480) else 25) == colors[::-1]


@pytest.mark.long
def test_seven_heads_are_all_seen():
    seven = tuple(f"{name}:lr=0.001" for name in SEVEN)
    scene = race("beale", seven, steps=5).scene
    (center,) = scene.main.tracks[0].at(np.zeros(1))
    colors = [track.color for track in scene.main.tracks]
    assert set(seen_from(drawn(scene, 0), center, colors)) == set(colors)


@pytest.mark.first(1)
@pytest.mark.parametrize("view", ["contour", "relief"])
def test_a_star_is_seen_with_all_heads_on_it_and_so_are_they(view):
    one = race("bowl", ("adam:lr=0.5", "sgd:lr=0.5", "momentum:lr=0.1"), steps=400, view=view)
    scene = one.scene
    colors = [track.color for track in scene.main.tracks]
    (mark,) = scene.main.over_heads
    x, y = np.mean(mark.corners, axis=0)
    ends = np.array([track.at(np.array([400.0]))[0] for track in scene.main.tracks])
    assert np.hypot(*(ends - (x, y)).T).max() < 2
    pictures = [still(scene, 400), *([drawn(scene, 400)] if view == "contour" else [])]
    for picture in pictures:
        assert tuple(picture[int(y), int(x)].tolist()) == one.scene.theme.star
        spot = picture[int(y) - 24 : int(y) + 25, int(x) - 24 : int(x) + 25].reshape(-1, 3)
        for color in colors:
            assert (spot == color).all(axis=1).sum() > 20


def test_a_picture_that_is_drawn_anew_shows_the_same_rings():
    scene = beale(size=(320, 240)).scene
    redrawn = with_main(scene, redrawn=lambda _share: scene.main)
    for step in (0, 3, 200):
        off = np.subtract(still(redrawn, step), still(scene, step), dtype=int)
        assert np.abs(off).max() <= 1


def test_rings_that_come_and_go_leave_nothing_behind():
    scene = with_tracks(
        race("bowl", ("sgd:lr=0.1", "adam:lr=0.1"), size=(320, 240)).scene,
        [(160, 120)] * 9,
        [(60, 60), (100, 90), *[(160, 120)] * 3, (164, 120), (190, 160), (230, 200), (230, 200)],
    )
    positions = np.linspace(0, 8, 90)
    frames = [*Animation(scene, positions).frames()]
    for place in (0, 20, 35, 45, 60, 89):
        np.testing.assert_array_equal(frames[place], still(scene, positions[place]))


def test_swarms_have_no_rings_and_their_stars_lie_below_their_heads():
    scene = compare("bowl", ["sgd:lr=0.1"], starts="3x3", size=(320, 240), steps=300).scene
    assert not scene.main.growth(np.linspace(0, 300, 7)).any()
    assert scene.main.over_heads == []
    assert len(scene.main.foreground) == 10


def test_the_heads_of_a_chart_are_rings_too():
    plot = beale(panels=("loss",)).scene.plots[1]
    assert (plot.growth(np.zeros(1))[:, 0] > 0).tolist() == [True, True, True, False]
