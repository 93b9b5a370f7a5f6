"""The outcome in the last frame: true, in the order of arrival, whole at every size."""

import functools
import re

import numpy as np
import pytest
from pictures import ink
from races import race

from trajviz.animation import Animation, still
from trajviz.errors import TrajvizError
from trajviz.race import compare
from trajviz.scene import vector
from trajviz.scene.alt import describe
from trajviz.scene.arrivals import arrivals
from trajviz.scene.language import load_language
from trajviz.scene.layout import MINUS, Listing

FOUR = ("sgd:lr=0.0051", "momentum:lr=0.0033", "rmsprop:lr=0.051", "adam:lr=0.47")


def told(one, language="en"):
    return arrivals(one.outcome, one.window, load_language(language))


@functools.cache
def beale(**options):
    return race("beale", FOUR, outcome=True, **options)


# What it says


def test_it_says_who_arrives_first_and_how_far_off_the_others_are():
    first, *others, last = told(beale())
    alt = describe(beale().outcome)
    times = [int(re.search(r"\d+", text)[0]) for text in (first, *others)]
    assert first == f"Adam {times[0]} steps"
    assert [text.split()[0] for text in others] == ["Momentum", "RMSProp"]
    assert times == sorted(times)
    assert f"after {times[0]} steps" in alt
    assert f"after {times[-1]} steps" in alt
    away = re.search(r"still ([\d.]+) from", alt)[1]
    assert last == f"SGD {away} away"


def test_without_a_minimum_it_says_heights_from_the_lowest_on_then_who_is_outside():
    saddle = race("saddle", ("sgd:lr=0.01", "momentum:lr=0.02", "sgd:lr=0.02"), steps=120)
    slow, _, fast = (f"{t.heights[-1]:.3g}".replace("-", MINUS) for t in saddle.trajectories)
    low, high, out = told(saddle)
    assert low == f"sgd lr=0.02 at height {fast}"
    assert high == f"sgd lr=0.01 {slow}"
    assert out == "Momentum outside"


def test_it_says_who_is_lower_than_the_known_minimum_and_who_diverged():
    low = compare("mccormick", ["sgd:lr=0.1"], start=(-1.4, -2.9))
    assert told(low) == (f"SGD lower, at {MINUS}{-low.trajectories[0].heights[-1]:.3g}",)
    lost = compare("bowl", ["sgd:lr=3", "adam:lr=0.5"], steps=2000)
    assert told(lost)[0].startswith("Adam ")
    assert told(lost)[1] == "SGD diverged"


def test_of_many_starts_it_says_how_many_arrive():
    one = compare("bowl", ["sgd:lr=0.01", "sgd:lr=0.5"], starts="3x3", steps=200)
    assert told(one) == ("sgd lr=0.5 9 of 9 arrived", "sgd lr=0.01 3 of 9 arrived")


def test_of_basins_it_says_from_how_much_of_the_window_a_minimum_is_reached():
    one = compare("bowl", ["sgd:lr=0.5", "adam:lr=0.1"], view="basins", size=(160, 120), steps=100)
    first, second = told(one)
    assert first == "SGD 100 % of the window"
    assert re.fullmatch(r"Adam \d+ %", second)


def test_who_is_inside_what_is_shown_is_not_outside():
    one = compare("saddle", ["momentum:lr=0.02"], steps=120)
    assert told(one) == ("Momentum outside",)
    wide = arrivals(one.outcome, one.window._replace(y0=-1e9, y1=1e9), load_language("en"))
    assert wide[0].startswith("Momentum at height")


def test_in_another_language_it_says_the_same():
    assert told(beale(), "de")[0].endswith(" Schritte")
    assert told(beale(), "fr")[-1].startswith("SGD à ")


# Where it stands


@pytest.mark.first(3)
@pytest.mark.parametrize("view", ["contour", "relief", "split"])
@pytest.mark.parametrize("size", [(160, 120), (480, 360), (640, 480)])
def test_it_is_whole_and_outside_the_plots_at_every_size(size, view):
    scene = compare("beale", FOUR, outcome=True, view=view, size=size, steps=60).scene
    assert 1 <= len(scene.finale) <= 2
    for mark in scene.finale:
        assert "…" not in mark.text
        rect = ink(mark)
        assert rect.x0 >= 0
        assert rect.x1 <= size[0]
        assert not any(rect.meets(type(rect)(*plot.box)) for plot in scene.plots)
    assert not any(
        ink(mark).meets(ink(other))
        for mark in scene.finale
        for other in scene.marks
        if hasattr(other, "text") and other.text.strip()
    )


def test_what_has_no_room_in_two_lines_is_counted():
    parts = tuple(f"Optimizer{place} {place} steps" for place in range(40))
    listing = Listing(parts, ", ", tuple(f"{count} more" for count in range(1, 41)))
    lines, kept = listing.lines([400.0, 400.0], 12)
    assert len(lines) == 2
    assert lines[1].endswith(f"{40 - kept} more")
    assert Listing(parts[:3], ", ", ()).lines([900.0], 12) == ([", ".join(parts[:3])], 3)
    many = compare("beale", [f"sgd:lr=0.001,label=number {k}" for k in range(12)], outcome=True,
                   size=(320, 240), steps=5)  # fmt: skip
    assert any("outcome cut to" in note for note in many.notes)


@pytest.mark.first(1)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_only_the_last_frame_shows_it_and_nothing_else_changes_for_it(theme):
    one = compare("beale", FOUR, outcome=True, theme=theme, steps=40, seconds=1)
    scene = one.scene
    frames = [*one.frames()]
    (line,) = scene.finale
    rect = ink(line)
    strip = np.s_[rect.y0 : rect.y1, rect.x0 : rect.x1]
    assert all((frame[strip] == scene.theme.background).all() for frame in frames[:-1])
    assert (frames[-1][strip] == scene.theme.ink).all(axis=2).any()
    np.testing.assert_array_equal(frames[-1], still(scene, 40))
    np.testing.assert_array_equal(still(scene, 39)[strip], frames[0][strip])
    below = np.s_[rect.y1 :]
    np.testing.assert_array_equal(frames[-1][below], frames[0][below])
    np.testing.assert_array_equal(next(Animation(scene, np.array([40.0])).frames()), frames[-1])


@pytest.mark.long
def test_vectors_show_it_at_the_end():
    one = compare("bowl", ["sgd:lr=0.1"], outcome=True, steps=40, seconds=1, size=(160, 120))
    off = compare("bowl", ["sgd:lr=0.1"], steps=40, seconds=1, size=(160, 120))
    steps = {step: vector.draw(one.scene, step) for step in (39, 40)}
    said = {step: [text.get_text() for text in f.axes[0].texts] for step, f in steps.items()}
    assert one.scene.finale[0].text in said[40]
    assert one.scene.finale[0].text not in said[39]
    text, plain = one.to_bytes("anim.svg").decode(), off.to_bytes("anim.svg").decode()
    hidden = re.findall(r"\{0%\{visibility:hidden\}(\d+[\d.]*)%\{visibility:visible\}\}", text)
    assert len(hidden) == len(re.findall(r"visible\}\}", plain)) + 1
    assert text.count('<g class="s"') > plain.count('<g class="s"')


def test_a_theme_that_fills_the_picture_has_no_room_for_it():
    with pytest.raises(TrajvizError, match="no room for an outcome"):
        compare("bowl", ["sgd:lr=0.1"], theme="radford", outcome=True)
