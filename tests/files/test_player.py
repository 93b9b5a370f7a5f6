"""The page that plays a race which cannot be live, opened and clicked in a browser."""

import functools
import re
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from browser import PHONE, assert_look_alike, paint, seen_on, sideways, violations
from races import SEVEN, race

from trajviz.animation import still
from trajviz.descent import no_progress
from trajviz.files.formats._player import MOST_VALUES, write_page
from trajviz.files.metadata import note_of
from trajviz.scene.language import load_language

MINUS, GONE = "\N{MINUS SIGN}", "\N{EN DASH}"
RACES = {
    "contour": ("beale", SEVEN[:4], {"pace": "uniform"}),
    "story": ("beale", SEVEN[:4], {"lead": 1.5}),
    "charts": (
        "beale",
        ("sgd:lr=0.5", "adam", "rmsprop"),
        {"theme": "dark", "panels": ("loss",), "size": (800, 450)},
    ),
    "relief": ("himmelblau", ("sgd:lr=0.01", "adam"), {"view": "split", "steps": 50}),
    "notes": (
        "bowl",
        ("sgd:lr=0.3",),
        {"steps": 40, "notes": ("0:Go.", "20+1:In the valley.")},
    ),
    "swarm": ("himmelblau", ("sgd:lr=0.004", "adam"), {"starts": "4x4", "steps": 60}),
}


@functools.cache
def one(name="contour"):
    surface, optimizers, options = RACES[name]
    return race(surface, optimizers, **options)


def played(shown):
    """Return the page that plays a race, whether or not it could be live."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "race.html"
        language = load_language(shown.recipe.look.language)
        note = note_of(shown.recipe)
        write_page(path, shown.animation, shown.playback, no_progress, note, language)
        return path.read_text("utf-8")


@functools.cache
def text_of(name="contour"):
    return played(one(name))


@pytest.fixture
def opened(page_of, tmp_path):
    """Return a function that opens a race's page, by default with the time standing still."""

    def open_(name="contour", stopped=True, text=None, **options):
        path = tmp_path / "race.html"
        path.write_text(text or text_of(name), encoding="utf-8")
        told = page_of(path, **{"size": (960, 900), **options})
        if stopped:
            told.page.clock.install(time=0)
            told.page.clock.pause_at(1000)
            told.page.reload()
            paint(told.page)
        return told

    return open_


def picture_of(page):
    """Return the picture, whose upper corners are rounded away."""
    return seen_on(page.locator("figure svg"))


def apart(picture, other):
    return float(np.abs(picture.astype(int) - other).mean())


def step_of(page):
    words = page.get_by_role("slider").get_attribute("aria-valuetext")
    return int(re.fullmatch(r"step (\d+) of \d+", words)[1])


def values_of(page):
    """Return the table's cells of each track, as texts."""
    return [row.locator("td").all_text_contents() for row in page.locator("tbody tr").all()]


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def go(page, step):
    page.get_by_role("slider").fill(str(step))


# The file


@pytest.mark.parametrize("name", RACES)
def test_a_page_asks_for_nothing_but_itself_and_complains_about_nothing(name, opened):
    told = opened(name, stopped=False)
    told.page.get_by_role("slider").press("End")
    assert {address.rpartition("/")[2] for address in told.requests} == {"race.html"}
    assert (told.errors, told.failed) == ([], [])
    assert "http-equiv" in text_of(name)
    assert re.findall(r"https?://[^\"'<]*", text_of(name)) == ["http://www.w3.org/2000/svg"]


def test_the_network_is_out_of_reach_even_for_what_is_injected(opened):
    told = opened()
    refused = told.page.evaluate(
        "() => fetch('https://example.org/').then(() => 'came', () => 'refused')"
    )
    assert refused == "refused"
    assert told.requests[-1].endswith("race.html")


def test_words_cannot_break_out_of_the_page(opened):
    evil = "</script></svg></title><script>window.broken=1</script><img src=x onerror=broken=1>&'\""
    told = opened(
        text=played(
            race("bowl", ("sgd:lr=0.1",), title=evil, axes=("<b>x", 'y" onclick="'), steps=5)
        )
    )
    assert told.page.evaluate("() => window.broken") is None
    assert told.page.title() == evil
    assert told.page.locator("h1").text_content() == evil
    assert told.page.locator("thead th").all_text_contents()[1:3] == ["<b>x", 'y" onclick="']
    assert told.errors == []


def test_without_scripts_the_last_step_is_shown_and_no_control_that_would_do_nothing(opened):
    page = opened(stopped=False, script=False).page
    assert apart(picture_of(page), still(one().scene, 200)) < 2
    assert not page.locator("#controls").is_visible()


