"""How a film's time passes: after what is new, on one clock for all, at a speed eyes can follow."""

import itertools
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from races import SEVEN, race, with_main, with_tracks

from trajviz.animation import Animation, pace, shown_steps
from trajviz.animation.pace import positions, story, uniform
from trajviz.recipe.recipe import PACES, Playback

PLAY = Playback()
LIMIT = 12.0
"""Pixels a frame at 640x480 and 25 frames a second."""


def blank(tracks=1):
    """Return a scene of 640x480 whose tracks do not matter."""
    return race("bowl", SEVEN[:tracks], steps=1).scene


def scene_of(*paths):
    """Return a scene whose heads go through these places, told from the plot's corner."""
    base = blank(len(paths))
    return with_tracks(base, *(np.add(path, base.main.box[:2]) for path in paths))


def straight(*lengths, at=(20, 20)):
    """Return a path to the right that goes so many pixels in each step."""
    across = at[0] + np.cumsum([0, *lengths])
    return np.stack([across, np.full(len(across), at[1])], axis=1)


def to_and_fro(count, length, at=(20, 20)):
    """Return a path of so many steps between two places."""
    across = at[0] + length * (np.arange(count + 1) % 2)
    return np.stack([across, np.full(count + 1, at[1])], axis=1)


def resting(count, at=(20, 20)):
    """Return a path of so many steps that stays where it is."""
    return np.tile(np.array(at, dtype=float), (count + 1, 1))


def joined(*paths):
    """Return paths one after the other, each from where the one before ended."""
    whole = paths[0]
    for path in paths[1:]:
        whole = np.concatenate([whole, whole[-1] + (path[1:] - path[0])])
    return whole


def speeds(scene, taken):
    """Return how many pixels the head of each track moves from frame to frame, (tracks, n)."""
    places = [track.at(taken) for track in scene.main.tracks]
    return np.array([np.hypot(*np.diff(each, axis=0).T) for each in places])


def assert_in_order(taken, steps, frames):
    assert taken.shape == (frames,)
    assert taken[-1] == steps
    assert frames == 1 or taken[0] == 0
    assert (np.diff(taken) > 0).all()


# Every step equally long


def evenly(playback, steps):
    return positions(SimpleNamespace(steps=steps), playback)


def test_a_step_less_than_frames_is_exactly_one_step_a_frame():
    assert evenly(Playback(fps=25, seconds=8, pace="uniform"), 199).tolist() == list(range(200))


def test_fewer_steps_than_frames_glide_evenly():
    taken = evenly(Playback(fps=10, seconds=1, pace="uniform"), 3)
    np.testing.assert_allclose(taken, np.arange(10) / 3)


@given(
    fps=st.floats(0.1, 100),
    seconds=st.floats(0.01, 100),
    steps=st.integers(1, 1_000_000),
)
def test_the_first_frame_is_the_start_and_the_last_the_last_step(fps, seconds, steps):
    playback = Playback(fps, seconds, pace="uniform")
    assert_in_order(evenly(playback, steps), steps, max(1, round(fps * seconds)))


def test_every_pace_of_a_playback_is_known_and_the_first_is_the_default():
    assert set(pace._PACES) == set(PACES)
    assert Playback().pace == PACES[0] == "story"


# In order, whatever the tracks

PLACES = st.tuples(st.floats(-900, 900), st.floats(-900, 900))
PATHS = st.lists(st.lists(PLACES, min_size=2, max_size=30), min_size=1, max_size=3)


@settings(max_examples=60)
@given(paths=PATHS, frames=st.integers(1, 300), fps=st.floats(1, 60))
@example([[(0.0, 0.0), (0.0, 0.0)]], 1, 25)
@example([[(0.0, 0.0), (1e300, -1e300)]], 50, 25)
@example([[(1e9, 1e9)] * 9], 50, 25)
def test_steps_follow_each_other_from_none_to_all(paths, frames, fps):
    scene = scene_of(*paths)
    taken = positions(scene, Playback(fps, frames / fps))
    assert_in_order(taken, scene.steps, frames)


RACES = {
    "a swarm": (("himmelblau", ("sgd:lr=0.004", "adam")), {"starts": "5x5", "steps": 60}),
    "evaluations": (("beale", ("backtracking", "adam")), {"clock": "evaluations"}),
    "one step": (("bowl", ("sgd:lr=0.1",)), {"steps": 1}),
    "diverged": (("rosenbrock", ("sgd:lr=10", "adam")), {"steps": 60}),
    "dashed": (("bowl", tuple(f"sgd:lr=0.0{k},label=s{k}" for k in range(1, 10))), {}),
    "a relief": (("beale", ("sgd:lr=0.01", "adam")), {"view": "relief"}),
    "basins": (("himmelblau", ("sgd:lr=0.01",)), {"view": "basins", "steps": 40}),
    "100,000 steps": (("rosenbrock", ("sgd:lr=0.001", "adam:lr=0.1")), {"steps": 100_000}),
}


LONG = "100,000 steps"


