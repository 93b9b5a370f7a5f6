"""A track ends that has come as near to a minimum as is asked for, with a ring and its step."""

import numpy as np
import pytest
from races import race

from trajviz import TrajvizError
from trajviz.animation import still

FAST = ("adam:lr=0.47", "momentum:lr=0.0033", "sgd:lr=0.0005")


def beale(**options):
    return race("beale", FAST, steps=80, size=(320, 240), **options)


def test_a_track_ends_at_its_first_step_that_is_near_enough():
    whole, cut = beale().trajectories, beale(until=0.1).trajectories
    for long, short in zip(whole, cut, strict=True):
        away = np.hypot(*(long.points - np.array(beale().surface.minima[0])).T)
        near = np.flatnonzero(away <= 0.1)
        assert short.arrived_at == (int(near[0]) if len(near) else None)
        assert len(short.points) == len(short.heights) == len(short.counts)
        assert (short.points == long.points[: len(short.points)]).all()
        assert short.steps == (near[0] if len(near) else 80)
    assert [t.arrived_at is None for t in cut] == [False, False, True]


def test_by_evaluations_it_ends_by_its_own_clock():
    options = {"steps": 80, "until": 0.1, "clock": "evaluations", "size": (320, 240)}
    one = race("beale", FAST[:1], **options)
    (track,), (chip,) = one.trajectories, one.scene.words.chips
    assert track.arrived_at == track.steps
    assert chip.fates[0] == f"there at evaluation {track.evaluations}"


def test_the_key_says_when_and_the_caption_how_near():
    scene = beale(until=0.1).scene
    said = [chip.said for chip in scene.words.chips]
    first, second, _ = beale(until=0.1).trajectories
    assert said[0] == f"0.47, there at step {first.arrived_at}"
    assert said[1] == f"0.0033, there at step {second.arrived_at}"
    assert said[2] == "0.0005"
    assert scene.words.caption.endswith("tracks end 0.1 from a minimum")


@pytest.mark.parametrize("view", ["contour", "relief"])
def test_each_that_arrives_has_its_part_of_a_ring_from_then_on(view):
    one = beale(until=0.1, view=view)
    first, second, slow = one.scene.main.tracks
    assert slow.mark is None
    marks = np.concatenate([first.mark, second.mark]).reshape(-1, 2)
    star = np.mean(one.scene.main.over_heads[0].corners, axis=0)
    distance = np.hypot(*(marks - star).T)
    assert np.ptp(distance) < 2
    assert distance.min() > 2 * one.scene.main.pen.head
    middles = [np.mean(track.mark, axis=(0, 1)) - star for track in (first, second)]
    assert middles[0] @ middles[1] < 0
    when = one.trajectories[0].arrived_at
    assert first.mark_knot == when
    x, y = np.rint(first.mark[len(first.mark) // 2, 0]).astype(int)
    before, after = (still(one.scene, step)[y, x] for step in (when - 1, when))
    assert (before != after).any()


def test_the_last_point_of_the_trace_is_the_arrival():
    (track, *_) = beale(until=0.1).trajectories
    rows = [row for row in beale(until=0.1).trace().decode().splitlines() if row.startswith("adam")]
    assert len(rows) == track.steps + 1


def test_words_say_that_it_arrived_when_it_ended():
    one = beale(until=0.1)
    assert "after 80 steps" in one.alt_text()
    assert "untold" not in one.alt_text()
    when = one.trajectories[0].arrived_at
    assert f"after {when} step" in race("beale", FAST[:1], steps=80, until=0.1).alt_text()


@pytest.mark.parametrize(
    ("surface", "options", "said"),
    [
        ("bowl", {"until": 0.0}, "until 0 is not a finite distance above 0"),
        ("bowl", {"until": float("nan")}, "until nan is not a finite distance"),
        ("bowl", {"until": 0.1, "starts": "3x3"}, "it takes no starts"),
        ("bowl", {"until": 0.1, "view": "basins"}, "it takes no until"),
        ("saddle", {"until": 0.1}, "of saddle none is known"),
    ],
)
def test_what_has_no_end_to_come_to_is_refused(surface, options, said):
    with pytest.raises(TrajvizError, match=said):
        race(surface, ("sgd:lr=0.1",), **options)


@pytest.mark.long
@pytest.mark.parametrize("name", ["anim.svg", "svg", "pdf", "html"])
def test_every_format_takes_it(name):
    assert beale(until=0.1).to_bytes(name)