# What it shows


@pytest.mark.parametrize("name", RACES)
def test_at_each_step_it_shows_the_still_of_that_step(name, opened):
    page, scene = opened(name).page, one(name).scene
    for step in (0, 7, 33, scene.steps):
        go(page, step)
        assert apart(picture_of(page), still(scene, step)) < 2


def test_the_table_says_where_every_head_is_and_how_high(opened):
    page = opened().page
    for step in (0, 17, 200):
        go(page, step)
        for track, cells in zip(one().trajectories, values_of(page), strict=True):
            said = [float(cell.replace(MINUS, "-")) for cell in cells]
            true = [*track.points[step], track.heights[step]]
            np.testing.assert_allclose(said, true, rtol=6e-3, atol=1e-12)


def test_a_track_that_diverged_has_no_place_any_more(opened):
    page = opened("charts").page
    last = one("charts").trajectories[0].steps
    go(page, last)
    assert GONE not in values_of(page)[0]
    go(page, last + 1)
    assert values_of(page)[0] == [GONE] * 3
    assert GONE not in values_of(page)[1]


def test_many_starts_have_their_median_height(opened):
    page = opened("swarm").page
    go(page, 30)
    sgd = [t for t in one("swarm").trajectories if t.label == "sgd"]
    said, height = values_of(page)[0]
    assert said == "median of 16"
    median = np.median([t.heights[30] for t in sgd])
    assert float(height.replace(MINUS, "-")) == pytest.approx(median, rel=6e-3)


def test_the_picture_says_the_very_step_and_so_do_the_controls(opened):
    page = opened().page
    for step in (0, 7, 41, 200):
        go(page, step)
        names = page.locator("#counter").get_attribute("data-digits").split()
        uses = [use.get_attribute("href") for use in page.locator("#counter use").all()]
        number = "".join(str(names.index(use[1:])) for use in reversed(uses) if use)
        assert number == str(step)
        assert page.locator("#shown").text_content() == f"{step} / 200"
        assert step_of(page) == step


def test_of_a_very_long_race_it_knows_every_second_or_third_value(opened):
    long = race("bowl", ("sgd:lr=0.001",), steps=3 * MOST_VALUES)
    text = played(long)
    page = opened(text=text).page
    go(page, 1501)
    assert step_of(page) == 1501
    said = float(values_of(page)[0][2])
    assert said == pytest.approx(long.trajectories[0].heights[1500], rel=6e-3)
    assert "every 3 steps" in page.locator("caption").text_content()


def test_on_the_clock_of_evaluations_it_says_what_each_track_has_reached_by_then(opened):
    timed = race("beale", ("sgd:lr=0.01", "backtracking"), clock="evaluations", steps=60)
    page = opened(text=played(timed)).page
    go(page, 25)
    assert page.get_by_role("slider").get_attribute("aria-valuetext") == "evaluation 25 of 60"
    assert button(page, "One evaluation on").count() == 1
    for t, cells in zip(timed.trajectories, values_of(page), strict=True):
        reached = np.flatnonzero(t.times("evaluations") <= 25)[-1]
        said = float(cells[2].replace(MINUS, "-"))
        assert said == pytest.approx(t.heights[reached], rel=6e-3)
    assert apart(picture_of(page), still(timed.scene, 25)) < 2


# Playing


def test_it_plays_by_itself_and_pauses_and_goes_on(opened):
    page = opened().page
    assert (step_of(page), button(page, "Pause").count()) == (0, 1)
    page.clock.run_for(2000)
    here = step_of(page)
    assert 45 <= here <= 51
    button(page, "Pause").click()
    page.clock.run_for(2000)
    assert step_of(page) == here
    button(page, "Play").click()
    page.clock.run_for(1000)
    assert here + 20 <= step_of(page) <= here + 27


@pytest.mark.parametrize("pace", [0.25, 0.5, 2, 4])
def test_it_plays_slower_and_faster(pace, opened):
    page, steps = opened().page, 50 * pace
    page.get_by_label("Speed").select_option(str(pace))
    page.clock.run_for(2000)
    assert 0.9 * steps - 1 <= step_of(page) <= steps + 1


def test_it_waits_at_the_start_and_then_keeps_the_pace_of_the_film(opened):
    page, taken = opened("story").page, one("story").animation.positions
    page.clock.run_for(1300)
    assert step_of(page) == 0
    for seconds in (2, 3, 2):
        page.clock.run_for(1000 * seconds)
        frames = int(25 * (float(page.evaluate("() => time")) - 1.5))
        assert int(taken[frames]) <= step_of(page) <= int(taken[min(frames + 1, 199)])
    assert taken[125] < 60  # of 200, and not 125
    page.clock.run_for(4200)
    assert step_of(page) < 5
    assert button(page, "Pause").count() == 1


