"""Notes in motion: they appear in time, stay until the next, and stop the film where asked to."""

import re
from dataclasses import replace

import numpy as np
import pytest
from races import race

from trajviz import TrajvizError
from trajviz.animation import still
from trajviz.scene.marks import Text

SMALL = {"size": (240, 180), "seconds": 1, "hold": 0.4, "fps": 10, "steps": 20}
SAID = ("0:Go.", "10:In the valley.")


def said(scene, step):
    return " ".join(mark.text for mark in scene.passing(step) if isinstance(mark, Text))


def test_a_note_appears_at_its_step_and_stays_until_the_next():
    scene = race(notes=SAID, **SMALL).scene
    assert [said(scene, step) for step in (0, 9.9, 10, 20)] == [
        "Go.", "Go.", "In the valley.", "In the valley."
    ]  # fmt: skip


def test_every_frame_shows_the_note_that_a_still_shows():
    one = race(notes=("10:In the valley.", "15:"), pace="uniform", **SMALL)
    bare = race(notes=("10:", "15:"), pace="uniform", **SMALL)
    for position, frame, other in zip(
        one.animation.positions, one.frames(), bare.frames(), strict=True
    ):
        assert (frame != other).any() == (10 <= position < 15)
    assert (still(one.scene, 12) != still(bare.scene, 12)).any()


def test_a_note_costs_nothing_but_its_own_rectangle():
    one = race(notes=SAID, **SMALL)
    bare = race(**SMALL)
    top = min(mark.y for s in one.scene.subtitles for mark in s.marks) - 20
    width = one.scene.size[0]
    for change in one.animation.changes():
        text = change.pixels[change.pixels // width > top]
        assert len(text) < 0.1 * one.scene.background[..., 0].size
    assert len(one.animation.positions) == len(bare.animation.positions)


def test_a_pause_stops_the_film_at_its_step_and_makes_it_longer():
    one = race(notes=("10+1.5:Look.",), **SMALL)
    positions = one.animation.positions
    assert len(positions) == one.playback.frames == 10 + 15
    assert np.count_nonzero(positions == 10) == 15
    assert (positions[0], positions[-1]) == (0, 20)
    assert (np.diff(positions) >= 0).all()
    assert one.playback.duration == pytest.approx(1 + 1.5 + 0.4)


@pytest.mark.parametrize("step", [0, 20])
def test_a_film_may_stop_at_either_end(step):
    one = race(notes=(f"{step}+1:Look.",), **SMALL)
    positions = one.animation.positions
    assert np.count_nonzero(positions == step) == 11
    assert (positions[0], positions[-1]) == (0, 20)


def test_a_pause_lasts_as_long_in_every_format():
    one = race(notes=("10+1:Look.",), **SMALL)
    svg = one.to_bytes("anim.svg").decode()
    assert "animation-duration:2.4s" in svg


def test_long_notes_wrap_and_longer_ones_are_refused():
    wrapped = race(notes=("3:" + 8 * "word ",), **SMALL).scene.subtitles[0]
    assert len(wrapped.marks) == 2
    short = race(notes=("3:The end of all",), **SMALL).scene.subtitles[0]
    assert len(short.marks) == 1
    with pytest.raises(TrajvizError, match="has no room in two lines at 240x180"):
        race(notes=("3:" + 30 * "word ",), **SMALL)


def test_a_theme_that_fills_the_picture_refuses_notes():
    with pytest.raises(TrajvizError, match="it has no room for notes"):
        race(notes=SAID, theme="radford", **SMALL)


def test_the_animated_drawing_shows_each_note_in_its_time():
    plain, one = (race(notes=notes, **SMALL).to_bytes("anim.svg").decode() for notes in ((), SAID))
    spans = re.findall(r"visibility:visible", one)
    assert len(spans) > len(re.findall(r"visibility:visible", plain))


def test_alt_texts_say_the_notes():
    one = race(notes=SAID, **SMALL)
    assert one.alt_text().endswith("Notes at step 0: “Go.”; at step 10: “In the valley.”.")
    assert one.alt_text(5).endswith("Note at step 0: “Go.”.")
    assert (
        len(race(notes=tuple(f"{k}:{8 * 'note '}" for k in range(20)), **SMALL).alt_text()) <= 600
    )


def test_the_player_lists_the_notes():
    page = race(notes=("0:Go & see.", "10:"), **SMALL).to_bytes("html").decode()
    assert page.count("data-step=") == 1
    assert 'data-step="0"><small>step 0</small> Go &amp; see.</button>' in page


def test_a_race_shown_without_its_notes_is_drawn_anew():
    one = race(notes=SAID, **SMALL)
    assert one.scene.subtitles
    other = replace(one, outcome=replace(one.outcome, recipe=one.request.changed(notes=())))
    assert not other.scene.subtitles