@pytest.mark.parametrize(
    "name", [n if n != LONG else pytest.param(n, marks=pytest.mark.long) for n in RACES]
)
def test_every_kind_of_race_is_told_from_its_first_step_to_its_last(name):
    which, options = RACES[name]
    one = race(*which, size=(320, 240), **options)
    for playback in (PLAY, Playback(fps=10, seconds=1), Playback(seconds=0.04)):
        assert_in_order(positions(one.scene, playback), one.scene.steps, playback.frames)
    np.testing.assert_array_equal(one.animation.positions, positions(one.scene, one.playback))


def test_heads_that_never_move_leave_every_step_equally_long():
    scene = scene_of(resting(50))
    np.testing.assert_allclose(story(scene, PLAY), uniform(scene, PLAY), atol=1e-6)


def test_a_race_all_of_which_lies_outside_leaves_every_step_equally_long():
    scene = scene_of(straight(*[10] * 50, at=(5000, 5000)))
    np.testing.assert_allclose(story(scene, PLAY), uniform(scene, PLAY), atol=1e-6)


# After what is new


def test_most_of_the_film_shows_line_that_is_new_and_little_that_is_there():
    scene = scene_of(joined(straight(*[15] * 20), to_and_fro(180, 15)))
    taken = story(scene, PLAY)
    assert 0.6 < np.mean(taken < 20) < 0.8
    assert np.mean(uniform(scene, PLAY) < 20) < 0.11


def test_what_comes_late_is_told_late():
    scene = scene_of(joined(resting(180), straight(*[15] * 20)))
    taken = story(scene, PLAY)
    assert 0.05 < np.mean(taken < 180) < 0.15  # but the steps before are not skipped


def test_a_line_over_that_of_another_track_is_new_and_over_its_own_is_not():
    there, back = straight(*[20] * 10), straight(*[-20] * 10)
    alone = scene_of(joined(there, back))
    followed = scene_of(joined(there, resting(10)), joined(resting(10), there))
    assert np.mean(story(alone, PLAY) < 10) > 0.6
    np.testing.assert_allclose(np.mean(story(followed, PLAY) < 10), 0.5, atol=0.03)


def test_tracks_of_one_optimizer_draw_one_line():
    two = scene_of(
        joined(straight(*[20] * 10), resting(10)), joined(resting(10), straight(*[20] * 10))
    )
    first, second = two.main.tracks
    swarm = with_main(two, tracks=(first, renamed(second, first)))
    assert np.mean(story(swarm, PLAY) < 10) > 0.6


def renamed(track, like):
    """Return a track under the name and in the colour of another."""
    return replace(track, label=like.label, color=like.color)


def test_no_pace_favours_a_track():
    paths = [
        joined(straight(*[30] * 5), to_and_fro(45, 8)),
        joined(to_and_fro(30, 20, at=(20, 200)), straight(*[9] * 20)),
        straight(*[5] * 50, at=(30, 300)),
    ]
    scene = scene_of(*paths)
    taken = story(scene, PLAY)
    for order in itertools.permutations(scene.main.tracks):
        np.testing.assert_array_equal(story(with_main(scene, tracks=order), PLAY), taken)


@pytest.mark.first(2)
@pytest.mark.parametrize(
    ("surface", "rates"),
    [
        ("beale", ("sgd:lr=0.0056", "momentum:lr=0.0032", "rmsprop:lr=0.051", "adam:lr=0.46")),
        ("bowl", ("sgd:lr=0.076", "momentum:lr=0.032", "rmsprop:lr=0.12", "adam:lr=0.43")),
        ("himmelblau", ("sgd:lr=0.012", "momentum:lr=0.0028", "rmsprop:lr=0.15", "adam:lr=0.52")),
        ("ackley", ("sgd:lr=0.067", "momentum:lr=0.049", "rmsprop:lr=0.13", "adam:lr=0.42")),
    ],
)
def test_nine_tenths_of_what_a_film_shows_are_not_shown_before_its_middle(surface, rates):
    one = race(surface, rates, size=(320, 240))
    assert told(one.animation) > 0.5
    assert told(Animation(one.scene, uniform(one.scene, PLAY))) < 0.3


def told(animation):
    """Return by which share of a film nine tenths of all pixels that change have changed."""
    seen = np.zeros(animation.first.shape[0] * animation.first.shape[1], dtype=bool)
    counts = [0]
    for change in animation.changes():
        seen[change.pixels] = True
        counts.append(int(seen.sum()))
    return np.searchsorted(counts, 0.9 * counts[-1]) / (len(counts) - 1)


# At a speed that eyes can follow


def crowded(last):
    """Return a scene with much new line, and beside it a track that waits, and then goes `last`."""
    long = [straight(*[30] * 18, at=(10, 20 + 30 * k)) for k in range(6)]
    return scene_of(*(joined(path, resting(22)) for path in long), joined(resting(35), last))


def test_a_long_step_over_new_line_takes_as_many_frames_as_eyes_need():
    scene = crowded(straight(300, 0, 0, 0, 0, at=(20, 300)))
    moved = speeds(scene, story(scene, PLAY))
    assert LIMIT - 0.5 < moved[6].max() < LIMIT + 0.1