def test_a_step_of_an_uneven_race_is_shown_where_it_belongs(opened):
    page = opened("story").page
    for step in (0, 1, 7, 100, 200):
        go(page, step)
        assert step_of(page) == step
        assert apart(picture_of(page), still(one("story").scene, step)) < 2
    button(page, "One step back").click()
    assert step_of(page) == 199


def test_it_holds_the_end_and_begins_again(opened):
    page = opened().page
    page.clock.run_for(9000)
    assert step_of(page) == 200
    page.clock.run_for(2000)
    assert 10 <= step_of(page) <= 30
    assert button(page, "Pause").count() == 1


def test_what_is_to_play_once_stops_at_the_end_and_can_be_played_again(opened):
    once = race("bowl", ("sgd:lr=0.1",), loop=1, steps=20, pace="uniform")
    page = opened(text=played(once)).page
    page.clock.run_for(15000)
    assert (step_of(page), button(page, "Play").count()) == (20, 1)
    button(page, "Play").click()
    page.clock.run_for(4000)
    assert 8 <= step_of(page) <= 11


@pytest.mark.parametrize("loop", [0, 1])
def test_it_may_open_with_the_end_and_then_plays_as_often_as_it_is_to(loop, opened):
    shown = race("bowl", ("sgd:lr=0.1",), loop=loop, first="end", steps=20, pace="uniform")
    page = opened(text=played(shown)).page
    assert (step_of(page), button(page, "Pause").count()) == (20, 1)
    assert apart(picture_of(page), still(shown.scene, 20)) < 2
    page.clock.run_for(1800)
    assert step_of(page) == 20
    page.clock.run_for(4200)
    assert 8 <= step_of(page) <= 11
    page.clock.run_for(5000)
    assert step_of(page) == 20
    page.clock.run_for(5000)
    assert (step_of(page) == 20) == (loop == 1)


def test_who_asks_for_less_motion_sees_the_end_until_play_is_pressed(opened):
    page = opened(motion="reduce").page
    page.clock.run_for(3000)
    assert (step_of(page), button(page, "Play").count()) == (200, 1)
    assert apart(picture_of(page), still(one().scene, 200)) < 2
    button(page, "Play").click()
    page.clock.run_for(2000)
    assert 45 <= step_of(page) <= 51


def test_a_race_of_one_frame_can_still_be_stepped_through(opened):
    short = race("bowl", ("sgd:lr=0.1",), seconds=0.01, steps=5)
    page = opened(text=played(short)).page
    page.clock.run_for(1000)
    go(page, 3)
    assert step_of(page) == 3


# Stepping


def test_buttons_go_a_step_back_and_on_and_pause(opened):
    page = opened().page
    go(page, 50)
    button(page, "One step on").click()
    assert step_of(page) == 51
    button(page, "One step back").click()
    button(page, "One step back").click()
    assert step_of(page) == 49
    assert button(page, "Play").count() == 1


@pytest.mark.parametrize("focus", ["body", "#step", "#play", "tbody input", "summary"])
def test_arrows_home_and_end_work_wherever_the_focus_is(focus, opened):
    page = opened().page
    go(page, 50)
    if focus == "body":
        page.evaluate("() => document.activeElement.blur()")
    else:
        page.locator(focus).first.focus()
    steps = {
        "ArrowRight": 51, "Shift+ArrowRight": 61, "ArrowLeft": 60, "Shift+ArrowLeft": 50,
        "End": 200, "Home": 0,
    }  # fmt: skip
    for key, step in steps.items():
        page.keyboard.press(key)
        assert (key, step_of(page)) == (key, step)


def test_the_speed_keeps_its_own_keys(opened):
    page = opened().page
    go(page, 50)
    page.get_by_label("Speed").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("2")
    assert step_of(page) == 50
    assert page.locator("tbody input").nth(1).is_checked()


def test_space_plays_and_pauses_and_still_presses_what_has_the_focus(opened):
    page = opened().page
    page.keyboard.press("Space")
    assert button(page, "Play").count() == 1
    page.keyboard.press("Space")
    assert button(page, "Pause").count() == 1
    button(page, "Pause").focus()
    page.keyboard.press("Space")
    assert button(page, "Play").count() == 1
    box = page.locator("tbody input").first
    box.focus()
    page.keyboard.press("Space")
    assert (box.is_checked(), button(page, "Play").count()) == (False, 1)


