"""The page on which a race runs anew, in another browser: the same numbers, by hand and by key."""

import numpy as np
import pytest
from livepages import AT_REST, LIVE, one, text_of, traced

RIGHT, UP, SHIFT = "\ue014", "\ue013", "\ue008"
"""Keys by their code points in WebDriver."""
NUMBERS = """() => [...document.querySelectorAll("#tracks tbody tr")].map((row) =>
  [...row.querySelectorAll("td[data-of]")].map((cell) => Number(cell.dataset.value ?? NaN)))"""
START = """() => ["#start-x", "#start-y"].map((id) => Number(document.querySelector(id).value))"""
FIELDS = "() => ['step', 'steps', 'speed'].map((id) => document.getElementById(id).value)"
PLOT = """() => { const b = document.querySelector(".plot svg").getBoundingClientRect();
  return [b.x, b.y, b.width, b.height]; }"""
HELD = """() => { const b = document.querySelector(".start .grip").getBoundingClientRect();
  return [b.x + b.width / 2, b.y + b.height / 2]; }"""


@pytest.fixture
def opened(firefox, tmp_path):
    """Return a function that opens a race's page in Firefox, which has no error to tell of."""

    def open_(name="beale", fragment=""):
        path = tmp_path / "race.html"
        path.write_text(text_of(name), encoding="utf-8")
        firefox.open(path, fragment)
        firefox.evaluate(AT_REST)
        return firefox

    yield open_
    assert firefox.errors() == []


def check_numbers(page, shown, start):
    """Hold the table to be what the command gives from a start."""
    page.evaluate(AT_REST)
    sent = page.evaluate(NUMBERS)
    found = np.array([[np.nan if n is None else n for n in row] for row in sent], dtype=float)
    true, there = traced(shown, start), ~np.isnan(found).any(axis=1)
    assert there.any()
    np.testing.assert_allclose(found[there], true[there], rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("name", LIVE)
def test_it_begins_with_the_very_numbers_of_the_command(name, opened):
    check_numbers(opened(name), one(name), one(name).start)


@pytest.mark.parametrize("kind", ["mouse", "touch"])
def test_the_start_is_dragged_and_all_tracks_follow(kind, opened):
    page = opened("seven")
    left, top, width, height = page.evaluate(PLOT)
    held = page.evaluate(HELD)
    ends = [(left + 0.3 * width, top + 0.4 * height), (left + 0.25 * width, top + 0.6 * height)]
    moves = [{"type": "pointerMove", "x": round(x), "y": round(y)} for x, y in (held, *ends)]
    press, release = ({"type": what, "button": 0} for what in ("pointerDown", "pointerUp"))
    page.act("pointer", moves[0], press, *moves[1:], release, pointerType=kind)
    page.evaluate(AT_REST)
    start = tuple(page.evaluate(START))
    window = one().window
    assert window.x0 < start[0] < window.x0 + 0.4 * (window.x1 - window.x0)
    check_numbers(page, one("seven"), start)


def test_arrow_keys_move_the_start(opened):
    page, window = opened(), one().window
    page.press(RIGHT)
    down = [{"type": "keyDown", "value": key} for key in (SHIFT, UP)]
    up = [{"type": "keyUp", "value": key} for key in (UP, SHIFT)]
    page.act("key", *down, *up)
    page.evaluate(AT_REST)
    start = page.evaluate(START)
    assert start[0] == pytest.approx(1 + (window.x1 - window.x0) / 200, rel=1e-9)
    assert start[1] == pytest.approx(1.6 + (window.y1 - window.y0) / 20, rel=1e-9)
    check_numbers(page, one(), tuple(start))


def test_a_link_brings_the_whole_state_back(opened):
    page = opened(fragment="#start=-2.5,1.25&steps=150&at=40&speed=2&track=-0&track=1&track=nag")
    assert page.evaluate(START) == [-2.5, 1.25]
    assert page.evaluate(FIELDS) == ["40", "150", "2"]
    names = "() => [...document.querySelectorAll('#tracks .name')].map((one) => one.textContent)"
    assert page.evaluate(names) == ["SGD", "Momentum", "NAG"]
    page.press("\ue011")  # Home
    page.evaluate(AT_REST)
    assert page.evaluate("() => location.hash").startswith("#start=-2.5,1.25&steps=150&at=0&speed=")


def test_picture_and_table_are_seen_and_nothing_is_cut(opened):
    page = opened("seven")
    wide = "() => [document.scrollingElement.scrollWidth, innerWidth, innerHeight]"
    across, width, height = page.evaluate(wide)
    assert across <= width
    left, top, wide, high = page.evaluate(PLOT)
    assert left >= 0
    assert top + high <= height
    picture = page.picture()
    plot = picture[round(top) : round(top + high), round(left) : round(left + wide)]
    assert len(np.unique(plot.reshape(-1, 3), axis=0)) > 100