def test_the_limit_is_of_speed_and_not_of_frames():
    scene = crowded(straight(300, 0, 0, 0, 0, at=(20, 300)))
    often = story(scene, Playback(fps=50, seconds=7.98))
    np.testing.assert_allclose(often[::2], story(scene, PLAY), atol=1e-6)


def test_a_larger_picture_has_the_same_pace():
    paths = [joined(straight(*[15] * 20), to_and_fro(80, 25)), straight(*[2] * 100, at=(20, 100))]
    small = scene_of(*paths)
    large = race("bowl", SEVEN[:2], steps=1, size=(1280, 960)).scene
    large = with_tracks(large, *(2 * np.array(path) + large.main.box[:2] for path in paths))
    np.testing.assert_allclose(story(large, PLAY), story(small, PLAY), atol=0.5)


def test_what_only_goes_to_and_fro_takes_a_third_of_the_film_and_then_runs_fast():
    scene = scene_of(joined(straight(*[15] * 20), to_and_fro(1000, 40)))
    taken = story(scene, PLAY)
    assert np.mean(taken < 20) > 0.55
    assert speeds(scene, taken)[0, : int(0.5 * len(taken))].max() < LIMIT


def test_a_head_that_draws_goes_evenly_whatever_its_steps():
    lengths = 3 + 20 * np.abs(np.sin(np.arange(60)))
    angles = np.cumsum(np.full(60, 0.09))
    places = np.cumsum(
        0.4 * lengths[:, None] * np.stack([np.cos(angles), np.sin(angles)], 1), axis=0
    )
    scene = scene_of(np.add(np.concatenate([[(0, 0)], places]), (200, 150)))
    (moved,) = speeds(scene, story(scene, PLAY))
    assert moved.max() < 1.4 * moved.mean()
    assert moved.min() > 0.6 * moved.mean()
    (unpaced,) = speeds(scene, uniform(scene, PLAY))
    assert unpaced.max() / unpaced.min() > 3 * moved.max() / moved.min()


def test_the_tempo_changes_gently_where_new_line_ends():
    scene = scene_of(joined(straight(*[5] * 60), straight(*[-5] * 60)))
    (moved,) = speeds(scene, story(scene, PLAY))
    turn = int(np.argmin(moved))  # where it turns round within a frame
    changes = np.abs(np.diff(np.delete(moved, turn)))
    assert moved.max() > 4 * moved.min()
    assert changes.max() < 0.2 * (moved.max() - moved.min())


# Basins


def test_pixels_of_basins_come_evenly():
    one = race("himmelblau", ("sgd:lr=0.01",), view="basins", size=(160, 120), steps=200)
    counts = np.cumsum([len(change.pixels) for change in one.animation.changes()])
    half = counts[len(counts) // 2] / counts[-1]
    unpaced = Animation(one.scene, uniform(one.scene, PLAY))
    soon = np.cumsum([len(change.pixels) for change in unpaced.changes()])
    assert 0.35 < half < 0.65
    assert soon[len(soon) // 2] / soon[-1] > 0.9


# What else goes by time


def test_a_camera_turns_evenly_however_uneven_the_steps():
    one = race(
        "himmelblau", ("sgd:lr=0.01",), view="relief", orbit=60, size=(160, 120), steps=100,
        fps=10, seconds=1.1,
    )  # fmt: skip
    assert abs(one.animation.positions[5] - 50) > 20
    box = one.scene.main.box
    *_, picture = itertools.islice(one.frames(), 6)
    halfway = np.empty((box.height, box.width, 3), dtype=np.uint8)
    one.scene.main.at(0.5).view.draw(halfway)
    same = (picture[box.y0 : box.y1, box.x0 : box.x1] == halfway).all(axis=2)
    assert same.mean() > 0.95


def test_fewer_frames_of_an_animation_are_some_of_its_frames():
    one = race(
        "himmelblau", ("sgd:lr=0.01",), view="relief", orbit=60, size=(160, 120), steps=20,
        fps=10, seconds=0.7,
    )  # fmt: skip
    some = [*one.animation.thinned(3).frames()]
    for frame, all_of_them in zip(some, [*one.frames()][::3], strict=True):
        box = one.scene.main.box
        part = np.s_[box.y0 : box.y1, box.x0 : box.x1]
        np.testing.assert_array_equal(frame[part], all_of_them[part])


def test_the_counter_counts_single_steps_where_they_are_slow_and_round_ones_where_they_rush():
    scene = scene_of(joined(straight(*[15] * 20), to_and_fro(1000, 40)))
    taken = story(scene, PLAY)
    shown = shown_steps(taken)
    assert set(range(1, 12)) <= set(shown.tolist())
    assert (shown <= taken).all()
    assert (np.diff(shown) >= 0).all()
    late = np.unique(shown[taken > 100])[:-1]
    assert (late % 10 == 0).all()
    stays = np.diff(np.flatnonzero(np.diff(shown[:-1], prepend=-1)))
    assert stays.min() >= 3