def test_character_keys_work_inside_the_player_and_nowhere_else(opened):
    page = opened().page
    boxes, speed = page.locator("tbody input"), page.get_by_label("Speed")
    page.evaluate("() => document.activeElement.blur()")
    page.keyboard.press("2")
    page.keyboard.press("+")
    assert (boxes.nth(1).is_checked(), speed.input_value()) == (True, "1")
    page.locator("figure").click()
    page.keyboard.press("2")
    page.keyboard.press("+")
    assert (boxes.nth(1).is_checked(), speed.input_value()) == (False, "2")
    page.keyboard.press("-")
    page.keyboard.press("-")
    page.keyboard.press("0")
    assert (boxes.nth(1).is_checked(), speed.input_value()) == (True, "0.5")
    page.keyboard.press("Control+2")
    assert boxes.nth(1).is_checked()


def test_the_page_says_its_keys(opened):
    page = opened().page
    page.get_by_text("Keys", exact=True).click()
    for key in ("Space", "←", "Home", "1", "+"):
        assert page.locator("kbd", has_text=key).first.is_visible()


# Tracks on and off


@pytest.mark.parametrize("name", ["contour", "charts", "swarm"])
def test_a_track_that_is_off_is_gone_from_every_plot_and_comes_back(name, opened):
    page, scene = opened(name).page, one(name).scene
    go(page, 40)
    label = scene.plots[0].layers[1][0].label
    fewer = [
        replace(plot, tracks=tuple(track for track in plot.tracks if track.label != label))
        for plot in scene.plots
    ]
    without = still(replace(scene, plots=tuple(fewer)), 40)
    box = page.locator("tbody input").nth(1)
    before = picture_of(page)
    box.uncheck()
    assert apart(picture_of(page), without) < 2
    assert apart(picture_of(page), without) < 0.98 * apart(before, without)
    go(page, 41)
    go(page, 40)
    box.check()
    assert apart(picture_of(page), before) < 0.1


# For everyone


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["contour", "swarm"])
def test_axe_finds_nothing_to_complain_about(name, scheme, opened):
    page = opened(name, stopped=False, scheme=scheme, motion="reduce").page
    page.get_by_text("Keys", exact=True).click()
    page.locator("tbody input").first.uncheck()
    assert violations(page) == []


def test_the_page_follows_the_readers_colours_and_the_picture_keeps_its_own(opened):
    seen = {}
    for scheme in ("light", "dark"):
        page = opened(scheme=scheme).page
        go(page, 40)
        colour = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
        seen[scheme] = sum(map(int, re.findall(r"\d+", colour))), picture_of(page)
    assert seen["dark"][0] < 150 < 600 < seen["light"][0]
    assert_look_alike(seen["dark"][1][12:], seen["light"][1][12:])


def test_what_has_the_focus_can_be_seen(opened):
    page = opened().page
    page.keyboard.press("Tab")
    names = []
    for _ in range(9):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "() => [document.activeElement.id || document.activeElement.tagName,"
            " getComputedStyle(document.activeElement).outlineWidth]"
        )
        names.append(focused[0])
        assert focused[1] == "3px"
    assert names[:4] == ["back", "step", "on", "speed"]
    assert names[4:9] == ["INPUT", "INPUT", "INPUT", "INPUT", "SUMMARY"]


@pytest.mark.parametrize("name", RACES)
def test_on_a_phone_nothing_is_wider_than_the_screen(name, opened):
    page = opened(name, size=PHONE).page
    for step in (0, 30):
        go(page, step)
        assert sideways(page) == 0
    assert page.locator("figure svg").bounding_box()["width"] <= PHONE[0]


def test_nothing_jumps_when_numbers_change(opened):
    page = opened("charts").page
    places = set()
    for step in (0, 1, 9, 40, 100, 200):
        go(page, step)
        boxes = [page.locator(what).bounding_box() for what in ("#step", "#on", "table", "h1")]
        places.add(str(boxes))
    assert len(places) == 1


def test_the_picture_has_a_name_for_those_who_do_not_see_it(opened):
    picture = opened().page.get_by_role("img")
    assert picture.get_attribute("aria-label") == (
        "Beale: the paths of SGD, Momentum, NAG and Adagrad"
    )


def test_a_note_in_the_table_is_marked_while_it_is_said_and_takes_the_race_to_its_step(opened):
    page = opened("notes").page
    first, second = page.locator("#said button").all()
    assert [one.get_attribute("aria-current") for one in (first, second)] == ["", None]
    second.click()
    assert step_of(page) == 20
    assert [one.get_attribute("aria-current") for one in (first, second)] == [None, ""]
    go(page, 19)
    assert first.get_attribute("aria-current") == ""
